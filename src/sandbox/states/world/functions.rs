//! Tasks that call Lambda functions, in all forms. A function that ran when its sandbox was killed is run once more.

use super::desk::Desk;
use super::failures;
use crate::functions::{Invocation, Kind};
use crate::sandbox::account::Account;
use crate::sandbox::deliveries::{Delivery, Destination};
use crate::sandbox::lambda::Refused;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::executions::Open;
use bytes::Bytes;
use jiff::Timestamp;
use opsctl_engine::asl::execution::Answer;
use opsctl_engine::asl::history::Failure;
use serde_json::Value;
use std::sync::Arc;

/// What the call gives.
pub async fn invoke(
    account: &Arc<Account>,
    open: &Open,
    invocation: &Invocation,
    desk: &Desk,
) -> Result<Value, Failure> {
    let tell_started = || {
        if open.before.is_empty() {
            desk.tell(Answer::Started { worker: None });
        }
    };
    let name = &invocation.function;
    let refused = |refused: Refused| {
        let error = ServiceError::new(refused.code(), refused.to_string()).status(refused.status());
        match invocation.is_by_sdk() {
            true => failures::sdk("Lambda", &error),
            false => failures::optimized("Lambda", "AWSLambda", refused.code(), &error),
        }
    };
    match invocation.kind() {
        Kind::RequestResponse => {
            let event = Bytes::from(invocation.event.to_string());
            let turn = account.lambda.turn(name, event.len()).await;
            // The time of the task begins when the function does.
            tell_started();
            let invoked =
                account.lambda.invoke_at(turn.map_err(refused)?, event, None).await.map_err(refused)?;
            invocation.output(invoked.result(), &invoked.request_id)
        }
        Kind::Event => {
            tell_started();
            account.lambda.find(name).map_err(refused)?;
            let delivery = Delivery {
                id: desk.id(),
                to: Destination::Function(name.clone()),
                event: invocation.event.to_string(),
                taken: Timestamp::now().as_millisecond(),
            };
            account.deliveries.take(delivery).map_err(|_| refused(Refused::Throttled))?;
            invocation.output(Ok(Value::Null), "")
        }
        Kind::DryRun => {
            tell_started();
            account.lambda.find(name).map_err(refused)?;
            invocation.output(Ok(Value::Null), "")
        }
    }
}
