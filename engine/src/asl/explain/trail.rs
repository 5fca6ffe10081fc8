//! The way back from the end of an execution, event by event: each names the one it followed. On it lie the state that
//! failed with its attempts, the states around that one, and the errors that were caught before.

use std::sync::Arc;

use super::{Attempts, CaughtError, FailedState, Outer, TOLD, failure_of, is_redriven};
use crate::asl::Payload;
use crate::asl::history::{Event, Failure, Happened, StateType};

/// Where the walk is. It goes backwards: what is left is met before what is entered.
#[derive(Debug)]
enum Level {
    /// In a state that was left, and is of no interest until it was entered.
    Left(Arc<str>),
    /// Among the states of a Parallel or Map state that failed.
    Inside(StateType),
    /// Between the start of its branches or items and its own entry.
    Around(StateType),
}

#[derive(Debug, Default)]
pub(super) struct Trail {
    wanted: u64,
    is_begun: bool,
    /// The state whose expression failed: it is entered beside the way, not on it.
    evaluated: Option<Arc<str>>,
    levels: Vec<Level>,
    failed: Option<FailedState>,
    /// The innermost first.
    inside: Vec<Outer>,
    index: Option<u64>,
    /// Of the failing state, before the walk comes to its entry.
    attempts: Attempts,
    /// The field whose expression failed.
    location: Option<Arc<str>>,
    /// What was before the last redrive is not told: retries begin anew there.
    is_over: bool,
    caught: Vec<CaughtError>,
    /// A state that was left, until the event before tells whether with an error.
    left: Option<CaughtError>,
}

impl Trail {
    pub fn from(wanted: u64) -> Self {
        Trail { wanted, ..Trail::default() }
    }

    pub fn needs_more(&self) -> bool {
        let Some(failed) = &self.failed else { return self.wanted > 0 || self.evaluated.is_some() };
        let is_inside = self.levels.iter().any(|level| !matches!(level, Level::Left(_)));
        // A Fail state only passes on what happened before.
        let is_told = failed.state.kind != StateType::Fail || !self.caught.is_empty();
        self.wanted > 0 && (is_inside || !is_told)
    }

    pub fn take(&mut self, event: &Event) {
        if !self.is_on_the_way(event) {
            return;
        }
        self.wanted = event.previous;
        self.caught_by_exit(event);
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        let is_skipped = self.levels.iter().any(|level| matches!(level, Level::Left(_)));
        match &event.happened {
            // The execution failed on its way to the next state.
            Happened::StateExited { .. } if is_first => {}
            Happened::StateExited { name, output, .. } => {
                let failure = named_by(output);
                self.left = Some(CaughtError { state: Arc::clone(name), at: event.at, failure });
                self.levels.push(Level::Left(Arc::clone(name)));
            }
            Happened::StateEntered { .. } => self.entered(event),
            Happened::StateFailed { state } if !self.is_over => self.levels.push(Level::Inside(*state)),
            Happened::ParallelStarted => self.started(StateType::Parallel, is_skipped),
            Happened::MapStarted { .. } => self.started(StateType::Map, is_skipped),
            // Items that are done lie on the way before the one that failed.
            Happened::IterationStarted { index, .. } if !is_skipped && self.index.is_none() => {
                self.index = Some(*index);
            }
            happened if is_redriven(happened) => self.is_over = true,
            _ if is_skipped || self.failed.is_some() || self.is_over => {}
            happened => {
                if let Happened::EvaluationFailed { location, .. } = happened {
                    self.location.clone_from(location);
                }
                self.attempts.take(event);
            }
        }
        if let Happened::EvaluationFailed { state, .. } = &event.happened {
            self.evaluated = Some(Arc::clone(state));
        }
    }

    fn is_on_the_way(&mut self, event: &Event) -> bool {
        let is_evaluated = match (&self.evaluated, &event.happened) {
            (Some(state), Happened::StateEntered { name, .. }) => {
                name == state && (event.id == self.wanted || event.previous == self.wanted)
            }
            _ => false,
        };
        // Unless it is met, the way goes on where the failure came from.
        let is_met = is_evaluated || event.id == self.wanted;
        if is_met {
            self.evaluated = None;
        }
        is_met
    }

    /// Whether the state that was left just now, seen backwards, was left with an error.
    fn caught_by_exit(&mut self, event: &Event) {
        let Some(mut left) = self.left.take() else { return };
        let is_failure = match &event.happened {
            Happened::StateFailed { .. } => true,
            happened => match failure_of(happened) {
                Some(failure) => {
                    left.failure = failure.clone();
                    true
                }
                None => false,
            },
        };
        if is_failure && self.caught.len() < TOLD {
            self.caught.push(left);
        }
    }

    fn entered(&mut self, event: &Event) {
        let Happened::StateEntered { state, name, .. } = &event.happened else { return };
        if let Some(position) = self.levels.iter().rposition(|level| matches!(level, Level::Left(_))) {
            if matches!(self.levels.get(position), Some(Level::Left(left)) if left == name) {
                self.levels.truncate(position);
            }
            return;
        }
        if self.failed.is_none() {
            let failed = std::mem::take(&mut self.attempts).since(event);
            let location = self.location.take();
            self.failed = failed.map(|state| FailedState { state, inside: Vec::new(), location });
            self.is_over = false;
            if matches!(self.levels.last(), Some(Level::Around(kind)) if kind == state) {
                self.levels.pop();
            }
            return;
        }
        if matches!(self.levels.last(), Some(Level::Around(kind)) if kind == state) {
            self.levels.pop();
            let index = if *state == StateType::Map { self.index.take() } else { None };
            self.inside.push(Outer { name: Arc::clone(name), kind: *state, index });
        }
    }

    fn started(&mut self, kind: StateType, is_skipped: bool) {
        if is_skipped {
            return;
        }
        match self.levels.last() {
            Some(Level::Inside(inside)) if *inside == kind => {
                self.levels.pop();
                self.levels.push(Level::Around(kind));
            }
            Some(Level::Around(around)) if *around == kind => {}
            // No event said that it failed, as when its items cannot be read.
            _ if self.failed.is_some() => self.levels.push(Level::Around(kind)),
            _ => {}
        }
    }

    pub fn end(mut self) -> (Option<FailedState>, Vec<CaughtError>) {
        if let Some(failed) = &mut self.failed {
            self.inside.reverse();
            failed.inside = self.inside;
        }
        self.caught.reverse();
        (self.failed, self.caught)
    }
}

/// What a catcher puts into the output of a state, where nothing else is known.
fn named_by(output: &Payload) -> Failure {
    let text = |name: &str| output.value().get(name).and_then(serde_json::Value::as_str).map(Arc::from);
    Failure { error: text("Error"), cause: text("Cause") }
}
