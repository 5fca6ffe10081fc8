//! `opsctl sfn map-run show`.

use clap::Args;
use opsctl_engine::asl::arn::StatesArn;

use super::super::api::{Listing, Sfn};
use super::super::express;
use super::reference::MapRunName;
use super::view;
use crate::change;
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Report, Result};

/// Show a map run with its counts
///
/// Shows how many items and child executions wait, run and have ended in which way, how many may
/// fail, and how many run at a time. Where children failed, the command that lists them is told.
///
/// Examples:
///   opsctl sfn map-run list orders:run-1 --columns arn -o text | xargs -r -n 1 opsctl sfn map-run show
///
/// Exit codes:
///   0   the map run is shown, however it fares
///   2   an option, a column or a query is wrong
///   3   there is no such map run
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:DescribeMapRun        the map run
///   states:ListMapRuns           for one that is named by its execution
///   states:ListExecutions        where children failed: whether they can be listed
///   states:DescribeStateMachine  to say where Express children log
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::MAP_RUN)))]
pub struct ShowMapRunArgs {
    /// The map run: its ARN, or an execution that has no other one
    #[arg(value_name = "MAP_RUN")]
    map_run: MapRunName,

    #[command(flatten)]
    detail: DetailArgs,
}

pub async fn run(args: &ShowMapRunArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("sfn.mapRun", view::MAP_RUN)?;
    let sfn = Sfn::open(ctx).await?;
    let arn = args.map_run.find(&sfn, ctx).await?;
    let map_run = sfn.map_run(&arn).await?;
    details.show(&map_run)?;
    if map_run.execution_counts.failed > 0 {
        if let Some(where_to) = unkept(&sfn, &arn).await {
            ctx.reporter().status(where_to);
            return Ok(Outcome::Done);
        }
        let words = ["sfn", "executions", &map_run.map_run_arn, "--status", "failed"];
        ctx.reporter().hint(change::again(ctx.global(), words));
    }
    Ok(Outcome::Done)
}

/// Where the events of its children are, if they are Express executions, which cannot be listed.
async fn unkept(sfn: &Sfn, map_run: &StatesArn) -> Option<String> {
    let listing = Listing { of: map_run, status: Some("FAILED"), is_redriven: None, page: Some(1) };
    let error = sfn.executions(&listing, &mut |_| Ok(false)).await.err()?;
    match express::is_unsupported(&error) {
        true => Some(Report::new(&express::unkept_children(sfn, map_run).await).line()),
        false => None,
    }
}
