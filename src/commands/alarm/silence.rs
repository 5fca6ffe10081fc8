//! `opsctl alarm silence`.

mod when;

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use opsctl_engine::evaluation::Zone;
use opsctl_engine::evaluation::mute::{MuteRule, MuteTargets, Rule};
use serde::Serialize;
use serde_json::json;

use self::when::{Asked, Start, When};
use super::api::{Alarms, Lookup, PAGE};
use super::complete;
use super::enabling::{self, Actions, account, pace};
use super::family::Family;
use super::model::{Alarm, AlarmType};
use super::target::{self, AlarmName};
use super::view;
use crate::change::{self, Changes, Consent, Plan, Step, Weight, Words};
use crate::cli::{ChangeArgs, Moment};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::output::Column;
use crate::random;
use crate::signals::Signals;

/// How the description of every rule begins that is made here: by it they are known again, whatever they are called.
const MARK: &str = "opsctl alarm silence";
/// The longest description of a rule, in characters.
const LONGEST: usize = 1024;
const LONGEST_NAME: usize = 255;
/// So many alarms are named in a command that ends a silence; more of them by what they were named by.
const NAMED: usize = 10;

/// Silence alarms for a time
///
/// A mute rule holds back what the alarms would do, and ends by itself: then the actions run of the
/// state that an alarm came to in the silence and is still in. A rule takes a hundred alarms; more of
/// them get several. Alarms go on changing their states, and composite alarms above them go on
/// sending. --cron begins a window again and again, each as long as --for.
///
/// An older endpoint has no mute rules. With --fallback the actions are disabled there instead, which
/// nothing ends but `opsctl alarm unsilence`.
///
/// Examples:
///   opsctl alarm silence 'api-*' --for 2h --reason 'deploy of 4.2' --yes
///   opsctl alarm silence api-5xx --for 30m --at 2026-11-23T02:00 --timezone Europe/Berlin --yes
///   opsctl alarm silence api-5xx --for 90m --cron '0 2 * * SUN' --name sunday-backup --yes
///
/// Exit codes:
///   0    the alarms are silenced; with --dry-run, the plan is printed
///   1    it was not agreed to, or there are no mute rules and no --fallback
///   2    a time, zone or length is wrong; a yes is needed, and there is no terminal to ask on
///   3    there is no such alarm, or none that is like a pattern
///   4    no credentials or no region
///   5    denied by a policy
///   7    some could not be silenced; each call that failed is named
///   9    a mute rule of the name of --name is there already, or is one of somebody else
///   75   AWS cannot be reached, or is busy
///   130  interrupted; what is not done yet is told
///
/// IAM:
///   cloudwatch:DescribeAlarms       the alarms, and the rules of composite alarms, on *
///   cloudwatch:GetAlarmMuteRule     whether the name of the rule is free
///   cloudwatch:PutAlarmMuteRule     on the rule and on every alarm
///   cloudwatch:DisableAlarmActions  with --fallback
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct SilenceAlarmsArgs {
    /// The alarms: names, patterns such as 'api-*', ARNs
    #[arg(value_name = "ALARM", required = true, num_args = 1.., add = complete::alarms())]
    alarms: Vec<AlarmName>,

    /// How long: from 1m to 15d
    #[arg(long = "for", value_name = "DURATION", value_parser = when::length, help_heading = "Settings")]
    length: Duration,

    /// Why, for those who find them silent
    #[arg(long, value_name = "TEXT", help_heading = "Settings")]
    reason: Option<String>,

    /// From then on, instead of from now on
    #[arg(long, value_name = "TIME", help_heading = "Settings")]
    at: Option<Start>,

    /// Whenever a clock shows this: five fields
    #[arg(long, value_name = "EXPR", value_parser = when::cron, conflicts_with = "at", help_heading = "Settings")]
    cron: Option<String>,

    /// Of --cron: no window after then
    #[arg(long, value_name = "TIME", requires = "cron", help_heading = "Settings")]
    until: Option<Moment>,

    /// Of --at and --cron, if not UTC
    #[arg(long, value_name = "ZONE", help_heading = "Settings")]
    timezone: Option<Zone>,

    /// What the mute rule is called
    #[arg(long, value_name = "RULE", help_heading = "Settings")]
    name: Option<String>,

    /// Disable the actions where there are no mute rules
    #[arg(long, conflicts_with_all = ["at", "cron"], help_heading = "Settings")]
    fallback: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "silence", done: "silenced", one: "alarm", many: "alarms" };

/// An alarm that is silenced.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Silence {
    alarm: String,
    rule: String,
    /// The first window.
    from: Timestamp,
    until: Timestamp,
    /// Of a window that comes again.
    schedule: Option<String>,
    reason: Option<String>,
}

const SILENCES: &[Column<Silence>] = &[
    Column::new("alarm", "ALARM", |it: &Silence| it.alarm.as_str().into()),
    Column::new("rule", "RULE", |it: &Silence| it.rule.as_str().into()),
    Column::new("from", "FROM", |it: &Silence| it.from.into()).hidden(),
    Column::new("until", "UNTIL", |it: &Silence| it.until.into()),
    Column::new("schedule", "SCHEDULE", |it: &Silence| it.schedule.as_deref().into()).hidden(),
    Column::new("reason", "REASON", |it: &Silence| it.reason.as_deref().into()).hidden(),
];

pub async fn run(args: &SilenceAlarmsArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let when = args.when(ctx)?;
    let description = args.description()?;
    let mut signals = Signals::listen()?;
    let alarms = signals.race(Alarms::open(ctx)).await?;
    let meant = signals.race(target::find_all(&args.alarms, &alarms)).await?;
    let names = args.rule_names(meant.len().div_ceil(PAGE), ctx.now())?;
    if !signals.race(args.are_free(&names, &alarms, ctx)).await? {
        return args.fall_back(&meant, ctx).await;
    }
    let family = signals.race(Family::of(&alarms)).await?;
    tell_who_still_sends(&meant, &family, ctx);
    let rules: Vec<MuteRule> = meant
        .chunks(PAGE)
        .zip(&names)
        .map(|(alarms, name)| MuteRule {
            name: name.clone(),
            description: Some(description.clone()),
            rule: Rule { schedule: when.schedule.clone() },
            mute_targets: Some(MuteTargets {
                alarm_names: alarms.iter().map(|it| it.name().to_owned()).collect(),
            }),
            start_date: None,
            expire_date: when.expire,
        })
        .collect();
    let plan = plan(&meant, &rules, &when.told(ctx.now()), &alarms);
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let sizes: Vec<usize> = rules.iter().map(|rule| rule.alarm_names().len()).collect();
    let pace = tokio::sync::Mutex::new(pace());
    let applied = change::apply_in_batches(&plan, &sizes, ctx, &mut signals, async |steps| {
        pace.lock().await.tick().await;
        let first = steps.first().map_or("", |step| &step.resource);
        match rules.iter().find(|rule| rule.alarm_names().first().is_some_and(|name| name == first)) {
            Some(rule) => alarms.put_mute(rule).await,
            None => Ok(()),
        }
    })
    .await;
    let silences: Vec<Silence> = rules.iter().flat_map(|rule| args.silences(rule, &when)).collect();
    let (done, _) = applied.split(silences);
    args.tell(&done, &when, ctx);
    if change::is_answered(ctx) {
        ctx.out().list_with_errors("alarm.silence", SILENCES, done, applied.failures(ctx))?;
    }
    applied.result(&plan, &change::again(ctx.global(), args.words(&when).iter().map(String::as_str)))?;
    Ok(Outcome::Done)
}

impl SilenceAlarmsArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }

    fn when(&self, ctx: &Context) -> Result<When> {
        let asked = Asked {
            length: self.length,
            at: self.at,
            cron: self.cron.as_deref(),
            zone: self.timezone.as_ref(),
            until: ctx.moment("--until", self.until)?,
        };
        if self.timezone.is_some() && self.at.is_none() && self.cron.is_none() {
            return Err(Error::usage("--timezone is that of --at or --cron, and neither is given").into());
        }
        Ok(When::of(&asked, ctx.now())?)
    }

    /// What the rule says of itself: by what it was made, and why.
    fn description(&self) -> Result<String, Error> {
        let text = match &self.reason {
            Some(reason) => format!("{MARK}: {reason}"),
            None => MARK.to_owned(),
        };
        match text.chars().count() {
            ..=LONGEST => Ok(text),
            length => {
                let most = LONGEST - MARK.chars().count() - 2;
                let over = length - LONGEST;
                Err(Error::usage(format!(
                    "a --reason has at most {most} characters, and this has {over} more"
                )))
            }
        }
    }

    /// Of so many rules.
    fn rule_names(&self, count: usize, now: Timestamp) -> Result<Vec<String>> {
        let base = match &self.name {
            Some(name) => name.clone(),
            None => format!("opsctl-silence-{}-{}", now.strftime("%Y%m%dT%H%M%SZ"), random::hex(4)?),
        };
        let names: Vec<String> = match count {
            ..=1 => vec![base],
            _ => (1..=count).map(|number| format!("{base}-{number}")).collect(),
        };
        match names.iter().find_map(|name| check_name(name).err()) {
            Some(why) => Err(Error::usage(format!("--name: {why}")).into()),
            None => Ok(names),
        }
    }

    /// Whether rules of these names can be put; not where the endpoint knows none. A name that was chosen may be taken,
    /// if only by a rule that is over: one of ours makes room then.
    async fn are_free(&self, names: &[String], alarms: &Alarms, ctx: &Context) -> Result<bool> {
        let looked_at = if self.name.is_some() { names.len() } else { 1 };
        for name in names.iter().take(looked_at) {
            match alarms.mute(name).await? {
                Lookup::NoMuteRules => return Ok(false),
                Lookup::Found(mute)
                    if self.name.is_some() && (!mute.is_expired() || !is_ours(&mute.rule)) =>
                {
                    let whose = if is_ours(&mute.rule) { "" } else { ", which opsctl did not make" };
                    let message = format!("a mute rule is called {name} already{whose}");
                    let end = change::again(ctx.global(), ["alarm", "unsilence", "--rule", name]);
                    return Err(Error::new(Kind::Conflict, message)
                        .hint(format!("{end} ends it; another --name leaves it as it is"))
                        .into());
                }
                Lookup::Found(_) | Lookup::Free => {}
            }
        }
        Ok(true)
    }

    /// Without mute rules the actions are disabled, by those who know what that means.
    async fn fall_back(&self, meant: &[Alarm], ctx: &Context) -> Result<Outcome> {
        if !self.fallback {
            let error = Error::failed("this endpoint has no mute rules, and nothing is silenced");
            return Err(match self.at.is_none() && self.cron.is_none() {
                true => error.hint("--fallback disables the actions instead, until opsctl alarm unsilence"),
                false => error.hint("opsctl alarm disable, and enable, at these times"),
            }
            .into());
        }
        let enabled: Vec<&str> =
            meant.iter().filter(|it| it.has_actions_enabled()).map(Alarm::name).collect();
        if enabled.is_empty() && !self.change.dry_run {
            return are_so_already(meant, "disabled", ctx);
        }
        let named: Vec<&str> = match enabled.len() {
            ..=NAMED => enabled,
            _ => self.alarms.iter().map(AlarmName::name).collect(),
        };
        let back =
            change::again(ctx.global(), ["alarm", "unsilence"].into_iter().chain(named.iter().copied()));
        if !named.is_empty() {
            ctx.reporter().warn(format_args!(
                "this endpoint has no mute rules: the actions are disabled, and nothing enables them again but {back}"
            ));
        }
        enabling::run(&self.alarms, Actions::Disabled, &self.change, ctx).await
    }

    fn silences(&self, rule: &MuteRule, when: &When) -> Vec<Silence> {
        let silence = |alarm: &String| Silence {
            alarm: alarm.clone(),
            rule: rule.name.clone(),
            from: when.first.start,
            until: when.first.end,
            schedule: when.is_recurring.then(|| when.schedule.expression.clone()),
            reason: self.reason.clone(),
        };
        rule.alarm_names().iter().map(silence).collect()
    }

    fn tell(&self, done: &[Silence], when: &When, ctx: &Context) {
        let until = when.told(ctx.now());
        for Silence { alarm, .. } in done {
            ctx.reporter().status(format_args!("{alarm} is silenced {until}"));
        }
        let mut rules: Vec<&str> = done.iter().map(|it| it.rule.as_str()).collect();
        rules.dedup();
        for rule in rules {
            let end = change::again(ctx.global(), ["alarm", "unsilence", "--rule", rule]);
            ctx.reporter().hint(format_args!("{end} ends it"));
        }
    }

    /// The words of this line, for those who have to give them again.
    fn words(&self, when: &When) -> Vec<String> {
        let mut words = vec!["alarm".to_owned(), "silence".to_owned()];
        words.extend(self.alarms.iter().map(|alarm| alarm.name().to_owned()));
        words.extend(["--for".to_owned(), format!("{}s", self.length.as_secs())]);
        let at = self.at.map(|at| match at {
            Start::At(at) => at.to_string(),
            Start::Clock(clock) => clock.to_string(),
        });
        let zone = self.timezone.as_ref().map(ToString::to_string);
        let until = self.until.and(when.expire).map(|until| until.to_string());
        let options = [
            ("--reason", &self.reason),
            ("--at", &at),
            ("--cron", &self.cron),
            ("--until", &until),
            ("--timezone", &zone),
            ("--name", &self.name),
        ];
        for (name, value) in options {
            words.extend(value.iter().flat_map(|value| [name.to_owned(), value.clone()]));
        }
        words.extend(self.fallback.then(|| "--fallback".to_owned()));
        words
    }
}

/// The service's rules of the names of mute rules.
fn check_name(name: &str) -> Result<(), String> {
    match name.chars().count() {
        1..=LONGEST_NAME => Ok(()),
        length => {
            Err(format!("a mute rule has a name of 1 to {LONGEST_NAME} characters, and this has {length}"))
        }
    }
}

/// Whether a rule was made here.
pub fn is_ours(rule: &MuteRule) -> bool {
    rule.description.as_deref().is_some_and(|text| text.starts_with(MARK))
}

/// Where there are no mute rules and the actions of all are so already, nothing is to be done: that is told, and who asks
/// for a document gets one of no alarms.
pub fn are_so_already(meant: &[Alarm], done: &str, ctx: &Context) -> Result<Outcome> {
    for alarm in meant {
        ctx.reporter().status(format_args!("the actions of {} are {done} already", alarm.name()));
    }
    if change::is_answered(ctx) {
        ctx.out().list("alarm", view::ALARMS, Vec::new())?;
    }
    Ok(Outcome::Done)
}

/// What is not silent for all that.
fn tell_who_still_sends(meant: &[Alarm], family: &Family, ctx: &Context) {
    let names: BTreeSet<&str> = meant.iter().map(Alarm::name).collect();
    for parent in family.above(&names) {
        let sends = parent.has_actions_enabled() && parent.actions().next().is_some();
        if sends {
            let name = parent.name();
            ctx.reporter()
                .status(format_args!("{name} is above them, and goes on sending: it is not silenced"));
        }
    }
    for alarm in meant.iter().filter(|alarm| alarm.alarm_type == AlarmType::Composite) {
        let children = family.composite(alarm.name()).map(|it| it.children.as_slice()).unwrap_or_default();
        if children.iter().any(|child| !names.contains(child.as_str())) {
            let name = alarm.name();
            ctx.reporter()
                .status(format_args!("the alarms in the rule of {name} go on sending what they send"));
        }
    }
}

fn plan(meant: &[Alarm], rules: &[MuteRule], until: &str, alarms: &Alarms) -> Plan {
    let step = |alarm: &Alarm, rule: &MuteRule| {
        let of_one = MuteTargets { alarm_names: vec![alarm.name().to_owned()] };
        Step {
            action: "cloudwatch:PutAlarmMuteRule",
            resource: alarm.name().to_owned(),
            description: format!("{}, {until}, by {}", alarm.state(), rule.name),
            parameters: json!(MuteRule { mute_targets: Some(of_one), ..rule.clone() }),
        }
    };
    let of_rules = meant.chunks(PAGE).zip(rules);
    Plan {
        words: WORDS,
        weight: Weight::Ordinary,
        account: account(meant),
        region: alarms.region.clone(),
        steps: of_rules
            .flat_map(|(alarms, rule)| alarms.iter().map(move |alarm| step(alarm, rule)))
            .collect(),
    }
}
