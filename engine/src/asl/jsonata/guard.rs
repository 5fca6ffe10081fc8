//! Bounds woven into an expression that can repeat itself: joining texts and splicing arrays could double a value with
//! every round, faster than any clock, and a value that holds the same part twice, over and over, unfolds without end
//! where it is written out or compared. The crate bounds time, depth and sequences; this bounds the rest.

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::functions::string;
use jsonata_core::value::{JValue, with_stack};

use super::MAX_SEQUENCE;
use super::tree::{self, call};
use super::words::TOO_LARGE;

/// Names with blanks in them: no expression can spell them.
const JOINED: &str = "joined text";
const SPLICED: &str = "spliced array";
const MEASURED: &str = "measured value";

/// Functions that look at all of their first argument without a look at the clock.
const UNFOLDING: [&str; 3] = ["string", "join", "distinct"];

/// Values in one value that is written out or compared.
const MAX_VALUES: usize = 2_000_000;

/// Characters of one text: the service refuses the 23rd doubling (measured by others).
pub(super) const MAX_TEXT: usize = 1 << 22;

pub(super) fn too_large() -> EvaluatorError {
    EvaluatorError::EvaluationError(TOO_LARGE.to_owned())
}

/// The functions that woven expressions call.
pub(super) fn register(evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
    evaluator.register_fn(JOINED, |values: &[JValue]| {
        let mut text = String::new();
        for value in values {
            match value {
                JValue::Undefined => {}
                JValue::String(part) => text.push_str(part),
                other => {
                    if let JValue::String(part) = string::string(measured(other)?, None)? {
                        text.push_str(&part);
                    }
                }
            }
            if text.len() > MAX_TEXT {
                return Err(too_large());
            }
        }
        Ok(JValue::string(text))
    })?;
    evaluator.register_fn(SPLICED, |values: &[JValue]| match values.first() {
        Some(JValue::Array(items)) if items.len() > MAX_SEQUENCE => Err(too_large()),
        Some(value) => Ok(value.clone()),
        None => Ok(JValue::Undefined),
    })?;
    evaluator.register_fn(MEASURED, |values: &[JValue]| match values.first() {
        Some(value) => measured(value).cloned(),
        None => Ok(JValue::Undefined),
    })
}

/// A value that does not unfold beyond the bounds. Without recursion: its depth has no bound of its own.
fn measured(value: &JValue) -> Result<&JValue, EvaluatorError> {
    let (mut values, mut text) = (0_usize, 0_usize);
    let mut waiting = vec![value];
    while let Some(next) = waiting.pop() {
        values += 1;
        match next {
            JValue::String(part) => text = text.saturating_add(part.len()),
            JValue::Array(items) => waiting.extend(items.iter()),
            JValue::Object(fields) => waiting.extend(fields.values()),
            _ => {}
        }
        if values + waiting.len() > MAX_VALUES || text > 2 * MAX_TEXT {
            return Err(too_large());
        }
    }
    Ok(value)
}

/// Measures what an operand comes to, when it can be more than one small value.
fn measure(node: AstNode) -> AstNode {
    if is_scalar(&node) { node } else { call(MEASURED, vec![weave(node)]) }
}

fn is_scalar(node: &AstNode) -> bool {
    matches!(node, AstNode::String(_) | AstNode::Number(_) | AstNode::Boolean(_) | AstNode::Null)
}

/// Puts the bounds into a tree.
pub(super) fn weave(node: AstNode) -> AstNode {
    with_stack(|| weave_node(node))
}

fn weave_node(node: AstNode) -> AstNode {
    match node {
        AstNode::Binary { op: BinaryOp::Concatenate, lhs, rhs } => {
            call(JOINED, vec![weave(*lhs), weave(*rhs)])
        }
        AstNode::Binary { op: op @ (BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::In), lhs, rhs }
            if !is_scalar(&lhs) && !is_scalar(&rhs) =>
        {
            AstNode::Binary { op, lhs: Box::new(measure(*lhs)), rhs: Box::new(measure(*rhs)) }
        }
        AstNode::Binary { op: BinaryOp::ChainPipe, lhs, rhs } => AstNode::Binary {
            op: BinaryOp::ChainPipe,
            lhs: Box::new(measure(*lhs)),
            rhs: Box::new(weave(*rhs)),
        },
        AstNode::Array(items) => AstNode::Array(items.into_iter().map(element).collect()),
        AstNode::Function { name, args, is_builtin } if UNFOLDING.contains(&name.as_str()) => {
            let mut args = args.into_iter();
            let first = args.next().map(|first| match first {
                AstNode::Placeholder => first,
                first => measure(first),
            });
            AstNode::Function { name, args: first.into_iter().chain(args.map(weave)).collect(), is_builtin }
        }
        other => tree::map(other, &mut weave),
    }
}

/// An element that is spliced into its array. Array constructors are not spliced, and ranges bound themselves; what
/// has a form that the evaluator treats apart keeps it.
fn element(node: AstNode) -> AstNode {
    match node {
        AstNode::Variable(_) | AstNode::Function { .. } | AstNode::Call { .. } | AstNode::Block(_) => {
            call(SPLICED, vec![weave(node)])
        }
        other => weave(other),
    }
}
