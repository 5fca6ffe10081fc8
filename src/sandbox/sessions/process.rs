//! A program of a session as a process: the leader of its process session or group, whose end is the end of all that
//! it left behind there.

use super::members;
use rustix::process::{Pid, Signal};
use std::io;
use std::process::ExitStatus;
use std::time::Duration;
use tokio::process::{Child, Command};

pub struct Process {
    child: Child,
    leader: Option<Pid>,
}

impl Process {
    /// `command` must make itself a leader. Needs a tokio runtime.
    pub fn start(mut command: Command) -> io::Result<Process> {
        let child = command.kill_on_drop(true).spawn()?;
        let leader = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Process { child, leader })
    }

    pub async fn exited(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// To all of its group.
    pub fn signal(&self, signal: Signal) {
        self.signal_group(self.leader, signal);
    }

    /// Hangs up as a closed window does, for the process and for what it left in the background; what ignores that for
    /// longer than `grace` is killed, and so is the group `in_front`. `terminal` is closed once all were told.
    pub async fn end<T>(mut self, terminal: T, in_front: Option<Pid>, grace: Duration) {
        // A stopped process would not see the first one alone.
        for signal in [Signal::HUP, Signal::CONT] {
            self.signal(signal);
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
        self.signal_group(in_front, Signal::KILL);
        self.signal(Signal::KILL);
        // The launcher itself, if it has not become a leader yet. Either signal may find nobody.
        let _ = self.child.kill().await;
        if let Some(leader) = self.leader {
            // What not even this ends is stuck in the kernel.
            let _ = tokio::time::timeout(grace, members::kill(leader)).await;
        }
    }

    /// Never once the child has been reaped: its number may belong to somebody else by then.
    fn signal_group(&self, group: Option<Pid>, signal: Signal) {
        if let Some(group) = group
            && self.child.id().is_some()
        {
            // The group may be gone, or not be there yet.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }
}
