//! Tasks of LambdaInvoke: a function is a command of `sandbox.toml` that takes an event on stdin and answers on stdout.
//! `payload` has the two schemas; here is how often it is run, and what becomes of the task.

mod payload;

pub use payload::{Event, Verdict, event, judge};

use super::task::{Done, Fault, Outcome};
use crate::functions::{Finished, Function, Place, run};
use std::time::Duration;

/// A task that fails for the moment is tried so often in all.
const ATTEMPTS: u32 = 5;
/// Before the second attempt; doubled before each further one.
const PAUSE: Duration = Duration::from_millis(20);

/// Invokes the function for one task until that is done or has failed for good.
pub async fn invoke(place: &Place, function: &Function, task: &Event<'_>) -> Outcome {
    let mut pause = PAUSE;
    let mut attempt = 1;
    loop {
        let verdict = match run(place, function, event(task)).await {
            Finished::Answered { answer, .. } => judge(&answer, task),
            Finished::Exited { how, complaint, .. } if complaint.is_empty() => {
                failed("Runtime.ExitError", &format!("it ended with {how}"))
            }
            Finished::Exited { how, complaint, .. } => {
                failed("Runtime.ExitError", &format!("it ended with {how}: {complaint}"))
            }
            Finished::Failed { kind, message } => failed(kind, &message),
        };
        match verdict {
            Verdict::Succeeded(text) => return Ok(Done { status: 200, message: text.into() }),
            Verdict::Permanent(text) => return Err(Fault::new(200, "PermanentFailure", text)),
            Verdict::Temporary(text) if attempt >= ATTEMPTS => {
                return Err(Fault::new(200, "TemporaryFailure", text));
            }
            Verdict::Temporary(_) => tokio::time::sleep(pause).await,
        }
        attempt += 1;
        pause = pause.saturating_mul(2);
    }
}

fn failed(kind: &str, message: &str) -> Verdict {
    let error = serde_json::json!({ "errorType": kind, "errorMessage": message });
    Verdict::Permanent(format!("Lambda returned function error: {error}"))
}
