//! Starting, stopping, describing and listing executions of Standard machines; starting those of Express ones.

use super::machines::{configuration, hide, merge, version_arn};
use super::refs::{self, Ran};
use super::wire::{required, seconds};
use super::{children, configuration as config, page, redrive};
use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::{Kind, Known, NewExecution, Refused, Target};
use jiff::Timestamp;
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::execution::Status;
use opsctl_engine::asl::history::Failure;
use opsctl_engine::asl::{PAYLOAD_LIMIT, Payload, input as text};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a stop is waited for; it takes no time but that of the work at hand.
const STOP: Duration = Duration::from_secs(10);
const STATUSES: [&str; 6] = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Start {
    pub state_machine_arn: Option<String>,
    pub name: Option<String>,
    pub input: Option<String>,
    pub trace_header: Option<String>,
    pub included_data: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stop {
    execution_arn: Option<String>,
    error: Option<String>,
    cause: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Describe {
    execution_arn: Option<String>,
    included_data: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    state_machine_arn: Option<String>,
    map_run_arn: Option<String>,
    status_filter: Option<String>,
    redrive_filter: Option<String>,
    pub max_results: Option<i32>,
    pub next_token: Option<String>,
}

pub fn start(account: &Arc<Account>, input: Start) -> Result<Value, ServiceError> {
    let target = target(account, input.state_machine_arn.as_deref())?;
    let new = new(account, target, input)?;
    let arn = new.arn.clone();
    let executions = &account.states.executions;
    let known = match new.target.kind {
        Kind::Standard => executions.start(account, new),
        Kind::Express => executions.start_express(account, new),
    };
    let known = known.map_err(|refused| refuse(refused, &arn))?;
    Ok(json!({"executionArn": arn, "startDate": seconds(known.head.started)}))
}

/// What an ARN says is to run; an alias draws.
pub fn target(account: &Account, arn: Option<&str>) -> Result<Target, ServiceError> {
    let arn = required(arn, "stateMachineArn")?;
    let [draw] = random::bytes()?;
    // As good as even: 256 draws over 100 places.
    refs::target(account, arn, u32::from(draw) * 100 / 256)
}

pub fn new(account: &Account, target: Target, input: Start) -> Result<NewExecution, ServiceError> {
    let name = match input.name {
        Some(name) => {
            config::name(&name)?;
            name
        }
        None => random::uuid()?,
    };
    let given = input.input.unwrap_or_else(|| "{}".to_owned());
    let refused = |why: &str| {
        ServiceError::new("InvalidExecutionInput", format!("Invalid State Machine Execution Input: '{why}'"))
    };
    if given.len() > PAYLOAD_LIMIT {
        let constraint = format!("have length less than or equal to {PAYLOAD_LIMIT}");
        return Err(ServiceError::constraint(format!("{} bytes", given.len()), "input", constraint));
    }
    let payload = Payload::new(text::parse(&given).map_err(|why| refused(&why))?);
    let machine = target.machine.clone();
    let arn = match target.kind {
        Kind::Standard => Named::Execution { machine, label: None, name: name.clone() },
        Kind::Express => Named::Express { machine, name: name.clone(), id: random::uuid()? },
    };
    Ok(NewExecution {
        arn: account.states.arn(arn).to_string(),
        machine_arn: account.states.arn(Named::Machine { name: target.machine.clone() }).to_string(),
        region: account.identity.region.clone(),
        name,
        input: payload,
        trace_header: input.trace_header,
        target,
    })
}

pub fn refuse(refused: Refused, arn: &str) -> ServiceError {
    match refused {
        Refused::Exists => {
            ServiceError::new("ExecutionAlreadyExists", format!("Execution Already Exists: '{arn}'"))
        }
        Refused::Full => {
            ServiceError::new("ExecutionLimitExceeded", "this sandbox runs no more executions at a time")
        }
        Refused::NoDefinition => ServiceError::internal("the definition cannot be read any longer"),
        Refused::NoRandomness => ServiceError::internal(random::NoRandomness),
    }
}

pub async fn stop(account: &Account, input: Stop) -> Result<Value, ServiceError> {
    let arn = required(input.execution_arn, "executionArn")?;
    if let Some(error) = &input.error {
        ServiceError::check_length(error, "error", 0, 256)?;
    }
    if let Some(cause) = &input.cause {
        ServiceError::check_length(cause, "cause", 0, 32_768)?;
    }
    let known = refs::execution(account, &arn)?;
    known.stop(Failure { error: input.error.map(Into::into), cause: input.cause.map(Into::into) });
    let ended = tokio::time::timeout(STOP, known.end()).await.ok().flatten();
    Ok(json!({"stopDate": seconds(ended.map_or_else(Timestamp::now, |ended| ended.at))}))
}

pub fn describe(account: &Account, input: Describe) -> Result<Value, ServiceError> {
    let is_shown = input.included_data.as_deref() != Some("METADATA_ONLY");
    let arn = required(input.execution_arn, "executionArn")?;
    let known = match refs::ran(account, &arn)? {
        Ran::Execution(known) => known,
        Ran::Child(child) => return children::describe(account, &child, &arn, is_shown),
    };
    // Asked first: data of one that is over is all there.
    let ended = known.ended();
    let data = account.states.executions.data(&known);
    let data = data.ok_or_else(|| ServiceError::internal("the execution cannot be read any longer"))?;
    let included = json!({"included": is_shown});
    let (redrive_status, reason) = redrive::status(account, &known);
    let mut output = summary(account, &known);
    merge(
        &mut output,
        json!({
            "input": is_shown.then(|| data.input.text()),
            "inputDetails": included,
            "traceHeader": known.head.trace_header,
            "redriveStatus": redrive_status,
            "redriveStatusReason": reason,
        }),
    );
    if let Some(ended) = ended {
        // Recorded: one whose time was up is described without the error that its history has.
        let is_out_of_time = ended.status == Status::TimedOut;
        let has_output = data.output.is_some();
        merge(
            &mut output,
            json!({
                "output": data.output.filter(|_| is_shown).map(|output| output.text()),
                "outputDetails": has_output.then_some(included),
                "error": data.failure.error.as_deref().filter(|_| !is_out_of_time),
                "cause": data.failure.cause.as_deref(),
            }),
        );
    }
    Ok(output)
}

/// An execution as lists have it.
fn summary(account: &Account, known: &Known) -> Value {
    let head = &known.head;
    let standing = known.standing();
    let alias = head
        .alias
        .clone()
        .map(|alias| account.states.arn(Named::Alias { machine: head.machine.clone(), alias }).to_string());
    json!({
        "executionArn": head.arn,
        "stateMachineArn": head.machine_arn,
        "name": head.name,
        "status": known.status(),
        "startDate": seconds(head.started),
        "stopDate": standing.ended.map(|ended| seconds(ended.at)),
        "redriveCount": standing.redrives,
        "redriveDate": standing.redriven.map(seconds),
        "stateMachineVersionArn": head.version.map(|number| version_arn(account, &head.machine, number)),
        "stateMachineAliasArn": alias,
    })
}

pub fn describe_machine(account: &Account, input: Describe) -> Result<Value, ServiceError> {
    let arn = required(input.execution_arn, "executionArn")?;
    let (known, child) = match refs::ran(account, &arn)? {
        Ran::Execution(known) => (known, None),
        Ran::Child(child) => (Arc::clone(&child.parent), Some(child)),
    };
    let head = &known.head;
    let revision = account.states.machines.revision(&head.revision);
    let revision =
        revision.ok_or_else(|| ServiceError::internal("the definition cannot be read any longer"))?;
    let made = revision.made;
    let target = Target {
        machine: head.machine.clone(),
        kind: head.kind,
        revision,
        version: head.version,
        alias: head.alias.clone(),
    };
    let mut output = configuration(&target);
    merge(
        &mut output,
        json!({"stateMachineArn": head.machine_arn, "name": head.machine, "updateDate": seconds(made)}),
    );
    if let Some(child) = child {
        let map_run = children::map_run_arn(account, &child)?;
        merge(&mut output, json!({"mapRunArn": map_run, "label": child.label}));
    }
    if input.included_data.as_deref() == Some("METADATA_ONLY") {
        hide(&mut output);
    }
    Ok(output)
}

/// Newest first: of a machine, of one of its versions or aliases.
pub fn list(account: &Account, input: List) -> Result<Value, ServiceError> {
    let arn = match (&input.state_machine_arn, &input.map_run_arn) {
        (Some(arn), None) => arn.clone(),
        (None, Some(arn)) => return children::list(account, arn, &input),
        _ => {
            let message = "Exactly one of stateMachineArn and mapRunArn must be specified";
            return Err(ServiceError::validation(message));
        }
    };
    if let Some(token) = &input.next_token {
        ServiceError::check_length(token, "nextToken", 1, 3096)?;
    }
    let target = refs::target(account, &arn, 0)?;
    if target.kind == Kind::Express {
        let message = "This operation is not supported by this type of state machine";
        return Err(ServiceError::new("StateMachineTypeNotSupported", message));
    }
    let filter = Filter::of(&input)?;
    let parsed = StatesArn::parse(&arn)?;
    let is_of = |known: &Known| match &parsed.resource {
        Named::Version { number, .. } => known.head.version == Some(*number) && known.head.alias.is_none(),
        Named::Alias { alias, .. } => known.head.alias.as_ref() == Some(alias),
        _ => true,
    };
    let all = account.states.executions.list_of(|known| {
        known.head.machine == target.machine
            && is_of(known)
            && filter.keeps(known.status(), known.standing().redrives)
    });
    let list = format!("executions {arn} {filter:?}");
    let page = page(account, &list, all, input.max_results, input.next_token.as_deref(), None)?;
    let executions: Vec<Value> = page.items.iter().map(|known| summary(account, known)).collect();
    Ok(json!({"executions": executions, "nextToken": page.next_token}))
}

/// Which executions of a list are asked for.
#[derive(Debug)]
pub struct Filter<'a> {
    status: Option<&'a str>,
    is_redriven: Option<bool>,
}

impl<'a> Filter<'a> {
    pub fn of(input: &'a List) -> Result<Self, ServiceError> {
        let refused = |given: &str, member: &str, values: &[&str]| {
            let constraint = format!("satisfy enum value set: [{}]", values.join(", "));
            Err(ServiceError::constraint(given, member, constraint))
        };
        let status = input.status_filter.as_deref();
        if let Some(status) = status.filter(|status| !STATUSES.contains(status)) {
            return refused(status, "statusFilter", &STATUSES);
        }
        let is_redriven = match input.redrive_filter.as_deref() {
            None => None,
            Some("REDRIVEN") => Some(true),
            Some("NOT_REDRIVEN") => Some(false),
            Some(other) => return refused(other, "redriveFilter", &["REDRIVEN", "NOT_REDRIVEN"]),
        };
        Ok(Filter { status, is_redriven })
    }

    pub fn keeps(&self, status: &str, redrives: u64) -> bool {
        self.status.is_none_or(|wanted| wanted == status)
            && self.is_redriven.is_none_or(|wanted| wanted == (redrives > 0))
    }
}
