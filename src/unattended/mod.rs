//! Running where nobody watches: a random delay, a lock against a second run, a limit on all waiting. What comes
//! before a verb and holds while it runs; no verb knows of it. It must not call AWS.

mod jitter;
mod lock;

use std::time::Duration;

use tokio::time::Instant;

use self::lock::Lock;
pub use self::lock::LockName;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::{Signal, Signals};

/// Runs a verb when its turn has come. One that puts things in order before it ends asks for the signals itself.
pub async fn run(
    verb: impl Future<Output = Result<Outcome>>,
    ends_itself: bool,
    ctx: &Context,
) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let _lock = wait_for_turn(ctx, &mut signals).await?;
    if ends_itself {
        return verb.await;
    }
    tokio::select! {
        // A Ctrl-C that ended the reader of a finished answer was not meant for us.
        biased;
        outcome = verb => outcome,
        signal = signals.next() => Err(left_by(signal).into()),
    }
}

/// What was going on goes on without us.
fn left_by(signal: Signal) -> Error {
    match signal {
        Signal::TimedOut => {
            Error::new(Kind::TimedOut, "gave up waiting at the limit of --timeout; what was started goes on")
        }
        _ => signal.as_error(),
    }
}

/// Waits until the command may start: `--jitter` first, so that the delay of one keeps no other out, then `--lock`. The
/// clock of `--timeout` starts between the two.
async fn wait_for_turn(ctx: &Context, signals: &mut Signals) -> Result<Option<Lock>> {
    let global = ctx.global();
    let name = global.lock.as_deref().map(LockName::new).transpose()?;
    if let Some(longest) = global.jitter {
        let delay = jitter::delay(longest)?;
        tracing::info!("starting in {delay:.1?} (--jitter)");
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            signal = signals.next() => return Err(signal.as_error().into()),
        }
    }
    if let Some(deadline) = ctx.start_clock() {
        signals.end_at(deadline);
    }
    let Some(name) = name else { return Ok(None) };
    let left = |deadline: Instant| deadline.saturating_duration_since(Instant::now());
    let wait = global.lock_wait.unwrap_or(Duration::ZERO).min(ctx.deadline().map_or(Duration::MAX, left));
    tokio::select! {
        biased;
        lock = lock::take(&name, wait, ctx) => lock.map(Some),
        signal = signals.next() => Err(signal.as_error().into()),
    }
}
