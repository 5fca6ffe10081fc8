//! A pseudo terminal and the process on it, without unsafe code: a child cannot take a controlling
//! terminal between fork and exec, so it is our own binary again, which does so ([`exec_on_terminal`]) and
//! becomes the program. Owns the master side; knows nothing of messages.

use super::process::Process;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::Pid;
use rustix::pty::OpenptFlags;
use rustix::termios::Winsize;
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// The hidden subcommand of our binary: `opsctl __node-shell PROGRAM ARGUMENTS...`.
pub const SUBCOMMAND: &str = "__node-shell";

/// The hidden subcommand: makes the terminal on stdin the controlling one of a new process session and
/// becomes the named program. Without a terminal there is none to take, and the process leads a group already. Returns
/// only when that failed.
pub fn exec_on_terminal(mut command: impl Iterator<Item = OsString>) -> io::Error {
    let Some(program) = command.next() else {
        return io::Error::new(io::ErrorKind::InvalidInput, "no program named");
    };
    let taken = match rustix::termios::isatty(rustix::stdio::stdin()) {
        true => {
            rustix::process::setsid().and_then(|_| rustix::process::ioctl_tiocsctty(rustix::stdio::stdin()))
        }
        false => Ok(()),
    };
    match taken {
        Ok(()) => match reset_signals() {
            Ok(()) => std::process::Command::new(program).args(command).exec(),
            Err(error) => error,
        },
        Err(error) => error.into(),
    }
}

/// What whoever started us ignores (`nohup`, a shell in the background) would be ignored by the shell for ever. A signal
/// with a handler is back at its default after exec; one that is ignored stays so.
fn reset_signals() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _inside = runtime.enter();
    let kinds = [SignalKind::interrupt(), SignalKind::quit(), SignalKind::hangup(), SignalKind::terminate()];
    kinds.into_iter().try_for_each(|kind| signal(kind).map(drop))
}

/// The master side.
pub struct Terminal(AsyncFd<OwnedFd>);

/// Starts `command` with a new terminal as its stdin, stdout and stderr. Needs a tokio runtime.
pub fn spawn(mut command: Command) -> io::Result<(Terminal, Process)> {
    let (master, slave) = open()?;
    command.stdin(Stdio::from(slave.try_clone()?));
    command.stdout(Stdio::from(slave.try_clone()?));
    command.stderr(Stdio::from(slave));
    let process = Process::start(command)?;
    Ok((Terminal(watched(master)?), process))
}

#[expect(
    deprecated,
    reason = "its successor is unsafe, for types that may change their descriptor: OwnedFd cannot"
)]
fn watched(master: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(master)
}

fn open() -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    #[cfg(target_os = "linux")]
    let flags = flags | OpenptFlags::CLOEXEC;
    let master = rustix::pty::openpt(flags)?;
    #[cfg(not(target_os = "linux"))]
    rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC)?;
    rustix::pty::grantpt(&master)?;
    rustix::pty::unlockpt(&master)?;
    rustix::io::ioctl_fionbio(&master, true)?;
    let name = rustix::pty::ptsname(&master, Vec::new())?;
    let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    Ok((master, slave))
}

impl Terminal {
    pub async fn readable(&self) -> io::Result<()> {
        self.0.readable().await.map(drop)
    }

    pub async fn writable(&self) -> io::Result<()> {
        self.0.writable().await.map(drop)
    }

    /// What is there now: `WouldBlock` for nothing, 0 when no process has the terminal open any more.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.try_io(Interest::READABLE, |master| match rustix::io::read(master, &mut *buffer) {
            Err(Errno::IO) => Ok(0),
            result => Ok(result?),
        })
    }

    /// As much as the terminal takes now, `WouldBlock` for nothing.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_io(Interest::WRITABLE, |master| Ok(rustix::io::write(master, bytes)?))
    }

    /// The group of processes that signals of the keyboard go to.
    pub fn foreground(&self) -> Option<Pid> {
        rustix::termios::tcgetpgrp(self.0.get_ref()).ok()
    }

    pub fn resize(&self, cols: u16, rows: u16) -> io::Result<()> {
        let size = Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 };
        Ok(rustix::termios::tcsetwinsize(self.0.get_ref(), size)?)
    }
}
