//! Events that nobody waits for, on their way to a function or to a machine. Each is on disk until it has arrived, so that
//! one that was taken arrives at least once, whatever becomes of the sandbox. Knows nothing of where they come from.

mod attempt;

use super::account::Account;
use super::shelf::Shelf;
use attempt::Attempted;
use opsctl_engine::hex::hex;
use ring::digest;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

/// More than that is not taken: so many events, and so many bytes of them.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Of the invocation, or the name of the execution: the same at every attempt. One event may start executions of
    /// the same name, of several machines.
    pub id: String,
    pub to: Destination,
    /// JSON.
    pub event: String,
    /// When it was taken, in milliseconds since 1970.
    pub taken: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// By its name.
    Function(String),
    /// By its name, perhaps with a version or an alias behind a colon.
    Machine(String),
}

impl Delivery {
    /// Names its file: each destination has one of its own.
    fn key(&self) -> String {
        let name = match &self.to {
            Destination::Function(name) | Destination::Machine(name) => name,
        };
        let hash = digest::digest(&digest::SHA256, name.as_bytes());
        format!("{}-{}", self.id, hex(hash.as_ref().iter().take(8)))
    }
}

/// There are too many events on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

pub struct Deliveries {
    shelf: Shelf,
    waiting: Mutex<Waiting>,
    news: Notify,
    driver: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Waiting {
    /// Not begun.
    fresh: VecDeque<Delivery>,
    /// All that have not arrived, and their bytes.
    count: usize,
    bytes: usize,
}

impl Deliveries {
    /// With what an earlier sandbox had not delivered.
    pub fn open(folder: &Path) -> Self {
        let shelf = Shelf::new(folder.join("deliveries"));
        let mut left: Vec<Delivery> = shelf.all();
        left.sort_by_key(|delivery| delivery.taken);
        let waiting = Waiting {
            count: left.len(),
            bytes: left.iter().map(|delivery| delivery.event.len()).sum(),
            fresh: left.into(),
        };
        Deliveries { shelf, waiting: Mutex::new(waiting), news: Notify::new(), driver: Mutex::default() }
    }

    /// Begins to deliver what has been taken and what will be.
    pub fn start(&self, account: &Arc<Account>) {
        let driver = tokio::spawn(drive(Arc::clone(account)));
        let before = self.driver.lock().unwrap_or_else(PoisonError::into_inner).replace(driver);
        if let Some(before) = before {
            before.abort();
        }
    }

    /// Takes an event: it is on disk when this returns.
    pub fn take(&self, delivery: Delivery) -> Result<(), Full> {
        let mut waiting = self.waiting();
        let bytes = waiting.bytes.saturating_add(delivery.event.len());
        if waiting.count >= MOST || bytes > MOST_BYTES {
            return Err(Full);
        }
        self.shelf.keep(&delivery.key(), &delivery);
        waiting.count += 1;
        waiting.bytes = bytes;
        waiting.fresh.push_back(delivery);
        drop(waiting);
        self.news.notify_one();
        Ok(())
    }

    /// Leaves what has not arrived where it is.
    pub async fn shutdown(&self) {
        let driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(driver) = driver {
            driver.abort();
            // It was aborted just now.
            let _ = driver.await;
        }
    }

    /// Whether everything has arrived.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.waiting().count == 0
    }

    fn forget(&self, delivery: &Delivery) {
        self.shelf.remove(&delivery.key());
        let mut waiting = self.waiting();
        waiting.count = waiting.count.saturating_sub(1);
        waiting.bytes = waiting.bytes.saturating_sub(delivery.event.len());
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn drive(account: Arc<Account>) {
    let mut under_way = JoinSet::new();
    loop {
        let fresh = std::mem::take(&mut account.deliveries.waiting().fresh);
        for delivery in fresh {
            let account = Arc::clone(&account);
            under_way.spawn(async move {
                let attempted = attempt::deliver(&account, &delivery).await;
                match &attempted {
                    Attempted::Arrived => {}
                    Attempted::GivenUp(why) => {
                        tracing::warn!(to = ?delivery.to, why, "an event is given up");
                    }
                    Attempted::Later => return,
                }
                account.deliveries.forget(&delivery);
            });
        }
        tokio::select! {
            () = account.deliveries.news.notified() => {}
            Some(_) = under_way.join_next() => {}
        }
    }
}
