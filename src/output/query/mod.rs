//! `--query`: JMESPath over the answer. Reading, checking and evaluating are our own, over JSON values that keep the
//! order of their keys: the order in `{b: x, a: y}` is the order of the columns. Functions, their number of arguments and
//! slices are checked when the expression is read, before anything is asked of AWS.
//!
//! Two habits of the AWS CLI are kept besides the specification: a literal that is no JSON is a string
//! (`` [?state==`running`] ``), and `[*][a, b]` may leave out its dot.

mod evaluate;
mod functions;
mod lexer;
mod node;
mod parser;
#[cfg(test)]
mod tests;

use std::str::FromStr;
use std::sync::Arc;

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use self::node::Node;
use super::escape::escape;
use crate::error::{Error, Result};

/// A `--query` expression that was read and checked.
#[derive(Debug, Clone)]
pub struct Query {
    text: Arc<str>,
    root: Arc<Node>,
}

/// What is wrong with a query, and where in its text (a byte offset).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    at: usize,
    message: String,
}

impl Fault {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Fault { at, message: message.into() }
    }

    /// A usage error with the line of the expression and a caret under the place.
    fn explain(&self, what: &str, text: &str) -> Error {
        let at = text.floor_char_boundary(self.at);
        let (before, after) = text.split_at(at);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let before = before.get(start..).unwrap_or_default();
        let after = after.split('\n').next().unwrap_or_default();
        let indent = escape(before).width();
        let (before, after, message) = (escape(before), escape(after), escape(&self.message));
        // Not the width of a format: that has a limit.
        let caret = format!("{}^", " ".repeat(indent));
        Error::usage(format!("{what}: {message}\n{before}{after}\n{caret}"))
    }
}

impl Query {
    /// What the query selects; null when it finds nothing.
    pub fn apply(&self, document: &Value) -> Result<Value> {
        match evaluate::evaluate(&self.root, document) {
            Ok(value) => Ok(value.into_owned()),
            Err(fault) => Err(fault.explain("the query does not fit the answer", &self.text).into()),
        }
    }
}

impl FromStr for Query {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let root = parser::parse(text).map_err(|fault| fault.explain("invalid query", text))?;
        Ok(Query { text: text.into(), root: Arc::new(root) })
    }
}
