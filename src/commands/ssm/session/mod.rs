//! `opsctl ssm session`: the verbs and their dispatch, no logic.

mod api;
mod list;
mod model;
mod select;
mod terminate;
mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result};

/// Sessions that are open, and those that were
#[derive(Debug, Subcommand)]
pub enum Command {
    List(list::ListSessionsArgs),
    Terminate(terminate::TerminateArgs),
}

impl Command {
    pub fn handles_signals(&self) -> bool {
        matches!(self, Command::Terminate(_))
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::List(args) => list::run(args, ctx).await,
        Command::Terminate(args) => terminate::run(args, ctx).await,
    }
}
