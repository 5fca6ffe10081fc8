//! `opsctl alarm disable`.

use clap::Args;

use super::complete;
use super::enabling::{self, Actions};
use super::target::AlarmName;
use crate::change::Changes;
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Disable the actions of alarms
///
/// They go on changing their states, and tell nobody until their actions are enabled again: nothing
/// does that by itself. Asks only where something would change.
///
/// Examples:
///   opsctl alarm disable api-5xx api-latency --yes
///   opsctl alarm disable 'api-*' --dry-run
///
/// Exit codes:
///   0    the actions are disabled; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    a yes is needed, and there is no terminal to ask on
///   3    there is no such alarm, or none that is like a pattern
///   4    no credentials or no region
///   5    denied by a policy
///   7    some could not be disabled; each call that failed is named
///   75   AWS cannot be reached, or is busy
///   130  interrupted; what is not done yet is told
///
/// IAM:
///   cloudwatch:DescribeAlarms       the alarms, on *
///   cloudwatch:DisableAlarmActions  a call for a hundred of them
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct DisableAlarmsArgs {
    /// The alarms: names, patterns such as 'api-*', ARNs
    #[arg(value_name = "ALARM", required = true, num_args = 1.., add = complete::alarms())]
    alarms: Vec<AlarmName>,

    #[command(flatten)]
    change: ChangeArgs,
}

impl DisableAlarmsArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &DisableAlarmsArgs, ctx: &Context) -> Result<Outcome> {
    enabling::run(&args.alarms, Actions::Disabled, &args.change, ctx).await
}
