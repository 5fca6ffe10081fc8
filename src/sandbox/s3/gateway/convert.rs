//! Between the store's values and those of the protocol: times, ids, checksums, grants, errors.

use crate::sandbox::s3::store::bucket::{BucketSettings, Versioning};
use crate::sandbox::s3::store::checksum::{Algorithm, Checksum, ChecksumType, Digest};
use crate::sandbox::s3::store::version::{
    ETag, Grant, Grantee, Permission, StorageClass, Tag, Version, VersionId,
};
use crate::sandbox::s3::store::{Condition, Target, errors};
use crate::sandbox::services::ServiceError;
use s3s::dto;
use s3s::{S3Error, S3ErrorCode, S3Result};
use std::time::{Duration, UNIX_EPOCH};

pub fn failure(error: ServiceError) -> S3Error {
    let code = S3ErrorCode::from_bytes(error.code.as_bytes()).unwrap_or(S3ErrorCode::InternalError);
    let mut failure = S3Error::with_message(code, error.message);
    if let Ok(status) = http::StatusCode::from_u16(error.status) {
        failure.set_status_code(status);
    }
    failure
}

pub fn time(milliseconds: i64) -> dto::Timestamp {
    let since = Duration::from_millis(milliseconds.max(0).unsigned_abs());
    dto::Timestamp::from(UNIX_EPOCH + since)
}

/// In milliseconds since 1970.
pub fn milliseconds(time: &dto::Timestamp) -> S3Result<i64> {
    let mut text = Vec::new();
    let written = time.format(dto::TimestampFormat::DateTime, &mut text).ok();
    let text = written.and_then(|()| String::from_utf8(text).ok());
    let parsed = text.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let parsed = parsed.ok_or_else(|| failure(errors::invalid("a date cannot be read")))?;
    Ok(parsed.as_millisecond())
}

pub fn etag(etag: ETag) -> dto::ETag {
    dto::ETag::Strong(etag.to_string())
}

/// Buckets that never had versions do not speak of them.
pub fn version_id(settings: &BucketSettings, id: VersionId) -> Option<String> {
    (settings.versioning != Versioning::Off).then(|| id.to_string())
}

pub fn target<'a>(bucket: &'a str, key: &'a str, version: &'a Option<String>) -> Target<'a> {
    Target { bucket, key, version: version.as_deref() }
}

pub fn storage_class(class: StorageClass) -> Option<dto::StorageClass> {
    // S3 leaves out the one that most have.
    (class != StorageClass::Standard).then(|| dto::StorageClass::from_static(class.name()))
}

/// The five members that every answer with a checksum has.
#[derive(Default)]
pub struct Sums {
    pub crc32: Option<String>,
    pub crc32c: Option<String>,
    pub crc64nvme: Option<String>,
    pub sha1: Option<String>,
    pub sha256: Option<String>,
    pub kind: Option<dto::ChecksumType>,
}

impl Sums {
    pub fn of_digest(digest: &Digest) -> Self {
        Sums::set(digest.algorithm(), digest.base64())
    }

    pub fn of(checksum: Option<&Checksum>, parts: u16) -> Self {
        let Some(Checksum { digest, kind }) = checksum else { return Sums::default() };
        let text = match kind {
            ChecksumType::FullObject => digest.base64(),
            ChecksumType::Composite => format!("{}-{parts}", digest.base64()),
        };
        Sums {
            kind: Some(dto::ChecksumType::from_static(type_name(*kind))),
            ..Sums::set(digest.algorithm(), text)
        }
    }

    fn set(algorithm: Algorithm, text: String) -> Self {
        let mut sums = Sums::default();
        match algorithm {
            Algorithm::Crc32 => sums.crc32 = Some(text),
            Algorithm::Crc32c => sums.crc32c = Some(text),
            Algorithm::Crc64Nvme => sums.crc64nvme = Some(text),
            Algorithm::Sha1 => sums.sha1 = Some(text),
            Algorithm::Sha256 => sums.sha256 = Some(text),
        }
        sums
    }
}

pub fn type_name(kind: ChecksumType) -> &'static str {
    match kind {
        ChecksumType::FullObject => "FULL_OBJECT",
        ChecksumType::Composite => "COMPOSITE",
    }
}

pub fn tags(set: Vec<dto::Tag>) -> Vec<Tag> {
    let tag = |tag: dto::Tag| Tag { key: tag.key.unwrap_or_default(), value: tag.value.unwrap_or_default() };
    set.into_iter().map(tag).collect()
}

pub fn tag_set(tags: &[Tag]) -> Vec<dto::Tag> {
    let tag = |tag: &Tag| dto::Tag { key: Some(tag.key.clone()), value: Some(tag.value.clone()) };
    tags.iter().map(tag).collect()
}

/// Conditions of a write.
pub fn condition(
    if_match: Option<dto::ETagCondition>,
    if_none_match: Option<dto::ETagCondition>,
) -> S3Result<Condition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Condition::None),
        (None, Some(dto::ETagCondition::Any)) => Ok(Condition::Absent),
        (Some(dto::ETagCondition::Any), None) => Ok(Condition::Present(None)),
        (Some(dto::ETagCondition::ETag(etag)), None) => Ok(Condition::Present(Some(etag.into_value()))),
        _ => Err(failure(errors::not_implemented("If-None-Match on a write takes nothing but *"))),
    }
}

fn matches(condition: &dto::ETagCondition, etag: &str) -> bool {
    match condition {
        dto::ETagCondition::Any => true,
        dto::ETagCondition::ETag(wanted) => wanted.value() == etag,
    }
}

/// What a read depends on.
#[derive(Default)]
pub struct ReadCondition {
    pub matching: Option<dto::ETagCondition>,
    pub none_matching: Option<dto::ETagCondition>,
    pub modified_since: Option<dto::Timestamp>,
    pub unmodified_since: Option<dto::Timestamp>,
}

impl ReadCondition {
    /// `unmodified`: the error for one that has not changed: a reader has it already, for a copy it is a refusal.
    pub fn check(&self, version: &Version, unmodified: fn() -> ServiceError) -> Result<(), ServiceError> {
        let etag = version.data().map(|data| data.etag.to_string()).unwrap_or_default();
        let modified = time(version.modified);
        match &self.matching {
            Some(wanted) if !matches(wanted, &etag) => return Err(errors::precondition()),
            Some(_) => {}
            None if self.unmodified_since.as_ref().is_some_and(|since| modified > *since) => {
                return Err(errors::precondition());
            }
            None => {}
        }
        match &self.none_matching {
            Some(unwanted) if matches(unwanted, &etag) => Err(unmodified()),
            Some(_) => Ok(()),
            None if self.modified_since.as_ref().is_some_and(|since| modified <= *since) => Err(unmodified()),
            None => Ok(()),
        }
    }
}

pub fn not_modified() -> ServiceError {
    ServiceError::new("NotModified", "Not Modified").status(304)
}

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// The grants that a canned ACL stands for. None: there is no such.
pub fn canned(name: &str, owner: &str) -> Option<Option<Vec<Grant>>> {
    let own = Grant { grantee: Grantee::Id(owner.to_owned()), permission: Permission::FullControl };
    let group = |uri: &str, permission| Grant { grantee: Grantee::Uri(uri.to_owned()), permission };
    let more = match name {
        // Every bucket and every object of a sandbox has the same owner.
        "private" | "bucket-owner-read" | "bucket-owner-full-control" | "aws-exec-read" => return Some(None),
        "public-read" => vec![group(ALL_USERS, Permission::Read)],
        "public-read-write" => vec![group(ALL_USERS, Permission::Read), group(ALL_USERS, Permission::Write)],
        "authenticated-read" => vec![group(AUTHENTICATED_USERS, Permission::Read)],
        _ => return None,
    };
    Some(Some(std::iter::once(own).chain(more).collect()))
}

pub fn grants(acl: Option<&[Grant]>, owner: &str) -> Vec<dto::Grant> {
    let own = [Grant { grantee: Grantee::Id(owner.to_owned()), permission: Permission::FullControl }];
    let all = acl.unwrap_or(&own).iter().map(|grant| {
        let (id, uri, kind) = match &grant.grantee {
            Grantee::Id(id) => (Some(id.clone()), None, dto::Type::CANONICAL_USER),
            Grantee::Uri(uri) => (None, Some(uri.clone()), dto::Type::GROUP),
        };
        let type_ = dto::Type::from_static(kind);
        let grantee = dto::Grantee { display_name: None, email_address: None, id, type_, uri };
        let permission = dto::Permission::from_static(grant.permission.name());
        dto::Grant { grantee: Some(grantee), permission: Some(permission) }
    });
    all.collect()
}

pub fn grant(grant: dto::Grant) -> Result<Grant, ServiceError> {
    let malformed = || {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        ServiceError::new("MalformedACLError", message)
    };
    let permission = grant.permission.as_ref().and_then(|name| Permission::named(name.as_str()));
    let grantee = match grant.grantee {
        Some(dto::Grantee { id: Some(id), .. }) => Grantee::Id(id),
        Some(dto::Grantee { uri: Some(uri), .. }) => Grantee::Uri(uri),
        Some(dto::Grantee { email_address: Some(_), .. }) => {
            let message = "this sandbox knows no e-mail addresses of accounts; name a grantee by its id";
            return Err(ServiceError::new("UnresolvableGrantByEmailAddress", message));
        }
        _ => return Err(malformed()),
    };
    Ok(Grant { grantee, permission: permission.ok_or_else(malformed)? })
}

/// The grants of a header such as `id="…", uri="…"`.
pub fn granted(header: &str, permission: Permission) -> Result<Vec<Grant>, ServiceError> {
    let parts = header.split(',').map(|part| {
        let (kind, value) = part.trim().split_once('=').unwrap_or_default();
        let value = value.trim().trim_matches('"').to_owned();
        let grantee = match kind.trim() {
            "id" => Grantee::Id(value),
            "uri" => Grantee::Uri(value),
            _ => return Err(errors::invalid("Argument format not recognized")),
        };
        Ok(Grant { grantee, permission })
    });
    parts.collect()
}

pub fn permission_header(permission: Permission) -> &'static str {
    match permission {
        Permission::FullControl => "x-amz-grant-full-control",
        Permission::Read => "x-amz-grant-read",
        Permission::Write => "x-amz-grant-write",
        Permission::ReadAcp => "x-amz-grant-read-acp",
        Permission::WriteAcp => "x-amz-grant-write-acp",
    }
}
