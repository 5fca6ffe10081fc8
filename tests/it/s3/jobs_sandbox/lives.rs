//! The whole life of each operation: created, looked at, confirmed, watched, done on the objects and reported.

use super::Rehearsal;
use aws_sdk_s3::types::{ObjectLockLegalHoldStatus, ObjectLockRetentionMode, Permission};

const BUCKETS: &str = r#"
[[buckets]]
name = "lists-1"
[[buckets]]
name = "reports-1"
[[buckets]]
name = "target-1"
versioning = "enabled"
[[buckets]]
name = "locked-1"
versioning = "enabled"
object_lock = true
objects = [{ key = "a b", body = "abc" }]
[[buckets]]
name = "data-1"
ownership = "ObjectWriter"
objects = [
  { key = "a b", body = "abc", tags = { old = "1" } },
  { key = "c+d%", body = "abc" },
  { key = "cold", body = "abc", storage_class = "GLACIER" },
]
[[functions]]
name = "judge"
timeout_ms = 30000
command = ["sh", "-c", '''
event=$(cat)
id=${event#*invocationId\":\"}; id=${id%%\"*}
task=${event#*taskId\":\"}; task=${task%%\"*}
key=${event#*s3Key\":\"}; key=${key%%\"*}
printf '{"invocationSchemaVersion":"1.0","treatMissingKeysAs":"PermanentFailure","invocationId":"%s","results":[{"taskId":"%s","resultCode":"Succeeded","resultString":"seen %s"}]}' "$id" "$task" "$key"
''']
"#;

/// Creates a job of these words for the list of s3://lists-1/list.csv, confirms it once it waits, watches it to its end
/// and gives its id.
#[track_caller]
fn live(rehearsal: &Rehearsal, operation: &[&str], list: &str) -> String {
    rehearsal.put("s3://lists-1/list.csv", list);
    let common = [
        "--manifest",
        "s3://lists-1/list.csv",
        "--role",
        "opsctl-batch",
        "--report",
        "s3://reports-1/out",
        "-o",
        "json",
    ];
    let created = rehearsal.opsctl(&[&["s3", "job", "create"], operation, &common].concat()).expect(0);
    let id = created.json()["item"]["jobId"].as_str().unwrap().to_owned();
    let waiting = rehearsal.until(&id, "Suspended");
    assert_eq!(waiting["totalTasks"], list.lines().count(), "the list is read before the confirmation");
    assert_eq!(waiting["succeededTasks"], 0);
    rehearsal.opsctl(&["s3", "job", "confirm", &id, "--yes"]).expect(0);
    rehearsal.opsctl(&["s3", "job", "watch", &id]).expect(0);
    let done = rehearsal.show(&id);
    assert_eq!((&done["status"], &done["succeededTasks"]), (&"Complete".into(), &waiting["totalTasks"]));
    let report = rehearsal.report(&id);
    assert_eq!(report.len(), list.lines().count());
    assert!(report.iter().all(|(_, succeeded, ..)| *succeeded), "{report:?}");
    id
}

const LIST: &str = "data-1,a%20b\ndata-1,c%2Bd%25\n";
const LOCKED: &str = "locked-1,a%20b\n";
const KEYS: [&str; 2] = ["a b", "c+d%"];

fn tags(rehearsal: &Rehearsal, bucket: &str, key: &str) -> Vec<(String, String)> {
    let tagging = rehearsal.ask(async |s3| s3.get_object_tagging().bucket(bucket).key(key).send().await);
    tagging.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

#[test]
fn tags_and_their_removal() {
    let rehearsal = Rehearsal::new(BUCKETS);
    live(&rehearsal, &["tag", "team=blue", "keep=no"], LIST);
    for key in KEYS {
        let expected = [("team".to_owned(), "blue".to_owned()), ("keep".to_owned(), "no".to_owned())];
        assert_eq!(tags(&rehearsal, "data-1", key), expected, "the tags that were there are gone");
    }
    live(&rehearsal, &["untag"], LIST);
    assert!(KEYS.iter().all(|key| tags(&rehearsal, "data-1", key).is_empty()));
}

#[test]
fn copies() {
    let rehearsal = Rehearsal::new(BUCKETS);
    live(&rehearsal, &["copy", "--to", "s3://target-1/moved", "--storage-class", "STANDARD_IA"], LIST);
    for key in KEYS {
        let copy = format!("moved/{key}");
        assert_eq!(rehearsal.bytes("target-1", &copy), b"abc");
        let head = rehearsal.ask(async |s3| s3.head_object().bucket("target-1").key(&copy).send().await);
        assert_eq!(head.storage_class.unwrap().as_str(), "STANDARD_IA");
        assert!(head.version_id.is_some_and(|id| id != "null"));
    }
    assert_eq!(tags(&rehearsal, "target-1", "moved/a b"), [("old".to_owned(), "1".to_owned())]);
}

#[test]
fn access_control_lists() {
    let rehearsal = Rehearsal::new(BUCKETS);
    live(&rehearsal, &["acl", "public-read"], LIST);
    let acl = rehearsal.ask(async |s3| s3.get_object_acl().bucket("data-1").key("a b").send().await);
    let permissions: Vec<_> = acl.grants().iter().filter_map(|grant| grant.permission().cloned()).collect();
    assert_eq!(permissions, [Permission::FullControl, Permission::Read]);
    let owner = acl.owner().and_then(|owner| owner.id()).unwrap();
    let owners = acl.grants().first().and_then(|grant| grant.grantee()).and_then(|grantee| grantee.id());
    assert_eq!(owners, Some(owner));
}

#[test]
fn restores() {
    let rehearsal = Rehearsal::new(BUCKETS);
    live(&rehearsal, &["restore", "--days", "2", "--tier", "BULK"], "data-1,cold\n");
    let head = rehearsal.ask(async |s3| s3.head_object().bucket("data-1").key("cold").send().await);
    let restore = head.restore.unwrap();
    assert!(restore.contains("ongoing-request=\"false\"") && restore.contains("expiry-date"), "{restore}");
    assert_eq!(rehearsal.bytes("data-1", "cold"), b"abc");
}

#[test]
fn functions() {
    let rehearsal = Rehearsal::new(BUCKETS);
    let id = live(&rehearsal, &["lambda", "judge"], LIST);
    let messages: Vec<_> = rehearsal.report(&id).into_iter().map(|(.., message)| message).collect();
    assert_eq!(messages, ["seen a%20b", "seen c%2Bd%25"]);
}

#[test]
fn legal_holds_and_retentions() {
    let rehearsal = Rehearsal::new(BUCKETS);
    live(&rehearsal, &["legal-hold", "on"], LOCKED);
    let hold =
        rehearsal.ask(async |s3| s3.get_object_legal_hold().bucket("locked-1").key("a b").send().await);
    assert_eq!(hold.legal_hold.unwrap().status, Some(ObjectLockLegalHoldStatus::On));
    live(&rehearsal, &["retention", "--until", "2099-01-01", "--mode", "GOVERNANCE"], LOCKED);
    let retention =
        rehearsal.ask(async |s3| s3.get_object_retention().bucket("locked-1").key("a b").send().await);
    let retention = retention.retention.unwrap();
    assert_eq!(retention.mode, Some(ObjectLockRetentionMode::Governance));
    assert_eq!(retention.retain_until_date.unwrap().secs(), 4_070_908_800);
}

#[test]
fn replications() {
    let rehearsal = Rehearsal::new(BUCKETS);
    use aws_sdk_s3::types as s3_types;
    let rule = s3_types::ReplicationRule::builder()
        .id("all")
        .priority(1)
        .status(s3_types::ReplicationRuleStatus::Enabled)
        .filter(s3_types::ReplicationRuleFilter::builder().prefix("").build())
        .delete_marker_replication(
            s3_types::DeleteMarkerReplication::builder()
                .status(s3_types::DeleteMarkerReplicationStatus::Disabled)
                .build(),
        )
        .destination(s3_types::Destination::builder().bucket("arn:aws:s3:::target-1").build().unwrap())
        .build()
        .unwrap();
    let configuration = s3_types::ReplicationConfiguration::builder()
        .role("arn:aws:iam::111122223333:role/replicate")
        .rules(rule)
        .build()
        .unwrap();
    rehearsal.ask(async |s3| {
        let put = s3.put_bucket_replication().bucket("locked-1");
        put.replication_configuration(configuration.clone()).send().await
    });
    let head = rehearsal.ask(async |s3| s3.head_object().bucket("locked-1").key("a b").send().await);
    let list = format!("locked-1,a%20b,{}\n", head.version_id.unwrap());
    // The target must know locks where the source's objects have them; these have none.
    live(&rehearsal, &["replicate"], &list);
    assert_eq!(rehearsal.bytes("target-1", "a b"), b"abc");
    let status = |bucket: &str| {
        let head = rehearsal.ask(async |s3| s3.head_object().bucket(bucket).key("a b").send().await);
        head.replication_status.map(|status| status.as_str().to_owned())
    };
    assert_eq!(status("locked-1").as_deref(), Some("COMPLETED"));
    assert_eq!(status("target-1").as_deref(), Some("REPLICA"));
}

#[test]
fn checksums() {
    let rehearsal = Rehearsal::new(BUCKETS);
    let id = live(&rehearsal, &["checksum", "--algorithm", "SHA256"], "data-1,a%20b\ndata-1,cold\n");
    for (_, _, _, message) in rehearsal.report(&id) {
        let told: serde_json::Value = serde_json::from_str(&message).unwrap();
        assert_eq!(told["checksum_base64"], "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        assert_eq!(told["checksumAlgorithm"], "SHA256");
    }
}

#[test]
fn encryption() {
    let rehearsal = Rehearsal::new(BUCKETS);
    let key = "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    live(&rehearsal, &["encrypt", "--kms-key", key, "--bucket-key"], LIST);
    let head = rehearsal.ask(async |s3| s3.head_object().bucket("data-1").key("c+d%").send().await);
    assert_eq!((head.ssekms_key_id.as_deref(), head.bucket_key_enabled), (Some(key), Some(true)));
}

#[test]
fn a_job_with_planted_failures_ends_a_watch_with_6_and_reports_them() {
    let planted = "[jobs]\nfail = [{ prefix = \"c\", code = \"AccessDenied\", status = 403, message = \"Access Denied\" }]\n";
    let rehearsal = Rehearsal::new(&format!("{planted}{BUCKETS}"));
    rehearsal.put("s3://lists-1/list.csv", LIST);
    let create = [
        "s3",
        "job",
        "create",
        "tag",
        "team=blue",
        "--run",
        "--manifest",
        "s3://lists-1/list.csv",
        "--role",
        "opsctl-batch",
        "--report",
        "s3://reports-1/out",
        "-o",
        "json",
    ];
    let id = rehearsal.opsctl(&create).expect(0).json()["item"]["jobId"].as_str().unwrap().to_owned();
    rehearsal.opsctl(&["s3", "job", "watch", &id]).expect(6);
    let report = rehearsal.report(&id);
    assert_eq!(report[1], ("c+d%".to_owned(), false, "AccessDenied".to_owned(), "Access Denied".to_owned()));
    assert!(report[0].1);
    rehearsal.opsctl(&["s3", "job", "cancel", &id, "--yes"]).expect(9);
}

#[test]
fn five_hundreds_from_create_job_make_one_job() {
    let rehearsal = Rehearsal::new(&format!("[jobs]\ncreate_job_500 = 2\n{BUCKETS}"));
    rehearsal.put("s3://lists-1/list.csv", LIST);
    let create = [
        "s3",
        "job",
        "create",
        "untag",
        "--manifest",
        "s3://lists-1/list.csv",
        "--role",
        "opsctl-batch",
        "--report",
        "s3://reports-1/out",
    ];
    rehearsal.opsctl(&create).expect(0);
    let list = rehearsal.opsctl(&["s3", "job", "list", "-o", "json"]).expect(0).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}
