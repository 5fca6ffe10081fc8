//! `opsctl s3 job priority`.

use clap::Args;
use serde_json::json;

use super::api::Jobs;
use super::complete;
use super::job_id::JobId;
use crate::change::{self, Changes, Consent, Plan, Step, Weight, Words};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;

/// Change the priority of a batch job
///
/// Higher numbers come first; there is no strict order. A job with a higher priority can pause others
/// that run, which is the only way to pause a job.
///
/// Examples:
///   opsctl s3 job list --status active --columns id -o text | xargs -I_ opsctl s3 job priority _ 50 -y
///
/// Exit codes:
///   0    the priority is changed; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    a yes is needed, and there is no terminal to ask on; the priority is no number
///   3    there is no such job in the region
///   4    no credentials or no region
///   5    denied by a policy
///   9    the job is over
///   75   AWS cannot be reached, or is busy
///   130  interrupted
///
/// IAM:
///   s3:DescribeJob         to see what it is
///   s3:UpdateJobPriority   to change it
///   sts:GetCallerIdentity  for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct PriorityArgs {
    /// The job: id or ARN
    #[arg(value_name = "JOB", add = complete::jobs())]
    job: JobId,

    /// The priority, from 0 to 2147483647
    #[arg(value_name = "PRIORITY", allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(0..))]
    priority: i32,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "reorder", done: "reordered", one: "job", many: "jobs" };

impl PriorityArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &PriorityArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let jobs = signals.race(Jobs::open(ctx)).await?;
    let id = args.job.of(&jobs)?;
    let plan = signals.race(plan(id, args.priority, &jobs)).await?;
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let applied = change::apply(&plan, ctx, &mut signals, async |step| {
        jobs.update_priority(&step.resource, args.priority).await
    })
    .await;
    let again = change::again(ctx.global(), ["s3", "job", "priority", id, &args.priority.to_string()]);
    applied.result(&plan, &again)?;
    ctx.reporter().status(format_args!("the job {id} has priority {}", args.priority));
    Ok(Outcome::Done)
}

async fn plan(id: &str, priority: i32, jobs: &Jobs) -> Result<Plan> {
    let job = jobs.describe(id).await?;
    if job.status().is_over() {
        let message = format!("the job {id} has no priority any more: it is {}", job.status());
        return Err(Error::new(Kind::Conflict, message).into());
    }
    let step = Step {
        action: "s3:UpdateJobPriority",
        resource: id.to_owned(),
        description: format!(
            "{}, {}, from priority {} to {priority}",
            job.summary.operation,
            job.status(),
            job.summary.priority
        ),
        parameters: json!({ "JobId": id, "Priority": priority }),
    };
    Ok(Plan {
        words: WORDS,
        weight: Weight::Ordinary,
        account: Some(jobs.account.clone()),
        region: jobs.region.clone(),
        steps: vec![step],
    })
}
