//! Candidates: alarms by their names, and the words of states and of what happens.

use opsctl_engine::evaluation::StateValue;
use opsctl_engine::nearest;

use super::api::{Alarms, Selection};
use crate::completion::{self, ArgValueCompleter, Candidate};

/// Alarms by their names, with their states.
pub fn alarms() -> ArgValueCompleter {
    completion::live("alarm.alarms", async |aws| {
        let alarms = Alarms::of(aws);
        let page = alarms.describe(Selection::default()).next().await?.unwrap_or_default();
        let candidate = |alarm: &super::model::Alarm| {
            Candidate::new(alarm.name()).described(format!("{}, {}", alarm.alarm_type, alarm.state()))
        };
        Ok(page.iter().map(candidate).collect())
    })
}

/// Mute rules that are not over, by their names.
pub fn mutes() -> ArgValueCompleter {
    completion::live("alarm.mutes", async |aws| {
        let names = Alarms::of(aws).mute_names(None).await?.unwrap_or_default();
        Ok(names.iter().map(Candidate::new).collect())
    })
}

/// A state as people write it: in any case, with dashes too.
pub fn state(text: &str) -> Result<StateValue, String> {
    let written = text.replace('-', "_").to_ascii_uppercase();
    written.parse().map_err(|_| {
        let near = nearest(&written, StateValue::ALL.map(StateValue::name));
        let near = near.map(|near| format!("; did you mean {}?", word(near))).unwrap_or_default();
        format!("the states are {}{near}", StateValue::ALL.map(|state| word(state.name())).join(", "))
    })
}

/// A state as it is typed.
fn word(state: &str) -> String {
    state.replace('_', "-").to_ascii_lowercase()
}

/// What `--state` knows.
pub fn states() -> ArgValueCompleter {
    completion::fixed(|| {
        StateValue::ALL.into_iter().map(|state| Candidate::new(word(state.name()))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_known_however_it_is_written_and_another_word_has_a_near_match() {
        for text in ["insufficient-data", "INSUFFICIENT_DATA", "Insufficient_data"] {
            assert_eq!(state(text), Ok(StateValue::InsufficientData), "{text}");
        }
        assert_eq!(state("alarm"), Ok(StateValue::Alarm));
        let error = state("alram").unwrap_err();
        assert_eq!(error, "the states are ok, alarm, insufficient-data; did you mean alarm?");
    }
}
