//! Map runs, as far as the history of their execution tells of them.

use super::wire::{required, seconds};
use super::{page, refs};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::history::{Event, Happened};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    execution_arn: Option<String>,
    max_results: Option<i32>,
    next_token: Option<String>,
}

/// Newest first.
pub fn list(account: &Account, input: List) -> Result<Value, ServiceError> {
    let arn = required(input.execution_arn, "executionArn")?;
    let known = refs::execution(account, &arn)?;
    let runs = account.states.executions.look(account, &known, found);
    let runs = runs.ok_or_else(|| ServiceError::internal("the history cannot be read any longer"))?;
    let all = runs.into_iter().rev().map(|run| {
        let children = StatesArn::parse(&run.arn).ok().and_then(|parsed| match &parsed.resource {
            Named::MapRun { machine, label, .. } => {
                let resource = Named::Children { machine: machine.clone(), label: label.clone() };
                Some(parsed.of(resource).to_string())
            }
            _ => None,
        });
        json!({
            "executionArn": arn,
            "mapRunArn": run.arn,
            "stateMachineArn": children,
            "startDate": seconds(run.started),
            "stopDate": run.stopped.map(seconds),
        })
    });
    let list = format!("map runs {arn}");
    let page = page(account, &list, all.collect(), input.max_results, input.next_token.as_deref(), None)?;
    Ok(json!({"mapRuns": page.items, "nextToken": page.next_token}))
}

struct MapRun {
    arn: String,
    started: jiff::Timestamp,
    stopped: Option<jiff::Timestamp>,
}

/// The map runs in a history. What ends one follows the event that started it.
fn found(events: &[Event]) -> Vec<MapRun> {
    let mut runs: Vec<MapRun> = Vec::new();
    let mut by_event: HashMap<u64, usize> = HashMap::new();
    for event in events {
        match &event.happened {
            Happened::MapRunStarted { arn } => {
                by_event.insert(event.id, runs.len());
                runs.push(MapRun { arn: arn.to_string(), started: event.at, stopped: None });
            }
            Happened::MapRunSucceeded | Happened::MapRunFailed(_) | Happened::MapRunAborted => {
                if let Some(run) = by_event.get(&event.previous).and_then(|at| runs.get_mut(*at)) {
                    run.stopped = Some(event.at);
                }
            }
            _ => {}
        }
    }
    runs
}
