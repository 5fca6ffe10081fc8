//! Objects a bucket has from the first, as `sandbox.toml` describes them: one, or as many as are asked for by a pattern.
//! The same description makes the same objects, so that a journal can hold the description alone.

use super::bucket::Bucket;
use super::bucket::Versioning;
use super::checksum::{Algorithm, Checksum};
use super::content::Content;
use super::version::{Attributes, Data, ETag, Kind, StorageClass, Tag, Version, VersionId};
use md5::{Digest as _, Md5};
use ring::digest;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What of a key stands for the number of an object.
pub const NUMBER: &str = "{n}";
/// As S3 takes at once; larger ones came in parts.
const PART: u64 = 5 << 30;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// With [`NUMBER`] for the number of the object, from 1, when there are several.
    pub key: String,
    pub count: u32,
    pub body: String,
    /// A size that is only pretended.
    pub size: Option<u64>,
    pub class: StorageClass,
    pub tags: Vec<Tag>,
    pub content_type: Option<String>,
}

impl Fill {
    pub fn new(key: &str, body: &str) -> Self {
        Fill {
            key: key.to_owned(),
            count: 1,
            body: body.to_owned(),
            size: None,
            class: StorageClass::Standard,
            tags: Vec::new(),
            content_type: None,
        }
    }

    /// The number of an object in as many digits as the last one has.
    pub fn key_of(&self, number: u32) -> String {
        let width = self.count.checked_ilog10().unwrap_or_default() as usize + 1;
        self.key.replace(NUMBER, &format!("{number:0width$}"))
    }

    /// `now`: milliseconds since 1970.
    pub fn apply(&self, name: &str, bucket: &mut Bucket, now: i64) {
        let mut attributes = Attributes::new();
        attributes.tags.clone_from(&self.tags);
        attributes.headers.content_type.clone_from(&self.content_type);
        let shared = (attributes != Attributes::new()).then(|| Arc::new(attributes));
        let data = self.data();
        for number in 1..=self.count {
            let key = self.key_of(number);
            let id = match bucket.settings.versioning {
                Versioning::Enabled => id(name, &key, bucket.versions(&key).len()),
                Versioning::Off | Versioning::Suspended => VersionId::NULL,
            };
            let kind = Kind::Object(data.clone());
            bucket.put(&key, Arc::new(Version { id, modified: now, kind, attributes: shared.clone() }));
        }
    }

    fn data(&self) -> Data {
        let md5: [u8; 16] = Md5::digest(self.body.as_bytes()).into();
        match self.size {
            None => Data {
                etag: ETag { md5, parts: 0 },
                checksum: Some(Checksum::full(Algorithm::Crc64Nvme.of(self.body.as_bytes()))),
                content: Content::Small(self.body.as_bytes().into()),
                class: self.class,
            },
            // Nobody has read the zeros, so their ETag is that of an upload in parts, which is no MD5 of the bytes.
            Some(size) => Data {
                etag: ETag { md5, parts: u16::try_from(size / PART + 1).unwrap_or(u16::MAX) },
                checksum: None,
                content: Content::Zeros(size),
                class: self.class,
            },
        }
    }
}

/// The same in every run.
fn id(bucket: &str, key: &str, older: usize) -> VersionId {
    let hash = digest::digest(&digest::SHA256, format!("{bucket}/{key}/{older}").as_bytes());
    let first = hash.as_ref().first_chunk::<16>().copied().unwrap_or_default();
    VersionId(u128::from_be_bytes(first) | 1)
}
