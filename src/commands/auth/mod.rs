//! `opsctl auth`: the group's verbs and their dispatch, no logic.

mod explain;
mod export;
mod profiles;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Outcome, Result};

/// Profiles, where credentials come from, and their export
///
/// `opsctl help auth` tells the order in which profiles, credentials and regions are looked for,
/// `opsctl whoami` what they lead to. `opsctl login` logs in at IAM Identity Center.
///
/// Examples:
///   opsctl auth profiles
///   opsctl auth explain
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    Profiles(profiles::ProfilesArgs),
    Explain(explain::ExplainArgs),
    Export(export::ExportArgs),
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Profiles(args) => profiles::run(args, ctx).await,
        Command::Explain(args) => explain::run(args, ctx).await,
        Command::Export(args) => export::run(args, ctx).await,
    }
}
