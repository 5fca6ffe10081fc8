//! What runs of an alarm that rules mute: nothing inside of a window, and at the end of the last one the actions of the
//! state that was held back, when the alarm is still in it.

use serde::{Deserialize, Serialize};

use crate::evaluation::StateValue;

/// What is held back of one alarm. Who drives it knows whether a window covers the alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Muting {
    held: Option<StateValue>,
}

impl Muting {
    /// The alarm changed to a state: whether its actions run now.
    pub fn changed_to(&mut self, state: StateValue, is_muted: bool) -> bool {
        self.held = is_muted.then_some(state);
        !is_muted
    }

    /// Whether actions wait for the end of a window.
    pub fn is_holding(&self) -> bool {
        self.held.is_some()
    }

    /// No window covers the alarm any more: it ended, its rule was deleted, or the alarm is no target now. The state
    /// whose actions run, from the lists that the alarm has now.
    pub fn unmuted(&mut self, state: StateValue) -> Option<StateValue> {
        self.held.take().filter(|held| *held == state)
    }
}
