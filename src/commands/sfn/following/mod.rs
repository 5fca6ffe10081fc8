//! Following an execution to its end, for every verb that waits for one: one poller of its history, which asks less and
//! less often while nothing happens. Leaving ends the watch, not the execution.

mod end;
mod lines;
mod reader;
mod show;

use std::time::Duration;

use opsctl_engine::asl::arn::StatesArn;
use opsctl_engine::asl::follow::{LONGEST, Pace};
use opsctl_engine::random::Random;
use tokio::time::{Instant, sleep_until};

use super::api::Sfn;
use super::execution::missing;
use super::model::Execution;
use crate::change::{self, Wait};
use crate::cli::WaitArgs;
use crate::context::Context;
use crate::error::{Kind, Report, Result};
use crate::random;
use crate::signals::Signals;
use reader::Reader;
use show::Show;

pub use end::{outcome, took};

/// Looks that fail for a reason that may pass, one after the other, before it is taken to stay.
const PATIENCE: u32 = 8;
/// Looks at an execution that was just started and may not be known yet.
const UNKNOWN_AT_FIRST: u32 = 5;
/// Between two drawings while nothing happens.
const TICK: Duration = Duration::from_secs(1);
/// Map runs that are asked for their items in one look, and in the last one.
const MAP_RUNS: usize = 3;
const MAP_RUNS_AT_THE_END: usize = 20;

/// What is followed.
pub struct Following<'a> {
    pub sfn: &'a Sfn,
    pub arn: &'a str,
    /// It was started just now: all of it is news.
    pub is_new: bool,
    /// How often it was redriven at least: an earlier end is none.
    pub redrives: u64,
    /// The longest pause between two looks.
    pub interval: Option<Duration>,
}

impl Following<'_> {
    /// Until the execution is over.
    pub async fn until_over(&self, ctx: &Context, signals: &mut Signals) -> Result<Ended> {
        let args = WaitArgs { wait: true, interval: self.interval };
        let wait = Wait {
            what: format!("the execution {} to end", short(self.arn)),
            total: None,
            again: again(ctx, "watch", self.arn),
            args: &args,
        };
        let mut show = wait.limited(ctx, signals, Show::open(self.sfn, self.arn, self.is_new, ctx)).await?;
        let mut reader = Reader::new(self.arn);
        let mut pace = Pace::new(self.interval.unwrap_or(LONGEST));
        let mut random = Random::new(random::bytes()?);
        let (mut failures, mut unknown, mut is_away) = (0, 0, false);
        loop {
            let looked = wait.limited(ctx, signals, self.look(&mut reader, &mut show, ctx));
            let calls = match looked.await {
                Ok(Looked::Over(execution)) => {
                    let failed_in = show.failed_in();
                    show.leave();
                    return Ok(Ended { execution: *execution, failed_in });
                }
                Ok(Looked::GoesOn { calls }) => {
                    pace.answered();
                    failures = 0;
                    if std::mem::take(&mut is_away) {
                        ctx.reporter().status("AWS answers again");
                    }
                    calls
                }
                Err(error) => {
                    let report = Report::new(&error);
                    let kind = report.kind;
                    let may_come = self.is_new && reader.is_unread() && unknown < UNKNOWN_AT_FIRST;
                    if kind == Kind::NotFound && may_come {
                        unknown += 1;
                    } else if kind == Kind::Temporary && failures < PATIENCE {
                        failures += 1;
                        // Who is told to come later was answered.
                        if report.aws.is_none() && !is_away {
                            is_away = true;
                            let why = report.line();
                            ctx.reporter()
                                .warn(format_args!("AWS cannot be reached, and is tried again: {why}"));
                        }
                        ctx.reporter().verbose(1, format_args!("{error:#}; looking again later"));
                        pace.refused();
                    } else if let (Kind::NotFound, true, Ok(arn)) =
                        (kind, reader.is_unread(), StatesArn::parse(self.arn))
                    {
                        return Err(missing(self.sfn, &arn).await);
                    } else {
                        return Err(error);
                    }
                    1
                }
            };
            let chance = f64::from(u32::from_be_bytes(random.bytes())) / f64::from(u32::MAX);
            let due = Instant::now() + pace.pause(show.age(ctx.now()), calls, chance);
            while Instant::now() < due {
                let next = if show.is_drawn() { due.min(Instant::now() + TICK) } else { due };
                let rest = async {
                    sleep_until(next).await;
                    Ok(())
                };
                wait.limited(ctx, signals, rest).await?;
                show.draw(ctx.now());
            }
        }
    }

    async fn look(&self, reader: &mut Reader<'_>, show: &mut Show<'_>, ctx: &Context) -> Result<Looked> {
        let mut calls = reader.look(self.sfn, &mut |event| show.take(event)).await?;
        let most = if show.is_over() { MAP_RUNS_AT_THE_END } else { MAP_RUNS };
        for map_run in show.map_runs().iter().take(most) {
            calls += 1;
            if let Ok(arn) = StatesArn::parse(map_run) {
                show.items(map_run, self.sfn.map_run(&arn).await?.item_counts.items());
            }
        }
        show.looked(ctx.now());
        if show.is_over()
            && let Some(execution) = self.sfn.execution_if_any(self.arn).await?
            // What the history knows may not be known everywhere yet.
            && execution.is_over()
            && execution.redrives.redrive_count >= self.redrives
        {
            return Ok(Looked::Over(Box::new(execution)));
        }
        Ok(Looked::GoesOn { calls })
    }
}

/// How it ended, and in which state where it failed.
pub struct Ended {
    pub execution: Execution,
    pub failed_in: Option<String>,
}

enum Looked {
    GoesOn { calls: u32 },
    Over(Box<Execution>),
}

/// `MACHINE:NAME`, as people call it.
pub fn short(arn: &str) -> &str {
    arn.splitn(7, ':').nth(6).unwrap_or(arn)
}

/// Only executions of Standard machines are kept, and can be looked at again.
pub fn is_standard(arn: &str) -> bool {
    arn.contains(":execution:")
}

/// The command of another verb about the same execution.
pub fn again(ctx: &Context, verb: &str, arn: &str) -> String {
    change::again(ctx.global(), ["sfn", verb, arn])
}
