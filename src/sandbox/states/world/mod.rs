//! What tasks, readers and writers of executions call, and what they are answered. Activities and tokens are not its
//! business: others answer for those.

mod desk;
mod failures;
mod functions;
mod messages;
mod metadata;
mod nested;
mod objects;
mod parameters;
mod s3;
mod sfn;

pub use desk::{Desk, Follows};

use super::executions::Open;
use crate::functions::Invocation;
use crate::sandbox::account::Account;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::definition::{Integration, Pattern, Resource};
use opsctl_engine::asl::execution::{Answer, Demand, TaskRequest};
use opsctl_engine::asl::history::Failure;
use serde_json::Value;
use std::sync::Arc;

/// What tasks can call here, as a failure says it.
const KNOWN: &str = "functions, activities, sns:publish, sqs:sendMessage, states:startExecution, and of aws-sdk what \
                     this sandbox has of lambda, s3, sfn, sns and sqs";

/// Does what is asked for. Without an answer the end comes from somewhere else: by a token. Dropped where nobody waits
/// for it any longer. Of what was open when a sandbox ended, some may have been said and done before.
pub async fn answer(account: &Arc<Account>, open: &Open, desk: &Desk) -> Option<Answer> {
    match &open.demand {
        Demand::Task(_, request) => task(account, open, request, desk).await,
        Demand::Read(_, request) => Some(objects::read(account, request).await),
        Demand::List(_, request) => Some(objects::list(account, request).await),
        Demand::Write(_, request) => Some(objects::write(account, request).await),
        Demand::Cancel(_) => None,
    }
}

async fn task(account: &Arc<Account>, open: &Open, request: &TaskRequest, desk: &Desk) -> Option<Answer> {
    let (result, is_callback) = match Invocation::of(request) {
        Some(invocation) => {
            (functions::invoke(account, open, &invocation, desk).await, invocation.is_callback)
        }
        None => match &request.resource {
            Resource::Service(service) if &*service.resource_type == "states" => {
                return nested::answer(account, open, request, service, desk).await;
            }
            Resource::Service(service) => {
                let result = call(account, service, request.input.value(), desk).await;
                (result, service.pattern == Pattern::WaitForTaskToken)
            }
            Resource::Lambda { arn } | Resource::Activity { arn } => (Err(none(arn)), false),
        },
    };
    match result {
        Ok(output) if is_callback => {
            desk.tell(Answer::Submitted(Payload::new(output)));
            None
        }
        Ok(output) => Some(Answer::Succeeded(Payload::new(output))),
        Err(failure) => Some(Answer::Failed(failure)),
    }
}

/// What a call of a service returns.
async fn call(
    account: &Arc<Account>,
    service: &Integration,
    input: &Value,
    desk: &Desk,
) -> Result<Value, Failure> {
    let kind = &*service.resource_type;
    let action = service.resource.split('.').next().unwrap_or_default();
    match (kind, action) {
        ("lambda" | "aws-sdk:lambda", "invoke") => {
            Err(failures::unusable(input, "The field 'FunctionName' is required but was missing"))
        }
        ("sns" | "aws-sdk:sns", "publish") => messages::publish(account, input, kind, desk),
        ("sqs" | "aws-sdk:sqs", "sendMessage") => messages::send(account, input, kind, desk),
        ("aws-sdk:s3", action) => s3::call(account, action, input).await,
        ("aws-sdk:sfn", action) => sfn::call(account, action, input).await,
        _ => Err(none(&format!("arn:aws:states:::{kind}:{}", service.resource))),
    }
}

fn none(resource: &str) -> Failure {
    let cause = format!("there is no such resource in this sandbox: {resource}; tasks can call {KNOWN}");
    Failure { error: Some("Sandbox.NoSuchResource".into()), cause: Some(cause.into()) }
}
