//! `opsctl s3 job create replicate`.

use clap::Args;
use opsctl_engine::batch::{Nothing, Operation};

use super::job_args::JobArgs;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Replicate every object of a list by the rules of its bucket
///
/// The bucket must have replication rules; they say where to. Usually S3 makes the list itself, of the
/// objects that its rules would replicate: --generate with --eligible-for-replication. A list of one's
/// own must name versions. Not for archived objects, nor for versions that were deleted by their id at
/// the destination.
///
/// Examples:
///   opsctl s3 job create --example replicate > job.yaml
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
///   s3:CreateJob                    the job
///   iam:PassRole                    on the role
///   s3:DescribeJob                  to see whether it is new, and for --wait
///   s3:ListJobs                     to see whether it is new; its age tells otherwise
///   s3:GetObject                    on the manifest, and on a few of the objects
///   s3:GetObjectVersion             the same, where versions are named
///   s3:PutObject                    on the manifest, for --build
///   s3:ListBucket                   on the buckets, to see where they are, and for --build
///   s3:GetReplicationConfiguration  on the bucket, to see its rules
///   iam:GetRole                     to see whether the role trusts the service
///   sts:GetCallerIdentity           for the account, which needs no permission
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, override_usage = "opsctl s3 job create replicate --role <ROLE> <SOURCE> [OPTIONS]", mut_arg("wait", |arg| arg.hide_short_help(true)))]
pub struct ReplicateArgs {
    #[command(flatten)]
    pub(super) job: JobArgs,
}

pub async fn run(args: &ReplicateArgs, ctx: &Context) -> Result<Outcome> {
    args.job.create(|_| Operation::S3ReplicateObject(Nothing {}), ctx).await
}
