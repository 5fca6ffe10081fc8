//! `opsctl sfn watch`.

use std::time::Duration;

use clap::Args;

use super::api::Sfn;
use super::execution::ExecutionArgs;
use super::following::{Following, outcome};
use super::view;
use crate::change;
use crate::cli::interval;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::signals::Signals;

/// Watch an execution until it is over
///
/// Shows its states as a tree while they run: what became of each, for how long, with how many
/// retries, and how many items of a Map are done. Where stderr is no terminal, what happens is told
/// in lines. It looks often while something happens, and down to twice a minute while nothing does.
/// Ctrl-C and --timeout end the watch alone.
///
/// The execution is the answer on stdout only if -o or --query asks for one.
///
/// Examples:
///   opsctl sfn watch orders:run-1
///   opsctl sfn watch run-1 --machine orders --timeout 1h -o json
///
/// Exit codes:
///   0    the execution SUCCEEDED
///   2    an option or a query is wrong, or it is one of an Express machine
///   3    there is no such execution
///   4    no credentials or no region
///   5    denied by a policy
///   6    the execution ended in any other way
///   8    --timeout was reached; the execution goes on
///   75   AWS cannot be reached, or is busy
///   130  interrupted; the execution goes on
///
/// IAM:
///   states:GetExecutionHistory   what happens
///   states:DescribeExecution     its end
///   states:DescribeMapRun        how many items of a distributed Map are done
///   states:DescribeStateMachineForExecution  its states
///   states:ListStateMachines     for an execution by its name
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct WatchArgs {
    #[command(flatten)]
    target: ExecutionArgs,

    /// The longest pause between two looks; the first ones are shorter
    #[arg(long, value_name = "DURATION", value_parser = interval, help_heading = "Waiting")]
    interval: Option<Duration>,
}

pub async fn run(args: &WatchArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let sfn = signals.race(Sfn::open(ctx)).await?;
    let arn = signals.race(args.target.find(&sfn, ctx)).await?.to_string();
    let following = Following { sfn: &sfn, arn: &arn, is_new: false, redrives: 0, interval: args.interval };
    let ended = following.until_over(ctx, &mut signals).await?;
    if change::is_answered(ctx) {
        ctx.out().item("sfn.execution", view::EXECUTION, &ended.execution)?;
    }
    outcome(&ended, ctx)
}
