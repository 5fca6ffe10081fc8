//! Calls of Step Functions by `aws-sdk:sfn`, all that the service has here. The SDK's members begin with capitals, the
//! service's do not; dates are written out.

use super::{failures, parameters};
use crate::sandbox::account::Account;
use crate::sandbox::services::states;
use jiff::Timestamp;
use opsctl_engine::asl::history::Failure;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Members that hold JSON in a text, which may be given as JSON.
const TEXTS: [&str; 3] = ["Definition", "Input", "Output"];
/// Whose members are names of states.
const BY_STATE: &str = "variableReferences";

/// How dates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    /// Since 1970, as integrations of their own have them.
    Milliseconds,
    /// ISO 8601.
    Text,
}

pub async fn call(account: &Arc<Account>, action: &str, input: &Value) -> Result<Value, Failure> {
    let operation = with_first(action, char::to_ascii_uppercase);
    let answer = states::call(account, &operation, small(input.clone())).await;
    match answer {
        Ok(answer) => Ok(capitalized(answer, Dates::Text)),
        Err(error) => Err(failures::sdk("Sfn", &error)),
    }
}

/// Seconds, as the service answers them.
pub fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// The members of a request as the service has them.
fn small(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let small_name = with_first(&name, char::to_ascii_lowercase);
                match TEXTS.contains(&name.as_str()) {
                    true => parameters::text(value).map(|text| (small_name, text.into())),
                    false if value.is_null() => None,
                    false => Some((small_name, small(value))),
                }
            };
            Value::Object(fields.into_iter().filter_map(field).collect())
        }
        Value::Array(items) => items.into_iter().map(small).collect(),
        other => other,
    }
}

/// The members of an answer as the SDK has them.
pub fn capitalized(value: Value, dates: Dates) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let capital = with_first(&name, char::to_ascii_uppercase);
                let value = match value.as_f64().filter(|_| is_date(&name)) {
                    Some(seconds) => date(seconds, dates),
                    None if name == BY_STATE => value,
                    None => capitalized(value, dates),
                };
                (capital, value)
            };
            Value::Object(fields.into_iter().map(field).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(|item| capitalized(item, dates)).collect(),
        other => other,
    }
}

fn is_date(name: &str) -> bool {
    name.ends_with("Date") || name == "timestamp"
}

fn date(seconds: f64, dates: Dates) -> Value {
    let milliseconds = (seconds * 1000.0).round() as i64;
    match dates {
        Dates::Milliseconds => milliseconds.into(),
        Dates::Text => {
            let at = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
            format!("{at:.3}").into()
        }
    }
}

fn with_first(name: &str, change: fn(&char) -> char) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| change(&first)).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_turned_from_the_sdks_names_to_the_services_and_back() {
        let given =
            json!({"StateMachineArn": "a", "Input": {"Key": 1}, "Name": null, "Tags": [{"Key": "k"}]});
        let expected = json!({"stateMachineArn": "a", "input": "{\"Key\":1}", "tags": [{"key": "k"}]});
        assert_eq!(small(given), expected);
        let answer = json!({
            "startDate": 1.5, "input": "{\"a\":1}", "variableReferences": {"state": ["x"]},
            "executions": [{"stopDate": 0}],
        });
        assert_eq!(
            capitalized(answer.clone(), Dates::Text),
            json!({
                "StartDate": "1970-01-01T00:00:01.500Z", "Input": "{\"a\":1}",
                "VariableReferences": {"state": ["x"]},
                "Executions": [{"StopDate": "1970-01-01T00:00:00.000Z"}],
            })
        );
        assert_eq!(capitalized(answer, Dates::Milliseconds)["StartDate"], 1500);
    }
}
