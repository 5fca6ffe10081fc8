//! `opsctl s3 job confirm`.

use clap::Args;
use opsctl_engine::batch::Request;
use serde_json::json;

use super::api::Jobs;
use super::job_id::JobId;
use super::model::Job;
use super::watching::{self, Watching};
use super::{complete, view};
use crate::change::{self, Changes, Consent, Plan, Step, Weight, Words};
use crate::cli::{ChangeArgs, WaitArgs};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;

/// Confirm a batch job, so that it runs
///
/// A job that was created without --run waits in the state Suspended until somebody has looked at
/// it. Shows what it is about to do and to how many objects, and asks. Right after create, S3 still
/// reads the list: that is waited for, until --timeout; Ctrl-C leaves the job as it is.
///
/// Examples:
///   opsctl s3 job list --status suspended --columns id -o text | xargs -r opsctl s3 job confirm --yes
///
/// Exit codes:
///   0    the job runs; with --wait, it is complete and no task failed
///   1    it was not agreed to
///   2    a yes is needed, and there is no terminal to ask on
///   3    there is no such job in the region
///   4    no credentials or no region
///   5    denied by a policy
///   6    with --wait: the job failed or was cancelled, or a task failed
///   8    --timeout was reached while waiting for the list or the end; the job goes on
///   9    the job does not wait for a confirmation
///   75   AWS cannot be reached, or is busy
///   130  interrupted; a job that runs goes on
///
/// IAM:
///   s3:DescribeJob         to see what it would do
///   s3:UpdateJobStatus     to confirm it
///   sts:GetCallerIdentity  for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ConfirmJobArgs {
    /// The job: id or ARN
    #[arg(value_name = "JOB", required = true, num_args = 1.., add = complete::jobs())]
    jobs: Vec<JobId>,

    /// A job that is complete is good, whatever became of its tasks
    #[arg(long, requires = "wait", help_heading = "Waiting")]
    allow_failures: bool,

    #[command(flatten)]
    change: ChangeArgs,

    #[command(flatten)]
    wait: WaitArgs,
}

const WORDS: Words = Words { verb: "confirm", done: "confirmed", one: "job", many: "jobs" };

impl ConfirmJobArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &ConfirmJobArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let jobs = signals.race(Jobs::open(ctx)).await?;
    let ids = args.jobs.iter().map(|job| job.of(&jobs)).collect::<Result<Vec<_>>>()?;
    let mut found = Vec::new();
    for id in &ids {
        found.push(watching::until_read(&jobs, id, &args.wait, ctx, &mut signals).await?);
    }
    let plan = plan(&found, &jobs, ctx)?;
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let applied = change::apply(&plan, ctx, &mut signals, async |step| {
        jobs.update_status(&step.resource, Request::Ready, None).await
    })
    .await;
    for step in applied.done.iter().filter_map(|index| plan.steps.get(*index)) {
        ctx.reporter().status(format_args!("the job {} is confirmed", step.resource));
        if !args.wait.wait {
            ctx.reporter().hint(watching::again(ctx, "watch", &step.resource));
        }
    }
    let words = ["s3", "job", "confirm"].into_iter().chain(ids.iter().copied());
    applied.result(&plan, &change::again(ctx.global(), words))?;
    if args.wait.wait {
        let (wait, allow_failures) = (&args.wait, args.allow_failures);
        let watched = ids.iter().map(|id| Watching {
            jobs: &jobs,
            id,
            is_new: false,
            is_confirmed: true,
            wait,
            allow_failures,
        });
        return watching::until_all_are_over(watched, ctx, &mut signals).await;
    }
    Ok(Outcome::Done)
}

fn plan(found: &[Job], jobs: &Jobs, ctx: &Context) -> Result<Plan> {
    let mut steps = Vec::new();
    for job in found {
        let id = job.id();
        if !job.status().allows(Request::Ready) {
            let message = format!("the job {id} does not wait for a confirmation: it is {}", job.status());
            let mut error = Error::new(Kind::Conflict, message);
            if let Some(next) = watching::next(job, ctx) {
                error = error.hint(next);
            }
            return Err(error.into());
        }
        let objects = job.source.as_ref().map(view::source).unwrap_or_default();
        let tasks = view::count(job.summary.progress.total_tasks);
        steps.push(Step {
            action: "s3:UpdateJobStatus",
            resource: id.to_owned(),
            description: format!("{}, {tasks} of {objects}", job.summary.operation),
            parameters: json!({ "JobId": id, "RequestedJobStatus": "Ready" }),
        });
    }
    Ok(Plan {
        words: WORDS,
        weight: Weight::Ordinary,
        account: Some(jobs.account.clone()),
        region: jobs.region.clone(),
        steps,
    })
}
