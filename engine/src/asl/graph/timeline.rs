//! The visits of states as bars over the time of a run, in the order they began: where the time went.

use jiff::{SignedDuration, Timestamp};

use super::picture::style_of;
use super::text::{Line, Style, cut, duration, push, width};
use super::{Visit, Visits};

/// Columns of the bars where no width is given.
const BARS: usize = 60;
/// Bars that are shorter tell nothing.
const SHORTEST: usize = 8;

/// Of which run, and how it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Timeline {
    pub from: Timestamp,
    /// The end of the run, or how far it has come.
    pub to: Timestamp,
    /// No line is wider.
    pub width: Option<usize>,
    pub is_ascii: bool,
}

struct Row<'a> {
    visit: &'a Visit,
    name: String,
    indent: usize,
    start: String,
    took: String,
}

/// A line a visit: sign, name, when it began, how long it took, and its bar. `is_shown` says which visits have one.
pub fn timeline(visits: &Visits, shows: &Timeline, is_shown: impl Fn(&Visit) -> bool) -> Vec<Line> {
    let rows: Vec<Row> =
        visits.all().iter().filter(|visit| is_shown(visit)).map(|visit| row(visits, visit, shows)).collect();
    let widest = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (starts, tooks) = (widest(|row| width(&row.start)), widest(|row| width(&row.took)));
    let longest = widest(|row| 2 + row.indent + width(&row.name));
    // Sign and name, two columns of figures, the bars; two blanks between them.
    let figures = starts + tooks + 6;
    let room = shows
        .width
        .map_or(longest, |width| longest.min(width.saturating_sub(figures + SHORTEST).max(width / 4).max(3)));
    let bars = shows.width.map_or(BARS, |width| width.saturating_sub(room + figures));
    rows.iter().map(|row| line(row, shows, (room, starts, tooks, bars))).collect()
}

fn row<'a>(visits: &Visits, visit: &'a Visit, shows: &Timeline) -> Row<'a> {
    let item = visit.item.map(|item| format!(" [{item}]")).unwrap_or_default();
    let took = visit.left.unwrap_or(shows.to).duration_since(visit.entered);
    Row {
        visit,
        name: format!("{}{item}", visit.name),
        indent: 2 * visits.depth(visit),
        start: format!("+{}", duration(visit.entered.duration_since(shows.from))),
        took: duration(took),
    }
}

fn line(row: &Row, shows: &Timeline, (room, starts, tooks, bars): (usize, usize, usize, usize)) -> Line {
    let style = style_of(Some(row.visit.outcome));
    let mut line = Line::new();
    let indent = row.indent.min(room.saturating_sub(3));
    push(&mut line, &" ".repeat(indent), Style::Plain);
    push(&mut line, &format!("{} ", row.visit.outcome.sign(shows.is_ascii)), style);
    let left = room.saturating_sub(indent + 2);
    let name = cut(&row.name, left, if shows.is_ascii { '~' } else { '…' });
    push(&mut line, &name, style);
    push(&mut line, &" ".repeat(left.saturating_sub(width(&name)) + 2), Style::Plain);
    let figures = format!("{:>starts$}  {:>tooks$}", row.start, row.took);
    push(&mut line, &figures, Style::Faint);
    if bars >= SHORTEST {
        let (before, bar) = bar(row.visit, shows, bars);
        push(&mut line, &" ".repeat(2 + before), Style::Plain);
        push(&mut line, &bar, style);
    }
    line
}

/// Blanks before a bar, and the bar: a visit that took no time at all has a short one too.
fn bar(visit: &Visit, shows: &Timeline, columns: usize) -> (usize, String) {
    let whole = millis(shows.to.duration_since(shows.from)).max(1);
    let columns = columns.max(1);
    let place = |at: Timestamp| {
        let passed = millis(at.duration_since(shows.from)).min(whole);
        usize::try_from(passed * columns as u128 / whole).unwrap_or(columns)
    };
    let from = place(visit.entered).min(columns - 1);
    let to = place(visit.left.unwrap_or(shows.to)).clamp(from, columns);
    let (full, short) = if shows.is_ascii { ('=', '|') } else { ('█', '▏') };
    let bar = match to - from {
        0 => short.to_string(),
        length => full.to_string().repeat(length),
    };
    (from, bar)
}

fn millis(span: SignedDuration) -> u128 {
    u128::try_from(span.as_millis()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::asl::history::Event;

    fn visits(events: &[(f64, u64, &str, serde_json::Value)]) -> Visits {
        let mut visits = Visits::default();
        for (id, (at, previous, kind, details)) in (1_u64..).zip(events) {
            let event = json!({"id": id, "previousEventId": previous, "timestamp": at, "type": kind,
                "details": details});
            visits.observe(&Event::read(&event).unwrap(), &mut |_, _| {});
        }
        visits
    }

    /// A Map of two items, the second of which is tried twice and fails, and what catches that.
    fn shopping() -> Visits {
        let named = |name: &str| json!({"name": name});
        let index = |index: u64| json!({"name": "Each", "index": index});
        visits(&[
            (0.0, 0, "ExecutionStarted", json!({})),
            (0.0, 1, "MapStateEntered", named("Each")),
            (0.0, 2, "MapStateStarted", json!({"length": 2})),
            (0.0, 3, "MapIterationStarted", index(0)),
            (0.0, 4, "TaskStateEntered", named("Pay")),
            (0.0, 3, "MapIterationStarted", index(1)),
            (0.0, 6, "TaskStateEntered", named("Pay")),
            (0.0, 7, "TaskScheduled", json!({})),
            (2.0, 5, "TaskStateExited", named("Pay")),
            (2.0, 9, "MapIterationSucceeded", index(0)),
            (3.0, 8, "TaskFailed", json!({"error": "Busy"})),
            (3.5, 11, "TaskScheduled", json!({})),
            (4.0, 12, "TaskFailed", json!({"error": "Busy"})),
            (4.0, 13, "MapIterationFailed", index(1)),
            (4.0, 14, "MapStateFailed", json!({})),
            (4.0, 15, "MapStateExited", named("Each")),
            (4.0, 16, "PassStateEntered", named("Sorry")),
            (4.0, 17, "PassStateExited", named("Sorry")),
            (4.0, 18, "WaitStateEntered", named("Rest")),
        ])
    }

    fn drawn(visits: &Visits, width: Option<usize>, is_ascii: bool) -> Vec<String> {
        let at = |second| Timestamp::from_second(second).unwrap();
        let shows = Timeline { from: at(0), to: at(8), width, is_ascii };
        let lines = timeline(visits, &shows, |_| true);
        lines.iter().map(|line| line.iter().map(|span| span.text.as_str()).collect()).collect()
    }

    #[test]
    fn every_visit_is_a_bar_in_its_place() {
        let expected = [
            "! Each        +0 ms  4.0 s  ====================",
            "  + Pay [0]   +0 ms  2.0 s  ==========",
            "  x Pay [1]   +0 ms  4.0 s  ====================",
            "+ Sorry      +4.0 s   0 ms                      |",
            "> Rest       +4.0 s  4.0 s                      ====================",
        ];
        assert_eq!(drawn(&shopping(), Some(68), true), expected);
    }

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        for width in 1..120 {
            for line in drawn(&shopping(), Some(width), false) {
                assert!(super::width(&line) <= width.max(23), "{width}: {line}");
            }
        }
        assert!(drawn(&shopping(), None, false)[0].ends_with(&"█".repeat(30)));
    }

    #[test]
    fn an_event_belongs_to_the_visit_it_is_part_of() {
        let visits = shopping();
        let of = |event| visits.of(event).map(|visit| (visit.name.to_string(), visit.item));
        assert_eq!(of(1), None);
        assert_eq!(of(12), Some(("Pay".to_owned(), Some(1))));
        assert_eq!(of(14), Some(("Pay".to_owned(), Some(1))));
        assert_eq!(of(15), Some(("Each".to_owned(), None)));
        assert_eq!((of(18), of(19)), (None, Some(("Rest".to_owned(), None))));
        assert_eq!(visits.all()[2].attempts, 2);
    }
}
