//! `opsctl ssm`: the group's verbs and their dispatch, no logic.

mod api;
mod channel;
mod complete;
mod connect;
mod fleet;
mod list;
mod model;
mod open;
mod run;
mod session;
mod shell;
mod target;
mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result};

/// Sessions on nodes, through Session Manager
///
/// Nodes are EC2 instances and hybrid machines with an agent that Systems Manager knows. opsctl speaks
/// the data channel of Session Manager itself: the session-manager-plugin is not needed.
///
/// Examples:
///   opsctl ssm list
///   opsctl ssm connect web-1
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    List(list::ListNodesArgs),
    Connect(connect::ConnectArgs),
    Run(Box<run::RunArgs>),
    #[command(subcommand)]
    Session(session::Command),
}

impl Command {
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::List(_) => false,
            Command::Connect(_) | Command::Run(_) => true,
            Command::Session(command) => command.handles_signals(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::List(args) => list::run(args, ctx).await,
        Command::Connect(args) => connect::run(args, ctx).await,
        Command::Run(args) => run::run(args, ctx).await,
        Command::Session(command) => session::run(command, ctx).await,
    }
}
