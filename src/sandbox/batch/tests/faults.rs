//! What a job finds wrong while it is Preparing, and where its report cannot be written.

use super::{Bench, ROLE, tag_operation};
use opsctl_engine::batch::Status;
use serde_json::{Value, json};

async fn failure(bench: &Bench, document: &Value) -> (String, String) {
    let id = bench.run(document, Status::Failed).await;
    assert_eq!(bench.progress(&id), (0, 0, 0));
    bench.failure(&id)
}

#[tokio::test]
async fn a_role_must_exist_and_trust_the_service() {
    let bench = Bench::new("[[roles]]\nname = \"batch\"\ntrust = [\"lambda.amazonaws.com\"]\n");
    let mut document = bench.document(tag_operation(), bench.list(&["k"]));
    for (name, reason) in [("batch", "is not authorized to assume the role"), ("nobody", "does not exist")] {
        document["RoleArn"] = json!(ROLE.replace("opsctl-batch", name));
        document["ClientRequestToken"] = json!(name);
        let (code, found) = failure(&bench, &document).await;
        assert_eq!(code, "AssumeRoleFailed");
        assert!(found.contains(reason), "{found}");
    }
}

#[tokio::test]
async fn a_manifest_must_be_the_one_that_was_meant() {
    let bench = Bench::new("[[buckets]]\nname = \"far-1\"\nregion = \"eu-west-1\"\n");
    let good = bench.list(&["k"]);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut document = bench.document(tag_operation(), good.clone());
        change(&mut document["Manifest"]["Location"]);
        document
    };
    let stale = with(&|location| location["ETag"] = json!("d41d8cd98f00b204e9800998ecf8427e"));
    let (code, reason) = failure(&bench, &stale).await;
    assert_eq!(code, "ManifestETagMismatch");
    assert!(reason.contains("d41d8cd98f00b204e9800998ecf8427e"), "{reason}");
    for (object, expected) in [("lists-1/gone.csv", "NoSuchKey"), ("nowhere-1/list.csv", "NoSuchBucket")] {
        let missing = with(&|location| location["ObjectArn"] = json!(format!("arn:aws:s3:::{object}")));
        let (code, reason) = failure(&bench, &missing).await;
        assert_eq!(code, "ManifestUnreadable");
        assert!(reason.contains(expected), "{reason}");
    }
    let version = with(&|location| location["ObjectVersionId"] = json!("null"));
    bench.run(&version, Status::Complete).await;
    let far = with(&|location| location["ObjectArn"] = json!("arn:aws:s3:::far-1/list.csv"));
    assert_eq!(failure(&bench, &far).await.0, "ManifestInAnotherRegion");
}

#[tokio::test]
async fn rows_that_cannot_be_read_fail_the_job_with_their_line() {
    let bench = Bench::new("");
    for (name, csv, fields, expected) in [
        ("mixed versions", "data-1,a,null\ndata-1,b,\n", &["Bucket", "Key", "VersionId"][..], "line 2"),
        ("a column too many", "data-1,a\ndata-1,b,null\n", &["Bucket", "Key"], "line 2"),
        ("a bad escape", "data-1,a\ndata-1,%zz\n", &["Bucket", "Key"], "line 2"),
        ("no bucket", ",a\n", &["Bucket", "Key"], "line 1"),
    ] {
        let document = bench.document(tag_operation(), bench.csv(csv, fields));
        let (code, reason) = failure(&bench, &document).await;
        assert_eq!(code, "InvalidManifestContent", "{name}");
        assert!(reason.contains(expected), "{name}: {reason}");
    }
    let empty = bench.document(tag_operation(), bench.csv("", &["Bucket", "Key"]));
    let id = bench.run(&empty, Status::Complete).await;
    assert_eq!(bench.progress(&id), (0, 0, 0));
}

#[tokio::test]
async fn a_copy_job_is_created_where_its_target_is() {
    let bench = Bench::new("[[buckets]]\nname = \"far-1\"\nregion = \"eu-west-1\"\n");
    let copy = json!({ "S3PutObjectCopy": { "TargetResource": "arn:aws:s3:::far-1" } });
    let (code, reason) = failure(&bench, &bench.document(copy, bench.list(&["k"]))).await;
    assert_eq!(code, "InvalidTargetRegion");
    assert!(reason.contains("eu-west-1"), "{reason}");
}

#[tokio::test]
async fn a_report_that_cannot_be_written_fails_the_job_late() {
    let bench = Bench::new("");
    bench.put("data-1", "k", "x");
    let mut document = bench.document(tag_operation(), bench.list(&["k"]));
    document["Report"]["Bucket"] = json!("arn:aws:s3:::nowhere-1");
    let id = bench.run(&document, Status::Failed).await;
    let (code, reason) = bench.failure(&id);
    assert_eq!(code, "JobReportWriteFailed");
    assert!(reason.contains("NoSuchBucket"), "{reason}");
    assert_eq!(bench.progress(&id), (1, 1, 0), "the tasks were run");
}
