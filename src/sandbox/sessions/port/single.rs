//! One connection at a time: the basic forwarding of old agents or for old clients, and the sessions whose client's stdin
//! and stdout are the connection (as for ssh). Both connect at once, and fail if that fails. A basic one goes on without its
//! connection, and makes the next when something is to be sent; the client is not told. For the other it is the end.

use super::connection::Connection;
use super::{MAX_OUTPUT, MAX_WAITING, READ, unreachable};
use bytes::{Buf as _, BytesMut};
use std::net::SocketAddr;
use std::task::{Context, Poll};

/// Connections that the client has left and whose input is still being written. With so many more input waits.
const MAX_LEAVING: usize = 8;

pub struct Single {
    destination: SocketAddr,
    is_basic: bool,
    connection: Option<Connection>,
    leaving: Vec<Connection>,
    /// There has been a connection: from then on input is taken.
    was_open: bool,
    output: BytesMut,
    /// No connection follows; the reason is empty for a normal end.
    ended: Option<String>,
}

impl Single {
    pub fn basic(destination: SocketAddr) -> Single {
        Single::new(destination, true)
    }

    pub fn for_stdio(destination: SocketAddr) -> Single {
        Single::new(destination, false)
    }

    fn new(destination: SocketAddr, is_basic: bool) -> Single {
        Single {
            destination,
            is_basic,
            connection: Some(Connection::dial(destination)),
            leaving: Vec::new(),
            was_open: false,
            output: BytesMut::new(),
            ended: None,
        }
    }

    pub fn takes_input(&self) -> bool {
        self.was_open && self.waiting() < MAX_WAITING && self.leaving.len() < MAX_LEAVING
    }

    pub fn waiting(&self) -> usize {
        self.connection.iter().chain(&self.leaving).map(Connection::waiting).sum()
    }

    pub fn input(&mut self, bytes: &[u8]) {
        if self.ended.is_none() {
            let destination = self.destination;
            self.connection.get_or_insert_with(|| Connection::dial(destination)).input(bytes);
        }
    }

    /// The client's local connection has ended. What it sent is still written, what comes from now on is dropped.
    pub fn disconnect(&mut self) {
        if self.is_basic
            && let Some(connection) = self.connection.take()
        {
            self.output.clear();
            if connection.waiting() > 0 {
                self.leaving.push(connection);
            }
        }
    }

    pub fn output(&self) -> Option<&[u8]> {
        (!self.output.is_empty()).then_some(&self.output)
    }

    pub fn sent(&mut self, length: usize) {
        self.output.advance(length);
    }

    /// When all output was taken: the reason of the end.
    pub fn over(&self) -> Option<&str> {
        self.ended.as_deref().filter(|_| self.output.is_empty())
    }

    /// Ready when something has changed.
    pub fn poll(&mut self, context: &mut Context<'_>, room: bool) -> Poll<()> {
        let before = self.leaving.len();
        self.leaving.retain_mut(|connection| match connection.poll_open(context) {
            Poll::Pending => true,
            Poll::Ready(Ok(())) => connection.poll_write(context).is_pending(),
            Poll::Ready(Err(_)) => false,
        });
        let has_left = self.leaving.len() < before;
        if self.poll_connection(context, room) || has_left { Poll::Ready(()) } else { Poll::Pending }
    }

    fn poll_connection(&mut self, context: &mut Context<'_>, room: bool) -> bool {
        let Some(connection) = &mut self.connection else { return false };
        match connection.poll_open(context) {
            Poll::Pending => return false,
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => {
                self.connection = None;
                self.ended = Some(unreachable(self.destination, &error));
                return true;
            }
        }
        let mut changed = !self.was_open;
        self.was_open = true;
        let waiting = connection.waiting();
        let _ = connection.poll_write(context);
        changed |= connection.waiting() < waiting;
        if room && self.output.len() < MAX_OUTPUT {
            let start = self.output.len();
            self.output.resize(start + READ, 0);
            let read = connection.poll_read(context, &mut self.output[start..]);
            let length = read.map(<[u8]>::len);
            self.output.truncate(start + if let Poll::Ready(length) = length { length } else { 0 });
            match length {
                Poll::Pending => {}
                Poll::Ready(1..) => changed = true,
                Poll::Ready(0) => {
                    self.connection = None;
                    self.ended = (!self.is_basic).then(String::new);
                    changed = true;
                }
            }
        }
        changed
    }
}
