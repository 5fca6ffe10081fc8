//! `opsctl sandbox`: the group's verbs and their dispatch, no logic.

mod down;
mod init;
mod inside;
mod launch;
mod run;
mod status;
mod up;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result, exit};

/// A loopback AWS to rehearse in
#[derive(Debug, Subcommand)]
pub enum Command {
    Run(run::RunArgs),
    Up(up::UpArgs),
    Status(status::StatusArgs),
    Down(down::DownArgs),
    Init(init::InitArgs),
}

impl Command {
    /// Verbs that put things in order themselves on SIGINT, SIGTERM and SIGHUP.
    pub fn handles_signals(&self) -> bool {
        matches!(self, Command::Run(_) | Command::Up(_))
    }

    /// `run` passes the exit code of its command on: its own failures are 255.
    pub fn own_failure(&self) -> Option<u8> {
        matches!(self, Command::Run(_)).then_some(exit::OWN_FAILURE)
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Run(args) => run::run(args, ctx).await,
        Command::Up(args) => up::run(args, ctx).await,
        Command::Status(args) => status::run(args, ctx).await,
        Command::Down(args) => down::run(args, ctx).await,
        Command::Init(args) => init::run(args, ctx),
    }
}
