//! One file of a list and the records in it, whatever its format.

use std::io::Read;
use std::ops::ControlFlow;

use opsctl_engine::manifest::report::{ReportReader, TaskResult, TaskStatus};
use opsctl_engine::manifest::{
    Columns, InventoryReader, LineFault, ListError, ManifestReader, ObjectRecord, Plain, Schema, Verified,
};

use super::fetch;
use super::{Object, Place, Unread};
use crate::error::{Error, Result};

/// A file that is opened when its turn comes.
#[derive(Debug, Clone)]
pub struct Part {
    object: Object,
    format: Format,
    /// That its bytes must have, in hexadecimal.
    md5: Option<String>,
}

#[derive(Debug, Clone)]
enum Format {
    /// Its columns, where they are known.
    Manifest(Option<Columns>),
    Inventory(Schema),
    Report,
}

type Input = Plain<Box<dyn Read + Send>>;

/// A part that is open.
pub enum Reader {
    Manifest(ManifestReader<Input>),
    Inventory(InventoryReader<Input>),
    Report(ReportReader<Input>),
}

/// A record, and how the task for it ended where the list is a report.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub record: ObjectRecord<'a>,
    pub status: Option<TaskStatus>,
    pub error_code: Option<&'a str>,
}

impl Part {
    pub(super) fn manifest(object: Object) -> Self {
        Part { object, format: Format::Manifest(None), md5: None }
    }

    /// A manifest whose columns need no guess.
    pub fn manifest_with(object: Object, columns: Columns) -> Self {
        Part { object, format: Format::Manifest(Some(columns)), md5: None }
    }

    pub(super) fn inventory(object: Object, schema: Schema, md5: String) -> Self {
        Part { object, format: Format::Inventory(schema), md5: Some(md5) }
    }

    pub(super) fn report(object: Object, md5: Option<String>) -> Self {
        Part { object, format: Format::Report, md5 }
    }

    pub fn place(&self) -> &Place {
        &self.object.place
    }

    /// Opens it. Blocks, and what it gives blocks.
    pub fn open(&self) -> Result<Reader> {
        let input = self.open_plain()?;
        Ok(match &self.format {
            Format::Manifest(None) => Reader::Manifest(ManifestReader::guessing(input)),
            Format::Manifest(Some(columns)) => Reader::Manifest(ManifestReader::new(input, columns.clone())),
            Format::Inventory(schema) => Reader::Inventory(InventoryReader::new(input, schema.clone())),
            Format::Report => Reader::Report(ReportReader::new(input)),
        })
    }

    /// Its text, no longer compressed, and with a failure at its end when its MD5 is another than it should be.
    pub fn open_plain(&self) -> Result<Input> {
        let input = self.object.open()?;
        let input = match &self.md5 {
            Some(md5) => Box::new(Verified::new(input, md5)),
            None => input,
        };
        Plain::new(input).map_err(|error| fetch::not_read(error, self.place()))
    }

    /// What stopped the reading of it, with its place.
    pub fn not_read(&self, error: ListError) -> anyhow::Error {
        let place = self.place();
        let (line, fault) = match error {
            ListError::Io(error) => return fetch::not_read(error, place),
            ListError::Line { line, fault } => (line, fault),
        };
        let error = Error::failed(format!("cannot read {place}: line {line}: {fault}"));
        match self.format {
            Format::Manifest(_) => {
                error.hint(format!("opsctl s3 manifest check {place} names every fault of a manifest"))
            }
            Format::Inventory(_) | Format::Report => error,
        }
        .into()
    }

    /// Gives every record to `take` until it breaks. Blocks.
    pub fn for_each(
        &self,
        take: impl FnMut(Found<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        self.read(take, |line, fault| Err(self.not_read(ListError::Line { line, fault })))
    }

    /// The same for what can be read; a line that cannot is counted. Blocks.
    pub fn for_each_readable(
        &self,
        unread: &mut Unread,
        take: impl FnMut(Found<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        self.read(take, |line, fault| {
            unread.add(self.place(), line, &fault);
            Ok(())
        })
    }

    fn read(
        &self,
        mut take: impl FnMut(Found<'_>) -> Result<ControlFlow<()>>,
        mut at_fault: impl FnMut(u64, LineFault) -> Result<()>,
    ) -> Result<ControlFlow<()>> {
        let mut reader = self.open()?;
        loop {
            match reader.read() {
                Ok(Some(found)) => {
                    if take(found)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Ok(None) => return Ok(ControlFlow::Continue(())),
                Err(ListError::Line { line, fault }) => at_fault(line, fault)?,
                Err(error) => return Err(self.not_read(error)),
            }
        }
    }
}

impl Reader {
    /// The next record; none at the end.
    pub fn read(&mut self) -> Result<Option<Found<'_>>, ListError> {
        let (record, status, error_code) = match self {
            Reader::Manifest(reader) => (reader.read()?, None, None),
            Reader::Inventory(reader) => (reader.read()?, None, None),
            Reader::Report(reader) => match reader.read()? {
                Some(TaskResult { bucket, key, version_id, status, error_code, .. }) => {
                    let record = ObjectRecord { bucket, key, version_id, ..ObjectRecord::default() };
                    (Some(record), Some(status), error_code)
                }
                None => (None, None, None),
            },
        };
        Ok(record.map(|record| Found { record, status, error_code }))
    }
}
