//! A pseudo terminal and the process on it, without unsafe code: a child cannot take a controlling
//! terminal between fork and exec, so it is our own binary again, which does so ([`exec_on_terminal`]) and
//! becomes the program. Owns the master side and the child; knows nothing of messages.

use super::members;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, Signal};
use rustix::pty::OpenptFlags;
use rustix::termios::Winsize;
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

/// The hidden subcommand of our binary: `opsctl __node-shell PROGRAM ARGUMENTS...`.
pub const SUBCOMMAND: &str = "__node-shell";

/// The hidden subcommand: makes the terminal on stdin the controlling one of a new process session and
/// becomes the named program. Returns only when that failed.
pub fn exec_on_terminal(mut command: impl Iterator<Item = OsString>) -> io::Error {
    let Some(program) = command.next() else {
        return io::Error::new(io::ErrorKind::InvalidInput, "no program named");
    };
    let taken =
        rustix::process::setsid().and_then(|_| rustix::process::ioctl_tiocsctty(rustix::stdio::stdin()));
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

/// The process on the other side, leader of its process session.
pub struct Process {
    child: Child,
    leader: Option<Pid>,
}

/// Starts `command` with a new terminal as its stdin, stdout and stderr. Needs a tokio runtime.
pub fn spawn(mut command: Command) -> io::Result<(Terminal, Process)> {
    let (master, slave) = open()?;
    command.stdin(Stdio::from(slave.try_clone()?));
    command.stdout(Stdio::from(slave.try_clone()?));
    command.stderr(Stdio::from(slave));
    let child = command.kill_on_drop(true).spawn()?;
    let leader = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    Ok((Terminal(watched(master)?), Process { child, leader }))
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

    pub fn resize(&self, cols: u16, rows: u16) -> io::Result<()> {
        let size = Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 };
        Ok(rustix::termios::tcsetwinsize(self.0.get_ref(), size)?)
    }
}

impl Process {
    pub async fn exited(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Hangs the terminal up as a closed window does, for the process and for what it left in the background; what
    /// ignores that for longer than `grace` is killed.
    pub async fn end(mut self, terminal: Terminal, grace: Duration) {
        let in_front = rustix::termios::tcgetpgrp(terminal.0.get_ref()).ok();
        // A stopped process would not see the first one alone.
        for signal in [Signal::HUP, Signal::CONT] {
            self.signal(self.leader, signal);
            if let Some(leader) = self.leader {
                members::signal(leader, signal);
            }
        }
        drop(terminal);
        let ended = async {
            // Whether there is a status to read or not, the process is gone.
            let _ = self.child.wait().await;
            if let Some(leader) = self.leader {
                members::gone(leader).await;
            }
        };
        if tokio::time::timeout(grace, ended).await.is_ok() {
            return;
        }
        self.signal(in_front, Signal::KILL);
        self.signal(self.leader, Signal::KILL);
        // The launcher itself, if it has not become a leader yet. Either signal may find nobody.
        let _ = self.child.kill().await;
        if let Some(leader) = self.leader {
            // What not even this ends is stuck in the kernel.
            let _ = tokio::time::timeout(grace, members::kill(leader)).await;
        }
    }

    /// Never once the child has been reaped: its number may belong to somebody else by then.
    fn signal(&self, group: Option<Pid>, signal: Signal) {
        if let Some(group) = group
            && self.child.id().is_some()
        {
            // The group may be gone, or not be there yet.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }
}
