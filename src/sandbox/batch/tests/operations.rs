//! Every operation is done on the objects, and is refused by S3's rules.

use super::{Bench, fault, tag_operation};
use crate::sandbox::s3::store::bucket::{Ownership, ReplicationRule, ReplicationRules};
use crate::sandbox::s3::store::version::{Grantee, LockMode, Permission, Replication, StorageClass, Tag};
use crate::sandbox::s3::store::{Target, now};
use opsctl_engine::batch::Status;
use serde_json::json;

#[tokio::test]
async fn tags_replace_all_others_and_are_taken_away() {
    let bench = Bench::new("");
    let keys = ["a b", "a+b", "100%", "a,\"b\"", "line\nbreak", "\u{e9}\u{301}/\u{1F600}"];
    for key in keys {
        bench.put_draft("data-1", key, |draft| {
            draft.attributes.tags = vec![Tag { key: "old".into(), value: "1".into() }];
        });
    }
    let rows = bench.rows(tag_operation(), &keys).await;
    assert_eq!(rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), keys);
    for row in &rows {
        assert_eq!((row.succeeded, row.status, row.message.as_str()), (true, Some(200), "Successful"));
        let tags = bench.version("data-1", &row.key).attributes().tags.clone();
        assert_eq!(tags, [Tag { key: "team".into(), value: "blue".into() }], "{}", row.key);
    }
    let rows = bench.rows(json!({ "S3DeleteObjectTagging": {} }), &keys).await;
    assert!(rows.iter().all(|row| row.succeeded));
    assert!(keys.iter().all(|key| bench.version("data-1", key).attributes().tags.is_empty()));
}

#[tokio::test]
async fn what_is_missing_or_denied_fails_its_own_task() {
    let bench = Bench::with(
        "[[buckets]]\nname = \"data-1\"\ndenied_prefixes = [\"secret/\"]\n[[buckets]]\nname = \"lists-1\"\n\
         [[buckets]]\nname = \"reports-1\"\n",
    );
    bench.put("data-1", "here", "x");
    let rows = bench.rows(tag_operation(), &["here", "gone", "secret/x"]).await;
    assert!(rows[0].succeeded);
    assert_eq!(fault(&rows[1]), (Some("NoSuchKey"), Some(404)));
    assert_eq!(fault(&rows[2]), (Some("AccessDenied"), Some(403)));
    let list = bench.csv("no-such-bucket,here\nBucket,Key\n", &["Bucket", "Key"]);
    let id = bench.run(&bench.document(tag_operation(), list), Status::Complete).await;
    let codes: Vec<_> = bench.report(&id).into_iter().map(|row| row.code.unwrap()).collect();
    assert_eq!(codes, ["NoSuchBucket", "NoSuchBucket"], "a header is an object like any other");
}

#[tokio::test]
async fn versions_are_changed_where_they_are_and_delete_markers_refuse() {
    let bench = Bench::with(
        "[[buckets]]\nname = \"data-1\"\nversioning = \"enabled\"\n[[buckets]]\nname = \"lists-1\"\n[[buckets]]\nname = \"reports-1\"\n",
    );
    let old = bench.put("data-1", "k", "1").id.to_string();
    bench.put("data-1", "k", "2");
    let target = Target { bucket: "data-1", key: "gone", version: None };
    bench.put("data-1", "gone", "1");
    let marker = bench.account.s3.store.delete(&target, false).unwrap().id.unwrap().to_string();
    let never = "0".repeat(31) + "1";
    let csv = format!("data-1,k,{old}\ndata-1,gone,{marker}\ndata-1,k,{never}\ndata-1,k,nonsense\n");
    let list = bench.csv(csv, &["Bucket", "Key", "VersionId"]);
    let id = bench.run(&bench.document(tag_operation(), list), Status::Complete).await;
    let rows = bench.report(&id);
    assert_eq!((rows[0].succeeded, rows[0].version.as_deref()), (true, Some(old.as_str())));
    assert_eq!(fault(&rows[1]), (Some("MethodNotAllowed"), Some(405)));
    assert_eq!(fault(&rows[2]), (Some("NoSuchVersion"), Some(404)));
    assert_eq!(fault(&rows[3]), (Some("InvalidArgument"), Some(400)));
    assert!(bench.version("data-1", "k").attributes().tags.is_empty(), "the newest was not meant");
}

#[tokio::test]
async fn copies_are_as_they_were_asked_for() {
    let bench =
        Bench::new("[[buckets]]\nname = \"target-1\"\nversioning = \"enabled\"\nobject_lock = true\n");
    bench.put_draft("data-1", "a b", |draft| {
        draft.attributes.tags = vec![Tag { key: "old".into(), value: "1".into() }];
        draft.attributes.headers.content_type = Some("text/plain".into());
        draft.attributes.headers.user.insert("colour".into(), "red".into());
    });
    let target = json!("arn:aws:s3:::target-1");
    let rows = bench.rows(json!({ "S3PutObjectCopy": { "TargetResource": target } }), &["a b"]).await;
    assert!(rows[0].succeeded, "{rows:?}");
    let copy = bench.version("target-1", "a b");
    assert_eq!(copy.attributes().tags[0].key, "old");
    assert_eq!(copy.attributes().headers.user["colour"], "red");
    assert_eq!(copy.data().unwrap().class, StorageClass::Standard);
    assert_eq!(bench.read("target-1", "a b"), b"body");

    let operation = json!({ "S3PutObjectCopy": {
        "TargetResource": target, "TargetKeyPrefix": "moved", "StorageClass": "GLACIER_IR",
        "MetadataDirective": "REPLACE",
        "NewObjectMetadata": {
            "ContentType": "text/csv", "CacheControl": "no-store", "UserMetadata": { "size": "big" }, "SSEAlgorithm": "KMS",
        },
        "NewObjectTagging": [{ "Key": "new", "Value": "2" }],
        "RedirectLocation": "/elsewhere", "BucketKeyEnabled": true, "ChecksumAlgorithm": "SHA256",
        "ObjectLockLegalHoldStatus": "ON", "ObjectLockMode": "GOVERNANCE",
        "ObjectLockRetainUntilDate": "2099-01-01T00:00:00Z",
    } });
    let rows = bench.rows(operation, &["a b"]).await;
    assert!(rows[0].succeeded, "{rows:?}");
    let copy = bench.version("target-1", "moved/a b");
    let attributes = copy.attributes();
    assert_eq!(copy.data().unwrap().class, StorageClass::GlacierIr);
    assert_eq!(attributes.headers.content_type.as_deref(), Some("text/csv"));
    assert_eq!(attributes.headers.cache_control.as_deref(), Some("no-store"));
    assert_eq!(attributes.headers.user.keys().collect::<Vec<_>>(), ["size"]);
    assert_eq!(attributes.headers.redirect.as_deref(), Some("/elsewhere"));
    assert_eq!(attributes.tags, [Tag { key: "new".into(), value: "2".into() }]);
    assert_eq!(
        (attributes.legal_hold, attributes.retention.unwrap().mode),
        (Some(true), LockMode::Governance)
    );
    assert!(attributes.encryption.as_ref().unwrap().bucket_key);
    assert_eq!(copy.data().unwrap().checksum.unwrap().digest.algorithm().name(), "SHA256");
}

#[tokio::test]
async fn what_cannot_be_copied_says_why() {
    let bench = Bench::new("[[buckets]]\nname = \"target-1\"\n");
    bench.put("data-1", "plain", "x");
    bench.put_draft("data-1", "cold", |draft| draft.class = StorageClass::DeepArchive);
    bench.put_draft("data-1", "huge", |draft| {
        draft.written.content = crate::sandbox::s3::store::content::Content::Zeros((5 << 30) + 1);
    });
    let copy = |more: serde_json::Value| {
        let mut operation = json!({ "TargetResource": "arn:aws:s3:::target-1" });
        operation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "S3PutObjectCopy": operation })
    };
    let rows = bench.rows(copy(json!({})), &["plain", "cold", "huge"]).await;
    assert!(rows[0].succeeded);
    assert_eq!(fault(&rows[1]), (Some("InvalidObjectState"), Some(403)));
    assert_eq!(fault(&rows[2]), (Some("InvalidRequest"), Some(400)));
    assert!(rows[2].message.contains("5368709120"), "{}", rows[2].message);
    for (name, more, expected) in [
        (
            "not changed since",
            json!({ "ModifiedSinceConstraint": "2099-01-01T00:00:00Z" }),
            "PreconditionFailed",
        ),
        (
            "changed since",
            json!({ "UnModifiedSinceConstraint": "2001-01-01T00:00:00Z" }),
            "PreconditionFailed",
        ),
        ("no bucket", json!({ "TargetResource": "arn:aws:s3:::nowhere-1" }), "NoSuchBucket"),
        ("no lock there", json!({ "ObjectLockLegalHoldStatus": "ON" }), "InvalidRequest"),
        (
            "no ACLs there",
            json!({ "CannedAccessControlList": "public-read" }),
            "AccessControlListNotSupported",
        ),
    ] {
        let rows = bench.rows(copy(more), &["plain"]).await;
        assert_eq!(fault(&rows[0]).0, Some(expected), "{name}");
    }
}

#[tokio::test]
async fn access_control_lists_are_set_where_a_bucket_has_them() {
    let bench = Bench::new("");
    bench.put("data-1", "k", "x");
    let canned = |name: &str| json!({ "S3PutObjectAcl": { "AccessControlPolicy": { "CannedAccessControlList": name } } });
    let rows = bench.rows(canned("public-read"), &["k"]).await;
    assert_eq!(fault(&rows[0]), (Some("AccessControlListNotSupported"), Some(400)));
    assert!(bench.rows(canned("bucket-owner-full-control"), &["k"]).await[0].succeeded);

    let change = |settings: &mut crate::sandbox::s3::store::bucket::BucketSettings| {
        settings.ownership = Ownership::ObjectWriter;
        Ok(())
    };
    bench.account.s3.store.configure("data-1", change).unwrap();
    assert!(bench.rows(canned("public-read"), &["k"]).await[0].succeeded);
    let grants = bench.version("data-1", "k").attributes().acl.clone().unwrap();
    assert_eq!(
        (grants.len(), grants[0].permission, grants[1].permission),
        (2, Permission::FullControl, Permission::Read)
    );
    assert!(bench.rows(canned("private"), &["k"]).await[0].succeeded);
    assert_eq!(bench.version("data-1", "k").attributes().acl, None);

    let listed = |kind: &str| {
        let grant =
            json!({ "Grantee": { "TypeIdentifier": kind, "Identifier": "abc" }, "Permission": "READ_ACP" });
        json!({ "S3PutObjectAcl": { "AccessControlPolicy": {
            "AccessControlList": { "Owner": { "ID": "owner" }, "Grants": [grant] },
        } } })
    };
    assert!(bench.rows(listed("id"), &["k"]).await[0].succeeded);
    let grants = bench.version("data-1", "k").attributes().acl.clone().unwrap();
    assert_eq!((&grants[0].grantee, grants[0].permission), (&Grantee::Id("abc".into()), Permission::ReadAcp));
    let rows = bench.rows(listed("emailAddress"), &["k"]).await;
    assert_eq!(fault(&rows[0]), (Some("UnresolvableGrantByEmailAddress"), Some(400)));
}

#[tokio::test]
async fn archived_objects_are_restored_and_others_refuse() {
    let bench = Bench::new("[s3]\nrestore_ms = 3600000\n");
    bench.put("data-1", "warm", "x");
    bench.put_draft("data-1", "cold", |draft| draft.class = StorageClass::Glacier);
    let restore = json!({ "S3InitiateRestoreObject": { "ExpirationInDays": 3, "GlacierJobTier": "BULK" } });
    let rows = bench.rows(restore.clone(), &["cold", "warm"]).await;
    assert!(rows[0].succeeded, "a restore that has begun has succeeded");
    assert_eq!(fault(&rows[1]), (Some("InvalidObjectState"), Some(403)));
    assert!(bench.version("data-1", "cold").attributes().restore.unwrap().is_under_way(now()));
    let rows = bench.rows(restore, &["cold"]).await;
    assert_eq!(fault(&rows[0]), (Some("RestoreAlreadyInProgress"), Some(409)));
    bench.put_draft("data-1", "cold", |draft| draft.class = StorageClass::Glacier);
    let rows =
        bench.rows(json!({ "S3InitiateRestoreObject": { "GlacierJobTier": "STANDARD" } }), &["cold"]).await;
    assert_eq!(fault(&rows[0]), (Some("MalformedXML"), Some(400)));
}

#[tokio::test]
async fn locks_hold_as_object_lock_has_it() {
    let bench = Bench::with(
        "[[buckets]]\nname = \"data-1\"\nversioning = \"enabled\"\nobject_lock = true\n\
         [[buckets]]\nname = \"lists-1\"\n[[buckets]]\nname = \"reports-1\"\n",
    );
    bench.put("data-1", "k", "x");
    let hold = |status: &str| json!({ "S3PutObjectLegalHold": { "LegalHold": { "Status": status } } });
    for (status, expected) in [("ON", true), ("OFF", false)] {
        assert!(bench.rows(hold(status), &["k"]).await[0].succeeded);
        assert_eq!(bench.version("data-1", "k").attributes().legal_hold, Some(expected));
    }
    let retain = |mode: &str, year: u32, bypass: bool| {
        let until = format!("{year}-01-01T00:00:00Z");
        json!({ "S3PutObjectRetention": {
            "BypassGovernanceRetention": bypass, "Retention": { "Mode": mode, "RetainUntilDate": until },
        } })
    };
    for (name, operation, code) in [
        ("first", retain("GOVERNANCE", 2090, false), None),
        ("longer", retain("GOVERNANCE", 2095, false), None),
        ("shorter", retain("GOVERNANCE", 2080, false), Some("AccessDenied")),
        ("shorter with leave", retain("GOVERNANCE", 2080, true), None),
        ("compliance", retain("COMPLIANCE", 2085, true), None),
        ("compliance shortened", retain("COMPLIANCE", 2082, true), Some("AccessDenied")),
    ] {
        let rows = bench.rows(operation, &["k"]).await;
        assert_eq!(rows[0].code.as_deref(), code, "{name}");
    }
    let retention = bench.version("data-1", "k").attributes().retention.unwrap();
    assert_eq!(retention.mode, LockMode::Compliance);

    let without = Bench::new("");
    without.put("data-1", "k", "x");
    for operation in [hold("ON"), retain("GOVERNANCE", 2090, false)] {
        let rows = without.rows(operation, &["k"]).await;
        assert_eq!(fault(&rows[0]), (Some("InvalidRequest"), Some(400)));
    }
}

#[tokio::test]
async fn objects_are_replicated_where_the_configuration_sends_them() {
    let bench = Bench::new("[[buckets]]\nname = \"replica-1\"\nversioning = \"enabled\"\n");
    bench.put("data-1", "logs/1", "x");
    bench.put("data-1", "other", "x");
    let replicate = json!({ "S3ReplicateObject": {} });
    let rows = bench.rows(replicate.clone(), &["logs/1"]).await;
    assert_eq!(fault(&rows[0]), (Some("ReplicationConfigurationNotFoundError"), Some(404)));
    let rule = |id: &str, prefix: &str, bucket: &str| ReplicationRule {
        id: id.into(),
        enabled: true,
        priority: 1,
        prefix: prefix.into(),
        bucket: format!("arn:aws:s3:::{bucket}"),
        storage_class: Some("STANDARD_IA".into()),
    };
    let rules = vec![rule("a", "logs/", "replica-1"), rule("b", "lost/", "nowhere-1")];
    let change = |settings: &mut crate::sandbox::s3::store::bucket::BucketSettings| {
        settings.replication = Some(ReplicationRules { role: "r".into(), rules });
        Ok(())
    };
    bench.account.s3.store.configure("data-1", change).unwrap();
    bench.put("data-1", "lost/1", "x");
    let rows = bench.rows(replicate, &["logs/1", "other", "lost/1"]).await;
    assert!(rows[0].succeeded);
    assert_eq!(fault(&rows[1]), (Some("InvalidRequest"), Some(400)));
    assert_eq!(fault(&rows[2]), (Some("NoSuchBucket"), Some(404)));
    let replica = bench.version("replica-1", "logs/1");
    assert_eq!(replica.attributes().replication, Some(Replication::Replica));
    assert_eq!(replica.data().unwrap().class, StorageClass::StandardIa);
    for (key, status) in [("logs/1", Replication::Completed), ("lost/1", Replication::Failed)] {
        assert_eq!(bench.version("data-1", key).attributes().replication, Some(status), "{key}");
    }
}

#[tokio::test]
async fn checksums_are_told_in_the_report() {
    let bench = Bench::new("");
    bench.put("data-1", "k", "abc");
    bench.put_draft("data-1", "cold", |draft| draft.class = StorageClass::DeepArchive);
    let compute = |algorithm: &str, kind: &str| json!({ "S3ComputeObjectChecksum": { "ChecksumAlgorithm": algorithm, "ChecksumType": kind } });
    let rows = bench.rows(compute("SHA256", "FULL_OBJECT"), &["k", "cold"]).await;
    let told: serde_json::Value = serde_json::from_str(&rows[0].message).unwrap();
    assert_eq!(
        told,
        json!({
            "checksum_base64": "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            "etag": "900150983cd24fb0d6963f7d28e17f72",
            "checksumAlgorithm": "SHA256",
            "checksumType": "FULL_OBJECT",
            "checksum_hex": "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        })
    );
    assert!(rows[1].succeeded, "what is archived is read at rest");
    let rows = bench.rows(compute("SHA256", "COMPOSITE"), &["k"]).await;
    assert_eq!(fault(&rows[0]), (Some("InvalidRequest"), Some(400)));
}

#[tokio::test]
async fn encryption_is_changed_in_place() {
    let bench = Bench::new("");
    let before = bench.put("data-1", "k", "x");
    let arn = "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    let encrypt = json!({ "S3UpdateObjectEncryption": { "ObjectEncryption": {
        "SSEKMS": { "KMSKeyArn": arn, "BucketKeyEnabled": true },
    } } });
    assert!(bench.rows(encrypt, &["k"]).await[0].succeeded);
    let after = bench.version("data-1", "k");
    let kms = after.attributes().encryption.clone().unwrap();
    assert_eq!((kms.key.as_deref(), kms.bucket_key), (Some(arn), true));
    assert_eq!((after.id, after.modified), (before.id, before.modified));
}
