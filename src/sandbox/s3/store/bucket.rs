//! One bucket: its settings, and its objects in the order of their keys, each with its versions from the newest to the
//! oldest. Knows no disk and no requests.

use super::uploads::Upload;
use super::version::{Kms, LockMode, Version, VersionId};
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    #[default]
    Off,
    Enabled,
    Suspended,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ownership {
    /// There are no ACLs.
    #[default]
    BucketOwnerEnforced,
    BucketOwnerPreferred,
    ObjectWriter,
}

/// How long new objects are locked that say nothing of it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultRetention {
    pub mode: LockMode,
    pub days: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicationRules {
    pub role: String,
    pub rules: Vec<ReplicationRule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicationRule {
    pub id: String,
    pub enabled: bool,
    pub priority: i32,
    pub prefix: String,
    /// An ARN.
    pub bucket: String,
    pub storage_class: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketSettings {
    pub region: String,
    #[serde(default)]
    pub versioning: Versioning,
    /// Object Lock cannot be switched off once it is on.
    #[serde(default)]
    pub object_lock: bool,
    #[serde(default)]
    pub retention: Option<DefaultRetention>,
    #[serde(default)]
    pub ownership: Ownership,
    /// None: with keys of S3 itself.
    #[serde(default)]
    pub encryption: Option<Kms>,
    #[serde(default)]
    pub replication: Option<ReplicationRules>,
    /// What nobody may read, write or list below.
    #[serde(default)]
    pub denied_prefixes: Vec<String>,
}

impl BucketSettings {
    pub fn new(region: &str) -> Self {
        BucketSettings {
            region: region.to_owned(),
            versioning: Versioning::Off,
            object_lock: false,
            retention: None,
            ownership: Ownership::default(),
            encryption: None,
            replication: None,
            denied_prefixes: Vec::new(),
        }
    }

    pub fn denies(&self, key: &str) -> bool {
        self.denied_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }
}

/// Ordered as S3 orders: by the bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub Box<str>);

impl Borrow<[u8]> for Key {
    fn borrow(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[derive(Debug)]
enum Versions {
    One(Arc<Version>),
    /// Newest first, never empty.
    Many(Vec<Arc<Version>>),
}

impl Versions {
    fn all(&self) -> &[Arc<Version>] {
        match self {
            Versions::One(only) => std::slice::from_ref(only),
            Versions::Many(all) => all,
        }
    }
}

#[derive(Debug)]
pub struct Bucket {
    /// Milliseconds since 1970.
    pub created: i64,
    pub settings: BucketSettings,
    objects: BTreeMap<Key, Versions>,
    /// By key and upload id.
    pub uploads: BTreeMap<(String, String), Upload>,
}

impl Bucket {
    pub fn new(created: i64, settings: BucketSettings) -> Self {
        Bucket { created, settings, objects: BTreeMap::new(), uploads: BTreeMap::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Newest first; empty when there is no such key.
    pub fn versions(&self, key: &str) -> &[Arc<Version>] {
        self.objects.get(key.as_bytes()).map_or(&[], Versions::all)
    }

    pub fn find(&self, key: &str, id: VersionId) -> Option<&Arc<Version>> {
        self.versions(key).iter().find(|version| version.id == id)
    }

    /// Makes it the newest; one of the same id is replaced by it.
    pub fn put(&mut self, key: &str, version: Arc<Version>) {
        match self.objects.get_mut(key.as_bytes()) {
            None => drop(self.objects.insert(Key(key.into()), Versions::One(version))),
            Some(Versions::One(only)) if only.id == version.id => *only = version,
            Some(versions) => {
                let others = versions.all().iter().filter(|other| other.id != version.id).cloned();
                *versions = Versions::Many(std::iter::once(Arc::clone(&version)).chain(others).collect());
            }
        }
    }

    /// Changes a version where it is.
    pub fn replace(&mut self, key: &str, version: Arc<Version>) {
        let place = match self.objects.get_mut(key.as_bytes()) {
            Some(Versions::One(only)) => Some(only),
            Some(Versions::Many(all)) => all.iter_mut().find(|other| other.id == version.id),
            None => None,
        };
        if let Some(place) = place.filter(|place| place.id == version.id) {
            *place = version;
        }
    }

    pub fn remove(&mut self, key: &str, id: VersionId) {
        let left: Vec<_> = self.versions(key).iter().filter(|version| version.id != id).cloned().collect();
        match self.objects.get_mut(key.as_bytes()) {
            Some(_) if left.is_empty() => drop(self.objects.remove(key.as_bytes())),
            Some(versions) => *versions = Versions::Many(left),
            None => {}
        }
    }

    /// From a place on, in order.
    pub fn from<'b>(
        &'b self,
        start: Bound<&[u8]>,
    ) -> impl Iterator<Item = (&'b str, &'b [Arc<Version>])> + use<'b> {
        let range = self.objects.range::<[u8], _>((start, Bound::Unbounded));
        range.map(|(key, versions)| (key.0.as_ref(), versions.all()))
    }
}

/// The first place behind everything that begins so. UTF-8 has no byte that could overflow.
pub fn behind(prefix: &str) -> Vec<u8> {
    let mut place = prefix.as_bytes().to_vec();
    if let Some(last) = place.last_mut() {
        *last = last.saturating_add(1);
    }
    place
}
