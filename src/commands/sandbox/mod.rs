//! `opsctl sandbox`: the group's verbs and their dispatch, no logic.

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Error, Outcome, Result};

/// A loopback AWS to rehearse in
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say which sandboxes run
    Status,
}

impl Command {
    /// Verbs that put things in order themselves on SIGINT, SIGTERM and SIGHUP.
    pub fn handles_signals(&self) -> bool {
        false
    }

    /// `run` passes the exit code of its command on: its own failures are 255.
    pub fn own_failure(&self) -> Option<u8> {
        None
    }
}

pub async fn run(command: &Command, _ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Status => Err(Error::not_found("no sandbox runs").into()),
    }
}
