//! The members that people set one by one: what they are called on a command line, which kinds of alarms have them, and how
//! a text becomes their value. What the values must be is the engine's to say.

use opsctl_engine::evaluation::data::Statistic;
use opsctl_engine::evaluation::judging::ComparisonOperator;
use serde_json::{Map, Number, Value};

use crate::cli::duration;
use crate::commands::alarm::model::AlarmType;
use crate::completion::{self, ArgValueCompleter, Candidate};
use crate::output::advice;

#[derive(Debug)]
pub struct Member {
    /// On a command line.
    pub field: &'static str,
    /// In the document.
    pub name: &'static str,
    pub form: Form,
    /// The kinds of alarms that have it.
    of: &'static [AlarmType],
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    Number,
    Whole,
    /// A number of seconds, or a duration such as 5m.
    Seconds,
    Truth,
    Comparison,
    MissingData,
    /// A plain statistic or an extended one, which is a member of its own.
    Statistic,
    /// With commas between them.
    Arns,
}

use AlarmType::{Composite, Log, Metric};

const ALL: &[AlarmType] = &AlarmType::ALL;
const JUDGED: &[AlarmType] = &[Metric, Log];

pub const MEMBERS: &[Member] = &[
    member("namespace", "Namespace", Form::Text, &[Metric]),
    member("metric", "MetricName", Form::Text, &[Metric]),
    member("statistic", "Statistic", Form::Statistic, &[Metric]),
    member("period", "Period", Form::Seconds, &[Metric]),
    member("unit", "Unit", Form::Text, &[Metric]),
    member("threshold", "Threshold", Form::Number, JUDGED),
    member("comparison", "ComparisonOperator", Form::Comparison, JUDGED),
    member("evaluation-periods", "EvaluationPeriods", Form::Whole, &[Metric]),
    member("datapoints-to-alarm", "DatapointsToAlarm", Form::Whole, &[Metric]),
    member("treat-missing-data", "TreatMissingData", Form::MissingData, JUDGED),
    member("low-sample-count", "EvaluateLowSampleCountPercentile", Form::Text, &[Metric]),
    member("query-results-to-evaluate", "QueryResultsToEvaluate", Form::Whole, &[Log]),
    member("query-results-to-alarm", "QueryResultsToAlarm", Form::Whole, &[Log]),
    member("rule", "AlarmRule", Form::Text, &[Composite]),
    member("actions-suppressor", "ActionsSuppressor", Form::Text, &[Composite]),
    member("suppressor-wait", "ActionsSuppressorWaitPeriod", Form::Seconds, &[Composite]),
    member("suppressor-extension", "ActionsSuppressorExtensionPeriod", Form::Seconds, &[Composite]),
    member("description", "AlarmDescription", Form::Text, ALL),
    member("actions-enabled", "ActionsEnabled", Form::Truth, ALL),
    member("alarm-actions", "AlarmActions", Form::Arns, ALL),
    member("ok-actions", "OKActions", Form::Arns, ALL),
    member("insufficient-data-actions", "InsufficientDataActions", Form::Arns, ALL),
];

const fn member(field: &'static str, name: &'static str, form: Form, of: &'static [AlarmType]) -> Member {
    Member { field, name, form, of }
}

impl Member {
    /// By either of its names.
    pub fn named(name: &str) -> Option<&'static Member> {
        MEMBERS.iter().find(|member| member.field == name || member.name == name)
    }

    pub fn is_of(&self, alarm_type: AlarmType) -> bool {
        self.of.contains(&alarm_type)
    }

    /// Gives it the value of a text.
    pub fn set(&self, text: &str, document: &mut Map<String, Value>) -> Result<(), String> {
        let (name, value): (&str, Value) = match self.form {
            Form::Text => (self.name, text.into()),
            Form::Number => (self.name, number(text)?.into()),
            Form::Whole => (self.name, whole(text)?.into()),
            Form::Seconds => (self.name, seconds(text)?.into()),
            Form::Truth => (self.name, truth(text)?.into()),
            Form::Comparison => (self.name, comparison(text)?.into()),
            Form::MissingData => (self.name, missing_data(text)?.into()),
            Form::Arns => (self.name, text.split(',').map(|arn| Value::from(arn.trim())).collect()),
            Form::Statistic => {
                let statistic = statistic(text)?;
                let names = ["Statistic", "ExtendedStatistic"];
                names.iter().for_each(|name| drop(document.remove(*name)));
                (statistic_member(&statistic), statistic.into())
            }
        };
        document.insert(name.to_owned(), value);
        Ok(())
    }

    /// Takes it away, with what stands in its place.
    pub fn clear(&self, document: &mut Map<String, Value>) {
        document.remove(self.name);
        if self.form == Form::Statistic {
            document.remove("ExtendedStatistic");
        }
    }
}

/// The member that a statistic is written in.
pub fn statistic_member(statistic: &str) -> &'static str {
    match statistic.parse::<Statistic>().is_ok_and(|statistic| !statistic.is_extended()) {
        true => "Statistic",
        false => "ExtendedStatistic",
    }
}

pub fn number(text: &str) -> Result<Number, String> {
    if let Ok(whole) = text.parse::<i64>() {
        return Ok(whole.into());
    }
    let number = text.parse::<f64>().map_err(|_| format!("`{text}` is no number"))?;
    Number::from_f64(number).ok_or_else(|| format!("`{text}` is no finite number"))
}

pub fn whole(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("`{text}` is no whole number"))
}

pub fn seconds(text: &str) -> Result<i64, String> {
    let length = duration(text)?;
    match length.subsec_nanos() {
        0 => i64::try_from(length.as_secs()).map_err(|error| error.to_string()),
        _ => Err("it is in whole seconds".to_owned()),
    }
}

fn truth(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("`{text}` is neither true nor false"))
}

/// By the service's name for it, or by its sign.
pub fn comparison(text: &str) -> Result<String, String> {
    use ComparisonOperator::{
        GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanOrEqualToThreshold, LessThanThreshold,
    };
    let names = ComparisonOperator::ALL.map(ComparisonOperator::name);
    let by_sign = match text {
        ">" => Some(GreaterThanThreshold),
        ">=" => Some(GreaterThanOrEqualToThreshold),
        "<" => Some(LessThanThreshold),
        "<=" => Some(LessThanOrEqualToThreshold),
        _ => None,
    };
    let found = by_sign.map(ComparisonOperator::name);
    let found = found.or_else(|| names.into_iter().find(|name| name.eq_ignore_ascii_case(text)));
    found.map(str::to_owned).ok_or_else(|| {
        format!("`{text}` is none of >, >=, <, <=, {}{}", names.join(", "), advice(text, names))
    })
}

pub fn comparisons() -> ArgValueCompleter {
    completion::fixed(|| ComparisonOperator::ALL.map(|it| Candidate::new(it.name())).into())
}

const MISSING_DATA: [&str; 4] = ["breaching", "notBreaching", "ignore", "missing"];

pub fn missing_data(text: &str) -> Result<String, String> {
    let found = MISSING_DATA.into_iter().find(|word| word.eq_ignore_ascii_case(text));
    found.map(str::to_owned).ok_or_else(|| {
        format!("`{text}` is none of {}{}", MISSING_DATA.join(", "), advice(text, MISSING_DATA))
    })
}

pub fn missing_data_words() -> ArgValueCompleter {
    completion::fixed(|| MISSING_DATA.map(Candidate::new).into())
}

const STATISTICS: [&str; 5] = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"];

/// Plain ones in any case.
pub fn statistic(text: &str) -> Result<String, String> {
    if let Some(plain) = STATISTICS.into_iter().find(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(plain.to_owned());
    }
    match text.parse::<Statistic>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => {
            Err(format!("`{text}` is no statistic, such as Average, Sum or p99{}", advice(text, STATISTICS)))
        }
    }
}

pub fn statistics() -> ArgValueCompleter {
    completion::fixed(|| STATISTICS.map(Candidate::new).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(field: &str, text: &str) -> Result<Value, String> {
        let mut document = json!({ "Statistic": "Sum" }).as_object().unwrap().clone();
        let member = Member::named(field).ok_or("there is no such member")?;
        member.set(text, &mut document)?;
        if member.form != Form::Statistic {
            document.remove("Statistic");
        }
        Ok(Value::Object(document))
    }

    #[test]
    fn texts_become_values_of_members() {
        for (field, text, expected) in [
            ("threshold", "-4.5", json!({ "Threshold": -4.5 })),
            ("Threshold", "1e3", json!({ "Threshold": 1000.0 })),
            ("threshold", "0", json!({ "Threshold": 0 })),
            ("period", "5m", json!({ "Period": 300 })),
            ("period", "45", json!({ "Period": 45 })),
            ("comparison", ">=", json!({ "ComparisonOperator": "GreaterThanOrEqualToThreshold" })),
            ("comparison", "lessthanthreshold", json!({ "ComparisonOperator": "LessThanThreshold" })),
            ("treat-missing-data", "notbreaching", json!({ "TreatMissingData": "notBreaching" })),
            ("statistic", "maximum", json!({ "Statistic": "Maximum" })),
            ("statistic", "p99.9", json!({ "ExtendedStatistic": "p99.9" })),
            ("statistic", "PR(1:10)", json!({ "ExtendedStatistic": "PR(1:10)" })),
            ("actions-enabled", "false", json!({ "ActionsEnabled": false })),
            ("ok-actions", "a, b", json!({ "OKActions": ["a", "b"] })),
            ("description", "a=b", json!({ "AlarmDescription": "a=b" })),
        ] {
            assert_eq!(set(field, text), Ok(expected), "{field}={text}");
        }
        for (field, text, expected) in [
            ("threshold", "NaN", "`NaN` is no finite number"),
            ("threshold", "-inf", "`-inf` is no finite number"),
            ("threshold", "", "`` is no number"),
            ("evaluation-periods", "2.5", "`2.5` is no whole number"),
            ("period", "1500ms", "it is in whole seconds"),
            ("actions-enabled", "yes", "`yes` is neither true nor false"),
            (
                "statistic",
                "Averge",
                "`Averge` is no statistic, such as Average, Sum or p99; did you mean `Average`?",
            ),
        ] {
            assert_eq!(set(field, text), Err(expected.to_owned()), "{field}={text}");
        }
        assert!(set("comparison", "GreaterThan").unwrap_err().contains("none of >, >=, <, <=, GreaterThan"));
        assert!(set("treat-missing-data", "breeching").unwrap_err().ends_with("did you mean `breaching`?"));
    }
}
