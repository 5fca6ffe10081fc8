//! Functions that speak the Lambda Runtime API: a program is started once, asks for one invocation after the other, and
//! is kept for the next. Here an invocation finds an instance and becomes what came of it; how many may run at a time
//! has been decided before.

mod api;
mod exchange;
mod instance;
mod log;
mod peer;

pub use exchange::Invocation;
pub use instance::Instance;

use super::{Deployed, Invoked};
use exchange::Outcome;
use instance::{Ended, Worked};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Instances of one function that wait for their next invocation, the last used on top.
#[derive(Default)]
pub struct Warm(Mutex<Vec<Instance>>);

impl Warm {
    /// One that still lives.
    fn take(&self) -> Option<Instance> {
        loop {
            let mut instance = self.list().pop()?;
            if instance.lives() {
                return Some(instance);
            }
        }
    }

    fn keep(&self, instance: Instance) {
        self.list().push(instance);
    }

    /// Ends all of them.
    pub fn clear(&self) {
        self.list().clear();
    }

    fn list(&self) -> MutexGuard<'_, Vec<Instance>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives an invocation to an instance and waits for what comes of it, and until the instance is ready for the next.
pub async fn run(deployed: &Deployed, mut invocation: Invocation) -> Invoked {
    let timeout = deployed.settings.function.timeout;
    loop {
        let warm = deployed.warm.take();
        let was_warm = warm.is_some();
        let instance = match warm {
            Some(instance) => Ok(instance),
            None => Instance::start(deployed).await,
        };
        let mut instance = match instance {
            Ok(instance) => instance,
            Err((ended, log)) => return failed(&invocation, ended, log, Duration::ZERO),
        };
        invocation.deadline = Timestamp::now()
            .saturating_add(SignedDuration::try_from(timeout).unwrap_or_default())
            .unwrap_or(Timestamp::MAX);
        let (worked, took) = instance.work(&invocation, timeout).await;
        let log = instance.log().await;
        match worked {
            Worked::Answered { outcome, is_ready } => {
                if is_ready {
                    deployed.warm.keep(instance);
                }
                return answered(&invocation, outcome, log, took);
            }
            // It ended before it had seen the event.
            Worked::NotTaken if was_warm => {}
            Worked::NotTaken => return failed(&invocation, Ended::Exited(None), log, took),
            Worked::Ended(ended) => return failed(&invocation, ended, log, took),
        }
    }
}

fn answered(invocation: &Invocation, outcome: Outcome, log: String, took: Duration) -> Invoked {
    let request_id = invocation.request_id.clone();
    match outcome {
        Outcome::Response(payload) => Invoked { request_id, payload, error: None, log, took },
        Outcome::Error { kind, payload } => Invoked { request_id, payload, error: Some(kind), log, took },
        Outcome::TooLarge(size) => {
            let kind = "Function.ResponseSizeTooLarge";
            let message = format!(
                "Response payload size ({size}) exceeded maximum allowed payload size ({} bytes).",
                exchange::RESPONSE_LIMIT
            );
            let payload = json!({ "errorType": kind, "errorMessage": message }).to_string().into();
            Invoked { request_id, payload, error: Some(kind.into()), log, took }
        }
    }
}

/// A failure that the function did not tell of itself.
fn failed(invocation: &Invocation, ended: Ended, log: String, took: Duration) -> Invoked {
    let request_id = &invocation.request_id;
    let (kind, message) = match ended {
        Ended::Broken(outcome) => return answered(invocation, outcome, log, took),
        Ended::NotStarted(error) => ("Runtime.InvalidEntrypoint", error),
        Ended::Exited(Some(how)) => ("Runtime.ExitError", format!("Runtime exited with error: {how}")),
        Ended::Exited(None) => ("Runtime.ExitError", "Runtime exited without providing a reason".to_owned()),
        Ended::TimedOut(limit) => {
            ("Sandbox.Timedout", format!("Task timed out after {:.2} seconds", limit.as_secs_f64()))
        }
    };
    let message = format!("RequestId: {request_id} Error: {message}");
    let payload = json!({ "errorType": kind, "errorMessage": message }).to_string().into();
    Invoked { request_id: request_id.clone(), payload, error: Some(kind.into()), log, took }
}

#[cfg(test)]
mod tests;
