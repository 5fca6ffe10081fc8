//! `opsctl s3 job create … --build`: from a listing to a job, in one command that can be sent again.

use serde_json::json;

use crate::support::{Ran, Sandbox, Sealed};

const CONFIG: &str = r#"
[[buckets]]
name = "data-1"
objects = [
  { key = "logs/a b.txt", body = "1" },
  { key = "logs/c,d+e 100%.txt", body = "22" },
  { key = "logs/f.tmp", body = "333" },
  { key = "other.txt", body = "4444" },
]

[[buckets]]
name = "big-1"
objects = [
  { key = "huge/{n}.bin", count = 5, size = 6000000000 },
  { key = "exact.bin", size = 5368709120 },
  { key = "cold.tar", body = "old", storage_class = "GLACIER" },
]

[[buckets]]
name = "closed-1"
denied_prefixes = ["secret/"]
objects = [{ key = "open/a", body = "1" }, { key = "secret/b", body = "2" }]

[[buckets]]
name = "copies-1"

[[buckets]]
name = "reports-1"

[[buckets]]
name = "lists-1"

[[buckets]]
name = "far-1"
region = "eu-central-1"
objects = [{ key = "x/{n}", count = 3 }]

[[roles]]
name = "batch"
"#;

const LOGS: [&str; 8] =
    ["create", "copy", "--to", "s3://copies-1/kept", "--build", "s3://data-1/logs/", "--suffix", ".txt"];
const HOW: [&str; 4] = ["--role", "batch", "--report", "s3://reports-1/batch"];

/// The bucket is not there: who listed first would say so.
#[test]
fn what_is_known_to_be_wrong_is_told_before_anything_is_listed() {
    let (sealed, _sandbox) = start();
    let build = ["--build", "s3://nowhere-1/"];
    for (create, told) in [
        (&["create", "tag", "a=b", "a=c"][..], &["KEY=VALUE: `a` is given twice"][..]),
        (&["create", "tag", "a=b", "--description", ""], &["--description: is empty"]),
        (&["create", "restore", "--days", "0"], &["--days: must be at least 1"]),
        (&["create", "encrypt", "--kms-key", "alias/x"], &["--kms-key: has 7 characters; 20 to 2048"]),
        (
            &[
                "create",
                "copy",
                "--to",
                "s3://copies-1",
                "--retain-until",
                "2020-01-01",
                "--lock-mode",
                "governance",
            ],
            &["--retain-until: 2020-01-01T00:00:00Z is in the past"],
        ),
        (&["create", "tag", "a=b", "--regex", "("], &["("]),
        (&["create", "tag", "a=b", "--wait"], &["hint: add --run"]),
    ] {
        let ran = job(&sealed, &[create, &build, &HOW]).expect(2);
        for told in told {
            assert!(ran.stderr.contains(told), "{told}: {ran:?}");
        }
        assert!(!ran.stderr.contains("nowhere-1"), "{ran:?}");
    }
    // As programs see it, each is a cause of its own.
    let twice = ["create", "tag", "a=b", "a=c", "--description", "", "-o", "json"];
    let ran = job(&sealed, &[&twice, &build, &HOW]).expect(2);
    let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(error["causes"].as_array().unwrap().len(), 2, "{error}");
}

fn start() -> (Sealed, Sandbox) {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some(CONFIG));
    (sealed, sandbox)
}

fn job(sealed: &Sealed, args: &[&[&str]]) -> Ran {
    sealed.run([&["--sandbox", "s3", "job"], args.concat().as_slice()].concat())
}

/// The keys of a bucket below a prefix.
fn keys(sealed: &Sealed, place: &str) -> Vec<String> {
    let ran = sealed.run(["--sandbox", "s3", "manifest", "build", place, "--to", "-"]).expect(0);
    ran.stdout.lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
}

fn put(sealed: &Sealed, place: &str, text: &str) {
    sealed.run_with(["--sandbox", "sandbox", "put", "-", place], text.as_bytes()).expect(0);
}

fn jobs(sealed: &Sealed) -> usize {
    job(sealed, &[&["list", "-o", "json"]]).expect(0).json()["items"].as_array().unwrap().len()
}

#[test]
fn a_listing_becomes_a_job_that_is_made_once() {
    let (sealed, _sandbox) = start();
    let wait = ["--run", "--wait", "--interval", "100ms", "-o", "json"];
    let ran = job(&sealed, &[&LOGS, &HOW, &wait]).expect(0);
    let made = ran.json()["item"].clone();
    let manifests = keys(&sealed, "s3://reports-1/batch/manifest-");
    assert_eq!(manifests.len(), 1, "{manifests:?}");
    let manifest = format!("s3://reports-1/{}", manifests[0]);
    assert!(ran.stderr.contains(&format!("the manifest of 2 rows is {manifest}\n")), "{ran:?}");
    assert_eq!(made["source"]["Manifest"]["Spec"]["Fields"], json!(["Bucket", "Key"]));
    let etag = made["source"]["Manifest"]["Location"]["ETag"].as_str().unwrap();
    assert_eq!(manifests[0], format!("batch/manifest-{etag}.csv"));
    assert_eq!(keys(&sealed, "s3://copies-1/"), ["kept/logs/a%20b.txt", "kept/logs/c%2Cd%2Be%20100%25.txt"]);
    // What a line of cron does the next night.
    let id = made["jobId"].as_str().unwrap();
    let again = job(&sealed, &[&LOGS, &HOW, &["--run"]]).expect(9);
    assert!(
        again.stderr.contains(&format!("the job {id} was made before, with the same settings")),
        "{again:?}"
    );
    assert_eq!(job(&sealed, &[&LOGS, &HOW, &["--run", "--if-exists", "ok"]]).expect(0).stdout.trim_end(), id);
    assert_eq!((jobs(&sealed), keys(&sealed, "s3://reports-1/batch/manifest-").len()), (1, 1));
    // Another list is another job, and leaves the list of the first one alone.
    put(&sealed, "s3://data-1/logs/new.txt", "5");
    let other = job(&sealed, &[&LOGS, &HOW, &wait]).expect(0).json();
    assert_ne!(other["item"]["jobId"].as_str().unwrap(), id);
    let id = other["item"]["jobId"].as_str().unwrap();
    let shown = job(&sealed, &[&["show", id, "-o", "json"]]).expect(0).json();
    assert_eq!(shown["item"]["totalTasks"], 3, "{shown}");
    let manifests = keys(&sealed, "s3://reports-1/batch/manifest-");
    assert_eq!((jobs(&sealed), manifests.len()), (2, 2));
    assert!(manifests.contains(&format!("batch/manifest-{etag}.csv")), "{manifests:?}");
}

#[test]
fn a_dry_run_sends_nothing_and_says_exactly_what_would_be() {
    let (sealed, _sandbox) = start();
    let dry = ["--dry-run", "-o", "json"];
    let ran = job(&sealed, &[&LOGS, &HOW, &dry]).expect(0);
    let plan = ran.json()["item"].clone();
    let to = plan["manifest"]["to"].as_str().unwrap();
    assert_eq!((&plan["manifest"]["rows"], &plan["manifest"]["isThere"]), (&json!(2), &json!(false)));
    assert!(
        ran.stderr.contains(&format!(
            "dry run: {to} would be written, with 2 rows\ndry run: 1 job would be created\n"
        )),
        "{ran:?}"
    );
    assert_eq!((&plan["cost"]["objects"], &plan["cost"]["isEstimate"]), (&json!(2), &json!(false)));
    assert_eq!((keys(&sealed, "s3://reports-1/"), jobs(&sealed)), (vec![], 0));
    let made = job(&sealed, &[&LOGS, &HOW, &["-o", "json"]]).expect(0).json()["item"].clone();
    assert_eq!(made["source"]["Manifest"], plan["parameters"]["Manifest"]);
    let plan = job(&sealed, &[&LOGS, &HOW, &dry]).expect(0).json()["item"].clone();
    assert_eq!(plan["manifest"]["isThere"], true);
}

/// Their sizes are known, all of them.
#[test]
fn objects_that_cannot_be_copied_are_counted_exactly() {
    let (sealed, _sandbox) = start();
    let copy = ["create", "copy", "--to", "s3://copies-1", "--build", "s3://big-1/", "--dry-run"];
    let ran = job(&sealed, &[&copy, &HOW]).expect(0);
    let large =
        "warning: objects: over 5 GB, which a copy job cannot copy: 5 objects, such as s3://big-1/huge/";
    assert!(ran.stderr.contains(large), "{ran:?}");
    let cold = "archived, and cannot be copied before they are restored: 1 object, s3://big-1/cold.tar\n";
    assert!(ran.stderr.contains(cold), "{ran:?}");
    let fewer = ["--smaller-than", "5GB", "--of-class", "standard"];
    let ran = job(&sealed, &[&copy, &HOW, &fewer]).expect(6);
    assert!(ran.stderr.contains("no object was found: there is nothing to do"), "{ran:?}");
    let ran = job(&sealed, &[&copy, &HOW, &["--smaller-than", "5GiB"]]).expect(0);
    assert!(!ran.stderr.contains("over 5 GB") && ran.stderr.contains("cold.tar"), "{ran:?}");
    // Of what is put out by a limit nothing is said.
    let ran = job(&sealed, &[&copy, &HOW, &["--limit", "2"]]).expect(0);
    assert!(!ran.stderr.contains("over 5 GB"), "{ran:?}");
    let restore = ["create", "restore", "--days", "2", "--build", "s3://big-1/", "--dry-run"];
    let ran = job(&sealed, &[&restore, &HOW]).expect(0);
    let warm = "not archived, so that there is nothing to restore: 6 objects, such as s3://big-1/";
    assert!(ran.stderr.contains(warm), "{ran:?}");
}

#[test]
fn a_list_goes_where_it_is_told_and_over_nothing() {
    let (sealed, _sandbox) = start();
    let to =
        |place: &str| job(&sealed, &[&LOGS, &["--role", "batch", "--no-report", "--manifest-to", place]]);
    to("s3://lists-1/night.csv").expect(0);
    assert_eq!(keys(&sealed, "s3://lists-1/"), ["night.csv"]);
    let rows = sealed.run(["--sandbox", "s3", "manifest", "head", "s3://lists-1/night.csv", "-o", "ndjson"]);
    assert_eq!(rows.expect(0).stdout.lines().count(), 2);
    to("s3://lists-1/night.csv").expect(9);
    put(&sealed, "s3://data-1/logs/new.txt", "5");
    let ran = to("s3://lists-1/night.csv").expect(9);
    assert!(
        ran.stderr.contains("there is another object at s3://lists-1/night.csv, and it is left"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("name a folder, as s3://lists-1/manifests/"), "{ran:?}");
    to("s3://lists-1/nights/").expect(0);
    assert_eq!((keys(&sealed, "s3://lists-1/nights/manifest-").len(), jobs(&sealed)), (1, 2));
}

#[test]
fn what_cannot_be_a_job_makes_none() {
    let (sealed, _sandbox) = start();
    let tag = ["create", "tag", "a=b", "--role", "batch"];
    for (args, code, told) in [
        (&["--no-report", "--build", "s3://data-1/"][..], 2, "nothing says where the list of the job goes"),
        (&["--no-report", "--build", "s3://data-1/", "--manifest-to", "s3://none-1/"], 3, "no bucket none-1"),
        (
            &["--no-report", "--build", "s3://data-1/", "--manifest-to", "s3://far-1/"],
            6,
            "is in eu-central-1",
        ),
        (
            &["--report", "s3://none-1/x", "--build", "s3://data-1/"],
            3,
            "there is no bucket none-1 for the report, beside which the list of the job goes",
        ),
        (&["--report", "s3://reports-1", "--build", "s3://none-1/"], 3, "none-1"),
        (&["--report", "s3://reports-1", "--build", "s3://data-1/x"], 6, "no object was found"),
        (
            &["--report", "s3://reports-1", "--build", "s3://data-1/", "--build", "s3://closed-1/secret/"],
            7,
            "no job is created: its list would lack objects",
        ),
        (&["--report", "s3://reports-1", "--build", "s3://data-1/", "--regex", "("], 2, "("),
        (&["--report", "s3://reports-1", "--build", "none.csv"], 3, "none.csv"),
        (&["--report", "s3://reports-1", "--build", "s3://data-1/", "--smaller-than", "0"], 2, "smaller"),
        (
            &["--report", "s3://reports-1", "--build", "s3://data-1/", "--generate", "s3://data-1"],
            2,
            "--generate",
        ),
        (&["--report", "s3://reports-1", "--manifest", "s3://data-1/a", "--glob", "*"], 2, "--glob"),
    ] {
        let ran = job(&sealed, &[&tag, args]).expect(code);
        assert!(ran.stderr.contains(told), "{args:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{args:?}");
    }
    // Not one of these options is passed over in silence: the job would be about other objects than it seems.
    let named = ["--report", "s3://reports-1", "--manifest", "s3://data-1/other.txt"];
    let generated = ["--report", "s3://reports-1", "--generate", "s3://data-1"];
    for option in
        [["--suffix", "x"], ["--larger-than", "1"], ["--created-after", "1d"], ["--of-class", "STANDARD"]]
    {
        let ran = job(&sealed, &[&tag, &named, &option]).expect(2);
        assert!(ran.stderr.contains(option[0]), "{option:?}: {ran:?}");
    }
    for option in [
        ["--prefix", "x"],
        ["--regex", "x"],
        ["--sample", "1%"],
        ["--limit", "1"],
        ["--manifest-to", "s3://lists-1"],
    ] {
        for source in [&named, &generated] {
            let ran = job(&sealed, &[&tag, source, &option]).expect(2);
            assert!(ran.stderr.contains(option[0]), "{option:?}: {ran:?}");
        }
    }
    let built = ["--report", "s3://reports-1", "--build", "s3://data-1/"];
    for option in [
        ["--substring", "x"],
        ["--keep-manifest", "s3://lists-1"],
        ["--etag", "x"],
        ["--fields", "Bucket,Key"],
    ] {
        let ran = job(&sealed, &[&tag, &built, &option]).expect(2);
        assert!(ran.stderr.contains(option[0]), "{option:?}: {ran:?}");
    }
    // Two buckets are seen before anything is sent.
    let both = ["--report", "s3://reports-1", "--build", "s3://data-1/", "--build", "s3://copies-1/"];
    put(&sealed, "s3://copies-1/x", "1");
    let ran = job(&sealed, &[&tag, &both]).expect(6);
    assert!(ran.stderr.contains("its rows are of several buckets: copies-1, data-1"), "{ran:?}");
    assert_eq!((keys(&sealed, "s3://reports-1/"), jobs(&sealed)), (vec![], 0));
}

/// Longer than one part of an upload: its ETag is another sum then, and known beforehand all the same.
#[test]
fn a_long_list_of_a_file_is_sent_in_parts_and_known_again() {
    let (sealed, _sandbox) = start();
    let rows: String =
        (0..110_000).map(|number| format!("data-1,{}{number:07}\n", "long/".repeat(14))).collect();
    assert!(rows.len() > 8 << 20);
    let file = sealed.write("long.csv", &rows);
    let create = ["create", "untag", "--no-preflight", "--build", file.to_str().unwrap()];
    let made = job(&sealed, &[&create, &HOW, &["-o", "json"]]).expect(0).json()["item"].clone();
    let etag = made["source"]["Manifest"]["Location"]["ETag"].as_str().unwrap();
    assert!(etag.ends_with("-2"), "{etag}");
    assert_eq!(keys(&sealed, "s3://reports-1/"), [format!("batch/manifest-{etag}.csv")]);
    let again = job(&sealed, &[&create, &HOW]).expect(9);
    assert!(again.stderr.contains("was made before, with the same settings"), "{again:?}");
    let kept = std::fs::read_dir(sealed.path("home/.local/state/opsctl/builds")).unwrap().count();
    assert_eq!(kept, 0);
}

#[test]
fn objects_of_another_region_are_copied_into_that_of_the_job() {
    let (sealed, _sandbox) = start();
    let copy = ["create", "copy", "--to", "s3://copies-1/far", "--build", "s3://far-1/x/", "--run", "--wait"];
    job(&sealed, &[&copy, &HOW]).expect(0);
    assert_eq!(keys(&sealed, "s3://copies-1/far/"), ["far/x/1", "far/x/2", "far/x/3"]);
}
