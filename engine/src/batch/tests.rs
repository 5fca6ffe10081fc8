//! The rules of the job document, one case each; and the documents in the samples.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::JobDocument;

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn job(operation: Value) -> Value {
    json!({
        "Operation": operation,
        "Report": { "Enabled": true, "Bucket": "arn:aws:s3:::reports", "Format": "Report_CSV_20180820",
                    "Prefix": "batch", "ReportScope": "AllTasks" },
        "ClientRequestToken": "t-1",
        "Priority": 10,
        "RoleArn": "arn:aws:iam::111122223333:role/batch",
        "Manifest": {
            "Spec": { "Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"] },
            "Location": { "ObjectArn": "arn:aws:s3:::lists/one.csv", "ETag": "\"0f1e\"" }
        }
    })
}

fn untag() -> Value {
    job(json!({ "S3DeleteObjectTagging": {} }))
}

/// The document with another value at this pointer; `null` takes it away.
fn with(mut document: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap()[name] = value;
    document
}

fn faults(document: &Value) -> Vec<String> {
    let faults = JobDocument::read(document, now()).err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_only(document: &Value, expected: &str) {
    assert_eq!(faults(document), [expected], "{document}");
}

#[test]
fn a_sound_document_is_read_and_written_as_it_was() {
    let mut document = untag();
    let read = JobDocument::read(&document, now()).unwrap();
    document["Manifest"]["Location"]["ETag"] = json!("0f1e");
    assert_eq!(read.to_value(), document);
}

#[test]
fn every_document_of_the_samples_is_sound_and_comes_back_whole() {
    let Ok(folder) = std::fs::read_dir("../../shared/samples/s3-batch/jobs") else {
        eprintln!("the samples are not here: nothing is checked");
        return;
    };
    let mut count = 0;
    for entry in folder {
        let path = entry.unwrap().path();
        let sample: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let read = JobDocument::read(&sample, now()).unwrap_or_else(|faults| panic!("{path:?}: {faults:?}"));
        assert_eq!(read.to_value(), sample, "{path:?}");
        count += 1;
    }
    assert_eq!(count, 11);
}

#[test]
fn every_fault_is_found_in_one_run() {
    let mut document = job(json!({ "S3PutObjectCopy": {
        "TargetResource": "target", "StorageClas": "GLACIER", "StorageClass": "GLACIR", "BucketKeyEnabled": "yes",
    } }));
    document["Prioritty"] = json!(1);
    document["Priority"] = Value::Null;
    document["RoleArn"] = json!("batch");
    document["Tags"] = json!([{ "Key": "a;b", "Value": "v" }, { "Value": 3 }]);
    assert_eq!(
        faults(&document),
        [
            "Operation.S3PutObjectCopy.TargetResource: `target` is not the ARN of a bucket, arn:aws:s3:::BUCKET",
            "Operation.S3PutObjectCopy.StorageClass: `GLACIR` is not one of STANDARD, STANDARD_IA, ONEZONE_IA, \
             INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE; did you mean `GLACIER`?",
            "Operation.S3PutObjectCopy.BucketKeyEnabled: must be true or false",
            "Operation.S3PutObjectCopy.StorageClas: unknown field; did you mean `StorageClass`?",
            "`Priority` is missing",
            "RoleArn: `batch` is not the ARN of a role",
            "Tags[0].Key: `a;b` is not made of letters, digits, spaces and _ . : / = + - @ alone",
            "Tags[1]: `Key` is missing",
            "Tags[1].Value: must be text: put it in quotes",
            "Prioritty: unknown field; did you mean `Priority`?",
        ]
    );
}

#[test]
fn each_rule_of_the_whole_is_held() {
    for (pointer, value, expected) in [
        ("/Operation", json!({}), "Operation: names no operation"),
        ("/Operation", json!({ "S3PutObjectCopi": {} }), "Operation: names no operation"),
        ("/Priority", json!(-1), "Priority: -1 is not a whole number from 0 to 2147483647"),
        ("/Priority", json!(1.5), "Priority: must be a whole number from 0 to 2147483647"),
        ("/Description", json!(""), "Description: is empty"),
        ("/Description", json!("x".repeat(257)), "Description: has 257 characters; 1 to 256 are allowed"),
        (
            "/ClientRequestToken",
            json!("x".repeat(65)),
            "ClientRequestToken: has 65 characters; 1 to 64 are allowed",
        ),
        ("/AccountId", json!("1234"), "AccountId: has 4 characters; 12 to 12 are allowed"),
        (
            "/RoleArn",
            json!("arn:aws:iam::111122223333:user/x"),
            "RoleArn: `arn:aws:iam::111122223333:user/x` is not the ARN of a role",
        ),
        ("/Report/Bucket", Value::Null, "Report: `Bucket` is missing"),
        (
            "/Report/ReportScope",
            json!("Failed"),
            "Report.ReportScope: `Failed` is not one of AllTasks, FailedTasksOnly",
        ),
        ("/Report/Enabled", Value::Null, "Report: `Enabled` is missing"),
        ("/Manifest", Value::Null, "neither `Manifest` nor `ManifestGenerator` says which objects"),
        ("/Manifest/Spec/Fields", json!(["Bucket"]), "Manifest.Spec.Fields: `Key` is missing"),
        (
            "/Manifest/Spec/Fields",
            json!(["Bucket", "Key", "Key"]),
            "Manifest.Spec.Fields: `Key` is given twice",
        ),
        (
            "/Manifest/Spec/Fields",
            Value::Null,
            "Manifest.Spec: `Fields` is missing: a CSV manifest needs the names of its columns",
        ),
        ("/Manifest/Location/ETag", Value::Null, "Manifest.Location: `ETag` is missing"),
        (
            "/Manifest/Location/ObjectArn",
            json!("s3://lists/one.csv"),
            "Manifest.Location.ObjectArn: `s3://lists/one.csv` is not the ARN of an object, arn:aws:s3:::BUCKET/KEY",
        ),
    ] {
        let all = faults(&with(untag(), pointer, value.clone()));
        assert_eq!(all.first().map(String::as_str), Some(expected), "{pointer} {value}: {all:?}");
    }
    assert_eq!(faults(&json!([])), ["must be an object"]);
    let both = with(untag(), "/ManifestGenerator", json!({}));
    assert_only(&both, "has Manifest and ManifestGenerator: only one of them is allowed");
    let two = job(json!({ "S3DeleteObjectTagging": {}, "S3ReplicateObject": {} }));
    assert_only(
        &two,
        "Operation: has S3DeleteObjectTagging and S3ReplicateObject: only one of them is allowed",
    );
}

#[test]
fn tags_have_limits() {
    let tags = |count: usize| -> Value {
        (0..count).map(|number| json!({ "Key": format!("k{number}"), "Value": "" })).collect()
    };
    assert_eq!(faults(&with(untag(), "/Tags", tags(50))), [""; 0]);
    assert_only(&with(untag(), "/Tags", tags(51)), "Tags: has 51 tags; at most 50 are allowed");
    let tagging = |tags: Value| job(json!({ "S3PutObjectTagging": { "TagSet": tags } }));
    let at = "Operation.S3PutObjectTagging.TagSet";
    assert_only(&tagging(tags(11)), &format!("{at}: has 11 tags; at most 10 are allowed"));
    let twice = json!([{ "Key": "a", "Value": "1" }, { "Key": "a", "Value": "2" }]);
    assert_only(&tagging(twice), &format!("{at}[1].Key: `a` is given twice"));
    let long = json!([{ "Key": "k".repeat(129), "Value": "v".repeat(257) }]);
    assert_eq!(
        faults(&tagging(long)),
        [
            format!("{at}[0].Key: has 129 characters; 1 to 128 are allowed"),
            format!("{at}[0].Value: has 257 characters; 0 to 256 are allowed")
        ]
    );
    let reserved = json!([{ "Key": "aws:x", "Value": "" }]);
    assert_only(&tagging(reserved), &format!("{at}[0].Key: `aws:x` begins with aws:, which is reserved"));
    assert_eq!(faults(&tagging(json!([{ "Key": "größe: A/b=c+d-e@f._", "Value": "1 2" }]))), [""; 0]);
}

#[test]
fn each_rule_of_an_operation_is_held() {
    let copy = "Operation.S3PutObjectCopy";
    let target = "arn:aws:s3:::target";
    let express = "arn:aws:s3express:eu-west-1:111122223333:bucket/b--euw1-az1--x-s3";
    for (name, parameters, expected) in [
        ("S3PutObjectCopy", json!({}), format!("{copy}: `TargetResource` is missing")),
        ("S3PutObjectCopy", json!({ "TargetResource": target, "ObjectLockMode": "GOVERNANCE" }),
         format!("{copy}: ObjectLockMode and ObjectLockRetainUntilDate go together")),
        ("S3PutObjectCopy", json!({ "TargetResource": express, "StorageClass": "STANDARD" }),
         format!("{copy}.StorageClass: does not exist in directory buckets")),
        ("S3PutObjectCopy", json!({ "TargetResource": target, "CannedAccessControlList": "private",
            "AccessControlGrants": [] }),
         format!("{copy}: has CannedAccessControlList and AccessControlGrants: only one of them is allowed")),
        ("S3PutObjectCopy", json!({ "TargetResource": target, "ModifiedSinceConstraint": "2026-02-01",
            "UnModifiedSinceConstraint": "2026-01-01" }),
         format!("{copy}.ModifiedSinceConstraint: 2026-02-01T00:00:00Z is not before `UnModifiedSinceConstraint`: \
                  nothing is copied")),
        ("S3PutObjectCopy", json!({ "TargetResource": target, "SSEAwsKmsKeyId": "k",
            "NewObjectMetadata": { "SSEAlgorithm": "AES256" } }),
         format!("{copy}.SSEAwsKmsKeyId: is a KMS key, and SSEAlgorithm says AES256")),
        ("S3PutObjectCopy", json!({ "TargetResource": target, "NewObjectMetadata": { "SSEAlgorithm": "aws:kms" } }),
         format!("{copy}.NewObjectMetadata.SSEAlgorithm: `aws:kms` is not one of AES256, KMS")),
        ("S3PutObjectAcl", json!({ "AccessControlPolicy": {} }),
         "Operation.S3PutObjectAcl.AccessControlPolicy: has neither `AccessControlList` nor \
          `CannedAccessControlList`".to_owned()),
        ("S3DeleteObjectTagging", json!({ "TagSet": [] }),
         "Operation.S3DeleteObjectTagging.TagSet: unknown field".to_owned()),
        ("S3InitiateRestoreObject", json!({ "ExpirationInDays": 0 }),
         "Operation.S3InitiateRestoreObject.ExpirationInDays: must be at least 1; leave it out for the archive \
          tiers of Intelligent-Tiering alone".to_owned()),
        ("S3InitiateRestoreObject", json!({ "ExpirationInDays": 1, "GlacierJobTier": "EXPEDITED" }),
         "Operation.S3InitiateRestoreObject.GlacierJobTier: `EXPEDITED` is not one of STANDARD, BULK".to_owned()),
        ("LambdaInvoke", json!({ "FunctionArn": "f", "UserArguments": { "a": "b" } }),
         "Operation.LambdaInvoke.UserArguments: need InvocationSchemaVersion 2.0".to_owned()),
        ("LambdaInvoke", json!({ "FunctionArn": "f", "InvocationSchemaVersion": "2.0", "UserArguments": {} }),
         "Operation.LambdaInvoke.UserArguments: has 0 entries; 1 to 10 are allowed".to_owned()),
        ("S3PutObjectLegalHold", json!({ "LegalHold": { "Status": "on" } }),
         "Operation.S3PutObjectLegalHold.LegalHold.Status: `on` is not one of ON, OFF; did you mean `ON`?".to_owned()),
        ("S3PutObjectRetention", json!({ "Retention": { "Mode": "GOVERNANCE", "RetainUntilDate": "2026-11-22" } }),
         "Operation.S3PutObjectRetention.Retention.RetainUntilDate: 2026-11-22T00:00:00Z is in the past \
          (now is 2026-11-22T12:00:00Z)".to_owned()),
        ("S3PutObjectRetention", json!({ "Retention": { "Mode": "GOVERNANCE" } }),
         "Operation.S3PutObjectRetention.Retention: Mode and RetainUntilDate go together".to_owned()),
        ("S3PutObjectRetention", json!({ "Retention": {} }),
         "Operation.S3PutObjectRetention.Retention: is empty, which takes retention away and needs \
          BypassGovernanceRetention".to_owned()),
        ("S3PutObjectRetention", json!({ "Retention": { "EventHold": "ON", "EventHoldDuration": { "Days": 40000 } } }),
         "Operation.S3PutObjectRetention.Retention.EventHoldDuration.Days: 40000 is not a whole number from 1 to \
          36500".to_owned()),
        ("S3ComputeObjectChecksum", json!({ "ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "COMPOSITE" }),
         "Operation.S3ComputeObjectChecksum.ChecksumType: `COMPOSITE` does not exist for CRC64NVME: it is of the \
          full object alone".to_owned()),
        ("S3UpdateObjectEncryption",
         json!({ "ObjectEncryption": { "SSEKMS": { "KMSKeyArn": "arn:aws:kms:eu-west-1:111122223333:alias/x" } } }),
         "Operation.S3UpdateObjectEncryption.ObjectEncryption.SSEKMS.KMSKeyArn: \
          `arn:aws:kms:eu-west-1:111122223333:alias/x` is not the whole ARN of a KMS key \
          (arn:aws:kms:REGION:ACCOUNT:key/ID; an alias is not taken)".to_owned()),
    ] {
        assert_only(&job(json!({ name: parameters })), &expected);
    }
    let bypassed = json!({ "S3PutObjectRetention": { "BypassGovernanceRetention": true, "Retention": {} } });
    assert_eq!(faults(&job(bypassed)), [""; 0]);
    let silent = with(job(json!({ "S3ComputeObjectChecksum": {} })), "/Report", json!({ "Enabled": false }));
    assert_only(&silent, "Report: is off, and the checksums are told in the report alone");
}

#[test]
fn a_generator_has_rules_of_its_own() {
    let generator = |generator: Value| {
        let without = with(untag(), "/Manifest", Value::Null);
        with(without, "/ManifestGenerator", json!({ "S3JobManifestGenerator": generator }))
    };
    let base = |filter: Value| {
        generator(
            json!({ "SourceBucket": "arn:aws:s3:::data", "EnableManifestOutput": false, "Filter": filter }),
        )
    };
    let at = "ManifestGenerator.S3JobManifestGenerator";
    assert_eq!(faults(&base(json!({}))), [""; 0]);
    assert_only(
        &generator(json!({ "SourceBucket": "arn:aws:s3:::data", "EnableManifestOutput": true })),
        &format!("{at}: `ManifestOutputLocation` is missing"),
    );
    for (filter, expected) in [
        (
            json!({ "KeyNameConstraint": { "MatchAnyPrefix": ["a", "b"] } }),
            format!(
                "{at}.Filter.KeyNameConstraint.MatchAnyPrefix: has 2 strings; the service takes exactly one"
            ),
        ),
        (
            json!({ "CreatedAfter": "2026-01-02", "CreatedBefore": "2026-01-01" }),
            format!(
                "{at}.Filter.CreatedAfter: 2026-01-02T00:00:00Z is not before `CreatedBefore`: nothing is chosen"
            ),
        ),
        (
            json!({ "ObjectSizeGreaterThanBytes": 5, "ObjectSizeLessThanBytes": 6 }),
            format!(
                "{at}.Filter.ObjectSizeGreaterThanBytes: no size is above 5 and below 6: nothing is chosen"
            ),
        ),
        (
            json!({ "MatchAnyObjectEncryption": [{ "DSSEKMS": { "BucketKeyEnabled": true } }] }),
            format!("{at}.Filter.MatchAnyObjectEncryption[0].DSSEKMS.BucketKeyEnabled: unknown field"),
        ),
        (
            json!({ "MatchAnyStorageClass": ["GLACIERS"] }),
            format!(
                "{at}.Filter.MatchAnyStorageClass[0]: `GLACIERS` is not one of STANDARD, STANDARD_IA, ONEZONE_IA, \
                  INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE; did you mean `GLACIER`?"
            ),
        ),
    ] {
        assert_only(&base(filter), &expected);
    }
    let restore = |parameters: Value, class: &str| {
        with(
            base(json!({ "MatchAnyStorageClass": [class] })),
            "/Operation",
            json!({ "S3InitiateRestoreObject": parameters }),
        )
    };
    assert_only(&restore(json!({}), "GLACIER"), "restores GLACIER, which needs ExpirationInDays");
    assert_only(
        &restore(json!({ "ExpirationInDays": 3 }), "INTELLIGENT_TIERING"),
        "restores INTELLIGENT_TIERING, which must not have ExpirationInDays",
    );
    assert_eq!(faults(&restore(json!({ "ExpirationInDays": 3 }), "DEEP_ARCHIVE")), [""; 0]);
}

proptest::proptest! {
    /// Whatever a file holds, it is read or it has faults.
    #[test]
    fn no_value_makes_it_panic(key in "[A-Za-z]{0,20}", text in ".{0,20}", number in proptest::num::i64::ANY) {
        for pointer in ["/Operation", "/Report", "/Manifest", "/Manifest/Spec", "/Tags", "/Priority"] {
            for value in [json!(text), json!(number), json!([number, text]), json!({ key.as_str(): text })] {
                proptest::prop_assert!(!faults(&with(untag(), pointer, value)).is_empty() || pointer == "/Priority");
            }
        }
    }
}
