//! Where states are: every machine, branch and processor of a definition with its pointer and its JSON. The model has
//! the meaning; the JSON has what is written, and under which name.

use std::sync::Arc;

use serde_json::Value;

use crate::asl::definition::{Machine, MachineType, Map, Mode, State, States, Work};

static NOTHING: Value = Value::Null;

/// The states of a machine, branch or processor.
pub(super) struct Scope<'a> {
    pub states: &'a States,
    pub raw: &'a Value,
    /// The pointer of what has the `States`: empty for the machine.
    pub at: String,
    /// Whether its events count towards a history with an end, that of a Standard execution.
    pub has_event_limit: bool,
    /// What bounds the time of the execution that it runs in, in seconds.
    pub timeout: Option<u64>,
}

/// A state and where it is.
pub(super) struct Placed<'a> {
    pub state: &'a State,
    pub raw: &'a Value,
    pub at: String,
}

impl<'a> Scope<'a> {
    pub(super) fn state(&self, number: usize) -> Option<Placed<'a>> {
        let state = self.states.list.get(number)?;
        let raw = self.raw.get("States").and_then(|states| states.get(&*state.name)).unwrap_or(&NOTHING);
        Some(Placed { state, raw, at: format!("{}/States/{}", self.at, state.name) })
    }

    pub(super) fn states(&self) -> impl Iterator<Item = Placed<'a>> + use<'a, '_> {
        (0..self.states.list.len()).filter_map(|number| self.state(number))
    }
}

impl<'a> Placed<'a> {
    /// The scopes right inside the state.
    pub(super) fn inner(&self) -> Vec<(&'a Arc<States>, &'a Value, String)> {
        match &self.state.work {
            Work::Parallel { branches } => branches
                .iter()
                .enumerate()
                .map(|(number, branch)| {
                    let raw = self.raw.get("Branches").and_then(|list| list.get(number));
                    (branch, raw.unwrap_or(&NOTHING), format!("{}/Branches/{number}", self.at))
                })
                .collect(),
            Work::Map(map) => {
                let name = if self.raw.get("Iterator").is_some() { "Iterator" } else { "ItemProcessor" };
                vec![(&map.processor, self.raw.get(name).unwrap_or(&NOTHING), format!("{}/{name}", self.at))]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn map(&self) -> Option<&'a Map> {
        match &self.state.work {
            Work::Map(map) => Some(map),
            _ => None,
        }
    }
}

/// Every scope of a machine, outer ones first.
pub(super) fn scopes<'a>(machine: &'a Machine, raw: &'a Value, machine_type: MachineType) -> Vec<Scope<'a>> {
    let mut scopes = vec![Scope {
        states: &machine.states,
        raw,
        at: String::new(),
        has_event_limit: machine_type == MachineType::Standard,
        timeout: machine.timeout,
    }];
    let mut next = 0;
    while let Some(scope) = scopes.get(next) {
        let mut found = Vec::new();
        for placed in scope.states() {
            let distributed = placed.map().and_then(|map| match &map.mode {
                Mode::Distributed(distributed) => Some(distributed),
                Mode::Inline => None,
            });
            found.extend(placed.inner().into_iter().map(|(states, raw, at)| Scope {
                states,
                raw,
                at,
                has_event_limit: distributed.map_or(scope.has_event_limit, |child| !child.express),
                timeout: if distributed.is_some() { None } else { scope.timeout },
            }));
        }
        scopes.extend(found);
        next += 1;
    }
    scopes
}
