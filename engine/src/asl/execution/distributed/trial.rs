//! A distributed Map on trial: the inputs of its children are made, and no child is started.

use super::children::Taken;
use super::source::Source;
use super::{ITEM_READER_FAILED, Phase};
use crate::asl::Payload;
use crate::asl::definition::{Mode, QueryLanguage, State, Work};
use crate::asl::execution::Execution;
use crate::asl::execution::frame::{Doing, Fate, Frame, FrameId};
use crate::asl::execution::trial::within_bounds;

impl Execution {
    pub(super) fn try_children(&mut self, id: FrameId, frame: &mut Frame, state: &State) -> Fate {
        let Doing::MapRun(map_run) = &frame.doing else { return Fate::Blocked };
        let tolerance = (map_run.tolerance.count, map_run.tolerance.percentage);
        let is_batched = map_run.batches.is_some();
        match &map_run.phase {
            // It goes on when the items are read.
            Phase::Reading(_) if self.trial.as_ref().is_some_and(|trial| trial.has_items_to_read) => {
                return Fate::Blocked;
            }
            Phase::Running(source) => {
                if let Source::Array { list, .. } = &**source
                    && has_pointer(state)
                {
                    let list = list.clone();
                    self.note_payload("afterItemsPointer", &list);
                }
            }
            Phase::Reading(_) | Phase::Writing { .. } => return self.end_map(id, frame, None, tolerance),
        }
        let mut inputs: Vec<Payload> = Vec::new();
        let mut bytes = 0;
        loop {
            let taken = self.take(frame, state).and_then(|taken| {
                if let Taken::Input(input, _) = &taken {
                    bytes = within_bounds(bytes, input, state)?;
                }
                Ok(taken)
            });
            match taken {
                Ok(Taken::Input(input, _)) => inputs.push(input),
                Ok(Taken::Nothing) => break,
                Ok(Taken::Unreadable(cause)) => {
                    return self.map_run_failed(id, frame, ITEM_READER_FAILED, &cause);
                }
                Err(problem) => {
                    self.turn_to(frame, Doing::Entering);
                    return self.problem(id, frame, problem);
                }
            }
        }
        let iterations = inputs.len();
        if is_batched {
            let batches = inputs.into_iter().map(Payload::into_value).collect();
            self.note_payload("afterItemBatcher", &Payload::new(batches));
        }
        self.end_map(id, frame, Some(iterations), tolerance)
    }
}

/// Whether `ItemsPointer` says where the items are; JSONata has no word for that.
fn has_pointer(state: &State) -> bool {
    let Work::Map(map) = &state.work else { return false };
    let Mode::Distributed(distributed) = &map.mode else { return false };
    let reader = distributed.reader.as_ref();
    state.language == QueryLanguage::JsonPath && reader.is_some_and(|reader| reader.items_pointer.is_some())
}
