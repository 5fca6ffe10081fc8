//! The whole life of each operation: created, looked at, confirmed, watched, really done to the objects, reported.

use aws_sdk_s3::types::{
    DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination, ReplicationConfiguration,
    ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus,
};

use super::Rehearsal;

const HOW: [&str; 4] = ["--role", "batch", "--report", "s3://reports/batch"];
const DATA: [&str; 2] = ["--manifest", "s3://lists/data.csv"];
const KEYS: [&str; 2] = ["a b.csv", "x/y+z, 100%"];

/// From its making to its end; its id.
#[track_caller]
fn live(rehearsal: &Rehearsal, operation: &[&str], source: &[&str]) -> String {
    let id = rehearsal.created(&[operation, source, &HOW].concat());
    let waiting = rehearsal.job(&["show", &id, "-o", "json"]).expect(0);
    assert!(
        waiting.stderr.ends_with(&format!("hint: opsctl --sandbox s3 job confirm {id}\n")),
        "{waiting:?}"
    );
    let wait = ["confirm", &id, "--yes", "--wait", "--interval", "100ms", "--timeout", "60s"];
    let ran = rehearsal.job(&wait).expect(0);
    assert!(ran.stderr.contains(&format!("the job {id} is complete: Complete, ")), "{ran:?}");
    let shown = rehearsal.job(&["show", &id, "-o", "json"]).expect(0).json();
    assert_eq!(shown["item"]["status"], "Complete", "{shown}");
    assert_eq!(shown["item"]["failedTasks"], 0, "{shown}");
    assert_eq!(shown["item"]["succeededTasks"], shown["item"]["totalTasks"], "{shown}");
    let rows = rehearsal.report(&id);
    assert_eq!(
        rows.matches(",succeeded,").count() as u64,
        shown["item"]["totalTasks"].as_u64().unwrap(),
        "{rows}"
    );
    id
}

#[test]
fn tags_are_put_and_taken_off() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["tag", "retain=90d"], &DATA);
    for key in KEYS {
        assert_eq!(rehearsal.tags("data", key), [("retain".to_owned(), "90d".to_owned())]);
    }
    live(&rehearsal, &["untag"], &DATA);
    for key in KEYS {
        assert_eq!(rehearsal.tags("data", key), []);
    }
}

#[test]
fn objects_are_copied_into_a_folder() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["copy", "--to", "s3://copies/moved", "--set-tag", "from=data"], &DATA);
    assert_eq!(rehearsal.keys("copies"), ["moved/a b.csv", "moved/x/y+z, 100%"]);
    assert_eq!(rehearsal.text("copies", "moved/x/y+z, 100%"), "22");
    assert_eq!(rehearsal.tags("copies", "moved/a b.csv"), [("from".to_owned(), "data".to_owned())]);
}

#[test]
fn acls_are_set() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["acl", "public-read"], &DATA);
    let grants = rehearsal.with_client(async |client| {
        client.get_object_acl().bucket("data").key(KEYS[1]).send().await.unwrap().grants.unwrap()
    });
    let everyone = |grant: &aws_sdk_s3::types::Grant| {
        grant.grantee().and_then(|grantee| grantee.uri()).is_some_and(|uri| uri.ends_with("/AllUsers"))
    };
    assert!(grants.iter().any(everyone), "{grants:?}");
}

#[test]
fn archived_objects_are_restored() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["restore", "--days", "3", "--tier", "bulk"], &["--manifest", "s3://lists/cold.csv"]);
    let restore = rehearsal.with_client(async |client| {
        client.head_object().bucket("archive").key("cold").send().await.unwrap().restore.unwrap()
    });
    assert!(restore.contains("ongoing-request"), "{restore}");
}

#[test]
fn a_function_is_called_for_every_object() {
    let rehearsal = Rehearsal::new();
    live(&rehearsal, &["lambda", "count:$LATEST", "--argument", "mode=dry"], &DATA);
    let events = std::fs::read_to_string(rehearsal.sealed.path("events")).unwrap();
    assert_eq!(events.lines().count(), 2, "{events}");
    assert!(events.contains(r#""userArguments":{"mode":"dry"}"#), "{events}");
    assert!(events.contains(r#""s3Bucket":"data""#), "{events}");
}

#[test]
fn legal_holds_are_set_and_lifted() {
    let rehearsal = Rehearsal::new();
    for (state, expected) in [("on", "ON"), ("off", "OFF")] {
        live(&rehearsal, &["legal-hold", state], &["--manifest", "s3://lists/locked.csv"]);
        let held = rehearsal.with_client(async |client| {
            client.get_object_legal_hold().bucket("locked").key("a").send().await.unwrap()
        });
        assert_eq!(held.legal_hold.unwrap().status.unwrap().as_str(), expected);
    }
}

#[test]
fn objects_are_locked_until_a_date_and_freed() {
    let rehearsal = Rehearsal::new();
    let source = ["--manifest", "s3://lists/locked.csv"];
    live(&rehearsal, &["retention", "--until", "2099-01-01", "--mode", "governance"], &source);
    let retention = async |client: &aws_sdk_s3::Client| {
        client.get_object_retention().bucket("locked").key("a").send().await
    };
    let locked = rehearsal.with_client(retention).unwrap().retention.unwrap();
    assert_eq!(locked.mode.unwrap().as_str(), "GOVERNANCE");
    assert_eq!(locked.retain_until_date.unwrap().to_string(), "2099-01-01T00:00:00Z");
    live(&rehearsal, &["retention", "--remove", "--bypass-governance"], &source);
    let left = rehearsal.with_client(retention).ok().and_then(|answer| answer.retention);
    assert!(left.as_ref().is_none_or(|left| left.mode.is_none()), "{left:?}");
}

#[test]
fn objects_are_replicated_by_the_rules_of_their_bucket() {
    let rehearsal = Rehearsal::new();
    rehearsal.with_client(async |client| {
        let rule = ReplicationRule::builder()
            .status(ReplicationRuleStatus::Enabled)
            .priority(1)
            .filter(ReplicationRuleFilter::builder().prefix("").build())
            .delete_marker_replication(
                DeleteMarkerReplication::builder().status(DeleteMarkerReplicationStatus::Disabled).build(),
            )
            .destination(Destination::builder().bucket("arn:aws:s3:::replicas").build().unwrap());
        let rules = ReplicationConfiguration::builder()
            .role("arn:aws:iam::111122223333:role/batch")
            .rules(rule.build().unwrap())
            .build()
            .unwrap();
        let call = client.put_bucket_replication().bucket("versioned").replication_configuration(rules);
        call.send().await.unwrap();
    });
    live(&rehearsal, &["replicate"], &["--generate", "s3://versioned", "--eligible-for-replication"]);
    assert_eq!(rehearsal.keys("replicas"), ["a"]);
}

#[test]
fn checksums_are_told_in_the_report() {
    let rehearsal = Rehearsal::new();
    let id = live(&rehearsal, &["checksum", "--algorithm", "sha256"], &DATA);
    // That of "1".
    let expected = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
    let rows = rehearsal.report(&id).to_ascii_lowercase();
    assert!(rows.contains(expected), "{rows}");
}

#[test]
fn objects_are_encrypted_with_another_key() {
    let rehearsal = Rehearsal::new();
    let key = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    live(&rehearsal, &["encrypt", "--kms-key", key, "--bucket-key"], &DATA);
    let head = rehearsal
        .with_client(async |client| client.head_object().bucket("data").key(KEYS[0]).send().await.unwrap());
    assert_eq!((head.ssekms_key_id(), head.bucket_key_enabled()), (Some(key), Some(true)));
}
