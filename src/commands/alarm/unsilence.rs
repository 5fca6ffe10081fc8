//! `opsctl alarm unsilence`.

use std::collections::BTreeSet;

use clap::Args;
use opsctl_engine::evaluation::mute::{MuteRule, MuteTargets};
use opsctl_engine::nearest;
use serde::Serialize;
use serde_json::json;

use super::api::{Alarms, Lookup, Mute};
use super::complete;
use super::enabling::{self, Actions, account, pace};
use super::model::Alarm;
use super::silence::{are_so_already, is_ours};
use super::target::{self, AlarmName};
use crate::change::{self, Consent, Plan, Step, Weight, Words};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::output::Column;
use crate::signals::Signals;

/// End the silence of alarms
///
/// What `opsctl alarm silence` has made is ended at once, also what is to begin later: a mute rule
/// with no other alarms is deleted, and from one with others the alarms are taken out. The actions
/// that were held back run where an alarm is still in the state that they are for.
///
/// A mute rule that somebody else has made is touched where --rule names it; without alarms, --rule
/// ends it for all of its alarms. At an endpoint without mute rules the actions are enabled.
///
/// Examples:
///   opsctl alarm unsilence 'api-*' --yes
///   opsctl alarm unsilence api-5xx --rule night --dry-run
///   opsctl alarm unsilence --rule night --yes
///
/// Exit codes:
///   0    the silence is ended, or there was none; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    a yes is needed, and there is no terminal to ask on
///   3    there is no such alarm or rule, or no alarm that is like a pattern
///   4    no credentials or no region
///   5    denied by a policy
///   7    some could not be ended; each call that failed is named
///   9    a mute rule has changed meanwhile, or one of somebody else silences one of them still
///   75   AWS cannot be reached, or is busy
///   130  interrupted; what is not done yet is told
///
/// IAM:
///   cloudwatch:DescribeAlarms       the alarms, on *
///   cloudwatch:ListAlarmMuteRules   the rules of these alarms
///   cloudwatch:GetAlarmMuteRule     what is in each of them, and again before it is changed
///   cloudwatch:DeleteAlarmMuteRule  a rule without other alarms
///   cloudwatch:PutAlarmMuteRule     a rule with other alarms, which stay in it
///   cloudwatch:EnableAlarmActions   where there are no mute rules
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct UnsilenceAlarmsArgs {
    /// The alarms: names, patterns such as 'api-*', ARNs
    #[arg(value_name = "ALARM", required_unless_present = "rule", num_args = 1.., add = complete::alarms())]
    alarms: Vec<AlarmName>,

    /// Only this mute rule, whoever made it
    #[arg(long, value_name = "RULE", help_heading = "Target", add = complete::mutes())]
    rule: Option<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "end", done: "ended", one: "silence", many: "silences" };

/// What becomes of a rule.
#[derive(Debug, Clone, PartialEq)]
struct Ending {
    rule: MuteRule,
    /// The alarms that are silent by it no longer.
    freed: Vec<String>,
    /// Those that stay in it.
    rest: Vec<String>,
}

/// An alarm that is silent by a rule no longer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ended {
    alarm: String,
    rule: String,
    /// How many alarms the rule silences still.
    rest: usize,
}

const ENDED: &[Column<Ended>] = &[
    Column::new("alarm", "ALARM", |it: &Ended| it.alarm.as_str().into()),
    Column::new("rule", "RULE", |it: &Ended| it.rule.as_str().into()),
    Column::new("rest", "REST", |it: &Ended| (it.rest as u64).into()).hidden(),
];

pub async fn run(args: &UnsilenceAlarmsArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let alarms = signals.race(Alarms::open(ctx)).await?;
    let meant = match args.alarms.is_empty() {
        true => Vec::new(),
        false => signals.race(target::find_all(&args.alarms, &alarms)).await?,
    };
    let names: BTreeSet<&str> = meant.iter().map(Alarm::name).collect();
    let found = match &args.rule {
        Some(rule) => Some(vec![signals.race(named(rule, &alarms)).await?]),
        None => signals.race(alarms.mutes_of(&names)).await?,
    };
    let Some(found) = found else {
        ctx.reporter().status("this endpoint has no mute rules: the actions are enabled where they are not");
        if meant.iter().all(Alarm::has_actions_enabled) && !args.change.dry_run {
            return are_so_already(&meant, "enabled", ctx);
        }
        return enabling::run(&args.alarms, Actions::Enabled, &args.change, ctx).await;
    };
    let (ours, theirs): (Vec<Mute>, Vec<Mute>) =
        found.into_iter().partition(|mute| args.rule.is_some() || is_ours(&mute.rule));
    let endings: Vec<Ending> = ours.into_iter().filter_map(|mute| ending(mute.rule, &names)).collect();
    let still = still_silent(&theirs, &names);
    for name in &names {
        let is_known = endings.iter().any(|it| it.freed.iter().any(|freed| freed == name))
            || still.iter().any(|(alarm, _)| alarm == name);
        if !is_known {
            ctx.reporter().status(format_args!("{name} is not silenced{}", by(args.rule.as_deref())));
        }
    }
    let plan = plan(&endings, &meant, &alarms);
    if plan.steps.is_empty() && !args.change.dry_run {
        if change::is_answered(ctx) {
            ctx.out().list("alarm.unsilence", ENDED, Vec::new())?;
        }
        return left(&still, ctx);
    }
    if !signals.race(consent.to(&plan, ctx)).await? {
        return left(&still, ctx);
    }
    let pace = tokio::sync::Mutex::new(pace());
    let applied = change::apply(&plan, ctx, &mut signals, async |step| {
        pace.lock().await.tick().await;
        match endings.iter().find(|ending| ending.rule.name == step.resource) {
            Some(ending) => ending.send(&alarms).await,
            None => Ok(()),
        }
    })
    .await;
    let (done, _) = applied.split(endings);
    let ended: Vec<Ended> = done.into_iter().flat_map(Ending::ended).collect();
    for Ended { alarm, rule, .. } in &ended {
        ctx.reporter().status(format_args!("{alarm} is silenced by {rule} no longer"));
    }
    if change::is_answered(ctx) {
        ctx.out().list_with_errors("alarm.unsilence", ENDED, ended, applied.failures(ctx))?;
    }
    let mut words = vec!["alarm", "unsilence"];
    words.extend(args.alarms.iter().map(AlarmName::name));
    words.extend(args.rule.iter().flat_map(|rule| ["--rule", rule.as_str()]));
    applied.result(&plan, &change::again(ctx.global(), words))?;
    left(&still, ctx)
}

/// The rule that is called so.
async fn named(rule: &str, alarms: &Alarms) -> Result<Mute> {
    match alarms.mute(rule).await? {
        Lookup::Found(mute) => Ok(*mute),
        Lookup::NoMuteRules => Err(Error::failed("this endpoint has no mute rules")
            .hint("opsctl alarm unsilence ALARM enables the actions instead")
            .into()),
        Lookup::Free => {
            let error = Error::not_found(format!("no mute rule is called {rule}"));
            let names = alarms.mute_names(None).await.ok().flatten().unwrap_or_default();
            Err(match nearest(rule, names.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error,
            }
            .into())
        }
    }
}

/// Without these alarms, or as a whole where none is named; nothing where it has none of them.
fn ending(rule: MuteRule, names: &BTreeSet<&str>) -> Option<Ending> {
    let all = rule.alarm_names().iter().cloned();
    let (freed, rest): (Vec<String>, Vec<String>) =
        all.partition(|name| names.is_empty() || names.contains(name.as_str()));
    (!freed.is_empty() || names.is_empty()).then_some(Ending { rule, freed, rest })
}

impl Ending {
    async fn send(&self, alarms: &Alarms) -> Result<()> {
        self.nobody_was_faster(alarms).await?;
        match self.rest.is_empty() {
            true => alarms.delete_mute(&self.rule.name).await,
            false => alarms.put_mute(&self.without_freed()).await,
        }
    }

    /// A call takes no condition: what changed between reading and agreeing is looked for as late as can be.
    async fn nobody_was_faster(&self, alarms: &Alarms) -> Result<()> {
        let name = &self.rule.name;
        let done = match alarms.mute(name).await? {
            Lookup::Found(now) if now.rule == self.rule => return Ok(()),
            Lookup::Found(_) => "changed",
            Lookup::Free | Lookup::NoMuteRules => "deleted",
        };
        let message = format!("somebody else has {done} the mute rule {name} meanwhile");
        Err(Error::new(Kind::Conflict, message).hint("the same command again shows what there is now").into())
    }

    /// The rule with those that stay, and everything else that it says.
    fn without_freed(&self) -> MuteRule {
        MuteRule { mute_targets: Some(MuteTargets { alarm_names: self.rest.clone() }), ..self.rule.clone() }
    }

    fn ended(self) -> Vec<Ended> {
        let Ending { rule, freed, rest } = self;
        let ended = |alarm: String| Ended { alarm, rule: rule.name.clone(), rest: rest.len() };
        freed.into_iter().map(ended).collect()
    }

    fn step(&self) -> Step {
        let name = &self.rule.name;
        let whose = match (is_ours(&self.rule), self.rule.description.as_deref()) {
            (true, _) => String::new(),
            (false, Some(text)) => format!(", which opsctl did not make ({text})"),
            (false, None) => ", which opsctl did not make".to_owned(),
        };
        let freed = told(&self.freed);
        let (action, description, parameters) = match self.rest.len() {
            0 => (
                "cloudwatch:DeleteAlarmMuteRule",
                format!("the rule of {freed}{whose}"),
                json!({ "AlarmMuteRuleName": name }),
            ),
            rest => (
                "cloudwatch:PutAlarmMuteRule",
                format!("without {freed}; {rest} more stay silenced{whose}"),
                json!(self.without_freed()),
            ),
        };
        Step { action, resource: name.clone(), description, parameters }
    }
}

fn told(names: &[String]) -> String {
    match names {
        [] => "no alarm".to_owned(),
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

fn by(rule: Option<&str>) -> String {
    rule.map(|rule| format!(" by {rule}")).unwrap_or_default()
}

/// The alarms that rules of others silence now, with these rules. What they do later is their business.
fn still_silent<'a>(theirs: &'a [Mute], names: &BTreeSet<&'a str>) -> Vec<(&'a str, &'a str)> {
    let active = theirs.iter().filter(|mute| mute.is_active());
    let of = |mute: &'a Mute| {
        let silent = mute.rule.alarm_names().iter().map(String::as_str);
        silent.filter(|name| names.contains(name)).map(|name| (name, mute.rule.name.as_str()))
    };
    active.flat_map(of).collect()
}

/// What is silent for all that is no success.
fn left(still: &[(&str, &str)], ctx: &Context) -> Result<Outcome> {
    let Some((alarm, rule)) = still.first() else { return Ok(Outcome::Done) };
    let reasons = still.iter().map(|(alarm, rule)| format!("{alarm} is silenced by the mute rule {rule}"));
    let error = Error::new(Kind::Conflict, "mute rules that opsctl did not make are left as they are");
    let end = change::again(ctx.global(), ["alarm", "unsilence", *alarm, "--rule", *rule]);
    Err(error.because_of(reasons.collect()).hint(end).into())
}

fn plan(endings: &[Ending], meant: &[Alarm], alarms: &Alarms) -> Plan {
    Plan {
        words: WORDS,
        weight: Weight::Ordinary,
        account: account(meant),
        region: alarms.region.clone(),
        steps: endings.iter().map(Ending::step).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(names: &[&str]) -> MuteRule {
        let targets = MuteTargets { alarm_names: names.iter().map(|name| (*name).to_owned()).collect() };
        MuteRule { name: "night".to_owned(), mute_targets: Some(targets), ..MuteRule::default() }
    }

    #[test]
    fn a_rule_ends_for_those_that_are_meant_and_stays_for_the_others() {
        let of = |meant: &[&'static str]| ending(rule(&["a", "b"]), &meant.iter().copied().collect());
        let told = |meant: &[&'static str]| of(meant).map(|it| (it.freed.join(" "), it.rest.join(" ")));
        let pair = |one: &str, other: &str| Some((one.to_owned(), other.to_owned()));
        assert_eq!(told(&["a"]), pair("a", "b"));
        assert_eq!(told(&["b", "a", "c"]), pair("a b", ""));
        assert_eq!(told(&["c"]), None);
        // The rule itself was named.
        assert_eq!(told(&[]), pair("a b", ""));
        let ending = of(&["a"]).unwrap();
        assert_eq!(ending.without_freed(), rule(&["b"]));
        assert_eq!(ending.step().description, "without a; 1 more stay silenced, which opsctl did not make");
    }

    #[test]
    fn only_what_silences_now_is_missed() {
        let mute = |status: &str| Mute { rule: rule(&["a", "b"]), status: status.to_owned() };
        let names = BTreeSet::from(["a", "c"]);
        assert_eq!(still_silent(&[mute("ACTIVE")], &names), [("a", "night")]);
        assert!(still_silent(&[mute("SCHEDULED")], &names).is_empty());
    }
}
