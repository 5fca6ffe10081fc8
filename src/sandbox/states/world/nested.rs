//! `states:startExecution`: an execution starts another one, and follows it to its end where it is to wait. A child
//! that is waited for ends with its parent.

use super::desk::Desk;
use super::sfn::{self, Dates};
use super::{failures, metadata, parameters};
use crate::sandbox::account::Account;
use crate::sandbox::services::{ServiceError, states};
use crate::sandbox::states::Kind;
use crate::sandbox::states::executions::{Known, Open};
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::definition::{Integration, Pattern};
use opsctl_engine::asl::execution::{Answer, Status, TaskRequest};
use opsctl_engine::asl::failure::TASK_FAILED;
use opsctl_engine::asl::history::Failure;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Start {
    state_machine_arn: Option<String>,
    name: Option<String>,
    input: Option<Value>,
    trace_header: Option<String>,
}

pub async fn answer(
    account: &Arc<Account>,
    open: &Open,
    request: &TaskRequest,
    service: &Integration,
    desk: &Desk,
) -> Option<Answer> {
    let begun = open.before.iter().find_map(|answer| match answer {
        Answer::Submitted(output) => Some(output.value().clone()),
        _ => None,
    });
    let is_begun = begun.is_some();
    let output = match begun {
        Some(output) => output,
        None => match start(account, open, request, service, desk).await {
            Ok(output) => output,
            Err(failure) => return Some(Answer::Failed(failure)),
        },
    };
    let arn = output.get("ExecutionArn").and_then(Value::as_str).unwrap_or_default().to_owned();
    match service.pattern {
        Pattern::RequestResponse => return Some(Answer::Succeeded(Payload::new(output))),
        Pattern::WaitForTaskToken => {
            desk.tell(Answer::Submitted(Payload::new(output)));
            return None;
        }
        Pattern::Sync => {}
    }
    let Some(child) = account.states.executions.get(&arn) else {
        let cause = format!("the sandbox does not know the execution {arn} any longer");
        return Some(Answer::Failed(failures::failure(TASK_FAILED, cause)));
    };
    desk.follow(&child);
    if !is_begun {
        desk.tell(Answer::Submitted(Payload::new(output)));
    }
    Some(follow(account, &child, service.resource.ends_with(".sync:2")).await)
}

/// What the call returns.
async fn start(
    account: &Arc<Account>,
    open: &Open,
    request: &TaskRequest,
    service: &Integration,
    desk: &Desk,
) -> Result<Value, Failure> {
    let given: Start = parameters::read(request.input.value())?;
    let refused = |error: ServiceError| {
        failures::optimized("StepFunctions", "AWSStepFunctions", &failures::exception(&error.code), &error)
    };
    if service.pattern == Pattern::Sync
        && given.state_machine_arn.as_deref().is_some_and(|arn| is_express(account, arn))
    {
        let message = "This operation is not supported by this type of state machine";
        return Err(refused(ServiceError::new("StateMachineTypeNotSupported", message)));
    }
    let name = given.name.unwrap_or_else(|| desk.id());
    let input = parameters::text_or_none(given.input);
    let call = json!({
        "stateMachineArn": given.state_machine_arn,
        "name": name,
        "input": input,
        "traceHeader": given.trace_header,
    });
    let answer = match states::call(account, "StartExecution", call).await {
        Err(error) if open.is_left && error.code == "ExecutionAlreadyExists" => {
            // It may be the one that was started before the sandbox ended.
            let own = given.state_machine_arn.and_then(|arn| own(account, &arn, &name, input.as_deref()));
            own.map(|child| json!({"executionArn": child.head.arn, "startDate": sfn::seconds(child.head.started)}))
                .ok_or(error)
        }
        answer => answer,
    };
    let answer = answer.map_err(refused)?;
    let length = answer.to_string().len();
    match sfn::capitalized(answer, Dates::Milliseconds) {
        Value::Object(fields) => Ok(metadata::with(fields, "application/x-amz-json-1.0", length)),
        other => Ok(other),
    }
}

/// The execution of this name, if it was given the same.
fn own(account: &Account, machine: &str, name: &str, input: Option<&str>) -> Option<Arc<Known>> {
    let machine = machine_of(machine)?;
    let arn = account.states.arn(Named::Execution { machine, label: None, name: name.to_owned() });
    let known = account.states.executions.get(&arn.to_string())?;
    let data = account.states.executions.data(&known)?;
    let input: Value = serde_json::from_str(input.unwrap_or("{}")).ok()?;
    (*data.input.value() == input).then_some(known)
}

fn is_express(account: &Account, arn: &str) -> bool {
    let kind = machine_of(arn).and_then(|name| account.states.machines.read(&name, |machine| machine.kind));
    kind == Some(Kind::Express)
}

/// The machine that an ARN names, or one of its versions or aliases.
fn machine_of(arn: &str) -> Option<String> {
    match StatesArn::parse(arn).ok()?.resource {
        Named::Machine { name } => Some(name),
        Named::Version { machine, .. } | Named::Alias { machine, .. } => Some(machine),
        _ => None,
    }
}

/// Waits for the end of a child and tells of it as DescribeExecution does.
async fn follow(account: &Arc<Account>, child: &Known, is_decoded: bool) -> Answer {
    let ended = child.end().await;
    let described = states::call(account, "DescribeExecution", json!({"executionArn": child.head.arn})).await;
    let mut described = match described.map(|output| sfn::capitalized(output, Dates::Milliseconds)) {
        Ok(Value::Object(fields)) => sorted(fields),
        Ok(_) => Map::new(),
        Err(error) => return Answer::Failed(failures::failure(TASK_FAILED, error.message)),
    };
    if ended.is_none_or(|ended| ended.status != Status::Succeeded) {
        return Answer::Failed(failures::failure(TASK_FAILED, Value::from(described).to_string()));
    }
    if is_decoded {
        for field in ["Input", "Output"] {
            let value = described.get(field).and_then(Value::as_str);
            let value = value.and_then(|text| serde_json::from_str::<Value>(text).ok());
            if let Some(value) = value {
                described.insert(field.to_owned(), value);
            }
        }
    }
    Answer::Succeeded(Payload::new(described.into()))
}

/// By name, as the service writes them.
fn sorted(fields: Map<String, Value>) -> Map<String, Value> {
    let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    fields.into_iter().collect()
}
