//! A definition in JSON or YAML: the machine, or everything wrong in it with its line and column.

use std::ffi::OsStr;
use std::path::Path;

use opsctl_engine::asl::definition::{Machine, MachineType, Severity, parse};

use super::files;
use crate::error::{Error, Result};
use crate::input::Mistake;
use crate::input::document::Document;

/// The machine in a file; `-` is stdin.
pub async fn load(path: &Path, machine_type: MachineType) -> Result<Machine> {
    let path = path.to_owned();
    files::apart("read the definition", move || Ok(blocking_load(&path, machine_type)?)).await
}

/// The same, for a thread of its own.
pub fn blocking_load(path: &Path, machine_type: MachineType) -> Result<Machine, Error> {
    let text =
        files::blocking_text(path).map_err(|error| files::unreadable(path, "the definition", error))?;
    read(path, &text, machine_type)
}

fn read(path: &Path, text: &str, machine_type: MachineType) -> Result<Machine, Error> {
    let file = files::named(path);
    let wrong = |mistakes: Vec<Mistake>| {
        let message = match mistakes.len() {
            1 => format!("the definition in {file} is wrong"),
            count => format!("the definition in {file} is wrong in {count} places"),
        };
        files::mistaken(message, mistakes)
    };
    let document = document(path, &file, text).map_err(|mistake| wrong(vec![mistake]))?;
    // One in JSON is read as it is written: names may be given twice, which is a fault.
    let parsed = match is_json(path, text) {
        true => parse(text, machine_type),
        false => parse(&document.value().to_string(), machine_type),
    };
    parsed.map_err(|faults| {
        let errors = faults.iter().filter(|fault| fault.severity == Severity::Error);
        let mut mistakes: Vec<Mistake> = errors
            .map(|fault| {
                let at = document.place_of_pointer(fault.location.as_deref().unwrap_or("/"));
                Mistake::new(&file, at.line, at.column, fault.to_string())
            })
            .collect();
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        wrong(mistakes)
    })
}

/// A text in JSON or YAML. `file` is its name in messages.
pub fn document<'a>(path: &Path, file: &'a str, text: &str) -> Result<Document<'a>, Mistake> {
    if is_json(path, text) { Document::read_json(file, text) } else { Document::read(file, text) }
}

/// Whether a text is meant to be JSON: by the ending of its file's name, or by how it begins. YAML that is JSON as a
/// whole is: it may name something twice.
pub fn is_json(path: &Path, text: &str) -> bool {
    match path.extension().and_then(OsStr::to_str) {
        Some("json" | "asl") => true,
        Some("yaml" | "yml") => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
        _ => text.trim_start().starts_with(['{', '[']),
    }
}

/// What a machine is called after its file: `order` of `order.asl.json`.
pub fn name(path: &Path) -> String {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = file.split('.').find(|part| !part.is_empty()).unwrap_or("machine");
    let allowed = |c: char| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    stem.chars().take(80).map(allowed).collect()
}
