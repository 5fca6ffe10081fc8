//! PutObject, CopyObject, DeleteObject, DeleteObjects.

use super::Gateway;
use super::body::receive;
use super::convert::{ReadCondition, Sums, condition, etag, failure, target, time, version_id};
use super::described::Described;
use super::reads::encryption;
use crate::sandbox::account::Account;
use crate::sandbox::s3::access;
use crate::sandbox::s3::store::checksum::Algorithm;
use crate::sandbox::s3::store::{Copied, Copy, Draft, Target, errors};
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, DeleteObjectInput, DeleteObjectOutput,
    DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, Error, PutObjectInput, PutObjectOutput,
};
use s3s::{S3Request, S3Response, S3Result};

/// What one DeleteObjects takes.
const MOST_DELETED: usize = 1000;

pub async fn put(
    gateway: &Gateway,
    request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let described = Described(&request.headers);
    let input = request.input;
    let attributes = described.attributes(input.metadata, &gateway.owner)?;
    let class = described.class()?;
    let condition = condition(input.if_match, input.if_none_match)?;
    let settings = gateway.store.settings(&input.bucket).map_err(failure)?;
    let trailers = request.trailing_headers;
    let written = receive(&gateway.store, &described, input.body, trailers, Algorithm::Crc64Nvme).await?;
    let mut draft = Draft { attributes, condition, ..Draft::new(written) };
    draft.class = class.unwrap_or(draft.class);
    let version = gateway.store.put(&input.bucket, &input.key, draft).map_err(failure)?;
    let Some(data) = version.data() else { return Ok(S3Response::new(PutObjectOutput::default())) };
    let sums = Sums::of(data.checksum.as_ref(), data.etag.parts);
    let (server_side_encryption, ssekms_key_id) = encryption(&version);
    Ok(S3Response::new(PutObjectOutput {
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        e_tag: Some(etag(data.etag)),
        server_side_encryption: Some(server_side_encryption),
        ssekms_key_id,
        version_id: version_id(&settings, version.id),
        ..PutObjectOutput::default()
    }))
}

/// Bucket, key and version of a source.
pub fn source(source: &CopySource) -> S3Result<Target<'_>> {
    match source {
        CopySource::Bucket { bucket, key, version_id } => {
            Ok(Target { bucket, key, version: version_id.as_deref() })
        }
        _ => Err(failure(errors::not_implemented("this sandbox has no access points"))),
    }
}

pub fn copy(
    gateway: &Gateway,
    request: S3Request<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    let described = Described(&request.headers);
    described.check()?;
    let input = request.input;
    let from = source(&input.copy_source)?;
    let replaces = |directive: Option<&str>| directive == Some("REPLACE");
    let new_headers = replaces(input.metadata_directive.as_ref().map(|directive| directive.as_str()));
    let new_tags = replaces(input.tagging_directive.as_ref().map(|directive| directive.as_str()));
    let copy = Copy {
        headers: new_headers.then(|| described.headers(input.metadata)),
        tags: new_tags.then(|| described.tags()),
        class: described.class()?,
        acl: described.acl(&gateway.owner)?,
        legal_hold: described.legal_hold(),
        retention: described.retention()?,
        encryption: described.encryption()?,
        checksum: described.get("x-amz-checksum-algorithm").and_then(Algorithm::named),
        condition: condition(None, None)?,
        redirect: described.redirect(),
    };
    let wanted = ReadCondition {
        matching: input.copy_source_if_match,
        none_matching: input.copy_source_if_none_match,
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    let check = |version: &_| wanted.check(version, errors::precondition);
    let copied = gateway.store.copy_if(&from, &input.bucket, &input.key, copy, check);
    let Copied { source, version } = copied.map_err(failure)?;
    let settings = gateway.store.settings(&input.bucket).map_err(failure)?;
    let of_source = gateway.store.settings(from.bucket).map_err(failure)?;
    let Some(data) = version.data() else { return Ok(S3Response::new(CopyObjectOutput::default())) };
    let sums = Sums::of(data.checksum.as_ref(), data.etag.parts);
    let (server_side_encryption, ssekms_key_id) = encryption(&version);
    let result = CopyObjectResult {
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.kind,
        e_tag: Some(etag(data.etag)),
        last_modified: Some(time(version.modified)),
    };
    Ok(S3Response::new(CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: version_id(&of_source, source.id),
        server_side_encryption: Some(server_side_encryption),
        ssekms_key_id,
        version_id: version_id(&settings, version.id),
        ..CopyObjectOutput::default()
    }))
}

pub fn delete(
    gateway: &Gateway,
    account: &Account,
    input: DeleteObjectInput,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    if input.if_match.is_some()
        || input.if_match_size.is_some()
        || input.if_match_last_modified_time.is_some()
    {
        let message = "this sandbox deletes without conditions";
        return Err(failure(errors::not_implemented(message)));
    }
    let place = target(&input.bucket, &input.key, &input.version_id);
    let bypass = input.bypass_governance_retention == Some(true);
    access::check_bypass(account, &place, bypass)?;
    let deleted = gateway.store.delete(&place, bypass).map_err(failure)?;
    let output = DeleteObjectOutput {
        delete_marker: deleted.marker.then_some(true),
        version_id: deleted.id.map(|id| id.to_string()),
        ..DeleteObjectOutput::default()
    };
    Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
}

pub fn delete_all(
    gateway: &Gateway,
    account: &Account,
    input: DeleteObjectsInput,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let objects = input.delete.objects;
    if objects.is_empty() || objects.len() > MOST_DELETED {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(s3s::s3_error!(MalformedXML, "{message}"));
    }
    // The bucket has to be there even if nothing in it is.
    gateway.store.settings(&input.bucket).map_err(failure)?;
    let bypass = input.bypass_governance_retention == Some(true);
    let quiet = input.delete.quiet == Some(true);
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in objects {
        let place = target(&input.bucket, &object.key, &object.version_id);
        let done = access::check_delete(gateway, account, &place, bypass)
            .and_then(|()| gateway.store.delete(&place, bypass));
        match done {
            Ok(_) if quiet => {}
            Ok(done) => {
                let made = done.marker && object.version_id.is_none();
                deleted.push(DeletedObject {
                    delete_marker: done.marker.then_some(true),
                    delete_marker_version_id: done.id.filter(|_| done.marker).map(|id| id.to_string()),
                    version_id: object.version_id.filter(|_| !made),
                    key: Some(object.key),
                });
            }
            Err(error) => errors.push(Error {
                code: Some(error.code.into_owned()),
                message: Some(error.message),
                version_id: object.version_id,
                key: Some(object.key),
            }),
        }
    }
    Ok(S3Response::new(DeleteObjectsOutput {
        deleted: Some(deleted),
        errors: Some(errors),
        request_charged: None,
    }))
}
