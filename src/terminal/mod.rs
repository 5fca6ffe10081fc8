//! The terminal as a device and the questions asked on it: facts about it, raw mode, its size, prompts and the
//! picker. Unix only; a Windows neighbour would have the same names. It writes through `output` alone and must not
//! know what a session is.

mod dialog;
mod fit;
mod keys;
mod line;
mod picker;
mod prompter;
mod raw;

pub use picker::Choice;
pub use prompter::Prompter;
pub use raw::{RawMode, restore};

use std::io::IsTerminal;
use std::os::fd::AsFd;

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub cols: u16,
    pub rows: u16,
}

/// Which of the standard streams are terminals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terminals {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
}

impl Terminals {
    pub fn of_this_process() -> Self {
        Terminals {
            stdin: std::io::stdin().is_terminal(),
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
        }
    }
}

/// Leaves the terminal that controls this process: neither it nor a program it starts can ask there. The leader of a
/// group of processes has to stay.
pub fn detach() {
    let _ = rustix::process::setsid();
}

/// The size of the terminal behind `stream`; `None` when it is no terminal or has no size.
pub fn size(stream: impl AsFd) -> Option<Size> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some(Size { cols: size.ws_col, rows: size.ws_row })
}
