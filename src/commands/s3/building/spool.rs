//! A manifest that is whole before anybody else has it: in a private file that is gone when it is closed, with the ETag
//! that it will have in S3. So an object can be named after what is in it, and what was sent before is known again.

use opsctl_engine::hex::hex;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write};
use std::path::PathBuf;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use md5::{Digest as _, Md5};
use opsctl_engine::manifest::Location;

use super::checkpoint;
use super::upload::{part_size, upload};
use crate::commands::s3::source;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::{aws, files};

/// As much of its beginning as is kept at hand.
const HEAD: usize = 1 << 20;
/// What is copied at a time.
const CHUNK: usize = 256 << 10;

/// Takes the rows. Blocks.
pub struct Spool {
    file: File,
    folder: PathBuf,
    etag: Etag,
    head: Vec<u8>,
    size: u64,
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Spooled {
    file: Arc<File>,
    /// Bare: of an object that S3 encrypts with keys of its own, if at all.
    pub etag: String,
    /// Its first bytes.
    pub head: Vec<u8>,
    pub size: u64,
}

impl Spool {
    /// In the state folder, where there is one: what is there may be large, and is nobody else's.
    pub fn new(ctx: &Context) -> Result<Self> {
        let (folder, made) = match ctx.state_dir() {
            Ok(state) => {
                let folder = state.join("builds");
                let made = files::make_private_folder(&folder);
                (folder, made)
            }
            Err(_) => (ctx.temporary_dir().to_owned(), Ok(())),
        };
        let made = made.and_then(|()| files::open_unlinked(&folder));
        let file = made.map_err(|error| {
            Error::failed(format!("cannot keep a manifest in {}", folder.display())).because(error)
        })?;
        Ok(Spool { file, folder, etag: Etag::default(), head: Vec::new(), size: 0 })
    }

    pub fn finish(self) -> Spooled {
        let Spool { file, etag, head, size, .. } = self;
        Spooled { file: Arc::new(file), etag: etag.finish(), head, size }
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        let count = written.map_err(|error| io::Error::other(checkpoint::full(&self.folder, error)))?;
        let written = bytes.get(..count).unwrap_or(bytes);
        self.etag.update(written);
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(written.get(..room).unwrap_or(written));
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Spooled {
    /// The ETag of what S3 has then; an object that holds the same is left as it is, and one that does not too.
    pub async fn send(&self, client: &Client, to: &Location, ctx: &Context) -> Result<String> {
        if let Some(there) = self.there(client, to).await? {
            return Ok(there);
        }
        let (mut parts, upload) = upload(client.clone(), to.clone());
        let mut file = Arc::clone(&self.file);
        let reading = source::blocking(move || {
            let copied = (|| {
                file.rewind()?;
                let mut chunk = vec![0; CHUNK];
                loop {
                    match file.read(&mut chunk)? {
                        0 => return parts.finish(),
                        count => parts.write_all(chunk.get(..count).unwrap_or_default())?,
                    }
                }
            })();
            copied.map_err(|error: io::Error| Error::failed("cannot send the manifest").because(error).into())
        });
        // Why an upload failed, it tells itself.
        let (read, sent) = tokio::join!(reading, upload.only_if_new().run(ctx));
        let sent = match sent {
            // Someone else was there in between.
            Err(error) => match self.there(client, to).await {
                Ok(Some(there)) => return Ok(there),
                Ok(None) => return Err(error),
                Err(other) => return Err(other),
            },
            Ok(sent) => sent,
        };
        read?;
        let etag = sent.and_then(|sent| sent.etag);
        Ok(etag.ok_or_else(|| Error::failed(format!("the answer of S3 has no ETag for {to}")))?)
    }

    /// The ETag of an object of this name that holds the same; none where there is none, or it may not be looked at.
    pub async fn there(&self, client: &Client, to: &Location) -> Result<Option<String>> {
        let found = client.head_object().bucket(&to.bucket).key(&to.key).send().await;
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                return match error.raw_response().map(|raw| raw.status().as_u16()) {
                    Some(403 | 404) => Ok(None),
                    _ => Err(aws::failure(&error, format!("cannot look at {to}")).into()),
                };
            }
        };
        let HeadObjectOutput { e_tag, content_length, .. } = found;
        let etag = e_tag.unwrap_or_default().trim_matches('"').to_owned();
        if etag == self.etag && content_length.and_then(|size| u64::try_from(size).ok()) == Some(self.size) {
            return Ok(Some(etag));
        }
        Err(Error::new(Kind::Conflict, format!("there is another object at {to}, and it is left as it is"))
            .hint(format!(
                "name a folder, as s3://{}/manifests/: lists are named after what is in them there",
                to.bucket
            ))
            .into())
    }
}

/// What S3 gives as the ETag of bytes that are sent as [`part_size`] cuts them.
#[derive(Default)]
struct Etag {
    part: Md5,
    filled: usize,
    parts: Vec<[u8; 16]>,
}

impl Etag {
    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = part_size(self.parts.len()).saturating_sub(self.filled);
            let (now, rest) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.part.update(now);
            self.filled += now.len();
            bytes = rest;
            if self.filled >= part_size(self.parts.len()) {
                self.cut();
            }
        }
    }

    fn cut(&mut self) {
        self.parts.push(self.part.finalize_reset().into());
        self.filled = 0;
    }

    fn finish(mut self) -> String {
        if self.parts.is_empty() {
            return hex(&self.part.finalize());
        }
        if self.filled > 0 {
            self.cut();
        }
        let all: Vec<u8> = self.parts.concat();
        format!("{}-{}", hex(&Md5::digest(all)), self.parts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn etag(chunks: impl IntoIterator<Item = Vec<u8>>) -> String {
        let mut etag = Etag::default();
        chunks.into_iter().for_each(|chunk| etag.update(&chunk));
        etag.finish()
    }

    #[test]
    fn a_short_manifest_has_the_md5_of_its_bytes() {
        assert_eq!(etag([]), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(etag([b"ab".to_vec(), b"c".to_vec()]), "900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    fn a_long_one_has_that_of_its_parts() {
        let (part, rest) = (vec![b'x'; part_size(0)], vec![b'y'; 5]);
        let of = |parts: &[&[u8]]| {
            let sums: Vec<u8> = parts.iter().flat_map(|part| Md5::digest(part).to_vec()).collect();
            format!("{}-{}", hex(&Md5::digest(sums)), parts.len())
        };
        assert_eq!(etag([part.clone()]), of(&[&part]));
        let all = [part.as_slice(), part.as_slice(), rest.as_slice()].concat();
        let expected = of(&[&part, &part, &rest]);
        assert_eq!(etag([all.clone()]), expected);
        assert_eq!(etag(all.chunks(70_001).map(<[u8]>::to_vec)), expected);
    }
}
