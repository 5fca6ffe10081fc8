//! A command that opsctl runs and waits for: signals are passed on to it, `--timeout` ends it, and how it ended becomes an
//! exit code. It must not know what the command is run for.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal as Number, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep_until};

use crate::error::{Error, Kind, Result, exit};
use crate::signals::{Signal, Signals};

/// Between asking a command to end and making it.
const PATIENCE: Duration = Duration::from_secs(2);
/// What a shell gives for a command that it cannot run, or cannot find.
const NOT_RUNNABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// A command that cannot be started.
#[derive(Debug)]
pub struct Unstarted {
    pub error: Error,
    /// As a shell has it.
    pub code: u8,
}

/// The command of a line, its program first; the environment is the caller's until it is told otherwise.
pub fn command(line: &[OsString]) -> Result<Command> {
    let [program, arguments @ ..] = line else {
        return Err(Error::usage("no command to run").into());
    };
    let mut command = Command::new(program);
    command.args(arguments);
    Ok(command)
}

pub fn spawn(command: &mut Command) -> Result<Child, Unstarted> {
    command.spawn().map_err(|error| {
        let code = if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_RUNNABLE };
        let program = command.as_std().get_program().display();
        Unstarted { error: Error::failed(format!("cannot run {program}")).because(error), code }
    })
}

/// Until the command ends. A terminal sends SIGINT to the command itself; what is sent to opsctl alone is passed on. At
/// the limit of `--timeout` the command is asked to end, then made to.
pub async fn wait(child: &mut Child, signals: &mut Signals) -> Result<ExitStatus> {
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

/// Its own, or 128 and the number of the signal that ended it.
pub fn exit_code(status: ExitStatus) -> u8 {
    let by_signal = || status.signal().map(|number| 128 + number);
    let code = status.code().or_else(by_signal).and_then(|code| u8::try_from(code).ok());
    code.unwrap_or(exit::OWN_FAILURE)
}
