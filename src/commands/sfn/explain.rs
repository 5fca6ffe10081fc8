//! `opsctl sfn explain`.

use clap::Args;

use super::api::Sfn;
use super::execution::ExecutionArgs;
use super::explaining::{Explained, explain, screen};
use super::view::status;
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::{Column, Format};

/// Explain why an execution failed
///
/// Shows the state that failed and in which attempt, its input and what it called, the error with what
/// its name means, the cause in words, the errors that were caught before, and the command to redrive.
/// A child execution and the children of a map run are followed down. Of an execution that was stopped
/// or that runs, the states it was or is in are shown.
///
/// It is read from the end of the history, no further back than needed.
///
/// Examples:
///   opsctl sfn explain orders:run-1
///   opsctl sfn explain run-1 --machine orders -o json
///   opsctl sfn explain orders:run-1 --query item.failed.state -o text
///
/// Exit codes:
///   0   it is explained, whatever became of the execution
///   2   an option or a query is wrong, or it is one of an Express machine
///   3   there is no such execution
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:DescribeExecution    how it ended
///   states:GetExecutionHistory  what happened
///   states:DescribeMapRun       for a map run that failed
///   states:ListExecutions       its children
///   states:DescribeStateMachine  to say where Express children log
///   states:ListStateMachines    for an execution by its name
///   kms:Decrypt                 for inputs, where the machine has a key of its own
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct ExplainArgs {
    #[command(flatten)]
    target: ExecutionArgs,

    #[command(flatten)]
    detail: DetailArgs,
}

/// For formats of one record.
const COLUMNS: &[Column<Explained>] = &[
    Column::new("name", "Execution", |it: &Explained| it.execution.name.as_str().into()),
    Column::new("status", "Status", |it: &Explained| status(&it.execution.status)),
    Column::new("state", "State", |it: &Explained| {
        it.failed.as_ref().map(|failed| failed.at.state.as_str()).into()
    }),
    Column::new("attempts", "Attempts", |it: &Explained| {
        it.failed.as_ref().map(|failed| failed.at.attempts).into()
    }),
    Column::new("error", "Error", |it: &Explained| it.execution.error.as_deref().into()),
    Column::new("message", "Message", |it: &Explained| {
        it.decoded.as_ref().map(|decoded| decoded.message.as_str()).into()
    }),
    Column::new("arn", "ARN", |it: &Explained| it.execution.execution_arn.as_str().into()),
];

pub async fn run(args: &ExplainArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.detail_out(&args.detail);
    let details = out.details("sfn.explanation", COLUMNS)?;
    let sfn = Sfn::open(ctx).await?;
    let arn = args.target.find(&sfn, ctx).await?;
    let explained = explain(&sfn, &arn, ctx).await?;
    let settings = out.settings();
    let is_for_people =
        settings.format == Format::Table && settings.query.is_none() && args.detail.columns.is_none();
    if is_for_people {
        let lines = screen(&explained, settings.stdout.limit(), !settings.stdout.unicode);
        out.drawing(&lines)?;
    } else {
        details.show(&explained)?;
    }
    Ok(Outcome::Done)
}
