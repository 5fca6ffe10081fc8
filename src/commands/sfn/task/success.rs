//! `opsctl sfn task success`.

use clap::Args;

use super::super::api::Sfn;
use super::super::payload;
use super::token::TokenSource;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};

/// Say that a task has succeeded
///
/// The execution goes on with the result. The token is read from a file, from stdin, or from the
/// variable that --token-env names.
///
/// Examples:
///   opsctl sfn task success - --result '{"approved": true}' < token.txt
///   opsctl sfn task success --token-env TASK_TOKEN --result @result.json
///
/// Exit codes:
///   0   the execution goes on
///   2   an option is wrong; the result is no JSON or too large; there is no token, or it is none
///   3   there is no task of this token; there is no such file
///   4   no credentials or no region
///   5   denied by a policy
///   9   the token has expired: the task is over
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:SendTaskSuccess  on every resource: a token names none
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct TaskSuccessArgs {
    #[command(flatten)]
    token: TokenSource,

    /// The result of the task: JSON, @FILE, or - for stdin
    #[arg(long, value_name = "JSON", allow_hyphen_values = true, help_heading = "Change")]
    result: String,
}

pub async fn run(args: &TaskSuccessArgs, ctx: &Context) -> Result<Outcome> {
    if args.token.is_stdin() && payload::is_stdin(&args.result) {
        return Err(Error::usage("the token and the result cannot both be stdin").into());
    }
    let result = payload::read(&args.result, "--result", "the result").await?;
    let token = args.token.read(ctx).await?;
    Sfn::open(ctx).await?.task_success(token.secret(), &result.text).await?;
    ctx.reporter().status("the task has succeeded");
    Ok(Outcome::Done)
}
