//! The job calls as another client makes them and reads their answers: botocore's serializer, signer and parser.

use super::Rehearsal;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::support::Sandbox;

/// The client, where it is installed.
struct Botocore {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Botocore {
    fn start(rehearsal: &Rehearsal) -> Option<Self> {
        let quiet = |command: &mut Command| {
            command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        };
        if !quiet(Command::new("python3").args(["-c", "import botocore"])) {
            eprintln!("not tested: there is no python3 with botocore here");
            return None;
        }
        let script = rehearsal.sealed.write("client.py", include_str!("client.py"));
        let (key, secret) = keys(&rehearsal.sandbox);
        let mut child = Command::new("python3")
            .arg(script)
            .args([&rehearsal.sandbox.endpoint, &key, &secret])
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Some(Botocore { child, stdin, stdout })
    }

    /// Status and answer.
    fn call(&mut self, operation: &str, mut parameters: Value) -> (u64, Value) {
        parameters["AccountId"] = json!("111122223333");
        writeln!(self.stdin, "{}", json!([operation, parameters])).unwrap();
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        let answer: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{operation}: {error}: {line}"));
        (answer[0].as_u64().unwrap(), answer[1].clone())
    }
}

impl Drop for Botocore {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The sandbox's own key.
fn keys(sandbox: &Sandbox) -> (String, String) {
    let text = std::fs::read_to_string(sandbox.dir.join("credentials")).unwrap();
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
        line.unwrap().to_owned()
    };
    (value("aws_access_key_id"), value("aws_secret_access_key"))
}

fn document(operation: Value, token: &str) -> Value {
    json!({
        "ConfirmationRequired": true,
        "Operation": operation,
        "Report": { "Enabled": true, "Bucket": "arn:aws:s3:::rehearsal-reports", "Prefix": "out",
                    "Format": "Report_CSV_20180820", "ReportScope": "AllTasks" },
        "ClientRequestToken": token,
        "Description": "a <job> & more",
        "Priority": 7,
        "RoleArn": "arn:aws:iam::111122223333:role/opsctl-batch",
        "Tags": [{ "Key": "team", "Value": "a & b".replace('&', "+") }],
        "ManifestGenerator": { "S3JobManifestGenerator": {
            "SourceBucket": "arn:aws:s3:::rehearsal-data", "EnableManifestOutput": true,
            "ManifestOutputLocation": {
                "Bucket": "arn:aws:s3:::rehearsal-manifests", "ManifestPrefix": "made",
                "ManifestFormat": "S3InventoryReport_CSV_20211130", "ManifestEncryption": { "SSES3": {} },
            },
            "Filter": { "KeyNameConstraint": { "MatchAnyPrefix": ["logs/"] },
                        "MatchAnyObjectEncryption": [{ "SSES3": {} }] },
        } },
    })
}

/// Every operation of the model with parameters of every kind.
fn operations() -> Vec<Value> {
    let tag = json!([{ "Key": "k", "Value": "v" }]);
    vec![
        json!({ "LambdaInvoke": { "FunctionArn": "f", "InvocationSchemaVersion": "2.0", "UserArguments": { "a": "b" } } }),
        json!({ "S3PutObjectCopy": {
            "TargetResource": "arn:aws:s3:::rehearsal-target", "TargetKeyPrefix": "p", "NewObjectTagging": tag,
            "MetadataDirective": "REPLACE", "NewObjectMetadata": { "ContentType": "a/b", "UserMetadata": { "x": "y" } },
            "AccessControlGrants": [{ "Grantee": { "TypeIdentifier": "id", "Identifier": "i" }, "Permission": "READ" }],
        } }),
        json!({ "S3PutObjectAcl": { "AccessControlPolicy": { "CannedAccessControlList": "private" } } }),
        json!({ "S3PutObjectTagging": { "TagSet": tag } }),
        json!({ "S3DeleteObjectTagging": {} }),
        json!({ "S3InitiateRestoreObject": { "ExpirationInDays": 1, "GlacierJobTier": "BULK" } }),
        json!({ "S3PutObjectLegalHold": { "LegalHold": { "Status": "ON" } } }),
        json!({ "S3PutObjectRetention": { "BypassGovernanceRetention": true, "Retention": { "Mode": "GOVERNANCE", "RetainUntilDate": "2099-01-01T00:00:00Z" } } }),
        json!({ "S3ReplicateObject": {} }),
        json!({ "S3ComputeObjectChecksum": { "ChecksumAlgorithm": "MD5", "ChecksumType": "FULL_OBJECT" } }),
        json!({ "S3UpdateObjectEncryption": { "ObjectEncryption": { "SSEKMS": {
            "KMSKeyArn": "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "BucketKeyEnabled": true,
        } } } }),
    ]
}

#[test]
fn another_client_reads_back_what_it_sent() {
    let rehearsal = Rehearsal::of("");
    let Some(mut botocore) = Botocore::start(&rehearsal) else { return };
    for (number, operation) in operations().into_iter().enumerate() {
        let sent = document(operation, &format!("t-{number}"));
        let (status, created) = botocore.call("CreateJob", sent.clone());
        assert_eq!(status, 200, "{created}");
        let id = created["JobId"].as_str().unwrap().to_owned();
        rehearsal.until(&id, "Suspended");
        let (status, described) = botocore.call("DescribeJob", json!({ "JobId": id }));
        assert_eq!(status, 200);
        let job = &described["Job"];
        for member in
            ["ConfirmationRequired", "Description", "Priority", "Report", "RoleArn", "ManifestGenerator"]
        {
            assert_eq!(job[member], sent[member], "{member}");
        }
        // botocore reads times into values of its own.
        if sent["Operation"]["S3PutObjectRetention"].is_null() {
            assert_eq!(job["Operation"], sent["Operation"]);
        }
        assert_eq!(job["Status"], "Suspended");
        assert_eq!(job["ProgressSummary"]["TotalNumberOfTasks"], 20);
        assert!(job["CreationTime"].as_str().unwrap().starts_with("20"), "a time is read: {job}");
        assert!(job["GeneratedManifestDescriptor"]["Location"]["ETag"].is_string(), "{job}");
        let tags = botocore.call("GetJobTagging", json!({ "JobId": id })).1;
        assert_eq!(tags["Tags"], sent["Tags"]);
    }
}

#[test]
fn another_client_lists_changes_and_understands_refusals() {
    let rehearsal = Rehearsal::of("page_size = 2\n");
    let Some(mut botocore) = Botocore::start(&rehearsal) else { return };
    let mut ids = Vec::new();
    for number in 0..3 {
        let sent = document(json!({ "S3DeleteObjectTagging": {} }), &format!("t-{number}"));
        ids.push(botocore.call("CreateJob", sent).1["JobId"].as_str().unwrap().to_owned());
    }
    let first = botocore.call("ListJobs", json!({})).1;
    assert_eq!(first["Jobs"].as_array().unwrap().len(), 2);
    assert_eq!(first["Jobs"][0]["Operation"], "S3DeleteObjectTagging");
    let rest = botocore.call("ListJobs", json!({ "NextToken": first["NextToken"] })).1;
    assert_eq!((rest["Jobs"].as_array().unwrap().len(), &rest["NextToken"]), (1, &Value::Null));

    let id = &ids[0];
    rehearsal.until(id, "Suspended");
    let changed = botocore.call("UpdateJobPriority", json!({ "JobId": id, "Priority": 9 })).1;
    assert_eq!((&changed["JobId"], &changed["Priority"]), (&json!(id), &json!(9)));
    botocore.call("PutJobTagging", json!({ "JobId": id, "Tags": [{ "Key": "x", "Value": "" }] }));
    assert_eq!(
        botocore.call("GetJobTagging", json!({ "JobId": id })).1["Tags"],
        json!([{ "Key": "x", "Value": "" }])
    );
    assert_eq!(botocore.call("DeleteJobTagging", json!({ "JobId": id })).0, 200);
    let ready =
        json!({ "JobId": id, "RequestedJobStatus": "Ready", "StatusUpdateReason": "go, \"now\" & here" });
    let ready = botocore.call("UpdateJobStatus", ready).1;
    assert_eq!(
        (&ready["Status"], &ready["StatusUpdateReason"]),
        (&json!("Ready"), &json!("go, \"now\" & here"))
    );
    rehearsal.until(id, "Complete");
    let listed = botocore.call("ListJobs", json!({ "JobStatuses": ["Complete", "Failed"] })).1;
    assert_eq!(listed["Jobs"].as_array().unwrap().len(), 1);

    let none = "00000000-0000-4000-8000-000000000000";
    let other = document(json!({ "S3ReplicateObject": {} }), "t-0");
    let mut bad = other.clone();
    bad["RoleArn"] = json!("arn:aws:iam::111122223333:user/x");
    let many: Vec<_> = (0..51).map(|n| json!({ "Key": format!("k{n}"), "Value": "" })).collect();
    for (operation, parameters, status, code) in [
        ("DescribeJob", json!({ "JobId": none }), 404, "NotFoundException"),
        (
            "UpdateJobStatus",
            json!({ "JobId": id, "RequestedJobStatus": "Cancelled" }),
            400,
            "JobStatusException",
        ),
        ("CreateJob", other, 400, "IdempotencyException"),
        ("CreateJob", bad, 400, "BadRequestException"),
        ("ListJobs", json!({ "NextToken": "x" }), 400, "InvalidNextTokenException"),
        ("ListJobs", json!({ "JobStatuses": ["Done"] }), 400, "InvalidRequestException"),
        ("PutJobTagging", json!({ "JobId": id, "Tags": many }), 400, "TooManyTagsException"),
    ] {
        let (found, answer) = botocore.call(operation, parameters);
        assert_eq!((found, &answer["Error"]["Code"]), (status, &json!(code)), "{operation}: {answer}");
        assert!(answer["Error"]["Message"].as_str().is_some_and(|message| !message.is_empty()), "{answer}");
        assert!(answer["ResponseMetadata"]["RequestId"].is_string(), "{answer}");
    }
}
