//! `opsctl sfn get`.

use clap::Args;

use super::api::Sfn;
use super::execution::{ExecutionArgs, describe, describe_without_data};
use super::view;
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Show an execution with its input and output
///
/// EXECUTION is an ARN, MACHINE:NAME, or a name alone, which is looked for in --machine or else in
/// every Standard machine. Nothing is listed: the execution is asked for by its name. Input and
/// output are JSON text, as they were given; where they are encrypted with a key that may not be
/// used, --no-data shows the rest.
///
/// Examples:
///   opsctl sfn get orders:run-1
///   opsctl sfn get run-1 --machine orders --columns status,error,cause
///   opsctl sfn get run-1 --query item.output -o text
///
/// Exit codes:
///   0   the execution is shown, however it ended
///   2   an option, a column or a query is wrong; several machines have an execution of this name
///   3   there is no such execution
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:DescribeExecution     the execution
///   states:ListStateMachines     for an EXECUTION that is not an ARN
///   states:DescribeStateMachine  to say where an Express machine logs
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::EXECUTION)))]
pub struct GetExecutionArgs {
    #[command(flatten)]
    execution: ExecutionArgs,

    /// Leave input and output out
    #[arg(long, help_heading = "Output")]
    no_data: bool,

    #[command(flatten)]
    detail: DetailArgs,
}

pub async fn run(args: &GetExecutionArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("sfn.execution", view::EXECUTION)?;
    let sfn = Sfn::open(ctx).await?;
    let arn = args.execution.find(&sfn, ctx).await?;
    let execution = match args.no_data {
        true => describe_without_data(&sfn, &arn).await?,
        false => describe(&sfn, &arn).await?,
    };
    details.show(&execution)?;
    Ok(Outcome::Done)
}
