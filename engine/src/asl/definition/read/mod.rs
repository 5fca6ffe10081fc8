//! From the text of a definition to its model. Everything wrong is collected; nothing stops at the first fault.

mod choice;
mod fields;
mod map;
mod policies;
mod scopes;
mod state;
mod task;
mod wait;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::diagnostic::{
    DUPLICATE_STATE_NAME, Diagnostic, INVALID_JSON_DESCRIPTION, MISSING_TRANSITION_TARGET,
    SCHEMA_VALIDATION_FAILED, Severity,
};
use super::model::{Machine, QueryLanguage, State, States};
use super::{DEFINITION_LIMIT, LONGEST_SECONDS};
use crate::asl::json;
use fields::Fields;
use scopes::Scopes;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineType {
    Standard,
    Express,
}

/// Reads a definition that must be right.
pub fn parse(text: &str, machine_type: MachineType) -> Result<Machine, Vec<Diagnostic>> {
    let (machine, diagnostics) = check(text, machine_type);
    let is_wrong = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    match machine {
        Some(machine) if !is_wrong => Ok(machine),
        _ => Err(diagnostics),
    }
}

/// Reads a definition and tells everything about it; the model is there when enough of it could be read.
pub fn check(text: &str, machine_type: MachineType) -> (Option<Machine>, Vec<Diagnostic>) {
    let mut reader = Reader {
        diagnostics: Vec::new(),
        names: HashSet::new(),
        scopes: Scopes::default(),
        machine_language: QueryLanguage::JsonPath,
        machine_type,
    };
    let machine = reader.document(text);
    (machine, reader.diagnostics)
}

pub(super) struct Reader {
    diagnostics: Vec<Diagnostic>,
    /// Every name of a state so far: they are unique in the whole machine.
    names: HashSet<String>,
    scopes: Scopes,
    machine_language: QueryLanguage,
    machine_type: MachineType,
}

/// The names of the states of one machine, branch or processor, and the places that wait for their numbers.
type Names = HashMap<Arc<str>, usize>;

const MACHINE: &[&str] = &["Comment", "StartAt", "States", "TimeoutSeconds", "Version", "QueryLanguage"];

impl Reader {
    fn document(&mut self, text: &str) -> Option<Machine> {
        if text.len() > DEFINITION_LIMIT {
            self.refuse(None, format!("Definition must not be larger than {DEFINITION_LIMIT} bytes"));
            return None;
        }
        let Some((value, doubles)) = json::with_doubles(text) else {
            self.add(INVALID_JSON_DESCRIPTION, None, "Definition must be a valid JSON object".to_owned());
            return None;
        };
        let Value::Object(map) = &value else {
            self.add(INVALID_JSON_DESCRIPTION, None, "Definition must be a valid JSON object".to_owned());
            return None;
        };
        for double in doubles {
            self.double(&double);
        }
        let fields = Fields::new(map, "");
        self.only(&fields, MACHINE);
        if let Some(language) = self.language_of(&fields) {
            self.machine_language = language;
        }
        if let Some(version) = self.text(&fields, "Version")
            && version != "1.0"
        {
            self.refuse(
                Some(fields.at("Version")),
                "The field 'Version' should have one of these values: [1.0]".into(),
            );
        }
        let timeout = self.whole(&fields, "TimeoutSeconds", 1, LONGEST_SECONDS);
        let states = self.states(&fields, false);
        let comment = self.text(&fields, "Comment").map(str::to_owned);
        Some(Machine { comment, states: Arc::new(states?), timeout })
    }

    /// `StartAt` and `States` of a machine, a branch or a processor.
    fn states(&mut self, fields: &Fields<'_>, is_closed: bool) -> Option<States> {
        let missing: Vec<&str> = ["States", "StartAt"].into_iter().filter(|name| !fields.has(name)).collect();
        if !missing.is_empty() {
            self.refuse(Some(fields.here()), format!("These fields are required: [{}]", missing.join(", ")));
        }
        let start_at = self.name(fields, "StartAt");
        let all = self.object(fields, "States")?;
        if all.is_empty() {
            self.refuse(Some(fields.at("States")), "Value cannot be empty".to_owned());
            return None;
        }
        let names: Names =
            all.keys().enumerate().map(|(number, name)| (Arc::from(name.as_str()), number)).collect();
        self.scopes.enter(all, is_closed);
        let mut list: Vec<State> = Vec::with_capacity(all.len());
        for (name, state) in all {
            let at = format!("{}/States/{name}", fields.path());
            if !self.name_of_state(name, &at) {
                continue;
            }
            if let Some(state) = self.state(name, state, &at, &names) {
                list.push(state);
            }
        }
        self.scopes.leave();
        let start = self.target(fields, "StartAt", start_at?, &names)?;
        (list.len() == all.len()).then_some(States { start, list, names })
    }

    /// A field that is given twice: a state, or any other.
    fn double(&mut self, double: &json::Double) {
        let location = Some(format!("{}/{}", double.at, double.name));
        match double.at.ends_with("/States") {
            true => {
                self.add(DUPLICATE_STATE_NAME, location, format!("Duplicate State name: {}", double.name))
            }
            false => {
                self.add(INVALID_JSON_DESCRIPTION, location, format!("Duplicate field '{}'", double.name))
            }
        }
    }

    /// Whether the state is worth reading on: its name is part of every place in it.
    fn name_of_state(&mut self, name: &str, at: &str) -> bool {
        let is_fine = !name.is_empty() && name.chars().count() <= 80;
        if !is_fine {
            self.refuse(Some(at.to_owned()), "State name must have between 1 and 80 characters".to_owned());
        }
        if !self.names.insert(name.to_owned()) {
            let message = format!("Duplicate State name: {name}");
            self.add(DUPLICATE_STATE_NAME, Some(at.to_owned()), message);
        }
        is_fine
    }

    /// The number of the state that a field names.
    fn target(&mut self, fields: &Fields<'_>, field: &str, name: &str, names: &Names) -> Option<usize> {
        let number = names.get(name).copied();
        if number.is_none() {
            let message = format!("Missing '{field}' target: {name}");
            self.add(MISSING_TRANSITION_TARGET, Some(fields.at(field)), message);
        }
        number
    }

    fn refuse(&mut self, location: Option<String>, message: String) {
        self.add(SCHEMA_VALIDATION_FAILED, location, message);
    }

    fn add(&mut self, code: &'static str, location: Option<String>, message: String) {
        self.diagnostics.push(Diagnostic { severity: Severity::Error, code, message, location });
    }
}
