//! A definition as it is sent: a file in JSON or YAML with everything filled in, small enough, and without a fault that
//! the linter knows of. What the service finds wrong is told with the places of the file too.

use std::collections::BTreeSet;
use std::path::Path;

use opsctl_engine::asl::arn::StatesArn;
use opsctl_engine::asl::definition::{DEFINITION_LIMIT, MachineType};
use opsctl_engine::asl::lint::{self, Severity};
use serde_json::Value;

use super::definition;
use super::substitute::{Known, ValuesArgs, blanked, filled, literal, names_in};
use crate::error::{Error, Result};
use crate::input::document::Document;
use crate::input::{Mistake, files};
use crate::output::{advice, nearest};

/// The names that stand for where a machine is, which only the account and the region tell.
const OF_THE_PLACE: [&str; 3] = ["AWS::AccountId", "AWS::Partition", "AWS::Region"];

pub struct Written {
    file: String,
    /// With what stands open in it.
    json: String,
    document: Document<'static>,
    known: Known,
}

/// Reads a file and what its names stand for; all that is missing is told.
pub async fn read(path: &Path, values: &ValuesArgs) -> Result<Written> {
    let (path, values) = (path.to_owned(), values.clone());
    files::apart("read the definition", move || Ok(blocking_read(&path, &values)?)).await
}

fn blocking_read(path: &Path, values: &ValuesArgs) -> Result<Written, Error> {
    let known = values.known()?;
    let text =
        &files::blocking_text(path).map_err(|error| files::unreadable(path, "the definition", error))?;
    let file = files::named(path);
    let wrong = |mistake: Mistake| {
        let mistake = Mistake::new(&file, mistake.line, mistake.column, mistake.message);
        files::mistaken(format!("the definition in {file} is wrong"), vec![mistake])
    };
    let document = definition::document(path, "", text).map_err(wrong)?;
    let value = document.value();
    if definition::is_template(&value) {
        return Err(Error::usage(format!("{file} is a template; here it takes a definition"))
            .because("what is in a template is deployed with its stack"));
    }
    let json = match definition::is_json(path, &blanked(text)) {
        true => text.to_owned(),
        false => sent(&value),
    };
    let written = Written { file, json, document, known };
    written.nothing_is_missing()?;
    written.all_is_used(values)?;
    Ok(written)
}

/// As people like to read it in the console, unless it is too large for that.
fn sent(value: &Value) -> String {
    let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
    if (1..=DEFINITION_LIMIT).contains(&pretty.len()) { pretty } else { value.to_string() }
}

impl Written {
    /// What the file is called in messages.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The definition in JSON, as a machine of this ARN has it.
    pub fn text_for(&self, machine: &StatesArn) -> String {
        let pairs = OF_THE_PLACE.into_iter().zip([&machine.account, &machine.partition, &machine.region]);
        self.text(pairs.map(|(name, value)| (name.to_owned(), value.clone())).collect())
    }

    /// `place` says what the names `OF_THE_PLACE` stand for; without, they stay open.
    fn text(&self, place: Known) -> String {
        let known = place.into_iter().chain(self.known.clone()).collect();
        literal(&filled(&self.json, &known).text)
    }

    /// Refuses what is too large, and what the linter calls an error; gives its warnings.
    pub fn lint(&self, machine_type: MachineType) -> Result<Vec<Mistake>, Error> {
        let text = self.text(Known::new());
        if text.len() > DEFINITION_LIMIT {
            let message = format!("the definition in {} is too large", self.file);
            let why = format!("it has {} bytes, and the service takes {DEFINITION_LIMIT}", text.len());
            return Err(Error::usage(message).because(why));
        }
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        for finding in lint::lint(&text, machine_type) {
            let message = format!("{} [{}]", finding.message, finding.id);
            let mistake = self.mistake(finding.location.as_deref(), message);
            match finding.severity {
                Severity::Error => errors.push(mistake),
                Severity::Warning => warnings.push(mistake),
                Severity::Note => {}
            }
        }
        warnings.sort_by_key(|mistake| (mistake.line, mistake.column));
        if errors.is_empty() { Ok(warnings) } else { Err(self.wrong(errors)) }
    }

    /// A message about the part that a diagnostic names.
    pub fn mistake(&self, location: Option<&str>, message: String) -> Mistake {
        let at = self.document.place_of_pointer(location.unwrap_or("/"));
        Mistake::new(&self.file, at.line, at.column, message)
    }

    pub fn wrong(&self, mut mistakes: Vec<Mistake>) -> Error {
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        let message = match mistakes.len() {
            1 => format!("the definition in {} is wrong", self.file),
            count => format!("the definition in {} is wrong in {count} places", self.file),
        };
        files::mistaken(message, mistakes)
    }

    fn nothing_is_missing(&self) -> Result<(), Error> {
        let open = filled(&self.json, &self.known).open;
        let mut missing = BTreeSet::new();
        for (pointer, written) in open.each() {
            let at = self.document.place_of_pointer(pointer);
            let names = names_in(written).into_iter();
            let names = names.filter(|name| !self.known.contains_key(*name) && !OF_THE_PLACE.contains(name));
            missing.extend(names.map(|name| (at, name)));
        }
        if missing.is_empty() {
            return Ok(());
        }
        let names: BTreeSet<&str> = missing.iter().map(|(_, name)| *name).collect();
        let known = || self.known.keys().map(String::as_str);
        let told = |(at, name): &(_, &str)| {
            let at: &crate::input::document::Place = at;
            let message = format!("`${{{name}}}` has no value{}", advice(name, known()));
            Mistake::new(&self.file, at.line, at.column, message)
        };
        let message = match names.len() {
            1 => format!("a value is missing for {}", self.file),
            count => format!("{count} values are missing for {}", self.file),
        };
        let example: Vec<String> = names.iter().map(|name| format!("--set {name}=...")).collect();
        Err(files::mistaken(message, missing.iter().map(told).collect()).hint(format!(
            "{}, or --values FILE; what is meant as it stands is written ${{!Name}}",
            example.join(" ")
        )))
    }

    /// What is set in vain is a name that was meant otherwise.
    fn all_is_used(&self, values: &ValuesArgs) -> Result<(), Error> {
        let names = names_in(&self.json);
        for (name, _) in &values.set {
            if !names.contains(&name.as_str()) {
                let error = Error::usage(format!("--set {name}: there is no ${{{name}}} in {}", self.file));
                return Err(match nearest(name, names.iter().copied()) {
                    Some(near) => error.hint(format!("did you mean {near}?")),
                    None => error,
                });
            }
        }
        Ok(())
    }
}
