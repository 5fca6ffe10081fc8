//! `opsctl s3 job`: the verbs and their dispatch, no logic.

mod api;
mod cancel;
mod complete;
mod confirm;
mod create;
mod date;
mod explained;
mod from_sdk;
mod job_id;
mod list;
mod model;
mod never_ran;
mod objects;
mod policy;
mod preflight;
mod priority;
mod report;
mod retry;
mod show;
mod tasks;
mod to_sdk;
mod view;
mod watch;
mod watching;

use clap::Subcommand;

use crate::change::Changes;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Jobs of S3 Batch Operations, from their making to their end
///
/// A job does one operation to every object of a list, as a role. Before one is created opsctl looks
/// at what would make it fail late, and says what it will cost.
///
/// Examples:
///   opsctl s3 job create --example tag
///   opsctl s3 job list --status Active
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Command {
    Create(Box<create::CreateArgs>),
    List(list::ListJobsArgs),
    Show(show::ShowJobArgs),
    Watch(watch::WatchJobArgs),
    Confirm(confirm::ConfirmJobArgs),
    Cancel(cancel::CancelJobArgs),
    Priority(priority::PriorityArgs),
    Report(report::ReportArgs),
    Retry(Box<retry::RetryArgs>),
    Policy(Box<policy::PolicyArgs>),
}

impl Command {
    pub fn handles_signals(&self) -> bool {
        match self {
            Command::Create(args) => args.handles_signals(),
            Command::Watch(_)
            | Command::Retry(_)
            | Command::Confirm(_)
            | Command::Cancel(_)
            | Command::Priority(_) => true,
            Command::List(_) | Command::Show(_) | Command::Report(_) | Command::Policy(_) => false,
        }
    }

    pub fn fans_out(&self) -> bool {
        match self {
            Command::List(_) | Command::Show(_) => true,
            Command::Create(_)
            | Command::Watch(_)
            | Command::Confirm(_)
            | Command::Cancel(_)
            | Command::Priority(_)
            | Command::Report(_)
            | Command::Retry(_)
            | Command::Policy(_) => false,
        }
    }

    pub fn changes(&self) -> Changes {
        match self {
            Command::Create(args) => args.changes(),
            Command::Retry(args) => args.changes(),
            Command::Confirm(args) => args.changes(),
            Command::Cancel(args) => args.changes(),
            Command::Priority(args) => args.changes(),
            Command::List(_)
            | Command::Show(_)
            | Command::Watch(_)
            | Command::Report(_)
            | Command::Policy(_) => Changes::Nothing,
        }
    }
}

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    match command {
        Command::Create(args) => create::run(args, ctx).await,
        Command::List(args) => list::run(args, ctx).await,
        Command::Show(args) => show::run(args, ctx).await,
        Command::Watch(args) => watch::run(args, ctx).await,
        Command::Confirm(args) => confirm::run(args, ctx).await,
        Command::Cancel(args) => cancel::run(args, ctx).await,
        Command::Priority(args) => priority::run(args, ctx).await,
        Command::Report(args) => report::run(args, ctx).await,
        Command::Retry(args) => retry::run(args, ctx).await,
        Command::Policy(args) => policy::run(args, ctx).await,
    }
}
