//! What a query selected, as table, csv or text: a list of objects has columns in the order of its keys, anything
//! else is one value a line, and null is nothing.

use std::borrow::Cow;
use std::io::{self, Write};

use serde_json::Value;

use super::cell::Cell;
use super::delimited;
use super::settings::{Format, OutputSettings};
use super::table::{self, Grid, Head, Piece};
use super::time::TimeForm;

pub(super) fn write(into: impl Write, value: &Value, settings: &OutputSettings) -> io::Result<()> {
    match value {
        Value::Null => Ok(()),
        Value::Array(values) => Records::of(values).write(into, settings),
        Value::Object(members) if settings.format == Format::Table => {
            let keys: Vec<Cow<'_, str>> = members.keys().map(|key| super::escape(key)).collect();
            let details: Vec<(&str, Piece)> =
                keys.iter().map(AsRef::as_ref).zip(members.values().map(piece)).collect();
            table::write_details(into, &details, settings.stdout.color)
        }
        value => Records::of(std::slice::from_ref(value)).write(into, settings),
    }
}

/// Values as rows; with titles when every one is an object.
struct Records<'a> {
    titles: Option<Vec<&'a str>>,
    rows: Vec<Vec<&'a Value>>,
}

impl<'a> Records<'a> {
    fn of(values: &'a [Value]) -> Self {
        let objects: Option<Vec<_>> = values.iter().map(Value::as_object).collect();
        match objects {
            Some(objects) if !objects.is_empty() => {
                let mut titles: Vec<&str> = Vec::new();
                let mut known = std::collections::HashSet::new();
                for key in objects.iter().flat_map(|object| object.keys()) {
                    if known.insert(key) {
                        titles.push(key);
                    }
                }
                let row = |object: &&'a serde_json::Map<String, Value>| {
                    titles.iter().map(|title| object.get(*title).unwrap_or(&Value::Null)).collect()
                };
                Records { rows: objects.iter().map(row).collect(), titles: Some(titles) }
            }
            _ => {
                let row = |value: &'a Value| match value {
                    Value::Array(cells) => cells.iter().collect(),
                    value => vec![value],
                };
                Records { titles: None, rows: values.iter().map(row).collect() }
            }
        }
    }

    fn write(&self, mut into: impl Write, settings: &OutputSettings) -> io::Result<()> {
        let terminal = settings.stdout.terminal;
        match settings.format {
            Format::Text => self.rows.iter().try_for_each(|row| delimited::write_text(&mut into, texts(row))),
            Format::Csv => {
                if let Some(titles) = self.titles.as_ref().filter(|_| !settings.no_header) {
                    delimited::write_csv(&mut into, titles, terminal)?;
                }
                self.rows.iter().try_for_each(|row| delimited::write_csv(&mut into, texts(row), terminal))
            }
            _ => {
                let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
                let title =
                    |index: usize| self.titles.as_ref().and_then(|titles| titles.get(index)).unwrap_or(&"");
                let grid = Grid {
                    heads: (0..columns).map(|index| Head::new(title(index), self.titles.is_some())).collect(),
                    rows: self
                        .rows
                        .iter()
                        .map(|row| row.iter().map(|value| piece(value)).collect())
                        .collect(),
                };
                grid.write(into, &settings.stdout, self.titles.is_some() && !settings.no_header)
            }
        }
    }
}

fn texts<'a>(row: &[&'a Value]) -> impl Iterator<Item = Cow<'a, str>> {
    row.iter().map(|value| text(value))
}

/// Scalars as themselves, what is nested as JSON.
fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        value => Cow::Owned(value.to_string()),
    }
}

fn piece(value: &Value) -> Piece {
    let cell = match value {
        Value::Number(number) => Cell::Number(number.clone()),
        value => Cell::Text(text(value).into_owned()),
    };
    // A query selects JSON, where times are text already.
    Piece::new(&cell, TimeForm::Absolute(&jiff::tz::TimeZone::UTC))
}
