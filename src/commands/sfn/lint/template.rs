//! Definitions inside SAM and CloudFormation templates: as an object, as a text with its substitutions, or in a file
//! beside the template.

use std::io::ErrorKind;
use std::path::Path;
use std::rc::Rc;

use opsctl_engine::asl::definition::MachineType;
use serde_json::{Map, Value};

use super::super::definition;
use super::super::machine_type::Type;
use super::super::substitute::{self, Known, blanked, filled};
use super::machines::{self, Found, Machine};
use super::origin::Origin;
use super::rules::MISSING_DEFINITION;
use crate::input::document::Document;
use crate::input::files;

const TYPES: &[&str] = &["AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"];

/// Where a definition may be when it is not in the template: in a file, an object, or what a macro makes.
const ELSEWHERE: &[&str] = &["DefinitionUri", "DefinitionS3Location", "Fn::Transform"];

/// A template being gone through.
struct Template<'a> {
    name: &'a str,
    path: &'a Path,
    text: &'a str,
    document: Rc<Document<'static>>,
    value: &'a Value,
    found: Found,
}

pub fn find(name: &str, path: &Path, text: &str, document: Document<'static>, value: &Value) -> Found {
    let mut template =
        Template { name, path, text, document: Rc::new(document), value, found: Found::default() };
    for (id, resource) in value.get("Resources").and_then(Value::as_object).into_iter().flatten() {
        let is_machine =
            resource.get("Type").and_then(Value::as_str).is_some_and(|kind| TYPES.contains(&kind));
        if is_machine {
            template.machine(id, resource.get("Properties").unwrap_or(&Value::Null));
        }
    }
    let mut found = template.found;
    if found.machines.is_empty() && found.findings.is_empty() && found.warnings.is_empty() {
        found.warnings.push(format!("{name} is a template without a state machine"));
    }
    found
}

fn made_by_a_function(id: &str, template: &str) -> String {
    format!("the definition of {id} in {template} is made by a function, and was not looked at")
}

impl Template<'_> {
    fn machine(&mut self, id: &str, properties: &Value) {
        let type_of = |field| Type::named(&self.known_value(properties.get(field)?)?).map(Type::machine);
        let machine_type = type_of("StateMachineType").or_else(|| type_of("Type"));
        let mut known = self.names();
        known.extend(self.known(properties.get("DefinitionSubstitutions")));
        if let Some(text) = properties.get("DefinitionString") {
            self.text(id, machine_type, text, known);
        } else if let Some(definition) = properties.get("Definition") {
            let definition = self.resolved(definition);
            if !definition.is_object() {
                self.found.warnings.push(made_by_a_function(id, self.name));
                return;
            }
            self.found.machines.push(Machine {
                file: self.name.to_owned(),
                name: Some(id.to_owned()),
                machine_type,
                definition: filled(&definition.to_string(), &known),
                document: Rc::clone(&self.document),
                below: format!("/Resources/{id}/Properties/Definition"),
                origin: Origin::Itself,
            });
        } else if !ELSEWHERE.iter().any(|field| properties.get(field).is_some()) {
            let place = self.document.place(&["Resources", id, "Properties"]);
            let why = format!("{id} has no definition");
            self.found.findings.push(machines::error(self.name, id, place, &MISSING_DEFINITION, why));
        } else {
            match properties.get("DefinitionUri") {
                Some(Value::String(uri)) if !uri.starts_with("s3://") => {
                    self.file(id, machine_type, uri, &known)
                }
                _ => {
                    let message = format!(
                        "the definition of {id} in {} is not in files here, and was not looked at",
                        self.name
                    );
                    self.found.warnings.push(message);
                }
            }
        }
    }

    /// `DefinitionString`: a text, `Fn::Sub` of one, or `Fn::Join` of its pieces.
    fn text(&mut self, id: &str, machine_type: Option<MachineType>, value: &Value, mut known: Known) {
        let mut path = vec!["Resources", id, "Properties", "DefinitionString"];
        let content = match value {
            Value::String(text) => Some(text.clone()),
            _ => match (value.get("Fn::Sub"), value.get("Fn::Join")) {
                (Some(Value::String(text)), _) => {
                    path.push("Fn::Sub");
                    Some(text.clone())
                }
                (Some(Value::Array(parts)), _) => {
                    path.extend(["Fn::Sub", "0"]);
                    known.extend(self.known(parts.get(1)));
                    parts.first().and_then(Value::as_str).map(str::to_owned)
                }
                (_, Some(Value::Array(parts))) => joined(parts, &mut known, self),
                _ => None,
            },
        };
        let place = self.document.place(&path);
        let Some(content) = content else {
            self.found.warnings.push(made_by_a_function(id, self.name));
            return;
        };
        let origin = Origin::of(self.text, place, &content);
        match Document::read_json("", &blanked(&content)) {
            Ok(document) => self.found.machines.push(Machine {
                file: self.name.to_owned(),
                name: Some(id.to_owned()),
                machine_type,
                definition: filled(&content, &known),
                document: Rc::new(document),
                below: String::new(),
                origin,
            }),
            Err(mistake) => {
                let at = origin
                    .place(crate::input::document::Place { line: mistake.line, column: mistake.column });
                let mut finding = machines::no_definition(self.name, Some(id), &mistake);
                (finding.line, finding.column) = (at.line, at.column);
                self.found.findings.push(finding);
            }
        }
    }

    /// `DefinitionUri`: a file, beside the template.
    fn file(&mut self, id: &str, machine_type: Option<MachineType>, uri: &str, known: &Known) {
        let path = self.path.parent().unwrap_or(Path::new("")).join(uri);
        let name = files::named(&path);
        let why = match files::blocking_text(&path) {
            Ok(text) => match definition::document(&path, "", &text) {
                Ok(document) => {
                    let value = document.value_with_functions();
                    let machine = machines::from_document(&name, &path, &text, document, &value, known);
                    self.found.machines.push(Machine { name: Some(id.to_owned()), machine_type, ..machine });
                    return;
                }
                Err(mistake) => {
                    self.found.findings.push(machines::no_definition(&name, Some(id), &mistake));
                    return;
                }
            },
            Err(error) if error.kind() == ErrorKind::NotFound => format!("there is no file {name}"),
            Err(error) => format!("cannot read {name}: {error}"),
        };
        let place = self.document.place(&["Resources", id, "Properties", "DefinitionUri"]);
        self.found.findings.push(machines::error(self.name, id, place, &MISSING_DEFINITION, why));
    }

    /// What the parameters and resources of the template stand for in a `Fn::Sub`.
    fn names(&self) -> Known {
        let ids =
            ["Parameters", "Resources"].into_iter().filter_map(|part| self.value.get(part)?.as_object());
        let mut known = Known::new();
        for id in ids.flat_map(Map::keys) {
            if let Some(value) = self.named(id) {
                known.insert(format!("{id}.Arn"), value.clone());
                known.insert(id.clone(), value);
            }
        }
        known
    }

    /// What names stand for, where the template tells.
    fn known(&self, values: Option<&Value>) -> Known {
        let values = values.and_then(Value::as_object).into_iter().flatten();
        let known = values.filter_map(|(name, value)| Some((name.clone(), self.known_value(value)?)));
        known.collect()
    }

    fn known_value(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => self.reference(value),
        }
    }

    /// The ARN that a `Ref` or `Fn::GetAtt` gives, or the default of a parameter.
    fn reference(&self, value: &Value) -> Option<String> {
        let target = value.get("Ref").or_else(|| value.get("Fn::GetAtt"))?;
        let id = match target {
            Value::String(text) => text.split('.').next()?,
            Value::Array(parts) => parts.first()?.as_str()?,
            _ => return None,
        };
        self.named(id)
    }

    fn named(&self, id: &str) -> Option<String> {
        if let Some(default) =
            self.value.get("Parameters").and_then(|parameters| parameters.get(id)?.get("Default"))
        {
            return default
                .as_str()
                .map(str::to_owned)
                .or_else(|| default.is_number().then(|| default.to_string()));
        }
        let kind = self.value.get("Resources")?.get(id)?.get("Type")?.as_str()?;
        match kind {
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => {
                Some(substitute::resource_for(&format!("function-{id}")))
            }
            "AWS::StepFunctions::Activity" => Some(substitute::resource_for(&format!("activity-{id}"))),
            _ => None,
        }
    }

    /// A definition that is an object, with what stands for each function in it.
    fn resolved(&self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                if let Some((function, argument)) = only_function(fields) {
                    return self.call(function, argument).into();
                }
                fields.iter().map(|(name, value)| (name.clone(), self.resolved(value))).collect()
            }
            Value::Array(items) => items.iter().map(|item| self.resolved(item)).collect(),
            _ => value.clone(),
        }
    }

    fn call(&self, function: &str, argument: &Value) -> String {
        match (function, argument) {
            ("Fn::Sub", Value::String(text)) => text.clone(),
            ("Fn::Sub", Value::Array(parts)) => {
                let text = parts.first().and_then(Value::as_str).unwrap_or_default();
                substitute::known_in(text, &self.known(parts.get(1)))
            }
            ("Fn::Join", Value::Array(parts)) => {
                let mut known = Known::new();
                let text = joined(parts, &mut known, self);
                text.map_or_else(|| open(argument), |text| substitute::known_in(&text, &known))
            }
            ("Fn::GetAtt", Value::Array(parts)) => {
                let path: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
                path.map_or_else(|| open(argument), |path| format!("${{{}}}", path.join(".")))
            }
            _ => open(argument),
        }
    }
}

/// What stands for a function that nothing is known of.
fn open(argument: &Value) -> String {
    let name = if argument.to_string().contains(substitute::NO_VALUE) {
        substitute::NO_VALUE.to_owned()
    } else {
        name_of(argument)
    };
    format!("${{{name}}}")
}

/// The function that an object of a single field is.
fn only_function(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = fields.iter().next().filter(|_| fields.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name, argument))
}

/// What an argument names first, as the name of what is left open.
fn name_of(argument: &Value) -> String {
    let name = match argument {
        Value::String(name) => name.as_str(),
        Value::Array(parts) => parts.first().and_then(Value::as_str).unwrap_or("value"),
        _ => "value",
    };
    let name: String = name.chars().filter(|&letter| substitute::is_of_name(letter)).collect();
    if name.is_empty() { "value".to_owned() } else { name }
}

/// The pieces of a `Fn::Join`; what is no text among them is left open under a name of its own.
fn joined(parts: &[Value], known: &mut Known, template: &Template<'_>) -> Option<String> {
    let [Value::String(between), Value::Array(pieces)] = parts else { return None };
    let mut texts = Vec::with_capacity(pieces.len());
    for (number, piece) in pieces.iter().enumerate() {
        texts.push(match piece {
            Value::String(text) => text.clone(),
            other => {
                let argument =
                    other.as_object().and_then(only_function).map(|(_, argument)| name_of(argument));
                let name = format!("{}{number}", argument.unwrap_or_default());
                known.extend(template.known_value(other).map(|value| (name.clone(), value)));
                format!("${{{name}}}")
            }
        });
    }
    Some(texts.join(between))
}
