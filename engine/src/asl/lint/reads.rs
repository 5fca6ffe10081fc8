//! What the fields of one state read: paths and expressions with their places, from the JSON, which alone knows where
//! something is written. States inside the state are looked at on their own.

use serde_json::{Map, Value};

use crate::asl::definition::QueryLanguage;
use crate::asl::jsonata::Expression;
use crate::asl::path::{Path, Root};
use crate::asl::template::{PathQuery, expression_source};

/// Something that is evaluated.
pub(super) enum Read {
    Query(PathQuery),
    Expression(Expression),
}

/// A variable that is read, and where.
pub(super) struct Variable {
    pub name: String,
    pub at: String,
    /// Nothing fails when it has no value: the field asks whether it has.
    pub is_asked: bool,
}

/// Fields whose keys that end in `.$` are evaluated, and nothing else in them.
const TEMPLATES: &[&str] =
    &["Parameters", "Arguments", "ResultSelector", "ItemSelector", "Assign", "Credentials", "BatchInput"];
/// Fields in which nothing of the state is evaluated.
const OTHERS: &[&str] =
    &["Comment", "Result", "Branches", "ItemProcessor", "Iterator", "States", "ResultPath"];

/// Calls `found` with everything that a state evaluates: its pointer below the state, and whether it only asks for
/// presence.
pub(super) fn each(raw: &Value, language: QueryLanguage, found: &mut dyn FnMut(String, Read, bool)) {
    match (raw, language) {
        (Value::Object(fields), QueryLanguage::JsonPath) => in_fields(fields, "", found),
        (Value::Object(fields), QueryLanguage::Jsonata) => {
            for (name, field) in fields.iter().filter(|(name, _)| !OTHERS.contains(&name.as_str())) {
                in_expressions(field, format!("/{name}"), found);
            }
        }
        _ => {}
    }
}

/// Every variable that a state reads.
pub(super) fn variables(raw: &Value, language: QueryLanguage) -> Vec<Variable> {
    let mut variables = Vec::new();
    each(raw, language, &mut |at, read, asks| match read {
        Read::Query(query) => {
            for path in query.paths() {
                if let Root::Variable(name) = path.root() {
                    variables.push(Variable { name: name.clone(), at: at.clone(), is_asked: asks });
                }
            }
        }
        Read::Expression(expression) => {
            let is_asked =
                ["$exists(", "$type(", "$boolean("].iter().any(|call| expression.source().contains(call));
            variables.extend(expression.variables().map(|name| Variable {
                name: name.to_owned(),
                at: at.clone(),
                is_asked,
            }));
        }
    });
    variables
}

/// Whether a state of the JSONPath dialect selects anything from what it is given.
pub(super) fn has_paths(raw: &Value) -> bool {
    let mut has_paths = false;
    each(raw, QueryLanguage::JsonPath, &mut |_, read, _| {
        if let Read::Query(query) = read {
            has_paths |= query.paths().iter().any(|path| path.text() != "$" && path.text() != "$$");
        }
    });
    has_paths
}

fn in_fields(fields: &Map<String, Value>, at: &str, found: &mut dyn FnMut(String, Read, bool)) {
    let asks = fields.contains_key("IsPresent");
    for (name, field) in fields.iter().filter(|(name, _)| !OTHERS.contains(&name.as_str())) {
        let here = format!("{at}/{name}");
        match field {
            _ if TEMPLATES.contains(&name.as_str()) => in_template(field, here, found),
            Value::String(text) if name == "Variable" || name.ends_with("Path") => {
                let query = match name.as_str() {
                    "ErrorPath" | "CausePath" => PathQuery::parse(text),
                    _ => Path::parse(text).map(PathQuery::Path),
                };
                if let Ok(query) = query {
                    found(here, Read::Query(query), asks);
                }
            }
            Value::Object(fields) => in_fields(fields, &here, found),
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    if let Value::Object(fields) = item {
                        in_fields(fields, &format!("{here}/{number}"), found);
                    }
                }
            }
            _ => {}
        }
    }
}

fn in_template(value: &Value, at: String, found: &mut dyn FnMut(String, Read, bool)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let here = format!("{at}/{name}");
                match field {
                    Value::String(text) if name.ends_with(".$") => {
                        if let Ok(query) = PathQuery::parse(text) {
                            found(here, Read::Query(query), false);
                        }
                    }
                    _ => in_template(field, here, found),
                }
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate().filter(|(_, item)| item.is_object()) {
                in_template(item, format!("{at}/{number}"), found);
            }
        }
        _ => {}
    }
}

fn in_expressions(value: &Value, at: String, found: &mut dyn FnMut(String, Read, bool)) {
    match value {
        Value::String(text) => {
            if let Some(Ok(expression)) = expression_source(text).map(Expression::compile) {
                found(at, Read::Expression(expression), false);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter().filter(|(name, _)| *name != "Comment") {
                in_expressions(field, format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                in_expressions(item, format!("{at}/{number}"), found);
            }
        }
        _ => {}
    }
}
