//! Waiting until something that was started is over: looks at it at its [`Pace`], with progress, no longer than
//! `--timeout`. Leaving early, by Ctrl-C too, ends the wait and nothing else, and says how to go on with it.

use tokio::time::Instant;

use super::pace::Pace;
use crate::cli::WaitArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Report, Result};
use crate::output::Progress;
use crate::random;
use crate::signals::Signals;

/// Looks that fail for a reason that may pass, one after the other, before it is taken to stay.
const PATIENCE: u32 = 8;

/// What is waited for.
#[derive(Debug)]
pub struct Wait<'a> {
    /// "3 sessions to end".
    pub what: String,
    /// How many things it is, where they are counted.
    pub total: Option<u64>,
    /// The command that goes on with the wait.
    pub again: String,
    pub args: &'a WaitArgs,
}

/// Looks until there is a final state. What fails for a moment (throttling, the network) is looked at again, later.
pub async fn until<T>(
    wait: &Wait<'_>,
    ctx: &Context,
    signals: &mut Signals,
    look: impl AsyncFnMut(&mut Progress) -> Result<Option<T>>,
) -> Result<T> {
    until_at(Pace::new(wait.args.interval, random::bytes()?), wait, ctx, signals, look).await
}

/// The same at a pace of its own.
pub async fn until_at<T>(
    mut pace: Pace,
    wait: &Wait<'_>,
    ctx: &Context,
    signals: &mut Signals,
    mut look: impl AsyncFnMut(&mut Progress) -> Result<Option<T>>,
) -> Result<T> {
    let mut progress = ctx.reporter().progress(format!("waiting for {}", wait.what), wait.total);
    let mut failures = 0;
    loop {
        let looked = wait.limited(ctx, signals, look(&mut progress)).await;
        match looked {
            Ok(Some(state)) => return Ok(state),
            Ok(None) => failures = 0,
            Err(error) if failures < PATIENCE && Report::new(&error).kind == Kind::Temporary => {
                failures += 1;
                ctx.reporter().verbose(1, format_args!("{error:#}; looking again later"));
                pace.stretch();
            }
            Err(error) => return Err(error),
        }
        let rest = async {
            tokio::time::sleep(pace.pause()).await;
            Ok(())
        };
        wait.limited(ctx, signals, rest).await?;
    }
}

impl Wait<'_> {
    /// What `work` gives, unless the time is up or a signal comes first: then `work` is dropped.
    pub async fn limited<T>(
        &self,
        ctx: &Context,
        signals: &mut Signals,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        tokio::select! {
            done = work => done,
            () = at(ctx.deadline()) => Err(self.timed_out(ctx)),
            signal = signals.next() => Err(self.left(signal.kind())),
        }
    }

    fn timed_out(&self, ctx: &Context) -> anyhow::Error {
        let limit = ctx.global().timeout.unwrap_or_default();
        Error::new(Kind::TimedOut, format!("gave up waiting for {} after {limit:?}; it goes on", self.what))
            .hint(&self.again)
            .into()
    }

    fn left(&self, kind: Kind) -> anyhow::Error {
        Error::new(kind, format!("no longer waiting for {}; it goes on", self.what)).hint(&self.again).into()
    }
}

/// Never, without a deadline.
async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
