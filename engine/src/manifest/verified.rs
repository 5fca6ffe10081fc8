//! Bytes passed on while their MD5 is counted, and refused at the end when it is not the one that was promised.

use crate::hex::hex;
use std::io::{self, Read};

use md5::{Digest, Md5};

/// Reads what `input` reads; at its end, fails with `InvalidData` when the MD5 is another than `expected`.
pub struct Verified<R> {
    input: R,
    digest: Option<Md5>,
    /// In lower case hexadecimal.
    expected: String,
}

impl<R: Read> Verified<R> {
    pub fn new(input: R, expected_md5: &str) -> Self {
        let expected = expected_md5.trim().to_ascii_lowercase();
        Verified { input, digest: Some(Md5::new()), expected }
    }
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            if let Some(digest) = &mut self.digest {
                digest.update(buffer.get(..count).unwrap_or_default());
            }
            return Ok(count);
        }
        let Some(digest) = self.digest.take() else { return Ok(0) };
        let found = hex(&digest.finalize());
        if found == self.expected {
            return Ok(0);
        }
        let expected = &self.expected;
        Err(io::Error::new(io::ErrorKind::InvalidData, format!("its MD5 is {found}, not {expected}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_promised_bytes_are_read_to_the_end() {
        let read = |md5: &str| {
            let mut text = String::new();
            Verified::new(&b"hello"[..], md5).read_to_string(&mut text).map(|_| text)
        };
        assert_eq!(read("5D41402ABC4B2A76B9719D911017C592\n").unwrap(), "hello");
        let error = read("00").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(error.to_string(), "its MD5 is 5d41402abc4b2a76b9719d911017c592, not 00");
    }
}
