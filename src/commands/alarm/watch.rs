//! `opsctl alarm watch`.

mod board;
mod change;

use std::time::Duration;

use clap::Args;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::random::Random;
use tokio::time::{Instant, sleep_until};

use self::board::Board;
use self::change::{CHANGES, Change, Watched, changes};
use super::api::{Alarms, PAGE, Selection};
use super::complete;
use super::model::Alarm;
use super::target::{self, AlarmName, find_all};
use crate::change::{Wait, again, is_answered};
use crate::cli::{ListArgs, WaitArgs, interval};
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::output::ListWriter;
use crate::random;
use crate::signals::Signals;

/// For each call of a look, the least time until the next one: ten calls a minute.
const PER_CALL: Duration = Duration::from_secs(6);
/// Looks that fail for a reason that may pass, one after the other, before it is taken to stay.
const PATIENCE: u32 = 8;
/// The longest pause that failures stretch to.
const LONGEST: Duration = Duration::from_secs(300);
/// Between two drawings while nothing happens.
const TICK: Duration = Duration::from_secs(1);

/// Watch alarms change their states
///
/// On a terminal, a board of the alarms by their states, those in ALARM first; each change is told
/// in a line, and where stderr is no terminal nothing but the lines is. With -o each change is a
/// record on stdout. It makes ten calls a minute at most: a hundred alarms are looked at every six
/// seconds, and a thousand every minute.
///
/// --for-state waits until every alarm is in the state, or with --any until one is; --timeout says
/// for how long. Without it, the watch goes on until it is interrupted.
///
/// Examples:
///   opsctl alarm watch api-5xx api-latency --for-state ok --timeout 15m
///   opsctl alarm watch 'api-*' --for-state ok --any -o ndjson
///
/// Exit codes:
///   0    the alarms are in the state of --for-state
///   2    an option, a column or a query is wrong
///   3    there is no such alarm, or none that is like a pattern
///   4    no credentials or no region
///   5    denied by a policy
///   8    --timeout was reached
///   75   AWS cannot be reached, or is busy
///   130  interrupted
///
/// IAM:
///   cloudwatch:DescribeAlarms  the alarms, on *
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(CHANGES)))]
pub struct WatchAlarmsArgs {
    /// Only these alarms: names, patterns such as 'api-*', ARNs
    #[arg(value_name = "ALARM", add = complete::alarms())]
    alarms: Vec<AlarmName>,

    /// Wait until every alarm is in this state: ok, alarm, insufficient-data
    #[arg(long, value_name = "STATE", value_parser = complete::state, help_heading = "Waiting",
        add = complete::states())]
    for_state: Option<StateValue>,

    /// One alarm in the state is enough
    #[arg(long, requires = "for_state", help_heading = "Waiting")]
    any: bool,

    /// The time between two looks
    #[arg(long, value_name = "DURATION", value_parser = interval, help_heading = "Waiting")]
    interval: Option<Duration>,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &WatchAlarmsArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let out = ctx.list_out(&args.list).unpaged();
    let mut told = Told { writer: out.stream("alarm.change", CHANGES)?, ctx };
    let wait_args = WaitArgs { wait: true, interval: args.interval };
    let wait = Wait { what: args.awaited(), total: None, again: args.again(ctx), args: &wait_args };
    let ended = args.watch(&mut told, &wait, ctx, &mut signals).await;
    // What was seen until then is an answer too.
    if is_answered(ctx) {
        told.writer.finish()?;
    }
    ended
}

/// Where changes are told: as records for who asks for them, as lines otherwise.
struct Told<'a> {
    writer: ListWriter<'a, Change>,
    ctx: &'a Context,
}

impl Told<'_> {
    /// Whether more is wanted.
    fn tell(&mut self, changes: Vec<Change>) -> Result<bool> {
        if is_answered(self.ctx) {
            return Ok(self.writer.extend(changes)?.is_continue());
        }
        for change in &changes {
            self.ctx.reporter().status(change.line());
        }
        Ok(true)
    }
}

impl WatchAlarmsArgs {
    async fn watch(
        &self,
        told: &mut Told<'_>,
        wait: &Wait<'_>,
        ctx: &Context,
        signals: &mut Signals,
    ) -> Result<Outcome> {
        let alarms = wait.limited(ctx, signals, Alarms::open(ctx)).await?;
        let mut random = Random::new(random::bytes()?);
        let mut board = Board::open(ctx);
        let mut known: Option<Vec<Watched>> = None;
        let (mut failures, mut is_away) = (0_u32, false);
        loop {
            let looked = wait.limited(ctx, signals, self.look(&alarms, known.is_none())).await;
            let mut pause = match looked {
                Ok(Look { alarms: seen, calls }) => {
                    failures = 0;
                    if std::mem::take(&mut is_away) {
                        ctx.reporter().status("AWS answers again");
                    }
                    match &known {
                        None => board.begin(&seen),
                        Some(known) => {
                            if !told.tell(changes(known, &seen, ctx.now()))? {
                                return Ok(Outcome::Done);
                            }
                        }
                    }
                    board.set(&seen, ctx.now());
                    let is_reached = self.is_reached(&seen)?;
                    known = Some(seen);
                    if is_reached {
                        drop(board);
                        ctx.reporter().status(self.reached());
                        return Ok(Outcome::Done);
                    }
                    pause(self.interval, calls)
                }
                Err(error) => {
                    let report = Report::new(&error);
                    if report.kind != Kind::Temporary || failures >= PATIENCE {
                        return Err(error);
                    }
                    failures += 1;
                    // Who is told to come later was answered.
                    if report.aws.is_none() && !std::mem::replace(&mut is_away, true) {
                        let why = report.line();
                        ctx.reporter().warn(format_args!("AWS cannot be reached, and is tried again: {why}"));
                    }
                    ctx.reporter().verbose(1, format_args!("{error:#}; looking again later"));
                    let usual = self.interval.unwrap_or(PER_CALL);
                    usual.saturating_mul(1 << failures.min(10)).min(LONGEST.max(usual))
                }
            };
            // Never sooner than that, and never in step with others.
            let share = f64::from(u32::from_be_bytes(random.bytes())) / f64::from(u32::MAX);
            pause += pause.mul_f64(share / 10.0);
            let due = Instant::now() + pause;
            while Instant::now() < due {
                let next = if board.is_drawn() { due.min(Instant::now() + TICK) } else { due };
                let rest = async {
                    sleep_until(next).await;
                    Ok(())
                };
                wait.limited(ctx, signals, rest).await?;
                if let Some(known) = &known {
                    board.set(known, ctx.now());
                }
            }
        }
    }

    /// The alarms as they are. At first, one that is not there is missed.
    async fn look(&self, alarms: &Alarms, is_first: bool) -> Result<Look> {
        if is_first && !self.alarms.is_empty() {
            find_all(&self.alarms, alarms).await?;
        }
        let (mut seen, mut calls) = (Vec::new(), 0);
        let mut pages = alarms.describe(self.selection());
        while let Some(page) = pages.next().await? {
            calls += 1;
            let is_meant =
                |alarm: &&Alarm| self.alarms.is_empty() || self.alarms.iter().any(|name| name.takes(alarm));
            seen.extend(page.iter().filter(is_meant).map(Watched::of));
        }
        Ok(Look { alarms: seen, calls: calls.max(1) })
    }

    fn selection(&self) -> Selection {
        match self.alarms.as_slice() {
            [pattern] if pattern.is_pattern() => {
                Selection { prefix: target::prefix(pattern), ..Selection::default() }
            }
            [_, ..] if self.alarms.len() <= PAGE && !self.alarms.iter().any(AlarmName::is_pattern) => {
                let names = self.alarms.iter().map(|name| name.name().to_owned()).collect();
                Selection { names, ..Selection::default() }
            }
            _ => Selection::default(),
        }
    }

    fn is_reached(&self, seen: &[Watched]) -> Result<bool> {
        let Some(state) = self.for_state else { return Ok(false) };
        if seen.is_empty() {
            return Err(Error::not_found("there is no alarm to wait for").hint("opsctl alarm list").into());
        }
        let is_there = |alarm: &Watched| alarm.state == state.name();
        Ok(if self.any { seen.iter().any(is_there) } else { seen.iter().all(is_there) })
    }

    fn reached(&self) -> String {
        let state = self.for_state.map_or("", StateValue::name);
        match (self.any, self.alarms.as_slice()) {
            (_, [only]) if !only.is_pattern() => format!("{} is {state}", only.name()),
            (true, _) => format!("an alarm is {state}"),
            (false, _) => format!("every alarm is {state}"),
        }
    }

    /// What is waited for, in words.
    fn awaited(&self) -> String {
        let what = match self.alarms.as_slice() {
            [only] => only.name().to_owned(),
            [] => "the alarms".to_owned(),
            several => format!("{} alarms", several.len()),
        };
        match self.for_state {
            Some(state) if self.any => format!("one of {what} to be {state}"),
            Some(state) => format!("{what} to be {state}"),
            None => format!("changes of {what}"),
        }
    }

    fn again(&self, ctx: &Context) -> String {
        let state = self.for_state.map(StateValue::name);
        let words = ["alarm", "watch"].into_iter().chain(self.alarms.iter().map(AlarmName::name));
        let words = words.chain(state.iter().flat_map(|state| ["--for-state", state]));
        again(ctx.global(), words.chain(self.any.then_some("--any")))
    }
}

/// The time until the next look, after one of so many calls.
fn pause(interval: Option<Duration>, calls: u32) -> Duration {
    interval.unwrap_or_else(|| PER_CALL.saturating_mul(calls))
}

/// What one look has seen, and how many calls it took.
struct Look {
    alarms: Vec<Watched>,
    calls: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unless_it_is_asked_for_there_are_ten_calls_a_minute_at_most() {
        for calls in [1, 2, 10, 50] {
            let looks = 60.0 / pause(None, calls).as_secs_f64();
            assert!(looks * f64::from(calls) <= 10.0, "{calls}");
        }
        assert_eq!(pause(Some(Duration::from_secs(1)), 10), Duration::from_secs(1));
    }
}
