//! `opsctl s3 job create checksum`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use opsctl_engine::batch::{Checksum, Operation, words};

use super::job_args::JobArgs;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Compute a checksum of every object of a list
///
/// Reads the data where it is, in every storage class and of any size, without a restore. The values
/// are told in the completion report and nowhere else. Not for SSE-C objects.
///
/// Examples:
///   opsctl s3 job create checksum --algorithm sha256 --build s3://rehearsal-data/logs/ \
///     --role opsctl-batch --report s3://rehearsal-reports --dry-run
///   opsctl s3 job create --example checksum > job.yaml
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
#[command(verbatim_doc_comment, override_usage = "opsctl s3 job create checksum --role <ROLE> <SOURCE> [OPTIONS]", mut_arg("wait", |arg| arg.hide_short_help(true)))]
pub struct ChecksumArgs {
    /// Which checksum; else the one that S3 chooses
    #[arg(long, value_name = "ALGORITHM", ignore_case = true, value_parser = PossibleValuesParser::new(words::CHECKSUM_ALGORITHMS), help_heading = "Command")]
    algorithm: Option<String>,

    /// Of the whole, or put together from those of the parts
    #[arg(long = "type", value_name = "TYPE", ignore_case = true, value_parser = PossibleValuesParser::new(words::CHECKSUM_TYPES), hide_short_help = true, help_heading = "Command")]
    of: Option<String>,

    #[command(flatten)]
    pub(super) job: JobArgs,
}

pub async fn run(args: &ChecksumArgs, ctx: &Context) -> Result<Outcome> {
    let upper = |word: &Option<String>| word.as_deref().map(str::to_ascii_uppercase);
    let checksum = Checksum { checksum_algorithm: upper(&args.algorithm), checksum_type: upper(&args.of) };
    args.job.create(|_| Operation::S3ComputeObjectChecksum(checksum), ctx).await
}
