//! `opsctl s3 job cancel`.

use clap::Args;
use opsctl_engine::batch::Request;
use serde_json::json;

use super::api::Jobs;
use super::job_id::JobId;
use super::{complete, view, watching};
use crate::change::{self, Changes, Consent, Plan, Step, Weight, Words};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;

/// Cancel batch jobs
///
/// Tasks that are done stay done, and the report tells of them; the others are not begun. Shows how
/// far each job has come, and asks. A job that is over cannot be cancelled.
///
/// Examples:
///   opsctl s3 job list --status suspended --columns id -o text | xargs -r opsctl s3 job cancel --yes
///
/// Exit codes:
///   0    the jobs are being cancelled; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    a yes is needed, and there is no terminal to ask on
///   3    there is no such job in the region
///   4    no credentials or no region
///   5    denied by a policy
///   7    some could not be cancelled; each is named
///   9    a job is over, or ending already
///   75   AWS cannot be reached, or is busy
///   130  interrupted; what is not cancelled yet is told
///
/// IAM:
///   s3:DescribeJob         to see how far it is
///   s3:UpdateJobStatus     to cancel it
///   sts:GetCallerIdentity  for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CancelJobArgs {
    /// The jobs: ids or ARNs
    #[arg(value_name = "JOB", required = true, num_args = 1.., add = complete::jobs())]
    jobs: Vec<JobId>,

    /// Why, for whoever looks at the job; at most 256 characters
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = reason, help_heading = "Change")]
    reason: Option<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

fn reason(text: &str) -> Result<String, String> {
    match text.chars().count() {
        1..=256 => Ok(text.to_owned()),
        length => Err(format!("S3 takes 1 to 256 characters, not {length}")),
    }
}

const WORDS: Words = Words { verb: "cancel", done: "cancelled", one: "job", many: "jobs" };

impl CancelJobArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &CancelJobArgs, ctx: &Context) -> Result<Outcome> {
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let jobs = signals.race(Jobs::open(ctx)).await?;
    let ids = args.jobs.iter().map(|job| job.of(&jobs)).collect::<Result<Vec<_>>>()?;
    let plan = signals.race(plan(&ids, args.reason.as_deref(), &jobs, ctx)).await?;
    if !signals.race(consent.to(&plan, ctx)).await? {
        return Ok(Outcome::Done);
    }
    let applied = change::apply(&plan, ctx, &mut signals, async |step| {
        jobs.update_status(&step.resource, Request::Cancelled, args.reason.as_deref()).await
    })
    .await;
    for step in applied.done.iter().filter_map(|index| plan.steps.get(*index)) {
        ctx.reporter().status(format_args!("the job {} is being cancelled", step.resource));
    }
    let words = ["s3", "job", "cancel"].into_iter().chain(ids.iter().copied());
    applied.result(&plan, &change::again(ctx.global(), words))?;
    Ok(Outcome::Done)
}

async fn plan(ids: &[&str], reason: Option<&str>, jobs: &Jobs, ctx: &Context) -> Result<Plan> {
    let mut steps = Vec::new();
    let mut over: Vec<Error> = Vec::new();
    for id in ids {
        let job = jobs.describe(id).await?;
        if !job.status().allows(Request::Cancelled) {
            let message = format!("the job {id} cannot be cancelled: it is {}", job.status());
            let mut error = Error::new(Kind::Conflict, message);
            if let Some(next) = watching::next(&job, ctx) {
                error = error.hint(next);
            }
            over.push(error);
            continue;
        }
        let mut parameters = json!({ "JobId": id, "RequestedJobStatus": "Cancelled" });
        if let Some(reason) = reason {
            parameters["StatusUpdateReason"] = reason.into();
        }
        steps.push(Step {
            action: "s3:UpdateJobStatus",
            resource: (*id).to_owned(),
            description: format!("{}, {}", job.summary.operation, view::progress(&job)),
            parameters,
        });
    }
    if let Some(only) = over.pop_if(|_| ids.len() == 1) {
        return Err(only.into());
    }
    if !over.is_empty() {
        let message = format!("{} of {} jobs cannot be cancelled, and none was", over.len(), ids.len());
        let each: Vec<String> = over.iter().map(ToString::to_string).collect();
        return Err(Error::new(Kind::Conflict, message).because_of(each).hint("leave them out").into());
    }
    Ok(Plan {
        words: WORDS,
        weight: Weight::Ordinary,
        account: Some(jobs.account.clone()),
        region: jobs.region.clone(),
        steps,
    })
}
