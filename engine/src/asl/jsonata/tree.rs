//! The way from an expression to another: the same node with other parts. The parser bounds the depth of a tree, at
//! more than a small stack holds.

use jsonata_core::ast::{AstNode, PathStep, Stage, StepId};
use jsonata_core::value::with_stack;

/// The call of a function.
pub(super) fn call(name: &str, args: Vec<AstNode>) -> AstNode {
    AstNode::Function { name: name.to_owned(), args, is_builtin: true }
}

/// A node whose parts `change` has changed.
pub(super) fn map(node: AstNode, change: &mut dyn FnMut(AstNode) -> AstNode) -> AstNode {
    with_stack(|| map_parts(node, change))
}

fn map_parts(node: AstNode, change: &mut dyn FnMut(AstNode) -> AstNode) -> AstNode {
    match node {
        AstNode::Binary { op, lhs, rhs } => {
            AstNode::Binary { op, lhs: boxed(*lhs, change), rhs: boxed(*rhs, change) }
        }
        AstNode::Array(items) => AstNode::Array(all(items, change)),
        AstNode::ArrayGroup(items) => AstNode::ArrayGroup(all(items, change)),
        AstNode::Block(items) => AstNode::Block(all(items, change)),
        AstNode::Path { steps } => {
            AstNode::Path { steps: steps.into_iter().map(|step| in_step(step, change)).collect() }
        }
        AstNode::Unary { op, operand } => AstNode::Unary { op, operand: boxed(*operand, change) },
        AstNode::Function { name, args, is_builtin } => {
            AstNode::Function { name, args: all(args, change), is_builtin }
        }
        AstNode::Call { procedure, args } => {
            AstNode::Call { procedure: boxed(*procedure, change), args: all(args, change) }
        }
        AstNode::Lambda { params, body, signature, thunk } => {
            AstNode::Lambda { params, body: boxed(*body, change), signature, thunk }
        }
        AstNode::Object(fields) => AstNode::Object(pairs(fields, change)),
        AstNode::ObjectTransform { input, pattern } => {
            AstNode::ObjectTransform { input: boxed(*input, change), pattern: pairs(pattern, change) }
        }
        AstNode::Conditional { condition, then_branch, else_branch } => AstNode::Conditional {
            condition: boxed(*condition, change),
            then_branch: boxed(*then_branch, change),
            else_branch: else_branch.map(|branch| boxed(*branch, change)),
        },
        AstNode::FunctionApplication(inner) => AstNode::FunctionApplication(boxed(*inner, change)),
        AstNode::Sort { input, terms } => AstNode::Sort {
            input: boxed(*input, change),
            terms: terms.into_iter().map(|(term, ascending)| (change(term), ascending)).collect(),
        },
        AstNode::Transform { location, update, delete } => AstNode::Transform {
            location: boxed(*location, change),
            update: boxed(*update, change),
            delete: delete.map(|delete| boxed(*delete, change)),
        },
        leaf => leaf,
    }
}

fn boxed(node: AstNode, change: &mut dyn FnMut(AstNode) -> AstNode) -> Box<AstNode> {
    Box::new(change(node))
}

fn all(nodes: Vec<AstNode>, change: &mut dyn FnMut(AstNode) -> AstNode) -> Vec<AstNode> {
    nodes.into_iter().map(change).collect()
}

fn pairs(
    pairs: Vec<(AstNode, AstNode)>,
    change: &mut dyn FnMut(AstNode) -> AstNode,
) -> Vec<(AstNode, AstNode)> {
    pairs.into_iter().map(|(key, value)| (change(key), change(value))).collect()
}

fn in_step(step: PathStep, change: &mut dyn FnMut(AstNode) -> AstNode) -> PathStep {
    let stages = step
        .stages
        .into_iter()
        .map(|stage| match stage {
            Stage::Filter(filter) => Stage::Filter(boxed(*filter, change)),
            other => other,
        })
        .collect();
    PathStep { node: change(step.node), stages, id: StepId::default(), ..step }
}
