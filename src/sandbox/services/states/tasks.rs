//! Workers of activities, and whoever answers by a task token.

use super::refs;
use super::wire::required;
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use opsctl_engine::asl::execution::Answer;
use opsctl_engine::asl::history::Failure;
use opsctl_engine::asl::{PAYLOAD_LIMIT, Payload, input};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a worker is kept waiting, as in the service.
const POLL: Duration = Duration::from_secs(60);
const TOKEN_LIMIT: usize = 2048;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Poll {
    activity_arn: Option<String>,
    worker_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Success {
    task_token: Option<String>,
    output: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failed {
    task_token: Option<String>,
    error: Option<String>,
    cause: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Heartbeat {
    task_token: Option<String>,
}

/// Without work it answers with no token when the time is over.
pub async fn get_activity_task(account: &Account, input: Poll) -> Result<Value, ServiceError> {
    let arn = required(input.activity_arn, "activityArn")?;
    if let Some(name) = &input.worker_name {
        ServiceError::check_length(name, "workerName", 1, 80)?;
    }
    let states = &account.states;
    let name = refs::activity(account, &arn)?.filter(|name| states.activities.get(name).is_some());
    let name = name.ok_or_else(|| refs::no_activity(&arn))?;
    let offer = states.activities.take(&name, |offer| states.tokens.is_open(&offer.token));
    let mut closing = account.closing.subscribe();
    let offer = tokio::select! {
        offer = tokio::time::timeout(POLL, offer) => offer.ok().flatten(),
        _ = closing.wait_for(|closing| *closing) => None,
    };
    let Some(offer) = offer else { return Ok(json!({})) };
    states.tokens.tell(&offer.token, Answer::Started { worker: input.worker_name.map(Into::into) });
    Ok(json!({"taskToken": &*offer.token, "input": offer.input.text()}))
}

pub async fn success(account: &Account, given: Success) -> Result<Value, ServiceError> {
    let token = token(given.task_token)?;
    let output = required(given.output, "output")?;
    if output.len() > PAYLOAD_LIMIT {
        let constraint = format!("have length less than or equal to {PAYLOAD_LIMIT}");
        return Err(ServiceError::constraint(format!("{} bytes", output.len()), "output", constraint));
    }
    let output = input::parse(&output)
        .map_err(|why| ServiceError::new("InvalidOutput", format!("Invalid Output: '{why}'")))?;
    end(account, &token, Answer::Succeeded(Payload::new(output))).await
}

pub async fn failure(account: &Account, given: Failed) -> Result<Value, ServiceError> {
    let token = token(given.task_token)?;
    let (error, cause) = (given.error, given.cause);
    if let Some(error) = &error {
        ServiceError::check_length(error, "error", 0, 256)?;
    }
    if let Some(cause) = &cause {
        ServiceError::check_length(cause, "cause", 0, 32_768)?;
    }
    let failure = Failure { error: error.map(Into::into), cause: cause.map(Into::into) };
    end(account, &token, Answer::Failed(failure)).await
}

pub fn heartbeat(account: &Account, given: Heartbeat) -> Result<Value, ServiceError> {
    let token = token(given.task_token)?;
    match account.states.tokens.tell(&token, Answer::Heartbeat) {
        true => Ok(json!({})),
        false => Err(gone(&token)),
    }
}

/// Who is told that an answer was taken need not say it again, whatever becomes of the sandbox.
async fn end(account: &Account, token: &str, answer: Answer) -> Result<Value, ServiceError> {
    if account.states.tokens.end(token, answer).await { Ok(json!({})) } else { Err(gone(token)) }
}

fn token(given: Option<String>) -> Result<String, ServiceError> {
    let token = required(given, "taskToken")?;
    ServiceError::check_length(&token, "taskToken", 1, TOKEN_LIMIT)?;
    Ok(token)
}

/// A token that was one once cannot be told from one that never was but by its form.
fn gone(token: &str) -> ServiceError {
    let is_ours = token.len() == 36 && token.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    match is_ours {
        true => ServiceError::new("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"),
        false => ServiceError::new("InvalidToken", "Invalid Token: 'Invalid token'"),
    }
}
