//! A definition from a file or stdin, in JSON or YAML: everything wrong in it is told with its line and column.

use std::io::Read as _;
use std::path::Path;

use opsctl_engine::asl::definition::{Diagnostic, Machine, MachineType, Severity, parse};

use crate::error::{Error, Kind, Result};
use crate::input::toml::Reader;
use crate::input::yaml::Document;
use crate::input::{Mistake, json as places};

/// Above what the service takes: comments of YAML do not count there.
const MOST_BYTES: u64 = 4 << 20;

/// The text of a file, and what it is called in messages; `-` is stdin.
pub async fn load(path: &Path) -> Result<(String, String)> {
    let (name, owned) = match path == Path::new("-") {
        true => ("stdin".to_owned(), None),
        false => (path.display().to_string(), Some(path.to_owned())),
    };
    // A pipe may give its text late, or never, and a read cannot be given up.
    let read = tokio::task::spawn_blocking(move || match owned {
        Some(path) => std::fs::File::open(path).and_then(text),
        None => text(std::io::stdin()),
    });
    let failed = |error: std::io::Error| {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound => Kind::NotFound,
            _ => Kind::Usage,
        };
        Error::new(kind, format!("cannot read the definition {name}")).because(error)
    };
    let text = read.await.map_err(|error| failed(error.into()))?.map_err(failed)?;
    Ok((name, text))
}

fn text(input: impl std::io::Read) -> std::io::Result<String> {
    let mut text = String::new();
    input.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        let message = format!("it is over {} MiB long, as no definition is", MOST_BYTES >> 20);
        return Err(std::io::Error::other(message));
    }
    Ok(text)
}

/// The machine, or everything that is wrong with it. `file` is its name in messages.
pub fn read(file: &str, text: &str, machine_type: MachineType) -> Result<Machine, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mistakes = if text.trim_start().starts_with('{') {
        match read_json(file, text, machine_type) {
            Ok(machine) => return Ok(machine),
            Err(mistakes) => mistakes,
        }
    } else {
        match read_yaml(file, text, machine_type) {
            Ok(machine) => return Ok(machine),
            Err(mistakes) => mistakes,
        }
    };
    let error = Error::usage(match mistakes.len() {
        1 => format!("the definition in {file} is wrong"),
        count => format!("the definition in {file} is wrong in {count} places"),
    });
    Err(match Mistake::chain(mistakes) {
        Some(first) => error.because(first),
        None => error,
    })
}

fn read_json(file: &str, text: &str, machine_type: MachineType) -> Result<Machine, Vec<Mistake>> {
    if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        return Err(vec![Mistake::new(file, error.line().max(1), error.column().max(1), message)]);
    }
    parse(text, machine_type).map_err(|faults| {
        let reader = Reader::new(file, text);
        mistakes(&faults, |path, message| reader.at(&places::place(text, path), message))
    })
}

fn read_yaml(file: &str, text: &str, machine_type: MachineType) -> Result<Machine, Vec<Mistake>> {
    let document = Document::read(file, text).map_err(|mistake| vec![mistake])?;
    parse(&document.value().to_string(), machine_type).map_err(|faults| {
        mistakes(&faults, |path, message| {
            let path: Vec<String> = path.iter().map(|&step| step.to_owned()).collect();
            document.mistake(&path, false, message)
        })
    })
}

/// Of the errors among the faults, in the order of their places.
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
