//! What came of a state, from the events between its entry and where it failed or stands, met newest first: how often it
//! tried, with which errors, and what it called and started. Which events those are is not known here.

use std::sync::Arc;

use jiff::Timestamp;

use super::cause::execution_arn;
use super::{TOLD, Unfinished, failure_of};
use crate::asl::Payload;
use crate::asl::history::{Call, Event, Failure, Happened};

#[derive(Debug, Clone, Default)]
pub struct Attempts {
    /// Since the state was entered, or since the execution was redriven; 0 for a state that calls nothing.
    pub count: u64,
    /// The last one first; the first [`TOLD`] of them. A state that runs waits for its next attempt where each has one.
    pub errors: Vec<AttemptError>,
    /// What the last attempt called: `lambda:invoke`, the ARN of a function or an activity.
    pub calls: Option<String>,
    /// What that was called with.
    pub arguments: Option<Payload>,
    /// The run of a distributed Map, whose children have histories of their own.
    pub map_run: Option<Arc<str>>,
    /// The child execution that was started and waited for.
    pub child: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptError {
    pub at: Timestamp,
    pub failure: Failure,
}

impl Attempts {
    pub(super) fn take(&mut self, event: &Event) {
        if let Some(failure) = failure_of(&event.happened)
            && self.errors.len() < TOLD
        {
            self.errors.push(AttemptError { at: event.at, failure: failure.clone() });
        }
        match &event.happened {
            Happened::Scheduled(scheduled) => {
                self.count += 1;
                if self.calls.is_none() {
                    self.calls = Some(called(&scheduled.call));
                    self.arguments = Some(scheduled.input.clone());
                }
            }
            Happened::TaskSubmitted { output, .. } if self.count == 0 => {
                self.child = execution_arn(output.value());
            }
            Happened::MapRunStarted { arn } if self.map_run.is_none() => self.map_run = Some(Arc::clone(arn)),
            _ => {}
        }
    }

    /// The state whose entry this is.
    pub(super) fn since(self, entry: &Event) -> Option<Unfinished> {
        let Happened::StateEntered { state, name, input } = &entry.happened else { return None };
        Some(Unfinished {
            name: Arc::clone(name),
            kind: *state,
            entered: entry.at,
            input: input.clone(),
            attempts: self,
        })
    }
}

fn called(call: &Call) -> String {
    match call {
        Call::Lambda { arn } | Call::Activity { arn } => arn.to_string(),
        Call::Service { service, .. } => format!("{}:{}", service.resource_type, service.resource),
    }
}
