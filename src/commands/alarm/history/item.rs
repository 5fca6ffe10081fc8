//! One item of a history, read by the engine: what changed, and what failed. Pure.

use jiff::Timestamp;
use opsctl_engine::evaluation::reason::HistoryData;
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::view;
use crate::output::{Cell, Column, Tone};

/// What happened to an alarm.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryItem {
    pub name: String,
    pub alarm_type: Option<String>,
    pub time: Option<Timestamp>,
    /// StateUpdate, Action, ConfigurationUpdate, or what is newer.
    #[serde(rename = "type")]
    pub item_type: String,
    pub summary: String,
    /// Of a series of the alarm.
    pub contributor_id: Option<String>,
    pub contributor_attributes: Option<Value>,
    /// The states of a change of state.
    pub from: Option<String>,
    pub to: Option<String>,
    pub reason: Option<String>,
    /// What an action was to reach, and why it did not.
    pub target: Option<String>,
    pub error: Option<String>,
    /// An action that failed.
    pub is_failed: bool,
    /// Create, Update or Delete.
    pub operation: Option<String>,
    /// The fields of an update.
    pub changes: Vec<FieldChange>,
    /// HistoryData as it came: JSON, or a text that is none.
    pub data: Value,
}

/// A field with another value; null where it was not or is not there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    pub field: String,
    pub from: Value,
    pub to: Value,
}

/// The columns of `alarm history`.
pub const ITEMS: &[Column<HistoryItem>] = &[TIME, NAME, TYPE, DETAIL, TARGET, CONTRIBUTOR, SUMMARY];

/// Without a name: it is that of the only alarm.
pub const ITEMS_OF_ONE: &[Column<HistoryItem>] = &[TIME, TYPE, DETAIL];

const TIME: Column<HistoryItem> = Column::new("time", "TIME", |it: &HistoryItem| it.time.into());
const NAME: Column<HistoryItem> = Column::new("name", "NAME", |it: &HistoryItem| it.name.as_str().into());
const TYPE: Column<HistoryItem> = Column::new("type", "TYPE", item_type);
const DETAIL: Column<HistoryItem> =
    Column::new("detail", "DETAIL", |it: &HistoryItem| it.detail().into()).cut();
const TARGET: Column<HistoryItem> =
    Column::new("target", "TARGET", |it: &HistoryItem| it.target.as_deref().into()).hidden();
const CONTRIBUTOR: Column<HistoryItem> =
    Column::new("contributor", "CONTRIBUTOR", |it: &HistoryItem| it.contributor_id.as_deref().into())
        .hidden();
const SUMMARY: Column<HistoryItem> =
    Column::new("summary", "SUMMARY", |it: &HistoryItem| it.summary.as_str().into()).hidden();

fn item_type(item: &HistoryItem) -> Cell {
    let tone = match &item.to {
        _ if item.is_failed => Tone::Bad,
        Some(state) => view::tone(state),
        None => Tone::Plain,
    };
    Cell::state(item.item_type.as_str(), tone)
}

impl HistoryItem {
    pub fn read(item: Map<String, Value>) -> Self {
        let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
        let item_type = text("HistoryItemType").unwrap_or_default();
        let written = text("HistoryData").unwrap_or_default();
        let data = serde_json::from_str(&written).unwrap_or_else(|_| written.clone().into());
        let mut read = HistoryItem {
            name: text("AlarmName").unwrap_or_default(),
            alarm_type: text("AlarmType"),
            time: text("Timestamp").and_then(|time| time.parse().ok()),
            summary: text("HistorySummary").unwrap_or_default(),
            contributor_id: text("AlarmContributorId"),
            contributor_attributes: item.get("AlarmContributorAttributes").cloned(),
            from: None,
            to: None,
            reason: None,
            target: None,
            error: None,
            is_failed: false,
            operation: None,
            changes: Vec::new(),
            item_type,
            data,
        };
        match HistoryData::read(&read.item_type, &written) {
            HistoryData::StateUpdate { from, to } => {
                read.from = from.map(|from| from.value.to_string());
                read.to = Some(to.value.to_string());
                let reason = read.data.get("newState").and_then(|state| state.get("stateReason"));
                read.reason = reason.and_then(Value::as_str).map(str::to_owned);
            }
            HistoryData::Action(action) => {
                read.is_failed = action.is_failed();
                read.target = action.target;
                read.error = action.error;
            }
            HistoryData::ConfigurationUpdate(change) => {
                read.operation = change.operation;
                let changes = change.fields.into_iter();
                read.changes =
                    changes.map(|it| FieldChange { field: it.name, from: it.old, to: it.new }).collect();
            }
            HistoryData::Other(_) => {}
        }
        read
    }

    /// What happened, in a line.
    fn detail(&self) -> String {
        let because = |why: &Option<String>| why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        if let Some(to) = &self.to {
            let from = self.from.as_deref().map(|from| format!("{from} -> ")).unwrap_or_default();
            return format!("{from}{to}{}", because(&self.reason));
        }
        if let Some(target) = &self.target {
            let failed = if self.is_failed { "FAILED " } else { "" };
            return format!("{failed}{target}{}", because(&self.error));
        }
        if self.is_failed {
            return format!("FAILED{}", because(&self.error));
        }
        if !self.changes.is_empty() {
            return self.changes.iter().map(FieldChange::told).collect::<Vec<_>>().join(", ");
        }
        self.summary.clone()
    }
}

impl FieldChange {
    fn told(&self) -> String {
        let value = |value: &Value| if value.is_null() { "nothing".to_owned() } else { value.to_string() };
        format!("{} {} -> {}", self.field, value(&self.from), value(&self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_type_is_told_in_a_line_and_failed_actions_are_marked() {
        for (kind, data, expected, is_failed) in [
            (
                "StateUpdate",
                r#"{"oldState":{"stateValue":"OK"},"newState":{"stateValue":"ALARM","stateReason":"testing"}}"#,
                "OK -> ALARM: testing",
                false,
            ),
            (
                "AlarmContributorStateUpdate",
                r#"{"newState":{"stateValue":"OK","stateReason":"gone"}}"#,
                "OK: gone",
                false,
            ),
            (
                "Action",
                r#"{"actionState":"Succeeded","notificationResource":"arn:aws:sns:r:1:ops","error":null}"#,
                "arn:aws:sns:r:1:ops",
                false,
            ),
            (
                "Action",
                r#"{"actionState":"Failed","notificationResource":"arn:aws:sns:r:1:gone","error":"does not exist"}"#,
                "FAILED arn:aws:sns:r:1:gone: does not exist",
                true,
            ),
            (
                "ConfigurationUpdate",
                r#"{"type":"Update","updatedAlarm":{"threshold":90.0,"okactions":[]},
                    "originalUpdatedFields":{"threshold":80.0,"unit":"Count"}}"#,
                r#"threshold 80.0 -> 90.0, unit "Count" -> nothing"#,
                false,
            ),
            (
                "ConfigurationUpdate",
                r#"{"type":"Create","createdAlarm":{"alarmName":"a"}}"#,
                "the summary",
                false,
            ),
            ("StateUpdate", "no JSON", "the summary", false),
            ("Newer", "{}", "the summary", false),
        ] {
            let item =
                json!({ "HistoryItemType": kind, "HistoryData": data, "HistorySummary": "the summary" });
            let item = HistoryItem::read(item.as_object().unwrap().clone());
            assert_eq!((item.detail().as_str(), item.is_failed), (expected, is_failed), "{data}");
        }
        assert_eq!(HistoryItem::read(Map::new()).detail(), "");
    }
}
