//! `opsctl ssm session`: the verbs and their dispatch, no logic.

mod api;
mod complete;
mod list;
mod model;
mod select;
mod show;
mod terminate;
mod view;

use clap::Subcommand;

use crate::change::Changes;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Sessions that are open, and those that were
///
/// Whoever opened them, here or elsewhere: `opsctl ssm connect` opens one. A session whose client is
/// gone stays open until it is idle for too long, or is ended.
///
/// Examples:
///   opsctl ssm session list
///   opsctl ssm session terminate --all --dry-run
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    List(list::ListSessionsArgs),
    Show(show::ShowSessionArgs),
    Terminate(terminate::TerminateArgs),
}

impl Command {
    pub fn handles_signals(&self) -> bool {
        matches!(self, Command::Terminate(_))
    }

    pub fn fans_out(&self) -> bool {
        match self {
            Command::List(_) | Command::Show(_) => true,
            Command::Terminate(_) => false,
        }
    }

    pub fn changes(&self) -> Changes {
        match self {
            Command::List(_) | Command::Show(_) => Changes::Nothing,
            Command::Terminate(args) => args.changes(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::List(args) => list::run(args, ctx).await,
        Command::Show(args) => show::run(args, ctx).await,
        Command::Terminate(args) => terminate::run(args, ctx).await,
    }
}
