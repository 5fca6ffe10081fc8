//! The few lines of the terminal that a question takes while it is open: drawn on stderr, so that stdout stays the
//! answer's, taken away again on every way out. Owns raw mode, the keys, and what Ctrl-C, Ctrl-Z, a stop from
//! outside and a new size do to any question. It must not know what is asked.

use std::io::Write as _;
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal::{Clear, ClearType, DisableLineWrap, EnableLineWrap};
use crossterm::{cursor, queue};
use futures_util::StreamExt as _;
use rustix::process::{Signal as Number, kill_current_process_group};
use tokio::signal::unix::Signal as SignalStream;

use super::{RawMode, Size};
use crate::error::{Error, Result};
use crate::output::{self, LogWriter, Reporter};
use crate::signals::{self, Signal};

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
    Key(KeyEvent),
    /// The size has changed, or the program goes on after a stop.
    Redraw,
    /// Nothing will be typed any more.
    End,
}

pub struct Dialog {
    out: LogWriter,
    raw: RawMode,
    events: EventStream,
    continued: SignalStream,
    /// No bars while a question is open.
    _alone: output::RawMode,
}

impl Dialog {
    pub fn open(reporter: &Reporter) -> Result<Self> {
        let alone = reporter.raw_mode();
        Ok(Dialog {
            raw: RawMode::enter().map_err(unusable)?,
            out: reporter.log(),
            events: EventStream::new(),
            continued: signals::continues()?,
            _alone: alone,
        })
    }

    pub fn size(&self) -> Size {
        super::size(std::io::stderr()).unwrap_or(UNKNOWN_SIZE)
    }

    /// Puts `frame` where the one before was.
    pub fn draw(&mut self, frame: &Frame) -> Result<()> {
        let mut bytes = Vec::new();
        // What is wider than the terminal all the same must not push the lines below away.
        let drawn = queue!(bytes, DisableLineWrap).and_then(|()| {
            clear(&mut bytes)?;
            bytes.extend_from_slice(frame.lines.join("\r\n").as_bytes());
            if let Some(below @ 1..) = frame.lines.len().checked_sub(1) {
                queue!(bytes, cursor::MoveUp(number(below)))?;
            }
            queue!(bytes, cursor::MoveToColumn(number(frame.cursor)), EnableLineWrap)
        });
        drawn.and_then(|()| self.out.write_all(&bytes)).map_err(unusable)
    }

    /// Takes the question away and leaves `line` in its place.
    pub fn leave(mut self, line: &str) {
        self.clear();
        // A terminal that is gone has nobody to tell.
        let _ = self.out.write_all(format!("{line}\n").as_bytes());
    }

    /// The next key. Ctrl-C is an interrupt like any other; Ctrl-Z stops the program and leaves the terminal to
    /// the shell meanwhile.
    pub async fn next(&mut self) -> Result<Happened> {
        loop {
            let event = tokio::select! {
                event = self.events.next() => event,
                _ = self.continued.recv() => match self.raw.again() {
                    Ok(()) => return Ok(Happened::Redraw),
                    Err(_) => None,
                }
            };
            let key = match event {
                Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => key,
                Some(Ok(Event::Resize(..))) => return Ok(Happened::Redraw),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => {
                    tokio::time::sleep(HANGING_UP).await;
                    return Ok(Happened::End);
                }
            };
            match key.code {
                KeyCode::Char('c') if key.modifiers == KeyModifiers::CONTROL => {
                    return Err(Signal::Interrupt.as_error().into());
                }
                KeyCode::Char('z') if key.modifiers == KeyModifiers::CONTROL => {
                    self.stop()?;
                    return Ok(Happened::Redraw);
                }
                _ => return Ok(Happened::Key(key)),
            }
        }
    }

    /// Stops the whole job, as Ctrl-Z does outside of raw mode. Comes back when it goes on, or at once where no
    /// shell would ever let it go on.
    fn stop(&mut self) -> Result<()> {
        self.clear();
        super::restore();
        kill_current_process_group(Number::TSTP).map_err(|error| unusable(error.into()))?;
        self.raw.again().map_err(unusable)
    }

    fn clear(&mut self) {
        let mut bytes = Vec::new();
        if clear(&mut bytes).is_ok() {
            let _ = self.out.write_all(&bytes);
        }
    }
}

impl Drop for Dialog {
    fn drop(&mut self) {
        // A panic has left its message where the question was.
        if !std::thread::panicking() {
            self.clear();
        }
    }
}

fn clear(bytes: &mut Vec<u8>) -> std::io::Result<()> {
    queue!(bytes, cursor::MoveToColumn(0), Clear(ClearType::FromCursorDown))
}

fn number(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

fn unusable(error: std::io::Error) -> anyhow::Error {
    Error::failed("cannot use the terminal").because(error).into()
}
