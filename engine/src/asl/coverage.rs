//! Which states of a machine were entered and which ways between them were taken, over any number of executions. Names
//! of states are unique in a whole machine, so that a name is a place.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::definition::{Exit, Machine, States, Work};

/// A way from one state to another. Each rule and each Catcher is a way of its own, wherever it leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Way {
    pub from: Arc<str>,
    pub exit: Exit,
    pub to: Arc<str>,
}

/// What was seen of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    states: HashSet<Arc<str>>,
    ways: HashSet<Way>,
}

/// What there is of a machine to be seen.
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

    pub(super) fn went(&mut self, from: &Arc<str>, exit: Exit, to: &Arc<str>) {
        self.ways.insert(Way { from: Arc::clone(from), exit, to: Arc::clone(to) });
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
            for (exit, next) in state.exits() {
                if let Some(to) = states.list.get(next) {
                    let (from, to) = (Arc::clone(&state.name), Arc::clone(&to.name));
                    self.ways.insert(Way { from, exit, to });
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
                {"Variable": "$.c", "IsPresent": true, "Next": "D"},
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
        let told = |ground: &Ground| -> Vec<String> {
            ground.ways.iter().map(|Way { from, exit, to }| format!("{from}-{to} {exit}")).collect()
        };
        assert_eq!(
            told(&ground),
            [
                "C-M rule 1",
                "C-M rule 2",
                "C-D rule 3",
                "C-D default",
                "I-J next",
                "M-D next",
                "M-F catcher 1"
            ]
        );

        let mut coverage = Coverage::default();
        let mut other = Coverage::default();
        coverage.entered(&"C".into());
        coverage.went(&"C".into(), Exit::Default, &"D".into());
        coverage.went(&"C".into(), Exit::Rule(2), &"M".into());
        other.entered(&"D".into());
        other.went(&"M".into(), Exit::Catcher(1), &"F".into());
        coverage.add(&other);
        let missed = ground.missed(&coverage);
        assert_eq!(names(&missed.states), ["F", "I", "J", "M"]);
        assert_eq!(told(&missed), ["C-M rule 1", "C-D rule 3", "I-J next", "M-D next"]);
    }
}
