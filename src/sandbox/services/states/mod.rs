//! Step Functions: JSON 1.0. The SDK's types of this service carry no schema yet, so the members of requests are written
//! here, a struct each, and answers are values. What requests act on is `sandbox::states`' business.

mod activities;
mod aliases;
mod children;
mod configuration;
mod events;
mod executions;
mod machines;
mod map_runs;
mod redrive;
mod refs;
mod sync;
mod tags;
mod tasks;
mod test_state;
mod validate;
mod versions;
mod wire;

#[cfg(test)]
mod tests;

use super::{PageRequest, Reply, ServiceError};
use crate::sandbox::account::Account;
use opsctl_engine::asl::arn::Named;
use opsctl_engine::document::drop_nulls;
use serde_json::Value;
use std::sync::Arc;

/// Members that name what a call is about; the first of them that is there is what it is authorized for.
const RESOURCES: &[&str] = &[
    "stateMachineArn",
    "stateMachineVersionArn",
    "stateMachineAliasArn",
    "executionArn",
    "activityArn",
    "mapRunArn",
    "resourceArn",
];

pub async fn answer(account: &Arc<Account>, operation: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    let input = wire::parse(body)?;
    let resource = RESOURCES.iter().find_map(|member| input.get(*member)?.as_str()).unwrap_or("*");
    account.authorize(&format!("states:{operation}"), resource)?;
    Ok(Reply::Json(call(account, operation, input).await?.to_string().into_bytes()))
}

/// The same for whoever is authorized already.
pub async fn call(account: &Arc<Account>, operation: &str, input: Value) -> Result<Value, ServiceError> {
    let mut output = act(account, operation, input).await?;
    drop_nulls(&mut output);
    Ok(output)
}

/// Starts an execution for another service. `machine`: a name, perhaps with a version or an alias behind a colon.
pub fn start_execution(
    account: &Arc<Account>,
    machine: &str,
    name: &str,
    input: &str,
) -> Result<(), ServiceError> {
    let arn = account.states.arn(Named::Machine { name: machine.to_owned() });
    let start = executions::Start {
        state_machine_arn: Some(arn.to_string()),
        name: Some(name.to_owned()),
        input: Some(input.to_owned()),
        trace_header: None,
        included_data: None,
    };
    executions::start(account, start).map(drop)
}

async fn act(account: &Arc<Account>, operation: &str, input: Value) -> Result<Value, ServiceError> {
    use wire::read;
    match operation {
        "CreateStateMachine" => machines::create(account, input),
        "UpdateStateMachine" => machines::update(account, read(input)?),
        "DescribeStateMachine" => machines::describe(account, read(input)?),
        "DeleteStateMachine" => machines::delete(account, read(input)?),
        "ListStateMachines" => machines::list(account, read(input)?),
        "ValidateStateMachineDefinition" => validate::validate(read(input)?),
        "PublishStateMachineVersion" => versions::publish(account, read(input)?),
        "ListStateMachineVersions" => versions::list(account, read(input)?),
        "DeleteStateMachineVersion" => versions::delete(account, read(input)?),
        "CreateStateMachineAlias" => aliases::create(account, read(input)?),
        "UpdateStateMachineAlias" => aliases::update(account, read(input)?),
        "DescribeStateMachineAlias" => aliases::describe(account, read(input)?),
        "DeleteStateMachineAlias" => aliases::delete(account, read(input)?),
        "ListStateMachineAliases" => aliases::list(account, read(input)?),
        "TagResource" => tags::tag(account, read(input)?),
        "UntagResource" => tags::untag(account, read(input)?),
        "ListTagsForResource" => tags::list(account, read(input)?),
        "CreateActivity" => activities::create(account, read(input)?),
        "DescribeActivity" => activities::describe(account, read(input)?),
        "DeleteActivity" => activities::delete(account, read(input)?),
        "ListActivities" => activities::list(account, read(input)?),
        "GetActivityTask" => tasks::get_activity_task(account, read(input)?).await,
        "SendTaskSuccess" => tasks::success(account, read(input)?).await,
        "SendTaskFailure" => tasks::failure(account, read(input)?).await,
        "SendTaskHeartbeat" => tasks::heartbeat(account, read(input)?),
        "StartExecution" => executions::start(account, read(input)?),
        "StartSyncExecution" => sync::start(account, read(input)?).await,
        "TestState" => test_state::test(account, read(input)?).await,
        "StopExecution" => executions::stop(account, read(input)?).await,
        "DescribeExecution" => executions::describe(account, read(input)?),
        "DescribeStateMachineForExecution" => executions::describe_machine(account, read(input)?),
        "ListExecutions" => executions::list(account, read(input)?),
        "GetExecutionHistory" => events::history(account, read(input)?),
        "RedriveExecution" => redrive::redrive(account, read(input)?),
        "ListMapRuns" => map_runs::list(account, read(input)?),
        "DescribeMapRun" => map_runs::describe(account, read(input)?),
        "UpdateMapRun" => map_runs::update(account, read(input)?).await,
        operation => Err(ServiceError::unknown_operation(operation)),
    }
}

/// A page of a list of this service, which lets a caller ask for up to 1000 items, and for as many as it likes by 0.
fn page<T>(
    account: &Account,
    list: &str,
    items: Vec<T>,
    max_results: Option<i32>,
    next_token: Option<&str>,
    most: Option<usize>,
) -> Result<super::paging::Page<T>, ServiceError> {
    if let Some(token) = next_token {
        ServiceError::check_length(token, "nextToken", 1, 3096)?;
    }
    let request =
        PageRequest { max_results: max_results.filter(|most| *most != 0), next_token, sizes: 0..=1000 };
    let page = match most {
        Some(most) => account.pages.page_of(most, list, items, &request),
        None => account.pages.page(list, items, &request),
    };
    page.map_err(|error| match &*error.code {
        "InvalidNextToken" => ServiceError::new("InvalidToken", "Invalid Token: 'Invalid token'"),
        _ => error,
    })
}
