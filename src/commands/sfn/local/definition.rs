//! The definition of a machine from a file in JSON or YAML, with everything wrong in it at its place.

use std::path::Path;

use opsctl_engine::asl::definition::{Diagnostic, Machine, MachineType, Severity, parse};

use super::json;
use crate::error::{Error, Result};
use crate::input::toml::Reader;
use crate::input::yaml::Document;
use crate::input::{Mistake, json as places};

/// What is wrong with `text`, or the machine. `file` is its name in messages.
pub fn read(file: &str, text: &str, machine_type: MachineType) -> Result<Machine, Error> {
    let wrong = |mistakes: Vec<Mistake>| {
        let message = match mistakes.len() {
            1 => format!("the definition in {file} is wrong"),
            count => format!("the definition in {file} is wrong in {count} places"),
        };
        json::mistaken(message, mistakes)
    };
    if text.trim_start().starts_with('{') {
        json::parse(file, text).map_err(|mistake| wrong(vec![mistake]))?;
        return parse(text, machine_type).map_err(|faults| {
            let reader = Reader::new(file, text);
            wrong(mistakes(&faults, |path, message| reader.at(&places::place(text, path), message)))
        });
    }
    let document = Document::read(file, text).map_err(|mistake| wrong(vec![mistake]))?;
    parse(&document.value().to_string(), machine_type).map_err(|faults| {
        wrong(mistakes(&faults, |path, message| {
            let path: Vec<String> = path.iter().map(|&step| step.to_owned()).collect();
            document.mistake(&path, false, message)
        }))
    })
}

fn mistakes(faults: &[Diagnostic], at: impl Fn(&[&str], String) -> Mistake) -> Vec<Mistake> {
    let errors = faults.iter().filter(|fault| fault.severity == Severity::Error);
    let mistake = |fault: &Diagnostic| {
        let location = fault.location.as_deref().unwrap_or_default();
        let path: Vec<&str> = location.split(['/', '[', ']']).filter(|step| !step.is_empty()).collect();
        at(&path, fault.to_string())
    };
    let mut mistakes: Vec<Mistake> = errors.map(mistake).collect();
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    mistakes
}

/// What a machine is called after its file: `order` of `order.asl.json`.
pub fn name(path: &Path) -> String {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = file.split('.').find(|part| !part.is_empty()).unwrap_or("machine");
    let allowed = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    stem.chars().take(80).map(allowed).collect()
}
