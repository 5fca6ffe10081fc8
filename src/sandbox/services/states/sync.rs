//! StartSyncExecution: an Express machine, run to its end while the caller waits.

use super::executions::{Start, new, refuse, target};
use super::wire::seconds;
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::Kind;
use serde_json::{Value, json};
use std::sync::Arc;

/// What is billed at least, and in steps of.
const STEP_MS: i64 = 100;
const MEMORY_MB: u64 = 64;

/// It answers however the run ended; the engine ends one after five minutes.
pub async fn start(account: &Arc<Account>, input: Start) -> Result<Value, ServiceError> {
    let target = target(account, input.state_machine_arn.as_deref())?;
    if target.kind != Kind::Express {
        let message = "This operation is not supported by this type of state machine";
        return Err(ServiceError::new("StateMachineTypeNotSupported", message));
    }
    let is_shown = input.included_data.as_deref() != Some("METADATA_ONLY");
    let new = new(account, target, input)?;
    let arn = new.arn.clone();
    let executions = &account.states.executions;
    let known = executions.start_express(account, new).map_err(|refused| refuse(refused, &arn))?;
    let lost = || ServiceError::internal("the execution was lost");
    let ended = known.end().await.ok_or_else(lost)?;
    let data = executions.data(&known).ok_or_else(lost)?;
    let head = &known.head;
    let milliseconds = ended.at.as_millisecond().saturating_sub(head.started.as_millisecond()).max(1);
    let included = json!({"included": is_shown});
    let has_output = data.output.is_some();
    Ok(json!({
        "executionArn": head.arn,
        "stateMachineArn": head.machine_arn,
        "name": head.name,
        "startDate": seconds(head.started),
        "stopDate": seconds(ended.at),
        "status": ended.status.name(),
        "error": data.failure.error.as_deref(),
        "cause": data.failure.cause.as_deref(),
        "input": is_shown.then(|| data.input.text()),
        "inputDetails": included,
        "output": data.output.filter(|_| is_shown).map(|output| output.text()),
        "outputDetails": has_output.then_some(included),
        "traceHeader": head.trace_header,
        "billingDetails": {
            "billedDurationInMilliseconds": (milliseconds + STEP_MS - 1) / STEP_MS * STEP_MS,
            "billedMemoryUsedInMB": MEMORY_MB,
        },
    }))
}
