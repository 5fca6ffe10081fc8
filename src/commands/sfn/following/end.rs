//! What the end of an execution is worth: its exit code, and what is said about it.

use opsctl_engine::asl::explain::Cause;
use opsctl_engine::asl::graph::duration;

use super::{Ended, again, is_standard, short};
use crate::commands::sfn::model::Execution;
use crate::commands::sfn::view::shortened;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};

/// Good where it SUCCEEDED; everything else is an error that says what to do next.
pub fn outcome(ended: &Ended, ctx: &Context) -> Result<Outcome> {
    let Ended { execution, failed_in } = ended;
    let name = short(&execution.execution_arn);
    let place = failed_in.as_ref().filter(|_| execution.status == "FAILED");
    let place = place.map(|state| format!(" in {state}")).unwrap_or_default();
    let message = format!("the execution {name} {}{place}{}", execution.status, took(execution));
    if execution.status == "SUCCEEDED" {
        ctx.reporter().status(message);
        return Ok(Outcome::Done);
    }
    let message = match &execution.error {
        Some(error) => format!("{message}: {error}"),
        None => message,
    };
    let mut error = Error::new(Kind::ConditionFalse, message);
    let cause = execution.cause.as_deref().map(Cause::read).map(|cause| cause.message);
    if let Some(cause) = cause.filter(|cause| !cause.is_empty()) {
        error = error.because(shortened(&cause));
    }
    if is_standard(&execution.execution_arn) {
        error = error.hint(again(ctx, "explain", &execution.execution_arn));
    }
    Err(error.into())
}

/// " after 4.2 s", where it is known.
pub fn took(execution: &Execution) -> String {
    match (execution.started, execution.stopped) {
        (Some(started), Some(stopped)) => format!(" after {}", duration(stopped.duration_since(started))),
        _ => String::new(),
    }
}
