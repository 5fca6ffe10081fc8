//! What a test has made an alarm do, as its history tells: the change of state is found by its reason, and the actions
//! are those that came with it. Pure.

use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use serde::Serialize;

use super::super::history::item::HistoryItem;
use crate::output::{Cell, Column, Tone};

/// An action that was run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ran {
    /// The state that it was run for.
    pub state: StateValue,
    /// The ARN.
    pub action: String,
    pub is_failed: bool,
    pub error: Option<String>,
    pub time: Option<Timestamp>,
}

/// The columns of `alarm fire`.
pub const RAN: &[Column<Ran>] = &[
    Column::new("state", "STATE", |it: &Ran| it.state.name().into()),
    Column::new("action", "ACTION", |it: &Ran| it.action.as_str().into()),
    Column::new("result", "RESULT", result),
    Column::new("error", "ERROR", |it: &Ran| it.error.as_deref().into()).cut(),
    Column::new("time", "TIME", |it: &Ran| it.time.into()).hidden(),
];

fn result(ran: &Ran) -> Cell {
    match ran.is_failed {
        true => Cell::state("FAILED", Tone::Bad),
        false => Cell::state("succeeded", Tone::Good),
    }
}

impl Ran {
    pub fn line(&self) -> String {
        let why = self.error.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        let result = if self.is_failed { "FAILED" } else { "succeeded" };
        format!("{result}  {}{why}", self.action)
    }
}

/// Whether an item is the change to the state that a test has set.
pub fn is_change(item: &HistoryItem, reason: &str) -> bool {
    item.item_type == "StateUpdate" && item.reason.as_deref() == Some(reason)
}

/// Of a history from the newest item to that change: the actions that are due, each once, in their order.
pub fn ran(history: &[HistoryItem], state: StateValue, reason: &str, due: &[String]) -> Vec<Ran> {
    let Some(change) = history.iter().find(|item| is_change(item, reason)) else { return Vec::new() };
    let since = history.iter().rev().filter(|item| item.item_type == "Action" && item.time >= change.time);
    let since: Vec<&HistoryItem> = since.collect();
    let first = |action: &String| {
        let item = since.iter().find(|item| item.target.as_ref() == Some(action))?;
        Some(Ran {
            state,
            action: action.clone(),
            is_failed: item.is_failed,
            error: item.error.clone(),
            time: item.time,
        })
    };
    due.iter().filter_map(first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn item(kind: &str, second: u8, data: &str) -> HistoryItem {
        let item = json!({
            "AlarmName": "api", "HistoryItemType": kind, "HistoryData": data,
            "Timestamp": format!("2026-11-22T12:00:{second:02}Z"),
        });
        HistoryItem::read(item.as_object().unwrap().clone())
    }

    fn change(second: u8, reason: &str) -> HistoryItem {
        let data = json!({ "newState": { "stateValue": "ALARM", "stateReason": reason } });
        item("StateUpdate", second, &data.to_string())
    }

    fn action(second: u8, target: &str, error: Option<&str>) -> HistoryItem {
        let state = if error.is_some() { "Failed" } else { "Succeeded" };
        let data = json!({ "actionState": state, "notificationResource": target, "error": error });
        item("Action", second, &data.to_string())
    }

    #[test]
    fn actions_are_those_since_the_change_of_the_test() {
        let due = ["a".to_owned(), "b".to_owned()];
        let mut history = vec![
            action(40, "a", Some("of another change")),
            change(40, "evaluated"),
            action(31, "b", Some("gone")),
            action(30, "a", None),
            change(30, "test"),
            action(20, "b", None),
            change(20, "before"),
        ];
        let lines = |history: &[HistoryItem]| -> Vec<String> {
            ran(history, StateValue::Alarm, "test", &due).iter().map(Ran::line).collect()
        };
        assert_eq!(lines(&history), ["succeeded  a", "FAILED  b: gone"]);
        // At the same moment, items come in any order.
        history.swap(3, 4);
        assert_eq!(lines(&history), ["succeeded  a", "FAILED  b: gone"]);
        history.remove(2);
        assert_eq!(lines(&history), ["succeeded  a"]);
        assert!(lines(&history[..1]).is_empty());
    }
}
