//! `opsctl s3 job create -f`: what is said beside a file, and documents with parts that few clients know.

use serde_json::{Value, json};

use super::{scripted, signed_in_to};
use crate::support::{Reply, Sandbox, Sealed};

const CONFIG: &str = r#"
[[buckets]]
name = "data-1"
objects = [{ key = "logs/a", body = "1" }, { key = "logs/b", body = "2" }]

[[buckets]]
name = "lists-1"
objects = [{ key = "one.csv", body = "data-1,logs/a\n" }]

[[roles]]
name = "batch"
"#;

fn plan(sealed: &Sealed, file: &str, more: &[&str]) -> Value {
    let create = ["--sandbox", "s3", "job", "create", "-f", file, "--dry-run", "-o", "json", "--query"];
    sealed.run([&create[..], &["item.parameters"], more].concat()).expect(0).json()
}

#[test]
fn what_is_said_beside_a_file_stands_for_what_it_says() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some(CONFIG));
    // An example, as it comes: none of its buckets and roles are here.
    let text = sealed.run(["s3", "job", "create", "--example", "tag"]).expect(0).stdout;
    let file = sealed.write("job.yaml", &text);
    let file = file.to_str().unwrap();
    let own = ["--role", "batch", "--report", "s3://lists-1/reports", "--manifest", "s3://lists-1/one.csv"];
    let first = plan(&sealed, file, &own);
    assert_eq!(first["RoleArn"].as_str().unwrap().rsplit(':').next(), Some("role/batch"));
    assert_eq!(
        (&first["Report"]["Bucket"], &first["Report"]["Prefix"]),
        (&json!("arn:aws:s3:::lists-1"), &json!("reports"))
    );
    assert_eq!(first["Manifest"]["Location"]["ObjectArn"], "arn:aws:s3:::lists-1/one.csv");
    assert!(text.contains("S3PutObjectTagging") && first["Operation"]["S3PutObjectTagging"].is_object());
    let more = ["--priority", "99", "--description", "-nightly"];
    let other = plan(&sealed, file, &[&own[..], &more].concat());
    assert_eq!((&other["Priority"], &other["Description"]), (&json!(99), &json!("-nightly")));
    assert_ne!(first["ClientRequestToken"], other["ClientRequestToken"]);
    assert_eq!(other["Operation"], first["Operation"]);
    let built = plan(&sealed, file, &[&own[..4], &["--build", "s3://data-1/logs/", "--glob", "*b"]].concat());
    let list = built["Manifest"]["Location"]["ObjectArn"].as_str().unwrap();
    assert!(list.starts_with("arn:aws:s3:::lists-1/reports/manifest-"), "{list}");
    let generated = plan(&sealed, file, &[&own[..4], &["--generate", "s3://data-1/logs/"]].concat());
    assert!(generated.get("Manifest").is_none() && generated["ManifestGenerator"].is_object(), "{generated}");
}

#[test]
fn what_stands_beside_a_file_needs_one() {
    let sealed = Sealed::new();
    for args in [
        &["--role", "batch"][..],
        &["--report", "s3://lists-1"],
        &["--priority", "1"],
        &["--manifest", "s3://lists-1/one.csv"],
        &[
            "--manifest",
            "s3://lists-1/one.csv",
            "untag",
            "--manifest",
            "s3://a-1/b",
            "--role",
            "r",
            "--no-report",
        ],
    ] {
        let ran = sealed.run([&["s3", "job", "create"], args].concat()).expect(2);
        assert_eq!(ran.stdout, "", "{ran:?}");
    }
    // What the file says wrongly is still told with its place.
    let file = sealed
        .write("job.yaml", "Operation: {S3DeleteObjectTagging: {}}\nReport: {Enabled: false}\nPriority: x\n");
    let args =
        ["s3", "job", "create", "-f", file.to_str().unwrap(), "--role", "batch", "--manifest", "s3://a-1/b"];
    let ran = sealed.run(args).expect(2);
    assert!(ran.stderr.contains("job.yaml:3:11: Priority: "), "{ran:?}");
    assert!(!ran.stderr.contains("RoleArn") && !ran.stderr.contains("Manifest"), "{ran:?}");
}

/// Event holds are newer than most clients: what a document says of them is on the wire, member by member.
#[test]
fn event_holds_are_sent() {
    const JOB: &str = "5b6f8a1e-3c1d-4f7e-9a52-0c7d2f1e4a90";
    let aws = scripted(|request| match request.line.starts_with("POST /v20180820/jobs") {
        true => Reply::xml(format!("<CreateJobResult><JobId>{JOB}</JobId></CreateJobResult>")),
        false => Reply::xml("<ListJobsResult></ListJobsResult>"),
    });
    let sealed = signed_in_to(&aws);
    let rest = "Report: {Enabled: false}\nPriority: 1\nRoleArn: arn:aws:iam::111122223333:role/batch\nManifest:\n  \
                Spec: {Format: S3BatchOperations_CSV_20180820, Fields: [Bucket, Key]}\n  \
                Location: {ObjectArn: 'arn:aws:s3:::lists-1/one.csv', ETag: abc}\n";
    for (operation, sent) in [
        (
            "S3PutObjectRetention: {Retention: {EventHold: 'ON', EventHoldDuration: {Days: 30}}}",
            &["<EventHold>ON</EventHold>", "<EventHoldDuration><Days>30</Days></EventHoldDuration>"][..],
        ),
        (
            "S3PutObjectRetention: {Retention: {EventHold: 'OFF', EventHoldDuration: {Years: 7}}}",
            &["<EventHold>OFF</EventHold>", "<EventHoldDuration><Years>7</Years></EventHoldDuration>"],
        ),
        (
            "S3PutObjectCopy: {TargetResource: 'arn:aws:s3:::copies-1', ObjectLockEventHold: 'ON', \
             ObjectLockEventHoldDuration: {Days: 5}}",
            &[
                "<ObjectLockEventHold>ON</ObjectLockEventHold>",
                "<ObjectLockEventHoldDuration><Days>5</Days></ObjectLockEventHoldDuration>",
            ],
        ),
    ] {
        let file = sealed.write("job.yaml", &format!("Operation:\n  {operation}\n{rest}"));
        let args = ["s3", "job", "create", "--run", "--no-preflight", "-f", file.to_str().unwrap()];
        sealed.run(args).expect(0);
        let requests = aws.requests();
        let create = requests.iter().rev().find(|request| request.line.starts_with("POST /v20180820/jobs"));
        let body = &create.unwrap().body;
        for element in sent {
            assert!(body.contains(element), "{element}: {body}");
        }
    }
    let wrong =
        "S3PutObjectRetention: {Retention: {EventHold: maybe, EventHoldDuration: {Days: 0, Months: 1}}}";
    let file = sealed.write("job.yaml", &format!("Operation:\n  {wrong}\n{rest}"));
    let ran = sealed.run(["s3", "job", "create", "-f", file.to_str().unwrap()]).expect(2);
    for told in ["EventHold: ", "EventHoldDuration.Days: ", "EventHoldDuration.Months: unknown field"] {
        assert!(ran.stderr.contains(told), "{told}: {ran:?}");
    }
}
