//! `opsctl s3 job watch`.

use clap::Args;

use super::api::Jobs;
use super::job_id::JobId;
use super::watching::Watching;
use super::{complete, view};
use crate::change;
use crate::cli::{WaitArgs, interval};
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::signals::Signals;
use std::time::Duration;

/// Watch a batch job until it is over
///
/// Shows the state, how many tasks are done and how many failed, the rate, and how long the rest
/// will take. Looks every two seconds at first, then less often, down to twice a minute. Ctrl-C and
/// --timeout end the watch alone; the job goes on, and the command that comes back is told.
///
/// A job is over well when it is Complete and no task failed; --allow-failures lets tasks fail. The
/// job is the answer on stdout only if -o or --query asks for one.
///
/// Examples:
///   opsctl s3 job list --status active --columns id -o text | xargs -r -n 1 opsctl s3 job watch
///
/// Exit codes:
///   0    the job is complete, and no task failed
///   2    an option or a query is wrong
///   3    there is no such job in the region
///   4    no credentials or no region
///   5    denied by a policy
///   6    the job failed or was cancelled, or a task failed
///   8    --timeout was reached; the job goes on
///   9    the job waits for a confirmation
///   75   AWS cannot be reached, or is busy
///   130  interrupted; the job goes on
///
/// IAM:
///   s3:DescribeJob         the job
///   sts:GetCallerIdentity  for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct WatchJobArgs {
    /// The job: id or ARN
    #[arg(value_name = "JOB", add = complete::jobs())]
    job: JobId,

    /// A job that is complete is good, whatever became of its tasks
    #[arg(long, help_heading = "Waiting")]
    allow_failures: bool,

    /// The longest pause between two looks; the first ones are shorter
    #[arg(long, value_name = "DURATION", value_parser = interval, help_heading = "Waiting")]
    interval: Option<Duration>,
}

pub async fn run(args: &WatchJobArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let jobs = signals.race(Jobs::open(ctx)).await?;
    let wait = WaitArgs { wait: true, interval: args.interval };
    let watching = Watching {
        jobs: &jobs,
        id: args.job.of(&jobs)?,
        is_new: false,
        is_confirmed: false,
        wait: &wait,
        allow_failures: args.allow_failures,
    };
    let job = watching.until_over(ctx, &mut signals).await?;
    if change::is_answered(ctx) {
        ctx.out().item("s3.job", view::DETAILS, &job)?;
    }
    watching.outcome(&job, ctx)
}
