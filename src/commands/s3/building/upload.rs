//! A manifest as an object of S3: sent in parts as it is written, there when it is whole, and encrypted so that a job can
//! read it. Owns how it is cut into parts, which its ETag follows from.

use std::io::{self, Write};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, ServerSideEncryption};
use bytes::Bytes;
use opsctl_engine::manifest::Location;
use tokio::sync::mpsc;

use super::begun::{self, Note};
use crate::aws;
use crate::context::Context;
use crate::error::Result;

/// What S3 takes as a part at least is 5 MiB, and no more than 10,000 of them; so later parts are larger.
const PART: usize = 8 << 20;
const LARGE_PART: usize = 32 << 20;
const SMALL_PARTS: usize = 1000;

/// A job cannot read a manifest that a KMS key encrypts, and a bucket may do so unless it is told.
const OWN_KEYS: ServerSideEncryption = ServerSideEncryption::Aes256;

/// How long a part is before which so many were sent; a manifest that ends within the first is no upload in parts.
pub fn part_size(sent: usize) -> usize {
    if sent < SMALL_PARTS { PART } else { LARGE_PART }
}

/// Cuts what is written into parts of an upload.
pub struct Parts {
    part: Vec<u8>,
    sent: usize,
    sender: mpsc::Sender<Piece>,
}

enum Piece {
    Part(Bytes),
    Last(Bytes),
}

impl Parts {
    fn limit(&self) -> usize {
        part_size(self.sent)
    }

    fn send(&self, piece: Piece) -> io::Result<()> {
        // The other end tells why.
        self.sender.blocking_send(piece).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    pub fn finish(mut self) -> io::Result<()> {
        let last = std::mem::take(&mut self.part);
        self.send(Piece::Last(last.into()))
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.limit().saturating_sub(self.part.len());
        let (now, _) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        self.part.extend_from_slice(now);
        if self.part.len() >= self.limit() {
            let part = std::mem::take(&mut self.part);
            self.send(Piece::Part(part.into()))?;
            self.sent += 1;
        }
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is there now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uploaded {
    /// Without quotes, as a job wants it.
    pub etag: Option<String>,
    pub version_id: Option<String>,
}

/// The other end of [`Parts`].
pub struct Upload {
    client: Client,
    to: Location,
    /// Fails where there is an object of this name.
    is_first: bool,
    receiver: mpsc::Receiver<Piece>,
}

pub fn upload(client: Client, to: Location) -> (Parts, Upload) {
    // One part is being sent, one is being filled.
    let (sender, receiver) = mpsc::channel(1);
    (Parts { part: Vec::new(), sent: 0, sender }, Upload { client, to, is_first: false, receiver })
}

impl Upload {
    /// Writes over nothing.
    #[must_use]
    pub fn only_if_new(self) -> Self {
        Upload { is_first: true, ..self }
    }

    fn condition(&self) -> Option<String> {
        self.is_first.then(|| "*".to_owned())
    }

    /// Sends what comes. `None` when it breaks off: then there is no object, and no part of one.
    pub async fn run(mut self, ctx: &Context) -> Result<Option<Uploaded>> {
        begun::clear(&self.client, ctx).await?;
        match self.receiver.recv().await {
            None => Ok(None),
            Some(Piece::Last(whole)) => self.put(whole).await.map(Some),
            Some(Piece::Part(first)) => {
                let Location { bucket, key } = &self.to;
                let created = self.client.create_multipart_upload().bucket(bucket).key(key);
                let created = created.content_type("text/csv").server_side_encryption(OWN_KEYS).send().await;
                let created = created.map_err(|error| aws::failure(&error, self.cannot()))?;
                let id = created.upload_id().unwrap_or_default().to_owned();
                let note = Note::new(&self.to, &id, ctx).await?;
                let sent = self.parts(&id, first).await;
                match sent {
                    Ok(Some(_)) => note.done(),
                    _ => note.abort(&self.client, ctx).await,
                }
                sent
            }
        }
    }

    async fn put(&self, whole: Bytes) -> Result<Uploaded> {
        let put = self.client.put_object().bucket(&self.to.bucket).key(&self.to.key);
        let put = put.content_type("text/csv").server_side_encryption(OWN_KEYS);
        let put = put.set_if_none_match(self.condition()).body(ByteStream::from(whole)).send().await;
        let put = put.map_err(|error| aws::failure(&error, self.cannot()))?;
        Ok(Uploaded { etag: put.e_tag().map(bare), version_id: put.version_id().map(str::to_owned) })
    }

    async fn parts(&mut self, id: &str, first: Bytes) -> Result<Option<Uploaded>> {
        let mut done = Vec::new();
        let mut piece = Piece::Part(first);
        loop {
            let (bytes, last) = match piece {
                Piece::Part(bytes) => (bytes, false),
                Piece::Last(bytes) => (bytes, true),
            };
            if !bytes.is_empty() {
                let number = i32::try_from(done.len() + 1).unwrap_or(i32::MAX);
                let part = self.client.upload_part().bucket(&self.to.bucket).key(&self.to.key).upload_id(id);
                let part = part.part_number(number).body(ByteStream::from(bytes)).send().await;
                let part = part.map_err(|error| aws::failure(&error, self.cannot()))?;
                let completed = CompletedPart::builder().part_number(number).set_e_tag(part.e_tag);
                done.push(completed.set_checksum_crc32(part.checksum_crc32).build());
            }
            if last {
                break;
            }
            piece = match self.receiver.recv().await {
                Some(piece) => piece,
                None => return Ok(None),
            };
        }
        let parts = CompletedMultipartUpload::builder().set_parts(Some(done)).build();
        let complete = self.client.complete_multipart_upload().bucket(&self.to.bucket).key(&self.to.key);
        let complete = complete.upload_id(id).multipart_upload(parts);
        let complete = complete.set_if_none_match(self.condition()).send().await;
        let complete = complete.map_err(|error| aws::failure(&error, self.cannot()))?;
        Ok(Some(Uploaded {
            etag: complete.e_tag().map(bare),
            version_id: complete.version_id().map(str::to_owned),
        }))
    }

    fn cannot(&self) -> String {
        format!("cannot write {}", self.to)
    }
}

fn bare(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}
