//! Bounds woven into an expression that can repeat itself: joining texts and splicing arrays could double a value with
//! every round, faster than any clock, and a value that holds the same part twice, over and over, unfolds without end
//! where it is written out or compared. The crate bounds time, depth and sequences; this bounds the rest.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage, StepId};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::functions::string;
use jsonata_core::value::{JValue, with_stack};

use super::MAX_SEQUENCE;
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

fn call(name: &str, args: Vec<AstNode>) -> AstNode {
    AstNode::Function { name: name.to_owned(), args, is_builtin: true }
}

fn boxed(node: AstNode) -> Box<AstNode> {
    Box::new(weave(node))
}

fn all(nodes: Vec<AstNode>) -> Vec<AstNode> {
    nodes.into_iter().map(weave).collect()
}

fn pairs(pairs: Vec<(AstNode, AstNode)>) -> Vec<(AstNode, AstNode)> {
    pairs.into_iter().map(|(key, value)| (weave(key), weave(value))).collect()
}

/// Puts the bounds into a tree. The parser bounds its depth, at more than a small stack holds.
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
        AstNode::Binary { op: BinaryOp::ChainPipe, lhs, rhs } => {
            AstNode::Binary { op: BinaryOp::ChainPipe, lhs: Box::new(measure(*lhs)), rhs: boxed(*rhs) }
        }
        AstNode::Binary { op, lhs, rhs } => AstNode::Binary { op, lhs: boxed(*lhs), rhs: boxed(*rhs) },
        AstNode::Array(items) => AstNode::Array(items.into_iter().map(element).collect()),
        AstNode::ArrayGroup(items) => AstNode::ArrayGroup(all(items)),
        AstNode::Block(items) => AstNode::Block(all(items)),
        AstNode::Path { steps } => AstNode::Path { steps: steps.into_iter().map(step).collect() },
        AstNode::Unary { op, operand } => AstNode::Unary { op, operand: boxed(*operand) },
        AstNode::Function { name, args, is_builtin } => {
            let mut args = args.into_iter();
            let first = args.next().map(|first| match first {
                AstNode::Placeholder => first,
                first if UNFOLDING.contains(&name.as_str()) => measure(first),
                first => weave(first),
            });
            AstNode::Function { name, args: first.into_iter().chain(args.map(weave)).collect(), is_builtin }
        }
        AstNode::Call { procedure, args } => AstNode::Call { procedure: boxed(*procedure), args: all(args) },
        AstNode::Lambda { params, body, signature, thunk } => {
            AstNode::Lambda { params, body: boxed(*body), signature, thunk }
        }
        AstNode::Object(fields) => AstNode::Object(pairs(fields)),
        AstNode::ObjectTransform { input, pattern } => {
            AstNode::ObjectTransform { input: boxed(*input), pattern: pairs(pattern) }
        }
        AstNode::Conditional { condition, then_branch, else_branch } => AstNode::Conditional {
            condition: boxed(*condition),
            then_branch: boxed(*then_branch),
            else_branch: else_branch.map(|branch| boxed(*branch)),
        },
        AstNode::FunctionApplication(inner) => AstNode::FunctionApplication(boxed(*inner)),
        AstNode::Sort { input, terms } => AstNode::Sort {
            input: boxed(*input),
            terms: terms.into_iter().map(|(term, ascending)| (weave(term), ascending)).collect(),
        },
        AstNode::Transform { location, update, delete } => AstNode::Transform {
            location: boxed(*location),
            update: boxed(*update),
            delete: delete.map(|delete| boxed(*delete)),
        },
        leaf => leaf,
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

fn step(step: PathStep) -> PathStep {
    let stages = step
        .stages
        .into_iter()
        .map(|stage| match stage {
            Stage::Filter(filter) => Stage::Filter(boxed(*filter)),
            other => other,
        })
        .collect();
    PathStep { node: weave(step.node), stages, id: StepId::default(), ..step }
}
