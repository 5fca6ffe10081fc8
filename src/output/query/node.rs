//! The syntax tree of a query.

use serde_json::Value;

use super::functions::Function;

#[derive(Debug)]
pub(super) enum Node {
    /// `@`
    Current,
    Literal(Value),
    Field(String),
    /// From the end when negative.
    Index(i64),
    /// The right side sees what the left side gave: `a.b`, `a[0]` and `a | b` alike, since projections have
    /// been closed by the parser.
    Then(Box<Node>, Box<Node>),
    /// `each` applied to every part of `from`; nulls are left out.
    Project {
        from: Box<Node>,
        parts: Parts,
        each: Box<Node>,
    },
    Or(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    List(Vec<Node>),
    /// In the order written.
    Hash(Vec<(String, Node)>),
    /// `at`: where its name stands in the text.
    Call {
        function: &'static Function,
        arguments: Vec<Argument>,
        at: usize,
    },
}

/// What a projection goes through.
#[derive(Debug)]
pub(super) enum Parts {
    /// `[*]`
    Elements,
    /// `[]`
    Flattened,
    /// `.*`
    Members,
    /// `[?condition]`
    Matching(Box<Node>),
    /// `[start:stop:step]`
    Slice(Slice),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    pub(super) start: Option<i64>,
    pub(super) stop: Option<i64>,
    /// Never 0.
    pub(super) step: i64,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug)]
pub(super) enum Argument {
    Value(Node),
    /// `&expression`, applied by the function.
    Expression(Node),
}
