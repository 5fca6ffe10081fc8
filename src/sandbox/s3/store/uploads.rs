//! Uploads in parts: begun, given their parts in any order, and completed or given up.

use super::arrival::Cause;
use super::bucket::Bucket;
use super::checksum::{Algorithm, Checksum, ChecksumType, Digest, Hasher};
use super::content::{Blob, Content, Written};
use super::journal::Record;
use super::objects::{Condition, Draft};
use super::version::{Attributes, StorageClass, Version};
use super::{Store, errors, now};
use crate::random;
use crate::sandbox::services::ServiceError;
use md5::{Digest as _, Md5};
use opsctl_engine::hex::hex;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All parts but the last have at least so many bytes.
const LEAST: u64 = 5 << 20;
pub const MOST_PARTS: u16 = 10_000;

/// Which upload is meant.
#[derive(Debug, Clone, Copy)]
pub struct UploadId<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    pub id: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Milliseconds since 1970.
    pub started: i64,
    pub class: StorageClass,
    pub attributes: Attributes,
    pub algorithm: Algorithm,
    pub checksum_type: ChecksumType,
    /// Whether the client chose the algorithm; one that did not may send any sum with its parts.
    pub declared: bool,
    #[serde(default)]
    pub parts: BTreeMap<u16, Part>,
}

impl Upload {
    pub fn new(
        class: StorageClass,
        attributes: Attributes,
        algorithm: Algorithm,
        checksum_type: ChecksumType,
    ) -> Self {
        let (started, parts) = (now(), BTreeMap::new());
        Upload { started, class, attributes, algorithm, checksum_type, declared: true, parts }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub content: Content,
    pub md5: [u8; 16],
    pub digest: Digest,
    /// Milliseconds since 1970.
    pub modified: i64,
}

impl Part {
    pub fn etag(&self) -> String {
        hex(&self.md5)
    }

    pub(super) fn adopted(self, adopt: &mut impl FnMut(&str) -> Arc<Blob>) -> Self {
        Part { content: self.content.adopted(adopt), ..self }
    }
}

/// A part as the one who completes an upload names it.
#[derive(Debug, Clone)]
pub struct CompletedPart {
    pub number: u16,
    pub etag: String,
    /// In base64.
    pub checksum: Option<String>,
}

/// An upload that is under way.
#[derive(Debug, Clone)]
pub struct Listed {
    pub key: String,
    pub id: String,
    pub upload: Upload,
}

impl Store {
    /// Begins an upload; gives its id.
    pub fn begin_upload(&self, bucket: &str, key: &str, upload: Upload) -> Result<String, ServiceError> {
        super::tags::check(&upload.attributes.tags)?;
        let mut state = self.lock();
        super::attributes::check_acl(&state.bucket(bucket)?.settings, upload.attributes.acl.as_deref())?;
        let id = random::hex(64)?;
        state.write(&Record::upload(bucket, key, &id, &upload))?;
        state.bucket_mut(bucket)?.uploads.insert((key.to_owned(), id.clone()), upload);
        Ok(id)
    }

    /// The upload as it is now.
    pub fn upload(&self, which: &UploadId<'_>) -> Result<Upload, ServiceError> {
        self.with(which.bucket, |bucket| upload(bucket, which).cloned())
    }

    pub fn put_part(
        &self,
        which: &UploadId<'_>,
        number: u16,
        written: Written,
    ) -> Result<Part, ServiceError> {
        let Written { content, md5, digest } = written;
        let part = Part { content, md5, digest, modified: now() };
        let mut state = self.lock();
        upload(state.bucket(which.bucket)?, which)?;
        state.write(&Record::Part {
            bucket: Cow::Borrowed(which.bucket),
            key: Cow::Borrowed(which.key),
            id: Cow::Borrowed(which.id),
            number,
            part: Cow::Borrowed(&part),
        })?;
        let place = (which.key.to_owned(), which.id.to_owned());
        if let Some(upload) = state.bucket_mut(which.bucket)?.uploads.get_mut(&place) {
            upload.parts.insert(number, part.clone());
        }
        Ok(part)
    }

    pub fn abort_upload(&self, which: &UploadId<'_>) -> Result<(), ServiceError> {
        let mut state = self.lock();
        upload(state.bucket(which.bucket)?, which)?;
        state.write(&Record::NoUpload {
            bucket: Cow::Borrowed(which.bucket),
            key: Cow::Borrowed(which.key),
            id: Cow::Borrowed(which.id),
        })?;
        let place = (which.key.to_owned(), which.id.to_owned());
        state.bucket_mut(which.bucket)?.uploads.remove(&place);
        Ok(())
    }

    /// Those under a prefix, in the order of their keys.
    pub fn uploads(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, ServiceError> {
        self.with(bucket, |bucket| {
            let all = bucket.uploads.iter().filter(|((key, _), _)| key.starts_with(prefix));
            let listed = all.map(|((key, id), upload)| {
                // Its parts are listed by themselves.
                let upload = Upload { parts: BTreeMap::new(), ..upload.clone() };
                Listed { key: key.clone(), id: id.clone(), upload }
            });
            Ok(listed.collect())
        })
    }

    /// Makes the object of the parts that are named. `expected`: its checksum, in base64, if the client knows it.
    pub fn complete_upload(
        &self,
        which: &UploadId<'_>,
        named: &[CompletedPart],
        condition: Condition,
        expected: Option<&str>,
    ) -> Result<Arc<Version>, ServiceError> {
        let upload = self.upload(which)?;
        let parts = chosen(&upload, named)?;
        let count = u16::try_from(parts.len()).unwrap_or(MOST_PARTS);
        let mut md5 = Md5::new();
        parts.iter().for_each(|part| md5.update(part.md5));
        let content = Content::join(parts.iter().map(|part| part.content.clone()), &self.blobs);
        let content = content.map_err(errors::disk)?;
        let digest = match upload.checksum_type {
            ChecksumType::Composite => {
                let digests: Vec<u8> = parts.iter().flat_map(|part| part.digest.bytes()).copied().collect();
                upload.algorithm.of(&digests)
            }
            ChecksumType::FullObject => {
                let mut hasher = Hasher::new(upload.algorithm);
                let mut reader = content.reader(0, u64::MAX).map_err(errors::disk)?;
                while let Some(bytes) = reader.next_chunk().map_err(errors::disk)? {
                    hasher.update(&bytes);
                }
                hasher.finish()
            }
        };
        let known = expected.map(|text| text.split('-').next().unwrap_or_default());
        if known.is_some_and(|known| known != digest.base64()) {
            return Err(errors::bad_digest(upload.algorithm.name()));
        }
        let draft = Draft {
            written: Written { content, md5: md5.finalize().into(), digest },
            parts: count,
            checksum: Some(Checksum { digest, kind: upload.checksum_type }),
            class: upload.class,
            attributes: upload.attributes,
            condition,
            cause: Cause::CompleteMultipartUpload,
        };
        let mut state = self.lock();
        // Somebody else may have completed it, or given it up.
        self::upload(state.bucket(which.bucket)?, which)?;
        let version = state.put_object(which.bucket, which.key, draft)?;
        state.write(&Record::NoUpload {
            bucket: Cow::Borrowed(which.bucket),
            key: Cow::Borrowed(which.key),
            id: Cow::Borrowed(which.id),
        })?;
        let place = (which.key.to_owned(), which.id.to_owned());
        state.bucket_mut(which.bucket)?.uploads.remove(&place);
        Ok(version)
    }
}

fn upload<'b>(bucket: &'b Bucket, which: &UploadId<'_>) -> Result<&'b Upload, ServiceError> {
    let place = (which.key.to_owned(), which.id.to_owned());
    bucket.uploads.get(&place).ok_or_else(errors::no_such_upload)
}

/// The parts that are named, if they are there and as they are said to be.
fn chosen<'u>(upload: &'u Upload, named: &[CompletedPart]) -> Result<Vec<&'u Part>, ServiceError> {
    if named.is_empty() {
        return Err(ServiceError::new("MalformedXML", "You must specify at least one part"));
    }
    if named.is_sorted_by(|one, next| one.number < next.number) {
        let parts = named.iter().map(|named| {
            let part = upload.parts.get(&named.number).filter(|part| part.etag() == named.etag);
            let part = part.filter(|part| named.checksum.as_ref().is_none_or(|sum| *sum == part.digest.base64()));
            part.ok_or_else(|| {
                let message = "One or more of the specified parts could not be found.  The part may not have \
                               been uploaded, or the specified entity tag may not match the part's entity tag.";
                ServiceError::new("InvalidPart", message)
            })
        });
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let all_but_last = parts.split_last().map_or(&[][..], |(_, others)| others);
        if all_but_last.iter().any(|part| part.content.size() < LEAST) {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err(ServiceError::new("EntityTooSmall", message));
        }
        return Ok(parts);
    }
    let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
    Err(ServiceError::new("InvalidPartOrder", message))
}
