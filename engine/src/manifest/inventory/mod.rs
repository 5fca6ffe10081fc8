//! S3 Inventory: the `manifest.json` that names its data files, and the rows of those that are CSV.
//!
//! Source of the rules: the guide of S3 Inventory, version 2016-11-30 of its manifest.

mod reader;

pub use reader::InventoryReader;

use serde::Deserialize;
use thiserror::Error;

/// A `manifest.json` is a list of file names and no more; one that is longer is something else.
pub const MAX_INVENTORY_MANIFEST: u64 = 64 << 20;

/// One inventory, in CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// The bucket that is listed.
    pub source_bucket: String,
    /// The name of the bucket that has the data files.
    pub destination_bucket: String,
    /// When it was begun, in milliseconds since 1970.
    pub created: Option<i64>,
    pub schema: Schema,
    pub files: Vec<DataFile>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Raw, in the destination bucket.
    pub key: String,
    /// In bytes, compressed.
    pub size: u64,
    /// In hexadecimal.
    pub md5: String,
}

/// Where in a row the fields are that a record is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    pub(super) columns: usize,
    pub(super) bucket: usize,
    pub(super) key: usize,
    pub(super) version: Option<usize>,
    pub(super) is_latest: Option<usize>,
    pub(super) is_delete_marker: Option<usize>,
    pub(super) size: Option<usize>,
    pub(super) last_modified: Option<usize>,
    pub(super) etag: Option<usize>,
    pub(super) storage_class: Option<usize>,
}

/// What is wrong with a `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InventoryFault {
    #[error("it is no manifest of an inventory: {0}")]
    NotOne(String),
    #[error("`{0}` is missing")]
    Missing(&'static str),
    #[error("`{member}` is `{text}`, not {expected}")]
    Value { member: String, text: String, expected: &'static str },
    /// The format by name, as the manifest has it, and the bucket that is listed.
    #[error("its data files are {format}, and only CSV can be read")]
    Format { format: String, source_bucket: String },
    #[error("its schema has no column {0}")]
    NoColumn(&'static str),
    #[error("its schema has the column {0} twice")]
    ColumnTwice(&'static str),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    source_bucket: Option<String>,
    destination_bucket: Option<String>,
    version: Option<String>,
    creation_timestamp: Option<String>,
    file_format: Option<String>,
    file_schema: Option<String>,
    files: Option<Vec<WireFile>>,
}

#[derive(Deserialize)]
struct WireFile {
    key: Option<String>,
    size: Option<u64>,
    #[serde(rename = "MD5checksum")]
    md5: Option<String>,
}

impl Inventory {
    /// Reads a `manifest.json`, or says everything that is wrong with it.
    pub fn parse(json: &[u8]) -> Result<Self, Vec<InventoryFault>> {
        let wire: Wire =
            serde_json::from_slice(json).map_err(|error| vec![InventoryFault::NotOne(error.to_string())])?;
        if wire.files.is_none() && wire.file_format.is_none() && wire.file_schema.is_none() {
            let lacking = "it has neither `fileFormat` nor `fileSchema` nor `files`";
            return Err(vec![InventoryFault::NotOne(lacking.to_owned())]);
        }
        let mut faults = Vec::new();
        let version = wire.version.unwrap_or_default();
        if version != "2016-11-30" {
            faults.push(value("version", &version, "2016-11-30"));
        }
        let created = wire.creation_timestamp.and_then(|text| {
            let parsed = text.parse().ok();
            if parsed.is_none() {
                faults.push(value("creationTimestamp", &text, "a number of milliseconds"));
            }
            parsed
        });
        let source_bucket = present("sourceBucket", wire.source_bucket, &mut faults);
        let destination = present("destinationBucket", wire.destination_bucket, &mut faults);
        let format = present("fileFormat", wire.file_format, &mut faults);
        let schema = present("fileSchema", wire.file_schema, &mut faults);
        let mut parsed_schema = Schema::default();
        if format.eq_ignore_ascii_case("CSV") {
            if !schema.is_empty() {
                parsed_schema = Schema::parse(&schema, &mut faults);
            }
        } else if !format.is_empty() {
            faults.push(InventoryFault::Format { format, source_bucket: source_bucket.clone() });
        }
        let mut files = Vec::new();
        match wire.files {
            None => faults.push(InventoryFault::Missing("files")),
            Some(wire) => {
                for (index, file) in wire.into_iter().enumerate() {
                    files.push(data_file(index, file, &mut faults));
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        // The bucket is an ARN; a name is taken too.
        let destination_bucket = destination.rsplit(':').next().unwrap_or_default().to_owned();
        Ok(Inventory { source_bucket, destination_bucket, created, schema: parsed_schema, files })
    }

    /// Of all data files, compressed.
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.size))
    }
}

fn value(member: impl Into<String>, text: &str, expected: &'static str) -> InventoryFault {
    InventoryFault::Value { member: member.into(), text: text.to_owned(), expected }
}

/// A text that is missing is told once, and is empty from then on.
fn present(member: &'static str, text: Option<String>, faults: &mut Vec<InventoryFault>) -> String {
    let text = text.unwrap_or_default();
    if text.is_empty() {
        faults.push(InventoryFault::Missing(member));
    }
    text
}

fn data_file(index: usize, file: WireFile, faults: &mut Vec<InventoryFault>) -> DataFile {
    let WireFile { key, size, md5 } = file;
    let (key, md5) = (key.unwrap_or_default(), md5.unwrap_or_default());
    if key.is_empty() {
        faults.push(value(format!("files[{index}].key"), &key, "the key of a data file"));
    }
    if md5.len() != 32 || !md5.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        faults.push(value(format!("files[{index}].MD5checksum"), &md5, "32 hexadecimal digits"));
    }
    DataFile { key, size: size.unwrap_or_default(), md5 }
}

impl Schema {
    /// Names in the order of the columns, with commas between them.
    fn parse(text: &str, faults: &mut Vec<InventoryFault>) -> Self {
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        let mut place = |wanted: &'static str| {
            let mut places = names.iter().enumerate().filter(|(_, name)| **name == wanted);
            let first = places.next().map(|(place, _)| place);
            if places.next().is_some() {
                faults.push(InventoryFault::ColumnTwice(wanted));
            }
            first
        };
        let (bucket, key) = (place("Bucket"), place("Key"));
        let schema = Schema {
            columns: names.len(),
            bucket: bucket.unwrap_or_default(),
            key: key.unwrap_or_default(),
            version: place("VersionId"),
            is_latest: place("IsLatest"),
            is_delete_marker: place("IsDeleteMarker"),
            size: place("Size"),
            last_modified: place("LastModifiedDate"),
            etag: place("ETag"),
            storage_class: place("StorageClass"),
        };
        for (name, place) in [("Bucket", bucket), ("Key", key)] {
            if place.is_none() {
                faults.push(InventoryFault::NoColumn(name));
            }
        }
        schema
    }

    /// What [`ManifestWriter::with_sizes`](super::ManifestWriter::with_sizes) writes.
    pub fn listed(with_versions: bool) -> Self {
        let after = 2 + usize::from(with_versions);
        Schema {
            columns: after + 2,
            bucket: 0,
            key: 1,
            version: with_versions.then_some(2),
            size: Some(after),
            storage_class: Some(after + 1),
            ..Schema::default()
        }
    }

    pub fn has_versions(&self) -> bool {
        self.version.is_some()
    }
}

#[cfg(test)]
mod tests;
