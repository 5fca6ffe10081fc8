//! `opsctl s3`: the group's verbs and their dispatch, no logic.

mod bucket;
mod building;
mod filter;
mod job;
mod listed;
mod listing;
mod manifest;
mod source;

use clap::Subcommand;

use crate::change::Changes;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// S3 Batch Operations: lists of objects, and jobs that do one thing to each of them
///
/// A job is only as good as its manifest: what it says wrongly is found late, one failed task at a
/// time. These commands find it before.
///
/// Examples:
///   opsctl s3 manifest build s3://data-1/logs/ --to manifest.csv
///   opsctl s3 manifest check manifest.csv
///   opsctl s3 manifest stats manifest.csv
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    #[command(subcommand)]
    Manifest(manifest::Command),
    #[command(subcommand)]
    Job(job::Command),
}

impl Command {
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::Manifest(command) => command.handles_signals(),
            Command::Job(command) => command.handles_signals(),
        }
    }

    pub fn fans_out(&self) -> bool {
        match self {
            Command::Job(command) => command.fans_out(),
            Command::Manifest(_) => false,
        }
    }

    pub fn changes(&self) -> Changes {
        match self {
            Command::Manifest(command) => command.changes(),
            Command::Job(command) => command.changes(),
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Manifest(command) => manifest::run(command, ctx).await,
        Command::Job(command) => job::run(command, ctx).await,
    }
}
