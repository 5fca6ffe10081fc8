//! What runs, or ran when an execution was stopped: the states that were entered and not left. Events nothing followed
//! are where the branches of an execution stand.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::cause::execution_arn;
use super::{AttemptError, FailedState, TOLD, called, failure_of};
use crate::asl::Payload;
use crate::asl::history::{Event, Happened, StateType};

/// A state that was entered and not left.
#[derive(Debug, Clone)]
pub struct Running {
    pub name: Arc<str>,
    pub kind: StateType,
    pub entered: Timestamp,
    pub input: Payload,
    pub calls: Option<String>,
    pub arguments: Option<Payload>,
    pub attempts: u64,
    /// Of its attempts, the last one first. The state waits for the next attempt where it has one for each.
    pub errors: Vec<AttemptError>,
    pub child: Option<String>,
    pub map_run: Option<Arc<str>>,
}

impl Running {
    /// As many are told of.
    pub const MOST: usize = 20;

    pub(super) fn into_failed(self) -> FailedState {
        let Running { name, kind, entered, input, calls, arguments, attempts, errors, child, map_run } = self;
        FailedState {
            name,
            kind,
            entered,
            input,
            inside: Vec::new(),
            calls,
            arguments,
            attempts,
            errors,
            map_run,
            child,
            location: None,
        }
    }
}

/// A branch on its way back to the entry of the state it stands in.
#[derive(Debug, Default)]
struct Tip {
    calls: Option<String>,
    arguments: Option<Payload>,
    attempts: u64,
    errors: Vec<AttemptError>,
    child: Option<String>,
    map_run: Option<Arc<str>>,
}

#[derive(Debug, Default)]
pub(super) struct Tips {
    /// Events that another one followed.
    followed: HashSet<u64>,
    /// By the event that is looked for.
    tips: HashMap<u64, Tip>,
    running: Vec<Running>,
}

impl Tips {
    pub fn take(&mut self, event: &Event) {
        let is_last = self.followed.insert(event.id);
        self.followed.insert(event.previous);
        let tip = match self.tips.remove(&event.id) {
            Some(tip) => tip,
            None if is_last => Tip::default(),
            None => return,
        };
        if let Some(tip) = tip.with(event, &mut self.running) {
            self.tips.insert(event.previous, tip);
        }
    }

    pub fn running(self) -> Vec<Running> {
        self.running
    }
}

impl Tip {
    /// Goes on with the event before, unless this is where it ends.
    fn with(mut self, event: &Event, running: &mut Vec<Running>) -> Option<Self> {
        use Happened as H;
        if let Some(failure) = failure_of(&event.happened)
            && self.errors.len() < TOLD
        {
            self.errors.push(AttemptError { at: event.at, failure: failure.clone() });
        }
        match &event.happened {
            H::StateEntered { state, name, input } => {
                if running.len() < Running::MOST {
                    running.push(Running {
                        name: Arc::clone(name),
                        kind: *state,
                        entered: event.at,
                        input: input.clone(),
                        calls: self.calls,
                        arguments: self.arguments,
                        attempts: self.attempts,
                        errors: self.errors,
                        child: self.child,
                        map_run: self.map_run,
                    });
                }
                None
            }
            // This branch or item is done and waits for the others; or it is between two states.
            H::StateExited { .. }
            | H::IterationSucceeded { .. }
            | H::IterationFailed { .. }
            | H::ExecutionStarted { .. } => None,
            H::Scheduled(scheduled) => {
                self.attempts += 1;
                if self.calls.is_none() {
                    self.calls = Some(called(&scheduled.call));
                    self.arguments = Some(scheduled.input.clone());
                }
                Some(self)
            }
            H::TaskSubmitted { output, .. } if self.attempts == 0 => {
                self.child = execution_arn(output.value());
                Some(self)
            }
            H::MapRunStarted { arn } if self.map_run.is_none() => {
                self.map_run = Some(Arc::clone(arn));
                Some(self)
            }
            _ => Some(self),
        }
    }
}
