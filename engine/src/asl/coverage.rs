//! Which states of a machine were entered and which ways between them were taken, over any number of executions. Names
//! of states are unique in a whole machine, so that a name is a place.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::definition::{Machine, Next, State, States, Work};

/// A way from one state to another: by `Next`, by a rule, by a Catcher.
pub type Way = (Arc<str>, Arc<str>);

/// What was seen of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    states: HashSet<Arc<str>>,
    ways: HashSet<Way>,
}

/// What there is of a machine to be seen, without doubles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ground {
    pub states: BTreeSet<Arc<str>>,
    pub ways: BTreeSet<Way>,
}

impl Coverage {
    pub(super) fn entered(&mut self, state: &Arc<str>) {
        if !self.states.contains(state) {
            self.states.insert(Arc::clone(state));
        }
    }

    pub(super) fn went(&mut self, from: &Arc<str>, to: &Arc<str>) {
        let way = (Arc::clone(from), Arc::clone(to));
        self.ways.insert(way);
    }

    /// What another execution of the same machine has seen.
    pub fn add(&mut self, other: &Coverage) {
        self.states.extend(other.states.iter().cloned());
        self.ways.extend(other.ways.iter().cloned());
    }
}

impl Ground {
    pub fn of(machine: &Machine) -> Self {
        let mut ground = Ground::default();
        ground.add(&machine.states);
        ground
    }

    /// What nobody has seen.
    pub fn missed(&self, coverage: &Coverage) -> Ground {
        let states = self.states.iter().filter(|state| !coverage.states.contains(*state)).cloned();
        let ways = self.ways.iter().filter(|way| !coverage.ways.contains(*way)).cloned();
        Ground { states: states.collect(), ways: ways.collect() }
    }

    fn add(&mut self, states: &States) {
        for state in &states.list {
            self.states.insert(Arc::clone(&state.name));
            for next in nexts(state) {
                if let Some(to) = states.list.get(next) {
                    self.ways.insert((Arc::clone(&state.name), Arc::clone(&to.name)));
                }
            }
            match &state.work {
                Work::Parallel { branches } => branches.iter().for_each(|branch| self.add(branch)),
                Work::Map(map) => self.add(&map.processor),
                _ => {}
            }
        }
    }
}

fn nexts(state: &State) -> Vec<usize> {
    let own = match (&state.work, state.next) {
        (Work::Choice { rules, default }, _) => rules.iter().map(|rule| rule.next).chain(*default).collect(),
        (Work::Succeed | Work::Fail { .. }, _) | (_, Next::End) => Vec::new(),
        (_, Next::State(next)) => vec![next],
    };
    own.into_iter().chain(state.catch.iter().map(|catcher| catcher.next)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::definition::{MachineType, parse};
    use serde_json::json;

    fn names(set: &BTreeSet<Arc<str>>) -> Vec<&str> {
        set.iter().map(|name| &**name).collect()
    }

    #[test]
    fn the_ground_has_every_state_and_way_and_what_was_seen_is_taken_off() {
        let definition = json!({"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Default": "D", "Choices": [
                {"Variable": "$.a", "IsPresent": true, "Next": "M"},
                {"Variable": "$.b", "IsPresent": true, "Next": "M"},
            ]},
            "M": {"Type": "Map", "Next": "D", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F"}],
                "ItemProcessor": {"StartAt": "I", "States": {
                    "I": {"Type": "Pass", "Next": "J"}, "J": {"Type": "Pass", "End": true},
                }}},
            "D": {"Type": "Succeed"},
            "F": {"Type": "Fail"},
        }});
        let machine = parse(&definition.to_string(), MachineType::Standard).unwrap();
        let ground = Ground::of(&machine);
        assert_eq!(names(&ground.states), ["C", "D", "F", "I", "J", "M"]);
        let ways: Vec<String> = ground.ways.iter().map(|(from, to)| format!("{from}-{to}")).collect();
        assert_eq!(ways, ["C-D", "C-M", "I-J", "M-D", "M-F"]);

        let mut coverage = Coverage::default();
        let mut other = Coverage::default();
        coverage.entered(&"C".into());
        coverage.went(&"C".into(), &"D".into());
        other.entered(&"D".into());
        other.went(&"M".into(), &"F".into());
        coverage.add(&other);
        let missed = ground.missed(&coverage);
        assert_eq!(names(&missed.states), ["F", "I", "J", "M"]);
        let ways: Vec<String> = missed.ways.iter().map(|(from, to)| format!("{from}-{to}")).collect();
        assert_eq!(ways, ["C-M", "I-J", "M-D"]);
    }
}
