//! Templates: JSON with expressions in it, compiled once and rendered often. `path` compiles those of the JSONPath
//! dialect, `query` those of JSONata; `PathQuery` is the expression of the first. A template without any expression
//! keeps its value shared.

mod path;
mod path_query;
mod query;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::{Map, Value};

use super::failure::{DATA_LIMIT_EXCEEDED, Failure};

pub use path::PathTemplate;
pub use path_query::PathQuery;
pub use query::{QueryTemplate, expression_source};

/// Objects and arrays inside each other.
const MAX_NESTING: usize = 200;
/// Bytes that the expressions of one template may give together, roughly. Far above what any payload may have: it only
/// keeps a template of many large values from filling the memory before its length is looked at.
const MAX_RENDERED: usize = 16 * 1024 * 1024;

/// A template whose expressions are `L`.
#[derive(Debug, Clone)]
pub struct Template<L> {
    node: Node<L>,
}

#[derive(Debug, Clone)]
enum Node<L> {
    Literal(Arc<Value>),
    Object(Vec<(String, Node<L>)>),
    Array(Vec<Node<L>>),
    Leaf(L),
}

impl<L> Template<L> {
    /// The value of a template without expressions, which every rendering shares.
    pub fn literal(&self) -> Option<&Arc<Value>> {
        match &self.node {
            Node::Literal(value) => Some(value),
            _ => None,
        }
    }

    fn render_with(&self, evaluate: &mut impl FnMut(&L) -> Result<Value, Failure>) -> Result<Value, Failure> {
        self.node.render(evaluate, &mut Room(MAX_RENDERED))
    }

    /// Every expression, in the order of the document.
    fn leaves(&self) -> Vec<&L> {
        let mut leaves = Vec::new();
        self.node.leaves(&mut leaves);
        leaves
    }
}

/// Bytes that are left.
struct Room(usize);

impl Room {
    /// Whether a value has room, which it then takes.
    fn takes(&mut self, value: &Value) -> bool {
        let own = match value {
            Value::String(text) => text.len() + 2,
            _ => 2,
        };
        let Some(left) = self.0.checked_sub(own) else { return false };
        self.0 = left;
        match value {
            Value::Array(items) => items.iter().all(|item| self.takes(item)),
            Value::Object(fields) => fields.iter().all(|(name, field)| {
                self.0 = self.0.saturating_sub(name.len());
                self.takes(field)
            }),
            _ => true,
        }
    }
}

impl<L> Node<L> {
    fn render(
        &self,
        evaluate: &mut impl FnMut(&L) -> Result<Value, Failure>,
        room: &mut Room,
    ) -> Result<Value, Failure> {
        match self {
            Node::Literal(value) => Ok(value.as_ref().clone()),
            Node::Leaf(leaf) => {
                let value = evaluate(leaf)?;
                if room.takes(&value) {
                    return Ok(value);
                }
                let cause = format!("The values of the field are larger than {MAX_RENDERED} bytes together.");
                Err(Failure::new(DATA_LIMIT_EXCEEDED, cause))
            }
            Node::Array(items) => items.iter().map(|item| item.render(evaluate, room)).collect(),
            Node::Object(fields) => {
                let mut object = Map::with_capacity(fields.len());
                for (key, field) in fields {
                    object.insert(key.clone(), field.render(evaluate, room)?);
                }
                Ok(object.into())
            }
        }
    }

    fn leaves<'a>(&'a self, leaves: &mut Vec<&'a L>) {
        match self {
            Node::Literal(_) => {}
            Node::Leaf(leaf) => leaves.push(leaf),
            Node::Array(items) => items.iter().for_each(|item| item.leaves(leaves)),
            Node::Object(fields) => fields.iter().for_each(|(_, field)| field.leaves(leaves)),
        }
    }

    /// The nodes of an object or array, or the whole as one literal when none of them is more than that.
    fn or_literal(self, value: &Value) -> Self {
        let is_literal = match &self {
            Node::Object(fields) => fields.iter().all(|(_, node)| matches!(node, Node::Literal(_))),
            Node::Array(items) => items.iter().all(|node| matches!(node, Node::Literal(_))),
            Node::Literal(_) | Node::Leaf(_) => false,
        };
        if is_literal { Node::Literal(Arc::new(value.clone())) } else { self }
    }
}
