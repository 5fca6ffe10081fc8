//! What a task does to its object, one operation each, on the store and by its rules. Functions are invoked elsewhere:
//! they take their time.

mod acl;
mod checksum;
mod copy;
mod replicate;
mod support;

pub use replicate::rule as replication_rule;
pub use support::unsupported;

use super::objects::{store, target};
use super::task::{Done, Fault, Outcome, Task};
use crate::sandbox::account::Account;
use crate::sandbox::s3::store::Bypass;
use crate::sandbox::s3::store::version::{Grant, Kms, LockMode, Retention, Tag};
use jiff::Timestamp;
use opsctl_engine::batch::{self, Operation};

/// An operation with its parameters as the store takes them: made once for a job, used for each of its tasks.
pub enum Performer {
    /// Nothing here does it.
    Invoke,
    Copy(Box<copy::Copying>),
    Acl(Result<Option<Vec<Grant>>, Fault>),
    Tag(Vec<Tag>),
    Restore(Option<u32>),
    LegalHold(bool),
    Retention(Option<Retention>, Bypass),
    Replicate,
    Checksum(checksum::Wanted),
    Encrypt(Kms),
}

impl Performer {
    pub fn new(account: &Account, operation: &Operation) -> Self {
        match operation {
            Operation::LambdaInvoke(_) => Performer::Invoke,
            Operation::S3PutObjectCopy(copy) => Performer::Copy(Box::new(copy::Copying::new(account, copy))),
            Operation::S3PutObjectAcl(acl) => {
                Performer::Acl(acl::grants(account, &acl.access_control_policy))
            }
            Operation::S3PutObjectTagging(tagging) => Performer::Tag(tags(&tagging.tag_set)),
            Operation::S3DeleteObjectTagging(_) => Performer::Tag(Vec::new()),
            Operation::S3InitiateRestoreObject(restore) => {
                Performer::Restore(restore.expiration_in_days.and_then(|days| days.try_into().ok()))
            }
            Operation::S3PutObjectLegalHold(hold) => Performer::LegalHold(hold.legal_hold.status == "ON"),
            Operation::S3PutObjectRetention(retention) => {
                let bypasses = retention.bypass_governance_retention == Some(true);
                let setting = &retention.retention;
                Performer::Retention(
                    lock(setting.mode.as_deref(), setting.retain_until_date),
                    if bypasses { Bypass::Yes } else { Bypass::No },
                )
            }
            Operation::S3ReplicateObject(_) => Performer::Replicate,
            Operation::S3ComputeObjectChecksum(checksum) => {
                Performer::Checksum(checksum::Wanted::new(checksum))
            }
            Operation::S3UpdateObjectEncryption(encrypt) => {
                let kms = &encrypt.object_encryption.sse_kms;
                Performer::Encrypt(Kms {
                    key: Some(kms.kms_key_arn.clone()),
                    bucket_key: kms.bucket_key_enabled.unwrap_or_default(),
                    dsse: false,
                })
            }
        }
    }

    pub fn perform(&self, account: &Account, task: &Task) -> Outcome {
        let (store, object) = (store(account), target(task));
        if store.with(object.bucket, |bucket| Ok(bucket.settings.denies(object.key)))? {
            return Err(denied());
        }
        match self {
            Performer::Invoke => return Err(Fault::new(500, "InternalError", "No function was invoked")),
            Performer::Copy(copying) => copying.copy(account, task)?,
            Performer::Acl(grants) => drop(store.put_acl(&object, grants.clone()?)?),
            Performer::Tag(tags) => drop(store.put_tags(&object, tags.clone())?),
            Performer::Restore(days) => drop(store.restore(&object, *days)?),
            Performer::LegalHold(on) => drop(store.put_legal_hold(&object, *on)?),
            Performer::Retention(retention, bypass) => {
                drop(store.put_retention(&object, *retention, *bypass)?);
            }
            Performer::Replicate => replicate::replicate(account, task)?,
            Performer::Checksum(wanted) => return wanted.compute(account, task),
            Performer::Encrypt(kms) => drop(store.put_encryption(&object, kms.clone())?),
        }
        Ok(Done::default())
    }
}

/// What is below a prefix that `sandbox.toml` denies is denied to roles, too.
fn denied() -> Fault {
    Fault::new(403, "AccessDenied", "Access Denied")
}

fn tags(tags: &[batch::Tag]) -> Vec<Tag> {
    tags.iter().map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

/// None: nothing is locked.
fn lock(mode: Option<&str>, until: Option<Timestamp>) -> Option<Retention> {
    Some(Retention { mode: LockMode::named(mode?)?, until: until?.as_millisecond() })
}
