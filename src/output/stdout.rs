//! [`Output`]: the owner of stdout. It holds what the user asked for and turns answers into the asked format.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use opsctl_engine::asl::graph::Line;
use serde::Serialize;

use super::cell::Column;
use super::chart::{self, Chart, Frame};
use super::details::Details;
use super::drawing;
use super::escape::escape_lines;
use super::failure::Failure;
use super::gathering::Part;
use super::json;
use super::list::ListWriter;
use super::pager;
use super::reporter::Reporter;
use super::selected;
use super::settings::{Format, OutputSettings};
use super::sink::{RawOutput, Sink, write_error};
use super::table::Grid;
use super::time::TimeForm;
use super::yaml;
use crate::error::{Error, Result};
use crate::files::Beside;
use crate::signals::TerminalLent;

/// Writes answers to stdout. Clones share the stream.
#[derive(Clone)]
pub struct Output {
    settings: Arc<OutputSettings>,
    sink: Sink,
    /// For what must be said about an answer.
    reporter: Reporter,
    /// Where the answer is a part of a larger one.
    part: Option<Arc<Part>>,
}

impl Output {
    /// The real stdout.
    pub fn stdout(settings: OutputSettings, reporter: Reporter) -> Self {
        Output::to(io::stdout(), settings, reporter)
    }

    /// Any other writer.
    pub fn to(writer: impl Write + Send + 'static, settings: OutputSettings, reporter: Reporter) -> Self {
        Output { settings: Arc::new(settings), sink: Sink::new(writer), reporter, part: None }
    }

    /// The same stream with other settings.
    #[must_use]
    pub fn with(&self, settings: OutputSettings) -> Self {
        Output { settings: Arc::new(settings), ..self.clone() }
    }

    /// The same stream for a command that goes on after its answer: no pager makes it wait.
    #[must_use]
    pub fn unpaged(&self) -> Self {
        self.with(OutputSettings { pager: None, ..(*self.settings).clone() })
    }

    /// The same stream for what must be seen whole: a terminal breaks the lines itself.
    #[must_use]
    pub fn whole(&self) -> Self {
        let mut settings = (*self.settings).clone();
        settings.stdout.width = None;
        self.with(settings)
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

    /// One thing, whole.
    pub fn item<T: Serialize>(&self, kind: &str, known: &[Column<T>], item: &T) -> Result<()> {
        self.details(kind, known)?.show(item)
    }

    /// One thing that is still to be found out. Call this before asking AWS for it: it refuses unknown columns.
    pub fn details<'a, T: Serialize>(
        &'a self,
        kind: &'a str,
        known: &'a [Column<T>],
    ) -> Result<Details<'a, T>> {
        Details::new(self, kind, known)
    }

    /// A document that is no data (a completion script, a man page, a help topic), as it is.
    pub fn text(&self, text: &str) -> Result<()> {
        self.read_by_people(text.as_bytes())
    }

    /// A drawing made for [`Stream::limit`](super::Stream::limit).
    pub fn drawing(&self, lines: &[Line]) -> Result<()> {
        self.text(&drawing::painted(lines, self.settings.stdout.color))
    }

    /// A chart: as an SVG document where a file is named (`-` is stdout), else in letters.
    pub fn chart(&self, chart: &Chart, svg: Option<&Path>) -> Result<()> {
        match svg {
            None => self.text(&chart::terminal(chart, &Frame::of(&self.settings.stdout))),
            Some(file) if file == Path::new("-") => self.text(&chart::svg(chart)),
            Some(file) => {
                let written = Beside::create(file).and_then(|mut beside| {
                    beside.write_all(chart::svg(chart).as_bytes())?;
                    beside.finish()
                });
                written.map_err(|error| {
                    Error::failed(format!("cannot write the chart to {}", file.display())).because(error)
                })?;
                self.reporter.status(format_args!("the chart is in {}", file.display()));
                Ok(())
            }
        }
    }

    /// A help, with its colours where they are wanted.
    pub fn styled(&self, text: &clap::builder::StyledStr) -> Result<()> {
        match self.settings.stdout.color {
            true => self.text(&text.ansi().to_string()),
            false => self.text(&text.to_string()),
        }
    }

    /// What a program somewhere else has printed. Bytes for a program are as they were; on a terminal they move nothing.
    pub fn transcript(&self, text: &str) -> Result<()> {
        let shown = if self.settings.stdout.terminal { escape_lines(text) } else { text.into() };
        // Bars on the same terminal make way.
        self.reporter.suspended(|| {
            self.sink.put(shown.as_bytes())?;
            self.sink.finish()
        })
    }

    /// For the bytes of a session.
    pub fn raw(&self) -> RawOutput {
        RawOutput::new(self.sink.clone())
    }

    /// Nobody reads stdout any more; nothing need be fetched only to be shown.
    pub fn closed(&self) -> bool {
        self.sink.closed()
    }

    /// The same stream for a part of what it is to show.
    pub(super) fn as_part(&self, part: Part) -> Self {
        Output { part: Some(Arc::new(part)), ..self.clone() }
    }

    pub(super) fn part(&self) -> Option<&Part> {
        self.part.as_deref()
    }

    pub(super) fn sink(&self) -> &Sink {
        &self.sink
    }

    /// Times in tables: relative for somebody who looks at a terminal.
    pub(super) fn times(&self) -> TimeForm<'_> {
        if self.settings.stdout.terminal && !self.settings.absolute {
            TimeForm::Since(self.settings.now.unwrap_or_else(Timestamp::now))
        } else {
            self.records()
        }
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

    /// A whole answer. One for people is held until its length is known.
    pub(super) fn document(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        if self.settings.pager.is_some() && self.settings.format.is_for_people() {
            let mut text = Vec::new();
            write(&mut text).map_err(write_error)?;
            return self.read_by_people(&text);
        }
        write(&mut self.sink.clone()).map_err(write_error)?;
        self.sink.finish()
    }

    /// The table of a list, whose columns have these names. Unless they were asked for by name, those are shown for which
    /// there is room.
    pub(super) fn table(&self, mut grid: Grid, names: &[&str]) -> Result<()> {
        let OutputSettings { columns, no_header, stdout, .. } = self.settings();
        let shown = match columns {
            None => grid.keep_what_fits(stdout, !no_header),
            Some(_) => names.len(),
        };
        self.document(|into| grid.write(into, stdout, !no_header))?;
        let left_out = names.get(shown..).unwrap_or_default();
        let count = match left_out.len() {
            0 => return Ok(()),
            1 => "1 column does".to_owned(),
            count => format!("{count} columns do"),
        };
        let names = left_out.join(", ");
        self.reporter.status(format_args!("{count} not fit: {names}; --columns chooses others"));
        Ok(())
    }

    /// Through the pager when it does not fit the terminal.
    fn read_by_people(&self, text: &[u8]) -> Result<()> {
        if let Some(pager) = &self.settings.pager
            && pager::is_long(text, &self.settings.stdout)
        {
            self.sink.finish()?;
            let _lent = TerminalLent::new();
            match pager.show(text) {
                Ok(()) => return Ok(()),
                Err(error) if pager.chosen => {
                    self.reporter.warn(format_args!("cannot start the pager {pager}: {error}"));
                }
                // Nobody asked for the usual one.
                Err(_) => {}
            }
        }
        self.sink.put(text)?;
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
