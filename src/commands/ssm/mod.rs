//! `opsctl ssm`: the group's verbs and their dispatch, no logic.

mod api;
mod channel;
mod complete;
mod connect;
mod exec;
mod fleet;
mod forward;
mod list;
mod model;
mod open;
mod proxy;
mod quoting;
mod run;
mod screen;
mod session;
mod shell;
mod ssh_config;
mod target;
mod trailer;
mod view;

use clap::Subcommand;

use crate::change::Changes;
use crate::context::Context;
use crate::error::{Outcome, Result, exit};

/// Sessions on nodes, through Session Manager
///
/// Nodes are EC2 instances and hybrid machines with an agent that Systems Manager knows. opsctl speaks
/// the data channel of Session Manager itself: the session-manager-plugin is not needed.
///
/// Examples:
///   opsctl ssm list
///   opsctl ssm connect web-1
///   opsctl ssm exec web-1 -- uptime
///   opsctl ssm forward web-1 -L 0:8000 -- env
///   opsctl ssm run --tag role=web -- uptime
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    List(list::ListNodesArgs),
    Connect(connect::ConnectArgs),
    Exec(Box<exec::ExecArgs>),
    Forward(Box<forward::ForwardArgs>),
    Proxy(proxy::ProxyArgs),
    SshConfig(ssh_config::SshConfigArgs),
    Run(Box<run::RunArgs>),
    #[command(subcommand)]
    Session(session::Command),
}

impl Command {
    /// Where the exit code belongs to another program, opsctl's own failures are 255.
    pub fn own_failure(&self) -> Option<u8> {
        match self {
            Command::Exec(_) => Some(exit::OWN_FAILURE),
            Command::Forward(args) => args.runs_command().then_some(exit::OWN_FAILURE),
            Command::List(_)
            | Command::Connect(_)
            | Command::Proxy(_)
            | Command::Run(_)
            | Command::SshConfig(_)
            | Command::Session(_) => None,
        }
    }

    pub fn handles_signals(&self) -> bool {
        match self {
            Command::List(_) | Command::SshConfig(_) => false,
            Command::Connect(_)
            | Command::Exec(_)
            | Command::Forward(_)
            | Command::Proxy(_)
            | Command::Run(_) => true,
            Command::Session(command) => command.handles_signals(),
        }
    }

    pub fn fans_out(&self) -> bool {
        match self {
            Command::List(_) => true,
            Command::Session(command) => command.fans_out(),
            Command::Connect(_)
            | Command::Exec(_)
            | Command::Forward(_)
            | Command::Proxy(_)
            | Command::SshConfig(_)
            | Command::Run(_) => false,
        }
    }

    pub fn changes(&self) -> Changes {
        match self {
            Command::List(_) | Command::SshConfig(_) => Changes::Nothing,
            Command::Connect(_) | Command::Exec(_) | Command::Forward(_) | Command::Proxy(_) => {
                Changes::Unasked
            }
            Command::Run(args) => args.changes(),
            Command::Session(command) => command.changes(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::List(args) => list::run(args, ctx).await,
        Command::Connect(args) => connect::run(args, ctx).await,
        Command::Run(args) => run::run(args, ctx).await,
        Command::Forward(args) => forward::run(args, ctx).await,
        Command::Proxy(args) => proxy::run(args, ctx).await,
        Command::SshConfig(args) => ssh_config::run(args, ctx),
        Command::Exec(args) => exec::run(args, ctx).await,
        Command::Session(command) => session::run(command, ctx).await,
    }
}
