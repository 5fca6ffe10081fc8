//! `opsctl sfn task`: the verbs and their dispatch, no logic.

mod failure;
mod heartbeat;
mod success;
mod token;

use clap::Subcommand;

use crate::change::Changes;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Answers to tasks that wait for one
///
/// A task that waits for a callback, or for the worker of an activity, gives out a token. Whoever
/// has it says how the task ended, or that it goes on. The token opens the door to the execution:
/// it is read from a file, from stdin or from a variable, and never given as a word of the line.
///
/// Examples:
///   printf '%s' "$TASK_TOKEN" | opsctl sfn task heartbeat -
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    Success(success::TaskSuccessArgs),
    Failure(failure::TaskFailureArgs),
    Heartbeat(heartbeat::TaskHeartbeatArgs),
}

impl Command {
    /// A heartbeat changes how long a task may go on.
    pub fn changes(&self) -> Changes {
        match self {
            Command::Success(_) | Command::Failure(_) | Command::Heartbeat(_) => Changes::Unasked,
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Success(args) => success::run(args, ctx).await,
        Command::Failure(args) => failure::run(args, ctx).await,
        Command::Heartbeat(args) => heartbeat::run(args, ctx).await,
    }
}
