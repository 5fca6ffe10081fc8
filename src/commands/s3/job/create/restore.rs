//! `opsctl s3 job create restore`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use opsctl_engine::batch::{Operation, Restore, words};

use super::job_args::JobArgs;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Restore every archived object of a list
///
/// Success means that the restore has begun: GLACIER and DEEP_ARCHIVE take hours. They need --days;
/// the archive tiers of INTELLIGENT_TIERING must not have it, so that the two need a job each. There is
/// no expedited tier here. Restoring again with another number of days moves the end of the copy.
///
/// Examples:
///   opsctl s3 job create restore --days 3 --tier bulk --build s3://rehearsal-data/archive/ \
///     --role opsctl-batch --report s3://rehearsal-reports --dry-run
///   opsctl s3 job create --example restore > job.yaml
///
/// Exit codes:
///   0    the job is created; with --wait, it is complete; with --dry-run, it could be
///   1    with --run: it was not agreed to
///   2    an option is wrong, or what it says breaks a rule of the service; all are told
///   3    there is no such manifest, bucket or role
///   4    no credentials or no region
///   5    denied by a policy
///   6    it would fail, or --build finds nothing; with --wait: it failed, or a task of it did
///   7    --build could not list some places: no job is created
///   8    --timeout was reached while waiting; the job goes on
///   9    the same job was made before; or the manifest has changed, or would be written over
///   75   AWS cannot be reached, or is busy
///   130  interrupted; a job that runs goes on
///
/// IAM:
///   s3:CreateJob           the job
///   iam:PassRole           on the role
///   s3:DescribeJob         to see whether it is new, and for --wait
///   s3:ListJobs            to see whether it is new; its age tells otherwise
///   s3:GetObject           on the manifest, and on a few of the objects
///   s3:GetObjectVersion    the same, where versions are named
///   s3:PutObject           on the manifest, for --build
///   s3:ListBucket          on the buckets, to see where they are, and for --build
///   iam:GetRole            to see whether the role trusts the service
///   sts:GetCallerIdentity  for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, override_usage = "opsctl s3 job create restore --days <N> --role <ROLE> <SOURCE> [OPTIONS]", mut_arg("wait", |arg| arg.hide_short_help(true)))]
pub struct RestoreArgs {
    /// How many days the restored copies stay; needed for GLACIER and DEEP_ARCHIVE
    #[arg(
        long,
        value_name = "N",
        required_unless_present = "intelligent_tiering",
        conflicts_with = "intelligent_tiering",
        help_heading = "Command"
    )]
    days: Option<i32>,

    /// The objects are in archive tiers of INTELLIGENT_TIERING, which know no days
    #[arg(long, hide_short_help = true, help_heading = "Command")]
    intelligent_tiering: bool,

    /// How fast, and at what price
    #[arg(long, value_name = "TIER", ignore_case = true, value_parser = PossibleValuesParser::new(words::RESTORE_TIERS), help_heading = "Command")]
    tier: Option<String>,

    #[command(flatten)]
    pub(super) job: JobArgs,
}

pub async fn run(args: &RestoreArgs, ctx: &Context) -> Result<Outcome> {
    let restore = Restore {
        expiration_in_days: args.days,
        glacier_job_tier: args.tier.as_deref().map(str::to_ascii_uppercase),
    };
    args.job.create(|_| Operation::S3InitiateRestoreObject(restore), ctx).await
}
