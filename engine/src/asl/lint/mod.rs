//! What a definition that the service takes may still have wrong: the linter's own rules over the checked model, beside
//! the service's diagnostics, which are passed on as they are. Knows no files: places are pointers into the definition,
//! written as the service writes them (names are not escaped). A rule of the linter's own is never an error.

mod graph;
mod growth;
mod handlers;
mod loops;
mod places;
mod reach;
mod reads;
mod references;
mod rule;
mod silence;
mod timeouts;
mod variables;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::definition::{self, Machine, MachineType, check};

pub use references::variable_references;
pub use rule::{CODES, RULES, Rule};
pub use silence::ids;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The service refuses the definition.
    Error,
    /// A run can go wrong by it.
    Warning,
    /// It can be better.
    Note,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Something that is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of a rule (`unreachable-state`), or the service's code (`SCHEMA_VALIDATION_FAILED`).
    pub id: &'static str,
    pub severity: Severity,
    /// What is wrong, and for the rules here what cures it.
    pub message: String,
    /// `/States/A/Next`; `/` is the whole. `None` where the service names no place.
    pub location: Option<String>,
}

/// Everything that is wrong with the text of a definition, but for what its comments silence: first what the service
/// says, then what the rules say, in the order of the states. The rules need a definition whose states can all be read.
pub fn lint(text: &str, machine_type: MachineType) -> Vec<Finding> {
    let (machine, diagnostics) = check(text, machine_type);
    let mut findings: Vec<Finding> = diagnostics.into_iter().map(Finding::from).collect();
    let Ok(raw) = serde_json::from_str::<Value>(text) else { return findings };
    if let Some(machine) = machine {
        Linter { machine: &machine, machine_type, findings: &mut findings }.all(&raw);
    }
    silence::apply(&raw, &mut findings);
    findings
}

struct Linter<'a> {
    machine: &'a Machine,
    machine_type: MachineType,
    findings: &'a mut Vec<Finding>,
}

impl Linter<'_> {
    fn all(&mut self, raw: &Value) {
        timeouts::of_machine(self);
        for scope in places::scopes(self.machine, raw, self.machine_type) {
            let graph = graph::Graph::of(scope.states);
            reach::check(self, &scope, &graph);
            loops::check(self, &scope, &graph);
            for state in scope.states() {
                timeouts::check(self, &scope, &state);
                handlers::check(self, &state);
            }
        }
        variables::check(self, raw);
    }

    fn add(&mut self, rule: &'static Rule, location: String, message: String) {
        let location = Some(if location.is_empty() { "/".to_owned() } else { location });
        self.findings.push(Finding { id: rule.id, severity: rule.severity, message, location });
    }
}

impl From<definition::Diagnostic> for Finding {
    fn from(diagnostic: definition::Diagnostic) -> Self {
        let severity = match diagnostic.severity {
            definition::Severity::Error => Severity::Error,
            definition::Severity::Warning => Severity::Warning,
        };
        Finding { id: diagnostic.code, severity, message: diagnostic.message, location: diagnostic.location }
    }
}
