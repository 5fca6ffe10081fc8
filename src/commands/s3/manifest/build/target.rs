//! Where a manifest is written: beside a file and then renamed, into an object by an upload in parts, or to stdout. Owns
//! that nobody ever sees half a manifest in a file or an object.

use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use opsctl_engine::manifest::Location;
use tokio::sync::mpsc;

use crate::aws;
use crate::commands::s3::source::Place;
use crate::error::{Error, Result};
use crate::files::Beside;
use crate::output::RawOutput;

/// What S3 takes as a part at least is 5 MiB, and no more than 10,000 of them; so later parts are larger.
const PART: usize = 8 << 20;
const LARGE_PART: usize = 32 << 20;
const SMALL_PARTS: usize = 1000;

/// What `--to` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct To(pub Place);

impl FromStr for To {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse()? {
            Place::Object(location) if location.key.is_empty() || location.key.ends_with('/') => {
                Err(format!("`{text}` names no object: s3://{}/manifest.csv", location.bucket))
            }
            place => Ok(To(place)),
        }
    }
}

/// A target as what writes rows sees it. Blocks.
pub enum Target {
    File(Beside),
    Stdout(RawOutput),
    Upload(Parts),
}

impl Target {
    /// A file that is renamed at the end; a device or a pipe is written to as it is.
    pub fn file(path: &Path) -> Result<Self> {
        let opened = Beside::create(path);
        Ok(Target::File(
            opened
                .map_err(|error| Error::failed(format!("cannot write {}", path.display())).because(error))?,
        ))
    }

    /// The manifest is whole.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Target::File(file) => file.finish(),
            Target::Stdout(_) => Ok(()),
            Target::Upload(parts) => parts.finish(),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::File(file) => file.write(bytes),
            Target::Upload(parts) => parts.write(bytes),
            Target::Stdout(out) => match out.write(bytes) {
                Ok(flow) if flow.is_continue() => Ok(bytes.len()),
                Ok(_) => Err(io::ErrorKind::BrokenPipe.into()),
                Err(error) => Err(io::Error::other(error)),
            },
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::File(file) => file.flush(),
            Target::Upload(_) | Target::Stdout(_) => Ok(()),
        }
    }
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
        if self.sent < SMALL_PARTS { PART } else { LARGE_PART }
    }

    fn send(&self, piece: Piece) -> io::Result<()> {
        // The other end tells why.
        self.sender.blocking_send(piece).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn finish(mut self) -> io::Result<()> {
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
    receiver: mpsc::Receiver<Piece>,
}

pub fn upload(client: Client, to: Location) -> (Parts, Upload) {
    // One part is being sent, one is being filled.
    let (sender, receiver) = mpsc::channel(1);
    (Parts { part: Vec::new(), sent: 0, sender }, Upload { client, to, receiver })
}

impl Upload {
    /// Sends what comes. `None` when it breaks off: then there is no object, and no part of one.
    pub async fn run(mut self) -> Result<Option<Uploaded>> {
        match self.receiver.recv().await {
            None => Ok(None),
            Some(Piece::Last(whole)) => self.put(whole).await.map(Some),
            Some(Piece::Part(first)) => {
                let Location { bucket, key } = &self.to;
                let created = self.client.create_multipart_upload().bucket(bucket).key(key);
                let created = created.content_type("text/csv").send().await;
                let created = created.map_err(|error| aws::failure(&error, self.cannot()))?;
                let id = created.upload_id().unwrap_or_default().to_owned();
                let sent = self.parts(&id, first).await;
                if !matches!(sent, Ok(Some(_))) {
                    // What is told is why; parts that stay cost, but S3 can be told to drop them.
                    let abort =
                        self.client.abort_multipart_upload().bucket(&self.to.bucket).key(&self.to.key);
                    let _ = abort.upload_id(&id).send().await;
                }
                sent
            }
        }
    }

    async fn put(&self, whole: Bytes) -> Result<Uploaded> {
        let put = self.client.put_object().bucket(&self.to.bucket).key(&self.to.key);
        let put = put.content_type("text/csv").body(ByteStream::from(whole)).send().await;
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
        let complete = complete.upload_id(id).multipart_upload(parts).send().await;
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
