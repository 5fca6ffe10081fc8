//! One object on its way into a sandbox: a file as it is, a stream of unknown length in parts.

use std::path::Path;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};
use opsctl_engine::manifest::Location;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::Stored;
use crate::aws::failure;
use crate::error::{Error, Result};

/// A stream that is shorter is put at once.
const PART: usize = 8 << 20;

pub async fn file(client: &Client, path: &Path, target: &Location) -> Result<Stored> {
    let unreadable = || Error::failed(format!("cannot read {}", path.display()));
    let size = tokio::fs::metadata(path).await.map_err(|error| unreadable().because(error))?.len();
    let body = ByteStream::from_path(path).await.map_err(|error| unreadable().because(error))?;
    put(client, target, body, size).await
}

async fn put(client: &Client, target: &Location, body: ByteStream, size: u64) -> Result<Stored> {
    let request = client.put_object().bucket(&target.bucket).key(&target.key).body(body);
    let answer = request.send().await.map_err(|error| failure(&error, cannot_put(target)))?;
    Ok(stored(target, size, answer.e_tag(), answer.version_id()))
}

fn cannot_put(target: &Location) -> String {
    format!("cannot put {target}")
}

fn stored(target: &Location, size: u64, e_tag: Option<&str>, version: Option<&str>) -> Stored {
    Stored {
        bucket: target.bucket.clone(),
        key: target.key.clone(),
        size,
        e_tag: e_tag.unwrap_or_default().trim_matches('"').to_owned(),
        version_id: version.map(str::to_owned),
    }
}

/// Reads until the end, holding one part in memory.
pub async fn stream(client: &Client, target: &Location, mut input: impl AsyncRead + Unpin) -> Result<Stored> {
    let first = next_part(&mut input).await?;
    if first.len() < PART {
        let size = first.len() as u64;
        return put(client, target, first.into(), size).await;
    }
    let begun = client.create_multipart_upload().bucket(&target.bucket).key(&target.key).send().await;
    let begun = begun.map_err(|error| failure(&error, cannot_put(target)))?;
    let id = begun.upload_id().unwrap_or_default();
    match parts(client, target, id, first, &mut input).await {
        Ok(stored) => Ok(stored),
        Err(error) => {
            // The failure that is told is the first one.
            let abort = client.abort_multipart_upload().bucket(&target.bucket).key(&target.key);
            let _ = abort.upload_id(id).send().await;
            Err(error)
        }
    }
}

async fn parts(
    client: &Client,
    target: &Location,
    id: &str,
    first: Bytes,
    input: &mut (impl AsyncRead + Unpin),
) -> Result<Stored> {
    let (mut bytes, mut done, mut size) = (first, Vec::new(), 0);
    for number in 1.. {
        size += bytes.len() as u64;
        let last = bytes.len() < PART;
        let part = client.upload_part().bucket(&target.bucket).key(&target.key).upload_id(id);
        let part = part.part_number(number).body(bytes.into()).send().await;
        let part = part.map_err(|error| failure(&error, cannot_put(target)))?;
        let mut completed = CompletedPart::builder().part_number(number);
        completed = completed.set_e_tag(part.e_tag().map(str::to_owned));
        completed = completed.set_checksum_crc32(part.checksum_crc32().map(str::to_owned));
        done.push(completed.build());
        if last {
            break;
        }
        bytes = next_part(input).await?;
        if bytes.is_empty() {
            break;
        }
    }
    let upload = CompletedMultipartUpload::builder().set_parts(Some(done)).build();
    let complete = client.complete_multipart_upload().bucket(&target.bucket).key(&target.key).upload_id(id);
    let answer = complete.multipart_upload(upload).send().await;
    let answer = answer.map_err(|error| failure(&error, cannot_put(target)))?;
    Ok(stored(target, size, answer.e_tag(), answer.version_id()))
}

/// A whole part, or what is left.
async fn next_part(input: &mut (impl AsyncRead + Unpin)) -> Result<Bytes> {
    let mut part = BytesMut::with_capacity(PART);
    let mut input = input.take(PART as u64);
    loop {
        let read = input.read_buf(&mut part).await;
        if read.map_err(|error| Error::failed("cannot read stdin").because(error))? == 0 {
            return Ok(part.freeze());
        }
    }
}
