//! Uploads in parts.

use super::Gateway;
use super::body::receive;
use super::convert::{ReadCondition, Sums, condition, etag, failure, time, type_name, version_id};
use super::described::Described;
use super::reads::encryption;
use super::writes::source;
use crate::sandbox::s3::store::checksum::{Algorithm, ChecksumType, Digest, Hasher};
use crate::sandbox::s3::store::content::{CHUNK, Content};
use crate::sandbox::s3::store::version::StorageClass;
use crate::sandbox::s3::store::{CompletedPart, Part, Upload, UploadId, errors};
use s3s::dto::{
    self, CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CopyPartResult,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload, UploadPartCopyInput,
    UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Result, s3_error};

const MOST: i32 = 1000;

fn number(number: i32) -> S3Result<u16> {
    let number = u16::try_from(number).ok().filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| {
        s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive")
    })
}

fn part_etag(part: &Part) -> dto::ETag {
    dto::ETag::Strong(part.etag())
}

pub fn create(
    gateway: &Gateway,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<CreateMultipartUploadOutput> {
    let described = Described(&request.headers);
    let input = request.input;
    let attributes = described.attributes(input.metadata, &gateway.owner)?;
    let class = described.class()?.unwrap_or(StorageClass::Standard);
    let announced = described.get("x-amz-checksum-algorithm").and_then(Algorithm::named);
    let algorithm = announced.unwrap_or(Algorithm::Crc64Nvme);
    let kind = match (described.get("x-amz-checksum-type"), algorithm) {
        (Some("COMPOSITE"), Algorithm::Crc64Nvme) => {
            return Err(s3_error!(
                InvalidRequest,
                "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm."
            ));
        }
        (Some("FULL_OBJECT"), Algorithm::Sha1 | Algorithm::Sha256) => {
            let name = algorithm.name().to_ascii_lowercase();
            return Err(s3_error!(
                InvalidRequest,
                "The FULL_OBJECT checksum type cannot be used with the {name} checksum algorithm."
            ));
        }
        (Some("FULL_OBJECT"), _) | (_, Algorithm::Crc64Nvme) => ChecksumType::FullObject,
        _ => ChecksumType::Composite,
    };
    let declared = announced.is_some();
    let upload = Upload { declared, ..Upload::new(class, attributes, algorithm, kind) };
    let id = gateway.store.begin_upload(&input.bucket, &input.key, upload).map_err(failure)?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: announced.map(|announced| dto::ChecksumAlgorithm::from_static(announced.name())),
        checksum_type: announced.map(|_| dto::ChecksumType::from_static(type_name(kind))),
        ..CreateMultipartUploadOutput::default()
    })
}

pub async fn put_part(gateway: &Gateway, request: S3Request<UploadPartInput>) -> S3Result<UploadPartOutput> {
    let described = Described(&request.headers);
    described.check()?;
    let input = request.input;
    let which = UploadId { bucket: &input.bucket, key: &input.key, id: &input.upload_id };
    let number = number(input.part_number)?;
    let upload = gateway.store.upload(&which).map_err(failure)?;
    let algorithm = upload.algorithm;
    let other = described.algorithm().filter(|sent| *sent != algorithm && upload.declared);
    if let Some(sent) = other {
        let (expected, actual) = (algorithm.name().to_ascii_lowercase(), sent.name().to_ascii_lowercase());
        return Err(s3_error!(
            InvalidRequest,
            "Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {actual}"
        ));
    }
    let trailers = request.trailing_headers;
    let mut written = receive(&gateway.store, &described, input.body, trailers, algorithm).await?;
    if written.digest.algorithm() != algorithm {
        written.digest = digest(&written.content, algorithm)?;
    }
    let part = gateway.store.put_part(&which, number, written).map_err(failure)?;
    let sums = Sums::of_digest(&part.digest);
    Ok(UploadPartOutput {
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        e_tag: Some(part_etag(&part)),
        ..UploadPartOutput::default()
    })
}

/// What the parts of the upload are summed with, where the client has sent another sum.
fn digest(content: &Content, algorithm: Algorithm) -> S3Result<Digest> {
    let mut hasher = Hasher::new(algorithm);
    let disk = |error| failure(errors::disk(error));
    let mut reader = content.reader(0, u64::MAX).map_err(disk)?;
    while let Some(bytes) = reader.next_chunk().map_err(disk)? {
        hasher.update(&bytes);
    }
    Ok(hasher.finish())
}

pub async fn copy_part(
    gateway: &Gateway,
    request: S3Request<UploadPartCopyInput>,
) -> S3Result<UploadPartCopyOutput> {
    Described(&request.headers).check()?;
    let input = request.input;
    let which = UploadId { bucket: &input.bucket, key: &input.key, id: &input.upload_id };
    let number = number(input.part_number)?;
    let from = source(&input.copy_source)?;
    let algorithm = gateway.store.upload(&which).map_err(failure)?.algorithm;
    let version = gateway.store.head(&from).map_err(failure)?;
    let wanted = ReadCondition {
        matching: input.copy_source_if_match,
        none_matching: input.copy_source_if_none_match,
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    };
    wanted.check(&version, errors::precondition).map_err(failure)?;
    let (start, size) = match &input.copy_source_range {
        None => (0, version.size()),
        Some(range) => range_of(range, version.size())?,
    };
    let (_, mut reader) = gateway.store.open_object(&from, start, size).map_err(failure)?;
    let mut writer = gateway.store.writer(algorithm);
    let disk = |error| failure(errors::disk(error));
    let mut since_pause = 0;
    while let Some(bytes) = reader.next_chunk().map_err(disk)? {
        writer.write(&bytes).map_err(disk)?;
        since_pause += bytes.len();
        if since_pause >= 32 * CHUNK {
            // Others want to be answered too.
            tokio::task::yield_now().await;
            since_pause = 0;
        }
    }
    let part = gateway.store.put_part(&which, number, writer.finish()).map_err(failure)?;
    let sums = Sums::of_digest(&part.digest);
    let settings = gateway.store.settings(from.bucket).map_err(failure)?;
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(CopyPartResult {
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            e_tag: Some(part_etag(&part)),
            last_modified: Some(time(part.modified)),
        }),
        copy_source_version_id: version_id(&settings, version.id),
        ..UploadPartCopyOutput::default()
    })
}

/// First byte and number of bytes of `bytes=first-last`.
fn range_of(text: &str, size: u64) -> S3Result<(u64, u64)> {
    let invalid = || {
        s3_error!(
            InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy"
        )
    };
    let (first, last) =
        text.strip_prefix("bytes=").and_then(|range| range.split_once('-')).ok_or_else(invalid)?;
    let first: u64 = first.parse().map_err(|_| invalid())?;
    let last: u64 = last.parse().map_err(|_| invalid())?;
    if last < first || last >= size {
        return Err(s3_error!(
            InvalidArgument,
            "Range specified is not valid for source object of size: {size}"
        ));
    }
    Ok((first, last - first + 1))
}

pub fn complete(
    gateway: &Gateway,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let which = UploadId { bucket: &input.bucket, key: &input.key, id: &input.upload_id };
    let named = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    let algorithm = gateway.store.upload(&which).map_err(failure)?.algorithm;
    let named = named.into_iter().map(|part| {
        Ok(CompletedPart {
            number: number(part.part_number.unwrap_or_default())?,
            etag: part.e_tag.map(dto::ETag::into_value).unwrap_or_default(),
            checksum: match algorithm {
                Algorithm::Crc32 => part.checksum_crc32,
                Algorithm::Crc32c => part.checksum_crc32c,
                Algorithm::Crc64Nvme => part.checksum_crc64nvme,
                Algorithm::Sha1 => part.checksum_sha1,
                Algorithm::Sha256 => part.checksum_sha256,
            },
        })
    });
    let named = named.collect::<S3Result<Vec<_>>>()?;
    let expected = match algorithm {
        Algorithm::Crc32 => input.checksum_crc32,
        Algorithm::Crc32c => input.checksum_crc32c,
        Algorithm::Crc64Nvme => input.checksum_crc64nvme,
        Algorithm::Sha1 => input.checksum_sha1,
        Algorithm::Sha256 => input.checksum_sha256,
    };
    let condition = condition(input.if_match, input.if_none_match)?;
    let version =
        gateway.store.complete_upload(&which, &named, condition, expected.as_deref()).map_err(failure)?;
    let settings = gateway.store.settings(&input.bucket).map_err(failure)?;
    let (server_side_encryption, ssekms_key_id) = encryption(&version);
    let Some(data) = version.data() else { return Ok(CompleteMultipartUploadOutput::default()) };
    let sums = Sums::of(data.checksum.as_ref(), data.etag.parts);
    Ok(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
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
        bucket: Some(input.bucket),
        key: Some(input.key),
        ..CompleteMultipartUploadOutput::default()
    })
}

pub fn list_parts(gateway: &Gateway, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let which = UploadId { bucket: &input.bucket, key: &input.key, id: &input.upload_id };
    let upload = gateway.store.upload(&which).map_err(failure)?;
    let most = usize::try_from(input.max_parts.unwrap_or(MOST).clamp(0, MOST)).unwrap_or_default();
    let marker = input.part_number_marker.unwrap_or_default();
    let mut parts: Vec<dto::Part> = upload
        .parts
        .iter()
        .filter(|(number, _)| i32::from(**number) > marker)
        .map(|(number, part)| {
            let sums = Sums::of_digest(&part.digest);
            dto::Part {
                checksum_crc32: sums.crc32,
                checksum_crc32c: sums.crc32c,
                checksum_crc64nvme: sums.crc64nvme,
                checksum_sha1: sums.sha1,
                checksum_sha256: sums.sha256,
                e_tag: Some(part_etag(part)),
                last_modified: Some(time(part.modified)),
                part_number: Some(i32::from(*number)),
                size: i64::try_from(part.content.size()).ok(),
            }
        })
        .collect();
    let more = parts.len() > most;
    parts.truncate(most);
    Ok(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        max_parts: i32::try_from(most).ok(),
        part_number_marker: Some(marker),
        next_part_number_marker: parts.last().and_then(|part| part.part_number),
        is_truncated: Some(more),
        parts: Some(parts),
        owner: Some(gateway.dto_owner()),
        storage_class: Some(dto::StorageClass::from_static(upload.class.name())),
        checksum_algorithm: Some(dto::ChecksumAlgorithm::from_static(upload.algorithm.name())),
        checksum_type: Some(dto::ChecksumType::from_static(type_name(upload.checksum_type))),
        ..ListPartsOutput::default()
    })
}

pub fn list(gateway: &Gateway, input: ListMultipartUploadsInput) -> S3Result<ListMultipartUploadsOutput> {
    if input.delimiter.is_some() {
        return Err(failure(errors::not_implemented("this sandbox lists uploads without a delimiter")));
    }
    let prefix = input.prefix.unwrap_or_default();
    let key_marker = input.key_marker.unwrap_or_default();
    let id_marker = input.upload_id_marker.unwrap_or_default();
    let most = usize::try_from(input.max_uploads.unwrap_or(MOST).clamp(0, MOST)).unwrap_or_default();
    let after = (key_marker.as_str(), id_marker.as_str());
    let behind = |key: &str, id: &str| {
        if id_marker.is_empty() { key > key_marker.as_str() } else { (key, id) > after }
    };
    let all = gateway.store.uploads(&input.bucket, &prefix).map_err(failure)?;
    let mut left = all.into_iter().filter(|listed| behind(&listed.key, &listed.id));
    let page: Vec<_> = left.by_ref().take(most).collect();
    let more = left.next().is_some();
    let last = page.last().filter(|_| more).map(|listed| (listed.key.clone(), listed.id.clone()));
    let uploads = page.into_iter().map(|listed| MultipartUpload {
        checksum_algorithm: Some(dto::ChecksumAlgorithm::from_static(listed.upload.algorithm.name())),
        checksum_type: Some(dto::ChecksumType::from_static(type_name(listed.upload.checksum_type))),
        initiated: Some(time(listed.upload.started)),
        initiator: None,
        key: Some(listed.key),
        owner: Some(gateway.dto_owner()),
        storage_class: Some(dto::StorageClass::from_static(listed.upload.class.name())),
        upload_id: Some(listed.id),
    });
    let (next_key_marker, next_upload_id_marker) = last.unzip();
    Ok(ListMultipartUploadsOutput {
        uploads: Some(uploads.collect()),
        bucket: Some(input.bucket),
        is_truncated: Some(more),
        key_marker: Some(key_marker.clone()),
        upload_id_marker: Some(id_marker.clone()),
        max_uploads: i32::try_from(most).ok(),
        next_key_marker,
        next_upload_id_marker,
        prefix: Some(prefix),
        ..ListMultipartUploadsOutput::default()
    })
}
