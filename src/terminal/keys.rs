//! Keys out of the bytes that a terminal sends. Owns reading them while a question is open: a thread that ends with the
//! question, so that it takes no key from what comes after, and to which a closed terminal is an end.

use std::collections::VecDeque;
use std::io::{PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc;

/// A terminal sends a sequence in one piece; a lone escape is a key. Over a slow line a piece may be cut.
const CUT: Duration = Duration::from_millis(50);
const READ: usize = 1024;
/// Nothing that a terminal sends for one key is longer.
const LONGEST: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Char(char),
    /// With the letter in lower case.
    Control(char),
    Enter,
    Escape,
    Backspace,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Other,
}

/// The keys of the terminal on stdin.
pub struct Keys {
    chunks: mpsc::Receiver<Vec<u8>>,
    bytes: VecDeque<u8>,
    /// Closed, it ends the thread, which is waited for.
    reader: Option<(PipeWriter, JoinHandle<()>)>,
}

impl Keys {
    pub fn of_stdin() -> std::io::Result<Self> {
        let stdin = rustix::io::dup(std::io::stdin())?;
        let (over, end) = std::io::pipe()?;
        let (sender, chunks) = mpsc::channel(1);
        let thread = std::thread::Builder::new().name("keys".to_owned());
        let thread = thread.spawn(move || read(&stdin, &over, &sender))?;
        Ok(Keys { chunks, bytes: VecDeque::new(), reader: Some((end, thread)) })
    }

    /// `None` when the terminal is gone. Can be dropped and called again without losing a key.
    pub async fn next(&mut self) -> Option<Key> {
        loop {
            if let Some((key, length)) = decode(self.bytes.make_contiguous()) {
                self.bytes.drain(..length);
                return Some(key);
            }
            if self.bytes.is_empty() {
                let chunk = self.chunks.recv().await?;
                self.bytes.extend(chunk);
                continue;
            }
            match tokio::time::timeout(CUT, self.chunks.recv()).await {
                Ok(chunk) => self.bytes.extend(chunk?),
                // Nothing follows: what is there stands for itself.
                Err(_) => return self.bytes.drain(..).next().map(alone),
            }
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.chunks.close();
        if let Some((end, thread)) = self.reader.take() {
            drop(end);
            // It only reads; a panic of it has been reported.
            let _ = thread.join();
        }
    }
}

/// Until the question is over or the terminal is gone.
fn read(stdin: &OwnedFd, over: &PipeReader, chunks: &mpsc::Sender<Vec<u8>>) {
    loop {
        let mut ready = [PollFd::new(over, PollFlags::IN), PollFd::new(stdin, PollFlags::IN)];
        match poll(&mut ready, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return,
        }
        let [over, typed] = ready.map(|one| !one.revents().is_empty());
        if over {
            return;
        }
        if !typed {
            continue;
        }
        let mut buffer = vec![0; READ];
        match rustix::io::read(stdin, &mut buffer) {
            Ok(length @ 1..) => {
                buffer.truncate(length);
                if chunks.blocking_send(buffer).is_err() {
                    return;
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Ok(0) | Err(_) => return,
        }
    }
}

/// The first key and how many bytes it is; `None` where more must come.
fn decode(bytes: &[u8]) -> Option<(Key, usize)> {
    match *bytes {
        [] => None,
        [0x1b, b'[', ref rest @ ..] => {
            let is_end = |byte: &u8| (0x40..=0x7e).contains(byte);
            match rest.iter().take(LONGEST).position(is_end) {
                Some(end) => Some((sequence(&rest[..=end]), end + 3)),
                None if rest.len() < LONGEST => None,
                None => Some((Key::Other, bytes.len())),
            }
        }
        [0x1b, b'O', last, ..] => Some((sequence(&[last]), 3)),
        [0x1b] | [0x1b, b'O'] => None,
        // Twice: the first is one.
        [0x1b, 0x1b, ..] => Some((Key::Escape, 1)),
        [0x1b, ref rest @ ..] => decode(rest).map(|(_, length)| (Key::Other, length + 1)),
        [first, ..] if first.is_ascii() => Some((alone(first), 1)),
        [first, ..] => {
            let length = match first {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return Some((Key::Other, 1)),
            };
            let available = bytes.get(..length).unwrap_or(bytes);
            match std::str::from_utf8(available) {
                Ok(text) => text.chars().next().map(|character| (Key::Char(character), length)),
                Err(error) if error.error_len().is_none() => None,
                Err(_) => Some((Key::Other, 1)),
            }
        }
    }
}

/// A byte that is a key by itself.
fn alone(byte: u8) -> Key {
    match byte {
        // A line feed instead of the carriage return: some terminals, and what is pasted.
        b'\r' | b'\n' => Key::Enter,
        0x08 | 0x7f => Key::Backspace,
        0x1b => Key::Escape,
        0x01..=0x1a => Key::Control(char::from(byte - 1 + b'a')),
        b' '..=b'~' => Key::Char(char::from(byte)),
        _ => Key::Other,
    }
}

/// The rest of a sequence, behind the escape and its bracket.
fn sequence(rest: &[u8]) -> Key {
    match rest {
        b"A" => Key::Up,
        b"B" => Key::Down,
        b"H" | b"1~" | b"7~" => Key::Home,
        b"F" | b"4~" | b"8~" => Key::End,
        b"5~" => Key::PageUp,
        b"6~" => Key::PageDown,
        _ => Key::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(mut bytes: &[u8]) -> Vec<Key> {
        let mut keys = Vec::new();
        while let Some((key, length)) = decode(bytes) {
            keys.push(key);
            bytes = &bytes[length..];
        }
        keys
    }

    #[test]
    fn bytes_become_keys() {
        use Key::{Backspace, Char, Control, Down, End, Enter, Escape, Home, Other, PageDown, PageUp, Up};
        for (name, bytes, keys) in [
            ("letters", "aZ ~".as_bytes(), &[Char('a'), Char('Z'), Char(' '), Char('~')][..]),
            ("wide and joined", "ü日👩".as_bytes(), &[Char('ü'), Char('日'), Char('👩')]),
            ("both line ends", b"\r\n", &[Enter, Enter]),
            ("both backspaces", b"\x08\x7f", &[Backspace, Backspace]),
            ("controls", b"\x03\x1a\x15\x00\x1c", &[Control('c'), Control('z'), Control('u'), Other, Other]),
            ("arrows", b"\x1b[A\x1b[B\x1bOA\x1bOB", &[Up, Down, Up, Down]),
            (
                "ends",
                b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1bOH",
                &[Home, End, Home, End, Home, End, Home],
            ),
            ("pages", b"\x1b[5~\x1b[6~", &[PageUp, PageDown]),
            ("unknown sequences are one key", b"\x1b[1;5Cx\x1b[200~", &[Other, Char('x'), Other]),
            ("with alt", b"\x1bx\x1b\xc3\xbc", &[Other, Other]),
            ("two escapes", b"\x1b\x1b[A", &[Escape, Up]),
            ("no text", b"\xff\xc3(\x80", &[Other, Other, Char('('), Other]),
            ("more must come", b"a\x1b", &[Char('a')]),
            ("more of a sequence", b"\x1b[1;", &[]),
            ("more of a letter", b"\xe6\x97", &[]),
        ] {
            assert_eq!(all(bytes), keys, "{name}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_read_to_its_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut rest = bytes.as_slice();
            while let Some((_, length)) = decode(rest) {
                prop_assert!((1..=rest.len()).contains(&length));
                rest = &rest[length..];
            }
            prop_assert!(rest.len() <= LONGEST + 2, "{} bytes wait for more", rest.len());
        }
    }
}
