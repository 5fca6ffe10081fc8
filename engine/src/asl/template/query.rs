//! Templates of the JSONata dialect: a text that begins with `{%` and ends with `%}` is an expression, at any depth.

use std::sync::Arc;

use serde_json::Value;

use super::{MAX_NESTING, Node, Template};
use crate::asl::failure::{Failure, Fault, SCHEMA_VALIDATION_FAILED};
use crate::asl::jsonata::{Bindings, Expression};
use crate::asl::place::Place;
use crate::random::Random;

pub type QueryTemplate = Template<Leaf>;

#[derive(Debug, Clone)]
pub struct Leaf {
    /// The place as causes name it: `Output/list[0]`.
    field: String,
    expression: Expression,
}

/// What is between the marks of an expression; nothing for a text that is none.
pub fn expression_source(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}

impl QueryTemplate {
    /// Compiles what a field holds; `field` is how causes name it (`Output`, `Choices[1]/Assign`). Every fault at
    /// once, their places counted from the field.
    pub fn compile(value: &Value, field: &str) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let node = node(value, field, &Place::Whole, 0, &mut faults);
        if faults.is_empty() { Ok(Template { node }) } else { Err(faults) }
    }

    pub fn render(&self, bindings: &Bindings<'_>, random: &mut Random) -> Result<Value, Failure> {
        self.render_with(&mut |leaf, room| {
            let value = leaf.expression.evaluate(bindings, random, &leaf.field)?;
            room.take(&value)?;
            Ok(value)
        })
    }

    pub fn expressions(&self) -> Vec<&Expression> {
        self.leaves().into_iter().map(|leaf| &leaf.expression).collect()
    }

    /// The expression of a template that is one as a whole: `Items`, `MaxConcurrency`.
    pub fn expression(&self) -> Option<&Expression> {
        match &self.node {
            Node::Leaf(leaf) => Some(&leaf.expression),
            _ => None,
        }
    }
}

fn node(
    value: &Value,
    field: &str,
    pointer: &Place<'_>,
    depth: usize,
    faults: &mut Vec<Fault>,
) -> Node<Leaf> {
    let fault = |code, message| Fault { pointer: pointer.to_string(), code, message };
    if depth > MAX_NESTING {
        faults.push(fault(SCHEMA_VALIDATION_FAILED, format!("A template nests {MAX_NESTING} deep at most")));
        return Node::Literal(Arc::new(Value::Null));
    }
    match value {
        Value::String(text) => match expression_source(text).map(Expression::compile) {
            Some(Ok(expression)) => Node::Leaf(Leaf { field: format!("{field}{pointer}"), expression }),
            Some(Err(refusal)) => {
                faults.push(fault(refusal.code, refusal.message));
                Node::Literal(Arc::new(Value::Null))
            }
            None => Node::Literal(Arc::new(value.clone())),
        },
        Value::Array(items) => {
            let items = items
                .iter()
                .enumerate()
                .map(|(index, item)| node(item, field, &Place::Item(pointer, index), depth + 1, faults));
            Node::Array(items.collect()).or_literal(value)
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, item)| {
                (key.clone(), node(item, field, &Place::Field(pointer, key), depth + 1, faults))
            });
            Node::Object(fields.collect()).or_literal(value)
        }
        _ => Node::Literal(Arc::new(value.clone())),
    }
}
