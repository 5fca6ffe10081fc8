//! A session and this terminal: raw mode, keys, size, signals and the end of stdin. It must not know how the
//! session reaches the node.

use std::io::Read;
use std::ops::ControlFlow;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::session::{Control, End, Event, Session};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::output::RawOutput;
use crate::signals::{self, Signal, Signals};
use crate::terminal::{self, RawMode, Size};

/// What a program without a terminal pretends to have.
const NO_TERMINAL: Size = Size { cols: 300, rows: 100 };
/// The key that ends the input of a terminal.
const END_OF_INPUT: &[u8] = &[0x04];
const INTERRUPT: &[u8] = &[0x03];
const READ: usize = 16 * 1024;
/// Output that is handed to stdout in one write.
const WRITE: usize = 64 * 1024;
/// A program that changes the terminal's mode at the wrong moment swallows the Ctrl-D: said again to a session
/// that stays silent this long, then twice as long.
const SAID_AGAIN: Duration = Duration::from_secs(2);

/// Lends this terminal to the session until one of them ends.
pub async fn run(
    session: Session,
    label: &str,
    say_end: bool,
    mut signals: Signals,
    ctx: &Context,
) -> Result<Outcome> {
    let mut resizes = signals::resizes()?;
    let Session { input, control, mut events, end } = session;
    let interactive = ctx.terminals().stdin;
    let _ = control.send(Control::Resize(size(ctx)));

    let raw = if interactive { Some((RawMode::enter()?, ctx.reporter().raw_mode())) } else { None };
    let mut keys =
        Keyboard { chunks: read_stdin()?, input: Some(input), say_end, ended_with_line: true, again: None };
    let (stdout, mut written) = write_stdout(ctx.out().raw())?;
    let mut left_by = None;
    let mut stdout_ended = false;
    // Output that stdout has not taken yet: no event is taken before it has, so that the agent waits too.
    let mut held: Option<Bytes> = None;

    loop {
        tokio::select! {
            event = events.recv(), if held.is_none() => match event {
                Some(Event::Output(data) | Event::StdErr(data)) => {
                    keys.heard();
                    let mut chunk = BytesMut::from(&data[..]);
                    // One write for what has come meanwhile.
                    while chunk.len() < WRITE && let Ok(event) = events.try_recv() {
                        match event {
                            Event::Output(data) | Event::StdErr(data) => chunk.extend_from_slice(&data),
                            other => tell(other, label, ctx),
                        }
                    }
                    held = Some(chunk.freeze());
                }
                Some(event) => tell(event, label, ctx),
                None => break,
            },
            room = stdout.reserve(), if held.is_some() => {
                // Without a reader there is nothing to hold it for.
                if let (Ok(room), Some(chunk)) = (room, held.take()) {
                    room.send(chunk);
                }
            }
            // Nobody reads any more: the session has no purpose, and that is no error.
            _ = &mut written, if !stdout_ended => {
                stdout_ended = true;
                let _ = control.send(Control::Terminate);
            }
            () = keys.turn() => {}
            _ = resizes.recv() => {
                let _ = control.send(Control::Resize(size(ctx)));
            }
            signal = signals.next() => {
                if signal == Signal::Interrupt && interactive {
                    keys.press(INTERRUPT);
                } else if left_by.is_some() {
                    return Err(signal.as_error().into());
                } else {
                    left_by = Some(signal);
                    let _ = control.send(Control::Terminate);
                }
            }
        }
    }
    drop(keys);
    let end = end.await;
    drop(stdout);
    if !stdout_ended && left_by.is_none() {
        // However slow the reader is, the last words are its own.
        tokio::select! {
            _ = written => {}
            signal = signals.next() => left_by = Some(signal),
        }
    }
    drop(raw);
    finish(end, left_by, label)
}

fn finish(
    end: std::result::Result<Result<End>, tokio::task::JoinError>,
    left_by: Option<Signal>,
    label: &str,
) -> Result<Outcome> {
    let end = match end {
        Ok(end) => end,
        // A panic of the session's task is a panic of ours.
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Ok(End::Terminated),
    };
    if let Some(signal) = left_by {
        return Err(signal.as_error().into());
    }
    match end? {
        End::Terminated => Ok(Outcome::Done),
        End::Closed { reason, incomplete: true } if reason.trim().is_empty() => {
            let text = format!("the session on {label} was closed before all of its output came");
            Err(Error::failed(text).because("the node waits only a moment for a slow connection").into())
        }
        End::Closed { reason, .. } if reason.trim().is_empty() => Ok(Outcome::Done),
        End::Closed { reason, .. } => {
            let reason = reason.trim().to_owned();
            let kind = if is_time_out(&reason) { Kind::TimedOut } else { Kind::Failed };
            Err(Error::new(kind, format!("the session on {label} was ended")).because(reason).into())
        }
    }
}

/// The only mark of an idle or overlong session is its text.
fn is_time_out(reason: &str) -> bool {
    let reason = reason.to_ascii_lowercase();
    reason.contains("timed out") || reason.contains("inactivity") || reason.contains("maximum duration")
}

fn tell(event: Event, label: &str, ctx: &Context) {
    let reporter = ctx.reporter();
    match event {
        Event::Started => reporter.verbose(1, format_args!("the session on {label} has started")),
        Event::Message(text) => reporter.status(text.trim_end()),
        Event::Lost(reason) => {
            reporter.status(format_args!("connection to {label} lost ({reason}), resuming..."))
        }
        Event::Resumed => reporter.status(format_args!("connection to {label} resumed")),
        Event::Output(_) | Event::StdErr(_) => {}
    }
}

fn size(ctx: &Context) -> Size {
    let terminals = ctx.terminals();
    let stdout = if terminals.stdout { terminal::size(std::io::stdout()) } else { None };
    let stdin = || if terminals.stdin { terminal::size(std::io::stdin()) } else { None };
    stdout.or_else(stdin).unwrap_or(NO_TERMINAL)
}

/// What is typed, on its way into the session.
struct Keyboard {
    chunks: mpsc::Receiver<Bytes>,
    /// `None` when nothing will be typed any more.
    input: Option<mpsc::Sender<Bytes>>,
    say_end: bool,
    ended_with_line: bool,
    again: Option<(Instant, Duration)>,
}

impl Keyboard {
    /// Moves one chunk on; waits for ever when there is nothing left to do. Can be dropped between two chunks.
    async fn turn(&mut self) {
        let Some(input) = &self.input else { return std::future::pending().await };
        // Room first: a chunk that was taken must not be lost when this is dropped.
        let Ok(room) = input.reserve().await else {
            self.input = None;
            return;
        };
        if let Some((at, pause)) = self.again {
            tokio::time::sleep_until(at).await;
            room.send(Bytes::from_static(END_OF_INPUT));
            self.again = Some((Instant::now() + pause * 2, pause * 2));
            return;
        }
        match self.chunks.recv().await {
            Some(chunk) => {
                self.ended_with_line = matches!(chunk.last(), Some(b'\n' | b'\r'));
                room.send(chunk);
            }
            None if self.say_end => {
                // Ctrl-D ends the input only at the start of a line.
                let end: &'static [u8] = if self.ended_with_line { END_OF_INPUT } else { &[b'\r', 0x04] };
                room.send(Bytes::from_static(end));
                self.again = Some((Instant::now() + SAID_AGAIN, SAID_AGAIN));
            }
            None => {
                drop(room);
                self.input = None;
            }
        }
    }

    /// The session is not silent.
    fn heard(&mut self) {
        if let Some((at, pause)) = &mut self.again {
            *at = Instant::now() + *pause;
        }
    }

    /// A key that was pressed elsewhere.
    fn press(&self, key: &'static [u8]) {
        if let Some(input) = &self.input {
            // When the session takes nothing, it would not take this either.
            let _ = input.try_send(Bytes::from_static(key));
        }
    }
}

/// Reads stdin in a thread: a read cannot be given up, so the thread ends with the program.
fn read_stdin() -> Result<mpsc::Receiver<Bytes>> {
    let (sender, receiver) = mpsc::channel(1);
    spawn("stdin", move || {
        let mut stdin = std::io::stdin().lock();
        let mut buffer = vec![0; READ];
        loop {
            match stdin.read(&mut buffer) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    let chunk = buffer.get(..length).unwrap_or_default();
                    if sender.blocking_send(Bytes::copy_from_slice(chunk)).is_err() {
                        return;
                    }
                }
            }
        }
    })?;
    Ok(receiver)
}

/// Writes stdout in a thread, so that a stopped terminal never stops the session; the second value comes when
/// it ends.
fn write_stdout(out: RawOutput) -> Result<(mpsc::Sender<Bytes>, oneshot::Receiver<()>)> {
    let (sender, mut chunks) = mpsc::channel::<Bytes>(2);
    let (ended, end) = oneshot::channel();
    spawn("stdout", move || {
        while let Some(chunk) = chunks.blocking_recv() {
            if !matches!(out.write(&chunk), Ok(ControlFlow::Continue(()))) {
                break;
            }
        }
        let _ = ended.send(());
    })?;
    Ok((sender, end))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map(drop).map_err(|error| Error::failed("cannot start a thread").because(error).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_out_is_told_by_its_text() {
        for reason in [
            "Your session timed out due to inactivity.",
            "Session has reached its maximum duration and was terminated",
        ] {
            assert!(is_time_out(reason), "{reason}");
        }
        assert!(!is_time_out("----------ERROR-------\nUnable to start shell"));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_stdin_is_said_at_the_start_of_a_line_and_again_to_silence() {
        let (chunks, receiver) = mpsc::channel(1);
        let (input, mut session) = mpsc::channel(4);
        let mut keys = Keyboard {
            chunks: receiver,
            input: Some(input),
            say_end: true,
            ended_with_line: true,
            again: None,
        };
        chunks.send(Bytes::from_static(b"uname -a")).await.unwrap();
        drop(chunks);
        let start = Instant::now();
        for _ in 0..4 {
            keys.turn().await;
        }
        let mut typed = Vec::new();
        while let Ok(bytes) = session.try_recv() {
            typed.push(bytes);
        }
        assert_eq!(typed, [&b"uname -a"[..], b"\r\x04", b"\x04", b"\x04"]);
        assert_eq!(start.elapsed(), Duration::from_secs(2 + 4));
    }

    #[tokio::test]
    async fn without_the_end_nothing_is_typed_after_stdin() {
        let (chunks, receiver) = mpsc::channel::<Bytes>(1);
        let (input, mut session) = mpsc::channel(4);
        let mut keys = Keyboard {
            chunks: receiver,
            input: Some(input),
            say_end: false,
            ended_with_line: true,
            again: None,
        };
        drop(chunks);
        keys.turn().await;
        assert!(session.recv().await.is_none());
    }
}
