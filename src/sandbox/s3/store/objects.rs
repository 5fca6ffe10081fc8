//! Objects as a whole: found, written and deleted, by the rules of versioning and of locks.

use super::arrival::Cause;
use super::bucket::{Bucket, DefaultRetention, Versioning};
use super::checksum::Checksum;
use super::content::Written;
use super::version::{Attributes, Data, ETag, Kind, LockMode, Retention, StorageClass, Version, VersionId};
use super::{State, Store, Target, errors, new_id, now};
use crate::sandbox::services::ServiceError;
use std::sync::Arc;

const DAY: i64 = 86_400_000;
/// The most bytes of metadata a client may give.
const METADATA_LIMIT: usize = 2048;

/// What must be true of the newest version before it is written over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Condition {
    #[default]
    None,
    /// There is none.
    Absent,
    /// There is one, with this ETag if it is given.
    Present(Option<String>),
}

/// An object to be.
#[derive(Debug, Clone)]
pub struct Draft {
    pub written: Written,
    /// How many parts it came in; 0: in one piece.
    pub parts: u16,
    /// None: nobody has computed one.
    pub checksum: Option<Checksum>,
    pub class: StorageClass,
    pub attributes: Attributes,
    pub condition: Condition,
    /// How it comes to be.
    pub cause: Cause,
}

impl Draft {
    pub fn new(written: Written) -> Self {
        Draft {
            parts: 0,
            checksum: Some(Checksum::full(written.digest)),
            written,
            class: StorageClass::Standard,
            attributes: Attributes::new(),
            condition: Condition::None,
            cause: Cause::Put,
        }
    }
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// What was removed, or the delete marker that was made; None in a bucket without versions.
    pub id: Option<VersionId>,
    pub marker: bool,
}

impl Store {
    /// The version that is meant, which may be a delete marker; its absence is an error.
    pub fn find(&self, target: &Target<'_>) -> Result<Arc<Version>, ServiceError> {
        self.with(target.bucket, |bucket| find(bucket, target).map(Arc::clone))
    }

    /// The object that is meant: a delete marker is none.
    pub fn head(&self, target: &Target<'_>) -> Result<Arc<Version>, ServiceError> {
        self.with(target.bucket, |bucket| object(bucket, target).map(Arc::clone))
    }

    /// The object with its bytes, from `start` up to `size` of them.
    pub fn open_object(
        &self,
        target: &Target<'_>,
        start: u64,
        size: u64,
    ) -> Result<(Arc<Version>, super::content::Reader), ServiceError> {
        // The file must be opened before somebody else can remove it.
        self.with(target.bucket, |bucket| {
            let version = object(bucket, target)?;
            let data = version.data().ok_or_else(errors::no_such_key)?;
            if version.is_archived(now()) {
                return Err(errors::archived());
            }
            Ok((Arc::clone(version), data.content.reader(start, size).map_err(errors::disk)?))
        })
    }

    pub fn put(&self, bucket: &str, key: &str, draft: Draft) -> Result<Arc<Version>, ServiceError> {
        self.lock().put_object(bucket, key, draft)
    }

    /// Removes the version that is named, or hides the object behind a delete marker.
    pub fn delete(&self, target: &Target<'_>, bypass: bool) -> Result<Deleted, ServiceError> {
        let mut state = self.lock();
        let bucket = state.bucket(target.bucket)?;
        let named = target.version.map(|id| VersionId::parse(id).ok_or_else(errors::invalid_version));
        match (named.transpose()?, bucket.settings.versioning) {
            (Some(id), versioning) => {
                let Some(version) = bucket.find(target.key, id) else {
                    // What is not there is deleted.
                    return Ok(Deleted { id: Some(id), marker: false });
                };
                check_lock(version, bypass)?;
                let marker = version.data().is_none();
                state.remove(target.bucket, target.key, id)?;
                Ok(Deleted { id: (versioning != Versioning::Off).then_some(id), marker })
            }
            (None, Versioning::Off) => {
                if !bucket.versions(target.key).is_empty() {
                    state.remove(target.bucket, target.key, VersionId::NULL)?;
                }
                Ok(Deleted { id: None, marker: false })
            }
            (None, versioning) => {
                let id = if versioning == Versioning::Enabled { new_id()? } else { VersionId::NULL };
                let marker = Version { id, modified: now(), kind: Kind::DeleteMarker, attributes: None };
                state.put(target.bucket, target.key, marker)?;
                Ok(Deleted { id: Some(id), marker: true })
            }
        }
    }
}

impl State {
    pub(super) fn put_object(
        &mut self,
        name: &str,
        key: &str,
        draft: Draft,
    ) -> Result<Arc<Version>, ServiceError> {
        if key.is_empty() || key.len() > 1024 {
            return Err(ServiceError::new("KeyTooLongError", "Your key is too long"));
        }
        let bucket = self.bucket(name)?;
        check_condition(bucket.versions(key).first(), &draft.condition)?;
        let mut attributes = draft.attributes;
        super::tags::check(&attributes.tags)?;
        let metadata: usize =
            attributes.headers.user.iter().map(|(key, value)| key.len() + value.len()).sum();
        if metadata > METADATA_LIMIT {
            let message = "Your metadata headers exceed the maximum allowed metadata size.";
            return Err(ServiceError::new("MetadataTooLarge", message));
        }
        let settings = &bucket.settings;
        let locked = attributes.legal_hold.is_some() || attributes.retention.is_some();
        if locked && !settings.object_lock {
            return Err(errors::no_lock_configuration());
        }
        let now = now();
        if let Some(DefaultRetention { mode, days }) = settings.retention
            && attributes.retention.is_none()
        {
            attributes.retention = Some(Retention { mode, until: now + i64::from(days) * DAY });
        }
        super::attributes::check_acl(settings, attributes.acl.as_deref())?;
        if attributes.encryption.is_none() {
            attributes.encryption.clone_from(&settings.encryption);
        }
        let id = match settings.versioning {
            Versioning::Enabled => new_id()?,
            Versioning::Off | Versioning::Suspended => VersionId::NULL,
        };
        let data = Data {
            etag: ETag { md5: draft.written.md5, parts: draft.parts },
            class: draft.class,
            checksum: draft.checksum,
            content: draft.written.content,
        };
        let attributes = Some(Arc::new(attributes));
        let version = Version { id, modified: now, kind: Kind::Object(data), attributes };
        let version = self.put(name, key, version)?;
        self.announce(draft.cause, name, key, &version);
        Ok(version)
    }
}

/// The version that is meant, delete markers too.
pub(super) fn find<'b>(bucket: &'b Bucket, target: &Target<'_>) -> Result<&'b Arc<Version>, ServiceError> {
    match target.version {
        None => bucket.versions(target.key).first().ok_or_else(errors::no_such_key),
        Some(id) => {
            let id = VersionId::parse(id).ok_or_else(errors::invalid_version)?;
            bucket.find(target.key, id).ok_or_else(errors::no_such_version)
        }
    }
}

pub(super) fn object<'b>(bucket: &'b Bucket, target: &Target<'_>) -> Result<&'b Arc<Version>, ServiceError> {
    let version = find(bucket, target)?;
    match (&version.kind, target.version) {
        (Kind::Object(_), _) => Ok(version),
        (Kind::DeleteMarker, None) => Err(errors::no_such_key()),
        (Kind::DeleteMarker, Some(_)) => Err(errors::is_marker()),
    }
}

pub(super) fn check_condition(
    newest: Option<&Arc<Version>>,
    condition: &Condition,
) -> Result<(), ServiceError> {
    let data = newest.and_then(|version| version.data());
    match (condition, data) {
        (Condition::None, _) | (Condition::Absent, None) | (Condition::Present(None), Some(_)) => Ok(()),
        (Condition::Present(Some(etag)), Some(data)) if data.etag.to_string() == *etag => Ok(()),
        (Condition::Present(_), None) => Err(errors::no_such_key()),
        _ => Err(errors::precondition()),
    }
}

fn check_lock(version: &Version, bypass: bool) -> Result<(), ServiceError> {
    let attributes = version.attributes();
    if attributes.legal_hold == Some(true) {
        return Err(errors::locked());
    }
    match attributes.retention.filter(|retention| retention.until > now()) {
        Some(Retention { mode: LockMode::Compliance, .. }) => Err(errors::locked()),
        Some(Retention { mode: LockMode::Governance, .. }) if !bypass => Err(errors::locked()),
        _ => Ok(()),
    }
}
