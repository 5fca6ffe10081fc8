//! `opsctl sfn`: the group's verbs and their dispatch, no logic.

mod definition;
mod graph;
mod lint;
mod local;
mod machine_type;
mod substitute;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result};

/// Step Functions: workflows drawn, checked, run and tested on this machine
///
/// Definitions in the Amazon States Language. What is wrong with one is found before it is deployed,
/// and it runs as the service runs it: with its data flow, its errors, its retries and its history.
/// Nothing here calls AWS.
///
/// Examples:
///   opsctl sfn graph order.asl.json
///   opsctl sfn lint machine.asl.json
///   opsctl sfn local run order.asl.json --input '{"total": 12}' --mocks mocks.json
///   opsctl sfn local test tests
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    Graph(graph::GraphArgs),
    Lint(lint::LintArgs),
    #[command(subcommand)]
    Local(local::Command),
}

impl Command {
    /// Verbs that put things in order themselves on SIGINT, SIGTERM and SIGHUP.
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::Graph(_) | Command::Lint(_) => false,
            Command::Local(command) => command.handles_signals(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Graph(args) => graph::run(args, ctx).await,
        Command::Lint(args) => lint::run(args, ctx).await,
        Command::Local(command) => local::run(command, ctx).await,
    }
}
