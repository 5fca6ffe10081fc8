//! What an alarm is to be: one document in the service's words, as a Put call takes it, whoever wrote it (options, a file,
//! the service). `check` finds what is wrong with one, `file` reads one, `members` are those that people set one by one,
//! `changes` tells two apart. No calls from here.

mod changes;
mod check;
mod file;
pub mod members;

use opsctl_engine::document::{Fault, drop_nulls};
use serde_json::{Map, Value};

use super::model::{Alarm, AlarmType};
use super::view;

pub use changes::{changes, drawn};
pub use file::read;

/// What the service says of an alarm and takes from nobody.
const ANSWERED: &[&str] = &[
    "ActionsSuppressedBy",
    "ActionsSuppressedReason",
    "AlarmArn",
    "EvaluationState",
    "StateReason",
    "StateReasonData",
    "StateValue",
];

#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    pub alarm_type: AlarmType,
    /// The input of the Put call, with what is newer than opsctl.
    pub document: Map<String, Value>,
}

impl From<Map<String, Value>> for Configuration {
    /// Of the kind that it has the members of; without what only the service says.
    fn from(document: Map<String, Value>) -> Self {
        let alarm_type = if document.contains_key("AlarmRule") {
            AlarmType::Composite
        } else if document.contains_key("ScheduledQueryConfiguration") {
            AlarmType::Log
        } else {
            AlarmType::Metric
        };
        Configuration::new(alarm_type, document)
    }
}

impl From<&Alarm> for Configuration {
    fn from(alarm: &Alarm) -> Self {
        Configuration::new(alarm.alarm_type, alarm.document.clone())
    }
}

impl Configuration {
    fn new(alarm_type: AlarmType, document: Map<String, Value>) -> Self {
        let mut value = Value::Object(document);
        drop_nulls(&mut value);
        let mut document = match value {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        // Times are all of what was: when it changed its state, when it was configured.
        document.retain(|name, _| !ANSWERED.contains(&name.as_str()) && !name.ends_with("Timestamp"));
        Configuration { alarm_type, document }
    }

    pub fn name(&self) -> &str {
        self.document.get("AlarmName").and_then(Value::as_str).unwrap_or_default()
    }

    /// The call that takes it, as IAM names it.
    pub fn action(&self) -> &'static str {
        match self.alarm_type {
            AlarmType::Metric => "cloudwatch:PutMetricAlarm",
            AlarmType::Composite => "cloudwatch:PutCompositeAlarm",
            AlarmType::Log => "cloudwatch:PutLogAlarm",
        }
    }

    pub fn value(&self) -> Value {
        Value::Object(self.document.clone())
    }

    /// The alarm that it makes, as far as that is known.
    pub fn to_alarm(&self) -> Alarm {
        Alarm { alarm_type: self.alarm_type, document: self.document.clone() }
    }

    /// Everything that is wrong with it.
    pub fn faults(&self) -> Vec<Fault> {
        check::faults(self.alarm_type, &self.value())
    }

    /// What the service takes, and what is not what it seems.
    pub fn warnings(&self) -> Vec<String> {
        check::warnings(self.alarm_type, &self.value())
    }

    /// What it looks at and when it goes off, in a line.
    pub fn summary(&self) -> String {
        let alarm = self.to_alarm();
        let metrics = alarm.metrics();
        let dimensions = match metrics.as_slice() {
            [only] => Some(view::dimensions(only)).filter(|text| !text.is_empty()),
            _ => None,
        };
        let watched = [view::watched(&alarm), dimensions].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let told = [Some(watched).filter(|text| !text.is_empty()), view::condition(&alarm)];
        told.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::alarm;
    use super::*;
    use serde_json::json;

    #[test]
    fn of_an_alarm_everything_is_kept_but_how_it_stands() {
        let mut document = json!({
            "AlarmName": "a", "AlarmArn": "arn", "StateValue": "OK", "StateReason": "r", "StateReasonData": "{}",
            "StateUpdatedTimestamp": "2026-11-22T10:00:00Z", "StateTransitionedTimestamp": "2026-11-22T10:00:00Z",
            "AlarmConfigurationUpdatedTimestamp": "2026-11-22T10:00:00Z", "EvaluationState": "PARTIAL_DATA",
            "Threshold": 1.0, "Newer": { "Deep": [1] }, "Unit": null,
        });
        let kept = Configuration::from(&alarm(AlarmType::Metric, document.clone())).value();
        assert_eq!(kept, json!({ "AlarmName": "a", "Threshold": 1.0, "Newer": { "Deep": [1] } }));
        document["AlarmRule"] = json!("TRUE");
        let composite = Configuration::from(document.as_object().unwrap().clone());
        assert_eq!((composite.alarm_type, composite.name()), (AlarmType::Composite, "a"));
        assert_eq!(composite.action(), "cloudwatch:PutCompositeAlarm");
    }

    #[test]
    fn it_is_told_in_a_line() {
        let document = json!({
            "AlarmName": "a", "Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum", "Period": 60,
            "Dimensions": [{ "Name": "FunctionName", "Value": "resize" }], "EvaluationPeriods": 2, "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
        });
        let it = Configuration::from(document.as_object().unwrap().clone());
        assert_eq!(it.summary(), "AWS/Lambda Errors FunctionName=resize, Sum > 0 in 2 of 2 periods of 1m");
    }
}
