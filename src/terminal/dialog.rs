//! The few lines of the terminal that a question takes while it is open: drawn on stderr, so that stdout stays the
//! answer's, taken away again on every way out. Owns raw mode, the keys, and what Ctrl-C, Ctrl-Z, a stop from
//! outside and a new size do to any question. It must not know what is asked.

use std::io::Write as _;
use std::time::Duration;

use rustix::process::{Signal as Number, kill_current_process_group};
use tokio::signal::unix::Signal as SignalStream;

use super::keys::{Key, Keys};
use super::{RawMode, Size};
use crate::error::{Error, Result};
use crate::output::{self, LogWriter, Reporter};
use crate::signals::{self, Signal};

/// What every terminal of today understands.
const NO_LINE_WRAP: &str = "\x1b[?7l";
const LINE_WRAP: &str = "\x1b[?7h";
const CLEAR_BELOW: &str = "\r\x1b[J";

/// A terminal that is closed stops answering just before its signal comes, which is the better reason to end.
const HANGING_UP: Duration = Duration::from_secs(1);
const UNKNOWN_SIZE: Size = Size { cols: 80, rows: 24 };

/// What is drawn: lines, the cursor in the first of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub lines: Vec<String>,
    pub cursor: usize,
}

/// What happened to an open question.
#[derive(Debug)]
pub enum Happened {
    Key(Key),
    /// The size has changed, or the program goes on after a stop.
    Redraw,
    /// Nothing will be typed any more.
    End,
}

pub struct Dialog {
    out: LogWriter,
    raw: RawMode,
    keys: Keys,
    continued: SignalStream,
    resized: SignalStream,
    /// No bars while a question is open.
    _alone: output::RawMode,
}

impl Dialog {
    pub fn open(reporter: &Reporter) -> Result<Self> {
        let alone = reporter.raw_mode();
        Ok(Dialog {
            raw: RawMode::enter().map_err(unusable)?,
            out: reporter.log(),
            keys: Keys::of_stdin().map_err(unusable)?,
            continued: signals::continues()?,
            resized: signals::resizes()?,
            _alone: alone,
        })
    }

    pub fn size(&self) -> Size {
        super::size(std::io::stderr()).unwrap_or(UNKNOWN_SIZE)
    }

    /// Puts `frame` where the one before was.
    pub fn draw(&mut self, frame: &Frame) {
        let lines = frame.lines.join("\r\n");
        let up = match frame.lines.len() {
            0 | 1 => String::new(),
            count => format!("\x1b[{}A", count - 1),
        };
        let column = frame.cursor + 1;
        // What is wider than the terminal all the same must not push the lines below away.
        self.put(&format!("{NO_LINE_WRAP}{CLEAR_BELOW}{lines}{up}\x1b[{column}G{LINE_WRAP}"));
    }

    /// Takes the question away and leaves `line` in its place.
    pub fn leave(mut self, line: &str) {
        self.put(&format!("{CLEAR_BELOW}{line}\n"));
    }

    /// The next key. Ctrl-C is an interrupt like any other; Ctrl-Z stops the program and leaves the terminal to
    /// the shell meanwhile.
    pub async fn next(&mut self) -> Result<Happened> {
        let key = tokio::select! {
            key = self.keys.next() => key,
            _ = self.resized.recv() => return Ok(Happened::Redraw),
            _ = self.continued.recv() => match self.raw.again() {
                Ok(()) => return Ok(Happened::Redraw),
                Err(_) => None,
            }
        };
        match key {
            Some(Key::Control('c')) => Err(Signal::Interrupt.as_error().into()),
            Some(Key::Control('z')) => {
                self.stop()?;
                Ok(Happened::Redraw)
            }
            Some(key) => Ok(Happened::Key(key)),
            None => {
                tokio::time::sleep(HANGING_UP).await;
                Ok(Happened::End)
            }
        }
    }

    /// Stops the whole job, as Ctrl-Z does outside of raw mode. Comes back when it goes on, or at once where no
    /// shell would ever let it go on.
    fn stop(&mut self) -> Result<()> {
        self.put(CLEAR_BELOW);
        super::restore();
        kill_current_process_group(Number::TSTP).map_err(|error| unusable(error.into()))?;
        self.raw.again().map_err(unusable)
    }

    fn put(&mut self, text: &str) {
        // A terminal that is gone has nobody to tell.
        let _ = self.out.write_all(text.as_bytes());
    }
}

impl Drop for Dialog {
    fn drop(&mut self) {
        // A panic has left its message where the question was.
        if !std::thread::panicking() {
            self.put(CLEAR_BELOW);
        }
    }
}

fn unusable(error: std::io::Error) -> anyhow::Error {
    Error::failed("cannot use the terminal").because(error).into()
}
