//! Inventories as manifests, and manifests that the service makes itself.

use super::{Bench, tag_operation};
use crate::sandbox::s3::store::bucket::{ReplicationRule, ReplicationRules};
use crate::sandbox::s3::store::version::{Kms, StorageClass};
use flate2::Compression;
use flate2::write::GzEncoder;
use opsctl_engine::batch::Status;
use serde_json::{Value, json};
use std::io::Write as _;

/// Puts an inventory of data-1 with one data file into lists-1 and gives it as a job's manifest.
fn inventory(bench: &Bench, schema: &str, rows: &str, md5: Option<&str>) -> Value {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(rows.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let data = bench.put("lists-1", "inventory/data/1.csv.gz", &gzip);
    let etag = data.data().unwrap().etag.to_string();
    let manifest = json!({
        "sourceBucket": "data-1", "destinationBucket": "arn:aws:s3:::lists-1", "version": "2016-11-30",
        "creationTimestamp": "1764032400000", "fileFormat": "CSV", "fileSchema": schema,
        "files": [{ "key": "inventory/data/1.csv.gz", "size": gzip.len(), "MD5checksum": md5.unwrap_or(&etag) }],
    });
    let manifest = bench.put("lists-1", "inventory/manifest.json", manifest.to_string());
    json!({
        "Spec": { "Format": "S3InventoryReport_CSV_20161130" },
        "Location": {
            "ObjectArn": "arn:aws:s3:::lists-1/inventory/manifest.json",
            "ETag": manifest.data().unwrap().etag.to_string(),
        },
    })
}

#[tokio::test]
async fn an_inventory_is_a_manifest() {
    let bench = Bench::new("");
    bench.put("data-1", "a b", "");
    bench.put("data-1", "c+d", "");
    let rows = "\"data-1\",\"a%20b\",\"1\"\n\"data-1\",\"c%2Bd\",\"1\"\n\"data-1\",\"gone+1\",\"1\"\n";
    let list = inventory(&bench, "Bucket, Key, Size", rows, None);
    let id = bench.run(&bench.document(tag_operation(), list), Status::Complete).await;
    assert_eq!(bench.progress(&id), (3, 2, 1));
    let failed: Vec<_> =
        bench.report(&id).into_iter().filter(|row| !row.succeeded).map(|row| row.key).collect();
    assert_eq!(failed, ["gone 1"]);
}

#[tokio::test]
async fn a_version_that_an_inventory_leaves_empty_fails_its_task() {
    let bench = Bench::new("");
    bench.put("data-1", "k", "");
    let rows = "\"data-1\",\"k\",\"\"\n\"data-1\",\"k\",\"null\"\n";
    let list = inventory(&bench, "Bucket, Key, VersionId", rows, None);
    let id = bench.run(&bench.document(tag_operation(), list), Status::Complete).await;
    assert_eq!(bench.progress(&id), (2, 1, 1));
    let failed = bench.report(&id).into_iter().find(|row| !row.succeeded).unwrap();
    assert_eq!((failed.code.as_deref(), failed.version), (Some("InvalidArgument"), None));
}

#[tokio::test]
async fn an_inventory_that_is_damaged_fails_the_job() {
    let bench = Bench::new("");
    let list = inventory(&bench, "Bucket, Key", "\"data-1\",\"k\"\n", Some(&"0".repeat(32)));
    let id = bench.run(&bench.document(tag_operation(), list), Status::Failed).await;
    assert!(bench.failure(&id).1.contains("inventory/data/1.csv.gz"), "{:?}", bench.failure(&id));
    let list = inventory(&bench, "Bucket, Key", "\"data-1\"\n", None);
    let id = bench.run(&bench.document(tag_operation(), list), Status::Failed).await;
    assert!(bench.failure(&id).1.contains("line 1"), "{:?}", bench.failure(&id));
    let list = inventory(&bench, "Key", "\"k\"\n", None);
    let id = bench.run(&bench.document(tag_operation(), list), Status::Failed).await;
    assert!(bench.failure(&id).1.contains("Bucket"), "{:?}", bench.failure(&id));
}

fn generated(bench: &Bench, filter: Value, output: bool) -> Value {
    let mut document = bench.document(tag_operation(), Value::Null);
    document.as_object_mut().unwrap().remove("Manifest");
    let mut generator = json!({
        "SourceBucket": "arn:aws:s3:::data-1", "EnableManifestOutput": output, "Filter": filter,
    });
    if output {
        generator["ManifestOutputLocation"] = json!({
            "Bucket": "arn:aws:s3:::lists-1", "ManifestPrefix": "made",
            "ManifestFormat": "S3InventoryReport_CSV_20211130",
        });
    }
    document["ManifestGenerator"] = json!({ "S3JobManifestGenerator": generator });
    document
}

#[tokio::test]
async fn a_generated_manifest_has_what_meets_all_filters() {
    let bench = Bench::new("");
    let key = "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    bench.put("data-1", "logs/small.txt", "x");
    bench.put("data-1", "logs/large.txt", "x".repeat(2000));
    bench.put("data-1", "logs/large.json", "x".repeat(2000));
    bench.put_draft("data-1", "cold/1", |draft| draft.class = StorageClass::Glacier);
    bench.put_draft("data-1", "kms/1", |draft| {
        draft.attributes.encryption = Some(Kms { key: Some(key.into()), bucket_key: true, dsse: false });
    });
    let rules = vec![ReplicationRule {
        id: "a".into(),
        enabled: true,
        priority: 1,
        prefix: "logs/small".into(),
        bucket: "arn:aws:s3:::lists-1".into(),
        storage_class: None,
    }];
    let change = |settings: &mut crate::sandbox::s3::store::bucket::BucketSettings| {
        settings.replication = Some(ReplicationRules { role: "r".into(), rules });
        Ok(())
    };
    bench.account.s3.store.configure("data-1", change).unwrap();
    let all = ["cold/1", "kms/1", "logs/large.json", "logs/large.txt", "logs/small.txt"];
    for (name, filter, expected) in [
        ("none", json!({}), &all[..]),
        ("prefix", json!({ "KeyNameConstraint": { "MatchAnyPrefix": ["logs/"] } }), &all[2..]),
        ("suffix", json!({ "KeyNameConstraint": { "MatchAnySuffix": [".txt"] } }), &all[3..]),
        ("part", json!({ "KeyNameConstraint": { "MatchAnySubstring": ["large"] } }), &all[2..4]),
        (
            "all of them",
            json!({ "KeyNameConstraint": { "MatchAnyPrefix": ["logs/"], "MatchAnySuffix": [".txt"], "MatchAnySubstring": ["rge"] } }),
            &all[3..4],
        ),
        ("larger", json!({ "ObjectSizeGreaterThanBytes": 1999 }), &all[2..4]),
        (
            "not larger",
            json!({ "ObjectSizeGreaterThanBytes": 1, "ObjectSizeLessThanBytes": 2000 }),
            &all[..2],
        ),
        ("class", json!({ "MatchAnyStorageClass": ["GLACIER", "DEEP_ARCHIVE"] }), &all[..1]),
        ("after", json!({ "CreatedAfter": "2001-01-01T00:00:00Z" }), &all[..]),
        ("KMS", json!({ "MatchAnyObjectEncryption": [{ "SSEKMS": { "KmsKeyArn": key } }] }), &all[1..2]),
        (
            "KMS with its key",
            json!({ "MatchAnyObjectEncryption": [{ "SSEKMS": { "BucketKeyEnabled": true } }] }),
            &all[1..2],
        ),
        ("not replicated", json!({ "ObjectReplicationStatuses": ["NONE"] }), &all[..]),
        ("eligible", json!({ "EligibleForReplication": true }), &all[4..]),
        ("not eligible", json!({ "EligibleForReplication": false }), &all[..4]),
    ] {
        let id = bench.run(&generated(&bench, filter, false), Status::Complete).await;
        let mut keys: Vec<_> = bench.report(&id).into_iter().map(|row| row.key).collect();
        keys.sort_unstable();
        assert_eq!(keys, expected, "{name}");
    }
    for filter in [
        json!({ "CreatedBefore": "2001-01-01T00:00:00Z" }),
        json!({ "ObjectReplicationStatuses": ["FAILED"] }),
        json!({ "MatchAnyObjectEncryption": [{ "NOTSSE": {} }] }),
        json!({ "MatchAnyObjectEncryption": [{ "DSSEKMS": {} }] }),
        json!({ "MatchAnyObjectEncryption": [{ "SSEKMS": { "BucketKeyEnabled": false } }] }),
    ] {
        let id = bench.run(&generated(&bench, filter.clone(), false), Status::Failed).await;
        assert_eq!(bench.failure(&id).0, "ManifestGenerationFailed", "{filter}");
    }
}

#[tokio::test]
async fn a_generated_manifest_that_is_kept_is_an_inventory() {
    let bench = Bench::new("");
    for key in ["a b", "c,d\"e", "\u{e9}"] {
        bench.put("data-1", key, "x");
    }
    let id = bench.run(&generated(&bench, json!({}), true), Status::Complete).await;
    assert_eq!(bench.progress(&id), (3, 3, 0));
    let described = bench.account.batch.jobs.read(&id, |job| job.description("arn")).unwrap();
    let location = described["GeneratedManifestDescriptor"]["Location"].clone();
    assert_eq!(
        location["ObjectArn"],
        json!(format!("arn:aws:s3:::lists-1/made/data-1/job-{id}/manifest.json"))
    );
    // It is a manifest for the next job.
    let manifest = json!({ "Spec": { "Format": "S3InventoryReport_CSV_20161130" }, "Location": location });
    let again = bench.run(&bench.document(tag_operation(), manifest), Status::Complete).await;
    assert_eq!(bench.progress(&again), (3, 3, 0));
    assert!(bench.report(&again).iter().all(|row| row.version.as_deref() == Some("null")));
}
