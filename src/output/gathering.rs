//! One list out of the answers of one command in many places, a place being a region of an account. Rows say where they
//! come from and lie in the order of the places; limit, sort and query are of the whole. What can be written at once
//! is, in whole lines, as soon as the account of its place is known.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value};

use super::cell::{Cell, Column};
use super::columns::unknown_column;
use super::delimited;
use super::failure::Failure;
use super::json::{self, Envelope};
use super::settings::{Format, OutputSettings};
use super::sink::write_error;
use super::stdout::{Output, to_value};
use super::table::{Grid, Head, Piece};
use crate::error::Result;

const ACCOUNT: Title = Title { name: "account", header: "ACCOUNT", cut: false };
const REGION: Title = Title { name: "region", header: "REGION", cut: false };

/// What becomes one list. Clones share it.
#[derive(Clone)]
pub struct Gathering(Arc<Mutex<Gathered>>);

/// Where the answers of one run belong.
pub(super) struct Part {
    gathering: Gathering,
    /// Its place among all.
    place: usize,
    sign_in: usize,
    region: Arc<str>,
}

struct Gathered {
    /// Of the whole; with the settings of the list when one was begun.
    output: Output,
    kind: Option<String>,
    titles: Vec<Title>,
    accounts: BTreeMap<usize, Account>,
    rows: Vec<Row>,
    errors: Vec<Failure>,
    /// Lines that were written or wait for their account.
    taken: usize,
    header_written: bool,
}

/// That of a sign-in.
#[derive(Default)]
struct Account {
    /// What is known of it: nothing yet, that it cannot be told, or which it is.
    id: Option<Option<String>>,
    /// Lines that are due when it is known.
    waiting: Vec<Row>,
}

/// One item: what the format and the order need of it.
struct Row {
    place: usize,
    sign_in: usize,
    region: Arc<str>,
    titles: Arc<[Title]>,
    cells: Vec<Field<Cell>>,
    key: Option<Field<Cell>>,
    value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Title {
    name: &'static str,
    header: &'static str,
    cut: bool,
}

/// Of the place, or of the item itself.
#[derive(Debug, Clone, Copy)]
enum Field<T> {
    Account,
    Region,
    Own(T),
}

impl Gathering {
    /// Of the runs whose answers go to this output.
    pub fn new(output: &Output) -> Self {
        Gathering(Arc::new(Mutex::new(Gathered {
            output: output.clone(),
            kind: None,
            titles: Vec::new(),
            accounts: BTreeMap::new(),
            rows: Vec::new(),
            errors: Vec::new(),
            taken: 0,
            header_written: false,
        })))
    }

    /// The output of one run: its place among all, the number of its sign-in, its region.
    pub fn part(&self, output: &Output, place: usize, sign_in: usize, region: &str) -> Output {
        output.as_part(Part { gathering: self.clone(), place, sign_in, region: region.into() })
    }

    /// From here on it is known which account a sign-in leads to, or that it cannot be told.
    pub fn account(&self, sign_in: usize, id: Option<String>) -> Result<()> {
        let mut gathered = self.lock();
        let account = gathered.accounts.entry(sign_in).or_default();
        account.id = Some(id);
        let waiting = std::mem::take(&mut account.waiting);
        waiting.into_iter().try_for_each(|row| gathered.write(row))?;
        gathered.output.sink().finish()
    }

    /// A place that is missing from the list, or all those of a sign-in.
    pub fn failed(&self, failure: Failure) {
        self.lock().errors.push(failure);
    }

    /// Writes what is held and ends the document. Nothing where no run has begun a list.
    pub fn finish(&self) -> Result<()> {
        let mut gathered = self.lock();
        let Some(kind) = gathered.kind.clone() else { return Ok(()) };
        let output = gathered.output.clone();
        let settings = output.settings();
        let rows = gathered.in_order();
        for title in rows.iter().flat_map(|row| row.titles.iter()) {
            gathered.know(*title);
        }
        match (&settings.query, settings.format) {
            (None, Format::Csv | Format::Text) | (_, Format::Ndjson) => {
                gathered.write_header()?;
                rows.into_iter().try_for_each(|row| gathered.write(row))?;
                output.sink().finish()
            }
            (query, format) if query.is_some() || format != Format::Table => {
                let items: Vec<Value> = rows.into_iter().map(|row| gathered.document(row)).collect();
                let envelope = Envelope::list(&kind, &items, &gathered.errors);
                match query {
                    Some(query) => output.selected(&query.apply(&to_value(&envelope)?)?),
                    None => output.structured(&envelope),
                }
            }
            _ => {
                let times = output.times();
                let pieces =
                    |row: Row| gathered.cells(&row).iter().map(|cell| Piece::new(cell, times)).collect();
                let grid = Grid {
                    heads: gathered.titles.iter().map(|title| Head::new(title.header, title.cut)).collect(),
                    rows: rows.into_iter().map(pieces).collect(),
                };
                output.table(grid, &gathered.titles.iter().map(|title| title.name).collect::<Vec<_>>())
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gathered {
    fn know(&mut self, title: Title) {
        if !self.titles.iter().any(|known| known.name == title.name) {
            self.titles.push(title);
        }
    }

    /// The rows that are held, as they are to be shown.
    fn in_order(&mut self) -> Vec<Row> {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by_key(|row| row.place);
        let settings = self.output.settings();
        if let Some(sort) = &settings.sort {
            let descending = sort.starts_with('-');
            let key = |row: &Row| row.key.as_ref().map_or(Cell::Empty, |key| self.cell(key, row));
            let mut keyed: Vec<(Cell, Row)> = rows.into_iter().map(|row| (key(&row), row)).collect();
            keyed.sort_by(|(left, _), (right, _)| left.compare(right, descending));
            rows = keyed.into_iter().map(|(_, row)| row).collect();
        }
        rows.truncate(settings.limit.unwrap_or(usize::MAX));
        rows
    }

    fn id(&self, row: &Row) -> Option<&str> {
        self.accounts.get(&row.sign_in)?.id.as_ref()?.as_deref()
    }

    fn cell(&self, field: &Field<Cell>, row: &Row) -> Cell {
        match field {
            Field::Account => self.id(row).into(),
            Field::Region => (*row.region).into(),
            Field::Own(cell) => cell.clone(),
        }
    }

    /// Under the titles of the whole: things of different kinds have not all of them.
    fn cells(&self, row: &Row) -> Vec<Cell> {
        let of = |title: &Title| {
            let at = row.titles.iter().position(|own| own.name == title.name)?;
            Some(self.cell(row.cells.get(at)?, row))
        };
        self.titles.iter().map(|title| of(title).unwrap_or(Cell::Empty)).collect()
    }

    /// The item with its account and its region before it; what it says of either itself counts.
    fn document(&self, mut row: Row) -> Value {
        let mut members = Map::new();
        members.insert(ACCOUNT.name.to_owned(), self.id(&row).into());
        members.insert(REGION.name.to_owned(), (*row.region).into());
        if let Value::Object(own) = row.value.take() {
            let counts = |(name, value): &(String, Value)| !(value.is_null() && members.contains_key(name));
            let own: Vec<_> = own.into_iter().filter(counts).collect();
            members.extend(own);
        }
        Value::Object(members)
    }

    /// A line that can be written at once is, unless its account is still to be known.
    fn take(&mut self, row: Row) -> Result<()> {
        self.taken += 1;
        let account = self.accounts.entry(row.sign_in).or_default();
        if account.id.is_none() {
            account.waiting.push(row);
            return Ok(());
        }
        self.write(row)
    }

    fn write(&mut self, row: Row) -> Result<()> {
        self.write_header()?;
        let output = self.output.clone();
        let OutputSettings { query, format, stdout, .. } = output.settings();
        let mut line = Vec::new();
        let values = |cells: Vec<Cell>| {
            let value = |cell: &Cell| cell.show(output.records()).into_owned();
            cells.iter().map(value).collect::<Vec<String>>()
        };
        let written = match (format, query) {
            (Format::Csv, _) => delimited::write_csv(&mut line, values(self.cells(&row)), stdout.terminal),
            (Format::Text, _) => delimited::write_text(&mut line, values(self.cells(&row))),
            (_, None) => json::write_line(&mut line, &self.document(row), stdout.terminal),
            (_, Some(query)) => match query.apply(&self.document(row))? {
                Value::Null => Ok(()),
                selected => json::write_line(&mut line, &selected, stdout.terminal),
            },
        };
        written.map_err(write_error)?;
        output.sink().put(&line)
    }

    fn write_header(&mut self) -> Result<()> {
        let OutputSettings { format, no_header, stdout, .. } = self.output.settings();
        let is_due = *format == Format::Csv && !no_header;
        if !is_due || std::mem::replace(&mut self.header_written, true) {
            return Ok(());
        }
        let mut line = Vec::new();
        let names = self.titles.iter().map(|title| title.name);
        delimited::write_csv(&mut line, names, stdout.terminal).map_err(write_error)?;
        self.output.sink().put(&line)
    }
}

/// What one run hands over, as the columns and the order that were asked for need it.
pub(super) struct Rows<'a, T> {
    part: &'a Part,
    settings: &'a OutputSettings,
    titles: Arc<[Title]>,
    fields: Vec<Field<&'a Column<T>>>,
    key: Option<Field<&'a Column<T>>>,
}

impl<'a, T: Serialize> Rows<'a, T> {
    /// A list says its titles before its first item.
    pub(super) fn list(
        output: &'a Output,
        part: &'a Part,
        kind: &str,
        known: &'a [Column<T>],
    ) -> Result<Self> {
        let rows = Rows::details(output, part, kind, known)?;
        let mut gathered = part.gathering.lock();
        for title in rows.titles.iter() {
            gathered.know(*title);
        }
        drop(gathered);
        Ok(rows)
    }

    /// Things of different kinds may have different titles.
    pub(super) fn details(
        output: &'a Output,
        part: &'a Part,
        kind: &str,
        known: &'a [Column<T>],
    ) -> Result<Self> {
        let settings = output.settings();
        let fields = match &settings.columns {
            None => shown(known),
            Some(wanted) => wanted.iter().map(|name| find(known, name)).collect::<Result<_>>()?,
        };
        let key = settings.sort.as_deref().map(|sort| find(known, sort.strip_prefix('-').unwrap_or(sort)));
        let titles = fields.iter().map(Field::title).collect();
        let mut gathered = part.gathering.lock();
        gathered.output = gathered.output.with(settings.clone());
        gathered.kind.get_or_insert_with(|| kind.to_owned());
        Ok(Rows { part, settings, titles, fields, key: key.transpose()? })
    }

    /// An item, written at once if `streams`.
    pub(super) fn add(&self, item: &T, streams: bool) -> Result<()> {
        let Part { gathering, place, sign_in, region } = self.part;
        let is_document = self.settings.query.is_some()
            || matches!(self.settings.format, Format::Json | Format::Ndjson | Format::Yaml);
        let cell = |field: &Field<&Column<T>>| match field {
            Field::Account => Field::Account,
            Field::Region => Field::Region,
            Field::Own(column) => Field::Own((column.value)(item)),
        };
        let row = Row {
            place: *place,
            sign_in: *sign_in,
            region: Arc::clone(region),
            titles: Arc::clone(&self.titles),
            cells: if is_document { Vec::new() } else { self.fields.iter().map(cell).collect() },
            key: self.key.as_ref().map(cell),
            value: if is_document { to_value(item)? } else { Value::Null },
        };
        let mut gathered = gathering.lock();
        if streams {
            return gathered.take(row);
        }
        gathered.rows.push(row);
        Ok(())
    }

    /// `Break` when all runs together have what is wanted: of lines that are written as they come.
    pub(super) fn wanted(&self) -> ControlFlow<()> {
        let taken = self.part.gathering.lock().taken;
        match self.settings.limit.is_some_and(|limit| taken >= limit) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    pub(super) fn failed(&self, failure: Failure) {
        self.part.gathering.failed(failure);
    }
}

impl<T> Field<&Column<T>> {
    fn title(&self) -> Title {
        match self {
            Field::Account => ACCOUNT,
            Field::Region => REGION,
            Field::Own(column) => Title { name: column.name, header: column.header, cut: column.cut },
        }
    }
}

/// The default columns, those of the place first.
fn shown<T>(known: &[Column<T>]) -> Vec<Field<&Column<T>>> {
    let own = known.iter().filter(|column| column.shown);
    let says = |name: &str| own.clone().any(|column| column.name == name);
    let account = (!says(ACCOUNT.name)).then_some(Field::Account);
    let region = (!says(REGION.name)).then_some(Field::Region);
    account.into_iter().chain(region).chain(own.clone().map(Field::Own)).collect()
}

/// A column by its name; of two that are called alike, that of the items.
fn find<'a, T>(known: &'a [Column<T>], name: &str) -> Result<Field<&'a Column<T>>> {
    if let Some(column) = known.iter().find(|column| column.name == name) {
        return Ok(Field::Own(column));
    }
    match name {
        _ if name == ACCOUNT.name => Ok(Field::Account),
        _ if name == REGION.name => Ok(Field::Region),
        _ => {
            let places = [ACCOUNT.name, REGION.name].into_iter();
            let own = known.iter().map(|column| column.name);
            let own = own.filter(|name| ![ACCOUNT.name, REGION.name].contains(name));
            Err(unknown_column(name, &places.chain(own).collect::<Vec<_>>()).into())
        }
    }
}
