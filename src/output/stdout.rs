//! [`Output`]: the owner of stdout. It holds what the user asked for and turns answers into the asked format.

use std::io::Write;
use std::sync::Arc;

use serde::Serialize;

use super::cell::{Cell, Column};
use super::columns;
use super::delimited;
use super::failure::Failure;
use super::json::{self, Envelope};
use super::list::ListWriter;
use super::selected;
use super::settings::{Format, OutputSettings};
use super::sink::{RawOutput, Sink, write_error};
use super::table::{self, Piece};
use super::time::TimeForm;
use super::yaml;
use crate::error::{Error, Result};

/// Writes answers to stdout. Clones share the stream.
#[derive(Clone)]
pub struct Output {
    settings: Arc<OutputSettings>,
    sink: Sink,
}

impl Output {
    /// The real stdout.
    pub fn stdout(settings: OutputSettings) -> Self {
        Output::to(std::io::stdout(), settings)
    }

    /// Any other writer.
    pub fn to(writer: impl Write + Send + 'static, settings: OutputSettings) -> Self {
        Output { settings: Arc::new(settings), sink: Sink::new(writer) }
    }

    pub fn settings(&self) -> &OutputSettings {
        &self.settings
    }

    /// A whole list.
    pub fn list<T: Serialize>(&self, kind: &str, columns: &[Column<T>], items: Vec<T>) -> Result<()> {
        self.list_with_errors(kind, columns, items, Vec::new())
    }

    /// A whole list of which some targets are missing; they are in `errors` of the documents.
    pub fn list_with_errors<T: Serialize>(
        &self,
        kind: &str,
        columns: &[Column<T>],
        items: Vec<T>,
        errors: Vec<Failure>,
    ) -> Result<()> {
        let mut list = self.stream(kind, columns)?;
        // Whether more is wanted is no question: there is no more.
        let _ = list.extend(items)?;
        for error in errors {
            list.failed(error);
        }
        list.finish()
    }

    /// A list that arrives piece by piece. Call this before asking AWS for anything: it refuses unknown columns.
    pub fn stream<'a, T: Serialize>(
        &'a self,
        kind: &'a str,
        columns: &'a [Column<T>],
    ) -> Result<ListWriter<'a, T>> {
        ListWriter::new(self, kind, columns)
    }

    /// One thing: `Header: value` lines in a table, one record otherwise.
    pub fn item<T: Serialize>(&self, kind: &str, details: &[Column<T>], item: &T) -> Result<()> {
        let settings = self.settings();
        let columns = columns::select(details, settings.columns.as_deref())?;
        if let Some(query) = &settings.query {
            self.refuse_columns_with_query()?;
            let document = match settings.format {
                Format::Ndjson => to_value(item)?,
                _ => to_value(&Envelope::item(kind, item))?,
            };
            return self.selected(&query.apply(&document)?);
        }
        let cells = columns.iter().map(|column| (column.value)(item));
        match settings.format {
            Format::Table => {
                let piece =
                    |(column, cell): (&&Column<T>, Cell)| (column.header, Piece::new(&cell, self.times()));
                let details: Vec<(&str, Piece)> = columns.iter().zip(cells).map(piece).collect();
                self.document(|into| table::write_details(into, &details, settings.stdout.color))
            }
            Format::Csv => self.document(|mut into| {
                if !settings.no_header {
                    delimited::write_csv(&mut into, columns.iter().map(|column| column.name))?;
                }
                delimited::write_csv(into, cells.map(|cell| cell.show(self.records()).into_owned()))
            }),
            Format::Text => self.document(|into| {
                delimited::write_text(into, cells.map(|cell| cell.show(self.records()).into_owned()))
            }),
            Format::Ndjson => self.structured(item),
            Format::Json | Format::Yaml => self.structured(&Envelope::item(kind, item)),
        }
    }

    /// A document that is no data (a completion script, a man page, a help topic), as it is.
    pub fn text(&self, text: &str) -> Result<()> {
        self.sink.put(text.as_bytes())?;
        self.sink.finish()
    }

    /// A help, with its colours where they are wanted.
    pub fn styled(&self, text: &clap::builder::StyledStr) -> Result<()> {
        match self.settings.stdout.color {
            true => self.text(&text.ansi().to_string()),
            false => self.text(&text.to_string()),
        }
    }

    /// For the bytes of a session.
    pub fn raw(&self) -> RawOutput {
        RawOutput::new(self.sink.clone())
    }

    /// Nobody reads stdout any more; nothing need be fetched only to be shown.
    pub fn closed(&self) -> bool {
        self.sink.closed()
    }

    pub(super) fn sink(&self) -> &Sink {
        &self.sink
    }

    /// Times in tables: relative for somebody who looks at a terminal.
    pub(super) fn times(&self) -> TimeForm<'_> {
        if self.settings.stdout.terminal { TimeForm::Since(self.settings.now) } else { self.records() }
    }

    /// Times in records, which programs read.
    pub(super) fn records(&self) -> TimeForm<'_> {
        TimeForm::Absolute(&self.settings.zone)
    }

    /// A value as JSON or YAML, without asking whether another format was wanted.
    pub(super) fn structured(&self, value: &impl Serialize) -> Result<()> {
        let terminal = self.settings.stdout.terminal;
        self.document(|into| match self.settings.format {
            Format::Yaml => yaml::write_document(into, value),
            Format::Ndjson => json::write_line(into, value, terminal),
            _ => json::write_document(into, value, terminal),
        })
    }

    /// What a query selected, in any format.
    pub(super) fn selected(&self, value: &serde_json::Value) -> Result<()> {
        match self.settings.format {
            Format::Ndjson if value.is_null() => Ok(()),
            Format::Json | Format::Ndjson | Format::Yaml => self.structured(value),
            Format::Table | Format::Csv | Format::Text => {
                self.document(|into| selected::write(into, value, &self.settings))
            }
        }
    }

    pub(super) fn document(&self, write: impl FnOnce(Sink) -> std::io::Result<()>) -> Result<()> {
        write(self.sink.clone()).map_err(write_error)?;
        self.sink.finish()
    }

    pub(super) fn refuse_columns_with_query(&self) -> Result<()> {
        match self.settings.columns {
            Some(_) => {
                Err(Error::usage("--columns cannot be used with --query, which names the columns itself")
                    .into())
            }
            None => Ok(()),
        }
    }
}

/// A model as the document a query sees.
pub(super) fn to_value(value: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value).map_err(|error| write_error(error.into()).into())
}
