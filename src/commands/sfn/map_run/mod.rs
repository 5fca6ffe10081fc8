//! `opsctl sfn map-run`: the verbs and their dispatch, no logic.

mod list;
mod reference;
mod show;
mod view;
mod watch;

pub use view::summary;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result};

/// Map runs: the children of distributed Map states
///
/// A distributed Map state starts a child execution for each item or batch of items, and counts how
/// they end. `opsctl sfn executions` with the ARN of a map run lists the children.
///
/// Examples:
///   opsctl sfn map-run list orders:run-1
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    List(Box<list::ListMapRunsArgs>),
    Show(show::ShowMapRunArgs),
    Watch(watch::WatchMapRunArgs),
}

impl Command {
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::List(_) | Command::Show(_) => false,
            Command::Watch(_) => true,
        }
    }

    pub fn fans_out(&self) -> bool {
        match self {
            Command::List(_) | Command::Show(_) => true,
            Command::Watch(_) => false,
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::List(args) => list::run(args, ctx).await,
        Command::Show(args) => show::run(args, ctx).await,
        Command::Watch(args) => watch::run(args, ctx).await,
    }
}
