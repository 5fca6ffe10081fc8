//! The program of one session on its terminal: what waits to be typed, what waits to be sent, and when it
//! is over. Bounded by its caller: input is asked for only when the last was taken, output is read only
//! when there is room for it.

use super::SessionSettings;
use super::launch;
use super::output::Output;
use super::process::Process;
use super::pty::{self, Terminal};
use crate::sandbox::node::Node;
use bytes::{Buf as _, BytesMut};
use std::io;
use std::time::Duration;

/// How long a terminal (or a pipe) that others still hold open may be quiet after its program has ended, before
/// nothing more is expected of it.
pub const QUIET: Duration = Duration::from_millis(100);
/// Input that may wait for a program that does not read; beyond it no more is asked for.
const MAX_WAITING: usize = 64 * 1024;

pub struct Shell {
    terminal: Terminal,
    process: Process,
    input: BytesMut,
    output: Output,
    exited: bool,
    /// Nothing more can be read.
    closed: bool,
}

impl Shell {
    /// Of one `command`, if there is one.
    pub fn start(settings: &SessionSettings, node: &Node, command: Option<&str>) -> io::Result<Shell> {
        let (terminal, process) = pty::spawn(launch::command(settings, node, command)?)?;
        // A command's output stays its own.
        let output = match command {
            None => Output::beginning_with(&launch::banner(settings, node)),
            Some(_) => Output::beginning_with(""),
        };
        Ok(Shell { terminal, process, input: BytesMut::new(), output, exited: false, closed: false })
    }

    /// Types `bytes`, as far as the terminal takes them now; the rest waits.
    pub fn type_in(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        self.write();
    }

    pub fn takes_input(&self) -> bool {
        self.input.len() < MAX_WAITING
    }

    pub fn resize(&self, cols: u16, rows: u16) {
        // Fails only when the terminal is gone, which shows elsewhere.
        let _ = self.terminal.resize(cols, rows);
    }

    pub fn output(&self) -> &Output {
        &self.output
    }

    pub fn output_mut(&mut self) -> &mut Output {
        &mut self.output
    }

    /// Reads and writes until something has changed. `room`: whether more output may be taken in.
    pub async fn progress(&mut self, room: bool) {
        let reading = room && !self.closed;
        tokio::select! {
            result = self.terminal.readable(), if reading => match result {
                Ok(()) => self.read(),
                Err(_) => self.close(),
            },
            result = self.terminal.writable(), if !self.input.is_empty() => match result {
                Ok(()) => self.write(),
                Err(_) => self.input.clear(),
            },
            _ = self.process.exited(), if !self.exited => self.exited = true,
            () = tokio::time::sleep(QUIET), if self.exited && reading => self.close(),
            else => std::future::pending().await,
        }
    }

    /// The program has ended and all of its output was taken.
    pub fn is_over(&self) -> bool {
        self.exited && self.closed && self.output.payload().is_none()
    }

    pub async fn end(self, grace: Duration) {
        let in_front = self.terminal.foreground();
        self.process.end(self.terminal, in_front, grace).await;
    }

    fn read(&mut self) {
        match self.output.fill(|buffer| self.terminal.try_read(buffer)) {
            Ok(1..) => {}
            Err(error) if would_block(&error) => {}
            Ok(0) | Err(_) => self.close(),
        }
    }

    fn write(&mut self) {
        while !self.input.is_empty() {
            match self.terminal.try_write(&self.input) {
                Ok(written) => self.input.advance(written.min(self.input.len())),
                Err(error) if would_block(&error) => return,
                // Nobody is there to read it.
                Err(_) => self.input.clear(),
            }
        }
    }

    fn close(&mut self) {
        self.closed = true;
        self.output.finish();
    }
}

fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
