//! What is refused when a machine is created, beside what does not parse. An expression has no value of its own to look at: `$` and bare names
//! mean nothing until a step of a path gives them one. A lambda's body looks where the expression around it looks.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::value::with_stack;

use super::{INVALID_JSONATA_EXPRESSION, Refusal, UNSUPPORTED_JSONATA_EXPRESSION};

/// The first thing in an expression that is refused.
pub(super) fn of(tree: &AstNode) -> Option<Refusal> {
    find(tree, true)
}

fn top_level(name: &str) -> Option<Refusal> {
    unsupported(format!("Reference to '{name}' at the top level is not supported."))
}

fn unsupported(message: String) -> Option<Refusal> {
    Some(Refusal { code: UNSUPPORTED_JSONATA_EXPRESSION, message })
}

/// `top` while no step has given `$` a value.
fn find(node: &AstNode, top: bool) -> Option<Refusal> {
    with_stack(|| find_in(node, top))
}

fn find_in(node: &AstNode, top: bool) -> Option<Refusal> {
    let all = |nodes: &[AstNode]| nodes.iter().find_map(|node| find(node, top));
    let pairs = |pairs: &[(AstNode, AstNode)], top: bool| {
        pairs.iter().find_map(|(key, value)| find(key, top).or_else(|| find(value, top)))
    };
    match node {
        AstNode::ParentVariable(_) => unsupported("Reference to '$$' is not supported.".to_owned()),
        AstNode::Variable(name) if name.is_empty() && top => top_level("$"),
        AstNode::Name(name) if top => top_level(name),
        AstNode::Wildcard if top => top_level("*"),
        AstNode::Descendant if top => top_level("**"),
        AstNode::Path { steps } => {
            steps.iter().enumerate().find_map(|(index, step)| in_step(step, top && index == 0))
        }
        // The crate finds this one only when it evaluates.
        AstNode::Binary { op: BinaryOp::ColonEqual, lhs, .. } if !matches!(**lhs, AstNode::Variable(_)) => {
            let message = "The left side of := must be a variable name (start with $)".to_owned();
            Some(Refusal { code: INVALID_JSONATA_EXPRESSION, message })
        }
        AstNode::Binary { lhs, rhs, .. } => find(lhs, top).or_else(|| find(rhs, top)),
        AstNode::Unary { operand, .. } => find(operand, top),
        AstNode::Function { name, is_builtin: false, .. } if top => top_level(name),
        AstNode::Function { args, .. } => all(args),
        AstNode::Call { procedure, args } => find(procedure, top).or_else(|| all(args)),
        AstNode::Lambda { body, .. } => find(body, top),
        AstNode::Array(nodes) | AstNode::ArrayGroup(nodes) | AstNode::Block(nodes) => all(nodes),
        AstNode::Object(fields) => pairs(fields, top),
        AstNode::ObjectTransform { input, pattern } => find(input, top).or_else(|| pairs(pattern, false)),
        AstNode::Conditional { condition, then_branch, else_branch } => find(condition, top)
            .or_else(|| find(then_branch, top))
            .or_else(|| else_branch.as_deref().and_then(|branch| find(branch, top))),
        AstNode::FunctionApplication(inner) => find(inner, top),
        AstNode::Sort { input, terms } => {
            find(input, top).or_else(|| terms.iter().find_map(|(term, _)| find(term, false)))
        }
        AstNode::Transform { location, update, delete } => find(location, false)
            .or_else(|| find(update, false))
            .or_else(|| delete.as_deref().and_then(|delete| find(delete, false))),
        AstNode::String(_)
        | AstNode::Name(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Undefined
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::Variable(_)
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_) => None,
    }
}

fn in_step(step: &PathStep, top: bool) -> Option<Refusal> {
    find(&step.node, top).or_else(|| {
        step.stages.iter().find_map(|stage| match stage {
            Stage::Filter(filter) => find(filter, false),
            Stage::KeepArray | Stage::Index(_) => None,
        })
    })
}
