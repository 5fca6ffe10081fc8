//! `opsctl alarm fire`.

mod ran;

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::actions::{Action, ActionKind, at_change};
use opsctl_engine::evaluation::composite::name_of;
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};

use self::ran::{RAN, Ran, is_change, ran};
use super::api::{Alarms, HistoryAsk, Selection};
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
/// Putting back is tried so often.
const ATTEMPTS: u32 = 4;
/// The longest reason of a state, in characters.
const LONGEST: usize = 1023;

/// Try out the actions of an alarm
///
/// Sets an alarm to another state, as if it had come to it by itself, waits until its history tells
/// how each action went, and puts the alarm back, also after Ctrl-C. Whoever the actions reach gets
/// a message whose reason says that it is a test. They get what is sent for the state before, too,
/// when it is put back. Before it asks, it says what will run, and what holds it back.
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
///   cloudwatch:DescribeAlarmHistory  how the actions went, on *
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
    args.warn(&alarm, &family, held.as_deref(), ctx);
    let due = if held.is_some() { Vec::new() } else { due(&alarm, args.state) };
    let composite = family.composite(alarm.name());
    let test =
        Test { alarm: &alarm, composite, alarms: &alarms, before, state: args.state, mark, reason, due };
    if !signals.race(consent.to(&test.plan(args.keep), ctx)).await? {
        return Ok(Outcome::Done);
    }
    let until = Instant::now() + args.hold.unwrap_or_default();
    let set = signals.race(alarms.set_state(alarm.name(), args.state, &test.reason)).await;
    if set.as_ref().is_err_and(|error| !is_doubtful(error)) {
        return set.map(|()| Outcome::Done);
    }
    let mut seen = Vec::new();
    let ended = match set {
        Ok(()) => test.watch(until, &mut seen, ctx, &mut signals).await,
        Err(error) => Err(error),
    };
    if args.keep {
        test.tell_kept(ctx);
    } else {
        test.put_back(ended.as_ref().is_err_and(is_doubtful), ctx, &mut signals).await?;
    }
    if change::is_answered(ctx) {
        ctx.out().list("alarm.fire", RAN, seen.clone())?;
    }
    ended?;
    test.result(&seen)?;
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

    /// What is good to know before it is agreed to.
    fn warn(&self, alarm: &Alarm, family: &Family, held: Option<&str>, ctx: &Context) {
        let name = alarm.name();
        if let Some(held) = held {
            ctx.reporter().warn(format_args!("{held}: no action of {name} will run"));
        } else if due(alarm, self.state).is_empty() {
            ctx.reporter().warn(format_args!("{name} has no actions for {}: nothing will run", self.state));
        }
        if held.is_none() && !wait(alarm).is_zero() {
            let wait = wait(alarm);
            ctx.reporter()
                .status(format_args!("the actions of {name} run after {wait:?}, unless they are suppressed"));
        }
        for parent in family.above(&[name].into()) {
            let parent = parent.name();
            ctx.reporter().status(format_args!("{parent} is above {name}, and may change its state too"));
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

/// An alarm that is tried out.
struct Test<'a> {
    alarm: &'a Alarm,
    composite: Option<&'a Composite>,
    alarms: &'a Alarms,
    before: StateValue,
    state: StateValue,
    /// In the reasons of both states.
    mark: String,
    reason: String,
    due: Vec<String>,
}

impl Test<'_> {
    fn name(&self) -> &str {
        self.alarm.name()
    }

    fn plan(&self, is_kept: bool) -> Plan {
        let step = |from: StateValue, to: StateValue, reason: &str, runs: &[String]| Step {
            action: "cloudwatch:SetAlarmState",
            resource: self.name().to_owned(),
            description: match runs {
                [] => format!("{from} -> {to}, runs nothing"),
                runs => format!("{from} -> {to}, runs {}", runs.join(", ")),
            },
            parameters: json!({ "AlarmName": self.name(), "StateValue": to.name(), "StateReason": reason }),
        };
        let mut steps = vec![step(self.before, self.state, &self.reason, &self.due)];
        if !is_kept {
            let runs = if self.due.is_empty() { Vec::new() } else { due(self.alarm, self.before) };
            steps.push(step(self.state, self.before, &self.reason_back(), &runs));
        }
        let is_more_than_a_message = |action: &String| {
            let kind = Action::parse(action).map(|action| action.kind);
            matches!(kind, Some(ActionKind::Ec2 | ActionKind::AutoScaling))
        };
        let is_heavy = self.due.iter().any(is_more_than_a_message);
        Plan {
            words: WORDS,
            weight: if is_heavy { Weight::Irreversible } else { Weight::Ordinary },
            account: account(std::slice::from_ref(self.alarm)),
            region: self.alarms.region.clone(),
            steps,
        }
    }

    fn reason_back(&self) -> String {
        format!("put back after a {}", self.mark)
    }

    /// Sees what comes of the state that is set.
    async fn watch(
        &self,
        until: Instant,
        seen: &mut Vec<Ran>,
        ctx: &Context,
        signals: &mut Signals,
    ) -> Result<()> {
        ctx.reporter().status(format_args!("{} is {}", self.name(), self.state));
        let mut progress = ctx.reporter().progress("waiting for the actions", Some(self.due.len() as u64));
        let mut pace = Pace::new(Some(INTERVAL), random::bytes()?);
        let patience = until.max(Instant::now() + PATIENCE + wait(self.alarm));
        while seen.len() < self.due.len() && Instant::now() < patience {
            rest(pace.pause(), signals).await?;
            match signals.race(self.look()).await {
                Ok(ran) => {
                    for ran in ran.iter().filter(|ran| !seen.contains(ran)) {
                        match ran.is_failed {
                            true => ctx.reporter().warn(ran.line()),
                            false => ctx.reporter().status(ran.line()),
                        }
                    }
                    *seen = ran;
                    progress.set(seen.len() as u64);
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
    async fn look(&self) -> Result<Vec<Ran>> {
        let name = Some(self.name().to_owned());
        let mut pages = self.alarms.history(HistoryAsk { name, ..HistoryAsk::default() });
        let mut history = Vec::new();
        for _ in 0..PAGES {
            let Some(page) = pages.next().await? else { break };
            history.extend(page.into_iter().map(HistoryItem::read));
            if history.iter().any(|item| is_change(item, &self.reason)) {
                break;
            }
        }
        Ok(ran(&history, &self.reason, &self.due))
    }

    fn tell_kept(&self, ctx: &Context) {
        let (name, state) = (self.name(), self.state);
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
        let state = self.before.name();
        change::again(ctx.global(), ["alarm", "fire", self.name(), "--state", state, "--keep"])
    }

    /// A signal does not keep it from that, the next one does.
    async fn put_back(&self, is_stopped: bool, ctx: &Context, signals: &mut Signals) -> Result<()> {
        let mut is_stopped = is_stopped;
        let mut work = pin!(self.back(ctx));
        let error = loop {
            tokio::select! {
                done = &mut work => match done {
                    Ok(()) => return Ok(()),
                    Err(error) => break error,
                },
                signal = signals.next() => match is_stopped {
                    true => break signal.as_error().into(),
                    false => {
                        is_stopped = true;
                        ctx.reporter().status("it is put back first");
                    }
                },
            }
        };
        let Report { kind, message, causes, .. } = Report::new(&error);
        let not = format!("{} IS STILL {} BY THIS TEST, and could not be put back", self.name(), self.state);
        let reasons = [vec![message], causes].concat();
        Err(Error::new(kind, not).because_of(reasons).hint(self.command_back(ctx)).into())
    }

    async fn back(&self, ctx: &Context) -> Result<()> {
        let mut attempt = 1;
        loop {
            match self.back_once(ctx).await {
                Err(error) if Report::new(&error).kind == Kind::Temporary && attempt < ATTEMPTS => {
                    ctx.reporter().verbose(1, format_args!("{error:#}; trying again"));
                    sleep(Duration::from_secs(1 << attempt)).await;
                    attempt += 1;
                }
                ended => return ended,
            }
        }
    }

    async fn back_once(&self, ctx: &Context) -> Result<()> {
        let name = self.name();
        // Who cannot look puts it back all the same.
        if let Ok(Some(found)) = self.found_else().await {
            ctx.reporter().status(format_args!("{name} is {found}"));
            return Ok(());
        }
        self.alarms.set_state(name, self.before, &self.reason_back()).await?;
        ctx.reporter().status(format_args!("{name} is {} again", self.before));
        Ok(())
    }

    /// How the alarm is by now if it is not to be put back, in words.
    async fn found_else(&self) -> Result<Option<String>> {
        let named = AlarmName::Name(self.name().to_owned());
        let Some(now) = named.find_if_any(self.alarms).await? else { return Ok(Some("gone".to_owned())) };
        if now.state() != self.state.name() {
            return Ok(Some(format!("{} by itself", now.state())));
        }
        let is_so_by_rule = self.judged().await? == Some(self.state);
        Ok(is_so_by_rule.then(|| format!("{} by its rule now, and stays so", self.state)))
    }

    /// The state that the rule of a composite alarm gives by now. It is not judged again where nothing changes, so that
    /// putting it back would hide that; every other alarm is evaluated again soon.
    async fn judged(&self) -> Result<Option<StateValue>> {
        let Some(composite) = self.composite else { return Ok(None) };
        let Ok(rule) = &composite.rule else { return Ok(None) };
        let mut states: HashMap<String, StateValue> = HashMap::new();
        if !composite.children.is_empty() {
            let names = composite.children.clone();
            for child in self.alarms.described(Selection { names, ..Selection::default() }).await? {
                states.extend(
                    child.state().parse::<StateValue>().ok().map(|state| (child.name().to_owned(), state)),
                );
            }
        }
        Ok(rule.state(|child| states.get(name_of(child)).copied()).ok())
    }

    /// What became of the actions.
    fn result(&self, seen: &[Ran]) -> Result<(), Error> {
        let (due, name) = (self.due.len(), self.name());
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
