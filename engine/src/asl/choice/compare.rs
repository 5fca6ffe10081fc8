//! Comparisons of two values of one kind.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Path, timestamp};

/// A comparison operator and what it compares with.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub(super) kind: Kind,
    pub(super) relation: Relation,
    pub(super) with: Operand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Numeric,
    Boolean,
    Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equals,
    LessThan,
    GreaterThan,
    LessThanEquals,
    GreaterThanEquals,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Literal(Value),
    Path(Path),
}

impl Comparison {
    /// A value that is not of the operator's kind, on either side, makes it false.
    pub(super) fn holds(&self, left: &Value, right: &Value) -> bool {
        let Some(order) = self.kind.order(left, right) else { return false };
        match self.relation {
            Relation::Equals => order.is_eq(),
            Relation::LessThan => order.is_lt(),
            Relation::GreaterThan => order.is_gt(),
            Relation::LessThanEquals => order.is_le(),
            Relation::GreaterThanEquals => order.is_ge(),
        }
    }
}

impl Kind {
    fn order(self, left: &Value, right: &Value) -> Option<Ordering> {
        match (self, left, right) {
            // Java's order of texts: by UTF-16 code unit.
            (Kind::String, Value::String(left), Value::String(right)) => {
                Some(left.encode_utf16().cmp(right.encode_utf16()))
            }
            (Kind::Numeric, Value::Number(left), Value::Number(right)) => {
                match (left.as_i64(), right.as_i64()) {
                    (Some(left), Some(right)) => Some(left.cmp(&right)),
                    _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
                }
            }
            (Kind::Boolean, Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
            (Kind::Timestamp, Value::String(left), Value::String(right)) => {
                Some(timestamp::parse(left)?.cmp(&timestamp::parse(right)?))
            }
            _ => None,
        }
    }
}
