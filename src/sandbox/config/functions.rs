//! `[[functions]]` of `sandbox.toml`: what Lambda has to invoke.

use super::jobs::{tables, texts, unique};
use crate::functions::{Function, TIMEOUT};
use crate::input::toml::{Reader, Section, boolean, integer, text, text_where};
use crate::sandbox::lambda::{FunctionSettings, MEMORY_MB, Protocol};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use toml::Spanned;
use toml::de::DeValue;

/// `file`: that of the sandbox, in whose folder functions run.
pub fn functions(reader: &mut Reader<'_>, file: &str, value: &Spanned<DeValue<'_>>) -> Vec<FunctionSettings> {
    let functions =
        tables(reader, "functions", value, |reader, section, item| function(reader, file, section, item));
    unique(reader, "function", value, functions.iter().map(|settings| settings.function.name.as_str()));
    functions
}

fn function(
    reader: &mut Reader<'_>,
    file: &str,
    mut section: Section<'_, '_>,
    item: &Spanned<DeValue<'_>>,
) -> Option<FunctionSettings> {
    let is_name = |name: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        (1..=64).contains(&name.len()) && name.bytes().all(allowed)
    };
    let name =
        section.value(reader, "name", text_where("a function name of Lambda, without its ARN", is_name));
    let expected = "a program with its arguments, as [\"python3\", \"rename.py\"]";
    let command = section.value(reader, "command", |value| {
        let command = texts(value, expected, |_| true)?;
        if command.is_empty() { Err(expected.to_owned()) } else { Ok(command) }
    });
    let timeout = section.value(reader, "timeout_ms", integer(1..=900_000));
    let runtime_api = section.value(reader, "runtime_api", boolean);
    let concurrency = section.value(reader, "concurrency", integer(0..=1000));
    let memory = section.value(reader, "memory_mb", integer(128..=10_240));
    let environment = section.get("environment").map(|value| environment(reader, value)).unwrap_or_default();
    for (key, found) in
        [("name", section.get("name").is_some()), ("command", section.get("command").is_some())]
    {
        if !found {
            reader.mistake(&item.span(), format!("a function needs a `{key}`"));
        }
    }
    section.finish(reader);
    let folder = Path::new(file).parent().filter(|folder| !folder.as_os_str().is_empty());
    Some(FunctionSettings {
        function: Function {
            name: name?,
            command: command?,
            folder: folder.unwrap_or(Path::new(".")).to_owned(),
            timeout: timeout.map_or(TIMEOUT, Duration::from_millis),
            environment,
        },
        protocol: if runtime_api == Some(true) { Protocol::RuntimeApi } else { Protocol::Command },
        concurrency: concurrency.and_then(|count| count.try_into().ok()),
        memory_mb: memory.and_then(|memory| memory.try_into().ok()).unwrap_or(MEMORY_MB),
    })
}

fn environment(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    let Some(table) = value.get_ref().as_table() else {
        reader.mistake(&value.span(), "`environment` must be a table, as { STAGE = \"test\" }");
        return variables;
    };
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    for (name, value) in table {
        if !is_name(name.get_ref()) {
            reader.mistake(&name.span(), "a variable's name is letters, digits and _, a letter first");
        } else if name.get_ref().starts_with("AWS_") {
            reader.mistake(&name.span(), "variables that begin with AWS_ are set by the sandbox");
        }
        match text(value.get_ref()) {
            Ok(text) if !text.contains('\0') => drop(variables.insert(name.get_ref().to_string(), text)),
            _ => reader.mistake(&value.span(), "the value of a variable must be text"),
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::Protocol;
    use crate::sandbox::config::Settings;

    #[test]
    fn functions_are_read() {
        let text = r#"
            [[functions]]
            name = "rename"
            command = ["sh", "rename.sh"]
            timeout_ms = 500
            runtime_api = true
            concurrency = 2
            memory_mb = 512
            environment = { STAGE = "test" }
            [[functions]]
            name = "other"
            command = ["cat"]
        "#;
        let functions = Settings::parse("/srv/sandbox.toml", text).unwrap().functions;
        let function = &functions[0].function;
        assert_eq!((function.folder.to_str(), function.timeout.as_millis()), (Some("/srv"), 500));
        assert_eq!(function.environment["STAGE"], "test");
        assert_eq!((functions[0].protocol, functions[1].protocol), (Protocol::RuntimeApi, Protocol::Command));
        assert_eq!((functions[0].concurrency, functions[0].memory_mb), (Some(2), 512));
        assert_eq!((functions[1].concurrency, functions[1].memory_mb), (None, 128));
    }

    #[test]
    fn every_mistake_in_them_is_found() {
        let text = "functions = [{ name = \"f\", command = [] }, 7,\n{ command = [\"a\"], memory_mb = 1 },\n\
                    { name = \"g\", command = [\"a\"], environment = { AWS_REGION = \"x\", \"1\" = \"\", A = 1 } },\n\
                    { name = \"g\", command = [\"b\"], environment = 7 }]\n";
        let mistakes = Settings::parse("s.toml", text).unwrap_err();
        let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            mistakes,
            [
                "s.toml:1:13: there is another function called `g`",
                "s.toml:1:38: `command` must be a program with its arguments, as [\"python3\", \"rename.py\"]",
                "s.toml:1:44: `functions` must be tables",
                "s.toml:2:1: a function needs a `name`",
                "s.toml:2:32: `memory_mb` must be a whole number from 128 to 10240",
                "s.toml:3:48: variables that begin with AWS_ are set by the sandbox",
                "s.toml:3:66: a variable's name is letters, digits and _, a letter first",
                "s.toml:3:80: the value of a variable must be text",
                "s.toml:4:46: `environment` must be a table, as { STAGE = \"test\" }",
            ]
        );
    }
}
