//! What a session hands to one of its connections: data in order, and how it ended. Filled by the session's task,
//! emptied by the connection's, neither of which waits for the other here.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::spool::{Budget, Overflow, Spool};

/// Who holds so much is slow: nothing more is fetched for it alone.
const FULL: u64 = 256 * 1024;
/// The longest that a half-closed connection waits for what was sent before to arrive, in half-close time-outs.
const PATIENCE: u32 = 12;

/// How the far side has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// In order: what came before is to be written.
    Finished,
    /// Not in order: the local program must be able to tell.
    Broken,
}

pub struct Inbox {
    state: Mutex<State>,
    /// For the connection: something came.
    changed: Notify,
    /// For the session: what was full is not full any more.
    drained: Arc<Notify>,
    /// Everything that was sent has arrived, and the link is up.
    settled: Arc<AtomicBool>,
}

struct State {
    spool: Spool,
    ending: Option<Ending>,
    moved: Instant,
}

impl Inbox {
    pub fn new(budget: Arc<Budget>, drained: Arc<Notify>, settled: Arc<AtomicBool>) -> Arc<Self> {
        let state = State { spool: Spool::new(budget), ending: None, moved: Instant::now() };
        Arc::new(Inbox { state: Mutex::new(state), changed: Notify::new(), drained, settled })
    }

    /// Data of the far side. After an overflow the connection is of no use any more.
    pub fn deliver(&self, data: &[u8]) -> Result<(), Overflow> {
        let mut state = self.state();
        state.moved = Instant::now();
        let delivered = state.spool.push(data);
        drop(state);
        self.changed.notify_one();
        delivered
    }

    /// Nothing more will come. The first ending counts, but a broken one.
    pub fn end(&self, ending: Ending) {
        let mut state = self.state();
        if state.ending.is_none() || ending == Ending::Broken {
            state.ending = Some(ending);
        }
        drop(state);
        self.changed.notify_one();
    }

    pub fn is_full(&self) -> bool {
        self.state().spool.len() > FULL
    }

    /// The next data, or how it ended. Can be dropped and called again without losing any.
    pub async fn next(&self) -> io::Result<Result<Bytes, Ending>> {
        loop {
            {
                let mut state = self.state();
                if state.ending == Some(Ending::Broken) {
                    return Ok(Err(Ending::Broken));
                }
                if let Some(piece) = state.spool.pop()? {
                    return Ok(Ok(piece));
                }
                if let Some(ending) = state.ending {
                    return Ok(Err(ending));
                }
            }
            self.changed.notified().await;
        }
    }

    /// Until it is known to be broken, whatever is still to be written.
    pub async fn broken(&self) {
        while self.state().ending != Some(Ending::Broken) {
            self.changed.notified().await;
        }
    }

    /// When something came or was written last.
    pub fn moved(&self) -> Instant {
        self.state().moved
    }

    /// So many bytes of what was taken are written.
    pub fn written(&self, bytes: usize) {
        let mut state = self.state();
        let was_full = state.spool.len() > FULL;
        state.spool.release(bytes);
        state.moved = Instant::now();
        if was_full && state.spool.len() <= FULL {
            self.drained.notify_one();
        }
    }

    /// Until nothing has come for `limit`: not counted while something is still to be written here or on its way
    /// there, nor, but within reason, while the link is down.
    pub async fn quiet(&self, limit: Duration) {
        let give_up = Instant::now() + limit * PATIENCE;
        let mut since = Instant::now();
        loop {
            sleep_until(since + limit).await;
            let now = Instant::now();
            let state = self.state();
            since = if !state.spool.is_empty() || (!self.settled.load(Ordering::Relaxed) && now < give_up) {
                now
            } else {
                since.max(state.moved)
            };
            if since + limit <= now {
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
