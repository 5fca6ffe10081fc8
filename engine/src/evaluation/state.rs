//! The three states of an alarm, in the service's words.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// `StateValue` of DescribeAlarms. Every kind of alarm has the same three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StateValue {
    #[serde(rename = "OK")]
    Ok,
    #[serde(rename = "ALARM")]
    Alarm,
    #[serde(rename = "INSUFFICIENT_DATA")]
    InsufficientData,
}

/// A word that is no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no state of an alarm; states are OK, ALARM and INSUFFICIENT_DATA")]
pub struct UnknownState(pub String);

impl StateValue {
    pub const ALL: [StateValue; 3] = [StateValue::Ok, StateValue::Alarm, StateValue::InsufficientData];

    pub fn name(self) -> &'static str {
        match self {
            StateValue::Ok => "OK",
            StateValue::Alarm => "ALARM",
            StateValue::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

impl fmt::Display for StateValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for StateValue {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = StateValue::ALL.into_iter().find(|state| state.name() == text);
        found.ok_or_else(|| UnknownState(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_written_and_read_in_the_words_of_the_service() {
        for state in StateValue::ALL {
            assert_eq!(state.to_string().parse(), Ok(state));
            let json = format!("\"{state}\"");
            assert_eq!(serde_json::to_string(&state).unwrap(), json);
            assert_eq!(serde_json::from_str::<StateValue>(&json).unwrap(), state);
        }
        assert_eq!("ok".parse::<StateValue>(), Err(UnknownState("ok".to_owned())));
    }
}
