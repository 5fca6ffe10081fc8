//! `opsctl sfn`: the group's verbs and their dispatch, no logic.

mod local;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result};

/// Step Functions: workflows run and tested on this machine
///
/// Definitions in the Amazon States Language, run as the service runs them: with its data flow, its
/// errors, its retries and its history.
///
/// Examples:
///   opsctl sfn local run order.asl.json --input '{"total": 12}' --mocks mocks.json
///   opsctl sfn local test tests
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    #[command(subcommand)]
    Local(local::Command),
}

impl Command {
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::Local(command) => command.handles_signals(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Local(command) => local::run(command, ctx).await,
    }
}
