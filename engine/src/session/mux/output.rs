//! Frames on their way out, joined: many small ones become a few large pieces of bytes, in order.
//! Data is copied here once, and nothing is ever moved again, however much waits.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::frame::{Command, HEADER, Header};
use super::{MAX_FRAME_DATA, StreamId};

/// A piece is handed over whole when it has so many bytes; the frame that fills it may exceed it.
const PIECE: usize = 32 << 10;

pub(super) struct Output {
    full: VecDeque<Bytes>,
    last: BytesMut,
    queued: usize,
}

impl Output {
    pub(super) fn new() -> Self {
        Output { full: VecDeque::new(), last: BytesMut::new(), queued: 0 }
    }

    pub(super) fn control(&mut self, command: Command, id: StreamId) {
        self.frame(command, id, &[]);
    }

    pub(super) fn data(&mut self, id: StreamId, data: &[u8]) {
        for part in data.chunks(MAX_FRAME_DATA) {
            self.frame(Command::Data, id, part);
        }
    }

    pub(super) fn poll(&mut self) -> Option<Bytes> {
        let piece = match self.full.pop_front() {
            Some(piece) => piece,
            None if self.last.is_empty() => return None,
            None => self.last.split().freeze(),
        };
        self.queued -= piece.len();
        Some(piece)
    }

    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    /// `data`: at most [`MAX_FRAME_DATA`] bytes.
    fn frame(&mut self, command: Command, id: StreamId, data: &[u8]) {
        let header = Header { command, length: data.len() as u16, id };
        self.last.reserve(HEADER + data.len());
        self.last.extend_from_slice(&header.encode());
        self.last.extend_from_slice(data);
        self.queued += HEADER + data.len();
        if self.last.len() >= PIECE {
            self.full.push_back(self.last.split().freeze());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_frames_are_joined_in_order_and_large_data_is_cut() {
        let mut output = Output::new();
        output.control(Command::Open, StreamId(3));
        output.data(StreamId(3), b"ab");
        output.control(Command::Close, StreamId(3));
        assert_eq!(output.queued(), 3 * HEADER + 2);
        let joined = output.poll().unwrap();
        assert_eq!(joined[..], *b"\x01\0\0\0\x03\0\0\0\x01\x02\x02\0\x03\0\0\0ab\x01\x01\0\0\x03\0\0\0");
        assert_eq!((output.poll(), output.queued()), (None, 0));

        let data = vec![7; 40_000];
        output.data(StreamId(3), &data);
        let pieces: Vec<_> = std::iter::from_fn(|| output.poll()).collect();
        let lengths: Vec<_> = pieces.iter().map(Bytes::len).collect();
        assert_eq!(lengths, [HEADER + 32_768, HEADER + 7232]);
        assert_eq!((&pieces[0][..4], &pieces[1][..4]), (&[1, 2, 0, 0x80][..], &[1, 2, 0x40, 0x1c][..]));
        output.data(StreamId(3), b"");
        assert_eq!(output.poll(), None, "no data is no frame");
    }

    #[test]
    fn pieces_stay_small_however_much_waits() {
        let mut output = Output::new();
        for _ in 0..10_000 {
            output.data(StreamId(3), &[0; 1024]);
        }
        assert_eq!(output.queued(), 10_000 * (HEADER + 1024));
        let longest = std::iter::from_fn(|| output.poll()).map(|piece| piece.len()).max().unwrap();
        assert!(longest < PIECE + HEADER + 1024, "{longest}");
        assert_eq!(output.queued(), 0);
    }
}
