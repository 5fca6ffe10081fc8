//! The configuration of a composite alarm, as PutCompositeAlarm takes it and DescribeAlarms gives it, and everything
//! that is wrong with one. What DescribeAlarms adds, and what a newer service adds, is skipped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Rule, name_of};
use crate::document::Fault;
use crate::evaluation::actions::{self, AlarmKind};

const MAX_NAME: usize = 255;
const MAX_DESCRIPTION: usize = 1_024;
/// Of each state.
const MAX_ACTIONS: usize = 5;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CompositeAlarm {
    pub alarm_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm_description: Option<String>,
    pub alarm_rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions_enabled: Option<bool>,
    #[serde(rename = "OKActions", skip_serializing_if = "Vec::is_empty")]
    pub ok_actions: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarm_actions: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub insufficient_data_actions: Vec<String>,
    /// By name or by ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions_suppressor: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions_suppressor_wait_period: Option<i64>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions_suppressor_extension_period: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_configuration: Option<Value>,
    /// Heeded on creation only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Value>,
}

/// Everything that is wrong, each with its place. A fault of the rule ends with the character it is at.
pub fn check(alarm: &CompositeAlarm) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut note = |field: &str, message: String| {
        faults.push(Fault { path: vec![field.to_owned()], message, is_of_name: false });
    };
    let count = alarm.alarm_name.chars().count();
    if !(1..=MAX_NAME).contains(&count) {
        note("AlarmName", format!("has {count} characters; 1 to {MAX_NAME} are allowed"));
    }
    if alarm.alarm_name.chars().any(|letter| letter.is_ascii_control()) {
        note("AlarmName", "has a control character".to_owned());
    }
    let count = alarm.alarm_description.as_ref().map_or(0, |text| text.chars().count());
    if count > MAX_DESCRIPTION {
        note("AlarmDescription", format!("has {count} characters; 0 to {MAX_DESCRIPTION} are allowed"));
    }
    match Rule::parse(&alarm.alarm_rule) {
        Err(errors) => errors.iter().for_each(|error| note("AlarmRule", error.to_string())),
        Ok(rule) if rule.children().contains(&alarm.alarm_name.as_str()) => {
            note("AlarmRule", "names the alarm itself: such a cycle is never evaluated".to_owned());
        }
        Ok(_) => {}
    }
    let lists = [
        ("OKActions", &alarm.ok_actions),
        ("AlarmActions", &alarm.alarm_actions),
        ("InsufficientDataActions", &alarm.insufficient_data_actions),
    ];
    for (name, list) in lists {
        if list.len() > MAX_ACTIONS {
            note(name, format!("has {} actions; at most {MAX_ACTIONS} are allowed", list.len()));
        }
    }
    let periods = [
        ("ActionsSuppressorWaitPeriod", alarm.actions_suppressor_wait_period),
        ("ActionsSuppressorExtensionPeriod", alarm.actions_suppressor_extension_period),
    ];
    for (name, period) in periods {
        match (period, &alarm.actions_suppressor) {
            (None, Some(_)) => {
                note(name, "is missing: a suppressor needs both periods, 60 is usual".to_owned())
            }
            (Some(_), None) => note(name, "is given without ActionsSuppressor".to_owned()),
            (Some(seconds), _) if seconds < 0 => note(name, format!("{seconds} is less than 0")),
            _ => {}
        }
    }
    if alarm.actions_suppressor.as_deref().is_some_and(|suppressor| name_of(suppressor) == alarm.alarm_name) {
        note("ActionsSuppressor", "is the alarm itself".to_owned());
    }
    let lists: BTreeMap<&str, &Vec<String>> = lists.into_iter().collect();
    faults.extend(actions::check(AlarmKind::Composite, &json!(lists)));
    faults
}
