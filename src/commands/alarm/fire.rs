//! `opsctl alarm fire`: the order of things. `back` is how an alarm is put back, `ran` what its history tells, `above` what
//! composite alarms over it do.

mod above;
mod back;
mod ran;

use std::time::Duration;

use clap::Args;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::actions::{Action, ActionKind, at_change};
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};

use self::above::{all_of, can_act};
use self::ran::{RAN, Ran, is_change, ran};
use super::api::{Alarms, HistoryAsk};
use super::complete;
use super::enabling::account;
use super::family::{Composite, Family};
use super::history::item::HistoryItem;
use super::model::{Alarm, AlarmType};
use super::target::AlarmName;
use crate::change::{self, Changes, Consent, Pace, Plan, Step, Weight, Words};
use crate::cli::{ChangeArgs, positive_duration};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::random;
use crate::signals::Signals;

/// How long actions are waited for: the history tells of them late.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest pause between two looks.
const INTERVAL: Duration = Duration::from_secs(4);
/// Pages of the history that are looked through for the change: others follow it.
const PAGES: usize = 3;
/// The longest reason of a state, in characters.
const LONGEST: usize = 1023;

/// Try out the actions of an alarm
///
/// Sets an alarm to another state, as if it had come to it by itself, waits until its history tells
/// how each action went, and puts the alarm back, also after Ctrl-C. The actions of the state before
/// run then, and are waited for too. Whoever the actions reach gets a message whose reason says that
/// it is a test. Before it asks, it says what will run, and what holds it back. Composite alarms
/// above may run their actions; of these it tells those that failed.
///
/// Examples:
///   opsctl alarm fire api-5xx --state alarm --yes
///   opsctl alarm fire service --state alarm --hold 2m --reason 'drill, ignore' --dry-run
///
/// Exit codes:
///   0    every action that was due succeeded; with --dry-run, the plan is printed
///   1    an action failed; it was not agreed to
///   2    a yes is needed, and there is no terminal to ask on
///   3    there is no such alarm
///   4    no credentials or no region
///   5    denied by a policy
///   8    the history did not tell of every action within a minute
///   9    the alarm is in the state already, and nothing would run
///   75   AWS cannot be reached, or is busy
///   130  interrupted; the alarm is put back
///
/// IAM:
///   cloudwatch:DescribeAlarms        the alarm and those above it, on *
///   cloudwatch:ListAlarmMuteRules    whether it is silenced
///   cloudwatch:GetAlarmMuteRule      the same
///   cloudwatch:SetAlarmState         there and back
///   cloudwatch:DescribeAlarmHistory  how the actions went, on *; asked once before
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct FireAlarmArgs {
    /// The alarm: name or ARN
    #[arg(value_name = "ALARM", add = complete::alarms())]
    alarm: AlarmName,

    /// The state to try: ok, alarm, insufficient-data
    #[arg(long, value_name = "STATE", value_parser = complete::state, help_heading = "Settings",
        add = complete::states())]
    state: StateValue,

    /// Why, for those whom it reaches
    #[arg(long, value_name = "TEXT", help_heading = "Settings")]
    reason: Option<String>,

    /// Leave it in the state for so long at least
    #[arg(long, value_name = "DURATION", value_parser = positive_duration, help_heading = "Settings")]
    hold: Option<Duration>,

    /// Do not put it back
    #[arg(long, conflicts_with = "hold", help_heading = "Settings")]
    keep: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "set", done: "set", one: "state", many: "states" };

pub async fn run(args: &FireAlarmArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mark = format!("test by opsctl {}", random::hex(8)?);
    let reason = args.reason(&mark)?;
    let mut signals = Signals::listen()?;
    let alarms = signals.race(Alarms::open(ctx)).await?;
    let alarm = signals.race(args.alarm.find(&alarms)).await?;
    let before = args.before(&alarm)?;
    let family = signals.race(Family::of(&alarms)).await?;
    let held = signals.race(held_back(&alarm, &alarms, ctx)).await?;
    let runs = |state| if held.is_some() { Vec::new() } else { due(&alarm, state) };
    let test = Test {
        alarm: &alarm,
        composite: family.composite(alarm.name()),
        above: family.above(&[alarm.name()].into()).into_iter().filter(|above| can_act(above)).collect(),
        alarms: &alarms,
        there: Change { from: before, to: args.state, reason, due: runs(args.state) },
        back: Change {
            from: args.state,
            to: before,
            reason: format!("put back after a {mark}"),
            due: if args.keep { Vec::new() } else { runs(before) },
        },
    };
    test.warn(&family, held.as_deref(), ctx);
    signals.race(test.check_that_it_is_seen()).await?;
    if !signals.race(consent.to(&test.plan(args.keep), ctx)).await? {
        return Ok(Outcome::Done);
    }
    let until = Instant::now() + args.hold.unwrap_or_default();
    let set = signals.race(alarms.set_state(alarm.name(), args.state, &test.there.reason)).await;
    if set.as_ref().is_err_and(|error| !is_doubtful(error)) {
        return set.map(|()| Outcome::Done);
    }
    let mut seen = Vec::new();
    let mut due = test.there.due.len();
    let mut ended = match set {
        Ok(()) => {
            ctx.reporter().status(format_args!("{} is {}", test.name(), args.state));
            test.watch(&test.there, until, &mut seen, ctx, &mut signals).await
        }
        Err(error) => Err(error),
    };
    if args.keep {
        test.tell_kept(ctx);
    } else if test.put_back(&mut ended, ctx, &mut signals).await? && ended.is_ok() {
        due += test.back.due.len();
        ended = test.watch(&test.back, Instant::now(), &mut seen, ctx, &mut signals).await;
    }
    if ended.is_ok() {
        ended = test.tell_above(ctx, &mut signals).await;
    }
    if change::is_answered(ctx) {
        ctx.out().list("alarm.fire", RAN, seen.clone())?;
    }
    ended?;
    test.result(&seen, due)?;
    Ok(Outcome::Done)
}

impl FireAlarmArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }

    fn reason(&self, mark: &str) -> Result<String, Error> {
        let text = match &self.reason {
            Some(reason) => format!("{mark}: {reason}"),
            None => mark.to_owned(),
        };
        match text.chars().count().checked_sub(LONGEST) {
            None | Some(0) => Ok(text),
            Some(over) => Err(Error::usage(format!("the --reason is {over} characters too long"))),
        }
    }

    /// The state that it is put back to.
    fn before(&self, alarm: &Alarm) -> Result<StateValue, Error> {
        let name = alarm.name();
        match alarm.state().parse() {
            Ok(before) if before == self.state => {
                Err(Error::new(Kind::Conflict, format!("{name} is {before} already: nothing would run"))
                    .hint("actions run on a change: --state names another state"))
            }
            Ok(before) => Ok(before),
            Err(_) => {
                let state = alarm.state();
                Err(Error::new(Kind::Conflict, format!("{name} is {state}, and could not be put back to it")))
            }
        }
    }
}

/// The actions that run when an alarm comes to a state.
fn due(alarm: &Alarm, state: StateValue) -> Vec<String> {
    let all: Vec<String> =
        alarm.actions().filter(|(of, _)| *of == state).map(|(_, arn)| arn.to_owned()).collect();
    at_change(alarm.has_actions_enabled(), state, &all).map(str::to_owned).collect()
}

/// How long the actions of a composite alarm wait for its suppressor.
fn wait(alarm: &Alarm) -> Duration {
    let is_suppressed = alarm.text("ActionsSuppressor").is_some();
    Duration::from_secs(alarm.count("ActionsSuppressorWaitPeriod").filter(|_| is_suppressed).unwrap_or(0))
}

/// Why nothing of what is due would run.
async fn held_back(alarm: &Alarm, alarms: &Alarms, ctx: &Context) -> Result<Option<String>> {
    if !alarm.has_actions_enabled() {
        return Ok(Some("its actions are disabled".to_owned()));
    }
    match alarms.mutes_of(&[alarm.name()].into()).await {
        Ok(mutes) => {
            if let Some(mute) = mutes.into_iter().flatten().find(|mute| mute.is_active()) {
                return Ok(Some(format!("the mute rule {} silences it", mute.rule.name)));
            }
        }
        Err(error) if Report::new(&error).kind == Kind::Denied => {
            let why = Report::new(&error).line();
            ctx.reporter().warn(format_args!("whether it is silenced is not known: {why}"));
        }
        Err(error) => return Err(error),
    }
    let Some(suppressor) = alarm.text("ActionsSuppressor").and_then(|name| name.parse::<AlarmName>().ok())
    else {
        return Ok(None);
    };
    let found = suppressor.find_if_any(alarms).await?;
    let is_on = found.is_some_and(|found| found.state() == StateValue::Alarm.name());
    Ok(is_on.then(|| format!("{} suppresses its actions", suppressor.name())))
}

/// A change of state that a test makes.
struct Change {
    from: StateValue,
    to: StateValue,
    /// By which the history is known to tell of it.
    reason: String,
    /// The actions that run.
    due: Vec<String>,
}

/// An alarm that is tried out.
struct Test<'a> {
    alarm: &'a Alarm,
    composite: Option<&'a Composite>,
    /// The composite alarms above it that may act too.
    above: Vec<&'a Alarm>,
    alarms: &'a Alarms,
    there: Change,
    back: Change,
}

impl Test<'_> {
    fn name(&self) -> &str {
        self.alarm.name()
    }

    /// What is good to know before it is agreed to.
    fn warn(&self, family: &Family, held: Option<&str>, ctx: &Context) {
        let (name, state) = (self.name(), self.there.to);
        if let Some(held) = held {
            ctx.reporter().warn(format_args!("{held}: no action of {name} will run"));
        } else if self.there.due.is_empty() {
            let until = if self.back.due.is_empty() { "" } else { " until it is put back" };
            ctx.reporter().warn(format_args!("{name} has no actions for {state}: nothing will run{until}"));
        }
        if held.is_none() && !wait(self.alarm).is_zero() {
            let wait = wait(self.alarm);
            ctx.reporter()
                .status(format_args!("the actions of {name} run after {wait:?}, unless they are suppressed"));
        }
        for above in family.above(&[name].into()) {
            let runs = if can_act(above) { format!(", and run {}", all_of(above)) } else { String::new() };
            let above = above.name();
            ctx.reporter()
                .status(format_args!("{above} is above {name}, and may change its state too{runs}"));
        }
    }

    /// Who may not read the history is told before anything is changed.
    async fn check_that_it_is_seen(&self) -> Result<()> {
        let acts = [&self.there, &self.back].iter().any(|change| !change.due.is_empty());
        if acts || !self.above.is_empty() {
            let name = Some(self.name().to_owned());
            self.alarms.history(HistoryAsk { name, ..HistoryAsk::default() }).next().await?;
        }
        Ok(())
    }

    fn plan(&self, is_kept: bool) -> Plan {
        let may = |above: &&Alarm| format!("; {} above it may run {}", above.name(), all_of(above));
        let above: String = self.above.iter().map(may).collect();
        let step = |change: &Change| {
            let Change { from, to, reason, due } = change;
            let runs = if due.is_empty() { "nothing".to_owned() } else { due.join(", ") };
            Step {
                action: "cloudwatch:SetAlarmState",
                resource: self.name().to_owned(),
                description: format!("{from} -> {to}, runs {runs}{above}"),
                parameters: json!({ "AlarmName": self.name(), "StateValue": to.name(), "StateReason": reason }),
            }
        };
        let changes = std::iter::once(&self.there).chain((!is_kept).then_some(&self.back));
        let is_more_than_a_message = |action: &String| {
            let kind = Action::parse(action).map(|action| action.kind);
            matches!(kind, Some(ActionKind::Ec2 | ActionKind::AutoScaling))
        };
        let is_heavy = changes.clone().flat_map(|change| &change.due).any(is_more_than_a_message);
        Plan {
            words: WORDS,
            weight: if is_heavy { Weight::Irreversible } else { Weight::Ordinary },
            account: account(std::slice::from_ref(self.alarm)),
            region: self.alarms.region.clone(),
            steps: changes.map(step).collect(),
        }
    }

    /// Sees what comes of a state that is set.
    async fn watch(
        &self,
        change: &Change,
        until: Instant,
        seen: &mut Vec<Ran>,
        ctx: &Context,
        signals: &mut Signals,
    ) -> Result<()> {
        let (earlier, due) = (seen.len(), change.due.len());
        let mut progress = ctx.reporter().progress("waiting for the actions", Some(due as u64));
        let mut pace = Pace::new(Some(INTERVAL), random::bytes()?);
        let patience = until.max(Instant::now() + PATIENCE + wait(self.alarm));
        while seen.len() - earlier < due && Instant::now() < patience {
            rest(pace.pause(), signals).await?;
            match signals.race(self.look(change)).await {
                Ok(ran) => {
                    for ran in ran.iter().filter(|ran| !seen.contains(ran)) {
                        match ran.is_failed {
                            true => ctx.reporter().warn(ran.line()),
                            false => ctx.reporter().status(ran.line()),
                        }
                    }
                    seen.truncate(earlier);
                    seen.extend(ran);
                    progress.set((seen.len() - earlier) as u64);
                }
                Err(error) if Report::new(&error).kind == Kind::Temporary => pace.stretch(),
                Err(error) => return Err(error),
            }
        }
        drop(progress);
        signals
            .race(async {
                sleep_until(until).await;
                Ok(())
            })
            .await
    }

    /// The actions that the history has by now.
    async fn look(&self, change: &Change) -> Result<Vec<Ran>> {
        Ok(ran(&self.history_since(change).await?, change.to, &change.reason, &change.due))
    }

    /// The history from the newest item to a change, and the rest of that page.
    async fn history_since(&self, change: &Change) -> Result<Vec<HistoryItem>> {
        let name = Some(self.name().to_owned());
        let mut pages = self.alarms.history(HistoryAsk { name, ..HistoryAsk::default() });
        let mut history = Vec::new();
        for _ in 0..PAGES {
            let Some(page) = pages.next().await? else { break };
            history.extend(page.into_iter().map(HistoryItem::read));
            if history.iter().any(|item| is_change(item, &change.reason)) {
                break;
            }
        }
        Ok(history)
    }

    fn tell_kept(&self, ctx: &Context) {
        let (name, state) = (self.name(), self.there.to);
        match self.alarm.alarm_type {
            AlarmType::Composite => {
                let back = self.command_back(ctx);
                ctx.reporter()
                    .status(format_args!("{name} stays {state} until an alarm of its rule changes"));
                ctx.reporter().hint(format_args!("{back} puts it back"));
            }
            _ => ctx.reporter().status(format_args!("{name} stays {state} until its next evaluation")),
        }
    }

    fn command_back(&self, ctx: &Context) -> String {
        let state = self.back.to.name();
        change::again(ctx.global(), ["alarm", "fire", self.name(), "--state", state, "--keep"])
    }

    /// What became of the actions.
    fn result(&self, seen: &[Ran], due: usize) -> Result<(), Error> {
        let name = self.name();
        let failed: Vec<String> = seen.iter().filter(|ran| ran.is_failed).map(Ran::line).collect();
        if !failed.is_empty() {
            let message = format!("{} of {due} actions of {name} failed", failed.len());
            return Err(Error::failed(message).because_of(failed));
        }
        match due - seen.len() {
            0 => Ok(()),
            missing => {
                let message = format!("the history does not tell of {missing} of {due} actions yet");
                Err(Error::new(Kind::TimedOut, message)
                    .hint(format!("opsctl alarm history {name} --type action")))
            }
        }
    }
}

/// Whether a call that ended so may have been heard all the same: nobody refused it.
fn is_doubtful(error: &anyhow::Error) -> bool {
    let kind = Report::new(error).kind;
    matches!(kind, Kind::Temporary | Kind::TimedOut | Kind::Interrupted | Kind::Terminated | Kind::HungUp)
}

async fn rest(pause: Duration, signals: &mut Signals) -> Result<()> {
    signals
        .race(async {
            sleep(pause).await;
            Ok(())
        })
        .await
}
