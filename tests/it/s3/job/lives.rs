//! The whole life of each operation: created, looked at, confirmed, watched, really done to the objects, reported.

use aws_sdk_s3::types::{
    DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination, Permission,
    ReplicationConfiguration, ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus,
};
use serde_json::Value;

use super::Rehearsal;

const HOW: [&str; 4] = ["--role", "batch", "--report", "s3://reports/batch"];
const DATA: [&str; 2] = ["--manifest", "s3://lists/data.csv"];
const COLD: [&str; 2] = ["--manifest", "s3://lists/cold.csv"];
const LOCKED: [&str; 2] = ["--manifest", "s3://lists/locked.csv"];
const KEYS: [&str; 2] = ["a b.csv", "x/y+z, 100%"];

/// From its making to its end; its id.
#[track_caller]
fn live(rehearsal: &Rehearsal, operation: &[&str], source: &[&str]) -> String {
    let id = rehearsal.created(&[operation, source, &HOW].concat());
    let waiting = rehearsal.until(&id, "Suspended");
    assert_eq!(waiting["succeededTasks"], 0, "nothing is done before the confirmation: {waiting}");
    let shown = rehearsal.job(&["show", &id]).expect(0);
    assert!(shown.stderr.ends_with(&format!("hint: opsctl --sandbox s3 job confirm {id}\n")), "{shown:?}");
    rehearsal.job(&["confirm", &id, "--yes"]).expect(0);
    let ran = rehearsal.job(&["watch", &id, "--interval", "100ms", "--timeout", "60s"]).expect(0);
    assert!(ran.stderr.contains(&format!("the job {id} is complete: Complete, ")), "{ran:?}");
    let done = rehearsal.show(&id);
    assert_eq!((&done["status"], &done["failedTasks"]), (&"Complete".into(), &0.into()), "{done}");
    // The list is read before the confirmation.
    assert_eq!(done["succeededTasks"], waiting["totalTasks"], "{waiting}");
    let rows = rehearsal.report(&id);
    assert_eq!(rows.len() as u64, done["totalTasks"].as_u64().unwrap(), "{rows:?}");
    assert!(rows.iter().all(|row| row.error_code.is_none()), "{rows:?}");
    id
}

fn tag(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn tags_are_put_and_taken_off() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["tag", "retain=90d", "keep=no"], &DATA);
    for key in KEYS {
        let expected = [tag("retain", "90d"), tag("keep", "no")];
        assert_eq!(rehearsal.tags("data", key), expected, "the tags that were there are gone");
    }
    live(&rehearsal, &["untag"], &DATA);
    for key in KEYS {
        assert_eq!(rehearsal.tags("data", key), []);
    }
}

#[test]
fn objects_are_copied_into_a_folder() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["copy", "--to", "s3://copies/moved", "--storage-class", "STANDARD_IA"], &DATA);
    assert_eq!(rehearsal.keys("copies"), ["moved/a b.csv", "moved/x/y+z, 100%"]);
    assert_eq!(rehearsal.text("copies", "moved/x/y+z, 100%"), "22");
    for key in rehearsal.keys("copies") {
        let head = rehearsal.head("copies", &key);
        assert_eq!(head.storage_class.unwrap().as_str(), "STANDARD_IA", "{key}");
        assert!(head.version_id.is_some_and(|id| id != "null"), "{key}");
        assert_eq!(rehearsal.tags("copies", &key), [tag("old", "yes")], "{key}");
    }
    live(&rehearsal, &["copy", "--to", "s3://copies/tagged", "--set-tag", "from=data"], &DATA);
    assert_eq!(rehearsal.tags("copies", "tagged/a b.csv"), [tag("from", "data")]);
}

#[test]
fn acls_are_set() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["acl", "public-read"], &DATA);
    let acl = rehearsal
        .with_client(async |client| client.get_object_acl().bucket("data").key(KEYS[1]).send().await)
        .unwrap();
    let [owners, everyones] = acl.grants() else { panic!("{acl:?}") };
    assert_eq!(owners.permission(), Some(&Permission::FullControl));
    let owner = acl.owner().and_then(|owner| owner.id()).unwrap();
    assert_eq!(owners.grantee().and_then(|grantee| grantee.id()), Some(owner));
    assert_eq!(everyones.permission(), Some(&Permission::Read));
    let everyone = everyones.grantee().and_then(|grantee| grantee.uri()).unwrap();
    assert!(everyone.ends_with("/AllUsers"), "{everyone}");
}

#[test]
fn archived_objects_are_restored() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["restore", "--days", "3", "--tier", "bulk"], &COLD);
    let restore = rehearsal.head("archive", "cold").restore.unwrap();
    assert!(restore.contains("ongoing-request=\"false\"") && restore.contains("expiry-date"), "{restore}");
    assert_eq!(rehearsal.text("archive", "cold"), "1");
}

#[test]
fn a_function_is_called_for_every_object() {
    let rehearsal = Rehearsal::new();
    // Arguments need the second schema, which names buckets where the first has ARNs.
    for (argument, bucket) in [
        (&["--argument", "mode=dry"][..], r#""s3Bucket":"data""#),
        (&[], r#""s3BucketArn":"arn:aws:s3:::data""#),
    ] {
        let id = live(&rehearsal, &[&["lambda", "count:$LATEST"], argument].concat(), &DATA);
        let file = rehearsal.sealed.path("events");
        let events = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_file(file).unwrap();
        assert_eq!(events.lines().count(), 2, "{events}");
        assert!(events.lines().all(|event| event.contains(bucket)), "{events}");
        assert_eq!(events.contains(r#""userArguments":{"mode":"dry"}"#), !argument.is_empty(), "{events}");
        let told: Vec<String> = rehearsal.report(&id).into_iter().map(|row| row.message).collect();
        assert_eq!(told, ["seen a%20b.csv", "seen x/y%2Bz%2C%20100%25"]);
    }
}

#[test]
fn legal_holds_are_set_and_lifted() {
    let rehearsal = Rehearsal::new();
    for (state, expected) in [("on", "ON"), ("off", "OFF")] {
        live(&rehearsal, &["legal-hold", state], &LOCKED);
        let held = rehearsal.with_client(async |client| {
            client.get_object_legal_hold().bucket("locked").key("a").send().await.unwrap()
        });
        assert_eq!(held.legal_hold.unwrap().status.unwrap().as_str(), expected);
    }
}

#[test]
fn objects_are_locked_until_a_date_and_freed() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["retention", "--until", "2099-01-01", "--mode", "governance"], &LOCKED);
    let retention = async |client: &aws_sdk_s3::Client| {
        client.get_object_retention().bucket("locked").key("a").send().await
    };
    let locked = rehearsal.with_client(retention).unwrap().retention.unwrap();
    assert_eq!(locked.mode.unwrap().as_str(), "GOVERNANCE");
    assert_eq!(locked.retain_until_date.unwrap().to_string(), "2099-01-01T00:00:00Z");
    live(&rehearsal, &["retention", "--remove", "--bypass-governance"], &LOCKED);
    let left = rehearsal.with_client(retention).ok().and_then(|answer| answer.retention);
    assert!(left.as_ref().is_none_or(|left| left.mode.is_none()), "{left:?}");
}

/// Of a generated list, and of a list of versions in a bucket whose objects could be locked and are not.
#[test]
fn objects_are_replicated_by_the_rules_of_their_bucket() {
    let rehearsal = Rehearsal::new();
    for bucket in ["versioned", "locked"] {
        replicated_to_replicas(&rehearsal, bucket);
    }
    let version = rehearsal.head("locked", "a").version_id.unwrap();
    rehearsal.put("lists", "versions.csv", &format!("locked,a,{version}\n"));
    for (bucket, source) in [
        ("versioned", &["--generate", "s3://versioned", "--eligible-for-replication"][..]),
        ("locked", &["--manifest", "s3://lists/versions.csv"]),
    ] {
        live(&rehearsal, &["replicate"], source);
        assert_eq!(rehearsal.text("replicas", "a"), rehearsal.text(bucket, "a"));
        let status = |bucket: &str| rehearsal.head(bucket, "a").replication_status.unwrap().to_string();
        assert_eq!((status(bucket), status("replicas")), ("COMPLETED".to_owned(), "REPLICA".to_owned()));
    }
}

fn replicated_to_replicas(rehearsal: &Rehearsal, bucket: &str) {
    let marker = DeleteMarkerReplication::builder().status(DeleteMarkerReplicationStatus::Disabled).build();
    let rule = ReplicationRule::builder()
        .status(ReplicationRuleStatus::Enabled)
        .priority(1)
        .filter(ReplicationRuleFilter::builder().prefix("").build())
        .delete_marker_replication(marker)
        .destination(Destination::builder().bucket("arn:aws:s3:::replicas").build().unwrap());
    let rules = ReplicationConfiguration::builder()
        .role("arn:aws:iam::111122223333:role/batch")
        .rules(rule.build().unwrap())
        .build()
        .unwrap();
    rehearsal.with_client(async |client| {
        let call = client.put_bucket_replication().bucket(bucket).replication_configuration(rules);
        call.send().await.unwrap();
    });
}

#[test]
fn checksums_are_told_in_the_report() {
    let rehearsal = Rehearsal::new();
    for (source, key) in [(DATA, "a b.csv"), (COLD, "cold")] {
        let id = live(&rehearsal, &["checksum", "--algorithm", "sha256"], &source);
        let rows = rehearsal.report(&id);
        let row = rows.iter().find(|row| row.key == key).unwrap();
        let told: Value = serde_json::from_str(&row.message).unwrap();
        // That of "1".
        assert_eq!(told["checksum_base64"], "a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=", "{told}");
        assert_eq!(told["checksumAlgorithm"], "SHA256", "{told}");
    }
}

#[test]
fn objects_are_encrypted_with_another_key() {
    let rehearsal = Rehearsal::new();
    let key = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    live(&rehearsal, &["encrypt", "--kms-key", key, "--bucket-key"], &DATA);
    for object in KEYS {
        let head = rehearsal.head("data", object);
        assert_eq!((head.ssekms_key_id(), head.bucket_key_enabled()), (Some(key), Some(true)), "{object}");
    }
}
