//! GetExecutionHistory.

use super::page;
use super::refs::{self, Ran};
use super::wire::{required, seconds};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use opsctl_engine::asl::history::Event;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Events on a page of which nobody said how many it has.
const PAGE: usize = 100;
/// Members that hold what an execution works on.
const DATA: [&str; 4] = ["input", "output", "parameters", "assignedVariables"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    execution_arn: Option<String>,
    max_results: Option<i32>,
    reverse_order: Option<bool>,
    next_token: Option<String>,
    include_execution_data: Option<bool>,
}

pub fn history(account: &Account, input: History) -> Result<Value, ServiceError> {
    let arn = required(input.execution_arn, "executionArn")?;
    let ran = refs::ran(account, &arn)?;
    let is_reversed = input.reverse_order == Some(true);
    let has_data = input.include_execution_data != Some(false);
    let list = format!("history {arn} {is_reversed} {has_data}");
    let most = input.max_results.and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0);
    let executions = &account.states.executions;
    let show = |events: &[Event]| {
        let mut places: Vec<usize> = (0..events.len()).collect();
        if is_reversed {
            places.reverse();
        }
        let most = Some(most.unwrap_or(PAGE));
        let page = page(account, &list, places, input.max_results, input.next_token.as_deref(), most)?;
        let events = page.items.into_iter().filter_map(|place| events.get(place));
        let events: Vec<Value> = events.map(|event| shown(event, has_data)).collect();
        Ok(json!({"events": events, "nextToken": page.next_token}))
    };
    let looked = match &ran {
        Ran::Execution(known) => executions.look(account, known, |events, _| show(events)),
        Ran::Child(child) => {
            executions.events_of_child(account, &child.parent, &child.name).map(|events| show(&events))
        }
    };
    looked.unwrap_or_else(|| Err(ServiceError::internal("the history cannot be read any longer")))
}

fn shown(event: &Event, has_data: bool) -> Value {
    let mut shown = json!({
        "timestamp": seconds(event.at),
        "type": event.happened.name(),
        "id": event.id,
        "previousEventId": event.previous,
    });
    let details = match event.details() {
        Some(Value::Object(details)) => Some(with_partners(details, has_data)),
        _ => None,
    };
    if let (Some(key), Some(details), Some(fields)) =
        (event.happened.details_key(), details, shown.as_object_mut())
    {
        fields.insert(key.to_owned(), details);
    }
    shown
}

/// Inputs and outputs say beside them whether they are whole.
fn with_partners(mut details: Map<String, Value>, has_data: bool) -> Value {
    for member in ["input", "output"] {
        if details.contains_key(member) {
            let partner = if has_data { json!({"truncated": false}) } else { json!({"truncated": true}) };
            details.insert(format!("{member}Details"), partner);
        }
    }
    if details.contains_key("assignedVariables") {
        details.insert("assignedVariablesDetails".to_owned(), json!({"truncated": !has_data}));
    }
    if !has_data {
        details.retain(|member, _| !DATA.contains(&member.as_str()));
    }
    Value::Object(details)
}
