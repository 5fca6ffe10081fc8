//! What a run came to against what a test expects. Every difference is a sentence.

use std::collections::BTreeMap;

use opsctl_engine::asl::execution::{Outcome, Status, TaskRequest};
use opsctl_engine::asl::history::{Event, Happened};
use serde_json::Value;

use super::file::Expectation;

/// A run that is over.
pub struct Ended<'a> {
    pub outcome: &'a Outcome,
    pub events: &'a [Event],
    pub requests: &'a [TaskRequest],
}

pub fn differences(expect: &Expectation, ended: &Ended<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let Outcome { status, output, failure } = ended.outcome;
    let (error, cause) = (failure.error.as_deref(), failure.cause.as_deref());
    let wants_failure = expect.error.is_some() || expect.cause.as_ref().is_some_and(|cause| !cause.is_null());
    let is_as_expected = match &expect.status {
        Some(expected) => expected == status.name(),
        None => (*status == Status::Succeeded) != wants_failure,
    };
    if !is_as_expected {
        let expected = expect.status.as_deref().unwrap_or(match wants_failure {
            true => "a failure",
            false => "SUCCEEDED",
        });
        let why = match (error, cause) {
            (None, None) => String::new(),
            (error, cause) => format!(": {}: {}", error.unwrap_or_default(), cause.unwrap_or_default()),
        };
        found.push(format!("status: expected {expected}, was {}{why}", status.name()));
    }
    if let Some(expected) = &expect.output {
        match output {
            Some(actual) if is_equal(expected, actual.value()) => {}
            Some(actual) => found.push(format!("output: expected {expected}, was {}", actual.text())),
            None => found.push(format!("output: expected {expected}, and there is none")),
        }
    }
    if let Some(expected) = &expect.error
        && error != Some(expected)
    {
        found.push(format!("error: expected {expected}, was {}", error.unwrap_or("none")));
    }
    if let Some(expected) = &expect.cause
        && !is_cause(expected, cause)
    {
        let expected = expected.as_str().map_or_else(|| expected.to_string(), str::to_owned);
        found.push(format!("cause: expected {expected}, was {}", cause.unwrap_or("none")));
    }
    if let Some(expected) = &expect.path {
        let actual = path(ended.events);
        if *expected != actual {
            found.push(format!("path: expected {}, was {}", expected.join(" > "), actual.join(" > ")));
        }
    }
    let retries = retries(ended.requests);
    for (state, expected) in &expect.retries {
        let actual = retries.get(state.as_str()).copied().unwrap_or(0);
        if *expected != actual {
            found.push(format!("retries of {state}: expected {expected}, were {actual}"));
        }
    }
    for (state, expected) in &expect.requests {
        let of_state = ended.requests.iter().filter(|request| &*request.state == state.as_str());
        let actual: Vec<&Value> = of_state.map(|request| request.input.value()).collect();
        if expected.len() != actual.len() {
            found.push(format!("requests of {state}: expected {}, were {}", expected.len(), actual.len()));
        }
        for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
            if !is_equal(expected, actual) {
                found.push(format!("request {index} of {state}: expected {expected}, was {actual}"));
            }
        }
    }
    found
}

/// The states in the order they were entered.
fn path(events: &[Event]) -> Vec<&str> {
    let entered = events.iter().filter_map(|event| match &event.happened {
        Happened::StateEntered { name, .. } => Some(&**name),
        _ => None,
    });
    entered.collect()
}

/// Attempts that were retries, by state.
fn retries(requests: &[TaskRequest]) -> BTreeMap<&str, u64> {
    let mut retries = BTreeMap::new();
    for request in requests.iter().filter(|request| request.attempt > 0) {
        *retries.entry(&*request.state).or_insert(0) += 1;
    }
    retries
}

/// A cause that holds JSON may be expected as what it holds.
fn is_cause(expected: &Value, actual: Option<&str>) -> bool {
    match (expected, actual) {
        (Value::String(expected), actual) => actual == Some(expected),
        (expected, Some(actual)) => {
            serde_json::from_str(actual).is_ok_and(|actual| is_equal(expected, &actual))
        }
        (expected, None) => expected.is_null(),
    }
}

/// Numbers are equal by value, and fields of objects have no order.
fn is_equal(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Number(expected), Value::Number(actual)) => {
            expected == actual || expected.as_f64() == actual.as_f64()
        }
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() == actual.len()
                && expected.iter().zip(actual).all(|(expected, actual)| is_equal(expected, actual))
        }
        (Value::Object(expected), Value::Object(actual)) => {
            let same = |(name, value): (&String, &Value)| {
                actual.get(name).is_some_and(|actual| is_equal(value, actual))
            };
            expected.len() == actual.len() && expected.iter().all(same)
        }
        (expected, actual) => expected == actual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_equal_by_value_and_objects_by_their_fields() {
        for (expected, actual, equal) in [
            (json!(1), json!(1.0), true),
            (json!({"a": [1], "b": 2}), json!({"b": 2.0, "a": [1.0]}), true),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!([1, 2]), json!([2, 1]), false),
            (json!("1"), json!(1), false),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_993_u64), true),
        ] {
            assert_eq!(is_equal(&expected, &actual), equal, "{expected} {actual}");
        }
    }

    #[test]
    fn a_cause_is_text_or_what_it_holds() {
        for (expected, actual, equal) in [
            (json!("gone"), Some("gone"), true),
            (json!({"errorType": "E"}), Some("{\"errorType\":\"E\"}"), true),
            (json!({"errorType": "E"}), Some("E"), false),
            (json!("gone"), None, false),
            (json!(null), None, true),
        ] {
            assert_eq!(is_cause(&expected, actual), equal, "{expected} {actual:?}");
        }
    }
}
