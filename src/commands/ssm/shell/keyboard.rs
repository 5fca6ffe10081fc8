//! What is typed or piped in, on its way into the session: held back while the session takes nothing, and at its
//! end told to the shell.

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::error::Result;

/// The key that ends the input of a terminal.
const END_OF_INPUT: &[u8] = &[0x04];
const INTERRUPT: u8 = 0x03;
const READ: usize = 16 * 1024;
/// What may be typed while the link is down.
const AHEAD: usize = 64 * 1024;
/// A program that changes the terminal's mode at the wrong moment swallows the Ctrl-D: said again to a session
/// that stays silent this long, then twice as long.
const SAID_AGAIN: Duration = Duration::from_secs(2);

/// What a turn of the keyboard brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// Something moved on.
    Done,
    /// Ctrl-C while nothing reaches the session.
    GiveUp,
}

pub struct Keyboard {
    chunks: mpsc::Receiver<Bytes>,
    /// `None` when nothing will be typed any more.
    input: Option<mpsc::Sender<Bytes>>,
    /// A person types, and must get out while nothing reaches the session.
    interactive: bool,
    say_end: bool,
    /// Nothing reaches the session now.
    unheard: bool,
    ahead: Vec<u8>,
    ended_with_line: bool,
    said_again: Duration,
    again: Option<(Instant, Duration)>,
}

impl Keyboard {
    pub fn on_stdin(input: mpsc::Sender<Bytes>, interactive: bool, say_end: bool) -> Result<Self> {
        Ok(Keyboard::new(stdin()?, input, interactive, say_end, SAID_AGAIN))
    }

    fn new(
        chunks: mpsc::Receiver<Bytes>,
        input: mpsc::Sender<Bytes>,
        interactive: bool,
        say_end: bool,
        said_again: Duration,
    ) -> Self {
        Keyboard {
            chunks,
            input: Some(input),
            interactive,
            say_end,
            unheard: false,
            ahead: Vec::new(),
            ended_with_line: true,
            said_again,
            again: None,
        }
    }

    /// The link is down, or up again.
    pub fn set_unheard(&mut self, unheard: bool) {
        self.unheard = unheard;
    }

    /// The session is not silent.
    pub fn heard(&mut self) {
        if let Some((at, pause)) = &mut self.again {
            *at = Instant::now() + *pause;
        }
    }

    /// Ctrl-C, pressed elsewhere.
    pub fn interrupt(&self) {
        if let Some(input) = &self.input {
            // When the session takes nothing, it would not take this either.
            let _ = input.try_send(Bytes::from_static(&[INTERRUPT]));
        }
    }

    /// Moves one chunk on; waits for ever when there is nothing left to do. Can be dropped between two chunks.
    pub async fn turn(&mut self) -> Turn {
        if self.unheard && self.interactive {
            return self.listen_for_the_way_out().await;
        }
        let Some(input) = &self.input else { return std::future::pending().await };
        // Room first: a chunk that was taken must not be lost when this is dropped.
        let Ok(room) = input.reserve().await else {
            self.input = None;
            return Turn::Done;
        };
        if !self.ahead.is_empty() {
            room.send(std::mem::take(&mut self.ahead).into());
            return Turn::Done;
        }
        if let Some((at, pause)) = self.again {
            tokio::time::sleep_until(at).await;
            room.send(Bytes::from_static(END_OF_INPUT));
            self.again = Some((Instant::now() + pause * 2, pause * 2));
            return Turn::Done;
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
                self.again = Some((Instant::now() + self.said_again, self.said_again));
            }
            None => {
                drop(room);
                self.input = None;
            }
        }
        Turn::Done
    }

    async fn listen_for_the_way_out(&mut self) -> Turn {
        if self.ahead.len() >= AHEAD {
            return std::future::pending().await;
        }
        match self.chunks.recv().await {
            Some(chunk) if chunk.contains(&INTERRUPT) => Turn::GiveUp,
            Some(chunk) => {
                self.ended_with_line = matches!(chunk.last(), Some(b'\n' | b'\r'));
                self.ahead.extend_from_slice(&chunk);
                Turn::Done
            }
            None => std::future::pending().await,
        }
    }
}

/// What comes on stdin, as it comes. It is read in a thread: a read cannot be given up, so the thread ends with the
/// program.
pub fn stdin() -> Result<mpsc::Receiver<Bytes>> {
    let (sender, chunks) = mpsc::channel(1);
    super::spawn("stdin", move || read_stdin(&sender))?;
    Ok(chunks)
}

fn read_stdin(chunks: &mpsc::Sender<Bytes>) {
    let mut stdin = std::io::stdin().lock();
    let mut buffer = vec![0; READ];
    loop {
        match stdin.read(&mut buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
            Ok(length) => {
                let chunk = buffer.get(..length).unwrap_or_default();
                if chunks.blocking_send(Bytes::copy_from_slice(chunk)).is_err() {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(5);

    fn keyboard(interactive: bool, say_end: bool) -> (mpsc::Sender<Bytes>, mpsc::Receiver<Bytes>, Keyboard) {
        let (typed, chunks) = mpsc::channel(1);
        let (input, session) = mpsc::channel(4);
        (typed, session, Keyboard::new(chunks, input, interactive, say_end, SOON))
    }

    fn taken(session: &mut mpsc::Receiver<Bytes>) -> Vec<Bytes> {
        std::iter::from_fn(|| session.try_recv().ok()).collect()
    }

    #[tokio::test]
    async fn the_end_of_stdin_is_said_at_the_start_of_a_line_and_again_to_silence() {
        let (typed, mut session, mut keys) = keyboard(false, true);
        typed.send(Bytes::from_static(b"uname -a")).await.unwrap();
        drop(typed);
        let start = Instant::now();
        for _ in 0..4 {
            assert_eq!(keys.turn().await, Turn::Done);
        }
        assert_eq!(taken(&mut session), [&b"uname -a"[..], b"\r\x04", b"\x04", b"\x04"]);
        assert!(start.elapsed() >= SOON + 2 * SOON, "twice as long each time");
    }

    #[tokio::test]
    async fn without_the_end_nothing_is_typed_after_stdin() {
        let (typed, mut session, mut keys) = keyboard(false, false);
        drop(typed);
        keys.turn().await;
        assert!(session.recv().await.is_none());
    }

    #[tokio::test]
    async fn what_is_typed_while_the_link_is_down_is_kept_and_control_c_gives_up() {
        let (typed, mut session, mut keys) = keyboard(true, true);
        keys.set_unheard(true);
        typed.send(Bytes::from_static(b"ls")).await.unwrap();
        assert_eq!(keys.turn().await, Turn::Done);
        assert_eq!(taken(&mut session), [""; 0]);
        keys.set_unheard(false);
        keys.turn().await;
        assert_eq!(taken(&mut session), ["ls"]);
        keys.set_unheard(true);
        typed.send(Bytes::from_static(b"x\x03")).await.unwrap();
        assert_eq!(keys.turn().await, Turn::GiveUp);
    }
}
