//! `opsctl s3 job create retention`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use jiff::Timestamp;
use opsctl_engine::batch::{Operation, Retention, RetentionSetting, words};

use super::job_args::JobArgs;
use super::lock::{EventHoldArgs, date};
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Lock every object of a list until a date
///
/// In mode COMPLIANCE nobody can shorten or lift it, not even the root of the account; in GOVERNANCE
/// who may bypass it can, with --bypass-governance. --remove takes the retention away. The bucket must
/// have Object Lock. A date is its midnight in UTC, which works best.
///
/// Examples:
///   opsctl s3 job create retention --until 2099-01-01 --mode governance --build s3://locked-1/ \
///     --role opsctl-batch --report s3://ops-1 --dry-run
///   opsctl s3 job create --example retention > job.yaml
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
///   s3:CreateJob                         the job
///   iam:PassRole                         on the role
///   s3:DescribeJob                       to see whether it is new, and for --wait
///   s3:ListJobs                          to see whether it is new; its age tells otherwise
///   s3:GetObject                         on the manifest, and on a few of the objects
///   s3:GetObjectVersion                  the same, where versions are named
///   s3:PutObject                         on the manifest, for --build
///   s3:ListBucket                        on the buckets, to see where they are, and for --build
///   s3:GetBucketObjectLockConfiguration  on the bucket, to see whether it has Object Lock
///   iam:GetRole                          to see whether the role trusts the service
///   sts:GetCallerIdentity                for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, override_usage = "opsctl s3 job create retention --until <DATE> --mode <MODE> --role <ROLE> <SOURCE> [OPTIONS]", mut_arg("wait", |arg| arg.hide_short_help(true)))]
pub struct RetentionArgs {
    /// Until when: 2030-01-01 or an RFC 3339 time
    #[arg(long, value_name = "DATE", value_parser = date, required_unless_present_any = ["remove", "event_hold"], requires = "mode", help_heading = "Command")]
    until: Option<Timestamp>,

    /// COMPLIANCE or GOVERNANCE
    #[arg(long, value_name = "MODE", ignore_case = true, value_parser = PossibleValuesParser::new(words::LOCK_MODES), help_heading = "Command")]
    mode: Option<String>,

    /// Take the retention away; needs --bypass-governance
    #[arg(long, conflicts_with_all = ["until", "mode"], requires = "bypass_governance", help_heading = "Command")]
    remove: bool,

    /// Also where a lock in mode GOVERNANCE is in the way
    #[arg(long, help_heading = "Command")]
    bypass_governance: bool,

    #[command(flatten)]
    event_hold: EventHoldArgs,

    #[command(flatten)]
    pub(super) job: JobArgs,
}

pub async fn run(args: &RetentionArgs, ctx: &Context) -> Result<Outcome> {
    let retention = Retention {
        bypass_governance_retention: args.bypass_governance.then_some(true),
        retention: RetentionSetting {
            retain_until_date: args.until,
            mode: args.mode.as_deref().map(str::to_ascii_uppercase),
            event_hold: args.event_hold.state(),
            event_hold_duration: args.event_hold.duration(),
        },
    };
    args.job.create(|_| Operation::S3PutObjectRetention(retention), ctx).await
}
