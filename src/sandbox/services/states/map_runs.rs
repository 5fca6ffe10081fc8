//! Map runs: listed by their execution, described with the counts of items and children, and changed while they go on.

use super::wire::{required, seconds};
use super::{page, refs};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::execution::{Adjustment, Counts, MapRunReport};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    execution_arn: Option<String>,
    max_results: Option<i32>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Describe {
    map_run_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    map_run_arn: Option<String>,
    max_concurrency: Option<i64>,
    tolerated_failure_count: Option<i64>,
    tolerated_failure_percentage: Option<f64>,
}

/// Newest first.
pub fn list(account: &Account, input: List) -> Result<Value, ServiceError> {
    let arn = required(input.execution_arn, "executionArn")?;
    let known = refs::execution(account, &arn)?;
    let rows: Option<Vec<Value>> = account.states.executions.look(account, &known, |_, reports| {
        reports.iter().rev().map(|report| summary(&arn, report)).collect()
    });
    let rows = rows.ok_or_else(|| ServiceError::internal("the history cannot be read any longer"))?;
    let list = format!("map runs {arn}");
    let page = page(account, &list, rows, input.max_results, input.next_token.as_deref(), None)?;
    Ok(json!({"mapRuns": page.items, "nextToken": page.next_token}))
}

fn summary(execution: &str, report: &MapRunReport) -> Value {
    let children = StatesArn::parse(&report.arn).ok().and_then(|parsed| match &parsed.resource {
        Named::MapRun { machine, label, .. } => {
            let resource = Named::Children { machine: machine.clone(), label: label.clone() };
            Some(parsed.of(resource).to_string())
        }
        _ => None,
    });
    json!({
        "executionArn": execution,
        "mapRunArn": &*report.arn,
        "stateMachineArn": children,
        "startDate": seconds(report.started),
        "stopDate": report.ended.map(|(_, at)| seconds(at)),
    })
}

pub fn describe(account: &Account, input: Describe) -> Result<Value, ServiceError> {
    let arn = required(input.map_run_arn, "mapRunArn")?;
    let known = refs::map_run(account, &arn)?;
    let described = account.states.executions.look(account, &known, |_, reports| {
        let report = reports.iter().find(|report| *report.arn == *arn)?;
        Some(json!({
            "mapRunArn": arn,
            "executionArn": known.head.arn,
            "status": report.status(),
            "startDate": seconds(report.started),
            "stopDate": report.ended.map(|(_, at)| seconds(at)),
            "maxConcurrency": report.max_concurrency,
            "toleratedFailureCount": report.tolerated_count,
            "toleratedFailurePercentage": report.tolerated_percentage,
            "itemCounts": counts(report.items()),
            "executionCounts": counts(report.executions()),
            "redriveCount": report.redrives,
            "redriveDate": report.redriven.map(seconds),
        }))
    });
    described.flatten().ok_or_else(|| refs::not_found(&arn))
}

fn counts(counts: Counts) -> Value {
    json!({
        "pending": counts.pending,
        "running": counts.running,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "timedOut": counts.timed_out,
        "aborted": counts.aborted,
        "total": counts.total,
        "resultsWritten": counts.results_written,
        "failuresNotRedrivable": counts.failures_not_redrivable,
        "pendingRedrive": counts.pending_redrive,
    })
}

/// Changes a map run that goes on; it answers when the change has come into force.
pub async fn update(account: &Account, input: Update) -> Result<Value, ServiceError> {
    let arn = required(input.map_run_arn, "mapRunArn")?;
    let adjustment = Adjustment {
        map_run: arn.as_str().into(),
        max_concurrency: natural(input.max_concurrency, "maxConcurrency")?,
        tolerated_count: natural(input.tolerated_failure_count, "toleratedFailureCount")?,
        tolerated_percentage: percentage(input.tolerated_failure_percentage)?,
    };
    let known = refs::map_run(account, &arn)?;
    let goes_on = account.states.executions.look(account, &known, |_, reports| {
        reports.iter().any(|report| *report.arn == *arn && report.ended.is_none())
    });
    if goes_on != Some(true) {
        return Err(ServiceError::validation(format!("Map Run is not running: '{arn}'")));
    }
    known.adjust(adjustment).await;
    Ok(json!({}))
}

fn natural(number: Option<i64>, member: &str) -> Result<Option<u64>, ServiceError> {
    let Some(number) = number else { return Ok(None) };
    u64::try_from(number).map(Some).map_err(|_| {
        ServiceError::constraint(number.to_string(), member, "have value greater than or equal to 0")
    })
}

fn percentage(share: Option<f64>) -> Result<Option<f64>, ServiceError> {
    let member = "toleratedFailurePercentage";
    match share {
        Some(share) if share < 0.0 => {
            Err(ServiceError::constraint(share.to_string(), member, "have value greater than or equal to 0"))
        }
        Some(share) if share > 100.0 => {
            Err(ServiceError::constraint(share.to_string(), member, "have value less than or equal to 100"))
        }
        share => Ok(share),
    }
}
