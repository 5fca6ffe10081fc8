//! What runs, or ran when an execution was stopped: the states that were entered and not left. Events nothing followed
//! are where the branches of an execution stand.

use std::collections::{HashMap, HashSet};

use super::{Attempts, TOLD, Unfinished};
use crate::asl::history::{Event, Happened};

#[derive(Debug, Default)]
pub(super) struct Tips {
    /// Events that another one followed.
    followed: HashSet<u64>,
    /// Branches on their way back to the entry of the state they stand in, by the event that is looked for.
    tips: HashMap<u64, Attempts>,
    running: Vec<Unfinished>,
}

impl Tips {
    pub fn take(&mut self, event: &Event) {
        let is_last = self.followed.insert(event.id);
        self.followed.insert(event.previous);
        let mut tip = match self.tips.remove(&event.id) {
            Some(tip) => tip,
            None if is_last => Attempts::default(),
            None => return,
        };
        match &event.happened {
            Happened::StateEntered { .. } => {
                if self.running.len() < TOLD {
                    self.running.extend(tip.since(event));
                }
            }
            // This branch or item is done and waits for the others; or it is between two states.
            Happened::StateExited { .. }
            | Happened::IterationSucceeded { .. }
            | Happened::IterationFailed { .. }
            | Happened::ExecutionStarted { .. } => {}
            _ => {
                tip.take(event);
                self.tips.insert(event.previous, tip);
            }
        }
    }

    pub fn running(self) -> Vec<Unfinished> {
        self.running
    }
}
