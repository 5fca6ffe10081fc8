//! Many streams over the one stream of bytes that a port session carries: smux version 1, both ends. Owns the
//! ids, which streams are open, the keep-alive. It must not do I/O or read a clock, and it buffers no data for a
//! slow stream: version 1 has no flow control, so that who takes the events decides what happens then.

mod frame;
mod keep_alive;
mod output;

use std::collections::HashMap;
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use frame::{Command, Header, Piece, Reader};
use keep_alive::{KeepAlive, SILENCE};
use output::Output;

/// Data of one frame: what the reference sends at most. A frame that is received may have 65,535 bytes.
pub const MAX_FRAME_DATA: usize = 32_768;
/// Streams that a server has open at a time; further ones are closed at once.
pub const MAX_STREAMS: usize = 4096;

/// As the reference client counts: odd ids are the client's, and it never uses 1.
const FIRST_STREAM: u32 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(u32);

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One end. After every call the driver passes on what [`poll_output`](Mux::poll_output) gives and acts on what
/// [`poll_event`](Mux::poll_event) gives; events are not bounded here, but by the bytes it hands in.
pub struct Mux {
    role: Role,
    /// Streams that this end has not closed.
    streams: HashMap<StreamId, Stream>,
    reader: Reader,
    output: Output,
    events: VecDeque<MuxEvent>,
    keep_alive: Option<KeepAlive>,
    has_failed: bool,
}

enum Role {
    /// `next`: none when all ids are used up.
    Client {
        next: Option<StreamId>,
    },
    Server,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Open,
    /// The peer has closed it: it sends no more, and takes no more.
    ClosedByPeer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MuxEvent {
    /// The client opened a stream.
    Opened(StreamId),
    /// Data as it arrived: the border of a frame or of a message means nothing.
    Data(StreamId, Bytes),
    /// The peer closed the stream; this end has to [`close`](Mux::close) it too.
    Closed(StreamId),
    /// Nothing follows.
    Failed(MuxError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MuxError {
    #[error("the streams of the session are of version {0} of the multiplexer, and only version 1 is known")]
    Version(u8),
    #[error("the streams of the session hold an unknown command {0}")]
    Command(u8),
    #[error("nothing came from the other end of the streams for {} seconds", SILENCE.as_secs())]
    Silence,
}

impl Mux {
    pub fn client(keep_alive: bool, now: Duration) -> Mux {
        Mux::new(Role::Client { next: Some(StreamId(FIRST_STREAM)) }, keep_alive, now)
    }

    pub fn server(keep_alive: bool, now: Duration) -> Mux {
        Mux::new(Role::Server, keep_alive, now)
    }

    fn new(role: Role, keep_alive: bool, now: Duration) -> Mux {
        Mux {
            role,
            streams: HashMap::new(),
            reader: Reader::new(),
            output: Output::new(),
            events: VecDeque::new(),
            keep_alive: keep_alive.then(|| KeepAlive::new(now)),
            has_failed: false,
        }
    }

    /// A new stream; none for a server, after a failure, and when the ids are used up.
    pub fn open(&mut self) -> Option<StreamId> {
        let Role::Client { next } = &mut self.role else { return None };
        if self.has_failed {
            return None;
        }
        let id = (*next)?;
        *next = id.0.checked_add(2).map(StreamId);
        self.streams.insert(id, Stream::Open);
        self.output.control(Command::Open, id);
        Some(id)
    }

    /// Ignored for a stream that either end has closed: the peer would drop it.
    pub fn send(&mut self, id: StreamId, data: &[u8]) {
        if self.streams.get(&id) == Some(&Stream::Open) && !self.has_failed {
            self.output.data(id, data);
        }
    }

    /// What was sent before still arrives; what the peer sends from now on is dropped.
    pub fn close(&mut self, id: StreamId) {
        if self.streams.remove(&id).is_some() && !self.has_failed {
            self.output.control(Command::Close, id);
        }
    }

    /// The next bytes of the session, cut anywhere.
    pub fn receive(&mut self, mut bytes: Bytes, now: Duration) {
        if self.has_failed {
            return;
        }
        if let Some(keep_alive) = &mut self.keep_alive {
            keep_alive.received(now);
        }
        loop {
            match self.reader.read(&mut bytes) {
                Ok(Some(piece)) => self.receive_piece(piece),
                Ok(None) => return,
                Err(error) => return self.fail(error),
            }
        }
    }

    /// The next bytes for the session.
    pub fn poll_output(&mut self) -> Option<Bytes> {
        self.output.poll()
    }

    /// Bytes that wait in [`poll_output`](Self::poll_output): stop sending when they are many.
    pub fn queued(&self) -> usize {
        self.output.queued()
    }

    pub fn poll_event(&mut self) -> Option<MuxEvent> {
        self.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn next_timeout(&self) -> Option<Duration> {
        self.keep_alive.as_ref().filter(|_| !self.has_failed).map(KeepAlive::next_timeout)
    }

    /// Silence is silence, whoever is to blame: a session that is cut for so long takes its streams with it, as the
    /// peer will have given them up too.
    pub fn handle_timeout(&mut self, now: Duration) {
        let Some(keep_alive) = self.keep_alive.as_mut().filter(|_| !self.has_failed) else { return };
        if keep_alive.is_silent(now) {
            self.fail(MuxError::Silence);
        } else if keep_alive.is_due(now) {
            self.output.control(Command::KeepAlive, StreamId(0));
        }
    }

    fn receive_piece(&mut self, piece: Piece) {
        match piece {
            Piece::Data(id, data) => {
                if self.streams.get(&id) == Some(&Stream::Open) {
                    self.events.push_back(MuxEvent::Data(id, data));
                }
            }
            Piece::Header(Header { command: Command::Open, id, .. }) => self.receive_open(id),
            Piece::Header(Header { command: Command::Close, id, .. }) => {
                if let Some(stream @ Stream::Open) = self.streams.get_mut(&id) {
                    *stream = Stream::ClosedByPeer;
                    self.events.push_back(MuxEvent::Closed(id));
                }
            }
            Piece::Header(Header { command: Command::Data | Command::KeepAlive, .. }) => {}
        }
    }

    fn receive_open(&mut self, id: StreamId) {
        // A server opens no streams, and one that is open is not opened again.
        if !matches!(self.role, Role::Server) || self.streams.contains_key(&id) {
            return;
        }
        if self.streams.len() >= MAX_STREAMS {
            return self.output.control(Command::Close, id);
        }
        self.streams.insert(id, Stream::Open);
        self.events.push_back(MuxEvent::Opened(id));
    }

    fn fail(&mut self, error: MuxError) {
        self.has_failed = true;
        self.streams.clear();
        self.events.push_back(MuxEvent::Failed(error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_up_ids_are_no_panic() {
        let mut client = Mux::client(false, Duration::ZERO);
        client.role = Role::Client { next: Some(StreamId(u32::MAX - 2)) };
        let ids: Vec<_> = std::iter::from_fn(|| client.open()).collect();
        assert_eq!(ids, [StreamId(u32::MAX - 2), StreamId(u32::MAX)]);
    }

    #[test]
    fn closed_streams_leave_nothing_behind() {
        let (mut client, mut server) =
            (Mux::client(false, Duration::ZERO), Mux::server(false, Duration::ZERO));
        for _ in 0..10_000 {
            let id = client.open().unwrap();
            client.send(id, b"a question");
            let bytes = client.poll_output().unwrap();
            server.receive(bytes, Duration::ZERO);
            server.close(id);
            client.receive(server.poll_output().unwrap(), Duration::ZERO);
            client.close(id);
            server.receive(client.poll_output().unwrap(), Duration::ZERO);
            let from_client = [MuxEvent::Opened(id), MuxEvent::Data(id, Bytes::from_static(b"a question"))];
            assert_eq!(std::mem::take(&mut server.events), from_client);
            assert_eq!(std::mem::take(&mut client.events), [MuxEvent::Closed(id)]);
        }
        for mux in [&client, &server] {
            assert!(mux.streams.is_empty() && mux.output.queued() == 0);
        }
    }
}
