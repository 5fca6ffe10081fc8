//! Terminal output on its way into messages: cut at the borders of UTF-8 characters, as the real agent
//! does. Holds what was read and not sent yet; knows nothing of the window.

use bytes::{Buf as _, BytesMut};

/// What a message holds at most, as at the real agent.
pub const PAYLOAD: usize = 1024;
/// What is read from a terminal at a time.
const READ: usize = 16 * 1024;

pub struct Output {
    waiting: BytesMut,
    /// Nothing follows: an incomplete character is sent as it is.
    complete: bool,
}

impl Output {
    pub fn beginning_with(text: &str) -> Output {
        Output { waiting: text.as_bytes().into(), complete: false }
    }

    /// Takes what `read` gives; see [`finish`](Output::finish) for its end.
    pub fn fill<E>(&mut self, read: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<usize, E> {
        let start = self.waiting.len();
        self.waiting.resize(start + READ, 0);
        let result = read(&mut self.waiting[start..]);
        self.waiting.truncate(start + result.as_ref().map_or(0, |read| (*read).min(READ)));
        result
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    pub fn finish(&mut self) {
        self.complete = true;
    }

    /// The next payload, if there is one now.
    pub fn payload(&self) -> Option<&[u8]> {
        let candidate = &self.waiting[..self.waiting.len().min(PAYLOAD)];
        let payload = match whole_characters(candidate) {
            0 if self.complete => candidate,
            length => &candidate[..length],
        };
        (!payload.is_empty()).then_some(payload)
    }

    /// The first `length` bytes of the payload were sent.
    pub fn sent(&mut self, length: usize) {
        self.waiting.advance(length.min(self.waiting.len()));
    }
}

/// The length of `bytes` without a last character that has begun and is not whole. Bytes that can
/// belong to no character count as whole.
fn whole_characters(bytes: &[u8]) -> usize {
    // A character has four bytes at most, so one that is not whole begins in the last three.
    let begin = (1..=bytes.len().min(3)).map(|back| bytes.len() - back).find(|at| bytes[*at] >= 0xc0);
    match begin.map(|begin| (begin, str::from_utf8(&bytes[begin..]))) {
        Some((begin, Err(error))) if error.error_len().is_none() => begin,
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    fn payloads(reads: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut output = Output::beginning_with("");
        let mut payloads = Vec::new();
        for last in [false, true] {
            let reads = if last { &[] } else { reads };
            if last {
                output.finish();
            }
            for read in reads.iter().copied().chain(last.then_some(&b""[..])) {
                let filled = output.fill(|buffer| {
                    buffer[..read.len()].copy_from_slice(read);
                    Ok::<_, Infallible>(read.len())
                });
                assert_eq!(filled, Ok(read.len()));
                while let Some(payload) = output.payload().map(<[u8]>::to_vec) {
                    output.sent(payload.len());
                    payloads.push(payload);
                }
            }
        }
        payloads
    }

    #[test]
    fn characters_are_not_split() {
        type Pieces = &'static [&'static [u8]];
        let cases: &[(&str, Pieces, Pieces)] = &[
            ("ascii", &[b"a", b"b"], &[b"a", b"b"]),
            ("two bytes", &[b"h\xc3", b"\xa9!"], &[b"h", b"\xc3\xa9!"]),
            ("four bytes one by one", &[b"\xf0", b"\x9f", b"\x98", b"\x80"], &[b"\xf0\x9f\x98\x80"]),
            ("invalid bytes pass", &[b"\xff", b"\x80\x80", b"\xc0"], &[b"\xff", b"\x80\x80", b"\xc0"]),
            ("a broken beginning passes when that is known", &[b"\xe2\x82", b"x"], &[b"\xe2\x82x"]),
            ("the end sends what is left", &[b"ab\xe2\x82"], &[b"ab", b"\xe2\x82"]),
            ("nothing", &[], &[]),
        ];
        for (name, reads, expected) in cases {
            assert_eq!(payloads(reads), *expected, "{name}");
        }
    }

    #[test]
    fn a_full_payload_ends_before_the_character_that_does_not_fit() {
        let text = format!("{}é{}", "x".repeat(PAYLOAD - 1), "y".repeat(10));
        let lengths: Vec<_> = payloads(&[text.as_bytes()]).iter().map(Vec::len).collect();
        assert_eq!(lengths, [PAYLOAD - 1, 12]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_valid_text_stays_valid(
            text in "\\PC{0,3000}", cuts in prop::collection::vec(1..2000usize, 1..20)
        ) {
            let mut rest = text.as_bytes();
            let mut reads = Vec::new();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break }
                let (read, after) = rest.split_at((*cut).min(rest.len()));
                reads.push(read);
                rest = after;
            }
            let payloads = payloads(&reads);
            prop_assert!(payloads.iter().all(|payload| payload.len() <= PAYLOAD && str::from_utf8(payload).is_ok()));
            prop_assert_eq!(payloads.concat(), text.as_bytes());
        }

        #[test]
        fn any_bytes_pass(reads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..20)) {
            let slices: Vec<&[u8]> = reads.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(payloads(&slices).concat(), reads.concat());
        }
    }
}
