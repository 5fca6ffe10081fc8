//! `opsctl s3 job report` of folders here and in S3.

use serde_json::{Value, json};

use super::{scripted, signed_in_to};
use crate::s3::Shelf;
use crate::support::{FakeAws, Reply, Sealed, Terminal};

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
        let ran = sealed.run(["s3", "job", "report", place, "-o", "json", "--allow-failures"]).expect(0);
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
        let example = json!({"bucket": "data-1", "key": "img/f", "versionId": "null",
                             "message": "gone, \"really\"\nand for good"});
        assert_eq!((&gone["examples"], &gone["isPassing"]), (&json!([example]), &json!(false)));
        let denied = answer["items"][0]["examples"].as_array().unwrap();
        let keys: Vec<&str> = denied.iter().map(|example| example["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["logs/d", "logs/e"]);
        assert!(gone["cause"].as_str().unwrap().starts_with("the object is gone"), "{gone}");
        assert_eq!(gone["cure"], "opsctl s3 manifest check MANIFEST");
        assert_eq!(answer["items"][2]["cause"], Value::Null);
    }
}

/// As with watch: a script sees by the code whether a task failed.
#[test]
fn failed_tasks_are_told_by_the_exit_code() {
    let sealed = Sealed::new();
    local(&sealed);
    for format in ["table", "json", "ndjson"] {
        let ran = sealed.run(["s3", "job", "report", "job-1", "-o", format]).expect(6);
        assert!(ran.stderr.starts_with("6 tasks reported: 2 succeeded, 4 failed\n"), "{format}: {ran:?}");
        assert!(ran.stderr.contains("4 of 6 tasks failed"), "{format}: {ran:?}");
        sealed.run(["s3", "job", "report", "job-1", "-o", format, "--allow-failures"]).expect(0);
    }
    sealed.write("good/results/aa.csv", SUCCEEDED);
    let ran = sealed.run(["s3", "job", "report", "good"]).expect(0);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.ends_with("2 tasks reported so far: 2 succeeded, 0 failed\n"), "{ran:?}");
    let table = sealed.run(["s3", "job", "report", "job-1", "--columns", "error,example,message"]).expect(6);
    assert!(table.stdout.contains("s3://data-1/img/f, version null"), "{table:?}");
}

fn described(status: &str, more: &str) -> FakeAws {
    let job = format!(
        "<DescribeJobResult><Job><JobId>job-12345</JobId><Status>{status}</Status><Priority>10</Priority>{more}\
         </Job></DescribeJobResult>"
    );
    scripted(move |request| match request.line.as_str() {
        line if line.contains("/v20180820/jobs/") => Reply::xml(job.clone()),
        line if line.contains("list-type=2") => {
            Reply::xml("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")
        }
        _ => Reply {
            status: 404,
            ..Reply::xml("<Error><Code>NoSuchKey</Code><Message>none</Message></Error>")
        },
    })
}

#[test]
fn a_report_that_is_not_there_says_why() {
    const REPORT: &str = "<Report><Enabled>true</Enabled><Bucket>arn:aws:s3:::reports-1</Bucket><Prefix>out</Prefix>\
                          <Format>Report_CSV_20180820</Format></Report>";
    const RAN: &str = "<ProgressSummary><TotalNumberOfTasks>3</TotalNumberOfTasks>\
                       <NumberOfTasksSucceeded>3</NumberOfTasksSucceeded></ProgressSummary>";
    let ended = |when: &str| format!("{REPORT}{RAN}<TerminationDate>{when}</TerminationDate>");
    for (status, more, code, told, next) in [
        (
            "Complete",
            "<Report><Enabled>false</Enabled></Report>".to_owned(),
            3,
            "it was made without one",
            "show",
        ),
        ("Active", format!("{REPORT}{RAN}"), 9, "has no completion report yet: it is Active", "watch"),
        ("Suspended", REPORT.to_owned(), 9, "has no completion report yet: it is Suspended", "watch"),
        ("Failed", REPORT.to_owned(), 3, "it is Failed, and ran no task", "show"),
        // Whatever the clock here says, that has just been.
        ("Complete", ended("2999-01-01T00:00:00Z"), 75, "is not there yet", "report"),
        ("Complete", ended("2020-01-01T00:00:00Z"), 3, "is no longer there", "show"),
    ] {
        let aws = described(status, &more);
        let sealed = signed_in_to(&aws);
        for format in ["table", "ndjson"] {
            let ran = sealed.run(["s3", "job", "report", "job-12345", "-o", format]).expect(code);
            assert!(ran.stderr.contains(told), "{told}: {ran:?}");
            assert!(ran.stderr.contains(&format!("opsctl s3 job {next} job-12345")), "{told}: {ran:?}");
            assert_eq!(ran.stdout, "", "{told}");
        }
    }
}

#[test]
fn every_task_is_a_line_of_ndjson() {
    let sealed = Sealed::new();
    local(&sealed);
    let rows = |more: &[&str]| {
        let ran = sealed.run(["s3", "job", "report", "job-1", "-o", "ndjson"].iter().chain(more)).expect(6);
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
    let ran = sealed.run(["s3", "job", "report", "job-1"]).expect(6);
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

#[test]
fn cause_and_cure_are_whole_under_the_table_however_narrow_the_terminal_is() {
    let sealed = Sealed::new();
    local(&sealed);
    let line = ["s3", "job", "report", "job-1", "--allow-failures"];
    let (screen, status, _) = Terminal::opsctl(&sealed, (80, 50), &line).end();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let denied = "AccessDenied: the role, the bucket's policy or the key's policy denies it; without s3:ListBucket a \
                  missing key looks so too cure: opsctl s3 job policy prints what the role needs";
    assert!(status.success() && words(&screen).contains(denied), "{screen}");
    assert_eq!(screen.matches("AccessDenied:").count(), 1, "{screen}");
    assert!(screen.lines().all(|line| line.trim_end().chars().count() <= 80), "{screen}");
    let table = sealed.run(line).expect(0);
    assert!(table.stdout.starts_with("TASKS  ERROR         STATUS  PREFIX\n"), "{table:?}");
    assert!(words(&table.stdout).contains(denied) && table.stdout.contains("\nNoSuchKey: "), "{table:?}");
    // Whoever names columns has them.
    let named = sealed.run(line.iter().chain(&["--columns", "error,cause"])).expect(0);
    assert!(named.stdout.starts_with("ERROR         LIKELY CAUSE\n"), "{named:?}");
    assert!(!named.stdout.contains("cure:"), "{named:?}");
}
