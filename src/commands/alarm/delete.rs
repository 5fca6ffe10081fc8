//! `opsctl alarm delete`.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::json;

use super::api::{Alarms, PAGE};
use super::complete;
use super::enabling::{account, pace};
use super::family::Family;
use super::model::{Alarm, AlarmType};
use super::target::{self, AlarmName};
use super::view;
use crate::change::{self, Changes, Consent, Plan, Step, Weight, Words};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;

/// Delete alarms
///
/// Composite alarms go before the alarms of their rules, as the service wants it. An alarm that is
/// named by a rule which stays cannot be deleted, and nothing is then. Shows what would be deleted,
/// and asks. The history stays for 30 days; an anomaly model stays until it is deleted itself.
///
/// Examples:
///   opsctl alarm delete canary-1 --yes
///   opsctl alarm delete 'canary-*' --dry-run
///   opsctl alarm list --older-than 30d --columns name -o text | xargs -rd '\n' opsctl alarm delete -y
///
/// Exit codes:
///   0    the alarms are deleted; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    a yes is needed, and there is no terminal to ask on
///   3    there is no such alarm, or none that is like a pattern
///   4    no credentials or no region
///   5    denied by a policy
///   7    some could not be deleted; each call that failed is named
///   9    the rule of another alarm names one of them
///   75   AWS cannot be reached, or is busy
///   130  interrupted; what is not deleted yet is told
///
/// IAM:
///   cloudwatch:DescribeAlarms  the alarms and the rules, on *
///   cloudwatch:DeleteAlarms    a call for a hundred metric alarms; for each other alarm one
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct DeleteAlarmsArgs {
    /// The alarms: names, patterns such as 'api-*', ARNs
    #[arg(value_name = "ALARM", required = true, num_args = 1.., add = complete::alarms())]
    alarms: Vec<AlarmName>,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "delete", done: "deleted", one: "alarm", many: "alarms" };

impl DeleteAlarmsArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &DeleteAlarmsArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let alarms = signals.race(Alarms::open(ctx)).await?;
    let meant = signals.race(target::find_all(&args.alarms, &alarms)).await?;
    let family = signals.race(Family::of(&alarms)).await?;
    check(&meant, &family)?;
    let meant = ordered(meant, &family);
    let plan = plan(&meant, &alarms);
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let pace = tokio::sync::Mutex::new(pace());
    let applied = change::apply_in_batches(&plan, &sizes(&meant), ctx, &mut signals, async |steps| {
        pace.lock().await.tick().await;
        let names: Vec<String> = steps.iter().map(|step| step.resource.clone()).collect();
        alarms.delete(&names).await
    })
    .await;
    for step in applied.done.iter().filter_map(|index| plan.steps.get(*index)) {
        ctx.reporter().status(format_args!("the alarm {} is deleted", step.resource));
    }
    if change::is_answered(ctx) {
        let (done, _) = applied.split(meant);
        ctx.out().list_with_errors("alarm", view::ALARMS, done, applied.failures(ctx))?;
    }
    let words = ["alarm", "delete"].into_iter().chain(args.alarms.iter().map(AlarmName::name));
    applied.result(&plan, &change::again(ctx.global(), words))?;
    Ok(Outcome::Done)
}

/// What keeps the service from deleting them, all at once.
fn check(meant: &[Alarm], family: &Family) -> Result<(), Error> {
    let names: BTreeSet<&str> = meant.iter().map(Alarm::name).collect();
    let mut reasons = Vec::new();
    for cycle in family.cycles() {
        if cycle.iter().any(|name| names.contains(name)) {
            reasons.push(match cycle.as_slice() {
                [alone] => format!("the rule of {alone} names {alone} itself"),
                several => format!("the rules of {} lead back to each other", several.join(", ")),
            });
        }
    }
    for name in &names {
        let stay: Vec<&str> = family.parents(name).filter(|parent| !names.contains(parent)).collect();
        if !stay.is_empty() {
            reasons.push(format!("{name} is in the rule of {}", stay.join(", ")));
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    let error = Error::new(Kind::Conflict, "rules of alarms name what is to be deleted, and nothing was");
    Err(error.because_of(reasons).hint("change these rules first, or delete those alarms too"))
}

/// Parents before their children; then metric alarms, which go together, and log alarms, which go alone.
fn ordered(meant: Vec<Alarm>, family: &Family) -> Vec<Alarm> {
    let (mut composites, mut others): (Vec<Alarm>, Vec<Alarm>) =
        meant.into_iter().partition(|alarm| alarm.alarm_type == AlarmType::Composite);
    let mut ordered = Vec::new();
    while !composites.is_empty() {
        let names: BTreeSet<String> = composites.iter().map(|alarm| alarm.name().to_owned()).collect();
        let is_free = |alarm: &Alarm| !family.parents(alarm.name()).any(|parent| names.contains(parent));
        let (free, rest): (Vec<Alarm>, Vec<Alarm>) = composites.into_iter().partition(is_free);
        // Cycles are refused before; whatever is left goes in the order it has.
        let is_stuck = free.is_empty();
        ordered.extend(free);
        composites = rest;
        if is_stuck {
            ordered.append(&mut composites);
        }
    }
    others.sort_by_key(|alarm| alarm.alarm_type);
    ordered.append(&mut others);
    ordered
}

/// How many of them each call deletes.
fn sizes(ordered: &[Alarm]) -> Vec<usize> {
    let goes_along = |one: &Alarm, other: &Alarm| {
        one.alarm_type == AlarmType::Metric && other.alarm_type == AlarmType::Metric
    };
    let groups = ordered.chunk_by(goes_along);
    groups.flat_map(|group| group.chunks(PAGE).map(<[Alarm]>::len)).collect()
}

fn plan(meant: &[Alarm], alarms: &Alarms) -> Plan {
    let step = |alarm: &Alarm| {
        let watched = view::watched(alarm).map(|watched| format!(", {watched}")).unwrap_or_default();
        Step {
            action: "cloudwatch:DeleteAlarms",
            resource: alarm.name().to_owned(),
            description: format!("{} alarm, {}{watched}", alarm.alarm_type, alarm.state()),
            parameters: json!({ "AlarmNames": [alarm.name()] }),
        }
    };
    Plan {
        words: WORDS,
        weight: Weight::Irreversible,
        account: account(meant),
        region: alarms.region.clone(),
        steps: meant.iter().map(step).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::family::tests::family;
    use super::super::model::tests::alarm;
    use super::*;
    use crate::error::Report;

    fn alarms(names: &[&str]) -> Vec<Alarm> {
        let of = |name: &&str| {
            let kind = match name.split_at(1).0 {
                "c" => AlarmType::Composite,
                "l" => AlarmType::Log,
                _ => AlarmType::Metric,
            };
            alarm(kind, json!({ "AlarmName": name, "StateValue": "OK" }))
        };
        names.iter().map(of).collect()
    }

    #[test]
    fn parents_go_first_and_each_kind_as_the_service_wants_it() {
        let family = family(&[("c1", "ALARM(m1)"), ("c2", "ALARM(c1)"), ("c3", "ALARM(c2) OR ALARM(c1)")]);
        let meant = ordered(alarms(&["l1", "m1", "c1", "m2", "c3", "l2", "c2"]), &family);
        let names: Vec<&str> = meant.iter().map(Alarm::name).collect();
        assert_eq!(names, ["c3", "c2", "c1", "m1", "m2", "l1", "l2"]);
        assert_eq!(sizes(&meant), [1, 1, 1, 2, 1, 1]);
        let many: Vec<String> = (0..250).map(|number| format!("m{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(sizes(&alarms(&many)), [100, 100, 50]);
    }

    #[test]
    fn what_a_rule_names_stays_and_every_reason_is_told() {
        let family = family(&[
            ("c1", "ALARM(m1)"),
            ("c2", "ALARM(c3)"),
            ("c3", "ALARM(c2) OR ALARM(m2)"),
            ("c4", "OK(c4)"),
        ]);
        let told =
            |names: &[&str]| check(&alarms(names), &family).err().map(|error| Report::new(&error.into()));
        assert_eq!(told(&["m1", "c1", "m3"]), None);
        let report = told(&["m1", "m2", "c4", "c3"]).unwrap();
        assert_eq!(report.kind, Kind::Conflict);
        assert_eq!(
            report.causes,
            [
                "the rules of c2, c3 lead back to each other",
                "the rule of c4 names c4 itself",
                "c3 is in the rule of c2",
                "m1 is in the rule of c1",
            ]
        );
    }
}
