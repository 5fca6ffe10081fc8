//! What came of a state on trial, as the service tells it.

use serde_json::{Map, Value, json};

use super::Level;
use super::text::spaced;
use crate::asl::execution::{Execution, Seen, Status};

/// The answer to the request, on the wire; nothing while the state is not over.
pub fn answer(execution: &Execution, level: Level) -> Option<Value> {
    let outcome = execution.outcome()?;
    let seen = execution.seen()?;
    let is_caught = outcome.status == Status::Succeeded && seen.caught.is_some();
    let (status, failure) = match outcome.status {
        Status::Succeeded if is_caught => ("CAUGHT_ERROR", seen.failure.as_ref()),
        Status::Succeeded => ("SUCCEEDED", None),
        _ if seen.retried.is_some() => ("RETRIABLE", Some(&outcome.failure)),
        _ => ("FAILED", Some(&outcome.failure)),
    };
    let mut answer = Map::new();
    answer.insert("status".to_owned(), status.into());
    let mut text = |name: &str, text: Option<String>| {
        answer.extend(text.map(|text| (name.to_owned(), Value::from(text))));
    };
    text("output", outcome.output.as_ref().map(|output| spaced(output.value())));
    let of_failure = |text: Option<&std::sync::Arc<str>>| text.map(|text| text.to_string());
    text("error", of_failure(failure.and_then(|failure| failure.error.as_ref())));
    text("cause", of_failure(failure.and_then(|failure| failure.cause.as_ref())));
    text("nextState", seen.next.as_deref().map(str::to_owned));
    if level != Level::Info {
        answer.insert("inspectionData".to_owned(), inspection(execution, seen));
    }
    Some(answer.into())
}

fn inspection(execution: &Execution, seen: &Seen) -> Value {
    let mut data = Map::new();
    data.extend(execution.input().map(|input| ("input".to_owned(), spaced(input.value()).into())));
    for (name, payload) in &seen.payloads {
        data.insert((*name).to_owned(), spaced(payload.value()).into());
    }
    if !seen.selected.is_empty() {
        let inputs: Value = seen.selected.iter().map(|input| input.value().clone()).collect();
        data.insert("afterItemSelector".to_owned(), spaced(&inputs).into());
    }
    for (name, number) in &seen.numbers {
        data.insert((*name).to_owned(), number.clone());
    }
    if let Some((number, seconds)) = seen.retried {
        // The service tells whole seconds.
        let details = json!({"retryIndex": number, "retryBackoffIntervalSeconds": seconds as u64});
        data.insert("errorDetails".to_owned(), details);
    } else if let Some(number) = seen.caught {
        data.insert("errorDetails".to_owned(), json!({"catchIndex": number}));
    }
    data.into()
}
