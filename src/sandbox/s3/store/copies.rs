//! Copies: a new object with the bytes of another, and as much of the rest as is asked for.

use super::arrival::Cause;
use super::checksum::{Algorithm, Checksum, ChecksumType, Hasher};
use super::content::{Content, Reader, Written};
use super::objects::{Condition, Draft};
use super::version::{Attributes, Data, ETag, Grant, Headers, Kms, Retention, StorageClass, Tag, Version};
use super::{Store, Target, errors};
use crate::sandbox::services::ServiceError;
use md5::{Digest as _, Md5};
use std::io;
use std::sync::Arc;

/// What one CopyObject takes.
pub const LIMIT: u64 = 5 << 30;

/// How the copy differs from its source.
#[derive(Debug, Clone, Default)]
pub struct Copy {
    /// None: the source's.
    pub headers: Option<Headers>,
    /// None: the source's.
    pub tags: Option<Vec<Tag>>,
    /// None: STANDARD.
    pub class: Option<StorageClass>,
    /// None: private; ACLs are never copied.
    pub acl: Option<Vec<Grant>>,
    pub legal_hold: Option<bool>,
    pub retention: Option<Retention>,
    /// None: as the target bucket has it.
    pub encryption: Option<Kms>,
    /// None: the source's.
    pub checksum: Option<Algorithm>,
    /// Of the target.
    pub condition: Condition,
    pub redirect: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Copied {
    pub source: Arc<Version>,
    pub version: Arc<Version>,
}

impl Store {
    pub fn copy(
        &self,
        source: &Target<'_>,
        bucket: &str,
        key: &str,
        copy: Copy,
    ) -> Result<Copied, ServiceError> {
        self.copy_if(source, bucket, key, copy, |_| Ok(()))
    }

    /// The same if the source is as it should be.
    pub fn copy_if(
        &self,
        source: &Target<'_>,
        bucket: &str,
        key: &str,
        copy: Copy,
        check: impl FnOnce(&Version) -> Result<(), ServiceError>,
    ) -> Result<Copied, ServiceError> {
        let (found, reader) = self.open_object(source, 0, u64::MAX)?;
        check(&found)?;
        let data = found.data().ok_or_else(errors::no_such_key)?;
        if data.content.size() > LIMIT {
            let message = "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120";
            return Err(errors::invalid_request(message));
        }
        let unchanged = copy.headers.is_none() && copy.class.is_none() && copy.encryption.is_none();
        if (source.bucket, source.key, source.version) == (bucket, key, None)
            && unchanged
            && copy.redirect.is_none()
        {
            let message = "This copy request is illegal because it is trying to copy an object to itself without \
                           changing the object's metadata, storage class, website redirect location or encryption \
                           attributes.";
            return Err(errors::invalid_request(message));
        }
        let algorithm = copy.checksum.or(data.checksum.map(|checksum| checksum.digest.algorithm()));
        let (etag, checksum) = summed(data, algorithm, reader).map_err(errors::disk)?;
        let old = found.attributes();
        let mut headers = copy.headers.unwrap_or_else(|| Headers { redirect: None, ..old.headers.clone() });
        headers.redirect = copy.redirect.or(headers.redirect);
        let attributes = Attributes {
            headers,
            tags: copy.tags.unwrap_or_else(|| old.tags.clone()),
            acl: copy.acl,
            legal_hold: copy.legal_hold,
            retention: copy.retention,
            encryption: copy.encryption,
            restore: None,
            replication: None,
        };
        let mut state = self.lock();
        // Its bytes are kept by the version in hand, whatever became of the source meanwhile.
        let draft = Draft {
            written: Written {
                content: data.content.clone(),
                md5: etag.md5,
                digest: Algorithm::Crc32.of(b""),
            },
            parts: etag.parts,
            checksum,
            class: copy.class.unwrap_or(StorageClass::Standard),
            attributes,
            condition: copy.condition,
            cause: Cause::Copy,
        };
        let version = state.put_object(bucket, key, draft)?;
        Ok(Copied { source: Arc::clone(&found), version })
    }
}

/// ETag and checksum of a copy: it is written in one piece, whatever its source was.
fn summed(
    data: &Data,
    algorithm: Option<Algorithm>,
    mut reader: Reader,
) -> io::Result<(ETag, Option<Checksum>)> {
    let kept = data.checksum.filter(|checksum| {
        checksum.kind == ChecksumType::FullObject && Some(checksum.digest.algorithm()) == algorithm
    });
    let in_one_piece = data.etag.parts == 0;
    if matches!(data.content, Content::Zeros(_)) || (in_one_piece && (kept.is_some() || algorithm.is_none()))
    {
        return Ok((data.etag, kept));
    }
    let (mut md5, mut hasher) = (Md5::new(), Hasher::new(algorithm.unwrap_or(Algorithm::Crc64Nvme)));
    while let Some(bytes) = reader.next_chunk()? {
        md5.update(&bytes);
        hasher.update(&bytes);
    }
    let etag = ETag { md5: md5.finalize().into(), parts: 0 };
    Ok((etag, Some(Checksum::full(hasher.finish()))))
}
