//! The rows of one data file, once it is no longer compressed.

use std::io::Read;
use std::str;

use jiff::Timestamp;

use super::Schema;
use crate::manifest::csv::{Csv, Row};
use crate::manifest::error::{LineFault, ListError};
use crate::manifest::key;
use crate::manifest::record::ObjectRecord;

/// Lends a record at a time. A version that is left empty is `null`, as Batch Operations wants it; delete markers are
/// marked, not left out. A line at fault is an error, after which the next line can be read.
#[derive(Debug)]
pub struct InventoryReader<R> {
    csv: Csv<R>,
    schema: Schema,
    key: Vec<u8>,
    /// What a version is that is left empty.
    empty_version: &'static str,
}

impl<R: Read> InventoryReader<R> {
    pub fn new(input: R, schema: Schema) -> Self {
        InventoryReader { csv: Csv::new(input), schema, key: Vec::new(), empty_version: "null" }
    }

    /// As Batch Operations itself reads: a version that is left empty is empty, and its task fails.
    #[must_use]
    pub fn keeping_empty_versions(self) -> Self {
        InventoryReader { empty_version: "", ..self }
    }

    /// Of the record that was read last, counted from 1.
    pub fn line(&self) -> u64 {
        self.csv.row().line
    }

    /// The next object; none at the end.
    pub fn read(&mut self) -> Result<Option<ObjectRecord<'_>>, ListError> {
        if !self.csv.advance()? {
            return Ok(None);
        }
        let row = self.csv.row();
        let at_fault = |fault| ListError::Line { line: row.line, fault };
        record(row, &self.schema, self.empty_version, &mut self.key).map(Some).map_err(at_fault)
    }
}

fn record<'a>(
    row: Row<'a>,
    schema: &Schema,
    empty_version: &'static str,
    buffer: &'a mut Vec<u8>,
) -> Result<ObjectRecord<'a>, LineFault> {
    if row.len() != schema.columns {
        return Err(LineFault::Columns { found: row.len(), expected: schema.columns });
    }
    let field = |name, place: Option<usize>| {
        let Some(bytes) = place.and_then(|place| row.field(place)) else { return Ok(None) };
        str::from_utf8(bytes).map(Some).map_err(|_| LineFault::NotUtf8(name))
    };
    // Delete markers have neither size nor ETag nor storage class.
    let filled = |name, place| field(name, place).map(|text| text.filter(|text| !text.is_empty()));
    let bucket = filled("bucket", Some(schema.bucket))?.ok_or(LineFault::NoBucket)?;
    let version_id =
        field("version", schema.version)?.map(|id| if id.is_empty() { empty_version } else { id });
    let key = key::decode(row.field(schema.key).unwrap_or_default(), buffer)?;
    Ok(ObjectRecord {
        bucket,
        key,
        version_id,
        is_latest: filled("IsLatest", schema.is_latest)?.map(|text| boolean("IsLatest", text)).transpose()?,
        is_delete_marker: match filled("IsDeleteMarker", schema.is_delete_marker)? {
            Some(text) => boolean("IsDeleteMarker", text)?,
            None => false,
        },
        size: filled("Size", schema.size)?.map(size).transpose()?,
        last_modified: filled("LastModifiedDate", schema.last_modified)?.map(milliseconds).transpose()?,
        etag: filled("ETag", schema.etag)?,
        storage_class: filled("StorageClass", schema.storage_class)?,
    })
}

fn value(column: &'static str, text: &str, expected: &'static str) -> LineFault {
    LineFault::Value { column, text: text.chars().take(100).collect(), expected }
}

fn boolean(column: &'static str, text: &str) -> Result<bool, LineFault> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(value(column, text, "true or false")),
    }
}

fn size(text: &str) -> Result<u64, LineFault> {
    text.parse().map_err(|_| value("Size", text, "a number of bytes"))
}

fn milliseconds(text: &str) -> Result<i64, LineFault> {
    let time: Timestamp =
        text.parse().map_err(|_| value("LastModifiedDate", text, "a time as in RFC 3339"))?;
    Ok(time.as_millisecond())
}
