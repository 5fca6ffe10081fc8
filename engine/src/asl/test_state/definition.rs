//! The state that is tested, alone in a machine of its own: the states it can go to are there by name only.

use serde_json::{Map, Value};

use super::{invalid_definition, refusal};
use crate::asl::create::Refusal;
use crate::asl::definition::{Diagnostic, Machine, MachineType, State, check, create_error, parse};
use crate::asl::json;

/// What a state is called that comes without its name.
const UNNAMED: &str = "StateName";

pub(super) struct Subject {
    pub machine: Machine,
    /// The state as it was written.
    written: Value,
    index: usize,
}

impl Subject {
    /// Reads a state, or the one of this name in the definition of a machine.
    pub fn read(text: &str, name: Option<&str>, machine_type: MachineType) -> Result<Self, Refusal> {
        let (name, state, language) = match name {
            None => (UNNAMED, object(text)?, None),
            Some(name) => {
                parse(text, MachineType::Standard)
                    .map_err(|diagnostics| invalid_definition(create_error(&diagnostics)))?;
                let whole = object(text)?;
                let Some(state) = find(&whole, name) else {
                    return Err(refusal("State not found in definition"));
                };
                (name, state.clone(), whole.get("QueryLanguage").cloned())
            }
        };
        let machine = alone(name, &state, language);
        match parse(&machine.to_string(), machine_type) {
            Ok(machine) => {
                let index = machine.states.start;
                Ok(Subject { machine, written: state, index })
            }
            Err(mut diagnostics) => {
                diagnostics.iter_mut().for_each(|diagnostic| shorten(diagnostic, name));
                Err(invalid_definition(create_error(&diagnostics)))
            }
        }
    }

    pub fn state(&self) -> &State {
        // The machine was read, so its first state is there.
        &self.machine.states.list[self.index]
    }

    /// Whether a state of this name is one of its iterations or branches.
    pub fn has_inside(&self, name: &str) -> bool {
        find(&self.written, name).is_some()
    }
}

/// The text as an object, with the service's words where it is none.
fn object(text: &str) -> Result<Value, Refusal> {
    match json::with_doubles(text) {
        Some((value @ Value::Object(_), doubles)) if doubles.is_empty() => Ok(value),
        _ => {
            let (_, diagnostics) = check(text, MachineType::Standard);
            Err(invalid_definition(create_error(&diagnostics)))
        }
    }
}

/// A machine of one state; those it goes to end at once.
fn alone(name: &str, state: &Value, language: Option<Value>) -> Value {
    let mut states = Map::new();
    for target in targets(state) {
        states.insert(target.to_owned(), serde_json::json!({"Type": "Succeed"}));
    }
    states.insert(name.to_owned(), state.clone());
    let mut machine = Map::new();
    machine.extend(language.map(|language| ("QueryLanguage".to_owned(), language)));
    machine.insert("StartAt".to_owned(), name.into());
    machine.insert("States".to_owned(), states.into());
    machine.into()
}

/// The names of the states that a state can go to.
fn targets(state: &Value) -> impl Iterator<Item = &str> {
    let ways = ["Choices", "Catch"].into_iter().filter_map(|field| state.get(field)?.as_array()).flatten();
    let nexts = ways.chain([state]).filter_map(|way| way.get("Next"));
    nexts.chain(state.get("Default")).filter_map(Value::as_str)
}

/// The state of a name in a machine, or inside a state.
fn find<'a>(around: &'a Value, name: &str) -> Option<&'a Value> {
    let mut open = vec![around];
    while let Some(part) = open.pop() {
        if let Some(states) = part.get("States").and_then(Value::as_object) {
            if let Some(state) = states.get(name) {
                return Some(state);
            }
            open.extend(states.values());
        }
        open.extend(["ItemProcessor", "Iterator"].into_iter().filter_map(|field| part.get(field)));
        open.extend(part.get("Branches").and_then(Value::as_array).into_iter().flatten());
    }
    None
}

/// Places are told as they are in what was given.
fn shorten(diagnostic: &mut Diagnostic, name: &str) {
    let prefix = format!("/States/{name}");
    if let Some(location) = &mut diagnostic.location
        && let Some(rest) = location.strip_prefix(&prefix)
    {
        *location = if rest.is_empty() { "/".to_owned() } else { rest.to_owned() };
    }
}
