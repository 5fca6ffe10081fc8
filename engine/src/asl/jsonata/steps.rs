//! Counts woven into whatever an expression can do again and again: the bodies of its functions, the items of its paths
//! and predicates. A count takes no level of its own on the way to a call: it stands beside one.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::value::with_stack;

use super::guard::{CALLED, LOOKED};
use super::tree::{self, call};

pub(super) fn weave(node: AstNode) -> AstNode {
    with_stack(|| match tree::map(node, &mut weave) {
        AstNode::Lambda { params, body, signature, thunk } => {
            let body = if thunk { in_block(CALLED, *body) } else { counted(*body) };
            AstNode::Lambda { params, body: Box::new(body), signature, thunk }
        }
        AstNode::Path { steps } => AstNode::Path {
            steps: steps.into_iter().enumerate().map(|(index, step)| in_step(index, step)).collect(),
        },
        other => other,
    })
}

fn in_step(index: usize, step: PathStep) -> PathStep {
    let node = match step.node {
        node @ AstNode::Block(_) if index > 0 => in_block(LOOKED, node),
        AstNode::FunctionApplication(inner) if index > 0 && matches!(*inner, AstNode::Block(_)) => {
            AstNode::FunctionApplication(Box::new(in_block(LOOKED, *inner)))
        }
        mut node @ (AstNode::Binary { .. } | AstNode::Unary { .. } | AstNode::Conditional { .. })
            if index > 0 =>
        {
            place(LOOKED, &mut node);
            node
        }
        node => node,
    };
    let stages = step.stages.into_iter().map(|stage| match stage {
        Stage::Filter(filter) if !matches!(*filter, AstNode::Number(_)) => {
            let mut filter = *filter;
            // A predicate without a place for a count looks at nothing but its item.
            place(LOOKED, &mut filter);
            Stage::Filter(Box::new(filter))
        }
        other => other,
    });
    PathStep { node, stages: stages.collect(), ..step }
}

/// The call of a function is still the last of a block.
fn in_block(count: &str, node: AstNode) -> AstNode {
    let count = call(count, Vec::new());
    match node {
        AstNode::Block(items) => AstNode::Block(std::iter::once(count).chain(items).collect()),
        other => AstNode::Block(vec![count, other]),
    }
}

fn counted(mut node: AstNode) -> AstNode {
    if place(CALLED, &mut node) { node } else { in_block(CALLED, node) }
}

/// Puts a count around a leaf that is always evaluated, if there is one.
fn place(count: &str, node: &mut AstNode) -> bool {
    with_stack(|| match node {
        AstNode::Variable(_) | AstNode::Number(_) | AstNode::String(_) | AstNode::Boolean(_) => {
            let leaf = std::mem::replace(node, AstNode::Undefined);
            *node = call(count, vec![leaf]);
            true
        }
        AstNode::Binary { op: BinaryOp::ColonEqual | BinaryOp::ChainPipe | BinaryOp::Range, .. } => false,
        AstNode::Binary { lhs, .. } => place(count, lhs),
        AstNode::Unary { operand, .. } => place(count, operand),
        AstNode::Conditional { condition, .. } => place(count, condition),
        AstNode::Function { args, .. } if !args.iter().any(|arg| matches!(arg, AstNode::Placeholder)) => {
            args.first_mut().is_some_and(|first| place(count, first))
        }
        _ => false,
    })
}
