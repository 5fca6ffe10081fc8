//! `opsctl s3 job create encrypt`.

use clap::Args;
use opsctl_engine::batch::{Encrypt, ObjectEncryption, Operation, SseKmsEncryption};

use super::job_args::JobArgs;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Encrypt every object of a list with another KMS key
///
/// Encrypts the data key of each object anew and does not touch the data: version, age and date of
/// change stay. From SSE-S3 or SSE-KMS to SSE-KMS alone; not for objects that are not encrypted, or
/// are with DSSE-KMS or SSE-C. There is no way back to SSE-S3. The key is named by its whole ARN,
/// never by an alias.
///
/// Examples:
///   opsctl s3 job create encrypt --kms-key arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c-4b5a \
///     --build s3://rehearsal-data/logs/ --role opsctl-batch --report s3://rehearsal-reports -n
///   opsctl s3 job create --example encrypt > job.yaml
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
#[command(verbatim_doc_comment, override_usage = "opsctl s3 job create encrypt --kms-key <ARN> --role <ROLE> <SOURCE> [OPTIONS]", mut_arg("wait", |arg| arg.hide_short_help(true)))]
pub struct EncryptArgs {
    /// The whole ARN of the key
    #[arg(long, value_name = "ARN", help_heading = "Command")]
    kms_key: String,

    /// Use an S3 Bucket Key
    #[arg(long, help_heading = "Command")]
    bucket_key: bool,

    #[command(flatten)]
    pub(super) job: JobArgs,
}

pub async fn run(args: &EncryptArgs, ctx: &Context) -> Result<Outcome> {
    let sse_kms = SseKmsEncryption {
        kms_key_arn: args.kms_key.clone(),
        bucket_key_enabled: args.bucket_key.then_some(true),
    };
    let encrypt = Encrypt { object_encryption: ObjectEncryption { sse_kms } };
    args.job.create(|_| Operation::S3UpdateObjectEncryption(encrypt), ctx).await
}
