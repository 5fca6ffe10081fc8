//! Alarms as opsctl sees them: the document that DescribeAlarms gives, whole and in the service's words, with what every kind
//! of alarm has told apart. Built from answers of AWS in `api` and nowhere else.

use std::fmt;

use clap::ValueEnum;
use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

/// The kinds of alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
pub enum AlarmType {
    /// Of a metric, of an expression over metrics, or of a PromQL query
    #[serde(rename = "MetricAlarm")]
    Metric,
    /// Of other alarms
    #[serde(rename = "CompositeAlarm")]
    Composite,
    /// Of a query over logs
    #[serde(rename = "LogAlarm")]
    Log,
}

impl AlarmType {
    pub const ALL: [AlarmType; 3] = [AlarmType::Metric, AlarmType::Composite, AlarmType::Log];

    /// As the service says it.
    pub fn name(self) -> &'static str {
        match self {
            AlarmType::Metric => "MetricAlarm",
            AlarmType::Composite => "CompositeAlarm",
            AlarmType::Log => "LogAlarm",
        }
    }

    /// As people say it.
    pub fn word(self) -> &'static str {
        match self {
            AlarmType::Metric => "metric",
            AlarmType::Composite => "composite",
            AlarmType::Log => "log",
        }
    }
}

impl fmt::Display for AlarmType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// An alarm of any kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    pub alarm_type: AlarmType,
    /// Every member that the service gives, those too that are newer than opsctl. Times are RFC 3339.
    pub document: Map<String, Value>,
}

/// A metric that an alarm looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric<'a> {
    pub namespace: &'a str,
    pub name: &'a str,
    pub dimensions: Vec<(&'a str, &'a str)>,
}

/// The lists of actions, by the state that they are for.
pub const ACTION_LISTS: [(StateValue, &str); 3] = [
    (StateValue::Alarm, "AlarmActions"),
    (StateValue::Ok, "OKActions"),
    (StateValue::InsufficientData, "InsufficientDataActions"),
];

impl Alarm {
    pub fn name(&self) -> &str {
        self.text("AlarmName").unwrap_or_default()
    }

    pub fn arn(&self) -> &str {
        self.text("AlarmArn").unwrap_or_default()
    }

    /// OK, ALARM, INSUFFICIENT_DATA, or what is newer.
    pub fn state(&self) -> &str {
        self.text("StateValue").unwrap_or_default()
    }

    /// Since when it is in its state. The time of the last update moves with other things too, and is all that older
    /// endpoints tell.
    pub fn since(&self) -> Option<Timestamp> {
        self.time("StateTransitionedTimestamp").or_else(|| self.time("StateUpdatedTimestamp"))
    }

    pub fn has_actions_enabled(&self) -> bool {
        self.document.get("ActionsEnabled").and_then(Value::as_bool).unwrap_or(true)
    }

    /// The actions with the states that they are for.
    pub fn actions(&self) -> impl Iterator<Item = (StateValue, &str)> {
        ACTION_LISTS.into_iter().flat_map(|(state, list)| {
            self.list(list).iter().filter_map(move |arn| Some((state, arn.as_str()?)))
        })
    }

    /// The metrics it looks at: its own, or those of its expressions.
    pub fn metrics(&self) -> Vec<Metric<'_>> {
        let own = self.document.contains_key("MetricName").then_some(&self.document);
        let queries = self
            .list("Metrics")
            .iter()
            .filter_map(|query| query.get("MetricStat")?.get("Metric")?.as_object());
        own.into_iter().chain(queries).filter_map(metric).collect()
    }

    /// The rule of a composite alarm.
    pub fn rule(&self) -> Option<&str> {
        self.text("AlarmRule")
    }

    pub fn text(&self, member: &str) -> Option<&str> {
        self.document.get(member)?.as_str()
    }

    pub fn number(&self, member: &str) -> Option<f64> {
        self.document.get(member)?.as_f64()
    }

    pub fn count(&self, member: &str) -> Option<u64> {
        self.document.get(member)?.as_u64()
    }

    pub fn list(&self, member: &str) -> &[Value] {
        self.document.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub fn time(&self, member: &str) -> Option<Timestamp> {
        self.text(member)?.parse().ok()
    }

    /// The present, as far as can be told: what the service has last done with it is not yet to come, whatever the clock
    /// of this machine says. That of a sandbox may be set ahead.
    pub fn present(&self, now: Timestamp) -> Timestamp {
        self.time("StateUpdatedTimestamp").map_or(now, |updated| updated.max(now))
    }
}

fn metric(of: &Map<String, Value>) -> Option<Metric<'_>> {
    let dimensions = of.get("Dimensions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    Some(Metric {
        namespace: of.get("Namespace").and_then(Value::as_str).unwrap_or_default(),
        name: of.get("MetricName")?.as_str()?,
        dimensions: dimensions.iter().filter_map(dimension).collect(),
    })
}

fn dimension(of: &Value) -> Option<(&str, &str)> {
    Some((of.get("Name")?.as_str()?, of.get("Value")?.as_str()?))
}

/// What every kind has, by names that stay; the whole document is in `alarm`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    alarm_type: AlarmType,
    state: &'a str,
    since: Option<Timestamp>,
    reason: Option<&'a str>,
    actions_enabled: bool,
    alarm_arn: &'a str,
    alarm: &'a Map<String, Value>,
}

impl Serialize for Alarm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Told {
            name: self.name(),
            alarm_type: self.alarm_type,
            state: self.state(),
            since: self.since(),
            reason: self.text("StateReason"),
            actions_enabled: self.has_actions_enabled(),
            alarm_arn: self.arn(),
            alarm: &self.document,
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    /// An alarm of a document.
    pub fn alarm(alarm_type: AlarmType, document: Value) -> Alarm {
        Alarm { alarm_type, document: document.as_object().unwrap().clone() }
    }

    #[test]
    fn metrics_are_its_own_or_those_of_its_expressions() {
        let dimensions = json!([{ "Name": "FunctionName", "Value": "resize" }]);
        let own = alarm(
            AlarmType::Metric,
            json!({ "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": dimensions }),
        );
        let errors =
            Metric { namespace: "AWS/Lambda", name: "Errors", dimensions: vec![("FunctionName", "resize")] };
        assert_eq!(own.metrics(), std::slice::from_ref(&errors));
        let of_math = alarm(
            AlarmType::Metric,
            json!({ "Metrics": [
                { "Id": "rate", "Expression": "e / 2" },
                { "Id": "e", "ReturnData": false, "MetricStat": { "Stat": "Sum", "Metric":
                    { "Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": dimensions } } },
            ] }),
        );
        assert_eq!(of_math.metrics(), [errors]);
        assert!(alarm(AlarmType::Composite, json!({ "AlarmRule": "ALARM(a)" })).metrics().is_empty());
    }

    #[test]
    fn the_age_is_that_of_the_state() {
        let both = json!({
            "StateUpdatedTimestamp": "2026-11-22T11:00:00Z",
            "StateTransitionedTimestamp": "2026-11-20T11:00:00Z",
        });
        assert_eq!(alarm(AlarmType::Log, both).since(), "2026-11-20T11:00:00Z".parse().ok());
        let older = json!({ "StateUpdatedTimestamp": "2026-11-22T11:00:00Z" });
        assert_eq!(alarm(AlarmType::Log, older).since(), "2026-11-22T11:00:00Z".parse().ok());
        assert_eq!(alarm(AlarmType::Log, json!({})).since(), None);
    }

    #[test]
    fn actions_are_named_with_their_states_and_are_enabled_unless_it_says_otherwise() {
        let it = alarm(AlarmType::Metric, json!({ "OKActions": ["b"], "AlarmActions": ["a", "b"] }));
        let expected = [(StateValue::Alarm, "a"), (StateValue::Alarm, "b"), (StateValue::Ok, "b")];
        assert_eq!(it.actions().collect::<Vec<_>>(), expected);
        assert!(it.has_actions_enabled());
        assert!(!alarm(AlarmType::Metric, json!({ "ActionsEnabled": false })).has_actions_enabled());
    }
}
