//! `opsctl sfn local`: the verbs and their dispatch, no logic.

mod drive;
mod functions;
mod input;
mod mocks;
mod objects;
mod options;
mod run;
mod test;
mod view;
mod watch;
mod world;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result};

/// Workflows on this machine, without AWS
///
/// The clock is virtual: waits, retries and timeouts take no time. Tasks are mocked, or functions
/// are programs of this machine.
///
/// Examples:
///   opsctl sfn local run order.asl.json --input '{"total": 12}' --mocks mocks.json
///   opsctl sfn local test tests
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    Run(Box<run::LocalRunArgs>),
    Test(Box<test::LocalTestArgs>),
}

impl Command {
    /// Functions that still run are ended.
    pub fn handles_signals(&self) -> bool {
        true
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Run(args) => run::run(args, ctx).await,
        Command::Test(args) => test::run(args, ctx).await,
    }
}
