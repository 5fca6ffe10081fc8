//! What is wrong with a definition, in the form of ValidateStateMachineDefinition.

use std::fmt;

pub use crate::asl::failure::SCHEMA_VALIDATION_FAILED;

pub const INVALID_JSON_DESCRIPTION: &str = "INVALID_JSON_DESCRIPTION";
pub const MISSING_TRANSITION_TARGET: &str = "MISSING_TRANSITION_TARGET";
pub const DUPLICATE_STATE_NAME: &str = "DUPLICATE_STATE_NAME";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// One of the service's codes.
    pub code: &'static str,
    pub message: String,
    /// A JSON pointer to the part that is wrong, as the service writes it (`/` for the whole, names are not escaped);
    /// `None` where the service names no place.
    pub location: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.location {
            Some(location) => write!(f, " at {location}"),
            None => Ok(()),
        }
    }
}

/// The one line in which CreateStateMachine refuses a definition.
pub fn create_error(diagnostics: &[Diagnostic]) -> String {
    let faults: Vec<String> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(Diagnostic::to_string)
        .collect();
    format!("Invalid State Machine Definition: '{}'", faults.join(", "))
}
