//! StateReasonData: what is in the sentence, and more, as JSON.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::moment;
use crate::evaluation::StateValue;
use crate::evaluation::judging::{Criteria, Evaluation};
use crate::evaluation::timing::Stretch;

const VERSION: &str = "1.0";

/// By what it has in it: that of a metric alarm, of a composite or of a log alarm.
#[derive(Debug, Clone, PartialEq)]
pub enum ReasonData {
    Metric(MetricReasonData),
    Composite { triggering: Vec<TriggeringAlarm> },
    Log { to_evaluate: Option<u64>, to_alarm: Option<u64>, results: Vec<QueryResult> },
    Other(Value),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetricReasonData {
    pub query_date: Option<Timestamp>,
    pub start_date: Option<Timestamp>,
    pub statistic: Option<String>,
    pub unit: Option<String>,
    /// Seconds.
    pub period: Option<i64>,
    /// Oldest first.
    pub recent: Vec<f64>,
    pub recent_lower: Vec<f64>,
    pub recent_upper: Vec<f64>,
    pub threshold: Option<f64>,
    /// Newest first; trust their times.
    pub evaluated: Vec<EvaluatedDatapoint>,
}

/// One slot; a gap has no value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvaluatedDatapoint {
    pub at: Option<Timestamp>,
    pub samples: Option<f64>,
    pub value: Option<f64>,
}

/// A child of a composite in the state that made it change.
#[derive(Debug, Clone, PartialEq)]
pub struct TriggeringAlarm {
    pub arn: String,
    pub state: Option<StateValue>,
    pub at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct QueryResult {
    pub id: Option<String>,
    pub status: Option<String>,
    pub at: Option<Timestamp>,
    pub value: Option<f64>,
}

impl ReasonData {
    /// Members that are missing or of another kind are skipped; what is no JSON is none.
    pub fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        if let Some(alarms) = value["triggeringAlarms"].as_array() {
            return Some(ReasonData::Composite {
                triggering: alarms.iter().filter_map(triggering).collect(),
            });
        }
        if let Some(results) = value["results"].as_array() {
            return Some(ReasonData::Log {
                to_evaluate: value["queryResultsToEvaluate"].as_u64(),
                to_alarm: value["queryResultsToAlarm"].as_u64(),
                results: results.iter().map(query_result).collect(),
            });
        }
        let is_metric = value["recentDatapoints"].is_array() || value["evaluatedDatapoints"].is_array();
        Some(if is_metric {
            ReasonData::Metric(MetricReasonData::of_value(&value))
        } else {
            ReasonData::Other(value)
        })
    }
}

impl MetricReasonData {
    /// Of an evaluation at a moment, whose slots were these. What the alarm's configuration says of the data (statistic,
    /// unit, period) is filled in by who knows it.
    pub fn of(criteria: &Criteria, evaluation: &Evaluation, slots: &[Stretch], now: Timestamp) -> Self {
        let missing = evaluation.slots.len().saturating_sub(slots.len());
        let counted: Vec<_> = evaluation
            .counted()
            .filter_map(|(at, slot)| {
                Some((
                    at.checked_sub(missing).and_then(|at| slots.get(at)).map(|slot| slot.start),
                    slot.datapoint?,
                ))
            })
            .collect();
        let bands = || counted.iter().rev().filter_map(|(_, datapoint)| datapoint.band);
        let is_band = criteria.threshold.is_none();
        MetricReasonData {
            query_date: Some(now),
            start_date: counted.last().and_then(|(at, _)| *at),
            recent: counted.iter().rev().map(|(_, datapoint)| datapoint.value).collect(),
            recent_lower: bands().filter(|_| is_band).map(|band| band.lower).collect(),
            recent_upper: bands().filter(|_| is_band).map(|band| band.upper).collect(),
            threshold: criteria.threshold,
            evaluated: counted
                .iter()
                .map(|(at, datapoint)| EvaluatedDatapoint {
                    at: *at,
                    samples: datapoint.samples,
                    value: Some(datapoint.value),
                })
                .collect(),
            ..MetricReasonData::default()
        }
    }

    fn of_value(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let evaluated = |value: &Value| EvaluatedDatapoint {
            at: time(&value["timestamp"]),
            samples: number(&value["sampleCount"]),
            value: number(&value["value"]),
        };
        MetricReasonData {
            query_date: time(&value["queryDate"]),
            start_date: time(&value["startDate"]),
            statistic: text("statistic"),
            unit: text("unit"),
            period: value["period"].as_i64(),
            recent: numbers(&value["recentDatapoints"]),
            recent_lower: numbers(&value["recentLowerThresholds"]),
            recent_upper: numbers(&value["recentUpperThresholds"]),
            threshold: number(&value["threshold"]),
            evaluated: value["evaluatedDatapoints"].as_array().into_iter().flatten().map(evaluated).collect(),
        }
    }

    pub fn to_value(&self) -> Value {
        let mut value = Map::new();
        let mut put = |name: &str, member: Value| {
            if !member.is_null() {
                value.insert(name.to_owned(), member);
            }
        };
        let listed = |numbers: &[f64]| if numbers.is_empty() { Value::Null } else { json!(numbers) };
        put("version", json!(VERSION));
        put("queryDate", json!(self.query_date.map(moment::iso)));
        put("startDate", json!(self.start_date.map(moment::iso)));
        put("unit", json!(self.unit));
        put("statistic", json!(self.statistic));
        put("period", json!(self.period));
        put("recentDatapoints", json!(self.recent));
        put("recentLowerThresholds", listed(&self.recent_lower));
        put("recentUpperThresholds", listed(&self.recent_upper));
        put("threshold", json!(self.threshold));
        let evaluated = self.evaluated.iter().map(|point| {
            let mut value = Map::new();
            let members = [
                ("timestamp", json!(point.at.map(moment::iso))),
                ("sampleCount", json!(point.samples)),
                ("value", json!(point.value)),
            ];
            value.extend(
                members
                    .into_iter()
                    .filter(|(_, member)| !member.is_null())
                    .map(|(name, member)| (name.to_owned(), member)),
            );
            Value::Object(value)
        });
        put("evaluatedDatapoints", evaluated.collect());
        Value::Object(value)
    }
}

/// What a composite's reason data says of the children that made it change.
impl TriggeringAlarm {
    /// The name in the ARN.
    pub fn name(&self) -> &str {
        alarm_name(&self.arn)
    }

    pub fn to_value(&self) -> Value {
        json!({ "arn": self.arn, "state": { "value": self.state, "timestamp": self.at.map(moment::iso) } })
    }
}

/// The name in an alarm's ARN; what is none is a name already.
pub fn alarm_name(arn: &str) -> &str {
    match arn.starts_with("arn:") {
        true => arn.split_once(":alarm:").map_or(arn, |(_, name)| name),
        false => arn,
    }
}

fn triggering(value: &Value) -> Option<TriggeringAlarm> {
    Some(TriggeringAlarm {
        arn: value["arn"].as_str()?.to_owned(),
        state: value["state"]["value"].as_str().and_then(|state| state.parse().ok()),
        at: time(&value["state"]["timestamp"]),
    })
}

fn query_result(value: &Value) -> QueryResult {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    QueryResult {
        id: text("queryResultId"),
        status: text("status"),
        at: time(&value["timestamp"]),
        value: number(&value["value"]),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(number).collect()
}

/// A number, also as a text, which is how some samples have it.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// A text, or milliseconds since 1970.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => moment::read_iso(text),
        Value::Number(number) => Timestamp::from_millisecond(number.as_i64()?).ok(),
        _ => None,
    }
}
