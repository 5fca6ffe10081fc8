//! Running where nobody watches: a random delay, a lock against a second run, a limit on all waiting. What comes
//! before a verb and holds while it runs; no verb knows of it. It must not call AWS.

mod jitter;
mod lock;

use std::time::Duration;

use tokio::time::Instant;

use self::lock::{Lock, LockName};
use crate::context::Context;
use crate::error::Result;
use crate::signals::Signals;

/// What a command has while it runs.
pub struct Turn {
    _lock: Option<Lock>,
}

/// Waits until the command may start: `--jitter` first, so that the delay of one keeps no other out, then `--lock`. The
/// clock of `--timeout` starts between the two.
pub async fn wait_for_turn(ctx: &Context, signals: &mut Signals) -> Result<Turn> {
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
    let Some(name) = name else { return Ok(Turn { _lock: None }) };
    let left = |deadline: Instant| deadline.saturating_duration_since(Instant::now());
    let wait = global.lock_wait.unwrap_or(Duration::ZERO).min(ctx.deadline().map_or(Duration::MAX, left));
    let lock = tokio::select! {
        biased;
        lock = lock::take(&name, wait, ctx) => lock?,
        signal = signals.next() => return Err(signal.as_error().into()),
    };
    Ok(Turn { _lock: Some(lock) })
}
