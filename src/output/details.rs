//! One thing: `Header: value` lines for people, one record or one document for programs. Details are never cut.

use serde::Serialize;

use super::cell::Column;
use super::columns;
use super::delimited;
use super::gathering::Rows;
use super::json::Envelope;
use super::settings::Format;
use super::stdout::{Output, to_value};
use super::table::{self, Piece};
use crate::error::Result;

/// How one thing will be shown; its columns are known to exist.
#[must_use = "details appear when they are shown"]
pub struct Details<'a, T> {
    output: &'a Output,
    kind: &'a str,
    columns: Vec<&'a Column<T>>,
    /// Where it is an item of a list.
    rows: Option<Rows<'a, T>>,
}

impl<'a, T: Serialize> Details<'a, T> {
    pub(super) fn new(output: &'a Output, kind: &'a str, known: &'a [Column<T>]) -> Result<Self> {
        let settings = output.settings();
        if settings.query.is_some() {
            output.refuse_columns_with_query()?;
        }
        let rows = output.part().map(|part| Rows::details(output, part, kind, known)).transpose()?;
        let wanted = settings.columns.as_deref().filter(|_| rows.is_none());
        Ok(Details { output, kind, columns: columns::select(known, wanted)?, rows })
    }

    pub fn show(&self, item: &T) -> Result<()> {
        let (output, settings) = (self.output, self.output.settings());
        if let Some(rows) = &self.rows {
            return rows.add(item, settings.format == Format::Ndjson);
        }
        if let Some(query) = &settings.query {
            let document = match settings.format {
                Format::Ndjson => to_value(item)?,
                _ => to_value(&Envelope::item(self.kind, item))?,
            };
            return output.selected(&query.apply(&document)?);
        }
        let cells = self.columns.iter().map(|column| (column.value)(item));
        let values = cells.clone().map(|cell| cell.show(output.records()).into_owned());
        match settings.format {
            Format::Table => {
                let pieces = cells.map(|cell| Piece::new(&cell, output.times()));
                let details: Vec<(&str, Piece)> =
                    self.columns.iter().map(|column| column.header).zip(pieces).collect();
                output.document(|into| table::write_details(into, &details, settings.stdout.color))
            }
            Format::Csv => output.document(|mut into| {
                let terminal = settings.stdout.terminal;
                if !settings.no_header {
                    let names = self.columns.iter().map(|column| column.name);
                    delimited::write_csv(&mut into, names, terminal)?;
                }
                delimited::write_csv(into, values, terminal)
            }),
            Format::Text => output.document(|into| delimited::write_text(into, values)),
            Format::Ndjson => output.structured(item),
            Format::Json | Format::Yaml => output.structured(&Envelope::item(self.kind, item)),
        }
    }
}
