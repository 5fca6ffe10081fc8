//! `opsctl config`: the group's verbs and their dispatch, no logic.

mod check;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result};

/// The settings of opsctl: what they are, where they came from, what is wrong with them
///
/// The user's file is ~/.config/opsctl/config.toml ($XDG_CONFIG_HOME is respected); --config names
/// one that wins over it. A key is the name of an option: at the top for the whole tool, in a table
/// such as `[ssm.list]` for a command. The table `[alias]` has command lines by name, `[profile.NAME]`
/// the guard rails of a profile of AWS. What wins over what is told by `opsctl help environment`, what
/// guard rails do by `opsctl help auth`.
///
/// Examples:
///   opsctl config show --origin
///   opsctl config check
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    Show(show::ShowArgs),
    Check(check::CheckArgs),
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Show(args) => show::run(args, ctx).await,
        Command::Check(args) => check::run(args, ctx).await,
    }
}
