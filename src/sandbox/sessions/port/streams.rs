//! Many connections at a time, each a stream of the multiplexer: dialled when the client opens it, closed on both
//! sides when either is. Owns which connection belongs to which stream, and the bounds over all of them.

use super::connection::Connection;
use super::ready::{Alarm, ReadyList};
use super::{MAX_OUTPUT, MAX_QUEUED, MAX_WAITING, READ};
use bytes::{Buf as _, Bytes};
use opsctl_engine::session::{Mux, MuxEvent, StreamId};
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use tokio::time::Instant;

pub struct Streams {
    destination: SocketAddr,
    mux: Mux,
    started: Instant,
    streams: HashMap<StreamId, Stream>,
    ready: ReadyList,
    /// Streams that were not read because there was no room.
    unread: Vec<StreamId>,
    /// Streams whose destination could not be reached, and whose client has not been told.
    refused: VecDeque<StreamId>,
    /// Bytes that wait to be written, over all streams.
    waiting: usize,
    buffer: Vec<u8>,
    /// The beginning of the output.
    output: Bytes,
    failure: Option<String>,
}

struct Stream {
    connection: Connection,
    alarm: Alarm,
    /// The client has closed it: when its input is written, it is over.
    is_closing: bool,
    is_unread: bool,
}

impl Streams {
    pub fn new(destination: SocketAddr, keep_alive: bool) -> Streams {
        let started = Instant::now();
        Streams {
            destination,
            mux: Mux::server(keep_alive, started.elapsed()),
            started,
            streams: HashMap::new(),
            ready: ReadyList::default(),
            unread: Vec::new(),
            refused: VecDeque::new(),
            waiting: 0,
            buffer: vec![0; READ],
            output: Bytes::new(),
            failure: None,
        }
    }

    pub fn takes_input(&self) -> bool {
        self.waiting < MAX_WAITING && self.mux.queued() < MAX_QUEUED
    }

    pub fn waiting(&self) -> usize {
        self.waiting
    }

    pub fn input(&mut self, bytes: Bytes) {
        self.mux.receive(bytes, self.started.elapsed());
        while let Some(event) = self.mux.poll_event() {
            match event {
                MuxEvent::Opened(id) => {
                    let (connection, alarm) = (Connection::dial(self.destination), self.ready.alarm(id));
                    alarm.ring();
                    let stream = Stream { connection, alarm, is_closing: false, is_unread: false };
                    self.streams.insert(id, stream);
                }
                MuxEvent::Data(id, data) => {
                    if let Some(stream) = self.streams.get_mut(&id) {
                        let before = stream.connection.waiting();
                        stream.connection.input(&data);
                        self.waiting += stream.connection.waiting() - before;
                        stream.alarm.ring();
                    }
                }
                MuxEvent::Closed(id) => {
                    if let Some(stream) = self.streams.get_mut(&id) {
                        stream.is_closing = true;
                        stream.alarm.ring();
                    }
                }
                MuxEvent::Failed(error) => self.failure = Some(error.to_string()),
            }
        }
        self.refill();
    }

    pub fn output(&self) -> Option<&[u8]> {
        (!self.output.is_empty()).then_some(&self.output)
    }

    pub fn sent(&mut self, length: usize) {
        self.output.advance(length);
        self.refill();
    }

    /// True once for each stream that could not be connected: the client is told now, and the end of the stream follows
    /// as the next output, for the flag does not say which stream it means.
    pub fn take_refusal(&mut self) -> bool {
        let Some(id) = self.refused.pop_front() else { return false };
        self.mux.close(id);
        self.refill();
        true
    }

    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    pub async fn progress(&mut self, room: bool) {
        let due = self.mux.next_timeout().map(|timeout| self.started + timeout);
        let keep_alive = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = poll_fn(|context| self.poll(context, room)) => {}
            () = keep_alive => {
                self.mux.handle_timeout(self.started.elapsed());
                while let Some(event) = self.mux.poll_event() {
                    if let MuxEvent::Failed(error) = event {
                        self.failure = Some(error.to_string());
                    }
                }
            }
        }
        self.refill();
    }

    /// Ready when something has changed.
    fn poll(&mut self, context: &mut Context<'_>, room: bool) -> Poll<()> {
        self.ready.register(context.waker());
        if self.reads(room) {
            for id in std::mem::take(&mut self.unread) {
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.is_unread = false;
                    stream.alarm.ring();
                }
            }
        }
        let mut changed = false;
        // No more than are there now: one that is ready again and again must not keep the session from its work.
        for _ in 0..self.ready.len() {
            let Some(id) = self.ready.next() else { break };
            changed |= self.advance(id, room);
        }
        if changed { Poll::Ready(()) } else { Poll::Pending }
    }

    /// A refusal is told when all output before it is gone, so nothing more is read until then.
    fn reads(&self, room: bool) -> bool {
        room && self.refused.is_empty() && self.output.len() + self.mux.queued() < MAX_OUTPUT
    }

    /// Whether anything has changed.
    fn advance(&mut self, id: StreamId, room: bool) -> bool {
        let reads = self.reads(room);
        let Some(stream) = self.streams.get_mut(&id) else { return false };
        let waker = stream.alarm.waker();
        let mut context = Context::from_waker(&waker);
        match stream.connection.poll_open(&mut context) {
            Poll::Pending => return false,
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(_)) => {
                self.remove(id);
                self.refused.push_back(id);
                return true;
            }
        }
        let before = stream.connection.waiting();
        let is_written = stream.connection.poll_write(&mut context).is_ready();
        let written = before - stream.connection.waiting();
        self.waiting -= written;
        if stream.is_closing {
            if is_written {
                self.close(id);
            }
            return is_written || written > 0;
        }
        if !reads {
            if !stream.is_unread {
                stream.is_unread = true;
                self.unread.push(id);
            }
            return written > 0;
        }
        match stream.connection.poll_read(&mut context, &mut self.buffer) {
            Poll::Pending => written > 0,
            Poll::Ready([]) => {
                self.close(id);
                true
            }
            Poll::Ready(data) => {
                self.mux.send(id, data);
                // There may be more.
                stream.alarm.ring();
                true
            }
        }
    }

    /// What was read before still goes out, and then the end.
    fn close(&mut self, id: StreamId) {
        self.remove(id);
        self.mux.close(id);
    }

    fn remove(&mut self, id: StreamId) {
        if let Some(stream) = self.streams.remove(&id) {
            self.waiting -= stream.connection.waiting();
        }
    }

    fn refill(&mut self) {
        if self.output.is_empty() {
            self.output = self.mux.poll_output().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opsctl_engine::session::mux::MAX_STREAMS;
    use std::time::Duration;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    async fn streams(keep_alive: bool) -> (Streams, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        (Streams::new(listener.local_addr().unwrap(), keep_alive), listener)
    }

    impl Streams {
        pub fn keeps_alive(&self) -> bool {
            self.mux.next_timeout().is_some()
        }
    }

    /// What a client would send.
    fn opened() -> (Mux, StreamId, Bytes) {
        let mut client = Mux::client(false, Duration::ZERO);
        let id = client.open().unwrap();
        let frames = client.poll_output().unwrap();
        (client, id, frames)
    }

    #[tokio::test]
    async fn input_waits_within_its_bound_and_is_all_written_in_the_end() {
        const PART: usize = 32 << 10;
        let (mut streams, listener) = streams(false).await;
        let (mut client, id, frames) = opened();
        streams.input(frames);
        let mut taken = 0;
        while streams.takes_input() {
            client.send(id, &[b'x'; PART]);
            taken += PART;
            while let Some(bytes) = client.poll_output() {
                streams.input(bytes);
            }
            let progress = streams.progress(true);
            tokio::select! {
                biased;
                () = progress => {}
                () = tokio::task::yield_now() => {}
            }
        }
        assert!((MAX_WAITING..MAX_WAITING + PART).contains(&streams.waiting), "{}", streams.waiting);
        let (mut socket, _) = listener.accept().await.unwrap();
        let reading = tokio::spawn(async move {
            let mut data = vec![0; taken];
            socket.read_exact(&mut data).await.map(|_| socket)
        });
        while streams.waiting > 0 {
            streams.progress(true).await;
        }
        assert!(streams.takes_input());
        reading.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_cannot_open_and_close_without_end() {
        let (mut streams, _listener) = streams(false).await;
        let mut client = Mux::client(false, Duration::ZERO);
        let mut opened = 0;
        while streams.takes_input() {
            // More than a server has at a time: it closes what it has no place for at once.
            client.open();
            opened += 1;
            streams.input(client.poll_output().unwrap());
        }
        assert!(opened <= MAX_STREAMS + (MAX_QUEUED + MAX_OUTPUT) / 8, "{opened}");
    }

    #[tokio::test]
    async fn output_is_read_within_its_bound() {
        use tokio::io::AsyncWriteExt as _;
        let (mut streams, listener) = streams(false).await;
        let (_, _, frames) = opened();
        streams.input(frames);
        let (mut socket, _) = tokio::select! {
            accepted = listener.accept() => accepted.unwrap(),
            () = async { loop { streams.progress(true).await } } => unreachable!(),
        };
        let writing = tokio::spawn(async move { socket.write_all(&vec![7; 4 << 20]).await });
        let queued = |streams: &Streams| streams.output.len() + streams.mux.queued();
        while queued(&streams) < MAX_OUTPUT {
            streams.progress(true).await;
        }
        // Nothing changes any more, though there is more to read.
        let more = tokio::time::timeout(Duration::from_millis(50), streams.progress(true)).await;
        assert!(more.is_err() && queued(&streams) < MAX_OUTPUT + READ + 64, "{}", queued(&streams));
        let mut sent = 0;
        while sent < 4 << 20 {
            match streams.output().map(<[u8]>::len) {
                Some(length) => {
                    streams.sent(length);
                    sent += length;
                }
                None => streams.progress(true).await,
            }
        }
        writing.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn an_old_client_is_told_that_the_agent_lives_and_must_live_itself() {
        let (mut streams, _listener) = streams(true).await;
        for _ in 0..2 {
            streams.started -= Duration::from_secs(10);
            streams.progress(true).await;
            assert_eq!(streams.output(), Some(&b"\x01\x03\0\0\0\0\0\0"[..]));
            streams.sent(8);
        }
        streams.started -= Duration::from_secs(10);
        streams.progress(true).await;
        assert!(
            streams.failure().is_some_and(|reason| reason.contains("30 seconds")),
            "{:?}",
            streams.failure()
        );
    }
}
