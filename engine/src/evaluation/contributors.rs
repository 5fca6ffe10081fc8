//! Alarms over several series (Metrics Insights with GROUP BY): each series is a contributor with a state of its own, and
//! the alarm is in ALARM while any of them is.

use std::collections::BTreeMap;

use super::StateValue;
use super::judging::{Criteria, Datapoint, EvaluationRange, evaluate};

/// The state of the alarm and of every contributor that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributors {
    pub state: StateValue,
    /// OK or ALARM, never INSUFFICIENT_DATA.
    pub states: BTreeMap<String, StateValue>,
}

/// What an evaluation changed. Actions run on these: those of the alarm, and those that contributors have for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    pub alarm: Option<StateValue>,
    /// Contributors and their new states.
    pub contributors: Vec<(String, StateValue)>,
}

impl Contributors {
    pub fn new(state: StateValue) -> Self {
        Contributors { state, states: BTreeMap::new() }
    }

    /// Judges the series that the query returned, each with its slots oldest first. One that it no longer returns is
    /// OK, and an empty answer makes the alarm INSUFFICIENT_DATA, whatever the alarm says of missing data.
    pub fn evaluate<'a>(
        &mut self,
        criteria: &Criteria,
        range: EvaluationRange,
        series: impl IntoIterator<Item = (&'a str, &'a [Option<Datapoint>])>,
    ) -> Changes {
        let before = std::mem::take(&mut self.states);
        for (id, datapoints) in series {
            let prior = before.get(id).copied().unwrap_or(StateValue::Ok);
            let state = match evaluate(criteria, datapoints, range, prior).state {
                StateValue::Alarm => StateValue::Alarm,
                StateValue::Ok | StateValue::InsufficientData => StateValue::Ok,
            };
            self.states.insert(id.to_owned(), state);
        }
        let state = match self.states.values().any(|state| *state == StateValue::Alarm) {
            true => StateValue::Alarm,
            false if self.states.is_empty() => StateValue::InsufficientData,
            false => StateValue::Ok,
        };
        // A contributor that went is told of once, as OK, and then forgotten.
        for (id, state) in &before {
            if *state == StateValue::Alarm {
                self.states.entry(id.clone()).or_insert(StateValue::Ok);
            }
        }
        let was = |id: &str| before.get(id).copied().unwrap_or(StateValue::Ok);
        let changed = self.states.iter().filter(|(id, state)| was(id) != **state);
        let contributors = changed.map(|(id, state)| (id.clone(), *state)).collect();
        let alarm = (state != self.state).then_some(state);
        self.state = state;
        Changes { alarm, contributors }
    }
}
