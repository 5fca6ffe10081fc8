//! Tasks of S3ReplicateObject: the object is copied to where the bucket's replication configuration sends it, and its
//! replication status says so.

use super::{Fault, Task, store, target};
use crate::sandbox::account::Account;
use crate::sandbox::s3::store::bucket::{BucketSettings, ReplicationRule};
use crate::sandbox::s3::store::version::{Replication, StorageClass};
use crate::sandbox::s3::store::{Copy, Target, errors};
use opsctl_engine::batch::arn;

/// The rule by which an object of this key is replicated.
pub fn rule<'a>(settings: &'a BucketSettings, key: &str) -> Option<&'a ReplicationRule> {
    let rules = settings.replication.as_ref()?.rules.iter();
    rules.filter(|rule| rule.enabled && key.starts_with(&rule.prefix)).max_by_key(|rule| rule.priority)
}

pub fn replicate(account: &Account, task: &Task) -> Result<(), Fault> {
    let (store, source) = (store(account), target(task));
    let settings = store.settings(&task.bucket)?;
    if settings.replication.is_none() {
        let message = "The replication configuration was not found";
        return Err(Fault::new(404, "ReplicationConfigurationNotFoundError", message));
    }
    let Some(rule) = rule(&settings, &task.key) else {
        return Err(Fault::new(400, "InvalidRequest", "No replication rule is for this object"));
    };
    let found = store.head(&source)?;
    let old = found.attributes();
    if old.replication == Some(Replication::Replica) {
        return Err(Fault::new(400, "InvalidRequest", "Replicas are not replicated again"));
    }
    let data = found.data().ok_or_else(errors::no_such_key)?;
    let bucket = arn::bucket(&rule.bucket).unwrap_or(&rule.bucket);
    let class = rule.storage_class.as_deref().and_then(StorageClass::named);
    let copy = Copy {
        class: Some(class.unwrap_or(data.class)),
        acl: old.acl.clone(),
        legal_hold: old.legal_hold,
        retention: old.retention,
        encryption: old.encryption.clone(),
        ..Copy::default()
    };
    let replicated = store.copy(&source, bucket, &task.key, copy).and_then(|copied| {
        let id = copied.version.id.to_string();
        let replica = Target { bucket, key: &task.key, version: Some(&id) };
        store.put_replication(&replica, Replication::Replica)
    });
    let status = if replicated.is_ok() { Replication::Completed } else { Replication::Failed };
    store.put_replication(&source, status)?;
    Ok(replicated.map(drop)?)
}
