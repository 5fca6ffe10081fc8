//! `opsctl s3 job show`.

use clap::Args;

use super::api::Jobs;
use super::job_id::JobId;
use super::{complete, view, watching};
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Report, Result};

/// Show a batch job
///
/// JOB is an id or an ARN. Shows the state, how far it has come, why it failed, and what it was made
/// of; the command for the next step is told too. A state of Complete says that every task was
/// tried, not that it succeeded: the failed ones are counted.
///
/// Examples:
///   opsctl s3 job list --columns id -o text | xargs -r -n 1 opsctl s3 job show
///
/// Exit codes:
///   0   the job is shown
///   2   an option, a column or a query is wrong
///   3   there is no such job in the region
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   s3:DescribeJob         the job
///   s3:GetJobTagging       its tags; without it they are not known
///   sts:GetCallerIdentity  for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::DETAILS)))]
pub struct ShowJobArgs {
    /// The job: id or ARN
    #[arg(value_name = "JOB", add = complete::jobs())]
    job: JobId,

    #[command(flatten)]
    detail: DetailArgs,
}

pub async fn run(args: &ShowJobArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("s3.job", view::DETAILS)?;
    let jobs = Jobs::open(ctx).await?;
    let mut job = jobs.describe(args.job.of(&jobs)?).await?;
    match jobs.tags(job.id()).await {
        Ok(tags) => job.tags = Some(tags),
        Err(error) => {
            let why = Report::new(&error).line();
            ctx.reporter().warn(format_args!("the tags of the job are not known: {why}"));
        }
    }
    details.show(&job)?;
    if let Some(next) = watching::next(&job, ctx) {
        ctx.reporter().hint(next);
    }
    Ok(Outcome::Done)
}
