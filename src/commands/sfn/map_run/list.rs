//! `opsctl sfn map-run list`.

use clap::Args;

use super::super::api::Sfn;
use super::super::execution::ExecutionArgs;
use super::view;
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// List the map runs of an execution
///
/// Shows a map run for each time a distributed Map state was reached, newest first. How their items
/// fared is told by `opsctl sfn map-run show`.
///
/// Examples:
///   opsctl sfn map-run list orders:run-1
///   opsctl sfn map-run list orders:run-1 --columns arn -o text | xargs -r -n 1 opsctl sfn map-run show
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   an option, a column or a query is wrong; several machines have an execution of this name
///   3   there is no such execution
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:ListMapRuns        the list
///   states:ListStateMachines  for an EXECUTION that is not an ARN
///   states:DescribeExecution  for a name without its machine
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::MAP_RUNS)))]
pub struct ListMapRunsArgs {
    #[command(flatten)]
    execution: ExecutionArgs,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &ListMapRunsArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("sfn.mapRun", view::MAP_RUNS)?;
    let sfn = Sfn::open(ctx).await?;
    let arn = args.execution.find(&sfn, ctx).await?;
    sfn.map_runs(&arn, &mut |page| Ok(writer.extend(page)?.is_continue())).await?;
    writer.finish()?;
    Ok(Outcome::Done)
}
