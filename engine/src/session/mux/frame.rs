//! The frames of the multiplexer: how a header is written, and how a stream of frames that is cut anywhere is read.
//! Holds the bytes of a half header and nothing more: data passes through in the pieces that it came in.

use bytes::Bytes;

use super::{MuxError, StreamId};

pub(super) const HEADER: usize = 8;
const VERSION: u8 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Open = 0,
    Close = 1,
    Data = 2,
    KeepAlive = 3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) command: Command,
    pub(super) length: u16,
    pub(super) id: StreamId,
}

impl Header {
    /// Little endian, unlike the messages that carry it.
    pub(super) fn encode(self) -> [u8; HEADER] {
        let [low, high] = self.length.to_le_bytes();
        let [a, b, c, d] = self.id.0.to_le_bytes();
        [VERSION, self.command as u8, low, high, a, b, c, d]
    }

    fn decode([version, command, low, high, a, b, c, d]: [u8; HEADER]) -> Result<Header, MuxError> {
        if version != VERSION {
            return Err(MuxError::Version(version));
        }
        let command = match command {
            0 => Command::Open,
            1 => Command::Close,
            2 => Command::Data,
            3 => Command::KeepAlive,
            unknown => return Err(MuxError::Command(unknown)),
        };
        let id = StreamId(u32::from_le_bytes([a, b, c, d]));
        Ok(Header { command, length: u16::from_le_bytes([low, high]), id })
    }
}

pub(super) struct Reader {
    header: [u8; HEADER],
    /// Bytes of `header` that are there.
    filled: usize,
    /// The frame whose data is being read; its length is what is still to come.
    body: Option<Header>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Header(Header),
    /// Never empty.
    Data(StreamId, Bytes),
}

impl Reader {
    pub(super) fn new() -> Self {
        Reader { header: [0; HEADER], filled: 0, body: None }
    }

    /// The next piece, taken off `bytes`; none when they are used up.
    pub(super) fn read(&mut self, bytes: &mut Bytes) -> Result<Option<Piece>, MuxError> {
        while !bytes.is_empty() {
            if let Some(body) = &mut self.body {
                let data = bytes.split_to(bytes.len().min(usize::from(body.length)));
                let Header { command, id, .. } = *body;
                // No longer than the length.
                body.length -= data.len() as u16;
                if body.length == 0 {
                    self.body = None;
                }
                if command == Command::Data {
                    return Ok(Some(Piece::Data(id, data)));
                }
                // The other commands have no data; if one has, it means nothing.
            } else if let Some(header) = self.read_header(bytes) {
                let header = Header::decode(header)?;
                self.body = (header.length > 0).then_some(header);
                return Ok(Some(Piece::Header(header)));
            }
        }
        Ok(None)
    }

    fn read_header(&mut self, bytes: &mut Bytes) -> Option<[u8; HEADER]> {
        let missing = &mut self.header[self.filled..];
        let part = bytes.split_to(bytes.len().min(missing.len()));
        missing[..part.len()].copy_from_slice(&part);
        self.filled = (self.filled + part.len()) % HEADER;
        (self.filled == 0).then_some(self.header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8]) -> Result<Vec<Piece>, MuxError> {
        let (mut reader, mut bytes) = (Reader::new(), Bytes::copy_from_slice(bytes));
        std::iter::from_fn(|| reader.read(&mut bytes).transpose()).collect()
    }

    #[test]
    fn headers_are_little_endian() {
        let cases: [(&str, Command, u16, u32, [u8; HEADER]); 5] = [
            ("open", Command::Open, 0, 3, [1, 0, 0, 0, 3, 0, 0, 0]),
            ("close", Command::Close, 0, 5, [1, 1, 0, 0, 5, 0, 0, 0]),
            ("data", Command::Data, 0x1c40, 0x0102_0304, [1, 2, 0x40, 0x1c, 4, 3, 2, 1]),
            ("the longest", Command::Data, 65_535, u32::MAX, [1, 2, 255, 255, 255, 255, 255, 255]),
            ("keep-alive", Command::KeepAlive, 0, 0, [1, 3, 0, 0, 0, 0, 0, 0]),
        ];
        for (name, command, length, id, bytes) in cases {
            let header = Header { command, length, id: StreamId(id) };
            assert_eq!(header.encode(), bytes, "{name}");
            assert_eq!(Header::decode(bytes), Ok(header), "{name}");
        }
    }

    #[test]
    fn other_versions_and_unknown_commands_are_refused_when_the_header_is_whole() {
        let cases: [(&str, &[u8], Option<MuxError>); 5] = [
            ("version 2", &[2, 0, 0, 0, 3, 0, 0, 0], Some(MuxError::Version(2))),
            ("version 0", &[0, 0, 0, 0, 3, 0, 0, 0], Some(MuxError::Version(0))),
            ("a window update of version 2", &[1, 4, 0, 0, 3, 0, 0, 0], Some(MuxError::Command(4))),
            ("both wrong", &[9, 9, 0, 0, 3, 0, 0, 0], Some(MuxError::Version(9))),
            ("not whole", &[9, 9, 0, 0, 3, 0, 0], None),
        ];
        for (name, bytes, error) in cases {
            assert_eq!(read_all(bytes).err(), error, "{name}");
        }
    }

    #[test]
    fn whole_data_is_a_slice_of_what_came() {
        let mut bytes = Bytes::from_static(b"\x01\x02\x03\x00\x07\x00\x00\x00abc\x01");
        let place = bytes[HEADER..].as_ptr();
        let mut reader = Reader::new();
        assert!(matches!(reader.read(&mut bytes), Ok(Some(Piece::Header(_)))));
        let Ok(Some(Piece::Data(id, data))) = reader.read(&mut bytes) else { panic!("no data") };
        assert_eq!((id, &data[..], data.as_ptr()), (StreamId(7), &b"abc"[..], place));
        assert_eq!(reader.read(&mut bytes), Ok(None));
    }

    #[test]
    fn data_of_a_command_that_has_none_is_skipped() {
        let pieces = read_all(b"\x01\x03\x02\x00\x00\x00\x00\x00xx\x01\x01\x00\x00\x03\x00\x00\x00").unwrap();
        let close = Header { command: Command::Close, length: 0, id: StreamId(3) };
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces[1], Piece::Header(close));
    }
}
