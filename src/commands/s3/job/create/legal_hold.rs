//! `opsctl s3 job create legal-hold`.

use clap::Args;
use opsctl_engine::batch::{LegalHold, LegalHoldStatus, Operation};

use super::job_args::JobArgs;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Set or lift a legal hold on every object of a list
///
/// A version under a legal hold cannot be deleted until the hold is lifted; a new version of the same
/// key is not held. The bucket must have Object Lock, and with it versions: where the list names none,
/// the newest is held.
///
/// Examples:
///   opsctl s3 job create legal-hold on --build s3://locked-1/ \
///     --role opsctl-batch --report s3://ops-1 --dry-run
///   opsctl s3 job create --example legal-hold > job.yaml
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
#[command(verbatim_doc_comment, override_usage = "opsctl s3 job create legal-hold <STATE> --role <ROLE> <SOURCE> [OPTIONS]", mut_arg("wait", |arg| arg.hide_short_help(true)))]
pub struct LegalHoldArgs {
    /// on or off
    #[arg(value_name = "STATE", ignore_case = true, value_parser = ["on", "off"])]
    state: String,

    #[command(flatten)]
    pub(super) job: JobArgs,
}

pub async fn run(args: &LegalHoldArgs, ctx: &Context) -> Result<Outcome> {
    let hold = LegalHold { legal_hold: LegalHoldStatus { status: args.state.to_ascii_uppercase() } };
    args.job.create(|_| Operation::S3PutObjectLegalHold(hold), ctx).await
}
