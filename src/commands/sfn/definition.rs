//! A definition in JSON or YAML: the machine, or everything wrong in it with its line and column.

use std::ffi::OsStr;
use std::path::Path;

use opsctl_engine::asl::definition::{Machine, MachineType, Severity, check};
use serde_json::Value;

use super::substitute;
use super::substitute::{Known, Open, blanked, filled};
use crate::error::{Error, Result};
use crate::input::Mistake;
use crate::input::document::{Document, Place};
use crate::input::files;

/// The machine in a file; `-` is stdin. What stands open in it is text; where it cannot be, that is told.
pub async fn load(path: &Path, machine_type: MachineType) -> Result<Machine> {
    let path = path.to_owned();
    files::apart("read the definition", move || Ok(blocking_load(&path, machine_type)?)).await
}

/// The same, for a thread of its own.
pub fn blocking_load(path: &Path, machine_type: MachineType) -> Result<Machine, Error> {
    let (machine, _) = read(path, machine_type, false)?;
    Ok(machine)
}

/// The same, with something of its kind for all that stands open.
pub async fn load_open(path: &Path, machine_type: MachineType) -> Result<(Machine, Open)> {
    let path = path.to_owned();
    files::apart("read the definition", move || Ok(read(&path, machine_type, true)?)).await
}

fn read(path: &Path, machine_type: MachineType, may_be_open: bool) -> Result<(Machine, Open), Error> {
    let text =
        &files::blocking_text(path).map_err(|error| files::unreadable(path, "the definition", error))?;
    let file = files::named(path);
    let wrong = |mistakes: Vec<Mistake>| {
        let message = match mistakes.len() {
            1 => format!("the definition in {file} is wrong"),
            count => format!("the definition in {file} is wrong in {count} places"),
        };
        files::mistaken(message, mistakes)
    };
    let document = document(path, &file, text).map_err(|mistake| wrong(vec![mistake]))?;
    if is_template(&document.value()) {
        return Err(Error::usage(format!("{file} is a template; here it takes a definition"))
            .because("the linter looks at the definitions inside of templates")
            .hint(format!("opsctl sfn lint {file}")));
    }
    // One in JSON is read as it is written: names may be given twice, which is a fault.
    let is_json = is_json(path, &blanked(text));
    let bare = if is_json && !may_be_open { substitute::places(text) } else { Vec::new() };
    if !bare.is_empty() {
        let mistake =
            |(written, at): (&str, Place)| Mistake::new(&file, at.line, at.column, stands_open(written));
        return Err(wrong(bare.into_iter().map(mistake).collect()));
    }
    let written = if is_json { text.to_owned() } else { document.value().to_string() };
    let filled = filled(&written, &Known::default());
    let (machine, faults) = check(if may_be_open { &filled.text } else { &written }, machine_type);
    let mut mistakes = Vec::new();
    for fault in faults.iter().filter(|fault| fault.severity == Severity::Error) {
        let location = fault.location.as_deref();
        let at = document.place_of_pointer(location.unwrap_or("/"));
        let message = match filled.open.written(location) {
            Some(_) if may_be_open => continue,
            Some(written) => format!("{fault}: {}", stands_open(written)),
            None if may_be_open && filled.open.may_cause(fault.code, location) => continue,
            None => fault.to_string(),
        };
        mistakes.push(Mistake::new(&file, at.line, at.column, message));
    }
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    match machine.filter(|_| mistakes.is_empty()) {
        Some(machine) => Ok((machine, filled.open)),
        None if mistakes.is_empty() => {
            Err(Error::usage(format!("too much of the definition in {file} stands open")))
        }
        None => Err(wrong(mistakes)),
    }
}

fn stands_open(written: &str) -> String {
    format!("`{written}` stands open here, and is filled in when the machine is deployed")
}

/// A text in JSON or YAML. `file` is its name in messages. What stands open in JSON without quotes is a number in it.
pub fn document<'a>(path: &Path, file: &'a str, text: &str) -> Result<Document<'a>, Mistake> {
    let blanked = blanked(text);
    if is_json(path, &blanked) { Document::read_json(file, &blanked) } else { Document::read(file, text) }
}

/// Whether a document is a template of CloudFormation or SAM.
pub fn is_template(document: &Value) -> bool {
    document.get("Resources").is_some_and(Value::is_object) && document.get("States").is_none()
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
