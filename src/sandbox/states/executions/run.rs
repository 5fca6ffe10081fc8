//! An execution that runs, in memory: the engine's execution, which its driver moves and others look at, and what has
//! come to it and was not taken yet.

use super::head::Data;
use jiff::Timestamp;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::execution::{Answer, Demand, DemandId, Entry, Execution, What};
use opsctl_engine::asl::history::Event;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

pub struct Run {
    pub input: Payload,
    execution: Mutex<Execution>,
    inbox: Mutex<VecDeque<What>>,
    more: Notify,
}

impl Run {
    pub fn new(input: Payload, execution: Execution) -> Self {
        Run { input, execution: Mutex::new(execution), inbox: Mutex::default(), more: Notify::new() }
    }

    /// Something has come. Heartbeats that were not taken yet are one.
    pub fn send(&self, what: What) {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let beats = |other: &What, demand: DemandId| matches!(other, What::Answer(of, Answer::Heartbeat) if *of == demand);
        if let What::Answer(demand, Answer::Heartbeat) = what
            && inbox.iter().any(|other| beats(other, demand))
        {
            return;
        }
        inbox.push_back(what);
        drop(inbox);
        self.more.notify_one();
    }

    /// The next thing that has come, or comes.
    pub async fn next(&self) -> What {
        loop {
            let more = self.more.notified();
            let first = self.inbox.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            match first {
                Some(what) => return what,
                None => more.await,
            }
        }
    }

    pub fn receive(&self, entry: Entry) {
        self.execution().receive(entry);
    }

    /// Does all that can be done now, and says what is asked for and when something happens by itself.
    pub fn settle_down(&self) -> (Vec<Demand>, Option<Timestamp>) {
        let mut execution = self.execution();
        (execution.settle_down(), execution.next_timer())
    }

    pub fn arn(&self) -> Arc<str> {
        Arc::clone(self.execution().arn())
    }

    pub fn now(&self) -> Timestamp {
        self.execution().now()
    }

    pub fn has_ended(&self) -> bool {
        self.execution().outcome().is_some()
    }

    pub fn look<T>(&self, look: impl FnOnce(&[Event]) -> T) -> T {
        look(self.execution().history().events())
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

    pub fn status(&self) -> Option<opsctl_engine::asl::execution::Status> {
        self.execution().outcome().map(|outcome| outcome.status)
    }

    fn execution(&self) -> MutexGuard<'_, Execution> {
        self.execution.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
