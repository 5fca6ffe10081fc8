//! What a command says about its model: columns as functions, and cells with enough meaning to be aligned, sorted
//! and coloured. Knows nothing of formats.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Number;

use super::time::TimeForm;

/// One column of a list, or one line of a detail view.
#[derive(Debug)]
pub struct Column<T> {
    /// What `--columns` and `--sort` call it; the header in csv.
    pub name: &'static str,
    /// The header in tables.
    pub header: &'static str,
    pub value: fn(&T) -> Cell,
    /// Shown unless `--columns` asks for others.
    pub shown: bool,
    /// May be cut to fit a terminal.
    pub cut: bool,
}

impl<T> Column<T> {
    /// A column that is shown by default and never cut.
    pub const fn new(name: &'static str, header: &'static str, value: fn(&T) -> Cell) -> Self {
        Column { name, header, value, shown: true, cut: false }
    }

    /// Only shown when `--columns` names it.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.shown = false;
        self
    }

    /// May be cut to fit a terminal.
    #[must_use]
    pub const fn cut(mut self) -> Self {
        self.cut = true;
        self
    }
}

/// A value with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(Number),
    Bool(bool),
    Time(Timestamp),
    State { text: String, tone: Tone },
}

/// What a state means to the reader; the word is always there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Attention,
    Bad,
    Muted,
}

impl Cell {
    pub fn state(text: impl Into<String>, tone: Tone) -> Self {
        Cell::State { text: text.into(), tone }
    }

    /// The value as text, not yet escaped.
    pub(super) fn show(&self, times: TimeForm<'_>) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) | Cell::State { text, .. } => Cow::Borrowed(text),
            Cell::Number(number) => Cow::Owned(number.to_string()),
            Cell::Bool(true) => Cow::Borrowed("true"),
            Cell::Bool(false) => Cow::Borrowed("false"),
            Cell::Time(time) => Cow::Owned(times.show(*time)),
        }
    }

    pub(super) fn tone(&self) -> Tone {
        match self {
            Cell::State { tone, .. } => *tone,
            _ => Tone::Plain,
        }
    }

    /// The order of `--sort`: numbers as numbers, times as times, and what is empty comes last either way.
    pub(super) fn compare(&self, other: &Cell, descending: bool) -> Ordering {
        let order = match (self, other) {
            (Cell::Empty, Cell::Empty) => return Ordering::Equal,
            (Cell::Empty, _) => return Ordering::Greater,
            (_, Cell::Empty) => return Ordering::Less,
            (Cell::Number(left), Cell::Number(right)) => compare_numbers(left, right),
            (Cell::Bool(left), Cell::Bool(right)) => left.cmp(right),
            (Cell::Time(left), Cell::Time(right)) => left.cmp(right),
            (
                Cell::Text(left) | Cell::State { text: left, .. },
                Cell::Text(right) | Cell::State { text: right, .. },
            ) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        };
        if descending { order.reverse() } else { order }
    }

    /// Where unlike values go when a column mixes them.
    fn rank(&self) -> u8 {
        match self {
            Cell::Number(_) => 0,
            Cell::Time(_) => 1,
            Cell::Bool(_) => 2,
            Cell::Text(_) | Cell::State { .. } => 3,
            Cell::Empty => 4,
        }
    }
}

/// Exact for integers, else as floats.
pub(super) fn compare_numbers(left: &Number, right: &Number) -> Ordering {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left.cmp(&right),
        // JSON has no number that cannot be compared; -0 is 0.
        _ => left.as_f64().partial_cmp(&right.as_f64()).unwrap_or(Ordering::Equal),
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Cell::Text(text.clone())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Cell::Number(number.into())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Cell::Number(number.into())
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Cell::Bool(value)
    }
}

impl From<Timestamp> for Cell {
    fn from(time: Timestamp) -> Self {
        Cell::Time(time)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_sort_by_meaning_and_empty_comes_last() {
        let number = |text: &str| Cell::Number(text.parse().unwrap());
        let time = |text: &str| Cell::Time(text.parse().unwrap());
        let cases = [
            ("numbers", number("9"), number("10")),
            ("floats", number("-0.5"), number("1")),
            ("large integers", number("18446744073709551614"), number("18446744073709551615")),
            ("times", time("2026-01-01T00:00:00+01:00"), time("2026-01-01T00:00:00Z")),
            ("text", Cell::from("a"), Cell::from("b")),
            ("text and state", Cell::from("a"), Cell::state("b", Tone::Bad)),
            ("unlike values", number("5"), Cell::from("5")),
        ];
        for (name, low, high) in cases {
            assert_eq!(low.compare(&high, false), Ordering::Less, "{name}");
            assert_eq!(low.compare(&high, true), Ordering::Greater, "{name}, descending");
        }
        for descending in [false, true] {
            assert_eq!(Cell::Empty.compare(&Cell::from("x"), descending), Ordering::Greater);
        }
    }
}
