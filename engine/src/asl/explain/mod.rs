//! Why an execution ended as it did, from the events of its history, newest first: the state that failed, in which
//! attempt, on what input, with which error. Only as much of a history is asked for as the answer needs, and little of
//! it is kept. Pure; nothing is fetched here.

mod attempts;
mod cause;
mod meaning;
mod running;
mod trail;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

pub use attempts::{AttemptError, Attempts};
pub use cause::{Cause, Child};
pub use meaning::meaning;

use super::Payload;
use super::history::{Event, Failure, Happened, StateType};
use running::Tips;
use trail::Trail;

/// States that run, errors that were caught before the end, and attempts, of which each is told; there may be more.
const TOLD: usize = 20;

/// How an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Running,
    Succeeded,
    Failed,
    Aborted,
    TimedOut,
}

/// What is known of the end of an execution.
#[derive(Debug, Clone)]
pub struct Explanation {
    pub end: End,
    /// When it ended; of one that runs, when something happened last.
    pub at: Timestamp,
    /// As the execution reports it.
    pub failure: Failure,
    /// Of one that failed.
    pub failed: Option<FailedState>,
    /// What ran when it was stopped, or runs; the most recent first, [`TOLD`] at most.
    pub running: Vec<Unfinished>,
    /// Errors on the way to the end that catchers took, the last ones, oldest first.
    pub caught: Vec<CaughtError>,
    /// How often it was redriven, as far as its history was read.
    pub redrives: u64,
    /// The state that was entered most often in what was read, with how often; of a history near its limit.
    pub busiest: Option<(Arc<str>, u64)>,
    /// The id of the last event.
    pub events: u64,
}

/// A state that was entered and not left: it failed, or runs, or ran when the execution was stopped.
#[derive(Debug, Clone)]
pub struct Unfinished {
    pub name: Arc<str>,
    pub kind: StateType,
    pub entered: Timestamp,
    pub input: Payload,
    pub attempts: Attempts,
}

/// The state in which an execution failed: the innermost one.
#[derive(Debug, Clone)]
pub struct FailedState {
    pub state: Unfinished,
    /// The Parallel and Map states it is inside of, the outermost first.
    pub inside: Vec<Outer>,
    /// The field whose expression failed.
    pub location: Option<Arc<str>>,
}

/// A state around another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outer {
    pub name: Arc<str>,
    pub kind: StateType,
    /// Of a Map state: which item, counted from 0.
    pub index: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtError {
    pub state: Arc<str>,
    pub at: Timestamp,
    pub failure: Failure,
}

/// Takes the events of a history, newest first.
#[derive(Debug, Default)]
pub struct Explainer {
    last: Option<Last>,
    trail: Option<Trail>,
    tips: Option<Tips>,
    entered: HashMap<Arc<str>, u64>,
    redrives: u64,
    oldest: u64,
}

/// The newest event.
#[derive(Debug)]
struct Last {
    id: u64,
    at: Timestamp,
    end: End,
    failure: Failure,
}

impl Explainer {
    /// Takes the event before those that were taken.
    pub fn take(&mut self, event: &Event) {
        self.oldest = event.id;
        if self.last.is_none() {
            let (end, failure) = ending(&event.happened);
            self.last = Some(Last { id: event.id, at: event.at, end, failure });
            match end {
                // Without a word of what it followed, it is what came last.
                End::Failed if event.previous > 0 => self.trail = Some(Trail::from(event.previous)),
                End::Succeeded => self.trail = Some(Trail::from(event.previous)),
                _ => self.tips = Some(Tips::default()),
            }
            if end != End::Running {
                return;
            }
        }
        if let Happened::StateEntered { name, .. } = &event.happened {
            *self.entered.entry(Arc::clone(name)).or_default() += 1;
        }
        if is_redriven(&event.happened) {
            self.redrives += 1;
        }
        if let Some(trail) = &mut self.trail {
            trail.take(event);
        }
        if let Some(tips) = &mut self.tips {
            tips.take(event);
        }
    }

    /// Whether older events could tell more.
    pub fn needs_more(&self) -> bool {
        if self.oldest == 1 {
            return false;
        }
        match (&self.last, &self.trail) {
            (None, _) => true,
            (Some(Last { end: End::Succeeded, .. }), _) => false,
            (_, Some(trail)) => trail.needs_more(),
            // What runs may have been entered long ago.
            (_, None) => true,
        }
    }

    /// Nothing without a single event.
    pub fn explanation(self) -> Option<Explanation> {
        let last = self.last?;
        let mut running = self.tips.map(Tips::running).unwrap_or_default();
        let (mut failed, caught) = self.trail.map(Trail::end).unwrap_or_default();
        if last.end == End::Failed && failed.is_none() && !running.is_empty() {
            failed = Some(FailedState { state: running.remove(0), inside: Vec::new(), location: None });
        }
        if last.end != End::Failed {
            failed = None;
        } else {
            running.clear();
        }
        let busiest = (last.id >= NEAR_THE_LIMIT)
            .then(|| {
                self.entered.into_iter().max_by(|one, other| one.1.cmp(&other.1).then(other.0.cmp(&one.0)))
            })
            .flatten();
        Some(Explanation {
            end: last.end,
            at: last.at,
            failure: last.failure,
            failed,
            running,
            caught,
            redrives: self.redrives,
            busiest,
            events: last.id,
        })
    }
}

/// Events from which on it is worth telling what there were so many of; the limit is 25,000.
const NEAR_THE_LIMIT: u64 = 20_000;

fn ending(happened: &Happened) -> (End, Failure) {
    match happened {
        Happened::ExecutionSucceeded { .. } => (End::Succeeded, Failure::default()),
        Happened::ExecutionFailed(failure) => (End::Failed, failure.clone()),
        Happened::ExecutionAborted(failure) => (End::Aborted, failure.clone()),
        Happened::ExecutionTimedOut(failure) => (End::TimedOut, failure.clone()),
        _ => (End::Running, Failure::default()),
    }
}

fn is_redriven(happened: &Happened) -> bool {
    happened.name() == "ExecutionRedriven"
}

/// The failure that an event of a task or of an expression tells.
pub fn failure_of(happened: &Happened) -> Option<&Failure> {
    use Happened as H;
    match happened {
        H::TaskFailed { failure, .. }
        | H::TaskTimedOut { failure, .. }
        | H::EvaluationFailed { failure, .. }
        | H::LambdaFailed(failure)
        | H::LambdaTimedOut(failure)
        | H::ActivityFailed(failure)
        | H::ActivityTimedOut(failure)
        | H::MapRunFailed(failure) => Some(failure),
        // What could not be scheduled, started or submitted.
        H::Other { kind, failure } if kind.ends_with("Failed") => Some(failure),
        _ => None,
    }
}
