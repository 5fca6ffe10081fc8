//! What runs on a node for one session, whatever kind it is: what a session hands to it, and what it gives back. Owns
//! only the choice; each kind has a room of its own. Bounded by its caller: input is asked for only when the last was
//! taken, output is taken in only when there is room for it.

use super::command::Command;
use super::port::Port;
use super::shell::Shell;
use super::{SessionDocument, SessionSettings};
use crate::sandbox::node::Node;
use bytes::Bytes;
use opsctl_engine::session::{Flag, Version};
use std::io;
use std::time::Duration;

pub enum Program {
    /// On a terminal.
    Terminal(Shell),
    /// Connections.
    Port(Port),
    /// On pipes.
    Command(Command),
}

/// Where a payload goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Output,
    StdErr,
}

impl Program {
    /// `client`: its version, as the handshake gave it; features depend on it.
    pub fn start(
        settings: &SessionSettings,
        node: &Node,
        document: &SessionDocument,
        client: Option<&Version>,
    ) -> io::Result<Program> {
        let shell = |command| Shell::start(settings, node, command).map(Program::Terminal);
        match document {
            SessionDocument::StandardStream => shell(None),
            SessionDocument::InteractiveCommands { command } => shell(Some(command)),
            SessionDocument::Port(document) => Ok(Program::Port(Port::start(node, document, client))),
            SessionDocument::NonInteractiveCommands(asked) => {
                Ok(Program::Command(Command::start(settings, node, asked)))
            }
        }
    }

    /// False: it is not there yet, or full.
    pub fn takes_input(&self) -> bool {
        match self {
            Program::Terminal(shell) => shell.takes_input(),
            Program::Port(port) => port.takes_input(),
            // It has no stdin; what is not read needs no room.
            Program::Command(_) => true,
        }
    }

    pub fn input(&mut self, bytes: Bytes) {
        match self {
            Program::Terminal(shell) => shell.type_in(&bytes),
            Program::Port(port) => port.input(bytes),
            Program::Command(command) => command.heed(&bytes),
        }
    }

    pub fn resize(&mut self, cols: u16, rows: u16) {
        match self {
            Program::Terminal(shell) => shell.resize(cols, rows),
            Program::Port(_) | Program::Command(_) => {}
        }
    }

    /// A flag of the client other than the one that ends the session.
    pub fn flag(&mut self, flag: Flag) {
        match self {
            Program::Port(port) => port.flag(flag),
            Program::Terminal(_) | Program::Command(_) => {}
        }
    }

    /// The next payload, if there is one now.
    pub fn output(&self) -> Option<(Stream, &[u8])> {
        match self {
            Program::Terminal(shell) => shell.output().payload().map(|payload| (Stream::Output, payload)),
            Program::Port(port) => port.output().map(|payload| (Stream::Output, payload)),
            Program::Command(command) => command.output(),
        }
    }

    /// The first `length` bytes of that payload were sent.
    pub fn sent(&mut self, length: usize) {
        match self {
            Program::Terminal(shell) => shell.output_mut().sent(length),
            Program::Port(port) => port.sent(length),
            Program::Command(command) => command.sent(length),
        }
    }

    /// A flag for the client, which follows what was sent so far.
    pub fn take_flag(&mut self) -> Option<Flag> {
        match self {
            Program::Port(port) => port.take_flag(),
            Program::Terminal(_) | Program::Command(_) => None,
        }
    }

    /// Works until something has changed. `room`: whether more output may be taken in.
    pub async fn progress(&mut self, room: bool) {
        match self {
            Program::Terminal(shell) => shell.progress(room).await,
            Program::Port(port) => port.progress(room).await,
            Program::Command(command) => command.progress(room).await,
        }
    }

    /// It has ended, and all of its output was taken.
    pub fn over(&self) -> Option<Over> {
        match self {
            Program::Terminal(shell) => shell.is_over().then(Over::default),
            Program::Port(port) => port.over(),
            Program::Command(command) => command.over(),
        }
    }

    /// Ends it, at the latest after `grace` by force.
    pub async fn end(self, grace: Duration) {
        match self {
            Program::Terminal(shell) => shell.end(grace).await,
            Program::Port(port) => port.end(grace).await,
            Program::Command(command) => command.end(grace).await,
        }
    }
}

/// How a program ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// Of a command whose client is told.
    pub exit_code: Option<i32>,
    /// The text of the session's end; empty for a normal one.
    pub reason: String,
}
