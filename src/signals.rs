//! SIGINT, SIGTERM, SIGHUP and SIGWINCH as values. It must not decide what they end.

use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

use crate::error::{Error, Kind, Result};

/// A signal that asks the program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Interrupt,
    Terminate,
    HangUp,
}

impl Signal {
    pub const fn kind(self) -> Kind {
        match self {
            Signal::Interrupt => Kind::Interrupted,
            Signal::Terminate => Kind::Terminated,
            Signal::HangUp => Kind::HungUp,
        }
    }

    pub fn as_error(self) -> Error {
        let what = match self {
            Signal::Interrupt => "interrupted",
            Signal::Terminate => "terminated",
            Signal::HangUp => "the terminal was closed",
        };
        Error::new(self.kind(), what)
    }
}

/// The signals that end a program, one after the other.
#[derive(Debug)]
pub struct Signals {
    interrupt: Stream,
    terminate: Stream,
    hang_up: Stream,
}

impl Signals {
    pub fn listen() -> Result<Self> {
        Ok(Signals {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Can be dropped and called again without losing a signal.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::HangUp,
        }
    }
}

/// Changes of the terminal's size.
pub fn resizes() -> Result<Stream> {
    listen(SignalKind::window_change())
}

fn listen(kind: SignalKind) -> Result<Stream> {
    Ok(signal(kind).map_err(|error| Error::failed("cannot listen for signals").because(error))?)
}
