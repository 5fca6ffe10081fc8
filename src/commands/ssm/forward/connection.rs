//! One local connection: its bytes to the session as fast as that takes them, what came for it to the local program as
//! fast as it takes it, and the end of both. It must not know how the session carries it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::half_closed::HalfClosed;
use super::inbox::{Ending, Inbox};

/// What one read takes at most.
const READ: usize = 64 * 1024;
/// How long a program may go on sending into a connection whose far side has ended, before it is cut off: closed at
/// once, the last bytes for it could be lost.
const LINGER: Duration = Duration::from_secs(2);

/// What a connection tells its session.
#[derive(Debug)]
pub enum Said {
    Data(Bytes),
    /// It neither sends nor takes anything any more.
    Closed,
}

/// `K`: how the session tells its connections apart.
pub struct Connection<K> {
    pub key: K,
    pub local: TcpStream,
    pub inbox: Arc<Inbox>,
    /// Of few places, which are given in the order in which they are asked for: a fast connection is one among others.
    pub session: mpsc::Sender<(K, Said)>,
    pub half_closed: Arc<HalfClosed>,
}

/// How one direction ended.
enum End {
    /// The local program will send no more.
    LocalFinished,
    /// It is gone.
    LocalGone,
    Far(Ending),
}

impl<K: Copy> Connection<K> {
    pub async fn run(mut self) {
        let end = self.pass_on().await;
        // A session that has ended needs no word.
        let _ = self.session.send((self.key, Said::Closed)).await;
        match end {
            End::Far(Ending::Finished) => {
                if self.local.shutdown().await.is_ok() {
                    let _ = tokio::time::timeout(LINGER, self.discard()).await;
                }
            }
            // Seen by the local program as what it is: no orderly end.
            End::Far(Ending::Broken) => drop(self.local.set_zero_linger()),
            End::LocalFinished | End::LocalGone => {}
        }
    }

    async fn pass_on(&self) -> End {
        let down = self.download();
        tokio::pin!(down);
        let up = tokio::select! {
            end = &mut down => return end,
            end = self.upload() => end,
        };
        if !matches!(up, End::LocalFinished) {
            return up;
        }
        // The session has no half-close: who has asked its question still wants the answer.
        tokio::select! {
            end = &mut down => end,
            () = self.half_closed.wait(&self.inbox) => up,
        }
    }

    async fn upload(&self) -> End {
        loop {
            if self.local.readable().await.is_err() {
                return End::LocalGone;
            }
            // Nothing is read that nobody takes.
            let Ok(place) = self.session.reserve().await else { return End::Far(Ending::Broken) };
            let mut data = BytesMut::with_capacity(READ);
            match self.local.try_read_buf(&mut data) {
                Ok(0) => return End::LocalFinished,
                Ok(_) => place.send((self.key, Said::Data(data.freeze()))),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return End::LocalGone,
            }
        }
    }

    async fn download(&self) -> End {
        loop {
            let piece = match self.inbox.next().await {
                Ok(Ok(piece)) => piece,
                Ok(Err(ending)) => return End::Far(ending),
                Err(error) => {
                    tracing::warn!(%error, "what waited for a connection cannot be read back");
                    return End::Far(Ending::Broken);
                }
            };
            if let Some(end) = self.write(&piece).await {
                return end;
            }
        }
    }

    async fn write(&self, mut piece: &[u8]) -> Option<End> {
        while !piece.is_empty() {
            match self.local.try_write(piece) {
                Ok(written) => {
                    self.inbox.written(written);
                    piece = piece.get(written..).unwrap_or_default();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => tokio::select! {
                    ready = self.local.writable() => if ready.is_err() {
                        return Some(End::LocalGone);
                    },
                    () = self.inbox.broken() => return Some(End::Far(Ending::Broken)),
                },
                Err(_) => return Some(End::LocalGone),
            }
        }
        None
    }

    async fn discard(&self) {
        let mut data = [0; 4096];
        while self.local.readable().await.is_ok() {
            match self.local.try_read(&mut data) {
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
                Ok(_) | Err(_) => {}
            }
        }
    }
}
