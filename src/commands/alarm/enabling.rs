//! Enabling and disabling the actions of alarms: one plan, one way to send it, for the verb of each.

use std::time::Duration;

use opsctl_engine::evaluation::StateValue;
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use super::api::{Alarms, PAGE};
use super::model::Alarm;
use super::target::{self, AlarmName};
use super::view;
use crate::change::{self, Consent, Plan, Step, Weight, Words};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::signals::Signals;

/// Between two calls: the service takes three a second.
pub const PACE: Duration = Duration::from_millis(350);

/// What becomes of the actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actions {
    Enabled,
    Disabled,
}

impl Actions {
    fn words(self) -> Words {
        let (verb, done) = match self {
            Actions::Enabled => ("enable", "enabled"),
            Actions::Disabled => ("disable", "disabled"),
        };
        Words { verb, done, one: "alarm", many: "alarms" }
    }

    fn action(self) -> &'static str {
        match self {
            Actions::Enabled => "cloudwatch:EnableAlarmActions",
            Actions::Disabled => "cloudwatch:DisableAlarmActions",
        }
    }
}

pub async fn run(named: &[AlarmName], wanted: Actions, args: &ChangeArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, args)?;
    let mut signals = Signals::listen()?;
    let alarms = signals.race(Alarms::open(ctx)).await?;
    let meant = signals.race(target::find_all(named, &alarms)).await?;
    let words = wanted.words();
    let (are_so, others): (Vec<Alarm>, Vec<Alarm>) =
        meant.into_iter().partition(|alarm| alarm.has_actions_enabled() == (wanted == Actions::Enabled));
    for alarm in &are_so {
        ctx.reporter().status(format_args!("the actions of {} are {} already", alarm.name(), words.done));
    }
    let plan = plan(&others, wanted, &alarms);
    if plan.steps.is_empty() && !args.dry_run || !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let sizes: Vec<usize> = plan.steps.chunks(PAGE).map(<[Step]>::len).collect();
    let applied = change::apply_in_batches(&plan, &sizes, ctx, &mut signals, {
        let pace = tokio::sync::Mutex::new(pace());
        async move |steps| {
            pace.lock().await.tick().await;
            let names: Vec<String> = steps.iter().map(|step| step.resource.clone()).collect();
            match wanted {
                Actions::Enabled => alarms.enable_actions(&names).await,
                Actions::Disabled => alarms.disable_actions(&names).await,
            }
        }
    })
    .await;
    for step in applied.done.iter().filter_map(|index| plan.steps.get(*index)) {
        ctx.reporter().status(format_args!("the actions of {} are {}", step.resource, words.done));
    }
    if change::is_answered(ctx) {
        let (mut done, _) = applied.split(others);
        for alarm in &mut done {
            alarm.document.insert("ActionsEnabled".to_owned(), (wanted == Actions::Enabled).into());
        }
        ctx.out().list_with_errors("alarm", view::ALARMS, done, applied.failures(ctx))?;
    }
    let again = ["alarm", words.verb].into_iter().chain(named.iter().map(AlarmName::name));
    applied.result(&plan, &change::again(ctx.global(), again))?;
    Ok(Outcome::Done)
}

/// What a series of calls waits for; the first goes at once.
pub fn pace() -> tokio::time::Interval {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pace
}

fn plan(alarms: &[Alarm], wanted: Actions, calls: &Alarms) -> Plan {
    let step = |alarm: &Alarm| Step {
        action: wanted.action(),
        resource: alarm.name().to_owned(),
        description: format!("{}, {}", alarm.state(), actions(alarm)),
        parameters: json!({ "AlarmNames": [alarm.name()] }),
    };
    Plan {
        words: wanted.words(),
        weight: Weight::Ordinary,
        account: account(alarms),
        region: calls.region.clone(),
        steps: alarms.iter().map(step).collect(),
    }
}

/// The account that alarms are in, by their ARNs.
pub fn account(alarms: &[Alarm]) -> Option<String> {
    Some(target::AlarmArn::parse(alarms.first()?.arn())?.account)
}

/// How many actions of each state an alarm has.
fn actions(alarm: &Alarm) -> String {
    let count = |of: StateValue| alarm.actions().filter(|(state, _)| *state == of).count();
    let counts: Vec<String> = StateValue::ALL
        .into_iter()
        .filter(|state| count(*state) > 0)
        .map(|state| format!("{} for {state}", count(state)))
        .collect();
    match counts.is_empty() {
        true => "it has no actions".to_owned(),
        false => format!("actions: {}", counts.join(", ")),
    }
}
