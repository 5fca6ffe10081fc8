//! What changed in a store, one line a change, in a private file beside the bytes. A line that is written stays when the
//! sandbox is killed; half a line at the end is one that nobody was told of. Nothing is written before the first change.

use super::bucket::BucketSettings;
use super::fill::Fill;
use super::uploads::{Part, Upload};
use super::version::{Version, VersionId};
use crate::files;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, Serialize, Deserialize)]
pub enum Record<'a> {
    /// A new bucket with what it had from the first, or new settings of one that is there.
    Bucket(Box<BucketRecord<'a>>),
    NoBucket {
        name: Cow<'a, str>,
    },
    /// The newest of its key.
    Put {
        bucket: Cow<'a, str>,
        key: Cow<'a, str>,
        version: Cow<'a, Version>,
    },
    /// One that is there, with other attributes.
    Change {
        bucket: Cow<'a, str>,
        key: Cow<'a, str>,
        version: Cow<'a, Version>,
    },
    Remove {
        bucket: Cow<'a, str>,
        key: Cow<'a, str>,
        id: VersionId,
    },
    Upload(Box<UploadRecord<'a>>),
    Part {
        bucket: Cow<'a, str>,
        key: Cow<'a, str>,
        id: Cow<'a, str>,
        number: u16,
        part: Cow<'a, Part>,
    },
    NoUpload {
        bucket: Cow<'a, str>,
        key: Cow<'a, str>,
        id: Cow<'a, str>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub struct BucketRecord<'a> {
    pub name: Cow<'a, str>,
    pub created: i64,
    pub settings: Cow<'a, BucketSettings>,
    pub fill: Cow<'a, [Fill]>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct UploadRecord<'a> {
    pub bucket: Cow<'a, str>,
    pub key: Cow<'a, str>,
    pub id: Cow<'a, str>,
    pub upload: Cow<'a, Upload>,
}

impl<'a> Record<'a> {
    pub fn upload(bucket: &'a str, key: &'a str, id: &'a str, upload: &'a Upload) -> Self {
        Record::Upload(Box::new(UploadRecord {
            bucket: Cow::Borrowed(bucket),
            key: Cow::Borrowed(key),
            id: Cow::Borrowed(id),
            upload: Cow::Borrowed(upload),
        }))
    }

    pub fn bucket(name: &'a str, created: i64, settings: &'a BucketSettings, fill: &'a [Fill]) -> Self {
        Record::Bucket(Box::new(BucketRecord {
            name: Cow::Borrowed(name),
            created,
            settings: Cow::Borrowed(settings),
            fill: Cow::Borrowed(fill),
        }))
    }
}

#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Option<File>,
    /// Bytes of whole lines in the file.
    size: u64,
    /// Lines that are written with the first change.
    pending: Vec<u8>,
}

impl Journal {
    /// Reads what is there, line by line. `apply` is given each with its number.
    pub fn open(
        path: &Path,
        mut apply: impl FnMut(u64, Record<'static>) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut journal = Journal { path: path.to_owned(), file: None, size: 0, pending: Vec::new() };
        let mut file = match File::options().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if super::content::is_absent(&error) => return Ok(journal),
            Err(error) => return Err(error),
        };
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let read = reader.read_until(b'\n', &mut line)?;
            if line.last() != Some(&b'\n') {
                break;
            }
            let record = serde_json::from_slice(&line).map_err(|error| {
                io::Error::new(io::ErrorKind::InvalidData, format!("line {number} cannot be read: {error}"))
            })?;
            apply(number, record)?;
            journal.size += read as u64;
        }
        drop(reader);
        file.set_len(journal.size)?;
        file.seek(SeekFrom::Start(journal.size))?;
        journal.file = Some(file);
        Ok(journal)
    }

    /// Whether there was a journal.
    pub fn is_there(&self) -> bool {
        self.file.is_some()
    }

    /// To be written before the next change: it can be made again until then.
    pub fn defer(&mut self, record: &Record<'_>) -> io::Result<()> {
        add(&mut self.pending, record)
    }

    pub fn append(&mut self, record: &Record<'_>) -> io::Result<()> {
        let mut lines = Vec::with_capacity(512);
        add(&mut lines, record)?;
        if !self.pending.is_empty() {
            let mut all = self.pending.clone();
            all.append(&mut lines);
            lines = all;
        }
        if self.file.is_none() {
            if let Some(folder) = self.path.parent() {
                files::make_private_folder(folder)?;
            }
            self.file = Some(files::open_private(&self.path)?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        if let Err(error) = file.write_all(&lines) {
            // Half a line must not come before the next one.
            file.set_len(self.size)?;
            file.seek(SeekFrom::Start(self.size))?;
            return Err(error);
        }
        self.size += lines.len() as u64;
        self.pending = Vec::new();
        Ok(())
    }

    /// Writes the journal anew with these records alone.
    pub fn rewrite(
        &mut self,
        write: impl FnOnce(&mut dyn FnMut(&Record<'_>) -> io::Result<()>) -> io::Result<()>,
    ) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let file = files::open_private(&beside)?;
        file.set_len(0)?;
        let mut writer = io::BufWriter::new(file);
        let mut size = 0;
        let mut line = Vec::new();
        write(&mut |record| {
            line.clear();
            add(&mut line, record)?;
            size += line.len() as u64;
            writer.write_all(&line)
        })?;
        let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        std::fs::rename(&beside, &self.path)?;
        self.file = Some(file);
        self.size = size;
        Ok(())
    }
}

fn add(lines: &mut Vec<u8>, record: &Record<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, record)?;
    lines.push(b'\n');
    Ok(())
}
