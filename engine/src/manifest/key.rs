//! Keys as manifests, inventories and reports spell them: percent-encoded UTF-8, where a plus is a space. Appends to and
//! lends from buffers of the caller; a key in which nothing is to be done is not copied.
//!
//! Source of the rule: the guide of Batch Operations on manifests, and of S3 Inventory on its CSV files.

use std::str;

use thiserror::Error;

/// The longest key that S3 takes, in bytes of UTF-8, decoded.
pub const MAX_KEY: usize = 1024;

/// What keeps an encoded key from being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error("the key is empty")]
    Empty,
    /// At a byte of the encoded key, counted from 0.
    #[error(
        "the % at byte {0} of the key is not followed by two hexadecimal digits (a percent sign itself is %25)"
    )]
    Escape(usize),
    #[error("the key is no UTF-8 once it is decoded")]
    NotUtf8,
    #[error("the key has {0} bytes, and S3 takes {MAX_KEY} at most")]
    TooLong(usize),
}

/// Appends the key as a manifest wants it: bare `A-Z a-z 0-9 - _ . ~ /`, every other byte as `%XX`.
pub fn encode(key: &str, out: &mut Vec<u8>) {
    let (chunks, rest) = key.as_bytes().as_chunks::<16>();
    for chunk in chunks {
        // Without a way out of it the loop over a chunk is a few instructions for all of its bytes.
        if chunk.iter().fold(true, |all, byte| all & is_bare(*byte)) {
            out.extend_from_slice(chunk);
        } else {
            escape(chunk, out);
        }
    }
    escape(rest, out);
}

fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    let mut bare = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if !is_bare(byte) {
            out.extend_from_slice(bytes.get(bare..at).unwrap_or_default());
            out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            bare = at + 1;
        }
    }
    out.extend_from_slice(bytes.get(bare..).unwrap_or_default());
}

/// The key that `text` spells; lent from it where it needs no decoding, else from `buffer`, which loses what it had.
pub fn decode<'a>(text: &'a [u8], buffer: &'a mut Vec<u8>) -> Result<&'a str, KeyError> {
    let decoded = match memchr::memchr2(b'%', b'+', text) {
        None => text,
        Some(first) => {
            buffer.clear();
            unescape(text, first, buffer)?;
            buffer.as_slice()
        }
    };
    match decoded.len() {
        0 => Err(KeyError::Empty),
        length if length > MAX_KEY => Err(KeyError::TooLong(length)),
        _ => str::from_utf8(decoded).map_err(|_| KeyError::NotUtf8),
    }
}

/// Whether the byte may stand in an encoded key as it is.
pub fn is_bare(byte: u8) -> bool {
    // From `-` on come `.`, `/` and the digits.
    (byte | 0x20).wrapping_sub(b'a') < 26 || byte.wrapping_sub(b'-') < 13 || byte == b'_' || byte == b'~'
}

fn unescape(text: &[u8], first: usize, out: &mut Vec<u8>) -> Result<(), KeyError> {
    let (mut done, mut next) = (0, Some(first));
    while let Some(at) = next {
        out.extend_from_slice(text.get(done..at).unwrap_or_default());
        if text.get(at) == Some(&b'+') {
            out.push(b' ');
            done = at + 1;
        } else {
            let digit = |at: usize| text.get(at).and_then(|byte| (*byte as char).to_digit(16));
            let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
                return Err(KeyError::Escape(at));
            };
            out.push((high * 16 + low) as u8);
            done = at + 3;
        }
        let rest = text.get(done..).unwrap_or_default();
        next = memchr::memchr2(b'%', b'+', rest).map(|offset| done + offset);
    }
    out.extend_from_slice(text.get(done..).unwrap_or_default());
    Ok(())
}

const HEX: [u8; 16] = *b"0123456789ABCDEF";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(key: &str) -> String {
        let mut out = Vec::new();
        encode(key, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn decoded(text: impl AsRef<[u8]>) -> Result<String, KeyError> {
        decode(text.as_ref(), &mut Vec::new()).map(str::to_owned)
    }

    #[test]
    fn keys_are_spelled_as_the_service_reads_them() {
        for (key, text) in [
            ("logs/2026/a-b_c.d~e", "logs/2026/a-b_c.d~e"),
            ("a b,c\"d", "a%20b%2Cc%22d"),
            ("1+1=2", "1%2B1%3D2"),
            ("100%", "100%25"),
            ("a%20b", "a%2520b"),
            ("line\r\n\u{1}", "line%0D%0A%01"),
            ("żó/日", "%C5%BC%C3%B3/%E6%97%A5"),
            ("*'()!:", "%2A%27%28%29%21%3A"),
        ] {
            assert_eq!(encoded(key), text);
            assert_eq!(decoded(text).as_deref(), Ok(key), "{text}");
        }
        for (text, key) in [("a+b", "a b"), ("a*b", "a*b"), ("%c5%bc", "ż"), ("a b", "a b"), ("+", " ")] {
            assert_eq!(decoded(text).as_deref(), Ok(key), "{text}");
        }
    }

    #[test]
    fn what_is_no_key_says_why() {
        let long = "k".repeat(MAX_KEY);
        assert_eq!(decoded(&long).as_deref(), Ok(long.as_str()));
        let cases: [(&[u8], KeyError); 8] = [
            (b"", KeyError::Empty),
            (b"a%2.txt", KeyError::Escape(1)),
            (b"%ZZ", KeyError::Escape(0)),
            (b"ab%", KeyError::Escape(2)),
            (b"ab%2", KeyError::Escape(2)),
            (b"%ff.txt", KeyError::NotUtf8),
            (b"\xff", KeyError::NotUtf8),
            (&[b'k'; MAX_KEY + 1], KeyError::TooLong(MAX_KEY + 1)),
        ];
        for (text, error) in cases {
            assert_eq!(decoded(text), Err(error), "{text:?}");
        }
        assert_eq!(decoded("%C3%A9".repeat(512)).map(|key| key.len()), Ok(MAX_KEY));
        assert_eq!(decoded("%C3%A9".repeat(513)), Err(KeyError::TooLong(1026)));
    }

    proptest! {
        #[test]
        fn any_key_survives(key in "\\PC{1,200}|[\\x00-\\x7f]{1,200}|(a|%|\\+|/| ){1,60}") {
            prop_assert_eq!(decoded(encoded(&key)), Ok(key.clone()));
            prop_assert!(encoded(&key).bytes().all(|byte| byte == b'%' || is_bare(byte)));
        }

        #[test]
        fn any_bytes_are_a_key_or_a_reason(text in prop::collection::vec(any::<u8>(), 0..1200)) {
            if let Ok(key) = decoded(&text) {
                prop_assert!(!key.is_empty() && key.len() <= MAX_KEY);
            }
        }
    }
}
