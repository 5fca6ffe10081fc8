//! The board of a watch: the alarms by their states, on a terminal; a line at the beginning elsewhere.

use jiff::Timestamp;

use super::super::view;
use super::change::Watched;
use crate::context::Context;
use crate::output::{Cell, Column, Progress, Reporter};

pub struct Board<'a> {
    reporter: &'a Reporter,
    progress: Progress,
}

/// A line of the board.
struct Row<'a> {
    alarm: &'a Watched,
    now: Timestamp,
}

impl<'a> Board<'a> {
    pub fn open(ctx: &'a Context) -> Self {
        let reporter = ctx.reporter();
        Board { reporter, progress: reporter.progress("looking at the alarms", None) }
    }

    pub fn is_drawn(&self) -> bool {
        self.progress.is_drawn()
    }

    /// How the alarms are at first, for who has no board.
    pub fn begin(&self, alarms: &[Watched]) {
        if !self.is_drawn() {
            self.reporter.status(standing(alarms));
        }
    }

    pub fn set(&mut self, alarms: &[Watched], now: Timestamp) {
        self.progress.label(&standing(alarms));
        self.progress.set(alarms.len() as u64);
        if !self.is_drawn() {
            return;
        }
        let mut rows: Vec<Row<'_>> = alarms.iter().map(|alarm| Row { alarm, now }).collect();
        rows.sort_by(|one, other| {
            let of = |row: &Row<'_>| (rank(&row.alarm.state), std::cmp::Reverse(row.alarm.since));
            of(one).cmp(&of(other)).then_with(|| one.alarm.name.cmp(&other.alarm.name))
        });
        self.progress.table(&columns(), &rows);
    }
}

fn columns<'a>() -> [Column<Row<'a>>; 4] {
    [
        Column::new("state", "STATE", |row: &Row<'a>| view::state(&row.alarm.state)),
        Column::new("for", "FOR", |row: &Row<'a>| match row.alarm.since {
            Some(since) => view::age(row.now.duration_since(since)).into(),
            None => Cell::Empty,
        }),
        Column::new("name", "NAME", |row: &Row<'a>| row.alarm.name.as_str().into()).cut(),
        Column::new("metric", "METRIC", |row: &Row<'a>| row.alarm.metric.as_deref().into()).cut(),
    ]
}

/// What needs a look comes first.
fn rank(state: &str) -> u8 {
    match state {
        "ALARM" => 0,
        "INSUFFICIENT_DATA" => 1,
        "OK" => 3,
        _ => 2,
    }
}

/// "12 alarms: 1 ALARM, 11 OK".
fn standing(alarms: &[Watched]) -> String {
    let mut states: Vec<&str> = alarms.iter().map(|alarm| alarm.state.as_str()).collect();
    states.sort_by_key(|state| (rank(state), *state));
    let groups = states.chunk_by(|one, other| one == other);
    let counts: Vec<String> =
        groups.filter_map(|group| Some(format!("{} {}", group.len(), group.first()?))).collect();
    match alarms.len() {
        0 => "no alarms".to_owned(),
        1 => format!("1 alarm: {}", states.join("")),
        many => format!("{many} alarms: {}", counts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alarms_are_counted_by_their_states() {
        let alarms = |states: &[&str]| -> Vec<Watched> {
            let alarm = |state: &&str| Watched {
                name: String::new(),
                state: (*state).to_owned(),
                since: None,
                reason: None,
                metric: None,
            };
            states.iter().map(alarm).collect()
        };
        for (states, expected) in [
            (&["OK", "ALARM", "NEWER", "OK"][..], "4 alarms: 1 ALARM, 1 NEWER, 2 OK"),
            (&["OK"], "1 alarm: OK"),
            (&[], "no alarms"),
        ] {
            assert_eq!(standing(&alarms(states)), expected);
        }
    }
}
