//! `opsctl sandbox run`.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use clap::Args;
use rustix::process::{Pid, Signal as Number, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep_until};

use super::inside::{AwsFiles, environment};
use super::launch::{LaunchArgs, launch, program};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::sandbox::state::Folder;
use crate::signals::{Signal, Signals};

/// Between asking a command to end and making it.
const PATIENCE: Duration = Duration::from_secs(2);

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
        None => Folder::temporary(Path::new(ctx.env().text("TMPDIR").unwrap_or("/tmp")))?,
    };
    let running = launch(settings, &folder, 0, ctx).await?;
    let (config, credentials) = folder.aws_files_inside()?;
    let opsctl = program()?;
    let binaries = opsctl.parent().unwrap_or(Path::new("/"));
    let files = AwsFiles { config: &config, credentials: &credentials };
    let inside = environment(ctx.env().iter(), &running.connection(), &files, binaries);

    let ended = match spawn(&args.command, inside) {
        Ok(mut child) => wait(&mut child, &mut signals).await,
        Err(error) => Err(error),
    };
    running.stop().await;
    Ok(Outcome::ExitCode(exit_code(ended?)))
}

fn spawn(command: &[OsString], inside: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Child> {
    let [program, arguments @ ..] = command else {
        return Err(Error::usage("no command to run").into());
    };
    let child = Command::new(program).args(arguments).env_clear().envs(inside).spawn();
    let failed = |error| Error::failed(format!("cannot run {}", program.display())).because(error);
    Ok(child.map_err(failed)?)
}

/// Until the command ends. A terminal sends SIGINT to the command itself; what is sent to opsctl alone is passed on. At
/// the limit of `--timeout` the command is asked to end, then made to.
async fn wait(child: &mut Child, signals: &mut Signals) -> Result<ExitStatus> {
    let mut timed_out = false;
    let mut kill_at = None;
    loop {
        let signal = tokio::select! {
            biased;
            status = child.wait() => {
                let status = status.map_err(|error| Error::failed("cannot wait for the command").because(error))?;
                return if timed_out { Err(cut_short(status).into()) } else { Ok(status) };
            }
            signal = signals.next() => signal,
            () = until(kill_at) => {
                kill_at = None;
                // It may have ended by itself just now.
                let _ = child.start_kill();
                continue;
            }
        };
        let number = match signal {
            Signal::Interrupt => continue,
            Signal::Terminate => Number::TERM,
            Signal::HangUp => Number::HUP,
            Signal::TimedOut => {
                timed_out = true;
                kill_at = Some(Instant::now() + PATIENCE);
                Number::TERM
            }
        };
        if let Some(pid) = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
            let _ = kill_process(pid, number);
        }
    }
}

fn cut_short(status: ExitStatus) -> Error {
    let how = if status.signal() == Some(Number::KILL.as_raw()) { "killed" } else { "ended" };
    Error::new(Kind::TimedOut, format!("the command was {how} at the limit of --timeout"))
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

fn exit_code(status: ExitStatus) -> u8 {
    let by_signal = || status.signal().map(|number| 128 + number);
    let code = status.code().or_else(by_signal).and_then(|code| u8::try_from(code).ok());
    code.unwrap_or(crate::error::exit::OWN_FAILURE)
}
