//! Charts of values over time: lines with gaps where nothing is known, limits, the spans in which a limit is breached, and
//! a strip of states below. [`Chart`] says what is drawn, [`terminal`] and [`svg`] draw it. Pure: no stream, no clock.
//! What colour tells is told by a shape or a letter too. Names may come from AWS, and are made harmless here.

mod axis;
mod canvas;
mod scale;
mod svg;
mod terminal;
#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use opsctl_engine::evaluation::StateValue;

pub use svg::svg;
pub use terminal::{Frame, terminal};

/// Times are seconds since 1970.
#[derive(Debug, Clone)]
pub struct Chart {
    pub title: String,
    /// The first second that is drawn, and the first one that is not.
    pub from: i64,
    pub to: i64,
    /// Of the times at the axis.
    pub zone: TimeZone,
    pub lines: Vec<Line>,
    pub limits: Vec<Limit>,
    /// When the first line breaches its limit, if anybody knows: from, to.
    pub breaches: Option<Vec<(i64, i64)>>,
    /// Which state something was in, if anybody knows: in the order of time. Between them no state is known.
    pub states: Option<Vec<Stay>>,
}

/// One series of values.
#[derive(Debug, Clone)]
pub struct Line {
    pub name: String,
    /// Seconds from one point to the next; farther apart, something is missing between them.
    pub period: i64,
    /// In the order of time. A value that is no finite number is not drawn.
    pub points: Vec<(i64, f64)>,
}

/// What values are held against.
#[derive(Debug, Clone)]
pub enum Limit {
    Threshold {
        name: String,
        value: f64,
    },
    /// The expected values are between the two.
    Band {
        name: String,
        lower: Line,
        upper: Line,
    },
}

impl Limit {
    fn name(&self) -> &str {
        match self {
            Limit::Threshold { name, .. } | Limit::Band { name, .. } => name,
        }
    }
}

/// A state, and when it was that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    pub from: i64,
    pub to: i64,
    pub state: StateValue,
}

/// The letter that a line goes by where there are several.
fn letter(number: usize) -> char {
    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
    char::from(LETTERS.get(number % LETTERS.len()).copied().unwrap_or(b'a'))
}

impl Line {
    /// From when to when points are such, neighbours together.
    pub fn spans(&self, is_such: impl Fn(i64, f64) -> bool) -> Vec<(i64, i64)> {
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for (at, _) in self.points.iter().filter(|(at, value)| is_such(*at, *value)) {
            let end = at.saturating_add(self.period);
            match spans.last_mut() {
                Some((_, last)) if *last >= *at => *last = end,
                _ => spans.push((*at, end)),
            }
        }
        spans
    }

    /// What is drawn: neighbours and whether they are joined. A point before the first one that is drawn joins nothing.
    fn steps(&self, from: i64, to: i64) -> impl Iterator<Item = (Option<(i64, f64)>, (i64, f64))> {
        let mut before: Option<(i64, f64)> = None;
        // Half a period late is late; one and a half is missing.
        let apart = self.period.saturating_mul(3) / 2;
        let drawn =
            self.points.iter().filter(move |(at, value)| (from..to).contains(at) && value.is_finite());
        drawn.map(move |point| {
            let joined = before.filter(|(at, _)| point.0.saturating_sub(*at) <= apart);
            before = Some(*point);
            (joined, *point)
        })
    }
}
