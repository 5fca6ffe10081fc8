//! `opsctl sfn task heartbeat`.

use clap::Args;

use super::super::api::Sfn;
use super::token::TokenSource;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Say that a task goes on
///
/// Begins the time that HeartbeatSeconds gives anew; the time that TimeoutSeconds gives goes on. The
/// token is read from a file, from stdin, or from the variable that --token-env names.
///
/// Examples:
///   opsctl sfn task heartbeat --token-env TASK_TOKEN
///
/// Exit codes:
///   0   the task goes on
///   2   an option is wrong; there is no token, or it is none
///   3   there is no task of this token; there is no such file
///   4   no credentials or no region
///   5   denied by a policy
///   9   the token has expired: the task is over
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   states:SendTaskHeartbeat  on every resource: a token names none
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct TaskHeartbeatArgs {
    #[command(flatten)]
    token: TokenSource,
}

pub async fn run(args: &TaskHeartbeatArgs, ctx: &Context) -> Result<Outcome> {
    let token = args.token.read(ctx).await?;
    Sfn::open(ctx).await?.task_heartbeat(token.secret()).await?;
    ctx.reporter().status("the task goes on");
    Ok(Outcome::Done)
}
