//! An execution of which it is known how it stands. What was given to it and what it gave is on disk, or in memory while
//! it runs.

use super::head::{Ended, Head, Standing};
use super::run::Run;
use jiff::Timestamp;
use opsctl_engine::asl::execution::{Adjustment, NotRedrivable, Past, What};
use opsctl_engine::asl::history::Failure;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

pub struct Known {
    pub head: Arc<Head>,
    pub(super) standing: watch::Sender<Standing>,
    /// While it runs, and longer where its journal could not be written.
    run: Mutex<Option<Arc<Run>>>,
    /// What the caller knows the last redrive by.
    token: Mutex<Option<String>>,
}

impl Known {
    pub(super) fn new(head: Head, standing: Standing, token: Option<String>, run: Option<Arc<Run>>) -> Self {
        Known {
            head: Arc::new(head),
            standing: watch::Sender::new(standing),
            run: Mutex::new(run),
            token: Mutex::new(token),
        }
    }

    pub fn standing(&self) -> Standing {
        *self.standing.borrow()
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.standing().ended
    }

    /// What lists call it.
    pub fn status(&self) -> &'static str {
        self.ended().map_or("RUNNING", |ended| ended.status.name())
    }

    /// Until it is over.
    pub async fn end(&self) -> Option<Ended> {
        let mut standing = self.standing.subscribe();
        // The sender lives as long as this.
        let ended = standing.wait_for(|standing| standing.ended.is_some()).await;
        ended.ok().and_then(|standing| standing.ended)
    }

    /// Asks it to stop; one that is over stays as it is.
    pub fn stop(&self, failure: Failure) {
        if self.ended().is_some() {
            return;
        }
        if let Some(run) = self.run() {
            run.send(What::Stop(failure));
        }
    }

    /// Changes how a map run of it goes on, and waits until it does.
    pub async fn adjust(&self, adjustment: Adjustment) {
        if self.ended().is_some() {
            return;
        }
        if let Some(run) = self.run() {
            tokio::select! {
                () = run.deliver(What::Adjust(adjustment)) => {}
                _ = self.end() => {}
            }
        }
    }

    /// Whether it can be redriven now, and why not.
    pub fn check_redrive(&self, now: Timestamp) -> Result<(), NotRedrivable> {
        let Standing { redrives, ended, .. } = self.standing();
        let past = Past {
            started: self.head.started,
            ended: ended.map(|ended| (ended.status, ended.at)),
            events: ended.map_or(0, |ended| ended.events),
            redrives,
        };
        past.check(now)
    }

    pub(super) fn run(&self) -> Option<Arc<Run>> {
        self.slot().clone()
    }

    pub(super) fn put_run(&self, run: Arc<Run>) {
        *self.slot() = Some(run);
    }

    pub(super) fn forget_run(&self) {
        *self.slot() = None;
    }

    pub(super) fn token(&self) -> MutexGuard<'_, Option<String>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self) -> MutexGuard<'_, Option<Arc<Run>>> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
