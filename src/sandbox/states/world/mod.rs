//! What tasks, readers and writers of executions call, and what they are answered. Activities and tokens are not its
//! business: others answer for those.

mod desk;
mod failures;
mod messages;
mod metadata;
mod nested;
mod objects;
mod parameters;
mod s3;
mod sfn;

pub use desk::{Desk, Follows};

use super::executions::Open;
use crate::sandbox::account::Account;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::definition::{Integration, Pattern, Resource};
use opsctl_engine::asl::execution::{Answer, Demand, TaskRequest};
use opsctl_engine::asl::history::Failure;
use serde_json::Value;
use std::sync::Arc;

/// What tasks can call here, as a failure says it.
const KNOWN: &str = "sns:publish, sqs:sendMessage, states:startExecution, and of aws-sdk the s3, sfn, sns and sqs calls \
                     that this sandbox has";

/// Does what is asked for. Without an answer the end comes from somewhere else: by a token. Dropped where nobody waits
/// for it any longer. Of what was open when a sandbox ended, some may have been said and done before.
pub async fn answer(account: &Arc<Account>, open: &Open, desk: &Desk) -> Option<Answer> {
    match &open.demand {
        Demand::Task(_, request) => match &request.resource {
            Resource::Service(service) => task(account, open, request, service, desk).await,
            Resource::Lambda { arn } | Resource::Activity { arn } => Some(Answer::Failed(none(arn))),
        },
        Demand::Read(_, request) => Some(objects::read(account, request).await),
        Demand::List(_, request) => Some(objects::list(account, request).await),
        Demand::Write(_, request) => Some(objects::write(account, request).await),
        Demand::Cancel(_) => None,
    }
}

async fn task(
    account: &Arc<Account>,
    open: &Open,
    request: &TaskRequest,
    service: &Integration,
    desk: &Desk,
) -> Option<Answer> {
    let kind = &*service.resource_type;
    let action = service.resource.split('.').next().unwrap_or_default();
    let input = request.input.value();
    let result: Result<Value, Failure> = match (kind, action) {
        ("states", "startExecution") => return nested::answer(account, open, request, service, desk).await,
        ("sns" | "aws-sdk:sns", "publish") => messages::publish(account, input, kind, desk),
        ("sqs" | "aws-sdk:sqs", "sendMessage") => messages::send(account, input, kind, desk),
        ("aws-sdk:s3", action) => s3::call(account, action, input).await,
        ("aws-sdk:sfn", action) => sfn::call(account, action, input).await,
        _ => Err(none(&format!("arn:aws:states:::{kind}:{}", service.resource))),
    };
    match result {
        Ok(output) if service.pattern == Pattern::WaitForTaskToken => {
            desk.tell(Answer::Submitted(Payload::new(output)));
            None
        }
        Ok(output) => Some(Answer::Succeeded(Payload::new(output))),
        Err(failure) => Some(Answer::Failed(failure)),
    }
}

fn none(resource: &str) -> Failure {
    let cause = format!("there is no such resource in this sandbox: {resource}; tasks can call {KNOWN}");
    Failure { error: Some("Sandbox.NoSuchResource".into()), cause: Some(cause.into()) }
}
