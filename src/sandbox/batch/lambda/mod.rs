//! Tasks of LambdaInvoke. `payload` has the two schemas; here is how often a function is invoked, and what becomes of the
//! task.

mod payload;

pub use payload::{Event, Verdict, event, judge};

use super::task::{Done, Fault, Outcome};
use crate::sandbox::lambda::{Functions, Refused};
use std::time::Duration;

/// A task that fails for the moment is tried so often in all.
const ATTEMPTS: u32 = 5;
/// Before the second attempt; doubled before each further one.
const PAUSE: Duration = Duration::from_millis(20);

/// Invokes the function for one task until that is done or has failed for good.
pub async fn invoke(functions: &Functions, name: &str, task: &Event<'_>) -> Outcome {
    let mut pause = PAUSE;
    let mut attempt = 1;
    loop {
        let verdict = match functions.invoke(name, event(task).into()).await {
            Ok(invoked) if invoked.error.is_some() => {
                let error = String::from_utf8_lossy(&invoked.payload);
                Verdict::Permanent(format!("Lambda returned function error: {error}"))
            }
            Ok(invoked) => judge(&invoked.payload, task),
            Err(Refused::Throttled) => Verdict::Temporary(Refused::Throttled.to_string()),
            Err(refused) => return Err(Fault::new(refused.status(), refused.code(), refused.to_string())),
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
