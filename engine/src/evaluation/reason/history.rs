//! HistoryData: what an entry of an alarm's history holds, by its HistoryItemType.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::data::{ReasonData, time};
use super::text::Reason;
use crate::evaluation::StateValue;

#[derive(Debug, Clone, PartialEq)]
pub enum HistoryData {
    /// `StateUpdate`, and that of a contributor.
    StateUpdate {
        from: Option<Box<AlarmState>>,
        to: Box<AlarmState>,
    },
    /// `Action`, and that of a contributor.
    Action(ActionRun),
    ConfigurationUpdate(ConfigurationChange),
    /// What is no JSON, or of a type or form that is not known.
    Other(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlarmState {
    pub value: StateValue,
    pub reason: Option<Reason>,
    pub data: Option<ReasonData>,
}

/// One action that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRun {
    /// `Succeeded`, `Failed`, or another word.
    pub state: Option<String>,
    /// The ARN that was acted on.
    pub target: Option<String>,
    pub error: Option<String>,
    /// What was sent: a text, or JSON as a text.
    pub message: Option<String>,
    /// When the state changed for which it ran.
    pub changed_at: Option<Timestamp>,
    /// Until when a mute rule held it.
    pub mute_window_end: Option<Timestamp>,
}

impl ActionRun {
    /// An error counts, whatever the word.
    pub fn is_failed(&self) -> bool {
        self.state.as_deref() == Some("Failed") || self.error.is_some()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ConfigurationChange {
    /// `Create`, `Update` or `Delete`.
    pub operation: Option<String>,
    /// The alarm as it is after that; of a deletion, as it was. Names begin with a lower-case letter here.
    pub alarm: Map<String, Value>,
    /// Of an update: the fields that have another value, by name.
    pub fields: Vec<FieldChange>,
}

/// A field that changed; null is a field that was or is not there.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    pub name: String,
    pub old: Value,
    pub new: Value,
}

impl HistoryData {
    pub fn read(item_type: &str, text: &str) -> Self {
        let read = |value: Value| match item_type {
            "StateUpdate" | "AlarmContributorStateUpdate" => state_update(&value),
            "Action" | "AlarmContributorAction" => Some(HistoryData::Action(action(&value)?)),
            "ConfigurationUpdate" => Some(HistoryData::ConfigurationUpdate(configuration(&value)?)),
            _ => None,
        };
        let read = serde_json::from_str(text).ok().and_then(read);
        read.unwrap_or_else(|| HistoryData::Other(text.to_owned()))
    }
}

fn state_update(value: &Value) -> Option<HistoryData> {
    let to = Box::new(alarm_state(&value["newState"])?);
    Some(HistoryData::StateUpdate { from: alarm_state(&value["oldState"]).map(Box::new), to })
}

fn alarm_state(value: &Value) -> Option<AlarmState> {
    let data = &value["stateReasonData"];
    Some(AlarmState {
        value: value["stateValue"].as_str()?.parse().ok()?,
        reason: value["stateReason"].as_str().map(Reason::read),
        data: match data {
            Value::Null => None,
            Value::String(text) => ReasonData::read(text),
            data => ReasonData::read(&data.to_string()),
        },
    })
}

fn action(value: &Value) -> Option<ActionRun> {
    let members = value.as_object()?;
    // Some are texts in one sample and objects in another.
    let text = |name: &str| match members.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    Some(ActionRun {
        state: text("actionState"),
        target: text("notificationResource"),
        error: text("error"),
        message: text("publishedMessage"),
        changed_at: time(&value["stateUpdateTimestamp"]),
        mute_window_end: time(&value["muteWindowEndTimestamp"]),
    })
}

fn configuration(value: &Value) -> Option<ConfigurationChange> {
    let members = value.as_object()?;
    let alarm = ["updatedAlarm", "createdAlarm", "deletedAlarm"]
        .into_iter()
        .find_map(|name| members.get(name).and_then(Value::as_object))
        .cloned()
        .unwrap_or_default();
    let old = members.get("originalUpdatedFields").and_then(Value::as_object);
    let fields = old.into_iter().flatten().map(|(name, old)| FieldChange {
        name: name.clone(),
        old: old.clone(),
        new: alarm.get(name).cloned().unwrap_or_default(),
    });
    Some(ConfigurationChange {
        operation: members.get("type").and_then(Value::as_str).map(str::to_owned),
        fields: fields.collect(),
        alarm,
    })
}
