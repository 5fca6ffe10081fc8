//! One connection to the destination: dialled, written to, read from. Owns the bytes that wait to be written;
//! its owner bounds them, and decides what an end or a failure means.

use bytes::{Buf as _, BytesMut};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;

/// A listener that is full does not refuse, it keeps silent.
const DIAL_LIMIT: Duration = Duration::from_secs(10);
/// A buffer larger than this is given back when it is empty.
const KEPT: usize = 64 << 10;

pub struct Connection {
    state: State,
    waiting: BytesMut,
    /// Writing has failed: nobody reads there, but what was said before may still be read.
    deaf: bool,
}

enum State {
    Dialling(Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>),
    Open(TcpStream),
}

impl Connection {
    pub fn dial(destination: SocketAddr) -> Connection {
        let dialling = async move {
            let socket = match tokio::time::timeout(DIAL_LIMIT, TcpStream::connect(destination)).await {
                Ok(connected) => connected?,
                Err(_) => return Err(io::ErrorKind::TimedOut.into()),
            };
            // Whoever sends little at a time waits for an answer.
            socket.set_nodelay(true)?;
            Ok(socket)
        };
        Connection { state: State::Dialling(Box::pin(dialling)), waiting: BytesMut::new(), deaf: false }
    }

    pub fn input(&mut self, bytes: &[u8]) {
        if !self.deaf {
            self.waiting.extend_from_slice(bytes);
        }
    }

    /// Bytes not yet written.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let State::Dialling(dialling) = &mut self.state {
            self.state = State::Open(ready!(dialling.as_mut().poll(context))?);
        }
        Poll::Ready(Ok(()))
    }

    /// Ready when nothing waits any more, written or not.
    pub fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let State::Open(socket) = &mut self.state else { return Poll::Pending };
        while !self.waiting.is_empty() {
            match ready!(Pin::new(&mut *socket).poll_write(context, &self.waiting)) {
                Ok(written @ 1..) => self.waiting.advance(written),
                Ok(0) | Err(_) => {
                    self.deaf = true;
                    self.waiting.clear();
                }
            }
        }
        if self.waiting.capacity() > KEPT {
            self.waiting = BytesMut::new();
        }
        Poll::Ready(())
    }

    /// The bytes read into `buffer`; none at the end, whether it is a clean one or not.
    pub fn poll_read<'a>(&mut self, context: &mut Context<'_>, buffer: &'a mut [u8]) -> Poll<&'a [u8]> {
        let State::Open(socket) = &mut self.state else { return Poll::Pending };
        let mut read = ReadBuf::new(buffer);
        let result = ready!(Pin::new(socket).poll_read(context, &mut read));
        let length = result.map_or(0, |()| read.filled().len());
        Poll::Ready(&buffer[..length])
    }
}
