//! Completion reports as lists of objects.

use serde_json::{Value, json};

use super::md5;
use crate::s3::Shelf;
use crate::support::{Ran, Sealed};

const SUCCEEDED: &str = "data-1,a%20b,v1,succeeded,,200,Successful\n";
const FAILED: &str = "data-1,c+d,null,failed,403,AccessDenied,\"no, \"\"never\"\"\nat all\"\n";

fn manifest() -> Value {
    let entry = |status: &str, name: &str, text: &str| {
        json!({"TaskExecutionStatus": status, "Bucket": "lists-1", "MD5Checksum": md5(text.as_bytes()),
               "Key": format!("reports/job-1/results/{name}.csv")})
    };
    json!({
        "Format": "Report_CSV_20180820", "ReportCreationDate": "2026-11-02T08:15:30.123Z",
        "Results": [entry("succeeded", "aa", SUCCEEDED), entry("failed", "bb", FAILED)],
        "ReportSchema": "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"
    })
}

fn local(sealed: &Sealed, manifest: Option<&Value>) {
    sealed.write("job-1/results/aa.csv", SUCCEEDED);
    sealed.write("job-1/results/bb.csv", FAILED);
    if let Some(manifest) = manifest {
        sealed.write("job-1/manifest.json", &manifest.to_string());
    }
}

fn rows(ran: &Ran) -> Vec<(String, String)> {
    let rows = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|it| (it["key"].as_str().unwrap().to_owned(), it["taskStatus"].as_str().unwrap().to_owned()))
        .collect()
}

fn expected() -> Vec<(String, String)> {
    vec![("a b".to_owned(), "succeeded".to_owned()), ("c d".to_owned(), "failed".to_owned())]
}

#[test]
fn a_report_is_read_with_and_without_its_manifest() {
    for manifest in [Some(manifest()), None] {
        let shelf = Shelf::start();
        let sealed = shelf.sealed();
        local(&sealed, manifest.as_ref());
        shelf
            .put("/lists-1/reports/job-1/results/aa.csv", SUCCEEDED)
            .put("/lists-1/reports/job-1/results/bb.csv", FAILED);
        if let Some(manifest) = &manifest {
            shelf.put("/lists-1/reports/job-1/manifest.json", manifest.to_string());
        }
        for source in [
            "job-1",
            "report:job-1/manifest.json",
            "report:s3://lists-1/reports/job-1",
            "report:s3://lists-1/reports/job-1/",
        ] {
            let ran = sealed.run(["s3", "manifest", "head", source, "-o", "ndjson"]).expect(0);
            assert_eq!(rows(&ran), expected(), "{source} with {manifest:?}");
        }
    }
}

/// What is done to its manifest, the exit code, what is said.
type Spoilt<'a> = (fn(&mut Value), i32, &'a str);

#[test]
fn a_report_that_is_none_or_not_whole_is_refused() {
    let shelf = Shelf::start();
    shelf.put("/lists-1/other", "x");
    let sealed = shelf.sealed();
    for (source, code, message) in [
        ("report:none", 3, "cannot read none"),
        ("report:s3://lists-1/none/", 3, "cannot read s3://lists-1/none/manifest.json"),
        ("report:-", 2, "a completion report has several files"),
    ] {
        let ran = sealed.run(["s3", "manifest", "stats", source]).expect(code);
        assert!(ran.stderr.contains(message), "{source}: {ran:?}");
    }
    let spoilt: [Spoilt; 4] = [
        (|it| it["Format"] = json!("Report_CSV_2030"), 2, "its format is `Report_CSV_2030`"),
        (|it| it["Results"] = json!(7), 2, "it is no manifest of a completion report"),
        (|it| it["Results"][1]["MD5Checksum"] = json!("00"), 1, "results/bb.csv"),
        (
            |it| it["Results"][1]["Key"] = json!("reports/job-1/results/cc.csv"),
            3,
            "results/cc.csv is not there",
        ),
    ];
    for (spoil, code, message) in spoilt {
        let mut manifest = manifest();
        spoil(&mut manifest);
        local(&sealed, Some(&manifest));
        let ran = sealed.run(["s3", "manifest", "stats", "job-1"]).expect(code);
        assert!(ran.stderr.contains(message), "{ran:?}");
    }
}
