//! The children of map runs as executions: listed by their map run, and described by what their history says.

use super::executions::{Filter, List};
use super::machines::merge;
use super::refs::{self, Child};
use super::wire::seconds;
use super::{page, redrive};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::execution::{self, MapRunReport};
use opsctl_engine::asl::history::{Event, Failure, Happened};
use serde_json::{Value, json};

/// Newest first. Those of Express children leave nothing that could be listed.
pub fn list(account: &Account, arn: &str, input: &List) -> Result<Value, ServiceError> {
    let known = refs::map_run(account, arn)?;
    let filter = Filter::of(input)?;
    let rows = account.states.executions.look(account, &known, |_, reports| {
        let report = reports.iter().find(|report| &*report.arn == arn)?;
        if report.express {
            return Some(Err(ServiceError::new(
                "StateMachineTypeNotSupported",
                "This operation is not supported by this type of state machine",
            )));
        }
        let asked = report.children.iter().rev();
        let asked = asked.filter(|child| filter.keeps(child.status(), child.redrives));
        Some(Ok(asked.filter_map(|child| summary(account, report, child)).collect()))
    });
    let rows: Vec<Value> = rows.flatten().ok_or_else(|| refs::not_found(arn))??;
    let list = format!("children {arn} {filter:?}");
    let page = page(account, &list, rows, input.max_results, input.next_token.as_deref(), None)?;
    Ok(json!({"executions": page.items, "nextToken": page.next_token}))
}

/// A child as lists have it.
fn summary(account: &Account, report: &MapRunReport, child: &execution::Child) -> Option<Value> {
    let parsed = StatesArn::parse(&report.arn).ok()?;
    let Named::MapRun { machine, label, .. } = parsed.resource else { return None };
    let arn = |resource: Named| account.states.arn(resource).to_string();
    let name = child.name.to_string();
    let execution = Named::Execution { machine: machine.clone(), label: Some(label.clone()), name };
    Some(json!({
        "executionArn": arn(execution),
        "stateMachineArn": arn(Named::Children { machine, label }),
        "name": &*child.name,
        "status": child.status(),
        "startDate": seconds(child.started),
        "stopDate": child.ended.map(|(_, at)| seconds(at)),
        "mapRunArn": &*report.arn,
        "itemCount": child.items,
        "redriveCount": child.redrives,
        "redriveDate": child.redriven.map(seconds),
    }))
}

pub fn describe(account: &Account, child: &Child, arn: &str, is_shown: bool) -> Result<Value, ServiceError> {
    let row = found(account, child, |report, row| {
        let can_be = !row.ended.is_some_and(|(status, _)| status == execution::Status::Succeeded);
        (summary(account, report, row), row.ended.is_some() && can_be && row.is_redrivable, row.status())
    });
    let Some((Some(mut output), is_redrivable, status)) = row else { return Err(refs::no_execution(arn)) };
    let events = account.states.executions.events_of_child(account, &child.parent, &child.name);
    let events = events.ok_or_else(|| ServiceError::internal("the execution cannot be read any longer"))?;
    let included = json!({"included": is_shown});
    let (parents, reason) = redrive::status(account, &child.parent);
    let (redrive_status, reason) = match is_redrivable {
        true if parents == "REDRIVABLE" => ("REDRIVABLE_BY_MAP_RUN", None),
        true => ("NOT_REDRIVABLE", reason),
        false => ("NOT_REDRIVABLE", Some(format!("Execution is {status} and cannot be redriven"))),
    };
    let shown = |payload: &Payload| is_shown.then(|| payload.text());
    let input = events.iter().find_map(|event| match &event.happened {
        Happened::ExecutionStarted { input, .. } => Some(shown(input)),
        _ => None,
    });
    let (result, failure) = end(&events);
    if let Some(fields) = output.as_object_mut() {
        fields.remove("itemCount");
    }
    merge(
        &mut output,
        json!({
            "input": input.flatten(),
            "inputDetails": included,
            "output": result.and_then(shown),
            "outputDetails": result.map(|_| included),
            "error": failure.and_then(|failure| failure.error.as_deref()),
            "cause": failure.and_then(|failure| failure.cause.as_deref()),
            "redriveStatus": redrive_status,
            "redriveStatusReason": reason,
        }),
    );
    Ok(output)
}

/// What an execution gave, or how it failed, when its history has its end.
fn end(events: &[Event]) -> (Option<&Payload>, Option<&Failure>) {
    match events.last().map(|event| &event.happened) {
        Some(Happened::ExecutionSucceeded { output }) => (Some(output), None),
        Some(
            Happened::ExecutionFailed(failure)
            | Happened::ExecutionAborted(failure)
            | Happened::ExecutionTimedOut(failure),
        ) => (None, Some(failure)),
        _ => (None, None),
    }
}

pub fn map_run_arn(account: &Account, child: &Child) -> Result<String, ServiceError> {
    found(account, child, |report, _| report.arn.to_string()).ok_or_else(|| refs::not_found(&child.name))
}

/// Looks at a child and its map run.
fn found<T>(
    account: &Account,
    child: &Child,
    look: impl FnOnce(&MapRunReport, &execution::Child) -> T,
) -> Option<T> {
    let found = account.states.executions.look(account, &child.parent, |_, reports| {
        let all = reports
            .iter()
            .filter(|report| !report.express)
            .flat_map(|report| report.children.iter().map(move |child| (report, child)));
        let mut of_name = all.filter(|(_, row)| *row.name == *child.name);
        of_name.next().map(|(report, row)| look(report, row))
    });
    found.flatten()
}
