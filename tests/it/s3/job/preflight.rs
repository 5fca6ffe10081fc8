//! What would make a job fail late is told before it is made.

use super::Rehearsal;

fn tag<'a>(source: &'a [&'a str], how: &'a [&'a str]) -> Vec<&'a str> {
    [&["create", "tag", "a=b"], source, how].concat()
}

const QUIET: [&str; 3] = ["--role", "batch", "--no-report"];

#[test]
fn each_fault_has_its_words_and_its_code() {
    let rehearsal = Rehearsal::new();
    let data = ["--manifest", "s3://lists/data.csv"];
    for (args, code, told) in [
        (
            tag(&data, &["--role", "stranger", "--no-report"]),
            6,
            "role: stranger does not trust batchoperations.s3.amazonaws.com, and cannot be taken on",
        ),
        (
            tag(&data, &["--role", "nobody", "--no-report"]),
            3,
            "role: there is no role nobody in account 111122223333",
        ),
        (
            tag(&data, &["--role", "batch", "--report", "s3://nowhere/x"]),
            3,
            "report: there is no bucket nowhere",
        ),
        (
            tag(&data, &["--role", "batch", "--report", "s3://far/x"]),
            6,
            "report: the bucket far is in eu-central-1, and the job would be in eu-west-1",
        ),
        (
            tag(&["--manifest", "s3://far/data.csv"], &QUIET),
            6,
            "error: the manifest s3://far/data.csv is in eu-central-1, and the job would be in eu-west-1",
        ),
        (
            tag(&["--manifest", "s3://lists/nothing.csv"], &QUIET),
            3,
            "error: there is no object s3://lists/nothing.csv",
        ),
        (tag(&["--manifest", "s3://nowhere/data.csv"], &QUIET), 3, "error: there is no bucket nowhere"),
        (
            tag(&["--manifest", "s3://lists/two-buckets.csv"], &QUIET),
            6,
            "manifest: its rows are of several buckets: data, locked",
        ),
        (tag(&["--manifest", "s3://lists/header.csv"], &QUIET), 6, "manifest: line 1: header: "),
        (
            tag(&[&data[..], &["--etag", "0123"]].concat(), &QUIET),
            9,
            "error: the manifest s3://lists/data.csv has changed: its ETag is not 0123",
        ),
        (tag(&["--generate", "s3://nowhere/x"], &QUIET), 3, "objects: there is no bucket nowhere"),
        (
            [&["create", "copy", "--to", "s3://far"], &data[..], &QUIET].concat(),
            6,
            "target: the bucket far is in eu-central-1, and the job would be in eu-west-1",
        ),
        (
            [&["create", "legal-hold", "on"], &data[..], &QUIET].concat(),
            6,
            "objects: the bucket data has no Object Lock: every task would fail",
        ),
        (
            [&["create", "replicate", "--generate", "s3://data"], &QUIET[..]].concat(),
            6,
            "objects: the bucket data has no replication rules: every task would fail",
        ),
        (
            [&["create", "acl", "private", "--manifest", "s3://lists/enforced.csv"], &QUIET[..]].concat(),
            6,
            "objects: the owner of the bucket enforced is enforced, which knows no ACLs: every task would fail",
        ),
        (
            [
                &["create", "restore", "--intelligent-tiering", "--manifest", "s3://lists/cold.csv"],
                &QUIET[..],
            ]
            .concat(),
            6,
            "objects: s3://archive/cold is in GLACIER, which needs ExpirationInDays",
        ),
        (
            [
                &["create", "lambda", "arn:aws:lambda:us-east-1:111122223333:function:count:1"],
                &data[..],
                &QUIET,
            ]
            .concat(),
            6,
            "function: the function count is in us-east-1, and the job in eu-west-1",
        ),
    ] {
        let ran = rehearsal.job(&args);
        assert_eq!(ran.code, code, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(told), "{args:?}: {ran:?}");
    }
    assert_eq!(rehearsal.job(&["list", "-o", "json"]).expect(0).json()["items"], serde_json::json!([]));
}

#[test]
fn what_fails_for_some_objects_is_a_warning() {
    let rehearsal = Rehearsal::new();
    for (args, told) in [
        (
            &["copy", "--to", "s3://copies", "--manifest", "s3://lists/huge.csv"][..],
            "objects: over 5 GB, which a copy job cannot copy: s3://archive/huge",
        ),
        (
            &["copy", "--to", "s3://copies", "--manifest", "s3://lists/cold.csv"],
            "objects: archived, and cannot be copied before they are restored: s3://archive/cold",
        ),
        (
            &["copy", "--to", "s3://copies", "--generate", "s3://archive"],
            "objects: over 5 GB, which a copy job cannot copy: s3://archive/huge",
        ),
        (
            &["tag", "a=b", "--manifest", "s3://lists/missing.csv"],
            "objects: of 2 objects looked at, there is none at s3://data/gone",
        ),
        (
            &["restore", "--days", "1", "--manifest", "s3://lists/data.csv"],
            "objects: not archived, so that there is nothing to restore: s3://data/a b.csv, s3://data/x/y+z, 100%",
        ),
        (
            &["lambda", "count", "--manifest", "s3://lists/data.csv"],
            "function: count without a version can change while the job runs",
        ),
        (
            &["lambda", "count:live", "--manifest", "s3://lists/data.csv"],
            "function: count:live can change while the job runs; a version cannot",
        ),
    ] {
        let ran = rehearsal.job(&[&["create"], args, &QUIET, &["--dry-run"]].concat()).expect(0);
        assert!(ran.stderr.contains(&format!("warning: {told}\n")), "{args:?}: {ran:?}");
    }
}

/// XML has no place for some of what a key may have.
#[test]
fn keys_with_control_characters_are_listed() {
    let rehearsal = Rehearsal::new();
    rehearsal.put("data", "bell\u{7}/one\u{1}\ttwo+%41", "1");
    let generate = ["--generate", "s3://data/bell\u{7}/", "--run", "--wait", "--interval", "100ms"];
    let ran = rehearsal.job(&tag(&generate, &QUIET)).expect(0);
    assert!(ran.stderr.contains("1 of 1 task\n"), "{ran:?}");
    assert_eq!(rehearsal.tags("data", "bell\u{7}/one\u{1}\ttwo+%41").len(), 1);
    let row = "data,a,,failed,404,NoSuchKey,gone\n";
    rehearsal.put("reports", "odd\u{1}+/job-1/results/one.csv", row);
    let place = "s3://reports/odd\u{1}+/job-1/";
    let ran = rehearsal.job(&["report", place, "--allow-failures"]).expect(0);
    assert!(ran.stderr.contains("1 tasks reported so far: 0 succeeded, 1 failed"), "{ran:?}");
}

#[test]
fn a_copy_onto_itself_that_changes_nothing_is_a_warning() {
    let rehearsal = Rehearsal::new();
    let told = "warning: target: every object of data would be copied onto itself, which S3 refuses where nothing changes";
    for (copy, warned) in [
        (&["--to", "s3://data"][..], true),
        (&["--to", "s3://data/moved"], false),
        (&["--to", "s3://copies"], false),
        (&["--to", "s3://data", "--storage-class", "STANDARD_IA"], false),
        (&["--to", "s3://data", "--replace-metadata"], false),
        (&["--to", "s3://data", "--sse", "aes256"], false),
    ] {
        for source in [["--manifest", "s3://lists/data.csv"], ["--generate", "s3://data"]] {
            let ran = rehearsal
                .job(&[&["create", "copy"], copy, &source, &QUIET, &["--dry-run"]].concat())
                .expect(0);
            assert_eq!(ran.stderr.contains(told), warned, "{copy:?} {source:?}: {ran:?}");
        }
    }
}

/// As the code does, not as some operation might.
#[test]
fn the_help_names_what_an_operation_is_looked_at_with() {
    let sealed = crate::support::Sealed::new();
    for (operation, action) in [
        ("legal-hold", "s3:GetBucketObjectLockConfiguration"),
        ("retention", "s3:GetBucketObjectLockConfiguration"),
        ("copy", "s3:GetBucketObjectLockConfiguration"),
        ("acl", "s3:GetBucketOwnershipControls"),
        ("replicate", "s3:GetReplicationConfiguration"),
    ] {
        for other in ["legal-hold", "retention", "copy", "acl", "replicate", "tag", "lambda"] {
            let help = sealed.run(["s3", "job", "create", other, "--help"]).expect(0).stdout;
            assert!(help.contains("on the manifest, and on a few of the objects"), "{help}");
            let shares = action.ends_with("ObjectLockConfiguration")
                && ["legal-hold", "retention", "copy"].contains(&other);
            assert_eq!(help.contains(action), other == operation || shares, "{other}: {action}");
        }
    }
}

/// Of a list that is not looked at whole nobody must believe that all of it is fit.
#[test]
fn how_many_objects_were_looked_at_is_told() {
    let rehearsal = Rehearsal::new();
    let rows: String = (0..3010).map(|number| format!("data,none-{number:04}\n")).collect();
    rehearsal.put("lists", "long.csv", &rows.replacen("data,none-0000", "data,a%20b.csv", 1));
    for (source, state, told) in [
        (["--manifest", "s3://lists/long.csv"], "partly", "8 of 3010 objects looked at"),
        (["--manifest", "s3://lists/data.csv"], "good", "all 2 objects looked at"),
        (["--generate", "s3://archive"], "good", "all 2 objects looked at"),
    ] {
        let dry = [&["create", "copy", "--to", "s3://copies"], &source[..], &QUIET, &["--dry-run"]].concat();
        let ran = rehearsal.job(&[&dry[..], &["-o", "json"]].concat()).expect(0);
        let checks = ran.json()["item"]["checks"].as_array().unwrap().clone();
        let check = serde_json::json!({ "check": "objects", "state": state, "message": told });
        assert!(checks.contains(&check), "{checks:?}");
        let is_told = ran.stderr.contains(&format!("objects: {told}\n"));
        assert_eq!(is_told, state == "partly", "{ran:?}");
    }
}

#[test]
fn a_source_in_another_region_is_a_warning() {
    let rehearsal = Rehearsal::new();
    rehearsal.put("lists", "far.csv", "far,data.csv\n");
    let far = ["--manifest", "s3://lists/far.csv"];
    for (operation, more) in [
        (
            &["copy", "--to", "s3://copies"][..],
            ": every copy goes from one region to the other, which is paid by the byte",
        ),
        (&["tag", "a=b"], ""),
    ] {
        let ran = rehearsal.job(&[&["create"], operation, &far, &QUIET, &["--dry-run"]].concat()).expect(0);
        let told = format!(
            "warning: objects: the bucket far is in eu-central-1, and the job would be in eu-west-1{more}\n"
        );
        assert!(ran.stderr.contains(&told), "{ran:?}");
    }
}

#[test]
fn a_role_that_may_not_be_looked_at_is_not_known_and_no_failure() {
    let rehearsal = Rehearsal::with("[deny]\nactions = [\"iam:GetRole\"]\n");
    let args = tag(&["--manifest", "s3://lists/data.csv", "--dry-run"], &QUIET);
    let ran = rehearsal.job(&args).expect(0);
    assert!(ran.stderr.contains("role: not known: IAM does not tell of batch: AccessDenied"), "{ran:?}");
}

#[test]
fn no_preflight_looks_at_nothing() {
    let rehearsal = Rehearsal::new();
    let how = ["--role", "stranger", "--no-report", "--no-preflight"];
    rehearsal.created(&tag(&["--manifest", "s3://lists/data.csv"], &how)[1..]);
}
