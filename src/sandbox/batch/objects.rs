//! The few ways in which jobs touch the store besides their operations: lists that are read, reports and generated
//! manifests that are written, and refusals in the words of a task.

use super::task::{Fault, Task};
use crate::sandbox::account::Account;
use crate::sandbox::s3::store::content::{Content, Reader, Writer};
use crate::sandbox::s3::store::version::{Data, Kms, Version};
use crate::sandbox::s3::store::{Draft, Store, Target, checksum, errors};
use crate::sandbox::services::ServiceError;
use std::io::{self, Read, Write};
use std::sync::Arc;

pub fn store(account: &Account) -> &Store {
    &account.s3.store
}

pub fn target(task: &Task) -> Target<'_> {
    Target { bucket: &task.bucket, key: &task.key, version: task.version_id.as_deref() }
}

impl From<ServiceError> for Fault {
    fn from(error: ServiceError) -> Self {
        Fault { status: error.status, code: error.code, message: error.message.into() }
    }
}

/// The object whose bytes are to be read.
pub fn find(account: &Account, bucket: &str, key: &str, version: Option<&str>) -> Result<Data, Fault> {
    let (version, _) = store(account).open_object(&Target { bucket, key, version }, 0, 0)?;
    Ok(version.data().cloned().ok_or_else(errors::no_such_key)?)
}

/// None: there is no such bucket.
pub fn region(account: &Account, bucket: &str) -> Option<String> {
    store(account).settings(bucket).ok().map(|settings| settings.region)
}

/// Makes an object of what was written.
pub fn put(account: &Account, bucket: &str, key: &str, sink: Sink) -> Result<Arc<Version>, Fault> {
    put_encrypted(account, bucket, key, sink, None)
}

/// The same with a key of KMS.
pub fn put_encrypted(
    account: &Account,
    bucket: &str,
    key: &str,
    sink: Sink,
    kms: Option<Kms>,
) -> Result<Arc<Version>, Fault> {
    let mut draft = Draft::new(sink.0.finish());
    draft.attributes.encryption = kms;
    Ok(store(account).put(bucket, key, draft)?)
}

/// The bytes of a content as a stream.
pub struct ContentRead {
    reader: Reader,
    chunk: Vec<u8>,
    at: usize,
}

impl ContentRead {
    pub fn new(content: &Content) -> io::Result<Self> {
        Ok(ContentRead { reader: content.reader(0, u64::MAX)?, chunk: Vec::new(), at: 0 })
    }
}

impl Read for ContentRead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.chunk.len() {
            let Some(chunk) = self.reader.next_chunk()? else { return Ok(0) };
            (self.chunk, self.at) = (chunk, 0);
        }
        let rest = self.chunk.get(self.at..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}

/// Bytes on their way into the store.
pub struct Sink(Writer);

impl Sink {
    pub fn new(account: &Account) -> Self {
        Sink(store(account).writer(checksum::Algorithm::Crc64Nvme))
    }

    /// The bytes alone, for what is to be no object.
    pub fn into_content(self) -> Content {
        self.0.finish().content
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One with these bytes.
pub fn sink(account: &Account, bytes: &[u8]) -> io::Result<Sink> {
    let mut sink = Sink::new(account);
    sink.write_all(bytes)?;
    Ok(sink)
}
