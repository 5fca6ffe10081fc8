//! What a user types: one folder a group, one file a verb. Here is the dispatch, no logic.

pub mod alarm;
pub mod auth;
pub mod completions;
pub mod config;
pub mod help;
pub mod login;
pub mod logout;
pub mod man;
pub mod metric;
pub mod s3;
pub mod sandbox;
pub mod sfn;
pub mod ssm;
pub mod version;
pub mod whoami;

use crate::change;
use crate::cli::Command;
use crate::context::Context;
use crate::error::{Outcome, Result};

pub async fn run(command: &Command, ctx: &Context) -> Result<Outcome> {
    change::allowed(command.changes(), ctx).await?;
    match command {
        Command::Ssm(command) => ssm::run(command, ctx).await,
        Command::S3(command) => s3::run(command, ctx).await,
        Command::Sfn(command) => sfn::run(command, ctx).await,
        Command::Alarm(command) => alarm::run(command, ctx).await,
        Command::Metric(command) => metric::run(command, ctx).await,
        Command::Sandbox(command) => sandbox::run(command, ctx).await,
        Command::Auth(command) => auth::run(command, ctx).await,
        Command::Login(args) => login::run(args, ctx).await,
        Command::Logout(args) => logout::run(args, ctx).await,
        Command::Whoami(args) => whoami::run(args, ctx).await,
        Command::Config(command) => config::run(command, ctx).await,
        Command::Help(args) => help::run(args, ctx),
        Command::Completions(args) => completions::run(args, ctx),
        Command::Man(args) => man::run(args, ctx),
        Command::Version(args) => version::run(args, ctx),
    }
}
