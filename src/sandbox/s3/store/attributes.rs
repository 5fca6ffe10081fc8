//! What can be changed of a version without writing it anew: tags, grants, locks, restores, encryption.

use super::bucket::{BucketSettings, Ownership};
use super::objects::object;
use super::version::{
    Attributes, Grant, Grantee, Kms, LockMode, Permission, Replication, Restore, Retention, StorageClass,
    Tag, Version,
};
use super::{Store, Target, errors, now};
use crate::sandbox::services::ServiceError;
use std::sync::Arc;

const DAY: i64 = 86_400_000;
const SECOND: i64 = 1000;

/// Whether a caller may shorten a retention of mode GOVERNANCE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bypass {
    Yes,
    No,
}

impl Store {
    /// Changes the attributes of an object.
    fn revise(
        &self,
        target: &Target<'_>,
        change: impl FnOnce(&mut Attributes, &Version, &BucketSettings) -> Result<(), ServiceError>,
    ) -> Result<Arc<Version>, ServiceError> {
        let mut state = self.lock();
        let bucket = state.bucket(target.bucket)?;
        let version = object(bucket, target)?;
        let mut attributes = version.attributes().clone();
        change(&mut attributes, version, &bucket.settings)?;
        let mut revised = Version::clone(version);
        revised.attributes = Some(Arc::new(attributes));
        state.change(target.bucket, target.key, revised)
    }

    /// Replaces all of them.
    pub fn put_tags(&self, target: &Target<'_>, tags: Vec<Tag>) -> Result<Arc<Version>, ServiceError> {
        super::tags::check(&tags)?;
        self.revise(target, |attributes, _, _| {
            attributes.tags = tags;
            Ok(())
        })
    }

    /// None: private.
    pub fn put_acl(
        &self,
        target: &Target<'_>,
        acl: Option<Vec<Grant>>,
    ) -> Result<Arc<Version>, ServiceError> {
        self.revise(target, |attributes, _, settings| {
            // Without ACLs there is one that may still be set: the one that changes nothing.
            check_acl(settings, acl.as_deref())?;
            attributes.acl = acl;
            Ok(())
        })
    }

    pub fn put_legal_hold(&self, target: &Target<'_>, on: bool) -> Result<Arc<Version>, ServiceError> {
        self.revise(target, |attributes, _, settings| {
            check_lockable(settings)?;
            attributes.legal_hold = Some(on);
            Ok(())
        })
    }

    /// None removes it, as far as that is allowed.
    pub fn put_retention(
        &self,
        target: &Target<'_>,
        retention: Option<Retention>,
        bypass: Bypass,
    ) -> Result<Arc<Version>, ServiceError> {
        let now = now();
        if retention.is_some_and(|retention| retention.until <= now) {
            return Err(errors::invalid("The retain until date must be in the future!"));
        }
        self.revise(target, |attributes, _, settings| {
            check_lockable(settings)?;
            let longer =
                |old: Retention| retention.is_some_and(|new| new.mode == old.mode && new.until >= old.until);
            let stricter = |old: Retention| {
                retention.is_some_and(|new| new.mode == LockMode::Compliance && new.until >= old.until)
            };
            match attributes.retention.filter(|old| old.until > now) {
                Some(old) if longer(old) || stricter(old) => {}
                Some(Retention { mode: LockMode::Governance, .. }) if bypass == Bypass::Yes => {}
                Some(_) => return Err(errors::locked()),
                None => {}
            }
            attributes.retention = retention;
            Ok(())
        })
    }

    /// Starts a restore, or changes how long its result stays. True: it was there already.
    pub fn restore(&self, target: &Target<'_>, days: Option<u32>) -> Result<bool, ServiceError> {
        let now = now();
        let mut was_there = false;
        let wait = i64::try_from(self.restore_time.as_millis()).unwrap_or(i64::MAX / 4);
        self.revise(target, |attributes, version, _| {
            let class = version.data().map(|data| data.class);
            if !class.is_some_and(StorageClass::is_archive) {
                let message = "Restore is not allowed for the object's current storage class";
                return Err(ServiceError::new("InvalidObjectState", message).status(403));
            }
            let Some(days) = days.filter(|days| *days > 0) else {
                return Err(ServiceError::new(
                    "MalformedXML",
                    "Days must be at least 1 for this storage class",
                ));
            };
            let end = |from: i64| from.saturating_add(i64::from(days).saturating_mul(DAY)) / DAY * DAY + DAY;
            attributes.restore = Some(match attributes.restore {
                Some(restore) if restore.is_under_way(now) => {
                    let message = "Object restore is already in progress";
                    return Err(errors::conflict("RestoreAlreadyInProgress", message));
                }
                Some(restore) if restore.is_there(now) => {
                    was_there = true;
                    Restore { expires: end(now), ..restore }
                }
                _ => {
                    let ready = now.saturating_add(wait);
                    Restore { ready, expires: end(ready).max(ready + SECOND) }
                }
            });
            Ok(())
        })?;
        Ok(was_there)
    }

    /// Encrypts with another key without writing the object anew.
    pub fn put_encryption(&self, target: &Target<'_>, kms: Kms) -> Result<Arc<Version>, ServiceError> {
        self.revise(target, |attributes, _, _| {
            if attributes.encryption.as_ref().is_some_and(|old| old.dsse) {
                let message = "The object is encrypted with DSSE-KMS; its encryption cannot be updated";
                return Err(errors::invalid_request(message));
            }
            attributes.encryption = Some(kms);
            Ok(())
        })
    }

    pub fn put_replication(
        &self,
        target: &Target<'_>,
        status: Replication,
    ) -> Result<Arc<Version>, ServiceError> {
        self.revise(target, |attributes, _, _| {
            attributes.replication = Some(status);
            Ok(())
        })
    }
}

/// With bucket-owner-enforced ownership there are no ACLs but the owner's own.
pub(super) fn check_acl(settings: &BucketSettings, acl: Option<&[Grant]>) -> Result<(), ServiceError> {
    let owners_alone = |grants: &[Grant]| {
        grants.iter().all(|grant| {
            matches!(grant.grantee, Grantee::Id(_)) && grant.permission == Permission::FullControl
        }) && grants.len() <= 1
    };
    if settings.ownership == Ownership::BucketOwnerEnforced && !acl.is_none_or(owners_alone) {
        let message = "The bucket does not allow ACLs";
        return Err(ServiceError::new("AccessControlListNotSupported", message));
    }
    Ok(())
}

fn check_lockable(settings: &BucketSettings) -> Result<(), ServiceError> {
    if settings.object_lock { Ok(()) } else { Err(errors::no_lock_configuration()) }
}
