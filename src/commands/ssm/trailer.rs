//! The exit code of a command whose session carries none: the shell on the node writes it behind the output, with a
//! random word that no output has, and it is taken out here. So is a word that the shell writes first: without it nothing
//! tells that the session of a command that is silent has started. What is not ours passes, however it is cut.

use bytes::{Bytes, BytesMut};

use crate::error::{Error, exit};
use crate::random::{self, NoRandomness};

/// Digits of a status: a shell has none beyond 255.
const DIGITS: usize = 3;

pub struct Trailer {
    /// Of the command, once it has come.
    pub status: Option<u8>,
    /// The word at the beginning has come.
    begun: bool,
    nonce: String,
    head: Vec<u8>,
    /// What may be the beginning of the trailer.
    held: BytesMut,
}

impl Trailer {
    pub fn new() -> Result<Trailer, NoRandomness> {
        Ok(Trailer::with_nonce(random::hex(24)?))
    }

    fn with_nonce(nonce: String) -> Trailer {
        let head = format!("[opsctl {nonce}").into_bytes();
        Trailer { status: None, begun: false, nonce, head, held: BytesMut::new() }
    }

    /// A script that says that it has begun, runs `line` and then tells its status. The script itself does not have the words of the trailer
    /// in a row: it is shown by `ps` and `set -x`. A handler, unlike a signal that is ignored, is not inherited: keys
    /// end what `line` runs, and the shell lives to tell.
    pub fn around(&self, line: &str) -> String {
        let nonce = &self.nonce;
        format!(
            "trap 's=$?; printf \"[opsctl %s %d]\" {nonce} \"$s\"' EXIT; trap : INT QUIT; \
             printf '[opsctl %s]' {nonce}; {line}; exit $?"
        )
    }

    /// What of `data`, and of what was held back before, is to be shown now.
    pub fn take(&mut self, data: Bytes) -> Bytes {
        if self.status.is_some() {
            return data;
        }
        self.held.extend_from_slice(&data);
        let mut shown = BytesMut::new();
        loop {
            let begin = self.begin();
            shown.extend_from_slice(&self.held.split_to(begin));
            match read(&self.held, &self.head) {
                Read::Status(status, length) => {
                    self.status = Some(status);
                    let _ = self.held.split_to(length);
                    shown.extend_from_slice(&self.held.split());
                    return shown.freeze();
                }
                Read::NotYet => return shown.freeze(),
                Read::Beginning(length) if !self.begun => {
                    self.begun = true;
                    let _ = self.held.split_to(length);
                }
                // The next one may begin at the very next byte.
                Read::Beginning(_) | Read::Other => shown.extend_from_slice(&self.held.split_to(1)),
            }
        }
    }

    /// What was held back and is no trailer after all.
    pub fn finish(&mut self) -> Bytes {
        self.held.split().freeze()
    }

    /// Where the trailer may begin in what is held.
    fn begin(&self) -> usize {
        let starts = |at: &usize| {
            let rest = &self.held[*at..];
            let common = rest.len().min(self.head.len());
            rest[..common] == self.head[..common]
        };
        (0..self.held.len()).find(starts).unwrap_or(self.held.len())
    }
}

enum Read {
    /// How long it is.
    Beginning(usize),
    /// And its length.
    Status(u8, usize),
    /// It may become one.
    NotYet,
    Other,
}

/// What begins with `head`, as far as it is there.
fn read(text: &[u8], head: &[u8]) -> Read {
    let Some(rest) = text.strip_prefix(head) else { return Read::NotYet };
    let number = match rest {
        [] => return Read::NotYet,
        [b']', ..] => return Read::Beginning(head.len() + 1),
        [b' ', number @ ..] => number,
        _ => return Read::Other,
    };
    let digits = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let status = || str::from_utf8(&number[..digits]).ok()?.parse().ok();
    match (number.get(digits), digits) {
        (None, 0..=DIGITS) => Read::NotYet,
        (Some(b']'), 1..=DIGITS) => {
            status().map_or(Read::Other, |status| Read::Status(status, head.len() + digits + 2))
        }
        _ => Read::Other,
    }
}

/// The session ended, and nothing told how the command did.
pub fn missing(label: &str) -> Error {
    Error::failed(format!("the session on {label} ended without the exit code of the command")).hint(format!(
        "the command, or its shell, was ended from outside; opsctl's exit code is {}",
        exit::OWN_FAILURE
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(pieces: &[&[u8]]) -> (Vec<u8>, Option<u8>) {
        let mut trailer = Trailer::with_nonce("abc".to_owned());
        let mut shown = Vec::new();
        for piece in pieces {
            shown.extend_from_slice(&trailer.take(Bytes::copy_from_slice(piece)));
        }
        shown.extend_from_slice(&trailer.finish());
        (shown, trailer.status)
    }

    #[test]
    fn only_ours_is_taken() {
        for (name, text, expected, status) in [
            ("alone", "[opsctl abc 0]", "", Some(0)),
            ("behind output", "hello\n[opsctl abc 130]", "hello\n", Some(130)),
            ("before output of others", "a[opsctl abc 7]b[opsctl abc 8]", "ab[opsctl abc 8]", Some(7)),
            ("of another", "[opsctl abd 0]", "[opsctl abd 0]", None),
            ("no number", "[opsctl abc x]", "[opsctl abc x]", None),
            ("no digits", "[opsctl abc ]", "[opsctl abc ]", None),
            ("too large", "[opsctl abc 256]", "[opsctl abc 256]", None),
            ("too long", "[opsctl abc 0000]", "[opsctl abc 0000]", None),
            ("never ended", "x[opsctl abc 1", "x[opsctl abc 1", None),
            ("begins twice", "[opsctl [opsctl abc 3]", "[opsctl ", Some(3)),
            ("the beginning", "[opsctl abc]hello[opsctl abc 0]", "hello", Some(0)),
            ("a second beginning", "[opsctl abc][opsctl abc]x", "[opsctl abc]x", None),
            ("a longer word", "[opsctl abcd]", "[opsctl abcd]", None),
            ("nothing", "", "", None),
        ] {
            let expected = (expected.as_bytes().to_vec(), status);
            assert_eq!(shown(&[text.as_bytes()]), expected, "{name}");
            let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            assert_eq!(shown(&bytes), expected, "{name}, byte by byte");
        }
    }

    #[test]
    fn nothing_is_held_back_that_cannot_become_one() {
        let mut trailer = Trailer::with_nonce("abc".to_owned());
        assert_eq!(trailer.take(Bytes::from_static(b"prompt [")), "prompt ");
        assert_eq!(trailer.take(Bytes::from_static(b"x] $ ")), "[x] $ ");
    }

    #[test]
    fn the_script_does_not_have_the_trailer() {
        let trailer = Trailer::with_nonce("abc".to_owned());
        let script = trailer.around("true");
        assert_eq!(shown(&[script.as_bytes()]), (script.clone().into_bytes(), None));
    }

    proptest! {
        #[test]
        fn wherever_it_is_cut(
            before in "[\\[opsctl abc0-9\\]\n]{0,40}", status: u8, after in "[\\[opsctl abc0-9\\]]{0,20}",
            cuts in prop::collection::vec(1..9usize, 1..9)
        ) {
            prop_assume!(shown(&[before.as_bytes()]) == (before.clone().into_bytes(), None));
            let text = format!("[opsctl abc]{before}[opsctl abc {status}]{after}");
            let mut pieces = Vec::new();
            let mut rest = text.as_bytes();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break }
                let (piece, tail) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            // What comes before may become one only with the bracket that ends ours.
            prop_assert_eq!(shown(&pieces), (format!("{before}{after}").into_bytes(), Some(status)));
        }
    }
}
