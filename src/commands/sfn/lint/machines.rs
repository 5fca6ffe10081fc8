//! The state machines in a file: a definition in JSON or YAML, or each one in a template. What cannot be read is a
//! finding like others.

use std::path::Path;
use std::rc::Rc;

use opsctl_engine::asl::definition::MachineType;
use opsctl_engine::asl::definition::diagnostic::INVALID_JSON_DESCRIPTION;
use opsctl_engine::asl::lint::{self, Rule, Severity};
use serde_json::Value;

use super::super::definition;
use super::super::substitute::{Filled, Known, blanked, filled};
use super::origin::Origin;
use super::template;
use super::view::Finding;
use crate::input::Mistake;
use crate::input::document::{Document, Place};

/// What is in a file.
#[derive(Debug, Default)]
pub struct Found {
    pub machines: Vec<Machine>,
    pub findings: Vec<Finding>,
    pub warnings: Vec<String>,
}

/// A definition, and where it is.
#[derive(Debug)]
pub struct Machine {
    pub file: String,
    /// Its name in a template.
    pub name: Option<String>,
    /// What its template says.
    pub machine_type: Option<MachineType>,
    /// The definition in JSON, with everything filled in.
    pub definition: Filled,
    /// What has the places, and the pointer of the definition in it.
    pub document: Rc<Document<'static>>,
    pub below: String,
    /// Where the document is, when it is a text in another one.
    pub origin: Origin,
}

impl Machine {
    pub fn lint(&self, machine_type: MachineType) -> Vec<Finding> {
        let open = &self.definition.open;
        let findings = lint::lint(&self.definition.text, machine_type).into_iter();
        let meant = findings.filter(|finding| !open.may_cause(finding.id, finding.location.as_deref()));
        meant.map(|finding| self.placed(finding)).collect()
    }

    fn placed(&self, finding: lint::Finding) -> Finding {
        let location = finding.location.as_deref().unwrap_or("/");
        let below = format!("{}{}", self.below, if location == "/" { "" } else { location });
        let place = self.origin.place(self.document.place_of_pointer(&below));
        Finding {
            file: self.file.clone(),
            line: place.line,
            column: place.column,
            severity: finding.severity,
            rule: finding.id.to_owned(),
            message: finding.message,
            machine: self.name.clone(),
            location: finding.location,
        }
    }
}

/// Everything in a file's text. `path` is where files that a template names are looked for.
pub fn find(name: &str, path: &Path, text: &str) -> Found {
    let document = match definition::document(path, "", text) {
        Ok(document) => document,
        Err(mistake) => {
            return Found { findings: vec![no_definition(name, None, &mistake)], ..Found::default() };
        }
    };
    let value = document.value_with_functions();
    if definition::is_template(&value) {
        return template::find(name, path, text, document, &value);
    }
    let machine = from_document(name, path, text, document, &value, &Known::default());
    Found { machines: vec![machine], ..Found::default() }
}

/// A definition that is a document of its own. One in JSON is linted as it is written: names may be given twice.
pub fn from_document(
    name: &str,
    path: &Path,
    text: &str,
    document: Document<'static>,
    value: &Value,
    known: &Known,
) -> Machine {
    let definition = match definition::is_json(path, &blanked(text)) {
        true => filled(text, known),
        false => filled(&value.to_string(), known),
    };
    Machine {
        file: name.to_owned(),
        name: None,
        machine_type: None,
        definition,
        document: Rc::new(document),
        below: String::new(),
        origin: Origin::Itself,
    }
}

/// A text that is neither.
pub fn no_definition(name: &str, machine: Option<&str>, mistake: &Mistake) -> Finding {
    Finding {
        file: name.to_owned(),
        line: mistake.line,
        column: mistake.column,
        severity: Severity::Error,
        rule: INVALID_JSON_DESCRIPTION.to_owned(),
        message: format!("Definition must be a valid JSON object: {}", mistake.message),
        machine: machine.map(str::to_owned),
        location: None,
    }
}

/// A finding of the command's own, about what a template says.
pub fn error(name: &str, machine: &str, place: Place, rule: &'static Rule, message: String) -> Finding {
    Finding {
        file: name.to_owned(),
        line: place.line,
        column: place.column,
        severity: rule.severity,
        rule: rule.id.to_owned(),
        message,
        machine: Some(machine.to_owned()),
        location: None,
    }
}
