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

use super::failure::Failure;
use super::room::Room;

pub use path::PathTemplate;
pub use path_query::PathQuery;
pub use query::{QueryTemplate, expression_source};

/// Objects and arrays inside each other.
const MAX_NESTING: usize = 200;

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

    /// `evaluate` gives each value the room it needs, before it is made where that can be known.
    fn render_with(
        &self,
        evaluate: &mut impl FnMut(&L, &mut Room) -> Result<Value, Failure>,
    ) -> Result<Value, Failure> {
        self.node.render(evaluate, &mut Room::default())
    }

    /// Every expression, in the order of the document.
    fn leaves(&self) -> Vec<&L> {
        let mut leaves = Vec::new();
        self.node.leaves(&mut leaves);
        leaves
    }
}

impl<L> Node<L> {
    fn render(
        &self,
        evaluate: &mut impl FnMut(&L, &mut Room) -> Result<Value, Failure>,
        room: &mut Room,
    ) -> Result<Value, Failure> {
        match self {
            Node::Literal(value) => Ok(value.as_ref().clone()),
            Node::Leaf(leaf) => evaluate(leaf, room),
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
