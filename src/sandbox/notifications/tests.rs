//! From an object to those who are told of it.

use super::*;
use crate::sandbox::account::Account;
use crate::sandbox::s3::store::arrival::Cause;
use crate::sandbox::s3::store::checksum::Algorithm;
use crate::sandbox::s3::store::version::{Data, ETag, Kind, StorageClass, Version, VersionId};
use crate::sandbox::s3::store::{Copy, Draft, Target};
use crate::sandbox::services::testing;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

const BUCKETS: &str = r#"
[[buckets]]
name = "pics"
[[buckets]]
name = "kept"
versioning = "enabled"
"#;

fn version(id: u128) -> Version {
    let data = Data {
        content: crate::sandbox::s3::store::content::Content::Zeros(5),
        etag: ETag { md5: [0xab; 16], parts: 0 },
        class: StorageClass::Standard,
        checksum: None,
    };
    Version { id: VersionId(id), modified: 0, kind: Kind::Object(data), attributes: None }
}

#[test]
fn an_object_is_told_as_s3_and_as_eventbridge_tell_it() {
    let identity = Identity::new("111122223333", "eu-west-1", "rehearsal").unwrap();
    let around =
        Circumstances { identity: &identity, now: "2026-11-22T12:00:00.5Z".parse().unwrap(), id: "id-1" };
    let version = version(0xf);
    let arrival = Arrival {
        cause: Cause::Put,
        bucket: "pics",
        region: "eu-west-1",
        key: "new/a b+é.jpg",
        version: &version,
        sequencer: 0x1234_abcd,
    };
    let etag = "ab".repeat(16);
    let version_id = "0000000000000000000000000000000f";
    assert_eq!(
        notification(&arrival, &around)["Records"][0],
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
            "eventTime": "2026-11-22T12:00:00.500Z", "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": format!("AWS:{}", identity.user_id)},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {"x-amz-request-id": "id-1", "x-amz-id-2": "id-1"},
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "sandbox",
                "bucket": {"name": "pics", "ownerIdentity": {"principalId": "111122223333"}, "arn": "arn:aws:s3:::pics"},
                "object": {
                    "key": "new/a+b%2B%C3%A9.jpg", "size": 5, "eTag": etag, "sequencer": "00000000001234ABCD",
                    "versionId": version_id,
                },
            },
        })
    );
    let copied = Arrival { cause: Cause::Copy, ..arrival };
    assert_eq!(
        object_created(&copied, &around),
        json!({
            "version": "0", "id": "id-1", "detail-type": "Object Created", "source": "aws.s3",
            "account": "111122223333", "time": "2026-11-22T12:00:00Z", "region": "eu-west-1",
            "resources": ["arn:aws:s3:::pics"],
            "detail": {
                "version": "0", "bucket": {"name": "pics"},
                "object": {
                    "key": "new/a b+é.jpg", "size": 5, "etag": etag, "version-id": version_id,
                    "sequencer": "00000000001234ABCD",
                },
                "request-id": "id-1", "requester": "111122223333", "source-ip-address": "127.0.0.1",
                "reason": "CopyObject",
            },
        })
    );
    let name = execution_name(&copied);
    assert!(name.starts_with("a-b--.jpg-") && name.len() == 42, "{name}");
    assert_eq!(execution_name(&copied), name);
    let long = "é".repeat(500);
    for other in [
        Arrival { sequencer: 7, ..copied },
        Arrival { bucket: "other", ..Arrival { ..copied } },
        Arrival { key: &long, ..copied },
    ] {
        let other = execution_name(&other);
        assert!(other != name && other.len() <= 80, "{other}");
    }
}

/// An account with a folder that goes with it.
struct Bench {
    account: Arc<Account>,
    folder: PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Bench {
    /// `seen` in the text is a file that a function may write to.
    fn new(text: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("opsctl-told-{}", crate::random::hex(16).unwrap()));
        let bench = Bench { account: Self::open(&folder, text), folder };
        bench.account.deliveries.start(&bench.account);
        bench
    }

    fn open(folder: &PathBuf, text: &str) -> Arc<Account> {
        std::fs::create_dir_all(folder).unwrap();
        let seen = folder.join("seen").display().to_string();
        Arc::new(testing::account_in(folder, &format!("{}{BUCKETS}", text.replace("SEEN", &seen))))
    }

    fn put(&self, bucket: &str, key: &str) {
        let store = &self.account.s3.store;
        let written = {
            let mut writer = store.writer(Algorithm::Crc32);
            writer.write(b"hello").unwrap();
            writer.finish()
        };
        store.put(bucket, key, Draft::new(written)).unwrap();
    }

    /// What a function has written, once that is what `is_all` waits for.
    async fn seen(&self, is_all: impl Fn(&str) -> bool) -> String {
        let path = self.folder.join("seen");
        let wait = async {
            loop {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                if is_all(&text) {
                    return text;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap()
    }
}

const FUNCTION: &str = r#"
[[functions]]
name = "see"
timeout_ms = 20000
command = ["sh", "-c", 'event=$(cat); printf "%s\n" "$event" >>SEEN']
"#;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_function_is_told_of_what_was_put_copied_and_completed_where_it_asked() {
    let bench = Bench::new(&format!(
        "{FUNCTION}\n[[notifications]]\nbucket = \"pics\"\nprefix = \"new/\"\nsuffix = \".jpg\"\nfunction = \"see\"\n\
         [[notifications]]\nbucket = \"kept\"\nevents = [\"s3:ObjectCreated:Copy\"]\nfunction = \"see\"\n"
    ));
    for key in ["old/a.jpg", "new/a.png", "new/a.jpg"] {
        bench.put("pics", key);
    }
    bench.put("kept", "not a copy");
    let source = Target { bucket: "pics", key: "new/a.jpg", version: None };
    bench.account.s3.store.copy(&source, "kept", "copy", Copy::default()).unwrap();
    let seen = bench.seen(|text| text.lines().count() == 2 && text.ends_with('\n')).await;
    let mut told: Vec<(String, String)> = lines(&seen)
        .iter()
        .map(|event| &event["Records"][0])
        .map(|record| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&record["eventName"]), text(&record["s3"]["object"]["key"]))
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [("ObjectCreated:Copy".into(), "copy".into()), ("ObjectCreated:Put".into(), "new/a.jpg".into())]
    );
}

#[tokio::test]
async fn a_function_that_fails_is_run_again_and_an_event_outlives_its_sandbox() {
    let failing = r#"
[[functions]]
name = "see"
timeout_ms = 20000
command = ["sh", "-c", "echo tried >>SEEN; exit 1"]
"#;
    let notification = "[[notifications]]\nbucket = \"pics\"\nfunction = \"see\"\n";
    let bench = Bench::new(&format!("{failing}{notification}"));
    bench.put("pics", "a");
    bench.seen(|text| text.lines().count() == 2).await;
    // The sandbox ends between the attempts.
    bench.account.deliveries.shutdown().await;
    bench.account.lambda.shutdown().await;
    std::fs::remove_file(bench.folder.join("seen")).unwrap();
    let account = Bench::open(&bench.folder, &format!("{FUNCTION}{notification}"));
    account.deliveries.start(&account);
    let seen = bench.seen(|text| text.ends_with('\n')).await;
    assert_eq!(lines(&seen)[0]["Records"][0]["s3"]["object"]["key"], "a");
    account.deliveries.shutdown().await;
}

async fn call_states(account: &Arc<Account>, operation: &str, body: Value) -> Value {
    let (target, body) = (format!("AWSStepFunctions.{operation}"), body.to_string());
    let call =
        crate::sandbox::services::Call { service: "states", target: Some(&target), body: body.as_bytes() };
    match crate::sandbox::services::answer_later(account, &call).await.unwrap() {
        crate::sandbox::services::Reply::Json(body) => serde_json::from_slice(&body).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_object_starts_two_machines_though_the_sandbox_was_killed() {
    let notification =
        |machine: &str| format!("[[notifications]]\nbucket = \"pics\"\nmachine = \"{machine}\"\n");
    let settings = format!("{}{}", notification("one"), notification("two"));
    let bench = Bench::new(&settings);
    bench.account.deliveries.shutdown().await;
    bench.put("pics", "a");
    let account = Bench::open(&bench.folder, &settings);
    let definition = json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}).to_string();
    let mut arns = Vec::new();
    for name in ["one", "two"] {
        let role = "arn:aws:iam::111122223333:role/x";
        let machine = json!({"name": name, "definition": definition, "roleArn": role});
        arns.push(call_states(&account, "CreateStateMachine", machine).await["stateMachineArn"].clone());
    }
    account.deliveries.start(&account);
    let arrived = async {
        while !account.deliveries.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), arrived).await.unwrap();
    let mut names = Vec::new();
    for arn in arns {
        let executions = call_states(&account, "ListExecutions", json!({"stateMachineArn": arn})).await;
        names.push(executions["executions"][0]["name"].clone());
    }
    assert!(names[0].is_string() && names[0] == names[1], "{names:?}");
    account.deliveries.shutdown().await;
}

#[tokio::test]
async fn a_machine_is_started_with_the_event_once_it_is_there_and_only_once() {
    let bench = Bench::new("[[notifications]]\nbucket = \"pics\"\nmachine = \"process\"\n");
    bench.put("pics", "pictures/a b.jpg");
    let call = async |operation: &str, body: Value| call_states(&bench.account, operation, body).await;
    let definition = json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}).to_string();
    let role = "arn:aws:iam::111122223333:role/x";
    let machine =
        call("CreateStateMachine", json!({"name": "process", "definition": definition, "roleArn": role}))
            .await;
    let arn = machine["stateMachineArn"].clone();
    let wait = async {
        loop {
            let executions = call("ListExecutions", json!({"stateMachineArn": arn})).await;
            if let Some(execution) = executions["executions"].get(0) {
                return execution.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let execution = tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap();
    let name = execution["name"].as_str().unwrap();
    assert!(name.starts_with("a-b.jpg-"), "{name}");
    let described = call("DescribeExecution", json!({"executionArn": execution["executionArn"]})).await;
    let event: Value = serde_json::from_str(described["input"].as_str().unwrap()).unwrap();
    assert_eq!(event["detail"]["object"]["key"], "pictures/a b.jpg");
    // The same event once more is the same execution.
    let again = Delivery {
        id: name.to_owned(),
        to: Destination::Machine("process".into()),
        event: event.to_string(),
        taken: Timestamp::now().as_millisecond(),
    };
    bench.account.deliveries.take(again).unwrap();
    bench.put("pics", "second");
    let wait = async {
        loop {
            let executions = call("ListExecutions", json!({"stateMachineArn": arn})).await;
            if executions["executions"].as_array().unwrap().len() > 1 && bench.account.deliveries.is_empty() {
                return executions;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let executions = tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap();
    assert_eq!(executions["executions"].as_array().unwrap().len(), 2);
    bench.account.deliveries.shutdown().await;
}
