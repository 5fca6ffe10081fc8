//! `opsctl sfn map-run show`.

use clap::Args;

use super::super::api::Sfn;
use super::reference::MapRunArn;
use super::view;
use crate::change;
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

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
///   states:DescribeMapRun  the map run
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::MAP_RUN)))]
pub struct ShowMapRunArgs {
    /// The map run: its ARN
    #[arg(value_name = "MAP_RUN")]
    map_run: MapRunArn,

    #[command(flatten)]
    detail: DetailArgs,
}

pub async fn run(args: &ShowMapRunArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("sfn.mapRun", view::MAP_RUN)?;
    let sfn = Sfn::open(ctx).await?;
    sfn.check_region(&args.map_run.0)?;
    let map_run = sfn.map_run(&args.map_run.0).await?;
    details.show(&map_run)?;
    if map_run.execution_counts.failed > 0 {
        let words = ["sfn", "executions", &map_run.map_run_arn, "--status", "failed"];
        ctx.reporter().hint(change::again(ctx.global(), words));
    }
    Ok(Outcome::Done)
}
