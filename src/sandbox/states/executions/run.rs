//! An execution that runs, in memory: the engine's execution, which its driver moves and others look at, and what has
//! come to it and was not taken yet.

use super::head::{Data, Ended};
use jiff::Timestamp;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::execution::{Answer, Demand, DemandId, Entry, Execution, MapRunReport, What};
use opsctl_engine::asl::history::Event;
use opsctl_engine::asl::test_state::{self, Level};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, oneshot};

pub struct Run {
    pub input: Payload,
    execution: Mutex<Execution>,
    inbox: Mutex<VecDeque<Come>>,
    more: Notify,
}

/// Something that has come. Whoever waits until it is taken is told by the end of `taken`.
pub struct Come {
    pub what: What,
    pub taken: Option<oneshot::Sender<()>>,
}

/// Where an execution stands when nothing more can be done at once.
pub struct Settled {
    pub demands: Vec<Demand>,
    /// When something happens by itself.
    pub next: Option<Timestamp>,
    pub has_ended: bool,
    /// How many map runs there were so far.
    pub map_runs: usize,
}

impl Run {
    pub fn new(input: Payload, execution: Execution) -> Self {
        Run { input, execution: Mutex::new(execution), inbox: Mutex::default(), more: Notify::new() }
    }

    /// Something has come. Heartbeats that were not taken yet are one.
    pub fn send(&self, what: What) {
        let mut inbox = self.inbox();
        let beats = |other: &What, demand: DemandId| matches!(other, What::Answer(of, Answer::Heartbeat) if *of == demand);
        if let What::Answer(demand, Answer::Heartbeat) = what
            && inbox.iter().any(|other| beats(&other.what, demand))
        {
            return;
        }
        inbox.push_back(Come { what, taken: None });
        drop(inbox);
        self.more.notify_one();
    }

    /// Hands something in, and waits until it is taken or can never be.
    pub async fn deliver(&self, what: What) {
        let (taken, is_taken) = oneshot::channel();
        self.inbox().push_back(Come { what, taken: Some(taken) });
        self.more.notify_one();
        // Nothing is ever sent: the end of the sender says it.
        let _ = is_taken.await;
    }

    /// The next thing that has come, or comes.
    pub async fn next(&self) -> Come {
        loop {
            let more = self.more.notified();
            let first = self.inbox().pop_front();
            match first {
                Some(come) => return come,
                None => more.await,
            }
        }
    }

    /// What has come and is not taken is not wanted any longer.
    pub fn close(&self) {
        self.inbox().clear();
    }

    pub fn receive(&self, entry: Entry) {
        self.execution().receive(entry);
    }

    /// Does all that can be done now.
    pub fn settle_down(&self) -> Settled {
        let mut execution = self.execution();
        Settled {
            demands: execution.settle_down(),
            next: execution.next_timer(),
            has_ended: execution.outcome().is_some(),
            map_runs: execution.map_runs().len(),
        }
    }

    pub fn arn(&self) -> Arc<str> {
        Arc::clone(self.execution().arn())
    }

    pub fn now(&self) -> Timestamp {
        self.execution().now()
    }

    pub fn look<T>(&self, look: impl FnOnce(&[Event], &[MapRunReport]) -> T) -> T {
        let execution = self.execution();
        look(execution.history().events(), execution.map_runs())
    }

    /// What came of a state on trial.
    pub fn tried(&self, level: Level) -> Option<Value> {
        test_state::answer(&self.execution(), level)
    }

    pub fn data(&self) -> Data {
        let execution = self.execution();
        let outcome = execution.outcome();
        Data {
            input: self.input.clone(),
            output: outcome.and_then(|outcome| outcome.output.clone()),
            failure: outcome.map(|outcome| outcome.failure.clone()).unwrap_or_default(),
        }
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        let execution = self.execution();
        let status = execution.outcome()?.status;
        Some(Ended { status, at: execution.now(), events: execution.history().count() })
    }

    fn inbox(&self) -> MutexGuard<'_, VecDeque<Come>> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn execution(&self) -> MutexGuard<'_, Execution> {
        self.execution.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
