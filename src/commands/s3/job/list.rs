//! `opsctl s3 job list`.

use clap::Args;
use opsctl_engine::batch::Status;

use super::api::Jobs;
use super::{complete, view};
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// List the batch jobs
///
/// Shows the jobs of the account and the region that are not over, and those that ended in the last
/// 90 days. A job is known in its own region alone.
///
/// Examples:
///   opsctl s3 job list
///   opsctl s3 job list --status active,suspended
///   opsctl s3 job list --columns id,status,tasks,failed --sort -failed
///   opsctl s3 job list --query 'items[].jobId' -o text
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   an option, a column or a query is wrong
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   s3:ListJobs            the list
///   sts:GetCallerIdentity  for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::SUMMARIES)))]
pub struct ListJobsArgs {
    /// Only jobs in this state; several with commas
    #[arg(
        long,
        value_name = "STATE",
        value_delimiter = ',',
        value_parser = complete::status,
        help_heading = "Target",
        add = complete::statuses()
    )]
    status: Vec<Status>,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &ListJobsArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("s3.job", view::SUMMARIES)?;
    let jobs = Jobs::open(ctx).await?;
    jobs.list(&args.status, &mut |page| Ok(writer.extend(page)?.is_continue())).await?;
    writer.finish()?;
    Ok(Outcome::Done)
}
