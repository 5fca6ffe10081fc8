//! What `${Name}` stands for, as users say it: with --set, and in files of --values.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use serde_json::Value;

use super::{Known, is_of_name};
use crate::error::{Error, Result};
use crate::input::document::Document;
use crate::input::{Mistake, files};

/// Options of every verb that fills in a definition.
#[derive(Debug, Clone, Default, Args)]
pub struct ValuesArgs {
    /// What ${NAME} stands for, whatever --values says
    #[arg(long = "set", value_name = "NAME=VALUE", allow_hyphen_values = true, value_parser = pair,
        help_heading = "Definition")]
    pub set: Vec<(String, String)>,

    /// Names and values in YAML or JSON; the last file counts
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Definition")]
    pub values: Vec<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it has no =")?;
    match is_name(name) {
        true => Ok((name.to_owned(), value.to_owned())),
        false => Err(format!("${{{name}}} stands in no definition: names have letters, digits and : . _ -")),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_of_name)
}

impl ValuesArgs {
    /// Everything that is known. Blocks.
    pub fn known(&self) -> Result<Known, Error> {
        let mut known = Known::new();
        for path in &self.values {
            known.extend(read(path)?);
        }
        known.extend(self.set.iter().cloned());
        Ok(known)
    }
}

fn read(path: &Path) -> Result<Known, Error> {
    let text =
        files::blocking_text(path).map_err(|error| files::unreadable(path, "the file of values", error))?;
    let file = files::named(path);
    let wrong = |mistakes| files::mistaken(format!("the file of values {file} is wrong"), mistakes);
    let document = Document::read(&file, &text).map_err(|mistake| wrong(vec![mistake]))?;
    let Value::Object(members) = document.value() else {
        return Err(wrong(vec![Mistake::new(
            &file,
            1,
            1,
            "here are names and values expected, `Name: value`",
        )]));
    };
    let (mut known, mut mistakes) = (Known::new(), Vec::new());
    for (name, value) in members {
        let message = match value {
            Value::String(_) | Value::Number(_) | Value::Bool(_) if !is_name(&name) => {
                "names have letters, digits and : . _ -".to_owned()
            }
            Value::String(text) => {
                known.insert(name, text);
                continue;
            }
            Value::Number(_) | Value::Bool(_) => {
                known.insert(name, value.to_string());
                continue;
            }
            _ => format!("`{name}` is neither a text nor a number, true or false"),
        };
        mistakes.push(document.mistake(&[name], false, message));
    }
    if mistakes.is_empty() { Ok(known) } else { Err(wrong(mistakes)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_have_a_name_that_can_stand_in_a_definition() {
        let own = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(pair("Pay.Arn=a=b"), own("Pay.Arn", "a=b"));
        assert_eq!(pair("Empty="), own("Empty", ""));
        for wrong in ["Table", "=x", "a b=c", "${A}=b"] {
            assert!(pair(wrong).is_err(), "{wrong}");
        }
    }
}
