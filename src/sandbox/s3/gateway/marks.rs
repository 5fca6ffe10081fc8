//! What is read and changed of an object without its bytes: tags, ACL, locks, restores.

use super::Gateway;
use super::convert::{failure, grant, grants, milliseconds, tag_set, tags, target, time, version_id};
use super::described::Described;
use crate::sandbox::account::Account;
use crate::sandbox::s3::access;
use crate::sandbox::s3::store::version::{LockMode, Retention};
use crate::sandbox::s3::store::{Bypass, Target, errors};
use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectAclInput, GetObjectAclOutput,
    GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectRetentionInput, GetObjectRetentionOutput,
    GetObjectTaggingInput, GetObjectTaggingOutput, ObjectLockLegalHold, ObjectLockLegalHoldStatus,
    ObjectLockRetention, ObjectLockRetentionMode, PutObjectAclInput, PutObjectAclOutput,
    PutObjectLegalHoldInput, PutObjectLegalHoldOutput, PutObjectRetentionInput, PutObjectRetentionOutput,
    PutObjectTaggingInput, PutObjectTaggingOutput, RestoreObjectInput, RestoreObjectOutput,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

impl Gateway {
    /// The id of the version that a place means, if its bucket speaks of such.
    fn shown_id(&self, place: &Target<'_>) -> S3Result<Option<String>> {
        let version = self.store.head(place).map_err(failure)?;
        Ok(version_id(&self.store.settings(place.bucket).map_err(failure)?, version.id))
    }

    pub fn get_tags(&self, input: GetObjectTaggingInput) -> S3Result<GetObjectTaggingOutput> {
        let place = target(&input.bucket, &input.key, &input.version_id);
        let version = self.store.head(&place).map_err(failure)?;
        let tag_set = tag_set(&version.attributes().tags);
        Ok(GetObjectTaggingOutput { tag_set, version_id: self.shown_id(&place)? })
    }

    pub fn put_tags(&self, input: PutObjectTaggingInput) -> S3Result<PutObjectTaggingOutput> {
        let place = target(&input.bucket, &input.key, &input.version_id);
        self.store.put_tags(&place, tags(input.tagging.tag_set)).map_err(failure)?;
        Ok(PutObjectTaggingOutput { version_id: self.shown_id(&place)? })
    }

    pub fn delete_tags(&self, input: DeleteObjectTaggingInput) -> S3Result<DeleteObjectTaggingOutput> {
        let place = target(&input.bucket, &input.key, &input.version_id);
        self.store.put_tags(&place, Vec::new()).map_err(failure)?;
        Ok(DeleteObjectTaggingOutput { version_id: self.shown_id(&place)? })
    }

    pub fn get_acl(&self, input: GetObjectAclInput) -> S3Result<GetObjectAclOutput> {
        let place = target(&input.bucket, &input.key, &input.version_id);
        let version = self.store.head(&place).map_err(failure)?;
        let grants = grants(version.attributes().acl.as_deref(), &self.owner);
        Ok(GetObjectAclOutput { grants: Some(grants), owner: Some(self.dto_owner()), request_charged: None })
    }

    pub fn put_acl(&self, request: S3Request<PutObjectAclInput>) -> S3Result<PutObjectAclOutput> {
        let described = Described(&request.headers);
        let input = request.input;
        let place = target(&input.bucket, &input.key, &input.version_id);
        let acl = match input.access_control_policy {
            Some(policy) => {
                let all = policy.grants.unwrap_or_default().into_iter().map(grant);
                Some(all.collect::<Result<Vec<_>, _>>().map_err(failure)?)
            }
            None => described.acl(&self.owner)?,
        };
        self.store.put_acl(&place, acl).map_err(failure)?;
        Ok(PutObjectAclOutput::default())
    }

    pub fn get_legal_hold(&self, input: GetObjectLegalHoldInput) -> S3Result<GetObjectLegalHoldOutput> {
        let place = target(&input.bucket, &input.key, &input.version_id);
        let version = self.store.head(&place).map_err(failure)?;
        let on = version.attributes().legal_hold.ok_or_else(no_lock)?;
        let status = if on { ObjectLockLegalHoldStatus::ON } else { ObjectLockLegalHoldStatus::OFF };
        let status = Some(ObjectLockLegalHoldStatus::from_static(status));
        Ok(GetObjectLegalHoldOutput { legal_hold: Some(ObjectLockLegalHold { status }) })
    }

    pub fn put_legal_hold(&self, input: PutObjectLegalHoldInput) -> S3Result<PutObjectLegalHoldOutput> {
        let place = target(&input.bucket, &input.key, &input.version_id);
        let status = input.legal_hold.and_then(|hold| hold.status);
        let on = match status.as_ref().map(|status| status.as_str()) {
            Some("ON") => true,
            Some("OFF") => false,
            _ => return Err(s3_error!(MalformedXML, "Status must be ON or OFF")),
        };
        self.store.put_legal_hold(&place, on).map_err(failure)?;
        Ok(PutObjectLegalHoldOutput::default())
    }

    pub fn get_retention(&self, input: GetObjectRetentionInput) -> S3Result<GetObjectRetentionOutput> {
        let place = target(&input.bucket, &input.key, &input.version_id);
        let version = self.store.head(&place).map_err(failure)?;
        let retention = version.attributes().retention.ok_or_else(no_lock)?;
        Ok(GetObjectRetentionOutput {
            retention: Some(ObjectLockRetention {
                mode: Some(ObjectLockRetentionMode::from_static(retention.mode.name())),
                retain_until_date: Some(time(retention.until)),
            }),
        })
    }

    pub fn put_retention(
        &self,
        account: &Account,
        input: PutObjectRetentionInput,
    ) -> S3Result<PutObjectRetentionOutput> {
        let place = target(&input.bucket, &input.key, &input.version_id);
        let bypass = input.bypass_governance_retention == Some(true);
        access::check_bypass(account, &place, bypass)?;
        let asked = input.retention.unwrap_or_default();
        let mode = asked.mode.as_ref().and_then(|mode| LockMode::named(mode.as_str()));
        let retention = match (mode, asked.retain_until_date) {
            (Some(mode), Some(until)) => Some(Retention { mode, until: milliseconds(&until)? }),
            (None, None) => None,
            _ => return Err(s3_error!(MalformedXML, "A retention has a Mode and a RetainUntilDate")),
        };
        let bypass = if bypass { Bypass::Yes } else { Bypass::No };
        self.store.put_retention(&place, retention, bypass).map_err(failure)?;
        Ok(PutObjectRetentionOutput::default())
    }

    pub fn restore(&self, input: RestoreObjectInput) -> S3Result<S3Response<RestoreObjectOutput>> {
        let place = target(&input.bucket, &input.key, &input.version_id);
        let request = input.restore_request.unwrap_or_default();
        if request.select_parameters.is_some() || request.type_.is_some() || request.output_location.is_some()
        {
            return Err(failure(errors::not_implemented("this sandbox restores and does not select")));
        }
        let days = request.days.map(u32::try_from).transpose();
        let days = days.map_err(|_| s3_error!(InvalidArgument, "Days must not be negative"))?;
        let was_there = self.store.restore(&place, days).map_err(failure)?;
        let status = if was_there { http::StatusCode::OK } else { http::StatusCode::ACCEPTED };
        Ok(S3Response::with_status(RestoreObjectOutput::default(), status))
    }

    pub fn dto_owner(&self) -> s3s::dto::Owner {
        s3s::dto::Owner { display_name: None, id: Some(self.owner.clone()) }
    }
}

fn no_lock() -> s3s::S3Error {
    let message = "The specified object does not have a ObjectLock configuration";
    failure(errors::not_found("NoSuchObjectLockConfiguration", message))
}
