//! Tasks of S3PutObjectCopy: one CopyObject each, into one bucket.

use super::{acl, denied, lock, tags};
use crate::sandbox::account::Account;
use crate::sandbox::batch::objects::{store, target};
use crate::sandbox::batch::task::{Fault, Task};
use crate::sandbox::s3::store::checksum::Algorithm;
use crate::sandbox::s3::store::version::{Headers, Kms, StorageClass, Version};
use crate::sandbox::s3::store::{Copy, errors};
use jiff::Timestamp;
use opsctl_engine::batch::{self, ObjectMetadata, arn};

/// What is the same for each object.
pub struct Copying {
    bucket: String,
    /// With the slash behind it.
    prefix: String,
    copy: Result<Copy, Fault>,
    modified_since: Option<Timestamp>,
    unmodified_since: Option<Timestamp>,
}

impl Copying {
    pub fn new(account: &Account, operation: &batch::Copy) -> Self {
        Copying {
            // One of another kind of bucket was refused.
            bucket: arn::bucket(&operation.target_resource).unwrap_or_default().to_owned(),
            prefix: operation.target_key_prefix.as_deref().map(folder).unwrap_or_default(),
            copy: copy(account, operation),
            modified_since: operation.modified_since_constraint,
            unmodified_since: operation.un_modified_since_constraint,
        }
    }

    pub fn copy(&self, account: &Account, task: &Task) -> Result<(), Fault> {
        let key = format!("{}{}", self.prefix, task.key);
        let store = store(account);
        if store.with(&self.bucket, |bucket| Ok(bucket.settings.denies(&key)))? {
            return Err(denied());
        }
        let check = |version: &Version| {
            if self.is_wanted(version.modified) { Ok(()) } else { Err(errors::precondition()) }
        };
        store.copy_if(&target(task), &self.bucket, &key, self.copy.clone()?, check)?;
        Ok(())
    }

    /// `modified`: milliseconds since 1970.
    fn is_wanted(&self, modified: i64) -> bool {
        self.modified_since.is_none_or(|since| modified > since.as_millisecond())
            && self.unmodified_since.is_none_or(|since| modified <= since.as_millisecond())
    }
}

/// A prefix is a folder: the copy is called `PREFIX/KEY`.
fn folder(prefix: &str) -> String {
    if prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") }
}

fn copy(account: &Account, operation: &batch::Copy) -> Result<Copy, Fault> {
    let metadata = operation.new_object_metadata.as_ref();
    let replaces = operation.metadata_directive.as_deref() == Some("REPLACE");
    let algorithm = metadata.and_then(|metadata| metadata.sse_algorithm.as_deref());
    let with_kms = operation.sse_aws_kms_key_id.is_some() || algorithm == Some("KMS");
    Ok(Copy {
        headers: replaces.then(|| metadata.map(headers).unwrap_or_default()),
        tags: operation.new_object_tagging.as_deref().map(tags),
        class: operation.storage_class.as_deref().and_then(StorageClass::named),
        acl: match (&operation.canned_access_control_list, &operation.access_control_grants) {
            (Some(name), _) => acl::canned(account, name),
            (None, Some(grants)) => Some(acl::listed(grants)?),
            (None, None) => None,
        },
        legal_hold: operation.object_lock_legal_hold_status.as_deref().map(|status| status == "ON"),
        retention: lock(operation.object_lock_mode.as_deref(), operation.object_lock_retain_until_date),
        encryption: with_kms.then(|| Kms {
            key: operation.sse_aws_kms_key_id.clone(),
            bucket_key: operation.bucket_key_enabled.unwrap_or_default(),
            dsse: false,
        }),
        checksum: operation.checksum_algorithm.as_deref().and_then(Algorithm::named),
        redirect: operation.redirect_location.clone(),
        ..Copy::default()
    })
}

fn headers(metadata: &ObjectMetadata) -> Headers {
    Headers {
        content_type: metadata.content_type.clone(),
        cache_control: metadata.cache_control.clone(),
        content_disposition: metadata.content_disposition.clone(),
        content_encoding: metadata.content_encoding.clone(),
        content_language: metadata.content_language.clone(),
        expires: metadata.http_expires_date.map(Timestamp::as_millisecond),
        redirect: None,
        user: metadata.user_metadata.clone().unwrap_or_default(),
    }
}
