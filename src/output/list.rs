//! Lists, written as they arrive where the format allows it: ndjson, csv and text hold nothing, unless sorting asks for
//! the last item before the first is known. The other formats hold the items, and nothing besides.

use std::ops::ControlFlow;

use serde::Serialize;
use serde_json::Value;

use super::cell::Column;
use super::columns::{self, Sort};
use super::delimited;
use super::failure::Failure;
use super::gathering::Rows;
use super::json::{self, Envelope};
use super::settings::{Format, OutputSettings};
use super::sink::write_error;
use super::stdout::{Output, to_value};
use super::table::{Grid, Head, Piece};
use crate::error::Result;

/// A list being written. [`ListWriter::finish`] must be called for the rest to appear.
#[must_use = "a list appears when it is finished"]
pub struct ListWriter<'a, T> {
    output: &'a Output,
    kind: &'a str,
    columns: Vec<&'a Column<T>>,
    sort: Option<Sort<'a, T>>,
    held: Vec<T>,
    errors: Vec<Failure>,
    taken: usize,
    header_due: bool,
    /// Where the list is a part of a larger one.
    rows: Option<Rows<'a, T>>,
}

impl<'a, T: Serialize> ListWriter<'a, T> {
    pub(super) fn new(output: &'a Output, kind: &'a str, known: &'a [Column<T>]) -> Result<Self> {
        let settings = output.settings();
        if settings.query.is_some() {
            output.refuse_columns_with_query()?;
        }
        let rows = output.part().map(|part| Rows::list(output, part, kind, known)).transpose()?;
        // Columns and order are then those of the whole.
        let (wanted, sort) = match rows {
            Some(_) => (None, None),
            None => (settings.columns.as_deref(), settings.sort.as_deref()),
        };
        Ok(ListWriter {
            output,
            kind,
            columns: columns::select(known, wanted)?,
            sort: sort.map(|sort| Sort::new(known, sort)).transpose()?,
            held: Vec::new(),
            errors: Vec::new(),
            taken: 0,
            header_due: settings.format == Format::Csv && !settings.no_header,
            rows,
        })
    }

    /// One item, shown at once where the format allows it. `Break`: no more is wanted, because the limit is reached
    /// or stdout was closed.
    pub fn push(&mut self, item: T) -> Result<ControlFlow<()>> {
        self.extend([item])
    }

    /// A page of items, shown at once where the format allows it.
    pub fn extend(&mut self, page: impl IntoIterator<Item = T>) -> Result<ControlFlow<()>> {
        for item in page {
            if self.wanted().is_break() {
                break;
            }
            self.taken += 1;
            if let Some(rows) = &self.rows {
                rows.add(&item, self.streams())?;
            } else if self.streams() {
                self.write(&item)?;
            } else {
                self.held.push(item);
            }
        }
        if self.streams() {
            self.output.sink().finish()?;
        }
        Ok(self.wanted())
    }

    /// A target that is missing from the list.
    pub fn failed(&mut self, failure: Failure) {
        self.errors.push(failure);
    }

    /// Writes what is held and ends the document.
    pub fn finish(mut self) -> Result<()> {
        if let Some(rows) = &self.rows {
            self.errors.drain(..).for_each(|failure| rows.failed(failure));
            return Ok(());
        }
        let settings = self.output.settings();
        let mut items = std::mem::take(&mut self.held);
        if let Some(sort) = &self.sort {
            items = sort.apply(items);
            items.truncate(settings.limit.unwrap_or(usize::MAX));
        }
        match (&settings.query, settings.format) {
            (None, Format::Csv | Format::Text) | (_, Format::Ndjson) => {
                self.write_header()?;
                items.iter().try_for_each(|item| self.write(item))?;
                self.output.sink().finish()
            }
            (Some(query), _) => {
                let document = to_value(&Envelope::list(self.kind, &items, &self.errors))?;
                drop(items);
                self.output.selected(&query.apply(&document)?)
            }
            (None, Format::Json | Format::Yaml) => {
                self.output.structured(&Envelope::list(self.kind, &items, &self.errors))
            }
            (None, Format::Table) => {
                let grid = self.grid(&items);
                drop(items);
                self.output.table(grid, &self.columns.iter().map(|column| column.name).collect::<Vec<_>>())
            }
        }
    }

    /// Each item is written when it comes. A query sees the whole document, except in ndjson.
    pub fn streams(&self) -> bool {
        let settings = self.output.settings();
        settings.sort.is_none()
            && settings.format.streams()
            && (settings.query.is_none() || settings.format == Format::Ndjson)
    }

    fn wanted(&self) -> ControlFlow<()> {
        let OutputSettings { sort, limit, .. } = self.output.settings();
        let full = sort.is_none() && limit.is_some_and(|limit| self.taken >= limit);
        if full {
            return ControlFlow::Break(());
        }
        match &self.rows {
            Some(rows) if self.streams() && rows.wanted().is_break() => ControlFlow::Break(()),
            _ => self.output.sink().flow(),
        }
    }

    /// One item as a line of its own.
    fn write(&mut self, item: &T) -> Result<()> {
        self.write_header()?;
        let records = self.output.records();
        let values = self.columns.iter().map(|column| (column.value)(item).show(records).into_owned());
        let terminal = self.output.settings().stdout.terminal;
        let mut line = Vec::new();
        match self.output.settings().format {
            Format::Csv => delimited::write_csv(&mut line, values, terminal).map_err(write_error)?,
            Format::Text => delimited::write_text(&mut line, values).map_err(write_error)?,
            _ => self.write_json(&mut line, item)?,
        }
        self.output.sink().put(&line)
    }

    fn write_json(&self, line: &mut Vec<u8>, item: &T) -> Result<()> {
        let settings = self.output.settings();
        let terminal = settings.stdout.terminal;
        let written = match &settings.query {
            None => json::write_line(line, item, terminal),
            Some(query) => match query.apply(&to_value(item)?)? {
                Value::Null => Ok(()),
                selected => json::write_line(line, &selected, terminal),
            },
        };
        Ok(written.map_err(write_error)?)
    }

    fn write_header(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.header_due) {
            return Ok(());
        }
        let mut line = Vec::new();
        let terminal = self.output.settings().stdout.terminal;
        delimited::write_csv(&mut line, self.columns.iter().map(|column| column.name), terminal)
            .map_err(write_error)?;
        self.output.sink().put(&line)
    }

    fn grid(&self, items: &[T]) -> Grid {
        let times = self.output.times();
        let row = |item| self.columns.iter().map(|column| Piece::new(&(column.value)(item), times)).collect();
        Grid {
            heads: self.columns.iter().map(|column| Head::new(column.header, column.cut)).collect(),
            rows: items.iter().map(row).collect(),
        }
    }
}
