//! One file or object as a blocking reader. An object of S3 is fetched by a task beside it, a few chunks ahead and no
//! more; where the connection breaks off, the rest of the same object is asked for.

use std::fs::{self, File};
use std::io::{self, Read};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use bytes::Bytes;
use opsctl_engine::manifest::Location;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::Place;
use crate::aws::{self, AwsFailure};
use crate::commands::s3::bucket;
use crate::context::Context;
use crate::error::{Error, Kind, Result};

/// Chunks between the network and the reader; the SDK gives them in about 16 KiB.
const CHUNKS: usize = 32;
/// Connections that broke off one after the other without a byte.
const PATIENCE: u32 = 4;

/// What can be read, once, in a thread that may block.
#[derive(Debug, Clone)]
pub struct Object {
    pub place: Place,
    /// Of an object in S3 that is not read as it is now.
    version: Option<String>,
    /// For an object in S3.
    remote: Option<(Client, Handle)>,
}

impl Object {
    /// Signs in where the object is in S3; opens nothing yet.
    pub async fn new(place: Place, ctx: &Context) -> Result<Self> {
        let remote = match place {
            Place::Object(_) => Some((ctx.aws().await?.s3(), Handle::current())),
            Place::Stdin | Place::File(_) => None,
        };
        Ok(Object { place, version: None, remote })
    }

    /// That a file is there at all: one that is opened late is missed early.
    pub fn look(&self) -> Result<()> {
        let Place::File(path) = &self.place else { return Ok(()) };
        fs::metadata(path).map(drop).map_err(|error| unreadable(&self.place, error).into())
    }

    /// Another place, reached the same way.
    pub fn at(&self, place: Place) -> Self {
        Object { place, version: None, remote: self.remote.clone() }
    }

    /// This version of it; none is the newest.
    #[must_use]
    pub fn version(self, version: Option<String>) -> Self {
        Object { version, ..self }
    }

    /// Whom to ask, for an object in S3.
    pub fn client(&self) -> Option<&Client> {
        self.remote.as_ref().map(|(client, _)| client)
    }

    /// Opens it. Blocks, and what it gives blocks.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        match (&self.place, &self.remote) {
            (Place::Object(location), Some((client, handle))) => {
                let (sender, receiver) = mpsc::channel(CHUNKS);
                handle.spawn(pump(client.clone(), location.clone(), self.version.clone(), sender));
                Ok(Box::new(Fetched { receiver, chunk: Bytes::new() }))
            }
            (Place::File(path), _) => {
                let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
                    true => Err(io::Error::from(io::ErrorKind::IsADirectory)),
                    false => Ok(file),
                });
                Ok(Box::new(opened.map_err(|error| unreadable(&self.place, error))?))
            }
            (Place::Stdin, _) => Ok(Box::new(io::stdin())),
            (Place::Object(location), None) => {
                Err(Error::failed(format!("cannot read {location}: not signed in")).into())
            }
        }
    }
}

fn unreadable(place: &Place, error: io::Error) -> Error {
    let message = format!("cannot read {place}");
    match error.kind() {
        io::ErrorKind::NotFound => Error::not_found(message).because(error),
        _ => Error::failed(message).because(error),
    }
}

/// The receiving end. A failure of S3 is an [`Error`] inside the `io::Error`.
struct Fetched {
    receiver: mpsc::Receiver<Result<Bytes, Error>>,
    chunk: Bytes,
}

impl Read for Fetched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.receiver.blocking_recv() {
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(error)) => return Err(io::Error::other(error)),
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.chunk.len());
        let taken = self.chunk.split_to(count);
        buffer.get_mut(..count).unwrap_or_default().copy_from_slice(&taken);
        Ok(count)
    }
}

/// Why an object cannot be read, with the command that restores an archived one.
pub fn cannot_read<E>(error: &AwsFailure<E>, location: &Location) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let failure = aws::failure(error, format!("cannot read {location}"));
    if error.code() != Some("InvalidObjectState") {
        return failure;
    }
    let Location { bucket, key } = location;
    let key = shlex::try_quote(key).unwrap_or_default();
    failure
        .hint("it is in an archive class: restore it first, and wait until it is there")
        .hint(format!("aws s3api restore-object --bucket {bucket} --key {key} --restore-request Days=1"))
}

/// Fetches until the end, a failure, or a reader that is gone.
async fn pump(
    client: Client,
    location: Location,
    version: Option<String>,
    sender: mpsc::Sender<Result<Bytes, Error>>,
) {
    if let Err(error) = fetch(&client, &location, version, &sender).await {
        // A reader that is gone has no use for it.
        let _ = sender.send(Err(error)).await;
    }
}

async fn fetch(
    client: &Client,
    location: &Location,
    version: Option<String>,
    sender: &mpsc::Sender<Result<Bytes, Error>>,
) -> Result<(), Error> {
    let (mut done, mut etag, mut broken) = (0_u64, None, 0);
    let (mut client, mut moved) = (client.clone(), false);
    loop {
        let request = client
            .get_object()
            .bucket(&location.bucket)
            .key(&location.key)
            .set_version_id(version.clone())
            .set_range((done > 0).then(|| format!("bytes={done}-")))
            .set_if_match(etag.clone());
        let mut object = match request.send().await {
            Ok(object) => object,
            Err(error) => match bucket::moved_to(&client, &error).filter(|_| !moved) {
                Some(region) => {
                    (client, moved) = (bucket::in_region(&client, region), true);
                    continue;
                }
                None => return Err(cannot_read(&error, location)),
            },
        };
        etag = etag.or_else(|| object.e_tag.take());
        let before = done;
        let failure = loop {
            match object.body.try_next().await {
                Ok(Some(chunk)) => {
                    done += chunk.len() as u64;
                    if sender.send(Ok(chunk)).await.is_err() {
                        return Ok(());
                    }
                }
                Ok(None) => return Ok(()),
                Err(error) => break error,
            }
        };
        broken = if done > before { 0 } else { broken + 1 };
        // Without an ETag, what follows might be of another object.
        if broken >= PATIENCE || etag.is_none() {
            let message = format!("cannot read {location} further than byte {done}");
            return Err(Error::new(Kind::Temporary, message).because(failure));
        }
    }
}
