//! `opsctl sfn task failure`.

use clap::Args;

use super::super::api::Sfn;
use super::super::failure;
use super::token::TokenSource;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Say that a task has failed
///
/// The execution retries or catches the error as its definition says, or fails with it. The token
/// is read from a file, from stdin, or from the variable that --token-env names.
///
/// Examples:
///   opsctl sfn task failure --token-env TASK_TOKEN --error Rejected --cause 'too dear'
///
/// Exit codes:
///   0   the error is taken
///   2   an option is wrong; there is no token, or it is none
///   3   there is no task of this token; there is no such file
///   4   no credentials or no region
///   5   denied by a policy
///   9   the token has expired: the task is over
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:SendTaskFailure  on every resource: a token names none
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct TaskFailureArgs {
    #[command(flatten)]
    token: TokenSource,

    /// The name of the error, which retriers and catchers look for; at most 256 characters
    #[arg(long, value_name = "NAME", value_parser = failure::error, help_heading = "Change")]
    error: Option<String>,

    /// Why it failed; at most 32768 characters
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = failure::cause,
        help_heading = "Change")]
    cause: Option<String>,
}

pub async fn run(args: &TaskFailureArgs, ctx: &Context) -> Result<Outcome> {
    let token = args.token.read(ctx).await?;
    let sfn = Sfn::open(ctx).await?;
    sfn.task_failure(token.secret(), args.error.as_deref(), args.cause.as_deref()).await?;
    ctx.reporter().status("the task has failed");
    Ok(Outcome::Done)
}
