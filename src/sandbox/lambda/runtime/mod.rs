//! Functions that speak the Lambda Runtime API: a program is started once, asks for one invocation after the other, and
//! is kept for the next, or for a while. Here an invocation finds an instance and becomes what came of it; how many may
//! run at a time has been decided before.

mod api;
mod exchange;
mod instance;
mod log;
mod peer;

pub use exchange::Invocation;
pub use instance::Instance;

use super::{Deployed, Invoked, MOMENT};
use exchange::Outcome;
use instance::{Ended, Worked};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// An instance that nobody uses is kept so long.
pub const IDLE: Duration = Duration::from_secs(60);

/// Instances of one function that wait for their next invocation, the last used on top.
#[derive(Default)]
pub struct Warm {
    idle: Mutex<Vec<Idle>>,
    news: Notify,
}

struct Idle {
    instance: Instance,
    since: Instant,
}

impl Warm {
    /// One that still lives.
    fn take(&self) -> Option<Instance> {
        loop {
            let Idle { mut instance, .. } = self.list().pop()?;
            if instance.lives() {
                return Some(instance);
            }
        }
    }

    /// The same; where some are finishing, one of those in a moment.
    async fn take_soon(&self, is_finishing: impl Fn() -> bool) -> Option<Instance> {
        let finished = async {
            loop {
                let news = self.news.notified();
                let is_finishing = is_finishing();
                if let Some(instance) = self.take() {
                    return Some(instance);
                }
                if !is_finishing {
                    return None;
                }
                news.await;
            }
        };
        tokio::time::timeout(MOMENT, finished).await.unwrap_or_default()
    }

    /// An instance was kept, or will not be.
    pub fn notify(&self) {
        self.news.notify_waiters();
    }

    /// For a while.
    pub fn keep(self: &Arc<Self>, instance: Instance) {
        let mut list = self.list();
        list.push(Idle { instance, since: Instant::now() });
        if let [_] = list.as_slice() {
            tokio::spawn(end_idle(Arc::downgrade(self)));
        }
    }

    /// Ends those that nobody has used for a while at this time. When the next may be due, where one is left.
    pub fn end_idle(&self, now: Instant) -> Option<Instant> {
        let mut list = self.list();
        list.retain(|idle| now.duration_since(idle.since) < IDLE);
        list.iter().map(|idle| idle.since + IDLE).min()
    }

    /// Ends all of them.
    pub fn clear(&self) {
        self.list().clear();
    }

    fn list(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Until none is left.
async fn end_idle(warm: Weak<Warm>) {
    let mut next = Some(Instant::now() + IDLE);
    while let Some(at) = next {
        tokio::time::sleep_until(at).await;
        next = warm.upgrade().and_then(|warm| warm.end_idle(Instant::now()));
    }
}

/// Gives an invocation to an instance and waits for what comes of it. The instance that has answered comes back, with
/// the time it has left until it is to ask for the next.
pub async fn run(deployed: &Deployed, mut invocation: Invocation) -> (Invoked, Option<(Instance, Duration)>) {
    let timeout = deployed.settings.function.timeout;
    loop {
        let warm = deployed.warm.take_soon(|| deployed.is_finishing()).await;
        let was_warm = warm.is_some();
        let instance = match warm {
            Some(instance) => Ok(instance),
            None => Instance::start(deployed).await,
        };
        let mut instance = match instance {
            Ok(instance) => instance,
            Err((ended, log)) => return (failed(&invocation, ended, log, Duration::ZERO), None),
        };
        invocation.deadline = Timestamp::now()
            .saturating_add(SignedDuration::try_from(timeout).unwrap_or_default())
            .unwrap_or(Timestamp::MAX);
        let (worked, took) = instance.work(&invocation, timeout).await;
        let log = instance.log().await;
        let ended = match worked {
            Worked::Answered(outcome) => {
                let left = timeout.saturating_sub(took);
                return (answered(&invocation, outcome, log, took), Some((instance, left)));
            }
            // It ended before it had seen the event.
            Worked::NotTaken if was_warm => continue,
            Worked::NotTaken => Ended::Exited(None),
            Worked::Ended(ended) => ended,
        };
        return (failed(&invocation, ended, log, took), None);
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
        Ended::NotReady(limit) => (
            "Sandbox.Timedout",
            format!(
                "INIT: the program has not asked for an event in {:.2} seconds. Does it speak the Lambda Runtime API? A \
                 command that reads its event on stdin is a function without runtime_api",
                limit.as_secs_f64()
            ),
        ),
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
