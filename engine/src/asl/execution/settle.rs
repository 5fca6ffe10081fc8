//! What becomes of a frame after a piece of work: it waits, goes on, or ends and lets its parent go on.

use std::sync::Arc;

use super::Execution;
use super::frame::{Doing, Fate, Frame, FrameId, Place};
use super::run::{Outcome, Status};
use super::timers::Timers;
use crate::asl::Payload;
use crate::asl::failure::RUNTIME;
use crate::asl::history::{Failure, Happened};

impl Execution {
    pub(super) fn settle(&mut self, mut id: FrameId, mut frame: Box<Frame>, mut fate: Fate) {
        loop {
            if self.is_full(frame.run) {
                fate = Fate::Fatal(self.out_of_events());
            }
            let parent = match fate {
                Fate::Blocked => {
                    self.frames.put(id, frame);
                    return;
                }
                Fate::Ready => {
                    self.frames.put(id, frame);
                    self.ready.push_back(id);
                    return;
                }
                Fate::Fatal(failure) => {
                    let run = frame.run;
                    let previous = frame.previous;
                    self.park_failed(id, frame);
                    match self.run_failed(run, previous, Status::Failed, failure) {
                        Some(next) => next,
                        None => return,
                    }
                }
                Fate::Succeeded(output) => {
                    self.turn_to(&mut frame, Doing::Entering);
                    self.frames.remove(id);
                    match self.succeeded(&frame, output) {
                        Some(next) => next,
                        None => return,
                    }
                }
                Fate::Failed(failure) => match self.failed(id, frame, failure) {
                    Some(next) => next,
                    None => return,
                },
            };
            (id, frame, fate) = parent;
        }
    }

    /// The failure of a run that has no room for more events.
    fn out_of_events(&self) -> Failure {
        let most = self.options.max_events;
        let cause = format!("The execution reached the maximum number of history events ({most}).");
        Failure { error: Some(Arc::from(RUNTIME)), cause: Some(Arc::from(cause)) }
    }

    /// A frame is through with its states: what that means to its parent.
    fn succeeded(&mut self, frame: &Frame, output: Payload) -> Option<(FrameId, Box<Frame>, Fate)> {
        match frame.place {
            Place::Root if frame.run == 0 => {
                self.add(0, frame.previous, Happened::ExecutionSucceeded { output: output.clone() });
                self.end(Outcome {
                    status: Status::Succeeded,
                    output: Some(output),
                    failure: Failure::default(),
                });
                None
            }
            Place::Root => {
                self.add(frame.run, frame.previous, Happened::ExecutionSucceeded { output: output.clone() });
                self.child_succeeded(frame.run, output)
            }
            Place::Branch { parent, index } => {
                let mut above = self.frames.take(parent)?;
                let fate = self.branch_succeeded(parent, &mut above, index, frame.previous, output);
                Some((parent, above, fate))
            }
            Place::Iteration { parent, index } => {
                let mut above = self.frames.take(parent)?;
                let fate = self.iteration_succeeded(parent, &mut above, index, frame.previous, output);
                Some((parent, above, fate))
            }
        }
    }

    /// A frame failed: what that means to its parent. It stays, parked, until its parent turns to something else.
    fn failed(
        &mut self,
        id: FrameId,
        frame: Box<Frame>,
        failure: Failure,
    ) -> Option<(FrameId, Box<Frame>, Fate)> {
        let (run, previous) = (frame.run, frame.previous);
        match frame.place {
            Place::Root => {
                self.park_failed(id, frame);
                self.run_failed(run, previous, Status::Failed, failure)
            }
            Place::Branch { parent, .. } => {
                let mut above = self.frames.take(parent)?;
                self.abort_branches(&above, &frame);
                self.park_failed(id, frame);
                above.previous = previous;
                let fate = self.fail(parent, &mut above, failure, None);
                Some((parent, above, fate))
            }
            Place::Iteration { parent, index } => {
                let mut above = self.frames.take(parent)?;
                self.park_failed(id, frame);
                let fate = self.iteration_failed(parent, &mut above, index, previous, failure);
                Some((parent, above, fate))
            }
        }
    }

    /// A whole run ends without success, behind the event `previous`.
    pub(super) fn run_failed(
        &mut self,
        run: usize,
        previous: u64,
        status: Status,
        failure: Failure,
    ) -> Option<(FrameId, Box<Frame>, Fate)> {
        let happened = match status {
            Status::TimedOut => Happened::ExecutionTimedOut(failure.clone()),
            Status::Aborted => Happened::ExecutionAborted(failure.clone()),
            _ => Happened::ExecutionFailed(failure.clone()),
        };
        self.add(run, previous, happened);
        if run == 0 {
            self.end(Outcome { status, output: None, failure });
            return None;
        }
        self.child_failed(run, status, failure)
    }

    /// Ends the execution from outside: stopped, or out of time.
    pub(super) fn end_early(&mut self, status: Status, failure: Failure) {
        if self.outcome.is_some() {
            return;
        }
        let root = self.run(0).and_then(|run| run.root);
        // The end stands beside the entry of a state that has not got any further.
        let previous = root.and_then(|root| self.frames.get(root)).map_or(0, |frame| {
            let is_waiting = matches!(frame.doing, Doing::Waiting);
            if is_waiting { frame.before } else { frame.previous }
        });
        // The execution itself has no parent that would go on.
        let _ = self.run_failed(0, previous, status, failure);
    }

    fn end(&mut self, outcome: Outcome) {
        self.park_run(0);
        self.ready.clear();
        self.timers = Timers::default();
        self.outcome = Some(outcome);
    }

    /// The name of the state a frame is in.
    pub(super) fn state_name(frame: &Frame) -> Arc<str> {
        frame.state().map_or_else(|| Arc::from(""), |state| Arc::clone(&state.name))
    }
}
