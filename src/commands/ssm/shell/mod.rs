//! A session and this terminal: raw mode, size, signals, and the ends of both. It must not know how the session
//! reaches the node.

mod keyboard;

use bytes::{Bytes, BytesMut};

pub use self::keyboard::stdin;
use self::keyboard::{Keyboard, Turn};
use super::channel::{Control, Event, Link, Session, ended};
use super::screen::Screen;
use super::trailer::{self, Trailer};
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::output;
use crate::signals::{self, Signal, Signals};
use crate::terminal::{self, RawMode, Size};

/// What a program without a terminal pretends to have.
const NO_TERMINAL: Size = Size { cols: 300, rows: 100 };
/// Output that is handed to stdout in one write.
const WRITE: usize = 64 * 1024;

/// What is known of a session that gets the terminal.
pub struct Loan<'a> {
    /// For messages: the node.
    pub label: &'a str,
    /// The end of stdin is told to the program.
    pub say_end: bool,
    /// What tells the exit code of the program at its end.
    pub trailer: Option<Trailer>,
}

/// Lends this terminal to the session until one of them ends.
pub async fn run(session: Session, loan: Loan<'_>, mut signals: Signals, ctx: &Context) -> Result<Outcome> {
    let Loan { label, say_end, mut trailer } = loan;
    let mut resizes = signals::resizes()?;
    let Session { input, control, mut events, end, .. } = session;
    let mut terminal = Lent { interactive: ctx.terminals().stdin, raw: None, label, ctx };
    let mut keys = Keyboard::on_stdin(input, terminal.interactive, say_end)?;
    let out = ctx.out().raw();
    let mut screen = Screen::new(move |chunk: Bytes| out.write(&chunk))?;
    let mut at_line_start = true;
    let mut left_by = None;
    let mut stdout = Ok(());
    let mut stdout_closed = false;
    let leave = || {
        // It has ended by itself otherwise, and says so in its own time.
        let _ = control.send(Control::Terminate);
    };
    let _ = control.send(Control::Resize(size(ctx)));

    loop {
        tokio::select! {
            event = events.recv(), if !screen.is_full() => match event {
                Some(Event::Output(data) | Event::StdErr(data)) => {
                    keys.heard();
                    let mut chunk = BytesMut::from(&data[..]);
                    // One write for what has come meanwhile.
                    while chunk.len() < WRITE && let Ok(event) = events.try_recv() {
                        match event {
                            Event::Output(data) | Event::StdErr(data) => chunk.extend_from_slice(&data),
                            other => terminal.tell(other, &mut keys)?,
                        }
                    }
                    let chunk = shown(&mut trailer, chunk.freeze());
                    if !chunk.is_empty() {
                        at_line_start = chunk.ends_with(b"\n");
                        screen.show(chunk);
                    }
                }
                Some(event) => terminal.tell(event, &mut keys)?,
                None => break,
            },
            // Nobody reads any more: the session has no purpose, and that is no error.
            ended = screen.turn() => if let Some(ended) = ended {
                stdout = ended;
                stdout_closed = true;
                leave();
            },
            turn = keys.turn() => if turn == Turn::GiveUp {
                if left_by.is_some() {
                    return Err(Signal::Interrupt.as_error().into());
                }
                left_by = Some(Signal::Interrupt);
                leave();
            },
            _ = resizes.recv() => {
                let _ = control.send(Control::Resize(size(ctx)));
            }
            signal = signals.next() => {
                if signal == Signal::Interrupt && terminal.raw.is_some() {
                    keys.interrupt();
                } else if left_by.is_some() {
                    return Err(signal.as_error().into());
                } else {
                    left_by = Some(signal);
                    // A reader that takes nothing must not keep the program from leaving.
                    screen.give_up();
                    leave();
                }
            }
        }
    }
    drop(keys);
    let end = ended(end).await;
    let rest = trailer.as_mut().map(Trailer::finish).filter(|rest| !rest.is_empty());
    if left_by.is_none() {
        tokio::select! {
            finished = screen.finish(rest) => stdout = stdout.and(finished),
            signal = signals.next() => left_by = Some(signal),
        }
    }
    if terminal.interactive && left_by.is_some() && !at_line_start {
        ctx.reporter().line_break();
    }
    drop(terminal);
    // A terminal that was closed takes nothing either: then the signal is the reason.
    if left_by.is_none() {
        stdout?;
    }
    match left_by {
        Some(signal) => Err(signal.as_error().into()),
        None => match trailer {
            Some(Trailer { status: Some(status), .. }) => Ok(Outcome::ExitCode(status)),
            Some(_) if !stdout_closed => {
                end?.into_result(label)?;
                Err(trailer::missing(label).into())
            }
            _ => end?.into_result(label).map(|()| Outcome::Done),
        },
    }
}

fn shown(trailer: &mut Option<Trailer>, chunk: Bytes) -> Bytes {
    match trailer {
        Some(trailer) => trailer.take(chunk),
        None => chunk,
    }
}

/// The terminal while the session has it.
struct Lent<'a> {
    interactive: bool,
    /// From the start of the session on: before it, Ctrl-C is ours.
    raw: Option<(RawMode, output::RawMode)>,
    label: &'a str,
    ctx: &'a Context,
}

impl Lent<'_> {
    fn tell(&mut self, event: Event, keys: &mut Keyboard) -> Result<()> {
        let (reporter, label) = (self.ctx.reporter(), self.label);
        match event {
            Event::Started(_) => {
                tracing::info!("the session on {label} has started");
                if self.interactive {
                    let raw = RawMode::enter().map_err(|error| {
                        Error::failed("cannot put the terminal into raw mode").because(error)
                    })?;
                    self.raw = Some((raw, reporter.raw_mode()));
                }
            }
            Event::Message(text) => reporter.status(text.trim_end()),
            Event::Link(link) => {
                let lost = matches!(link, Link::Lost(_));
                if lost || matches!(link, Link::Resumed) {
                    keys.set_unheard(lost);
                }
                let way_out = if lost && self.interactive { " (Ctrl-C gives up)" } else { "" };
                reporter.status(format_args!("{}{way_out}", link.in_words(label)));
            }
            Event::Output(_) | Event::StdErr(_) | Event::ExitCode(_) | Event::Flag(_) => {}
        }
        Ok(())
    }
}

/// Of our terminal, as a session is told it.
pub fn size(ctx: &Context) -> Size {
    let terminals = ctx.terminals();
    let stdout = if terminals.stdout { terminal::size(std::io::stdout()) } else { None };
    let stdin = || if terminals.stdin { terminal::size(std::io::stdin()) } else { None };
    stdout.or_else(stdin).unwrap_or(NO_TERMINAL)
}

/// A thread that ends with the program.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map(drop).map_err(|error| Error::failed("cannot start a thread").because(error).into())
}
