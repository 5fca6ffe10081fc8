//! Metric math: expressions over aligned series with gaps. `parse` reads them, `evaluate` and the families of functions
//! beside it compute, `program` orders expressions that use each other, `lint` says what an alarm should not watch.
//! What only the service can answer is read, named and never computed.

mod calendar;
mod change;
mod condition;
mod evaluate;
mod fill;
mod function;
mod lint;
mod list;
mod operator;
mod parse;
mod program;
mod reduce;
mod value;

#[cfg(test)]
mod tests;

use std::fmt;

pub use super::syntax::SyntaxError;
pub use function::Function;
pub use lint::{Finding, Lint};
pub use program::{Program, ProgramFault};
pub use value::{Frame, Inputs, Kind, Named, Series, Value};

use operator::Operator;

/// Characters of an expression.
pub const MAX_LENGTH: usize = 2_048;
/// Parentheses, lists and functions inside each other: no limit of the service, only one that no one reaches.
const MAX_NESTING: usize = 64;
/// Series of an array: what one request may have.
const MAX_SERIES: usize = 500;

/// An expression that has been read. `Display` gives back its text as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    text: String,
    root: Node,
}

/// A piece of an expression, at `at..end` of its text.
#[derive(Debug, Clone, PartialEq)]
struct Node {
    at: usize,
    end: usize,
    piece: Piece,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Number(f64),
    /// In quotes, single or double.
    Text(String),
    /// The Id of a metric or of another expression.
    Id(String),
    /// `REPEAT`, `ASC`, `AVG` and others, where a function takes them.
    Word(String),
    List(Vec<Node>),
    Negative(Box<Node>),
    Operation(Operator, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
    /// A Metrics Insights query, which the service alone can answer.
    Query,
}

impl Expression {
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The Ids that the expression names, each once, in the order of the text. `METRICS()` names none.
    pub fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for (id, ..) in self.named() {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Every Id of the text, with the place it stands at.
    fn named(&self) -> impl Iterator<Item = (&str, usize, usize)> {
        let mut found = Vec::new();
        self.root.visit(&mut |node| {
            if let Piece::Id(id) = &node.piece {
                found.push((id.as_str(), node.at, node.end));
            }
        });
        found.into_iter()
    }

    /// What only the service can compute: its name, and where it stands. Empty when all can be computed here.
    pub fn unsupported(&self) -> Vec<SyntaxError> {
        let mut found = Vec::new();
        self.root.visit(&mut |node| found.extend(node.unsupported()));
        found
    }
}

impl Node {
    fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Node)) {
        see(self);
        match &self.piece {
            Piece::List(nodes) | Piece::Call(_, nodes) => nodes.iter().for_each(|node| node.visit(see)),
            Piece::Negative(node) => node.visit(see),
            Piece::Operation(_, left, right) => {
                left.visit(see);
                right.visit(see);
            }
            Piece::Number(_) | Piece::Text(_) | Piece::Id(_) | Piece::Word(_) | Piece::Query => {}
        }
    }

    fn unsupported(&self) -> Option<SyntaxError> {
        let what = match &self.piece {
            Piece::Call(function, _) if function.needs_service() => function.name(),
            Piece::Query => "a Metrics Insights query",
            _ => return None,
        };
        Some(self.fault(format!("{what} is computed by CloudWatch alone, opsctl cannot tell its result")))
    }

    fn fault(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.at, self.end, message)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
