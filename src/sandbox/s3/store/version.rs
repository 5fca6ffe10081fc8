//! One version of an object: what S3 keeps of it besides its bytes. Plain values; changes of them are the store's.

use super::checksum::Checksum;
use super::content::Content;
use opsctl_engine::hex::hex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Of a version made while versioning was on; the others share the id `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VersionId(pub u128);

impl VersionId {
    pub const NULL: VersionId = VersionId(0);

    /// None: no version can have this id.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "null" {
            return Some(VersionId::NULL);
        }
        let digits = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        u128::from_str_radix(text, 16).ok().filter(|_| digits).map(VersionId)
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            VersionId::NULL => f.write_str("null"),
            VersionId(id) => write!(f, "{id:032x}"),
        }
    }
}

/// Without quotes. Of an object uploaded in parts it says how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ETag {
    pub md5: [u8; 16],
    pub parts: u16,
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.md5))?;
        if self.parts > 0 { write!(f, "-{}", self.parts) } else { Ok(()) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StorageClass {
    Standard,
    ReducedRedundancy,
    StandardIa,
    OnezoneIa,
    IntelligentTiering,
    Glacier,
    DeepArchive,
    GlacierIr,
}

pub const STORAGE_CLASSES: [StorageClass; 8] = [
    StorageClass::Standard,
    StorageClass::ReducedRedundancy,
    StorageClass::StandardIa,
    StorageClass::OnezoneIa,
    StorageClass::IntelligentTiering,
    StorageClass::Glacier,
    StorageClass::DeepArchive,
    StorageClass::GlacierIr,
];

impl StorageClass {
    pub fn name(self) -> &'static str {
        match self {
            StorageClass::Standard => "STANDARD",
            StorageClass::ReducedRedundancy => "REDUCED_REDUNDANCY",
            StorageClass::StandardIa => "STANDARD_IA",
            StorageClass::OnezoneIa => "ONEZONE_IA",
            StorageClass::IntelligentTiering => "INTELLIGENT_TIERING",
            StorageClass::Glacier => "GLACIER",
            StorageClass::DeepArchive => "DEEP_ARCHIVE",
            StorageClass::GlacierIr => "GLACIER_IR",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        STORAGE_CLASSES.into_iter().find(|class| class.name() == name)
    }

    /// Whether its objects cannot be read before they are restored.
    pub fn is_archive(self) -> bool {
        matches!(self, StorageClass::Glacier | StorageClass::DeepArchive)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub id: VersionId,
    /// Milliseconds since 1970.
    pub modified: i64,
    pub kind: Kind,
    /// Shared by objects that are alike.
    #[serde(default, with = "shared", skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Arc<Attributes>>,
}

/// Written in full with each.
mod shared {
    use super::Attributes;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use std::sync::Arc;

    pub fn serialize<S: Serializer>(
        attributes: &Option<Arc<Attributes>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        attributes.as_deref().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Arc<Attributes>>, D::Error> {
        Ok(Option::<Attributes>::deserialize(deserializer)?.map(Arc::new))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    DeleteMarker,
    Object(Data),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    pub content: Content,
    pub etag: ETag,
    pub class: StorageClass,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Checksum>,
}

impl Version {
    /// None: it is a delete marker.
    pub fn data(&self) -> Option<&Data> {
        match &self.kind {
            Kind::DeleteMarker => None,
            Kind::Object(data) => Some(data),
        }
    }

    pub fn size(&self) -> u64 {
        self.data().map_or(0, |data| data.content.size())
    }

    pub fn attributes(&self) -> &Attributes {
        static NONE: Attributes = Attributes::new();
        self.attributes.as_deref().unwrap_or(&NONE)
    }

    /// Whether its bytes cannot be read now.
    pub fn is_archived(&self, now: i64) -> bool {
        let restored = self.attributes().restore.is_some_and(|restore| restore.is_there(now));
        self.data().is_some_and(|data| data.class.is_archive()) && !restored
    }
}

/// What only some objects have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attributes {
    #[serde(skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// None: the owner has full control, and nobody else any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl: Option<Vec<Grant>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_hold: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// None: with keys of S3 itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Kms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore: Option<Restore>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication: Option<Replication>,
}

impl Attributes {
    pub const fn new() -> Self {
        Attributes {
            headers: Headers::new(),
            tags: Vec::new(),
            acl: None,
            legal_hold: None,
            retention: None,
            encryption: None,
            restore: None,
            replication: None,
        }
    }
}

/// What a client gave with the bytes, to be given back with them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Headers {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub user: BTreeMap<String, String>,
}

impl Headers {
    pub const fn new() -> Self {
        Headers {
            content_type: None,
            cache_control: None,
            content_disposition: None,
            content_encoding: None,
            content_language: None,
            expires: None,
            redirect: None,
            user: BTreeMap::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Headers::new()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub grantee: Grantee,
    pub permission: Permission,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grantee {
    /// A canonical user.
    Id(String),
    /// A group.
    Uri(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Permission {
    FullControl,
    Read,
    Write,
    ReadAcp,
    WriteAcp,
}

pub const PERMISSIONS: [Permission; 5] =
    [Permission::FullControl, Permission::Read, Permission::Write, Permission::ReadAcp, Permission::WriteAcp];

impl Permission {
    pub fn name(self) -> &'static str {
        match self {
            Permission::FullControl => "FULL_CONTROL",
            Permission::Read => "READ",
            Permission::Write => "WRITE",
            Permission::ReadAcp => "READ_ACP",
            Permission::WriteAcp => "WRITE_ACP",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        PERMISSIONS.into_iter().find(|permission| permission.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LockMode {
    Governance,
    Compliance,
}

impl LockMode {
    pub fn name(self) -> &'static str {
        match self {
            LockMode::Governance => "GOVERNANCE",
            LockMode::Compliance => "COMPLIANCE",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [LockMode::Governance, LockMode::Compliance].into_iter().find(|mode| mode.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    pub mode: LockMode,
    /// Milliseconds since 1970.
    pub until: i64,
}

/// Encryption with a key of KMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kms {
    /// As the client named it; absent it is that of the account.
    pub key: Option<String>,
    pub bucket_key: bool,
    /// With two layers.
    #[serde(default)]
    pub dsse: bool,
}

/// A copy of an archived object for some days; times are milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    pub ready: i64,
    pub expires: i64,
}

impl Restore {
    pub fn is_under_way(&self, now: i64) -> bool {
        now < self.ready
    }

    pub fn is_there(&self, now: i64) -> bool {
        self.ready <= now && now < self.expires
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replication {
    Pending,
    Completed,
    Failed,
    Replica,
}

impl Replication {
    pub fn name(self) -> &'static str {
        match self {
            Replication::Pending => "PENDING",
            Replication::Completed => "COMPLETED",
            Replication::Failed => "FAILED",
            Replication::Replica => "REPLICA",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_versions_are_read_as_they_are_written() {
        for (text, expected) in [
            ("null", Some(VersionId::NULL)),
            ("000000000000000000000000000000ff", Some(VersionId(255))),
            ("", None),
            ("ff", None),
            ("+00000000000000000000000000000ff", None),
            ("000000000000000000000000000000FF", None),
        ] {
            assert_eq!(VersionId::parse(text), expected, "{text}");
            assert_eq!(expected.map_or(text.to_owned(), |id| id.to_string()), text);
        }
    }
}
