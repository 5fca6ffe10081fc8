//! `opsctl sfn map-run watch`.

use std::time::Duration;

use clap::Args;
use opsctl_engine::asl::arn::StatesArn;

use super::super::api::Sfn;
use super::super::model::{MapRun, is_over};
use super::reference::MapRunName;
use super::view;
use crate::change::{self, Pace, Wait};
use crate::cli::{WaitArgs, interval};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::random;
use crate::signals::Signals;

/// Watch a map run until it is over
///
/// Shows how many items are done, how many failed, and how many are under way. Looks less and less
/// often, down to twice a minute. Ctrl-C and --timeout end the watch alone.
///
/// The map run is the answer on stdout only if -o or --query asks for one.
///
/// Examples:
///   opsctl sfn map-run list orders:run-1 --columns arn -o text | xargs -r opsctl sfn map-run watch
///
/// Exit codes:
///   0    the map run SUCCEEDED
///   2    an option or a query is wrong
///   3    there is no such map run
///   4    no credentials or no region
///   5    denied by a policy
///   6    the map run FAILED or was ABORTED
///   8    --timeout was reached; the map run goes on
///   75   AWS cannot be reached, or is busy
///   130  interrupted; the map run goes on
///
/// IAM:
///   states:DescribeMapRun  the map run
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct WatchMapRunArgs {
    /// The map run: its ARN, or an execution that has no other one
    #[arg(value_name = "MAP_RUN")]
    map_run: MapRunName,

    /// The longest pause between two looks; the first ones are shorter
    #[arg(long, value_name = "DURATION", value_parser = interval, help_heading = "Waiting")]
    interval: Option<Duration>,
}

/// Pauses are between half of what is due and all of it.
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(45);

pub async fn run(args: &WatchMapRunArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let sfn = signals.race(Sfn::open(ctx)).await?;
    let arn = signals.race(args.map_run.find(&sfn, ctx)).await?;
    let first = signals.race(sfn.map_run(&arn)).await?;
    let map_run = match is_over(&first.status) {
        true => first,
        false => until_over(&sfn, &arn, args, first.item_counts.total, ctx, &mut signals).await?,
    };
    if change::is_answered(ctx) {
        ctx.out().item("sfn.mapRun", view::MAP_RUN, &map_run)?;
    }
    let message = format!("the map run {}: {}", map_run.status, told(&map_run));
    if map_run.status == "SUCCEEDED" {
        ctx.reporter().status(message);
        return Ok(Outcome::Done);
    }
    let words = ["sfn", "explain", map_run.execution_arn.as_str()];
    Err(Error::new(Kind::ConditionFalse, message).hint(change::again(ctx.global(), words)).into())
}

async fn until_over(
    sfn: &Sfn,
    arn: &StatesArn,
    args: &WatchMapRunArgs,
    total: u64,
    ctx: &Context,
    signals: &mut Signals,
) -> Result<MapRun> {
    let wait_args = WaitArgs { wait: true, interval: args.interval };
    let wait = Wait {
        what: "the map run to end".to_owned(),
        total: Some(total),
        again: change::again(ctx.global(), ["sfn", "map-run", "watch", &arn.to_string()]),
        args: &wait_args,
    };
    let pace = Pace::between(SHORTEST, args.interval.unwrap_or(LONGEST), random::bytes()?);
    let mut last = None;
    change::until_at(pace, &wait, ctx, signals, async |progress| {
        let map_run = sfn.map_run(arn).await?;
        let items = map_run.item_counts.items();
        progress.label(&told(&map_run));
        progress.set(items.succeeded + items.failed);
        if !progress.is_drawn() && last != Some(items) {
            ctx.reporter().status(told(&map_run));
        }
        last = Some(items);
        Ok(is_over(&map_run.status).then_some(map_run))
    })
    .await
}

fn told(map_run: &MapRun) -> String {
    view::summary(&map_run.item_counts)
}
