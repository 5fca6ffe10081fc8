//! Writes a manifest as Batch Operations wants it: no header, encoded keys, lines that end in LF, and a version in every
//! row or in none.

use std::io::{self, Write};

use thiserror::Error;

use super::{csv, key, record::ObjectRecord};

const CHUNK: usize = 64 * 1024;

/// Gives whole chunks to what it writes to; `finish` gives the rest.
#[derive(Debug)]
pub struct ManifestWriter<W> {
    out: W,
    buffer: Vec<u8>,
    with_versions: bool,
    with_sizes: bool,
    /// The bucket of the last row, and how it is written: most manifests have but one.
    bucket: String,
    lead: Vec<u8>,
    rows: u64,
    bytes: u64,
}

#[derive(Debug, Error)]
pub enum WriteError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("s3://{bucket}/{key} comes from a list without versions, and every row of this manifest has one")]
    NoVersion { bucket: String, key: String },
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub rows: u64,
    pub bytes: u64,
}

impl<W: Write> ManifestWriter<W> {
    pub fn new(out: W, with_versions: bool) -> Self {
        ManifestWriter {
            out,
            buffer: Vec::with_capacity(CHUNK + 8 * key::MAX_KEY),
            with_versions,
            with_sizes: false,
            bucket: String::new(),
            lead: Vec::new(),
            rows: 0,
            bytes: 0,
        }
    }

    /// With two more columns, the size and the storage class, each empty where it is not known: no manifest of a job, but
    /// what [`Schema::listed`](super::Schema::listed) reads.
    #[must_use]
    pub fn with_sizes(self) -> Self {
        ManifestWriter { with_sizes: true, ..self }
    }

    /// A version that the record has is left out of a manifest without versions.
    pub fn write(&mut self, record: &ObjectRecord<'_>) -> Result<(), WriteError> {
        let version = match (self.with_versions, record.version_id) {
            (false, _) => None,
            (true, Some(version)) => Some(version),
            (true, None) => {
                let (bucket, key) = (record.bucket.to_owned(), record.key.to_owned());
                return Err(WriteError::NoVersion { bucket, key });
            }
        };
        if self.bucket != record.bucket || self.lead.is_empty() {
            self.bucket.clear();
            self.bucket.push_str(record.bucket);
            self.lead.clear();
            csv::write_field(record.bucket.as_bytes(), &mut self.lead);
            self.lead.push(b',');
        }
        let before = self.buffer.len();
        self.buffer.extend_from_slice(&self.lead);
        key::encode(record.key, &mut self.buffer);
        if let Some(version) = version {
            self.buffer.push(b',');
            csv::write_field(version.as_bytes(), &mut self.buffer);
        }
        if self.with_sizes {
            let size = record.size.map(|size| size.to_string()).unwrap_or_default();
            for field in [size.as_str(), record.storage_class.unwrap_or_default()] {
                self.buffer.push(b',');
                csv::write_field(field.as_bytes(), &mut self.buffer);
            }
        }
        self.buffer.push(b'\n');
        self.rows += 1;
        self.bytes += (self.buffer.len() - before) as u64;
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(())
    }

    /// What was taken so far, whether or not it has left the buffer.
    pub fn written(&self) -> Written {
        Written { rows: self.rows, bytes: self.bytes }
    }

    /// Passes on what is in the buffer, at the end of a row.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Passes on the rest.
    pub fn finish(mut self) -> io::Result<(W, Written)> {
        self.flush()?;
        self.out.flush()?;
        let written = self.written();
        Ok((self.out, written))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::manifest::{Columns, InventoryReader, ManifestReader, Schema};

    fn written(records: &[ObjectRecord<'_>], with_versions: bool) -> String {
        let mut writer = ManifestWriter::new(Vec::new(), with_versions);
        for record in records {
            writer.write(record).unwrap();
        }
        let (out, written) = writer.finish().unwrap();
        assert_eq!((written.rows, written.bytes), (records.len() as u64, out.len() as u64));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_manifest_has_encoded_keys_and_a_version_in_every_row_or_in_none() {
        let first =
            ObjectRecord { bucket: "b-1", key: "a b", version_id: Some("null"), ..Default::default() };
        let second = ObjectRecord { bucket: "b-2", key: "x", ..first };
        assert_eq!(written(&[first, second, first], false), "b-1,a%20b\nb-2,x\nb-1,a%20b\n");
        assert_eq!(written(&[first, second], true), "b-1,a%20b,null\nb-2,x,null\n");
        assert_eq!(written(&[], true), "");
        let without = ObjectRecord { version_id: None, ..first };
        let error = ManifestWriter::new(Vec::new(), true).write(&without).unwrap_err().to_string();
        assert!(error.starts_with("s3://b-1/a b comes from a list without versions"), "{error}");
    }

    #[test]
    fn sizes_and_classes_can_be_read_back() {
        let known = ObjectRecord {
            bucket: "b-1",
            key: "a+b, c",
            version_id: Some("v"),
            size: Some(6 << 30),
            storage_class: Some("GLACIER"),
            ..Default::default()
        };
        let bare = ObjectRecord { size: None, storage_class: None, ..known };
        for with_versions in [true, false] {
            let mut writer = ManifestWriter::new(Vec::new(), with_versions).with_sizes();
            writer.write(&known).unwrap();
            writer.write(&bare).unwrap();
            let (text, _) = writer.finish().unwrap();
            let mut reader = InventoryReader::new(text.as_slice(), Schema::listed(with_versions));
            for record in [known, bare] {
                let version_id = record.version_id.filter(|_| with_versions);
                assert_eq!(reader.read().unwrap(), Some(ObjectRecord { version_id, ..record }));
            }
            assert_eq!(reader.read().unwrap(), None);
        }
    }

    proptest! {
        #[test]
        fn any_key_survives_a_manifest(
            keys in prop::collection::vec("\\PC{1,60}|[\\x00-\\x7f]{1,60}|(\"|,|%|\\+|\r|\n){1,9}", 0..40),
            with_versions: bool,
        ) {
            let record = |key| ObjectRecord { bucket: "b-1", key, version_id: Some("v.1"), ..Default::default() };
            let records: Vec<ObjectRecord<'_>> = keys.iter().map(|key| record(key.as_str())).collect();
            let text = written(&records, with_versions);
            let mut reader = ManifestReader::new(text.as_bytes(), Columns::usual(with_versions));
            for key in &keys {
                let read = reader.read().unwrap().unwrap();
                prop_assert_eq!(read.key, key.as_str());
                prop_assert_eq!(read.version_id, with_versions.then_some("v.1"));
            }
            prop_assert!(reader.read().unwrap().is_none());
        }
    }
}
