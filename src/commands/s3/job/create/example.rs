//! A job document for each operation, as YAML to begin with. It is made from a typed document, so that it is right.

use opsctl_engine::batch::{
    AccessControlPolicy, Acl, Checksum, Copy, Encrypt, JobDocument, Lambda, LegalHold, LegalHoldStatus,
    Manifest, ManifestLocation, ManifestSpec, Nothing, ObjectEncryption, Operation, OperationKind, Report,
    Restore, Retention, RetentionSetting, Source, SseKmsEncryption, Tag, Tagging, words,
};

use crate::context::Context;
use crate::error::{Error, Outcome, Result};

/// Prints one that parses.
pub fn print(kind: OperationKind, ctx: &Context) -> Result<Outcome> {
    let value = document(kind, ctx.now()).to_value();
    let text = serde_saphyr::to_string(&value)
        .map_err(|error| Error::failed("the example cannot be written").because(error))?;
    ctx.out().text(&format!("# opsctl s3 job create -f FILE; the names are those of CreateJob\n{text}"))?;
    Ok(Outcome::Done)
}

/// The word of a command line.
pub fn operation(word: &str) -> Result<OperationKind, String> {
    let known = OperationKind::ALL.into_iter().find(|kind| kind.word() == word || kind.name() == word);
    known.ok_or_else(|| {
        let words = || OperationKind::ALL.into_iter().map(OperationKind::word);
        let near = opsctl_engine::nearest(
            word,
            words().chain(OperationKind::ALL.into_iter().map(OperationKind::name)),
        );
        let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        format!("the operations are {}{near}", words().collect::<Vec<_>>().join(", "))
    })
}

fn document(kind: OperationKind, now: jiff::Timestamp) -> JobDocument {
    JobDocument {
        account_id: None,
        confirmation_required: None,
        operation: parameters(kind, now),
        report: Report {
            bucket: Some("arn:aws:s3:::reports".into()),
            format: Some(words::REPORT_FORMAT.into()),
            enabled: true,
            prefix: Some("batch".into()),
            report_scope: Some(words::ALL_TASKS.into()),
            expected_bucket_owner: None,
        },
        client_request_token: None,
        description: Some(format!("an example of {}", kind.word())),
        priority: 10,
        role_arn: "arn:aws:iam::111122223333:role/batch".into(),
        tags: Some(vec![Tag { key: "team".into(), value: "storage".into() }]),
        source: Source::Manifest(Manifest {
            spec: ManifestSpec {
                format: words::MANIFEST_CSV.into(),
                fields: Some(vec!["Bucket".into(), "Key".into()]),
            },
            location: ManifestLocation {
                object_arn: "arn:aws:s3:::lists/manifest.csv".into(),
                object_version_id: None,
                e_tag: "d41d8cd98f00b204e9800998ecf8427e".into(),
            },
        }),
    }
}

fn parameters(kind: OperationKind, now: jiff::Timestamp) -> Operation {
    match kind {
        OperationKind::Copy => Operation::S3PutObjectCopy(Box::new(Copy {
            target_resource: "arn:aws:s3:::copies".into(),
            target_key_prefix: Some("moved".into()),
            storage_class: Some("STANDARD_IA".into()),
            ..Copy::default()
        })),
        OperationKind::Acl => Operation::S3PutObjectAcl(Acl {
            access_control_policy: AccessControlPolicy {
                access_control_list: None,
                canned_access_control_list: Some("bucket-owner-full-control".into()),
            },
        }),
        OperationKind::Tag => Operation::S3PutObjectTagging(Tagging {
            tag_set: vec![Tag { key: "retain".into(), value: "90d".into() }],
        }),
        OperationKind::Untag => Operation::S3DeleteObjectTagging(Nothing {}),
        OperationKind::Restore => Operation::S3InitiateRestoreObject(Restore {
            expiration_in_days: Some(7),
            glacier_job_tier: Some("BULK".into()),
        }),
        OperationKind::Lambda => Operation::LambdaInvoke(Lambda {
            function_arn: "arn:aws:lambda:us-east-1:111122223333:function:rename:3".into(),
            invocation_schema_version: Some("2.0".into()),
            user_arguments: Some([("mode".to_owned(), "dry".to_owned())].into()),
        }),
        OperationKind::LegalHold => {
            Operation::S3PutObjectLegalHold(LegalHold { legal_hold: LegalHoldStatus { status: "ON".into() } })
        }
        OperationKind::Retention => Operation::S3PutObjectRetention(Retention {
            bypass_governance_retention: None,
            retention: RetentionSetting {
                retain_until_date: Some(midnight_in_a_year(now)),
                mode: Some("GOVERNANCE".into()),
                ..RetentionSetting::default()
            },
        }),
        OperationKind::Replicate => Operation::S3ReplicateObject(Nothing {}),
        OperationKind::Checksum => Operation::S3ComputeObjectChecksum(Checksum {
            checksum_algorithm: Some("SHA256".into()),
            checksum_type: Some("FULL_OBJECT".into()),
        }),
        OperationKind::Encrypt => Operation::S3UpdateObjectEncryption(Encrypt {
            object_encryption: ObjectEncryption {
                sse_kms: SseKmsEncryption {
                    kms_key_arn:
                        "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0".into(),
                    bucket_key_enabled: Some(true),
                },
            },
        }),
    }
}

/// Dates at midnight in UTC work best.
fn midnight_in_a_year(now: jiff::Timestamp) -> jiff::Timestamp {
    const DAY: i64 = 24 * 60 * 60;
    let day = now.as_second().div_euclid(DAY).saturating_add(366);
    jiff::Timestamp::from_second(day.saturating_mul(DAY)).unwrap_or(jiff::Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::yaml;

    #[test]
    fn every_example_is_read_again() {
        let now: jiff::Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        for kind in OperationKind::ALL {
            let document = document(kind, now);
            let text = serde_saphyr::to_string(&document.to_value()).unwrap();
            let read = yaml::Document::read("example", &text).unwrap();
            assert_eq!(JobDocument::read(&read.value(), now).unwrap(), document, "{text}");
            assert_eq!(operation(kind.word()), Ok(kind));
            assert_eq!(operation(kind.name()), Ok(kind));
        }
        assert!(operation("coppy").unwrap_err().ends_with("did you mean copy?"));
    }
}
