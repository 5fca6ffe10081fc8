//! What a build takes from a live listing: versions, filters, storms, denied prefixes, doubles.

use std::collections::BTreeSet;

use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use serde_json::json;

use super::{build, kept, keys};
use crate::s3::job::Rehearsal;
use crate::support::bucket::{Bucket, Settings};

#[test]
fn versions_older_than_versioning_are_null_and_delete_markers_are_left_out() {
    let rehearsal = Rehearsal::of("[[buckets]]\nname = \"data-1\"\nobjects = [{ key = \"old\" }]\n");
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    rehearsal.with_client(async |s3| {
        s3.put_bucket_versioning().bucket("data-1").versioning_configuration(enabled).send().await.unwrap()
    });
    for key in ["old", "gone"] {
        rehearsal.put("data-1", key, "2");
        rehearsal.with_client(async |s3| s3.delete_object().bucket("data-1").key(key).send().await.unwrap());
    }
    rehearsal.put("data-1", "old", "3");
    let there =
        rehearsal.with_client(async |s3| s3.list_object_versions().bucket("data-1").send().await.unwrap());
    let there: Vec<String> = there
        .versions()
        .iter()
        .map(|it| format!("data-1,{},{}\n", it.key().unwrap(), it.version_id().unwrap()))
        .collect();
    assert_eq!((there.len(), there[3].as_str()), (4, "data-1,old,null\n"));

    let ran = build(&rehearsal, &["s3://data-1/", "--versions", "--to", "all.csv", "-o", "json"]).expect(0);
    let all = rehearsal.sealed.path("all.csv");
    assert_eq!(std::fs::read_to_string(&all).unwrap(), there.concat());
    let item = &ran.json()["item"];
    assert_eq!((&item["rows"], &item["deleteMarkers"]), (&4.into(), &2.into()), "{ran:?}");
    assert_eq!(item["fields"], json!(["Bucket", "Key", "VersionId"]));
    rehearsal.opsctl(&["s3", "manifest", "check", all.to_str().unwrap()]).expect(0);
    // Without versions, what is deleted is not there.
    assert_eq!(build(&rehearsal, &["s3://data-1/", "--to", "-"]).expect(0).stdout, "data-1,old\n");
}

#[test]
fn each_filter_chooses_and_all_of_them_choose_together() {
    let rehearsal = Rehearsal::of(
        r#"
[[buckets]]
name = "data-1"
objects = [
  { key = "a/1.txt", size = 10 },
  { key = "a/2.log", size = 2000 },
  { key = "a/b/3.txt", size = 3000, storage_class = "GLACIER" },
  { key = "b/4.txt", size = 4000, storage_class = "STANDARD_IA" },
  { key = "many/{n}", count = 400 },
]
"#,
    );
    let chosen = |filters: &[&str]| {
        let args = [&["s3://data-1", "--to", "-"], filters].concat();
        let ran = build(&rehearsal, &args).expect(0);
        let mut keys: Vec<String> = keys(&ran.stdout).into_iter().map(str::to_owned).collect();
        keys.sort();
        keys
    };
    for (filters, expected) in [
        (&["--prefix", "a/"][..], &["a/1.txt", "a/2.log", "a/b/3.txt"][..]),
        (&["--prefix", "a/b", "--prefix", "b/"], &["a/b/3.txt", "b/4.txt"]),
        (&["--suffix", ".log"], &["a/2.log"]),
        (&["--glob", "?/*.txt"], &["a/1.txt", "a/b/3.txt", "b/4.txt"]),
        (&["--regex", "^[ab]/[0-9]"], &["a/1.txt", "a/2.log", "b/4.txt"]),
        (&["--min-size", "2kB"], &["a/2.log", "a/b/3.txt", "b/4.txt"]),
        (&["--max-size", "3000", "--prefix", "a/"], &["a/1.txt", "a/2.log", "a/b/3.txt"]),
        (&["--storage-class", "glacier"], &["a/b/3.txt"]),
        (&["--storage-class", "GLACIER", "--storage-class", "STANDARD_IA"], &["a/b/3.txt", "b/4.txt"]),
        (&["--until", "1h"], &[]),
        (&["--since", "2099-01-01"], &[]),
        (
            &["--since", "2020-01-01", "--prefix", "a/", "--suffix", ".txt", "--min-size", "1kB"],
            &["a/b/3.txt"],
        ),
        (&["--prefix", "a/", "--storage-class", "STANDARD_IA"], &[]),
    ] {
        assert_eq!(chosen(filters), expected, "{filters:?}");
    }
    let part = chosen(&["--sample", "25%"]);
    assert!((40..200).contains(&part.len()), "{}", part.len());
    assert_eq!(chosen(&["--sample", "0.25"]), part, "the same keys in every run");
    let less: BTreeSet<String> = chosen(&["--sample", "10%"]).into_iter().collect();
    assert!(less.len() < part.len() && less.is_subset(&part.into_iter().collect()), "{less:?}");
    // What a list does not say cannot be chosen by.
    rehearsal.sealed.write("list.csv", "data-1,a\n");
    let ran = build(&rehearsal, &["list.csv", "--min-size", "1", "--to", "-"]).expect(2);
    assert!(ran.stderr.contains("the list does not say how large objects are"), "{ran:?}");
}

#[test]
fn a_storm_of_slow_down_is_waited_out() {
    let rehearsal = Rehearsal::of(
        "[s3]\nslow_down_per_s = 12\n[[buckets]]\nname = \"data-1\"\nobjects = [{ key = \"k/{n}\", count = 20000 }]\n",
    );
    build(&rehearsal, &["s3://data-1/", "--to", "m.csv"]).expect(0);
    let text = std::fs::read_to_string(rehearsal.sealed.path("m.csv")).unwrap();
    assert!(text.lines().count() == 20_000 && text.lines().is_sorted());
}

#[test]
fn a_prefix_that_is_denied_is_named_and_the_others_are_in_the_manifest() {
    let rehearsal = Rehearsal::of(
        r#"
[[buckets]]
name = "data-1"
denied_prefixes = ["secret/"]
objects = [{ key = "open/{n}", count = 3 }, { key = "secret/{n}", count = 3 }, { key = "z" }]
"#,
    );
    let args = ["s3://data-1/open/", "s3://data-1/secret/", "s3://data-1/z", "--to", "m.csv"];
    let ran = build(&rehearsal, &args).expect(7);
    assert!(
        ran.stderr.starts_with("error: cannot list s3://data-1/secret/\n  cause: AccessDenied"),
        "{ran:?}"
    );
    assert!(
        ran.stderr.ends_with("1 of 3 places could not be listed: they are not in the manifest\n"),
        "{ran:?}"
    );
    let text = std::fs::read_to_string(rehearsal.sealed.path("m.csv")).unwrap();
    assert_eq!(keys(&text), ["open/1", "open/2", "open/3", "z"]);
    for (source, code, told) in
        [("s3://data-1/secret/", 5, "AccessDenied"), ("s3://no-such-bucket/", 3, "NoSuchBucket")]
    {
        let ran = build(&rehearsal, &[source, "--to", "none.csv"]).expect(code);
        assert!(ran.stderr.contains(told) && ran.stdout.is_empty(), "{ran:?}");
        assert!(!rehearsal.sealed.path("none.csv").exists() && kept(&rehearsal.sealed, "listing").is_none());
    }
}

#[test]
fn each_bucket_is_listed_and_read_in_its_own_region() {
    let rehearsal = Rehearsal::of(
        r#"
[[buckets]]
name = "data-1"
objects = [{ key = "a" }]
[[buckets]]
name = "ireland"
region = "eu-west-1"
versioning = "enabled"
objects = [{ key = "k/{n}", count = 2500 }, { key = "list.csv", body = "data-1,a\n" }]
[[buckets]]
name = "tokyo"
region = "ap-northeast-1"
objects = [{ key = "t" }]
"#,
    );
    let sources = ["s3://tokyo/", "s3://data-1/", "s3://ireland/k/"];
    for more in [&[][..], &["--versions"], &["--region", "eu-west-1"]] {
        let ran = build(&rehearsal, &[&sources[..], &["--to", "m.csv"], more].concat()).expect(0);
        let text = std::fs::read_to_string(rehearsal.sealed.path("m.csv")).unwrap();
        assert!(text.starts_with("tokyo,t") && text.contains("\ndata-1,a"), "{text}");
        assert_eq!(text.lines().count(), 2502, "{ran:?}");
    }
    let rows = build(&rehearsal, &["s3://ireland/k/1", "--limit", "1", "--to", "-"]).expect(0).stdout;
    assert!(rows.starts_with("ireland,k/1") && rows.lines().count() == 1, "{rows}");
    let head = ["s3", "manifest", "head", "s3://ireland/list.csv", "-o", "csv", "--no-header"];
    assert!(rehearsal.opsctl(&head).expect(0).stdout.starts_with("data-1,a,"));
}

#[test]
fn rows_on_stdout_have_no_doubles_either() {
    let bucket = Bucket::of(["a/1", "a/2", "b"], Settings { page: 1, ..Settings::default() });
    let sealed = crate::s3::listing::sealed(&bucket);
    sealed.write("list.csv", "data-1,b\ndata-1,c\n");
    let sources = ["s3", "manifest", "build", "s3://data-1/a/", "s3://data-1/", "list.csv", "--to", "-"];
    let ran = sealed.run(sources).expect(0);
    let mut rows: Vec<&str> = ran.stdout.lines().collect();
    rows.sort_unstable();
    assert_eq!(rows, ["data-1,a/1", "data-1,a/2", "data-1,b", "data-1,c"]);
    assert_eq!(ran.stderr, "3 doubles were left out\n");
    let ran = sealed.run(sources.iter().chain(&["--keep-duplicates"])).expect(0);
    assert_eq!(ran.stdout.lines().count(), 7);
    let ran = sealed.run(sources.iter().chain(&["--max-concurrency", "0"])).expect(2);
    assert!(ran.stderr.contains("'0' for '--max-concurrency <N>': a number from 1 on"), "{ran:?}");
}
