//! `opsctl s3 job create lambda`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use opsctl_engine::batch::{Lambda, Operation, words};

use super::job_args::JobArgs;
use super::pair::Pair;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Call a function for every object of a list
///
/// The function must be in the region of the job. An alias, and a function without a version, can
/// change while the job runs: name a version to be sure. Keys come URL-encoded. A function with
/// arguments gets the payload of schema 2.0, which names the bucket where 1.0 has its ARN.
///
/// Examples:
///   opsctl s3 job create lambda f:1 --generate s3://rehearsal-data --role opsctl-batch --no-report -n
///   opsctl s3 job create --example lambda > job.yaml
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
#[command(verbatim_doc_comment, override_usage = "opsctl s3 job create lambda <FUNCTION> --role <ROLE> <SOURCE> [OPTIONS]", mut_arg("wait", |arg| arg.hide_short_help(true)))]
pub struct LambdaArgs {
    /// The function: ARN or name, with a version or without
    #[arg(value_name = "FUNCTION")]
    function: String,

    /// What it is told besides the object; at most 10
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Command")]
    argument: Vec<Pair>,

    /// The form of the payload; 2.0 where there are arguments, else 1.0
    #[arg(long, value_name = "VERSION", value_parser = PossibleValuesParser::new(words::LAMBDA_SCHEMAS), hide_short_help = true, help_heading = "Command")]
    schema: Option<String>,

    #[command(flatten)]
    pub(super) job: JobArgs,
}

pub async fn run(args: &LambdaArgs, ctx: &Context) -> Result<Outcome> {
    let arguments = args.argument.iter().map(|pair| (pair.key.clone(), pair.value.clone())).collect();
    let has_arguments = !args.argument.is_empty();
    let lambda = Lambda {
        function_arn: args.function.clone(),
        invocation_schema_version: args.schema.clone().or(has_arguments.then(|| "2.0".to_owned())),
        user_arguments: has_arguments.then_some(arguments),
    };
    args.job.create(|_| Operation::LambdaInvoke(lambda), ctx).await
}
