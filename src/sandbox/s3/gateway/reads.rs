//! GetObject, HeadObject, GetObjectAttributes.

use super::Gateway;
use super::body::Outgoing;
use super::convert::{
    ReadCondition, Sums, etag, failure, not_modified, storage_class, target, time, version_id,
};
use crate::sandbox::s3::store::bucket::BucketSettings;
use crate::sandbox::s3::store::version::{Kind, Version};
use crate::sandbox::s3::store::{Target, errors, now};
use http::{HeaderMap, HeaderValue};
use s3s::dto::{
    Checksum, ETagCondition, GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectAttributesParts,
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, ObjectLockLegalHoldStatus,
    ObjectLockMode, Range, ReplicationStatus, ServerSideEncryption, Timestamp,
};
use s3s::{S3Response, S3Result, s3_error};
use std::sync::Arc;

struct Found {
    version: Arc<Version>,
    settings: BucketSettings,
    /// First byte and number of bytes that are asked for.
    start: u64,
    size: u64,
    range: Option<String>,
}

fn find(
    gateway: &Gateway,
    place: &Target<'_>,
    condition: &ReadCondition,
    range: Option<Range>,
    part: Option<i32>,
) -> S3Result<Found> {
    let settings = gateway.store.settings(place.bucket).map_err(failure)?;
    let version = gateway.store.find(place).map_err(failure)?;
    let Kind::Object(data) = &version.kind else { return Err(marker(&version, place)) };
    condition.check(&version, not_modified).map_err(failure)?;
    if part.is_some_and(|part| part != 1) || (part.is_some() && data.etag.parts > 1) {
        let message = "this sandbox does not read objects by their parts";
        return Err(failure(errors::not_implemented(message)));
    }
    let whole = data.content.size();
    let (start, size, range) = match range {
        None => (0, whole, None),
        Some(range) => {
            let invalid = |_| s3_error!(InvalidRange, "The requested range is not satisfiable");
            let bytes = range.check(whole).map_err(invalid)?;
            let shown = format!("bytes {}-{}/{whole}", bytes.start, bytes.end.saturating_sub(1));
            (bytes.start, bytes.end.saturating_sub(bytes.start), Some(shown))
        }
    };
    Ok(Found { version, settings, start, size, range })
}

/// There is no object, and a delete marker says why.
fn marker(version: &Version, place: &Target<'_>) -> s3s::S3Error {
    let error = if place.version.is_some() { errors::is_marker() } else { errors::no_such_key() };
    let mut error = failure(error);
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-delete-marker", HeaderValue::from_static("true"));
    if let Ok(id) = HeaderValue::from_str(&version.id.to_string()) {
        headers.insert("x-amz-version-id", id);
    }
    error.set_headers(headers);
    error
}

fn described(found: &Found, with_checksum: bool) -> HeadObjectOutput {
    let Found { version, settings, size, range, .. } = found;
    let attributes = version.attributes();
    let headers = &attributes.headers;
    let Some(data) = version.data() else { return HeadObjectOutput::default() };
    let checksum = data.checksum.as_ref().filter(|_| with_checksum && range.is_none());
    let sums = Sums::of(checksum, data.etag.parts);
    let (encryption, key) = encryption(version);
    let restore = attributes.restore.filter(|restore| now() < restore.expires).map(|restore| {
        if restore.is_under_way(now()) {
            return "ongoing-request=\"true\"".to_owned();
        }
        let expires = jiff::Timestamp::from_millisecond(restore.expires).unwrap_or_default();
        format!(
            "ongoing-request=\"false\", expiry-date=\"{}\"",
            expires.strftime("%a, %d %b %Y %H:%M:%S GMT")
        )
    });
    HeadObjectOutput {
        accept_ranges: Some("bytes".into()),
        bucket_key_enabled: attributes.encryption.as_ref().filter(|kms| kms.bucket_key).map(|_| true),
        cache_control: headers.cache_control.clone(),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        content_disposition: headers.content_disposition.clone(),
        content_encoding: headers.content_encoding.clone(),
        content_language: headers.content_language.clone(),
        content_length: i64::try_from(*size).ok(),
        content_range: range.clone(),
        content_type: Some(headers.content_type.clone().unwrap_or_else(|| "binary/octet-stream".into())),
        e_tag: Some(etag(data.etag)),
        expires: headers.expires.map(time),
        last_modified: Some(time(version.modified)),
        metadata: (!headers.user.is_empty()).then(|| headers.user.clone().into_iter().collect()),
        object_lock_legal_hold_status: attributes.legal_hold.map(|on| {
            let status = if on { ObjectLockLegalHoldStatus::ON } else { ObjectLockLegalHoldStatus::OFF };
            ObjectLockLegalHoldStatus::from_static(status)
        }),
        object_lock_mode: attributes
            .retention
            .map(|retention| ObjectLockMode::from_static(retention.mode.name())),
        object_lock_retain_until_date: attributes.retention.map(|retention| time(retention.until)),
        replication_status: attributes
            .replication
            .map(|status| ReplicationStatus::from_static(status.name())),
        restore,
        ssekms_key_id: key,
        server_side_encryption: Some(encryption),
        storage_class: storage_class(data.class),
        version_id: version_id(settings, version.id),
        website_redirect_location: headers.redirect.clone(),
        ..HeadObjectOutput::default()
    }
}

/// How a version is encrypted, and with which key.
pub fn encryption(version: &Version) -> (ServerSideEncryption, Option<String>) {
    match &version.attributes().encryption {
        None => (ServerSideEncryption::from_static(ServerSideEncryption::AES256), None),
        Some(kms) => {
            let name =
                if kms.dsse { ServerSideEncryption::AWS_KMS_DSSE } else { ServerSideEncryption::AWS_KMS };
            (ServerSideEncryption::from_static(name), kms.key.clone())
        }
    }
}

fn condition(
    matching: Option<ETagCondition>,
    none_matching: Option<ETagCondition>,
    modified_since: Option<Timestamp>,
    unmodified_since: Option<Timestamp>,
) -> ReadCondition {
    ReadCondition { matching, none_matching, modified_since, unmodified_since }
}

pub fn head(gateway: &Gateway, input: HeadObjectInput) -> S3Result<S3Response<HeadObjectOutput>> {
    let place = target(&input.bucket, &input.key, &input.version_id);
    let condition =
        condition(input.if_match, input.if_none_match, input.if_modified_since, input.if_unmodified_since);
    let found = find(gateway, &place, &condition, input.range, input.part_number)?;
    let output = described(&found, input.checksum_mode.is_some());
    let status = found.range.as_ref().map(|_| http::StatusCode::PARTIAL_CONTENT);
    let headers = tag_count(&found.version);
    Ok(S3Response { output, status, headers, extensions: http::Extensions::default() })
}

fn tag_count(version: &Version) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let count = version.attributes().tags.len();
    if count > 0 {
        headers.insert("x-amz-tagging-count", HeaderValue::from(count));
    }
    headers
}

pub fn get(gateway: &Gateway, input: GetObjectInput) -> S3Result<S3Response<GetObjectOutput>> {
    let place = target(&input.bucket, &input.key, &input.version_id);
    let condition =
        condition(input.if_match, input.if_none_match, input.if_modified_since, input.if_unmodified_since);
    let found = find(gateway, &place, &condition, input.range, input.part_number)?;
    // The one that was found, should another have come meanwhile.
    let id = found.version.id.to_string();
    let exactly = Target { version: Some(&id), ..place };
    let (_, reader) = gateway.store.open_object(&exactly, found.start, found.size).map_err(failure)?;
    let head = described(&found, input.checksum_mode.is_some());
    let output = GetObjectOutput {
        accept_ranges: head.accept_ranges,
        body: Some(Outgoing::blob(reader)),
        bucket_key_enabled: head.bucket_key_enabled,
        cache_control: head.cache_control,
        checksum_crc32: head.checksum_crc32,
        checksum_crc32c: head.checksum_crc32c,
        checksum_crc64nvme: head.checksum_crc64nvme,
        checksum_sha1: head.checksum_sha1,
        checksum_sha256: head.checksum_sha256,
        checksum_type: head.checksum_type,
        content_disposition: head.content_disposition,
        content_encoding: head.content_encoding,
        content_language: head.content_language,
        content_length: head.content_length,
        content_range: head.content_range,
        content_type: head.content_type,
        e_tag: head.e_tag,
        expires: head.expires,
        last_modified: head.last_modified,
        metadata: head.metadata,
        object_lock_legal_hold_status: head.object_lock_legal_hold_status,
        object_lock_mode: head.object_lock_mode,
        object_lock_retain_until_date: head.object_lock_retain_until_date,
        replication_status: head.replication_status,
        restore: head.restore,
        ssekms_key_id: head.ssekms_key_id,
        server_side_encryption: head.server_side_encryption,
        storage_class: head.storage_class,
        tag_count: i32::try_from(found.version.attributes().tags.len()).ok().filter(|count| *count > 0),
        version_id: head.version_id,
        website_redirect_location: head.website_redirect_location,
        ..GetObjectOutput::default()
    };
    let status = found.range.as_ref().map(|_| http::StatusCode::PARTIAL_CONTENT);
    Ok(S3Response { output, status, headers: HeaderMap::new(), extensions: http::Extensions::default() })
}

pub fn attributes(gateway: &Gateway, input: GetObjectAttributesInput) -> S3Result<GetObjectAttributesOutput> {
    let place = target(&input.bucket, &input.key, &input.version_id);
    let Found { version, settings, .. } = find(gateway, &place, &ReadCondition::default(), None, None)?;
    let Some(data) = version.data() else { return Ok(GetObjectAttributesOutput::default()) };
    let asked = |name: &str| input.object_attributes.iter().any(|attribute| attribute.as_str() == name);
    let sums = Sums::of(data.checksum.as_ref(), data.etag.parts);
    let checksum = Checksum {
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
    };
    let parts = GetObjectAttributesParts {
        total_parts_count: Some(i32::from(data.etag.parts)),
        ..GetObjectAttributesParts::default()
    };
    Ok(GetObjectAttributesOutput {
        checksum: asked("Checksum").then_some(checksum),
        e_tag: asked("ETag").then(|| etag(data.etag)),
        last_modified: Some(time(version.modified)),
        object_parts: (asked("ObjectParts") && data.etag.parts > 0).then_some(parts),
        object_size: i64::try_from(data.content.size()).ok().filter(|_| asked("ObjectSize")),
        storage_class: asked("StorageClass").then(|| s3s::dto::StorageClass::from_static(data.class.name())),
        version_id: version_id(&settings, version.id),
        ..GetObjectAttributesOutput::default()
    })
}
