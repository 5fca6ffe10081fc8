//! `opsctl alarm explain`.

mod composite;
mod metric;
mod model;
mod screen;
mod words;

use clap::Args;
use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;

use self::model::{Actions, COLUMNS, Explained, points};
use super::api::Alarms;
use super::complete;
use super::model::{Alarm, AlarmType};
use super::stays::known_stays;
use super::target::AlarmName;
use crate::cli::{DetailArgs, Moment};
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Outcome, Report, Result};
use crate::metrics::{Metrics, Window};
use crate::output::Format;

/// Explain why an alarm is in its state
///
/// Shows the datapoints that were looked at, which of them counted and how gaps were filled, the
/// rule that made the state, and what has to come for it to change, and when. It is judged here anew,
/// by the data that is there now: where that comes to another state than the service has, it says so
/// and what may be the reason. Of a composite alarm: its rule, and the alarms that decide.
///
/// The service looks at more periods than it names. How many is assumed, as is shown, and --range
/// sets it; an answer that would be another with one more or one less says so.
///
/// Examples:
///   opsctl alarm explain api-5xx
///   opsctl alarm explain api-5xx --at 2h
///   opsctl alarm explain service
///   opsctl alarm explain api-5xx -o json --query item.verdict.slots
///
/// Exit codes:
///   0   it is explained, whatever its state; what cannot be judged here is named
///   2   an option, a column or a query is wrong
///   3   there is no such alarm
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   cloudwatch:DescribeAlarms             the alarm and those of its rule, on *
///   cloudwatch:GetMetricData              its values
///   cloudwatch:DescribeAlarmHistory       with --at: its state then, on *
///   cloudwatch:DescribeAlarmContributors  of alarms with contributors
///   cloudwatch:ListAlarmMuteRules         whether it is muted
///   cloudwatch:ListMetrics                without values: which metric may be meant
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct ExplainAlarmArgs {
    /// The alarm: name or ARN
    #[arg(value_name = "ALARM", add = complete::alarms())]
    alarm: AlarmName,

    /// As it was evaluated at this time
    #[arg(long, value_name = "TIME", default_value = "now", help_heading = "Target")]
    at: Moment,

    /// Periods looked at; N + max(2, N/3) if not given
    #[arg(long, value_name = "N", help_heading = "Target")]
    range: Option<usize>,

    #[command(flatten)]
    detail: DetailArgs,
}

pub async fn run(args: &ExplainAlarmArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("alarm.explanation", COLUMNS)?;
    let alarms = Alarms::open(ctx).await?;
    let alarm = args.alarm.find(&alarms).await?;
    let explained = args.explain(&alarm, &alarms, ctx).await?;
    let settings = out.settings();
    let is_for_people =
        settings.format == Format::Table && settings.query.is_none() && args.detail.columns.is_none();
    if is_for_people {
        out.drawing(&screen::screen(&explained))?;
    } else {
        details.show(&explained)?;
    }
    Ok(Outcome::Done)
}

impl ExplainAlarmArgs {
    async fn explain(&self, alarm: &Alarm, alarms: &Alarms, ctx: &Context) -> Result<Explained> {
        let now = alarm.present(ctx.now());
        let at = ctx.moment_from("--at", Some(self.at), now)?.unwrap_or(now);
        if at > now {
            return Err(Error::usage(format!("--at {at} is yet to come")).into());
        }
        let mut explained = Explained::of(alarm, at);
        let is_now = at == now;
        if let Some(changed) =
            alarm.time("AlarmConfigurationUpdatedTimestamp").filter(|changed| *changed > at)
        {
            explained.notes.push(format!(
                "{} was created or changed at {changed}: here it is judged by the settings that it has now",
                alarm.name()
            ));
        }
        let state =
            if is_now { alarm.state().parse().ok() } else { state_at(alarm, alarms, at, now).await? };
        if !is_now {
            explained.state = state.map(|state: StateValue| state.to_string());
            explained.forget_now();
        }
        match alarm.alarm_type {
            AlarmType::Composite => composite::explain(alarm, alarms, &mut explained).await?,
            AlarmType::Metric => {
                let asked = metric::Asked { at, now, is_now, range: self.range, state };
                metric::explain(alarm, &Metrics::of(ctx.aws().await?), &asked, &mut explained).await?;
            }
            AlarmType::Log => {
                explained.not_judged =
                    Some("the results of a log alarm's queries are kept by CloudWatch alone".to_owned());
            }
        }
        if is_now {
            explained.service = points(alarm.text("StateReasonData"));
            if explained.not_judged.is_some() {
                match alarms.contributors(alarm.name()).await {
                    Ok(contributors) => explained.contributors = contributors,
                    Err(error) => explained.notes.push(told(&error)),
                }
            }
            explained.actions = Some(actions(alarm, alarms, &mut explained.notes).await);
        }
        Ok(explained)
    }
}

/// What cannot be looked at is named, and that is all.
fn told(error: &anyhow::Error) -> String {
    Report::new(error).line()
}

/// The state it was in then, as far as its history goes back.
async fn state_at(
    alarm: &Alarm,
    alarms: &Alarms,
    at: Timestamp,
    now: Timestamp,
) -> Result<Option<StateValue>> {
    let second = at.as_second();
    let window = Window { from: second, to: second.saturating_add(1) };
    let stays = known_stays(alarm, alarms, window, now).await?;
    Ok(stays.iter().rfind(|stay| stay.from <= second).map(|stay| stay.state))
}

async fn actions(alarm: &Alarm, alarms: &Alarms, notes: &mut Vec<String>) -> Actions {
    let muted_by = alarms.muted_by(alarm.name()).await.unwrap_or_else(|error| {
        notes.push(told(&error));
        Vec::new()
    });
    let of_state = alarm.actions().filter(|(state, _)| state.name() == alarm.state());
    Actions {
        is_enabled: alarm.has_actions_enabled(),
        of_state: of_state.map(|(_, arn)| arn.to_owned()).collect(),
        all: alarm.actions().count() as u64,
        muted_by,
    }
}
