//! `opsctl sandbox run`.

use std::ffi::OsString;
use std::path::Path;

use clap::Args;
use tokio::process::Child;

use super::inside::{AwsFiles, environment};
use super::launch::{LaunchArgs, launch, program};
use crate::child;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::sandbox::state::Folder;
use crate::signals::Signals;

/// Run a command with a sandbox of its own in place of AWS
///
/// Starts a loopback AWS with a random key, runs COMMAND with the environment that leads every AWS
/// client to it, and ends it after COMMAND. Nothing of your own AWS configuration can be reached
/// from inside. Nodes are real shells of your own account on this machine. This opsctl is the first
/// on PATH.
///
/// Examples:
///   opsctl sandbox run -- opsctl ssm list
///   opsctl sandbox run -- sh
///   opsctl sandbox run --config sandbox.toml -- aws ssm describe-instance-information
///
/// Exit codes:
///   0-255  that of COMMAND
///   128+N  signal N ended COMMAND
///   255    opsctl itself failed, or --timeout ended COMMAND: with SIGTERM, after two seconds SIGKILL
///
/// IAM:
///   none: it calls no AWS
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RunArgs {
    #[command(flatten)]
    launch: LaunchArgs,

    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND", value_hint = clap::ValueHint::AnyPath)]
    command: Vec<OsString>,
}

pub async fn run(args: &RunArgs, ctx: &Context) -> Result<Outcome> {
    let settings = args.launch.settings()?;
    // Before the start: a signal must not leave a folder or a shell behind.
    let mut signals = Signals::listen()?;
    let folder = match &args.launch.dir {
        Some(dir) => Folder::open(dir)?,
        None => Folder::temporary(ctx.temporary_dir())?,
    };
    let running = launch(settings, &folder, 0, ctx).await?;
    let (config, credentials) = folder.aws_files_inside(&running.connection(), &running.profiles())?;
    let opsctl = program()?;
    let binaries = opsctl.parent().unwrap_or(Path::new("/"));
    let files = AwsFiles { config: &config, credentials: &credentials };
    let inside = environment(ctx.env().iter(), &running.connection(), &files, binaries);

    let ended = match start(&args.command, inside) {
        Ok(mut child) => child::wait(&mut child, &mut signals).await,
        Err(error) => Err(error),
    };
    running.stop().await;
    Ok(Outcome::ExitCode(child::exit_code(ended?)))
}

fn start(line: &[OsString], inside: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Child> {
    let mut command = child::command(line)?;
    command.env_clear().envs(inside);
    Ok(child::spawn(&mut command).map_err(|unstarted| unstarted.error)?)
}
