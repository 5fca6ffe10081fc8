//! `opsctl alarm show`.

use clap::Args;

use super::api::Alarms;
use super::target::AlarmName;
use super::{complete, view};
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Show an alarm
///
/// Its state with the reason that the service gives, since when it is in it, what it looks at and
/// when it goes off, and its actions. The JSON formats have the whole alarm in the service's words.
///
/// Examples:
///   opsctl alarm show api-5xx
///   opsctl alarm show api-5xx --columns state,since,reason
///   opsctl alarm show api-5xx --query item.alarm
///
/// Exit codes:
///   0   the alarm is shown, whatever its state
///   2   an option, a column or a query is wrong
///   3   there is no such alarm
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   cloudwatch:DescribeAlarms  the alarm, on *
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::ALARM)))]
pub struct ShowAlarmArgs {
    /// The alarm: name or ARN
    #[arg(value_name = "ALARM", add = complete::alarms())]
    alarm: AlarmName,

    #[command(flatten)]
    detail: DetailArgs,
}

pub async fn run(args: &ShowAlarmArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let all = out.details("alarm", view::ALARM)?;
    let alarms = Alarms::open(ctx).await?;
    let alarm = args.alarm.find(&alarms).await?;
    // Without a choice, what its kind has.
    match args.detail.columns {
        Some(_) => all.show(&alarm)?,
        None => out.details("alarm", view::details(alarm.alarm_type))?.show(&alarm)?,
    }
    Ok(Outcome::Done)
}
