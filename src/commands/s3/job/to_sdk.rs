//! A job document as the SDK's types: member by member, nothing decided. The way back is `from_sdk.rs`.

use aws_sdk_s3control::types as sdk;
use aws_smithy_types::DateTime;
use aws_smithy_types::error::operation::BuildError;
use jiff::Timestamp;
use opsctl_engine::batch::{
    AccessControlList, Copy, EncryptionFilter, EventHoldDuration, Filter, Generator, Grant, Grantee,
    JobDocument, KeyNameConstraint, KmsFilter, Manifest, ManifestEncryption, ManifestLocation,
    ObjectMetadata, Operation, OutputLocation, Owner, Report, Retention, Source, Tag,
};

type Built<T> = Result<T, BuildError>;

/// What CreateJob takes besides the account and the token.
pub struct Members {
    pub operation: sdk::JobOperation,
    pub report: sdk::JobReport,
    pub tags: Option<Vec<sdk::S3Tag>>,
    pub manifest: Option<sdk::JobManifest>,
    pub generator: Option<sdk::JobManifestGenerator>,
}

impl Members {
    pub fn new(document: &JobDocument) -> Built<Self> {
        let (manifest, generator) = match &document.source {
            Source::Manifest(manifest) => (Some(self::manifest(manifest)?), None),
            Source::ManifestGenerator(generator) => {
                (None, Some(self::generator(&generator.s3_job_manifest_generator)?))
            }
        };
        Ok(Members {
            operation: operation(&document.operation)?,
            report: report(&document.report),
            tags: tags(document.tags.as_deref())?,
            manifest,
            generator,
        })
    }
}

fn operation(operation: &Operation) -> Built<sdk::JobOperation> {
    let builder = sdk::JobOperation::builder();
    Ok(match operation {
        Operation::LambdaInvoke(lambda) => builder.lambda_invoke(
            sdk::LambdaInvokeOperation::builder()
                .function_arn(&lambda.function_arn)
                .set_invocation_schema_version(lambda.invocation_schema_version.clone())
                .set_user_arguments(lambda.user_arguments.clone().map(|map| map.into_iter().collect()))
                .build(),
        ),
        Operation::S3PutObjectCopy(copy) => builder.s3_put_object_copy(self::copy(copy)?),
        Operation::S3PutObjectAcl(acl) => {
            let policy = &acl.access_control_policy;
            let policy = sdk::S3AccessControlPolicy::builder()
                .set_access_control_list(policy.access_control_list.as_ref().map(access_control_list))
                .set_canned_access_control_list(word(&policy.canned_access_control_list));
            builder.s3_put_object_acl(
                sdk::S3SetObjectAclOperation::builder().access_control_policy(policy.build()).build(),
            )
        }
        Operation::S3PutObjectTagging(tagging) => builder.s3_put_object_tagging(
            sdk::S3SetObjectTaggingOperation::builder().set_tag_set(tags(Some(&tagging.tag_set))?).build(),
        ),
        Operation::S3DeleteObjectTagging(_) => {
            builder.s3_delete_object_tagging(sdk::S3DeleteObjectTaggingOperation::builder().build())
        }
        Operation::S3InitiateRestoreObject(restore) => builder.s3_initiate_restore_object(
            sdk::S3InitiateRestoreObjectOperation::builder()
                .set_expiration_in_days(restore.expiration_in_days)
                .set_glacier_job_tier(word(&restore.glacier_job_tier))
                .build(),
        ),
        Operation::S3PutObjectLegalHold(hold) => {
            let hold = sdk::S3ObjectLockLegalHold::builder().status(hold.legal_hold.status.as_str().into());
            builder.s3_put_object_legal_hold(
                sdk::S3SetObjectLegalHoldOperation::builder().legal_hold(hold.build()?).build(),
            )
        }
        Operation::S3PutObjectRetention(retention) => {
            builder.s3_put_object_retention(self::retention(retention))
        }
        Operation::S3ReplicateObject(_) => {
            builder.s3_replicate_object(sdk::S3ReplicateObjectOperation::builder().build())
        }
        Operation::S3ComputeObjectChecksum(checksum) => builder.s3_compute_object_checksum(
            sdk::S3ComputeObjectChecksumOperation::builder()
                .set_checksum_algorithm(word(&checksum.checksum_algorithm))
                .set_checksum_type(word(&checksum.checksum_type))
                .build(),
        ),
        Operation::S3UpdateObjectEncryption(encrypt) => {
            let kms = &encrypt.object_encryption.sse_kms;
            let kms = sdk::S3UpdateObjectEncryptionSsekms::builder()
                .kms_key_arn(&kms.kms_key_arn)
                .set_bucket_key_enabled(kms.bucket_key_enabled)
                .build()?;
            let encryption = sdk::ObjectEncryption::builder().ssekms(kms).build();
            builder.s3_update_object_encryption(
                sdk::S3UpdateObjectEncryptionOperation::builder().object_encryption(encryption).build(),
            )
        }
    }
    .build())
}

fn copy(copy: &Copy) -> Built<sdk::S3CopyObjectOperation> {
    let hold = copy.object_lock_event_hold_duration.as_ref().map(|duration| {
        let EventHoldDuration { days, years } = duration;
        sdk::S3ObjectLockEventHoldDuration::builder().set_days(*days).set_years(*years).build()
    });
    Ok(sdk::S3CopyObjectOperation::builder()
        .target_resource(&copy.target_resource)
        .set_canned_access_control_list(word(&copy.canned_access_control_list))
        .set_access_control_grants(copy.access_control_grants.as_deref().map(grants))
        .set_metadata_directive(word(&copy.metadata_directive))
        .set_annotation_directive(word(&copy.annotation_directive))
        .set_modified_since_constraint(copy.modified_since_constraint.map(date))
        .set_new_object_metadata(copy.new_object_metadata.as_ref().map(metadata))
        .set_new_object_tagging(tags(copy.new_object_tagging.as_deref())?)
        .set_redirect_location(copy.redirect_location.clone())
        .set_requester_pays(copy.requester_pays)
        .set_storage_class(word(&copy.storage_class))
        .set_un_modified_since_constraint(copy.un_modified_since_constraint.map(date))
        .set_sse_aws_kms_key_id(copy.sse_aws_kms_key_id.clone())
        .set_target_key_prefix(copy.target_key_prefix.clone())
        .set_object_lock_legal_hold_status(word(&copy.object_lock_legal_hold_status))
        .set_object_lock_mode(word(&copy.object_lock_mode))
        .set_object_lock_retain_until_date(copy.object_lock_retain_until_date.map(date))
        .set_bucket_key_enabled(copy.bucket_key_enabled)
        .set_checksum_algorithm(word(&copy.checksum_algorithm))
        .set_object_lock_event_hold(word(&copy.object_lock_event_hold))
        .set_object_lock_event_hold_duration(hold)
        .build())
}

fn metadata(metadata: &ObjectMetadata) -> sdk::S3ObjectMetadata {
    sdk::S3ObjectMetadata::builder()
        .set_cache_control(metadata.cache_control.clone())
        .set_content_disposition(metadata.content_disposition.clone())
        .set_content_encoding(metadata.content_encoding.clone())
        .set_content_language(metadata.content_language.clone())
        .set_user_metadata(metadata.user_metadata.clone().map(|map| map.into_iter().collect()))
        .set_content_length(metadata.content_length)
        .set_content_md5(metadata.content_md5.clone())
        .set_content_type(metadata.content_type.clone())
        .set_http_expires_date(metadata.http_expires_date.map(date))
        .set_requester_charged(metadata.requester_charged)
        .set_sse_algorithm(word(&metadata.sse_algorithm))
        .build()
}

fn access_control_list(list: &AccessControlList) -> sdk::S3AccessControlList {
    let Owner { id, display_name } = &list.owner;
    let owner =
        sdk::S3ObjectOwner::builder().set_id(id.clone()).set_display_name(display_name.clone()).build();
    sdk::S3AccessControlList::builder().owner(owner).set_grants(list.grants.as_deref().map(grants)).build()
}

fn grants(grants: &[Grant]) -> Vec<sdk::S3Grant> {
    let grant = |grant: &Grant| {
        let Grantee { type_identifier, identifier, display_name } = &grant.grantee;
        let grantee = sdk::S3Grantee::builder()
            .type_identifier(type_identifier.as_str().into())
            .identifier(identifier)
            .set_display_name(display_name.clone());
        sdk::S3Grant::builder().grantee(grantee.build()).permission(grant.permission.as_str().into()).build()
    };
    grants.iter().map(grant).collect()
}

fn retention(retention: &Retention) -> sdk::S3SetObjectRetentionOperation {
    let setting = &retention.retention;
    let duration = setting.event_hold_duration.as_ref().map(|duration| {
        let EventHoldDuration { days, years } = duration;
        sdk::S3ObjectLockRetentionEventHoldDuration::builder().set_days(*days).set_years(*years).build()
    });
    let setting = sdk::S3Retention::builder()
        .set_retain_until_date(setting.retain_until_date.map(date))
        .set_mode(word(&setting.mode))
        .set_event_hold(word(&setting.event_hold))
        .set_event_hold_duration(duration);
    sdk::S3SetObjectRetentionOperation::builder()
        .set_bypass_governance_retention(retention.bypass_governance_retention)
        .retention(setting.build())
        .build()
}

fn report(report: &Report) -> sdk::JobReport {
    sdk::JobReport::builder()
        .set_bucket(report.bucket.clone())
        .set_format(word(&report.format))
        .enabled(report.enabled)
        .set_prefix(report.prefix.clone())
        .set_report_scope(word(&report.report_scope))
        .set_expected_bucket_owner(report.expected_bucket_owner.clone())
        .build()
}

fn manifest(manifest: &Manifest) -> Built<sdk::JobManifest> {
    let fields = manifest.spec.fields.as_ref();
    let spec = sdk::JobManifestSpec::builder()
        .format(manifest.spec.format.as_str().into())
        .set_fields(fields.map(|fields| fields.iter().map(|field| field.as_str().into()).collect()));
    let ManifestLocation { object_arn, object_version_id, e_tag } = &manifest.location;
    let location = sdk::JobManifestLocation::builder()
        .object_arn(object_arn)
        .set_object_version_id(object_version_id.clone())
        .e_tag(e_tag);
    Ok(sdk::JobManifest::builder().spec(spec.build()?).location(location.build()?).build())
}

fn generator(generator: &Generator) -> Built<sdk::JobManifestGenerator> {
    let output = generator.manifest_output_location.as_ref().map(output_location).transpose()?;
    let built = sdk::S3JobManifestGenerator::builder()
        .set_expected_bucket_owner(generator.expected_bucket_owner.clone())
        .source_bucket(&generator.source_bucket)
        .set_manifest_output_location(output)
        .set_filter(generator.filter.as_ref().map(filter))
        .enable_manifest_output(generator.enable_manifest_output)
        .build()?;
    Ok(sdk::JobManifestGenerator::S3JobManifestGenerator(built))
}

fn output_location(location: &OutputLocation) -> Built<sdk::S3ManifestOutputLocation> {
    let encryption = |encryption: &ManifestEncryption| -> Built<sdk::GeneratedManifestEncryption> {
        let mut builder = sdk::GeneratedManifestEncryption::builder();
        if encryption.sse_s3.is_some() {
            builder = builder.sses3(sdk::Sses3Encryption::builder().build());
        }
        if let Some(kms) = &encryption.sse_kms {
            builder = builder.ssekms(sdk::SsekmsEncryption::builder().key_id(&kms.key_id).build()?);
        }
        Ok(builder.build())
    };
    sdk::S3ManifestOutputLocation::builder()
        .set_expected_manifest_bucket_owner(location.expected_manifest_bucket_owner.clone())
        .bucket(&location.bucket)
        .set_manifest_prefix(location.manifest_prefix.clone())
        .set_manifest_encryption(location.manifest_encryption.as_ref().map(encryption).transpose()?)
        .manifest_format(location.manifest_format.as_str().into())
        .build()
}

fn filter(filter: &Filter) -> sdk::JobManifestGeneratorFilter {
    let names = filter.key_name_constraint.as_ref().map(|names| {
        let KeyNameConstraint { match_any_prefix, match_any_suffix, match_any_substring } = names.clone();
        sdk::KeyNameConstraint::builder()
            .set_match_any_prefix(match_any_prefix)
            .set_match_any_suffix(match_any_suffix)
            .set_match_any_substring(match_any_substring)
            .build()
    });
    let encryptions = filter.match_any_object_encryption.as_ref();
    sdk::JobManifestGeneratorFilter::builder()
        .set_eligible_for_replication(filter.eligible_for_replication)
        .set_created_after(filter.created_after.map(date))
        .set_created_before(filter.created_before.map(date))
        .set_object_replication_statuses(words(&filter.object_replication_statuses))
        .set_key_name_constraint(names)
        .set_object_size_greater_than_bytes(filter.object_size_greater_than_bytes)
        .set_object_size_less_than_bytes(filter.object_size_less_than_bytes)
        .set_match_any_storage_class(words(&filter.match_any_storage_class))
        .set_match_any_object_encryption(encryptions.map(|all| all.iter().map(encryption_filter).collect()))
        .build()
}

fn encryption_filter(filter: &EncryptionFilter) -> sdk::ObjectEncryptionFilter {
    match filter {
        EncryptionFilter::SseS3(_) => sdk::ObjectEncryptionFilter::Sses3(sdk::Sses3Filter::builder().build()),
        EncryptionFilter::SseC(_) => sdk::ObjectEncryptionFilter::Ssec(sdk::SsecFilter::builder().build()),
        EncryptionFilter::NotSse(_) => {
            sdk::ObjectEncryptionFilter::Notsse(sdk::NotSseFilter::builder().build())
        }
        EncryptionFilter::SseKms(KmsFilter { kms_key_arn, bucket_key_enabled }) => {
            sdk::ObjectEncryptionFilter::Ssekms(
                sdk::SsekmsFilter::builder()
                    .set_kms_key_arn(kms_key_arn.clone())
                    .set_bucket_key_enabled(*bucket_key_enabled)
                    .build(),
            )
        }
        EncryptionFilter::DsseKms(KmsFilter { kms_key_arn, .. }) => sdk::ObjectEncryptionFilter::Dssekms(
            sdk::DssekmsFilter::builder().set_kms_key_arn(kms_key_arn.clone()).build(),
        ),
    }
}

fn tags(tags: Option<&[Tag]>) -> Built<Option<Vec<sdk::S3Tag>>> {
    let tag = |tag: &Tag| sdk::S3Tag::builder().key(&tag.key).value(&tag.value).build();
    tags.map(|tags| tags.iter().map(tag).collect()).transpose()
}

fn word<T: for<'a> From<&'a str>>(word: &Option<String>) -> Option<T> {
    word.as_deref().map(T::from)
}

fn words<T: for<'a> From<&'a str>>(words: &Option<Vec<String>>) -> Option<Vec<T>> {
    words.as_ref().map(|words| words.iter().map(|word| T::from(word.as_str())).collect())
}

fn date(time: Timestamp) -> DateTime {
    DateTime::from_nanos(time.as_nanosecond()).unwrap_or_else(|_| DateTime::from_secs(time.as_second()))
}
