//! What may be gzip and may be plain: the first bytes say which. Members that follow one another are one text.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const CHUNK: usize = 64 * 1024;

/// Plain text, whichever of the two it came as. One that is cut off is an error of the kind `UnexpectedEof`.
pub enum Plain<R: Read> {
    Gzip(Box<MultiGzDecoder<BufReader<R>>>),
    AsItIs(BufReader<R>),
}

impl<R: Read> Plain<R> {
    /// Reads the first bytes.
    pub fn new(input: R) -> io::Result<Self> {
        let mut input = BufReader::with_capacity(CHUNK, input);
        // One byte is enough: no text begins with it.
        if input.fill_buf()?.first() == MAGIC.first() {
            return Ok(Plain::Gzip(Box::new(MultiGzDecoder::new(input))));
        }
        Ok(Plain::AsItIs(input))
    }

    pub fn is_gzip(&self) -> bool {
        matches!(self, Plain::Gzip(_))
    }
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Plain::Gzip(input) => input.read(buffer).map_err(told),
            Plain::AsItIs(input) => input.read(buffer),
        }
    }
}

/// The decoder's own words name neither gzip nor what happened to it.
fn told(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::new(error.kind(), "the gzip data is cut off"),
        io::ErrorKind::InvalidInput => {
            io::Error::new(io::ErrorKind::InvalidData, format!("the gzip data is damaged: {error}"))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        Plain::new(bytes)?.read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn gzip_of_several_members_and_plain_text_are_read() {
        assert_eq!(read(&[gzip("a,b\n"), gzip("c,d\n")].concat()).unwrap(), "a,b\nc,d\n");
        assert_eq!(read(b"a,b\n").unwrap(), "a,b\n");
        assert_eq!(read(b"").unwrap(), "");
        assert!(Plain::new(&gzip("")[..]).unwrap().is_gzip());
    }

    #[test]
    fn gzip_that_is_cut_off_or_damaged_is_an_error_at_any_place() {
        let whole = gzip(&"a,b\n".repeat(100));
        for length in 1..whole.len() {
            let error = read(&whole[..length]).unwrap_err();
            assert_eq!(error.to_string(), "the gzip data is cut off", "{length} of {}", whole.len());
        }
        let mut damaged = whole.clone();
        damaged[whole.len() - 6] ^= 1;
        let error = read(&damaged).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
        assert!(error.to_string().starts_with("the gzip data is damaged: "), "{error}");
    }
}
