//! `opsctl s3 manifest`: the group's verbs and their dispatch, no logic.

mod build;
mod check;
mod head;
mod stats;

use clap::Subcommand;

use crate::change::Changes;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Lists of objects for S3 Batch Operations: built, looked at, checked, mended
///
/// A manifest is lines of bucket,key or bucket,key,version with encoded keys and no header. What is
/// read may be one, an inventory, or the completion report of a job; in a file, on stdin or in S3.
///
/// Examples:
///   opsctl s3 manifest build s3://data-1/logs/ --to manifest.csv
///   opsctl s3 manifest check manifest.csv
///   opsctl s3 manifest stats manifest.csv
///   opsctl s3 manifest head manifest.csv
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    Build(Box<build::BuildArgs>),
    Check(check::CheckArgs),
    Stats(stats::StatsArgs),
    Head(head::HeadArgs),
}

impl Command {
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::Build(_) => true,
            Command::Check(_) | Command::Stats(_) | Command::Head(_) => false,
        }
    }

    pub fn changes(&self) -> Changes {
        match self {
            Command::Build(args) => args.changes(),
            Command::Check(_) | Command::Stats(_) | Command::Head(_) => Changes::Nothing,
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Build(args) => build::run(args, ctx).await,
        Command::Check(args) => check::run(args, ctx).await,
        Command::Stats(args) => stats::run(args, ctx).await,
        Command::Head(args) => head::run(args, ctx).await,
    }
}
