//! Payload templates: a key that ends in `.$` has a path or a call for its value. Objects are walked, and the objects
//! right in arrays; everything else is literal, whatever it looks like.

use std::sync::Arc;

use serde_json::Value;

use super::{MAX_NESTING, Node, PathQuery, Template};
use crate::asl::failure::{Failure, Fault, SCHEMA_VALIDATION_FAILED};
use crate::asl::path::Path;
use crate::asl::place::Place;
use crate::asl::scope::Scope;
use crate::random::Random;

pub type PathTemplate = Template<Leaf>;

#[derive(Debug, Clone)]
pub struct Leaf {
    /// The key with its suffix.
    field: String,
    query: PathQuery,
}

impl PathTemplate {
    /// Compiles a template; every fault of it at once.
    pub fn compile(value: &Value) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let node = node(value, &Place::Whole, 0, &mut faults);
        if faults.is_empty() { Ok(Template { node }) } else { Err(faults) }
    }

    pub fn render(&self, scope: &Scope<'_>, random: &mut Random) -> Result<Value, Failure> {
        self.render_with(&mut |leaf, room| leaf.query.evaluate_within(room, &leaf.field, scope, random))
    }

    /// The paths in the template's expressions.
    pub fn paths(&self) -> Vec<&Path> {
        self.leaves().into_iter().flat_map(|leaf| leaf.query.paths()).collect()
    }
}

fn node(value: &Value, pointer: &Place<'_>, depth: usize, faults: &mut Vec<Fault>) -> Node<Leaf> {
    let literal = |value: &Value| Node::Literal(Arc::new(value.clone()));
    if depth > MAX_NESTING {
        faults.push(fault(pointer, format!("A template nests {MAX_NESTING} deep at most")));
        return Node::Literal(Arc::new(Value::Null));
    }
    match value {
        Value::Array(items) => {
            let items = items.iter().enumerate().map(|(index, item)| match item {
                Value::Object(_) => node(item, &Place::Item(pointer, index), depth + 1, faults),
                _ => literal(item),
            });
            Node::Array(items.collect()).or_literal(value)
        }
        Value::Object(fields) => {
            let mut nodes = Vec::with_capacity(fields.len());
            for (key, field) in fields {
                let below = Place::Field(pointer, key);
                let Some(name) = key.strip_suffix(".$") else {
                    nodes.push((key.clone(), node(field, &below, depth + 1, faults)));
                    continue;
                };
                if fields.contains_key(name) {
                    faults
                        .push(fault(&below, format!("The fields '{name}' and '{key}' give the same field")));
                }
                match field.as_str().map(PathQuery::parse) {
                    Some(Ok(query)) => nodes.push((name.to_owned(), Node::Leaf(Leaf { field: key.clone(), query }))),
                    _ => faults.push(fault(
                        &below,
                        format!(
                            "The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call"
                        ),
                    )),
                }
            }
            Node::Object(nodes).or_literal(value)
        }
        _ => literal(value),
    }
}

fn fault(pointer: &Place<'_>, message: String) -> Fault {
    Fault { pointer: pointer.to_string(), code: SCHEMA_VALIDATION_FAILED, message }
}
