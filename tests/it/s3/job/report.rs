//! `opsctl s3 job report` of folders here and in S3.

use serde_json::{Value, json};

use crate::s3::Shelf;
use crate::support::Sealed;

const SUCCEEDED: &str =
    "data-1,logs/a%20b,v1,succeeded,,200,Successful\ndata-1,c,v1,succeeded,200,,Successful\n";
const FAILED: &str = "data-1,logs/d,v1,failed,403,AccessDenied,Access Denied\n\
                      data-1,logs/e,v1,failed,AccessDenied,403,Access Denied\n\
                      data-1,img/f,null,failed,NoSuchKey,404,\"gone, \"\"really\"\"\nand for good\"\n\
                      data-1,img/g,v1,failed,Unheard,400,what\n";

fn md5(text: &str) -> String {
    use md5::Digest as _;
    md5::Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn manifest() -> Value {
    let entry = |status: &str, name: &str, text: &str| {
        json!({"TaskExecutionStatus": status, "Bucket": "lists-1", "MD5Checksum": md5(text),
               "Key": format!("reports/job-1/results/{name}.csv")})
    };
    json!({
        "Format": "Report_CSV_20180820", "ReportCreationDate": "2026-11-02T08:15:30.123Z",
        "Results": [entry("succeeded", "aa", SUCCEEDED), entry("failed", "bb", FAILED)],
        "ReportSchema": "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"
    })
}

fn local(sealed: &Sealed) {
    sealed.write("job-1/manifest.json", &manifest().to_string());
    sealed.write("job-1/results/aa.csv", SUCCEEDED);
    sealed.write("job-1/results/bb.csv", FAILED);
}

#[test]
fn failed_tasks_are_grouped_with_cause_and_cure() {
    let shelf = Shelf::start();
    let sealed = shelf.sealed();
    local(&sealed);
    shelf
        .put("/lists-1/reports/job-1/manifest.json", manifest().to_string())
        .put("/lists-1/reports/job-1/results/aa.csv", SUCCEEDED)
        .put("/lists-1/reports/job-1/results/bb.csv", FAILED);
    for place in ["job-1", "job-1/manifest.json", "s3://lists-1/reports/job-1/"] {
        let ran = sealed.run(["s3", "job", "report", place, "-o", "json"]).expect(0);
        assert_eq!(ran.stderr, "6 tasks reported: 2 succeeded, 4 failed\n", "{place}");
        let answer = ran.json();
        let groups: Vec<Value> = answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| json!([it["tasks"], it["errorCode"], it["httpStatus"], it["prefix"]]))
            .collect();
        let expected = [
            json!([2, "AccessDenied", 403, "logs/"]),
            json!([1, "NoSuchKey", 404, "img/"]),
            json!([1, "Unheard", 400, "img/"]),
        ];
        assert_eq!(groups, expected, "{place}");
        let gone = &answer["items"][1];
        assert_eq!(gone["message"], "gone, \"really\"\nand for good");
        assert_eq!(
            (&gone["key"], &gone["versionId"], &gone["isPassing"]),
            (&json!("img/f"), &json!("null"), &json!(false))
        );
        assert!(gone["cause"].as_str().unwrap().starts_with("the object is gone"), "{gone}");
        assert_eq!(gone["cure"], "opsctl s3 manifest check MANIFEST");
        assert_eq!(answer["items"][2]["cause"], Value::Null);
    }
}

#[test]
fn every_task_is_a_line_of_ndjson() {
    let sealed = Sealed::new();
    local(&sealed);
    let rows = |more: &[&str]| {
        let ran = sealed.run(["s3", "job", "report", "job-1", "-o", "ndjson"].iter().chain(more)).expect(0);
        let mut rows: Vec<Value> =
            ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        rows.sort_by_key(|row| row["key"].as_str().unwrap().to_owned());
        rows
    };
    let keys: Vec<String> = rows(&[]).iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!(keys, ["c", "img/f", "img/g", "logs/a b", "logs/d", "logs/e"]);
    let failed = rows(&["--failed"]);
    assert_eq!(failed.len(), 4);
    let row = json!({"bucket": "data-1", "key": "logs/d", "versionId": "v1", "status": "failed",
                     "errorCode": "AccessDenied", "httpStatus": 403, "message": "Access Denied"});
    assert_eq!(failed[2], row);
    sealed.run(["s3", "job", "report", "job-1", "--failed"]).expect(2);
}

#[test]
fn what_is_not_whole_is_said() {
    let sealed = Sealed::new();
    sealed.write("job-1/results/bb.csv", FAILED);
    let ran = sealed.run(["s3", "job", "report", "job-1"]).expect(0);
    assert!(ran.stderr.contains("warning: job-1 has no manifest.json, which S3 writes last"), "{ran:?}");
    assert!(ran.stderr.contains("4 tasks reported so far: 0 succeeded, 4 failed"), "{ran:?}");
    assert!(ran.stdout.contains("AccessDenied") && ran.stdout.contains("the object is gone"), "{ran:?}");
    local(&sealed);
    sealed.write("job-1/results/bb.csv", &FAILED[..FAILED.len() - 5]);
    let ran = sealed.run(["s3", "job", "report", "job-1"]).expect(1);
    assert!(ran.stderr.contains("bb.csv") && ran.stderr.contains("its MD5 is "), "{ran:?}");
    std::fs::remove_file(sealed.path("job-1/results/bb.csv")).unwrap();
    let ran = sealed.run(["s3", "job", "report", "job-1"]).expect(3);
    assert!(ran.stderr.contains("its data file reports/job-1/results/bb.csv is not there"), "{ran:?}");
    for (name, code) in [("none/", 3), ("x", 2)] {
        sealed.run(["s3", "job", "report", name]).expect(code);
    }
}
