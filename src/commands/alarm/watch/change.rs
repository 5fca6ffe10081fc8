//! What a watch keeps of an alarm, and what changed between two looks. Pure.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use super::super::model::Alarm;
use super::super::view;
use crate::output::Column;

/// An alarm as one look has seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    pub name: String,
    pub state: String,
    pub since: Option<Timestamp>,
    pub reason: Option<String>,
    /// What it looks at, in short.
    pub metric: Option<String>,
}

impl Watched {
    pub fn of(alarm: &Alarm) -> Self {
        Watched {
            name: alarm.name().to_owned(),
            state: alarm.state().to_owned(),
            since: alarm.since(),
            reason: alarm.text("StateReason").map(str::to_owned),
            metric: view::watched(alarm),
        }
    }
}

/// A change that a watch has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Of the transition, or when it was seen.
    pub at: Timestamp,
    pub name: String,
    /// Nothing where the alarm is new.
    pub from: Option<String>,
    /// Nothing where the alarm is gone.
    pub to: Option<String>,
    pub reason: Option<String>,
}

/// The columns of `alarm watch`.
pub const CHANGES: &[Column<Change>] = &[
    Column::new("time", "TIME", |it: &Change| it.at.into()),
    Column::new("name", "NAME", |it: &Change| it.name.as_str().into()),
    Column::new("from", "FROM", |it: &Change| it.from.as_deref().map(view::state).into()),
    Column::new("to", "TO", |it: &Change| it.to.as_deref().map(view::state).into()),
    Column::new("reason", "REASON", |it: &Change| it.reason.as_deref().into()).cut(),
];

impl Change {
    pub fn line(&self) -> String {
        let what = match (&self.from, &self.to) {
            (Some(from), Some(to)) if from == to => format!("{to} again, after another state"),
            (Some(from), Some(to)) => format!("{from} -> {to}"),
            (None, Some(to)) => format!("created, {to}"),
            (_, None) => "deleted".to_owned(),
        };
        let reason = self.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{:.0}  {}  {what}{reason}", self.at, self.name)
    }
}

/// From one look to the next, in the order in which it happened.
pub fn changes(before: &[Watched], after: &[Watched], now: Timestamp) -> Vec<Change> {
    let mut known: HashMap<&str, &Watched> = before.iter().map(|it| (it.name.as_str(), it)).collect();
    let mut changes = Vec::new();
    for alarm in after {
        let old = known.remove(alarm.name.as_str());
        // One that went to another state and back between two looks is in its state for a shorter time.
        if old.is_some_and(|old| old.state == alarm.state && old.since == alarm.since) {
            continue;
        }
        changes.push(Change {
            at: old.and(alarm.since).unwrap_or(now),
            name: alarm.name.clone(),
            from: old.map(|old| old.state.clone()),
            to: Some(alarm.state.clone()),
            reason: alarm.reason.clone(),
        });
    }
    let gone = before.iter().filter(|old| known.contains_key(old.name.as_str()));
    changes.extend(gone.map(|old| Change {
        at: now,
        name: old.name.clone(),
        from: Some(old.state.clone()),
        to: None,
        reason: None,
    }));
    changes.sort_by_key(|change| change.at);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(name: &str, state: &str, minute: i8) -> Watched {
        Watched {
            name: name.to_owned(),
            state: state.to_owned(),
            since: Some(format!("2026-11-22T10:{minute:02}:00.5Z").parse().unwrap()),
            reason: Some("why".to_owned()),
            metric: None,
        }
    }

    #[test]
    fn changes_are_told_in_the_order_in_which_they_happened() {
        let before =
            [watched("a", "OK", 1), watched("b", "OK", 2), watched("c", "ALARM", 3), watched("d", "OK", 4)];
        let after = [
            watched("a", "ALARM", 20),
            watched("b", "OK", 2),
            watched("c", "ALARM", 10),
            watched("e", "OK", 5),
        ];
        let told: Vec<String> = changes(&before, &after, "2026-11-22T11:00:00Z".parse().unwrap())
            .iter()
            .map(Change::line)
            .collect();
        assert_eq!(
            told,
            [
                "2026-11-22T10:10:00Z  c  ALARM again, after another state: why",
                "2026-11-22T10:20:00Z  a  OK -> ALARM: why",
                "2026-11-22T11:00:00Z  e  created, OK: why",
                "2026-11-22T11:00:00Z  d  deleted",
            ]
        );
        assert_eq!(changes(&before, &before, Timestamp::UNIX_EPOCH), []);
    }
}
