//! What DescribeJob says of a job's making, as a job document: for `show`, and for a job made like another one. Words and
//! members are taken as they are. The way there is `to_sdk.rs`.

use aws_sdk_s3control::types as sdk;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use opsctl_engine::batch::{
    AccessControlList, AccessControlPolicy, Acl, Checksum, Copy, Encrypt, EncryptionFilter,
    EventHoldDuration, Filter, Generator, Grant, Grantee, KeyNameConstraint, KmsFilter, Lambda, LegalHold,
    LegalHoldStatus, Manifest, ManifestEncryption, ManifestGenerator, ManifestLocation, ManifestSpec,
    Nothing, ObjectEncryption, ObjectMetadata, Operation, OutputLocation, Owner, Report, Restore, Retention,
    RetentionSetting, Source, SseKms, SseKmsEncryption, Tag, Tagging,
};

/// None where it is of a kind that this version does not know.
pub fn operation(operation: &sdk::JobOperation) -> Option<Operation> {
    if let Some(lambda) = &operation.lambda_invoke {
        let arguments = lambda.user_arguments.clone();
        return Some(Operation::LambdaInvoke(Lambda {
            function_arn: lambda.function_arn.clone().unwrap_or_default(),
            invocation_schema_version: lambda.invocation_schema_version.clone(),
            user_arguments: arguments.map(|map| map.into_iter().collect()),
        }));
    }
    if let Some(copy) = &operation.s3_put_object_copy {
        return Some(Operation::S3PutObjectCopy(Box::new(self::copy(copy))));
    }
    if let Some(acl) = &operation.s3_put_object_acl {
        let policy = acl.access_control_policy.as_ref();
        return Some(Operation::S3PutObjectAcl(Acl {
            access_control_policy: policy.map(access_control_policy).unwrap_or_default(),
        }));
    }
    if let Some(tagging) = &operation.s3_put_object_tagging {
        return Some(Operation::S3PutObjectTagging(Tagging { tag_set: tags(tagging.tag_set()) }));
    }
    if operation.s3_delete_object_tagging.is_some() {
        return Some(Operation::S3DeleteObjectTagging(Nothing {}));
    }
    if let Some(restore) = &operation.s3_initiate_restore_object {
        return Some(Operation::S3InitiateRestoreObject(Restore {
            expiration_in_days: restore.expiration_in_days,
            glacier_job_tier: word(restore.glacier_job_tier.as_ref().map(|tier| tier.as_str())),
        }));
    }
    if let Some(hold) = &operation.s3_put_object_legal_hold {
        let status = hold.legal_hold.as_ref().map(|hold| hold.status.as_str().to_owned()).unwrap_or_default();
        return Some(Operation::S3PutObjectLegalHold(LegalHold { legal_hold: LegalHoldStatus { status } }));
    }
    if let Some(retention) = &operation.s3_put_object_retention {
        return Some(Operation::S3PutObjectRetention(self::retention(retention)));
    }
    if operation.s3_replicate_object.is_some() {
        return Some(Operation::S3ReplicateObject(Nothing {}));
    }
    if let Some(checksum) = &operation.s3_compute_object_checksum {
        return Some(Operation::S3ComputeObjectChecksum(Checksum {
            checksum_algorithm: word(checksum.checksum_algorithm.as_ref().map(|word| word.as_str())),
            checksum_type: word(checksum.checksum_type.as_ref().map(|word| word.as_str())),
        }));
    }
    let encrypt = operation.s3_update_object_encryption.as_ref()?;
    let kms = encrypt.object_encryption.as_ref()?.ssekms.as_ref()?;
    let sse_kms =
        SseKmsEncryption { kms_key_arn: kms.kms_key_arn.clone(), bucket_key_enabled: kms.bucket_key_enabled };
    Some(Operation::S3UpdateObjectEncryption(Encrypt { object_encryption: ObjectEncryption { sse_kms } }))
}

fn copy(copy: &sdk::S3CopyObjectOperation) -> Copy {
    let grants = copy.access_control_grants.as_deref();
    let hold = copy.object_lock_event_hold_duration.as_ref();
    Copy {
        target_resource: copy.target_resource.clone().unwrap_or_default(),
        canned_access_control_list: word(copy.canned_access_control_list.as_ref().map(|word| word.as_str())),
        access_control_grants: grants.map(|grants| grants.iter().map(grant).collect()),
        metadata_directive: word(copy.metadata_directive.as_ref().map(|word| word.as_str())),
        annotation_directive: word(copy.annotation_directive.as_ref().map(|word| word.as_str())),
        modified_since_constraint: copy.modified_since_constraint.as_ref().and_then(time),
        new_object_metadata: copy.new_object_metadata.as_ref().map(metadata),
        new_object_tagging: copy.new_object_tagging.as_deref().map(tags),
        redirect_location: copy.redirect_location.clone(),
        requester_pays: copy.requester_pays.then_some(true),
        storage_class: word(copy.storage_class.as_ref().map(|word| word.as_str())),
        un_modified_since_constraint: copy.un_modified_since_constraint.as_ref().and_then(time),
        sse_aws_kms_key_id: copy.sse_aws_kms_key_id.clone(),
        target_key_prefix: copy.target_key_prefix.clone(),
        object_lock_legal_hold_status: word(
            copy.object_lock_legal_hold_status.as_ref().map(|word| word.as_str()),
        ),
        object_lock_mode: word(copy.object_lock_mode.as_ref().map(|word| word.as_str())),
        object_lock_retain_until_date: copy.object_lock_retain_until_date.as_ref().and_then(time),
        bucket_key_enabled: copy.bucket_key_enabled.then_some(true),
        checksum_algorithm: word(copy.checksum_algorithm.as_ref().map(|word| word.as_str())),
        object_lock_event_hold: word(copy.object_lock_event_hold.as_ref().map(|word| word.as_str())),
        object_lock_event_hold_duration: hold
            .map(|hold| EventHoldDuration { days: hold.days, years: hold.years }),
    }
}

fn metadata(metadata: &sdk::S3ObjectMetadata) -> ObjectMetadata {
    ObjectMetadata {
        cache_control: metadata.cache_control.clone(),
        content_disposition: metadata.content_disposition.clone(),
        content_encoding: metadata.content_encoding.clone(),
        content_language: metadata.content_language.clone(),
        user_metadata: metadata.user_metadata.clone().map(|map| map.into_iter().collect()),
        content_length: metadata.content_length,
        content_md5: metadata.content_md5.clone(),
        content_type: metadata.content_type.clone(),
        http_expires_date: metadata.http_expires_date.as_ref().and_then(time),
        requester_charged: metadata.requester_charged.then_some(true),
        sse_algorithm: word(metadata.sse_algorithm.as_ref().map(|word| word.as_str())),
    }
}

fn access_control_policy(policy: &sdk::S3AccessControlPolicy) -> AccessControlPolicy {
    let list = |list: &sdk::S3AccessControlList| {
        let owner = list.owner.as_ref();
        let grants = list.grants.as_deref();
        AccessControlList {
            owner: owner
                .map(|owner| Owner { id: owner.id.clone(), display_name: owner.display_name.clone() })
                .unwrap_or_default(),
            grants: grants.map(|grants| grants.iter().map(grant).collect()),
        }
    };
    AccessControlPolicy {
        access_control_list: policy.access_control_list.as_ref().map(list),
        canned_access_control_list: word(
            policy.canned_access_control_list.as_ref().map(|word| word.as_str()),
        ),
    }
}

fn grant(grant: &sdk::S3Grant) -> Grant {
    let grantee = |grantee: &sdk::S3Grantee| Grantee {
        type_identifier: word(grantee.type_identifier.as_ref().map(|word| word.as_str())).unwrap_or_default(),
        identifier: grantee.identifier.clone().unwrap_or_default(),
        display_name: grantee.display_name.clone(),
    };
    Grant {
        grantee: grant.grantee.as_ref().map(grantee).unwrap_or_default(),
        permission: word(grant.permission.as_ref().map(|word| word.as_str())).unwrap_or_default(),
    }
}

fn retention(operation: &sdk::S3SetObjectRetentionOperation) -> Retention {
    let setting = |setting: &sdk::S3Retention| RetentionSetting {
        retain_until_date: setting.retain_until_date.as_ref().and_then(time),
        mode: word(setting.mode.as_ref().map(|word| word.as_str())),
        event_hold: word(setting.event_hold.as_ref().map(|word| word.as_str())),
        event_hold_duration: setting
            .event_hold_duration
            .as_ref()
            .map(|hold| EventHoldDuration { days: hold.days, years: hold.years }),
    };
    Retention {
        bypass_governance_retention: operation.bypass_governance_retention,
        retention: operation.retention.as_ref().map(setting).unwrap_or_default(),
    }
}

pub fn report(report: &sdk::JobReport) -> Report {
    Report {
        bucket: report.bucket.clone(),
        format: word(report.format.as_ref().map(|word| word.as_str())),
        enabled: report.enabled,
        prefix: report.prefix.clone(),
        report_scope: word(report.report_scope.as_ref().map(|word| word.as_str())),
        expected_bucket_owner: report.expected_bucket_owner.clone(),
    }
}

/// Where the objects come from; a job has the one or the other.
pub fn source(
    manifest: Option<&sdk::JobManifest>,
    generator: Option<&sdk::JobManifestGenerator>,
) -> Option<Source> {
    if let Some(sdk::JobManifestGenerator::S3JobManifestGenerator(generator)) = generator {
        let generator = ManifestGenerator { s3_job_manifest_generator: self::generator(generator) };
        return Some(Source::ManifestGenerator(Box::new(generator)));
    }
    let manifest = manifest?;
    let spec = manifest.spec.as_ref().map(|spec| ManifestSpec {
        format: spec.format.as_str().to_owned(),
        fields: (spec.fields.as_ref())
            .map(|fields| fields.iter().map(|field| field.as_str().to_owned()).collect()),
    });
    Some(Source::Manifest(Manifest {
        spec: spec.unwrap_or_default(),
        location: manifest.location.as_ref().map(location).unwrap_or_default(),
    }))
}

pub fn location(location: &sdk::JobManifestLocation) -> ManifestLocation {
    ManifestLocation {
        object_arn: location.object_arn.clone(),
        object_version_id: location.object_version_id.clone(),
        e_tag: location.e_tag.trim_matches('"').to_owned(),
    }
}

fn generator(generator: &sdk::S3JobManifestGenerator) -> Generator {
    let encryption = |encryption: &sdk::GeneratedManifestEncryption| ManifestEncryption {
        sse_s3: encryption.sses3.as_ref().map(|_| Nothing {}),
        sse_kms: encryption.ssekms.as_ref().map(|kms| SseKms { key_id: kms.key_id.clone() }),
    };
    let output = |location: &sdk::S3ManifestOutputLocation| OutputLocation {
        expected_manifest_bucket_owner: location.expected_manifest_bucket_owner.clone(),
        bucket: location.bucket.clone(),
        manifest_prefix: location.manifest_prefix.clone(),
        manifest_encryption: location.manifest_encryption.as_ref().map(encryption),
        manifest_format: location.manifest_format.as_str().to_owned(),
    };
    Generator {
        expected_bucket_owner: generator.expected_bucket_owner.clone(),
        source_bucket: generator.source_bucket.clone(),
        manifest_output_location: generator.manifest_output_location.as_ref().map(output),
        filter: generator.filter.as_ref().map(filter),
        enable_manifest_output: generator.enable_manifest_output,
    }
}

fn filter(filter: &sdk::JobManifestGeneratorFilter) -> Filter {
    let names = |names: &sdk::KeyNameConstraint| KeyNameConstraint {
        match_any_prefix: names.match_any_prefix.clone(),
        match_any_suffix: names.match_any_suffix.clone(),
        match_any_substring: names.match_any_substring.clone(),
    };
    let statuses = filter.object_replication_statuses.as_ref();
    let classes = filter.match_any_storage_class.as_ref();
    let encryptions = filter.match_any_object_encryption.as_ref();
    Filter {
        eligible_for_replication: filter.eligible_for_replication,
        created_after: filter.created_after.as_ref().and_then(time),
        created_before: filter.created_before.as_ref().and_then(time),
        object_replication_statuses: statuses
            .map(|all| all.iter().map(|status| status.as_str().to_owned()).collect()),
        key_name_constraint: filter.key_name_constraint.as_ref().map(names),
        object_size_greater_than_bytes: filter.object_size_greater_than_bytes,
        object_size_less_than_bytes: filter.object_size_less_than_bytes,
        match_any_storage_class: classes
            .map(|all| all.iter().map(|class| class.as_str().to_owned()).collect()),
        match_any_object_encryption: encryptions
            .map(|all| all.iter().filter_map(encryption_filter).collect()),
    }
}

fn encryption_filter(filter: &sdk::ObjectEncryptionFilter) -> Option<EncryptionFilter> {
    Some(match filter {
        sdk::ObjectEncryptionFilter::Sses3(_) => EncryptionFilter::SseS3(Nothing {}),
        sdk::ObjectEncryptionFilter::Ssec(_) => EncryptionFilter::SseC(Nothing {}),
        sdk::ObjectEncryptionFilter::Notsse(_) => EncryptionFilter::NotSse(Nothing {}),
        sdk::ObjectEncryptionFilter::Ssekms(kms) => EncryptionFilter::SseKms(KmsFilter {
            kms_key_arn: kms.kms_key_arn.clone(),
            bucket_key_enabled: kms.bucket_key_enabled,
        }),
        sdk::ObjectEncryptionFilter::Dssekms(kms) => EncryptionFilter::DsseKms(KmsFilter {
            kms_key_arn: kms.kms_key_arn.clone(),
            bucket_key_enabled: None,
        }),
        _ => return None,
    })
}

pub fn tags(tags: &[sdk::S3Tag]) -> Vec<Tag> {
    tags.iter().map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

pub fn time(time: &DateTime) -> Option<Timestamp> {
    Timestamp::from_nanosecond(time.as_nanos()).ok()
}

fn word(word: Option<&str>) -> Option<String> {
    word.map(str::to_owned)
}
