//! The operations on buckets and on what they are set to.

use super::Gateway;
use super::convert::{failure, time};
use crate::sandbox::s3::store::bucket::{
    BucketSettings, DefaultRetention, Ownership, ReplicationRule, ReplicationRules, Versioning,
};
use crate::sandbox::s3::store::errors;
use crate::sandbox::s3::store::version::{Kms, LockMode};
use s3s::dto;
use s3s::dto::{
    Bucket, BucketLocationConstraint, BucketVersioningStatus, CreateBucketInput, CreateBucketOutput,
    Destination, GetBucketAclInput, GetBucketAclOutput, GetBucketEncryptionOutput, GetBucketLocationOutput,
    GetBucketOwnershipControlsOutput, GetBucketReplicationOutput, GetBucketVersioningOutput,
    GetObjectLockConfigurationOutput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput,
    ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule, ObjectOwnership,
    OwnershipControls, OwnershipControlsRule, PutBucketEncryptionInput, PutBucketOwnershipControlsInput,
    PutBucketReplicationInput, PutBucketVersioningInput, PutObjectLockConfigurationInput,
    ReplicationConfiguration, ReplicationRuleFilter, ReplicationRuleStatus, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use s3s::{S3Request, S3Result, s3_error};

/// The region that has no name in a location.
const FIRST_REGION: &str = "us-east-1";
const OWNERSHIPS: [(Ownership, &str); 3] = [
    (Ownership::BucketOwnerEnforced, ObjectOwnership::BUCKET_OWNER_ENFORCED),
    (Ownership::BucketOwnerPreferred, ObjectOwnership::BUCKET_OWNER_PREFERRED),
    (Ownership::ObjectWriter, ObjectOwnership::OBJECT_WRITER),
];

fn ownership(name: &str) -> S3Result<Ownership> {
    let known = OWNERSHIPS.iter().find(|(_, other)| *other == name).map(|(ownership, _)| *ownership);
    known.ok_or_else(|| s3_error!(MalformedXML, "there is no ownership {name}"))
}

impl Gateway {
    fn bucket(&self, name: &str) -> S3Result<BucketSettings> {
        self.store.settings(name).map_err(failure)
    }

    /// `signed`: the region whose endpoint the client meant.
    pub fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
        signed: &str,
    ) -> S3Result<CreateBucketOutput> {
        let input = request.input;
        let location = input.create_bucket_configuration.and_then(|given| given.location_constraint);
        let region = location.as_ref().map_or(signed, |location| location.as_str());
        if region != signed && !(region == "EU" && signed == "eu-west-1") {
            let message = format!(
                "The {} location constraint is incompatible for the region specific endpoint this request was sent to.",
                if location.is_some() { region } else { "unspecified" }
            );
            return Err(s3_error!(IllegalLocationConstraintException, "{message}"));
        }
        let mut settings = BucketSettings::new(signed);
        settings.object_lock = input.object_lock_enabled_for_bucket == Some(true);
        if settings.object_lock {
            settings.versioning = Versioning::Enabled;
        }
        if let Some(name) = &input.object_ownership {
            settings.ownership = ownership(name.as_str())?;
        }
        let public = input.acl.as_ref().is_some_and(|acl| acl.as_str() != "private");
        if public {
            return Err(failure(errors::not_implemented("the buckets of this sandbox have no ACLs")));
        }
        self.store.create_bucket(&input.bucket, settings).map_err(failure)?;
        Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
    }

    pub fn list_buckets(&self, input: ListBucketsInput) -> ListBucketsOutput {
        let prefix = input.prefix.unwrap_or_default();
        let after = input.continuation_token.unwrap_or_default();
        let most = usize::try_from(input.max_buckets.unwrap_or(10_000)).unwrap_or_default();
        let all = self.store.buckets().into_iter().filter(|(name, region, _)| {
            let wanted = input.bucket_region.as_ref().is_none_or(|wanted| wanted == region);
            wanted && name.starts_with(&prefix) && *name > after
        });
        let mut buckets: Vec<Bucket> = all
            .map(|(name, region, created)| Bucket {
                bucket_region: Some(region),
                creation_date: Some(time(created)),
                name: Some(name),
            })
            .collect();
        let more = buckets.len() > most;
        buckets.truncate(most);
        let next = buckets.last().and_then(|bucket| bucket.name.clone()).filter(|_| more);
        ListBucketsOutput {
            buckets: Some(buckets),
            continuation_token: next,
            owner: Some(self.dto_owner()),
            prefix: (!prefix.is_empty()).then_some(prefix),
        }
    }

    pub fn head_bucket(&self, name: &str) -> S3Result<HeadBucketOutput> {
        let settings = self.bucket(name)?;
        Ok(HeadBucketOutput { bucket_region: Some(settings.region), ..HeadBucketOutput::default() })
    }

    pub fn location(&self, name: &str) -> S3Result<GetBucketLocationOutput> {
        let region = self.bucket(name)?.region;
        let named = (region != FIRST_REGION).then(|| BucketLocationConstraint::from(region));
        Ok(GetBucketLocationOutput { location_constraint: named })
    }

    pub fn bucket_acl(&self, input: &GetBucketAclInput) -> S3Result<GetBucketAclOutput> {
        self.bucket(&input.bucket)?;
        let grants = super::convert::grants(None, &self.owner);
        Ok(GetBucketAclOutput { grants: Some(grants), owner: Some(self.dto_owner()) })
    }

    pub fn versioning(&self, name: &str) -> S3Result<GetBucketVersioningOutput> {
        let status = match self.bucket(name)?.versioning {
            Versioning::Off => None,
            Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
            Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
        };
        let status = status.map(BucketVersioningStatus::from_static);
        Ok(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() })
    }

    pub fn put_versioning(&self, input: PutBucketVersioningInput) -> S3Result<()> {
        let configuration = input.versioning_configuration;
        if configuration.mfa_delete.is_some_and(|mfa| mfa.as_str() == "Enabled") {
            return Err(failure(errors::not_implemented("this sandbox has no MFA delete")));
        }
        let versioning = match configuration.status.as_ref().map(|status| status.as_str()) {
            Some("Enabled") => Versioning::Enabled,
            Some("Suspended") => Versioning::Suspended,
            _ => {
                let message = "The Versioning element must be specified";
                return Err(s3_error!(IllegalVersioningConfigurationException, "{message}"));
            }
        };
        let changed = self.store.configure(&input.bucket, |settings| {
            if settings.object_lock && versioning == Versioning::Suspended {
                let message = "An Object Lock configuration is present on this bucket, so the versioning state \
                               cannot be changed.";
                return Err(errors::conflict("InvalidBucketState", message));
            }
            settings.versioning = versioning;
            Ok(())
        });
        changed.map_err(failure)
    }

    pub fn lock_configuration(&self, name: &str) -> S3Result<GetObjectLockConfigurationOutput> {
        let settings = self.bucket(name)?;
        if !settings.object_lock {
            let message = "Object Lock configuration does not exist for this bucket";
            return Err(failure(errors::not_found("ObjectLockConfigurationNotFoundError", message)));
        }
        let rule = settings.retention.map(|retention| ObjectLockRule {
            default_retention: Some(dto::DefaultRetention {
                days: i32::try_from(retention.days).ok(),
                mode: Some(ObjectLockRetentionMode::from_static(retention.mode.name())),
                years: None,
            }),
        });
        let object_lock_enabled = Some(ObjectLockEnabled::from_static(ObjectLockEnabled::ENABLED));
        Ok(GetObjectLockConfigurationOutput {
            object_lock_configuration: Some(ObjectLockConfiguration { object_lock_enabled, rule }),
        })
    }

    pub fn put_lock_configuration(&self, input: PutObjectLockConfigurationInput) -> S3Result<()> {
        let configuration = input.object_lock_configuration.unwrap_or_default();
        let default = configuration.rule.and_then(|rule| rule.default_retention);
        let retention = default.map(|default| {
            let mode = default.mode.as_ref().and_then(|mode| LockMode::named(mode.as_str()));
            let days = match (default.days, default.years) {
                (Some(days), None) => Some(days),
                (None, Some(years)) => years.checked_mul(365),
                _ => None,
            };
            let days = days.and_then(|days| u32::try_from(days).ok()).filter(|days| *days > 0);
            mode.zip(days).map(|(mode, days)| DefaultRetention { mode, days })
        });
        if retention == Some(None) {
            return Err(s3_error!(MalformedXML, "A default retention has a Mode, and Days or Years"));
        }
        let changed = self.store.configure(&input.bucket, |settings| {
            if settings.versioning != Versioning::Enabled {
                let message =
                    "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
                return Err(errors::conflict("InvalidBucketState", message));
            }
            settings.object_lock = true;
            settings.retention = retention.flatten();
            Ok(())
        });
        changed.map_err(failure)
    }

    pub fn ownership(&self, name: &str) -> S3Result<GetBucketOwnershipControlsOutput> {
        let owned = self.bucket(name)?.ownership;
        let named = OWNERSHIPS.iter().find(|(other, _)| *other == owned);
        let rule = named
            .map(|(_, name)| OwnershipControlsRule { object_ownership: ObjectOwnership::from_static(name) });
        let controls = OwnershipControls { rules: rule.into_iter().collect() };
        Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(controls) })
    }

    pub fn put_ownership(&self, input: PutBucketOwnershipControlsInput) -> S3Result<()> {
        let rule = input.ownership_controls.rules.first();
        let rule = rule.ok_or_else(|| s3_error!(MalformedXML, "Ownership controls have one rule"))?;
        let owned = ownership(rule.object_ownership.as_str())?;
        let changed = self.store.configure(&input.bucket, |settings| {
            settings.ownership = owned;
            Ok(())
        });
        changed.map_err(failure)
    }

    pub fn encryption(&self, name: &str) -> S3Result<GetBucketEncryptionOutput> {
        let kms = self.bucket(name)?.encryption;
        let algorithm = match &kms {
            None => ServerSideEncryption::AES256,
            Some(kms) if kms.dsse => ServerSideEncryption::AWS_KMS_DSSE,
            Some(_) => ServerSideEncryption::AWS_KMS,
        };
        let rule = ServerSideEncryptionRule {
            bucket_key_enabled: Some(kms.as_ref().is_some_and(|kms| kms.bucket_key)),
            apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
                kms_master_key_id: kms.and_then(|kms| kms.key),
                sse_algorithm: ServerSideEncryption::from_static(algorithm),
            }),
        };
        let configuration = ServerSideEncryptionConfiguration { rules: vec![rule] };
        Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) })
    }

    pub fn put_encryption(&self, input: PutBucketEncryptionInput) -> S3Result<()> {
        let rule = input.server_side_encryption_configuration.rules.into_iter().next();
        let bucket_key = rule.as_ref().is_some_and(|rule| rule.bucket_key_enabled == Some(true));
        let default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default);
        let default =
            default.ok_or_else(|| s3_error!(MalformedXML, "An encryption has one rule with a default"))?;
        let kms = |dsse| Some(Kms { key: default.kms_master_key_id.clone(), bucket_key, dsse });
        let encryption = match default.sse_algorithm.as_str() {
            "AES256" => None,
            "aws:kms" => kms(false),
            "aws:kms:dsse" => kms(true),
            other => return Err(s3_error!(MalformedXML, "there is no encryption {other}")),
        };
        let changed = self.store.configure(&input.bucket, |settings| {
            settings.encryption = encryption;
            Ok(())
        });
        changed.map_err(failure)
    }

    pub fn replication(&self, name: &str) -> S3Result<GetBucketReplicationOutput> {
        let message = "The replication configuration was not found";
        let missing = || failure(errors::not_found("ReplicationConfigurationNotFoundError", message));
        let rules = self.bucket(name)?.replication.ok_or_else(missing)?;
        let rule = |rule: ReplicationRule| {
            let status =
                if rule.enabled { ReplicationRuleStatus::ENABLED } else { ReplicationRuleStatus::DISABLED };
            dto::ReplicationRule {
                delete_marker_replication: None,
                destination: Destination {
                    access_control_translation: None,
                    account: None,
                    bucket: rule.bucket,
                    encryption_configuration: None,
                    metrics: None,
                    replication_time: None,
                    storage_class: rule.storage_class.map(Into::into),
                },
                existing_object_replication: None,
                filter: Some(ReplicationRuleFilter { and: None, prefix: Some(rule.prefix), tag: None }),
                id: Some(rule.id),
                prefix: None,
                priority: Some(rule.priority),
                source_selection_criteria: None,
                status: ReplicationRuleStatus::from_static(status),
            }
        };
        let configuration =
            ReplicationConfiguration { role: rules.role, rules: rules.rules.into_iter().map(rule).collect() };
        Ok(GetBucketReplicationOutput { replication_configuration: Some(configuration) })
    }

    pub fn put_replication(&self, input: PutBucketReplicationInput) -> S3Result<()> {
        let configuration = input.replication_configuration;
        let rules = configuration.rules.into_iter().enumerate().map(|(index, rule)| {
            let by_tag =
                rule.filter.as_ref().is_some_and(|filter| filter.tag.is_some() || filter.and.is_some());
            if by_tag {
                return Err(failure(errors::not_implemented(
                    "this sandbox replicates by prefix, not by tags",
                )));
            }
            Ok(ReplicationRule {
                id: rule.id.unwrap_or_else(|| format!("rule-{}", index + 1)),
                enabled: rule.status.as_str() == ReplicationRuleStatus::ENABLED,
                priority: rule.priority.unwrap_or_default(),
                prefix: rule.filter.and_then(|filter| filter.prefix).or(rule.prefix).unwrap_or_default(),
                bucket: rule.destination.bucket,
                storage_class: rule.destination.storage_class.map(|class| class.as_str().to_owned()),
            })
        });
        let rules = ReplicationRules { role: configuration.role, rules: rules.collect::<S3Result<_>>()? };
        let changed = self.store.configure(&input.bucket, |settings| {
            if settings.versioning != Versioning::Enabled {
                let message =
                    "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
                return Err(errors::invalid_request(message));
            }
            settings.replication = Some(rules);
            Ok(())
        });
        changed.map_err(failure)
    }

    pub fn delete_replication(&self, name: &str) -> S3Result<()> {
        let changed = self.store.configure(name, |settings| {
            settings.replication = None;
            Ok(())
        });
        changed.map_err(failure)
    }
}
