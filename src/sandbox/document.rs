//! A session document: its content read so that every mistake has its place, its parameters checked, and what a session
//! of it runs. Knows no account and no file.

use super::sessions::{CommandRequest, PortDocument, Prefixes, SessionDocument};
use crate::input::Mistake;
use crate::input::json::place;
use crate::input::toml::Reader;
use crate::output::advice;
use opsctl_engine::session::SessionType;
use regex_lite::Regex;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// What AWS takes as a prefix of lines.
const LONGEST_PREFIX: usize = 30;
const PLATFORMS: [&str; 3] = ["linux", "macos", "windows"];

#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub name: String,
    pub content: Value,
    pub session_type: SessionType,
    /// What its sessions are encrypted with.
    pub kms_key_id: Option<String>,
    parameters: BTreeMap<String, Parameter>,
    /// Texts with `{{parameters}}`.
    properties: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Parameter {
    default: Option<String>,
    allowed_values: Option<Vec<String>>,
    allowed_pattern: Option<String>,
}

impl Document {
    /// `file` is only how mistakes call the text.
    pub fn read(name: &str, file: &str, text: &str) -> Result<Document, Vec<Mistake>> {
        let mut reading = Reading { reader: Reader::new(file, text), text };
        let content: Value = serde_json::from_str(text).map_err(|error| {
            let at = offset(text, error.line(), error.column());
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message);
            vec![reading.reader.at(&(at..at), message)]
        })?;
        let document = reading.document(name, &content);
        reading.reader.finish(document)
    }

    /// What a session with these parameters runs; what is against them otherwise.
    pub fn session(&self, given: &HashMap<String, Vec<String>>) -> Result<SessionDocument, String> {
        if let Some(name) = given.keys().filter(|name| !self.parameters.contains_key(*name)).min() {
            return Err(format!("the document has no parameter {name}"));
        }
        let mut values: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, parameter) in &self.parameters {
            values.insert(name, parameter.value(name, given.get(name))?);
        }
        let property = |name: &str| self.properties.get(name).map(|text| filled(text, &values));
        let commands = property("commands").unwrap_or_default();
        Ok(match self.session_type {
            SessionType::InteractiveCommands => SessionDocument::InteractiveCommands { command: commands },
            SessionType::NonInteractiveCommands => {
                let separate = property("separateOutputStream").is_some_and(|text| text == "true");
                let prefix = |name| property(name).unwrap_or_default();
                let prefixes = Prefixes {
                    stdout: prefix("stdOutSeparatorPrefix"),
                    stderr: prefix("stdErrSeparatorPrefix"),
                };
                if let Some(wrong) =
                    [&prefixes.stdout, &prefixes.stderr].into_iter().find(|text| !is_prefix(text))
                {
                    return Err(format!(
                        "the prefix {wrong:?} is not up to {LONGEST_PREFIX} letters, digits, _ : - or line ends"
                    ));
                }
                SessionDocument::NonInteractiveCommands(CommandRequest {
                    command: commands,
                    separate: separate.then_some(prefixes),
                })
            }
            SessionType::Port => {
                let port = property("portNumber").and_then(|port| port.parse().ok());
                let port = port.filter(|port| *port > 0).ok_or("`portNumber` must be a port")?;
                let filled = self.properties.keys().filter_map(|name| Some((name.clone(), property(name)?)));
                let filled: Map<String, Value> = filled.map(|(name, text)| (name, text.into())).collect();
                SessionDocument::Port(PortDocument {
                    host: property("host"),
                    port,
                    is_local: property("type").is_some_and(|text| text == "LocalPortForwarding"),
                    properties: filled.into(),
                })
            }
            SessionType::StandardStream => SessionDocument::StandardStream,
        })
    }
}

impl Parameter {
    fn value<'a>(&'a self, name: &str, given: Option<&'a Vec<String>>) -> Result<&'a str, String> {
        let value = match given.map(Vec::as_slice) {
            Some([value]) if !value.is_empty() => value,
            Some(_) => return Err(format!("the parameter {name} takes one value, which is not empty")),
            None => match &self.default {
                Some(default) => return Ok(default),
                None => return Err(format!("the parameter {name} is missing")),
            },
        };
        if references(value).next().is_some() {
            return Err(format!("the value of the parameter {name} refers to a parameter with {{{{ }}}}"));
        }
        self.takes(value)
            .map(|()| value.as_str())
            .map_err(|why| format!("the value of the parameter {name} {why}"))
    }

    fn takes(&self, value: &str) -> Result<(), String> {
        if let Some(allowed) = &self.allowed_values
            && !allowed.iter().any(|allowed| allowed == value)
        {
            return Err(format!("is none of {}", allowed.join(", ")));
        }
        // One that is no expression has been refused before.
        let pattern = self.allowed_pattern.as_ref().and_then(|pattern| Regex::new(pattern).ok());
        match (pattern, &self.allowed_pattern) {
            (Some(regex), Some(pattern)) if !regex.is_match(value) => {
                Err(format!("does not match {pattern}"))
            }
            _ => Ok(()),
        }
    }
}

struct Reading<'a> {
    reader: Reader<'a>,
    text: &'a str,
}

impl Reading<'_> {
    fn document(&mut self, name: &str, content: &Value) -> Document {
        const KEYS: &[&str] =
            &["schemaVersion", "description", "sessionType", "parameters", "properties", "inputs"];
        if !content.is_object() {
            self.mistake(&[], "a session document is a JSON object");
        }
        self.unknown_keys(content, &[], KEYS);
        if content["schemaVersion"] != "1.0" {
            self.mistake(&["schemaVersion"], "`schemaVersion` must be \"1.0\"");
        }
        let session_type = content["sessionType"].as_str().and_then(SessionType::from_name);
        if session_type.is_none() {
            let known = SessionType::ALL.map(|known| format!("{:?}", known.name())).join(", ");
            self.mistake(&["sessionType"], &format!("`sessionType` must be one of {known}"));
        }
        // What a misspelt type was meant to be shows in what it has.
        let is_command = PLATFORMS.iter().any(|platform| content["properties"].get(platform).is_some());
        let meant =
            if is_command { SessionType::NonInteractiveCommands } else { SessionType::StandardStream };
        let session_type = session_type.unwrap_or(meant);
        let parameters = self.parameters(&content["parameters"]);
        let properties = self.properties(&content["properties"], session_type, &parameters);
        Document {
            name: name.to_owned(),
            content: content.clone(),
            session_type,
            kms_key_id: self.key(&content["inputs"]),
            parameters,
            properties,
        }
    }

    fn parameters(&mut self, parameters: &Value) -> BTreeMap<String, Parameter> {
        let mut read = BTreeMap::new();
        for (name, parameter) in self.object(parameters, &["parameters"]) {
            let path = ["parameters", name.as_str()];
            let keys = ["type", "description", "default", "allowedValues", "allowedPattern"];
            if self.object(parameter, &path).is_empty() {
                self.mistake(&path, &format!("the parameter `{name}` must have a `type`"));
            }
            self.unknown_keys(parameter, &path, &keys);
            if parameter["type"] != "String" {
                self.mistake(
                    &[&path[..], &["type"]].concat(),
                    "`type` must be \"String\": sessions have no other",
                );
            }
            let text = |reading: &mut Self, key: &str| {
                let value = &parameter[key];
                if !value.is_null() && !value.is_string() {
                    reading.mistake(&[&path[..], &[key]].concat(), &format!("`{key}` must be text"));
                }
                value.as_str().map(str::to_owned)
            };
            let (default, allowed_pattern) = (text(self, "default"), text(self, "allowedPattern"));
            let allowed = &parameter["allowedValues"];
            let texts =
                || allowed.as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect();
            let allowed_values: Option<Vec<String>> = texts();
            if !allowed.is_null() && allowed_values.is_none() {
                self.mistake(
                    &[&path[..], &["allowedValues"]].concat(),
                    "`allowedValues` must be a list of texts",
                );
            }
            if let Some(Err(error)) = allowed_pattern.as_deref().map(Regex::new) {
                let message = format!("`allowedPattern` is not understood: {error}");
                self.mistake(&[&path[..], &["allowedPattern"]].concat(), &message);
            }
            let parameter = Parameter { default, allowed_values, allowed_pattern };
            if let Some(Err(why)) = parameter.default.as_deref().map(|default| parameter.takes(default)) {
                self.mistake(&[&path[..], &["default"]].concat(), &format!("`default` {why}"));
            }
            read.insert(name.clone(), parameter);
        }
        read
    }

    /// Those of the first platform that has any: a sandbox has one kind of machine.
    fn properties(
        &mut self,
        properties: &Value,
        session_type: SessionType,
        parameters: &BTreeMap<String, Parameter>,
    ) -> BTreeMap<String, String> {
        let (path, of_platform) = match session_type {
            SessionType::InteractiveCommands | SessionType::NonInteractiveCommands => {
                self.unknown_keys(properties, &["properties"], &PLATFORMS);
                match PLATFORMS.into_iter().find(|platform| properties[*platform].is_object()) {
                    Some(platform) => (vec!["properties", platform], &properties[platform]),
                    None => {
                        self.mistake(&["properties"], "`properties.linux.commands` is missing");
                        return BTreeMap::new();
                    }
                }
            }
            _ => (vec!["properties"], properties),
        };
        let mut read = BTreeMap::new();
        for (name, value) in self.object(of_platform, &path) {
            let path = [&path[..], &[name.as_str()]].concat();
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(value) => value.to_string(),
                _ => {
                    self.mistake(&path, &format!("`{name}` must be text"));
                    continue;
                }
            };
            for (_, reference) in references(&text) {
                if !parameters.contains_key(reference) {
                    let advice = advice(reference, parameters.keys().map(String::as_str));
                    self.mistake(&path, &format!("there is no parameter `{reference}`{advice}"));
                }
            }
            read.insert(name.clone(), text);
        }
        let is_command = session_type != SessionType::StandardStream && session_type != SessionType::Port;
        if is_command
            && read.get("commands").is_none_or(String::is_empty)
            && of_platform["commands"].is_null()
        {
            self.mistake(&path, "`commands` is missing");
        }
        read
    }

    fn key(&mut self, inputs: &Value) -> Option<String> {
        self.object(inputs, &["inputs"]);
        let key = &inputs["kmsKeyId"];
        if !key.is_null() && !key.is_string() {
            self.mistake(&["inputs", "kmsKeyId"], "`kmsKeyId` must be the id, ARN or alias of a key");
        }
        key.as_str().filter(|key| !key.is_empty()).map(str::to_owned)
    }

    /// Nothing is an object without members.
    fn object<'v>(&mut self, value: &'v Value, path: &[&str]) -> Vec<(&'v String, &'v Value)> {
        if !value.is_null() && !value.is_object() {
            let name = path.last().copied().unwrap_or_default();
            self.mistake(path, &format!("`{name}` must be an object"));
        }
        value.as_object().into_iter().flat_map(Map::iter).collect()
    }

    fn unknown_keys(&mut self, value: &Value, path: &[&str], known: &[&str]) {
        for key in value.as_object().into_iter().flat_map(Map::keys) {
            if !known.contains(&key.as_str()) {
                let advice = advice(key, known.iter().copied());
                self.mistake(&[path, &[key]].concat(), &format!("unknown key `{key}`{advice}"));
            }
        }
    }

    fn mistake(&mut self, path: &[&str], message: &str) {
        let at = place(self.text, path);
        self.reader.mistake(&at, message);
    }
}

/// Line and column count from 1; the column is one of bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column.saturating_sub(1)
}

fn is_prefix(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"\r\n_:-".contains(&byte);
    text.len() <= LONGEST_PREFIX && text.bytes().all(allowed)
}

/// The `{{parameters}}` of a text: what stands there whole, and the name.
fn references(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find("{{")?;
            let inside = &rest[start + 2..];
            let end = inside.find("}}")?;
            let name = inside[..end].trim();
            let whole = &rest[start..start + 2 + end + 2];
            if !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:.-".contains(&byte))
            {
                rest = &inside[end + 2..];
                return Some((whole, name));
            }
            rest = &rest[start + 1..];
        }
    })
}

fn filled(text: &str, values: &BTreeMap<&str, &str>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    for (whole, name) in references(text) {
        let Some((before, after)) = rest.split_once(whole) else { break };
        filled += before;
        filled += values.get(name).copied().unwrap_or(whole);
        rest = after;
    }
    filled + rest
}

#[cfg(test)]
mod tests;
