//! The Parallel state.

use std::sync::Arc;

use super::Execution;
use super::evaluate::Problem;
use super::frame::{Branches, Doing, Fate, Frame, FrameId, Place};
use super::gathered::Gathered;
use crate::asl::Payload;
use crate::asl::definition::{State, States};
use crate::asl::history::{Happened, StateType};
use crate::asl::scope::Variables;

impl Execution {
    pub(super) fn branch_out(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        state: &State,
        branches: &[Arc<States>],
    ) -> Result<Fate, Problem> {
        let input = self.arguments(frame, state, None)?;
        if self.trial.is_some() {
            return Ok(self.end_mocked(id, frame));
        }
        self.follow(frame, Happened::ParallelStarted);
        let mut frames = Vec::with_capacity(branches.len());
        for (index, states) in branches.iter().enumerate() {
            let variables = Arc::new(Variables::inside(Arc::clone(&frame.variables)));
            let place = Place::Branch { parent: id, index };
            let item = frame.item.clone();
            let states = Arc::clone(states);
            frames.push(self.spawn(frame.run, place, states, input.clone(), variables, item, frame.previous));
        }
        let branches = Branches { open: frames.len(), results: Gathered::new(state), frames };
        self.turn_to(frame, Doing::Branching(branches));
        Ok(Fate::Blocked)
    }

    /// A branch succeeded; its last event is `previous`.
    pub(super) fn branch_succeeded(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        index: usize,
        previous: u64,
        output: Payload,
    ) -> Fate {
        let Doing::Branching(branches) = &mut frame.doing else { return Fate::Blocked };
        branches.results.put(index, output);
        branches.open -= 1;
        if branches.open > 0 {
            return Fate::Blocked;
        }
        let Doing::Branching(branches) = std::mem::replace(&mut frame.doing, Doing::Entering) else {
            return Fate::Blocked;
        };
        frame.previous = previous;
        self.leave_whole(id, frame, previous, branches.results.into_payload())
    }

    /// Ends every branch of a Parallel state that failed. `failing` is the frame that did, which is taken out; its state
    /// counts as aborted too unless it is one that fails by itself.
    pub(super) fn abort_branches(&mut self, frame: &Frame, failing: &Frame) {
        let Doing::Branching(branches) = &frame.doing else { return };
        self.write_abort(failing);
        for id in branches.frames.clone() {
            if let Some(child) = self.frames.take(id) {
                self.write_abort(&child);
                self.park(id, child);
            }
        }
    }

    fn write_abort(&mut self, frame: &Frame) {
        let is_under_way = !matches!(frame.doing, Doing::Entering) || frame.previous > frame.entered;
        if let Some(kind) = frame.state().map(|state| state.kind)
            && kind != StateType::Fail
            && is_under_way
        {
            self.add(frame.run, frame.previous, Happened::StateAborted { state: kind });
        }
    }

    /// Takes a frame out of the execution with everything below it, without a word in the history.
    pub(super) fn drop_frame(&mut self, id: FrameId, mut frame: Frame) {
        self.frames.remove(id);
        self.turn_to(&mut frame, Doing::Entering);
    }

    /// What a frame does from here on. Whatever is left of what it did before ends here, without a word in the history:
    /// nothing may go on that would report to work that is not there any longer.
    pub(super) fn turn_to(&mut self, frame: &mut Frame, doing: Doing) {
        let children = match std::mem::replace(&mut frame.doing, doing) {
            Doing::Branching(branches) => branches.frames,
            Doing::Iterating(iterations) => iterations.frames(),
            Doing::Attempting(attempt) => {
                self.cancel_attempt(&attempt);
                return;
            }
            Doing::MapRun(map_run) => {
                self.cancel_map_run(*map_run);
                return;
            }
            Doing::Entering | Doing::Waiting | Doing::BackingOff | Doing::Resuming => return,
        };
        for id in children {
            if let Some(child) = self.frames.take(id) {
                self.drop_frame(id, *child);
            }
        }
    }
}
