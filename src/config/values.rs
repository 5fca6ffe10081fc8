//! Values that were not typed: what a variable or a key of the config file says, checked by clap as if it had been
//! typed, so that no option has a second parser.

use std::any::TypeId;
use std::error::Error as _;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command};
use toml::de::DeValue;

use super::check::Check;
use super::names::boolean;
use crate::output::nearest;

/// What a variable says about an option, none at all where it says that a flag is off. What is wrong with it otherwise.
pub fn from_variable(arg: &Arg, text: &OsStr) -> Result<Vec<OsString>, String> {
    let word = text.to_str().and_then(boolean);
    let values = match arg.get_action() {
        ArgAction::SetTrue => match word {
            Some(true) => vec!["true".into()],
            Some(false) => return Ok(Vec::new()),
            None => return Err("must be true or false".to_owned()),
        },
        ArgAction::Count => match word {
            Some(on) => vec![u8::from(on).to_string().into()],
            None => vec![text.to_owned()],
        },
        _ => match word {
            Some(true) if is_optional(arg) => vec!["".into()],
            Some(false) if is_optional(arg) => return Ok(Vec::new()),
            _ => vec![text.to_owned()],
        },
    };
    check(arg, &values)?;
    Ok(values)
}

/// What a value of TOML says about an option.
pub fn from_toml(arg: &Arg, value: &DeValue<'_>) -> Result<Vec<OsString>, String> {
    let values = match (arg.get_action(), value) {
        (ArgAction::SetTrue, DeValue::Boolean(true)) => vec!["true".into()],
        (ArgAction::SetTrue, DeValue::Boolean(false)) => return Ok(Vec::new()),
        (ArgAction::SetTrue, _) => return Err("must be true or false".to_owned()),
        (ArgAction::Append, DeValue::Array(items)) => {
            items.iter().map(|item| single(arg, item.get_ref())).collect::<Result<_, _>>()?
        }
        (_, other) => vec![single(arg, other)?],
    };
    check(arg, &values)?;
    Ok(values)
}

fn single(arg: &Arg, value: &DeValue<'_>) -> Result<OsString, String> {
    let integer = || {
        let text = value.as_integer().map(|integer| integer.as_str().replace('_', ""));
        // No option counts below nothing.
        text.filter(|text| !text.starts_with('-')).map(OsString::from)
    };
    let text = || value.as_str().map(OsString::from);
    match kind(arg) {
        Kind::Number => integer().ok_or_else(|| "must be a whole number".to_owned()),
        Kind::Duration => integer()
            .or_else(text)
            .ok_or_else(|| "must be a number of seconds or a duration such as \"30s\"".to_owned()),
        Kind::Text if takes_many(arg) => text().ok_or_else(|| "must be a list of texts".to_owned()),
        Kind::Text => text().ok_or_else(|| "must be text in quotes".to_owned()),
    }
}

enum Kind {
    Number,
    Duration,
    Text,
}

fn kind(arg: &Arg) -> Kind {
    let parser = arg.get_value_parser().type_id();
    let is = |id: TypeId| parser == id;
    if is(TypeId::of::<Duration>()) {
        Kind::Duration
    } else if [
        TypeId::of::<u8>(),
        TypeId::of::<u16>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
    ]
    .into_iter()
    .any(is)
    {
        Kind::Number
    } else {
        Kind::Text
    }
}

fn is_optional(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|range| range.min_values() == 0 && range.max_values() > 0)
}

fn takes_many(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// What clap has against these values, in one line.
fn check(arg: &Arg, values: &[OsString]) -> Result<(), String> {
    let Some(long) = arg.get_long() else { return Ok(()) };
    let Some(name) = values.first().filter(|_| !matches!(arg.get_action(), ArgAction::SetTrue)) else {
        return Ok(());
    };
    if matches!(arg.get_action(), ArgAction::Count) {
        return match name.to_str().and_then(|text| text.parse::<u8>().ok()) {
            Some(_) => Ok(()),
            None => Err("must be a whole number from 0 to 255".to_owned()),
        };
    }
    // Alone: it may refer to options that are not there.
    let alone = arg
        .clone()
        .global(false)
        .conflicts_with(Resettable::Reset)
        .requires(Resettable::Reset)
        .required(false);
    let command = Command::new("value").no_binary_name(true).arg(alone);
    let line = values.iter().map(|value| {
        let mut word = OsString::from(format!("--{long}="));
        word.push(value);
        word
    });
    match command.try_get_matches_from(line) {
        Ok(_) => Ok(()),
        Err(error) => Err(fault(&error)),
    }?;
    let Some(check) = arg.get::<Check>() else { return Ok(()) };
    let delimiter = arg.get_value_delimiter();
    let texts = values.iter().filter_map(|value| value.to_str());
    let mut texts = texts.flat_map(|text| text.split(move |c| Some(c) == delimiter));
    texts.try_for_each(|text| check.says(text).map_err(|fault| format!("cannot be '{text}': {fault}")))
}

fn fault(error: &clap::Error) -> String {
    let strings = |kind| match error.get(kind) {
        Some(ContextValue::Strings(words)) => words.clone(),
        Some(ContextValue::String(word)) => vec![word.clone()],
        _ => Vec::new(),
    };
    let given = strings(ContextKind::InvalidValue).pop().unwrap_or_default();
    let known = strings(ContextKind::ValidValue);
    if known.is_empty() {
        return match error.source() {
            Some(source) => format!("cannot be '{given}': {source}"),
            None => format!("cannot be '{given}'"),
        };
    }
    let near = nearest(&given, known.iter().map(String::as_str));
    let advice = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    format!("cannot be '{given}': it is one of {}{advice}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    fn arg(path: &[&str], name: &str) -> Arg {
        let root = Cli::command();
        let command = path.iter().fold(&root, |command, word| command.find_subcommand(word).unwrap());
        command.get_arguments().find(|arg| arg.get_long() == Some(name)).unwrap().clone()
    }

    fn toml(path: &[&str], name: &str, text: &str) -> Result<Vec<String>, String> {
        let text = format!("x = {text}");
        let document = toml::de::DeTable::parse(&text).unwrap();
        let values = from_toml(&arg(path, name), document.get_ref()["x"].get_ref())?;
        Ok(values.into_iter().map(|value| value.into_string().unwrap()).collect())
    }

    #[test]
    fn toml_says_what_would_have_been_typed() {
        let list = &["ssm", "list"][..];
        let of = |words: &[&str]| Ok(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(toml(&[], "output", "\"json\""), of(&["json"]));
        assert_eq!(toml(&[], "quiet", "true"), of(&["true"]));
        assert_eq!(toml(&[], "quiet", "false"), of(&[]));
        assert_eq!(toml(&[], "verbose", "2"), of(&["2"]));
        assert_eq!(toml(&[], "max-attempts", "1_0"), of(&["10"]));
        assert_eq!(toml(&[], "timeout", "90"), of(&["90"]));
        assert_eq!(toml(&[], "timeout", "\"2m\""), of(&["2m"]));
        assert_eq!(toml(list, "columns", "[\"id\", \"name\"]"), of(&["id", "name"]));
        assert_eq!(toml(list, "tag", "\"role=web\""), of(&["role=web"]));
        assert_eq!(toml(list, "sort", "\"-age\""), of(&["-age"]));
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        for (path, name, text, fault) in [
            (&[][..], "output", "5", "must be text in quotes"),
            (
                &[],
                "output",
                "\"jsn\"",
                "cannot be 'jsn': it is one of table, json, ndjson, yaml, csv, text; did you mean json?",
            ),
            (&[], "quiet", "\"yes\"", "must be true or false"),
            (&[], "max-attempts", "\"3\"", "must be a whole number"),
            (&[], "max-attempts", "0", "cannot be '0': 0 is not in 1..=100"),
            (
                &[],
                "timeout",
                "\"soon\"",
                "cannot be 'soon': a duration is a number of seconds, or looks like 30s, 5m or 2h30m",
            ),
            (&[], "timeout", "1.5", "must be a number of seconds or a duration such as \"30s\""),
            (&["ssm", "list"], "columns", "[1]", "must be a list of texts"),
            (&["ssm", "list"], "tag", "[\"role\"]", "cannot be 'role': a tag is KEY=VALUE"),
        ] {
            assert_eq!(toml(path, name, text), Err(fault.to_owned()), "{name} = {text}");
        }
    }

    #[test]
    fn variables_are_words() {
        let of = |name: &str, text: &str| from_variable(&arg(&[], name), OsStr::new(text));
        assert_eq!(of("quiet", "1"), Ok(vec!["true".into()]));
        assert_eq!(of("quiet", "off"), Ok(Vec::new()));
        assert_eq!(of("verbose", "2"), Ok(vec!["2".into()]));
        assert_eq!(of("verbose", "true"), Ok(vec!["1".into()]));
        assert_eq!(of("sandbox", "true"), Ok(vec!["".into()]));
        assert_eq!(of("sandbox", "rehearsal"), Ok(vec!["rehearsal".into()]));
        assert_eq!(of("sandbox", "0"), Ok(Vec::new()));
        assert!(
            of("quiet", "maybe").is_err() && of("verbose", "loud").is_err() && of("color", "red").is_err()
        );
    }
}
