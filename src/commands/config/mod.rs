//! `opsctl config`: the group's verbs and their dispatch, no logic.

mod check;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result};

/// The settings of opsctl: what they are, where they came from, what is wrong with them
#[derive(Debug, Subcommand)]
pub enum Command {
    Show(show::ShowArgs),
    Check(check::CheckArgs),
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Show(args) => show::run(args, ctx).await,
        Command::Check(args) => check::run(args, ctx),
    }
}
