//! Bounds woven into an expression that can repeat itself: joining texts and splicing arrays could double a value with
//! every round, faster than any clock, and a value that holds the same part twice, over and over, unfolds without end
//! where it is written out or compared. The crate bounds time, depth and sequences; this bounds the rest.

use std::rc::Rc;

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::functions::string;
use jsonata_core::value::{JValue, with_stack};

use super::MAX_SEQUENCE;
use super::tree::{self, call};
use super::words::TOO_LARGE;
use super::work::Work;

/// Names with blanks in them: no expression can spell them.
const JOINED: &str = "joined text";
const SPLICED: &str = "spliced array";
const MEASURED: &str = "measured value";
pub(super) const CALLED: &str = "counted call";
pub(super) const LOOKED: &str = "counted item";
pub(super) const HANDED: &str = "handed text";
pub(super) const IS_FUNCTION: &str = "is a function";

/// Functions that look at all of their first argument without a look at the clock.
const UNFOLDING: [&str; 1] = ["distinct"];

/// Values in one value that is written out or compared.
const MAX_VALUES: usize = 2_000_000;

/// Characters of one text: the service refuses the 23rd doubling (measured by others).
pub(super) const MAX_TEXT: usize = 1 << 22;

pub(super) fn too_large() -> EvaluatorError {
    EvaluatorError::EvaluationError(TOO_LARGE.to_owned())
}

/// The functions that woven expressions call.
pub(super) fn register(evaluator: &mut Evaluator, work: &Rc<Work>) -> Result<(), EvaluatorError> {
    let first = |values: &[JValue]| values.first().cloned().unwrap_or(JValue::Undefined);
    let called = Rc::clone(work);
    evaluator.register_fn(CALLED, move |values: &[JValue]| called.call().map(|()| first(values)))?;
    let looked = Rc::clone(work);
    evaluator.register_fn(LOOKED, move |values: &[JValue]| looked.item().map(|()| first(values)))?;
    let joined = Rc::clone(work);
    evaluator.register_fn(JOINED, move |values: &[JValue]| {
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
        joined.made(JValue::string(text), &[])
    })?;
    let spliced = Rc::clone(work);
    evaluator.register_fn(SPLICED, move |values: &[JValue]| match values.first() {
        Some(JValue::Array(items)) if items.len() > MAX_SEQUENCE => Err(too_large()),
        Some(JValue::Array(items)) => spliced.values(items.len()).map(|()| JValue::Array(items.clone())),
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
    measured_with(value, 0)
}

/// The same of a value that is written with so many blanks before a part, for each level.
pub(super) fn measured_with(value: &JValue, indent: usize) -> Result<&JValue, EvaluatorError> {
    let (mut values, mut text) = (0_usize, 0_usize);
    let mut waiting = vec![(value, 0_usize)];
    while let Some((next, depth)) = waiting.pop() {
        values += 1;
        text = text.saturating_add(depth);
        let within = |part| (part, depth + indent);
        match next {
            JValue::String(part) => text = text.saturating_add(part.len()),
            JValue::Array(items) => waiting.extend(items.iter().map(within)),
            JValue::Object(fields) => {
                text = text.saturating_add(fields.keys().map(String::len).sum());
                waiting.extend(fields.values().map(within));
            }
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
