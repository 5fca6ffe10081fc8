//! What the crate's grammar takes and the service's does not: operators of later versions, a range outside an array,
//! flags of patterns, and patterns that do not end.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::value::with_stack;

/// What is said of the first such thing.
pub(super) fn fault(tree: &AstNode) -> Option<String> {
    find(tree, None)
}

/// `closing` is what ends the construct around: a parser that cannot go on misses it.
fn find(node: &AstNode, closing: Option<&'static str>) -> Option<String> {
    with_stack(|| find_in(node, closing))
}

fn find_in(node: &AstNode, closing: Option<&'static str>) -> Option<String> {
    let all = |nodes: &[AstNode], closing| nodes.iter().find_map(|node| find(node, Some(closing)));
    let pairs = |pairs: &[(AstNode, AstNode)]| {
        pairs.iter().find_map(|(key, value)| find(key, Some(":")).or_else(|| find(value, Some("}"))))
    };
    match node {
        AstNode::Binary { op: BinaryOp::Coalesce, lhs, .. } => {
            find(lhs, closing).or_else(|| Some(no_operand("?")))
        }
        AstNode::Binary { op: BinaryOp::Default, lhs, .. } => {
            find(lhs, closing).or_else(|| Some(no_operand(":")))
        }
        AstNode::Binary { op: BinaryOp::Range, lhs, .. } => {
            find(lhs, closing).or_else(|| Some(unexpected("..", closing)))
        }
        AstNode::Regex { pattern, flags } => pattern_fault(pattern, flags, closing),
        AstNode::Binary { lhs, rhs, .. } => find(lhs, closing).or_else(|| find(rhs, closing)),
        AstNode::Unary { operand, .. } => find(operand, closing),
        AstNode::Array(nodes) | AstNode::ArrayGroup(nodes) => nodes.iter().find_map(|node| match node {
            AstNode::Binary { op: BinaryOp::Range, lhs, rhs } => {
                find(lhs, Some("]")).or_else(|| find(rhs, Some("]")))
            }
            other => find(other, Some("]")),
        }),
        AstNode::Path { steps } => steps.iter().find_map(|step| in_step(step, closing)),
        AstNode::Function { args, .. } => all(args, ")"),
        AstNode::Call { procedure, args } => find(procedure, closing).or_else(|| all(args, ")")),
        AstNode::Lambda { body, .. } => find(body, Some("}")),
        AstNode::Block(nodes) => all(nodes, ")"),
        AstNode::FunctionApplication(inner) => find(inner, Some(")")),
        AstNode::Object(fields) => pairs(fields),
        AstNode::ObjectTransform { input, pattern } => find(input, closing).or_else(|| pairs(pattern)),
        AstNode::Conditional { condition, then_branch, else_branch } => find(condition, closing)
            .or_else(|| find(then_branch, closing))
            .or_else(|| else_branch.as_deref().and_then(|branch| find(branch, closing))),
        AstNode::Sort { input, terms } => {
            find(input, closing).or_else(|| terms.iter().find_map(|(term, _)| find(term, Some(")"))))
        }
        AstNode::Transform { location, update, delete } => [Some(location), Some(update), delete.as_ref()]
            .into_iter()
            .flatten()
            .find_map(|part| find(part, Some("|"))),
        _ => None,
    }
}

fn in_step(step: &PathStep, closing: Option<&'static str>) -> Option<String> {
    find(&step.node, closing).or_else(|| {
        step.stages.iter().find_map(|stage| match stage {
            Stage::Filter(filter) => find(filter, Some("]")),
            Stage::KeepArray | Stage::Index(_) => None,
        })
    })
}

fn no_operand(symbol: &str) -> String {
    format!("The symbol \"{symbol}\" cannot be used as a unary operator")
}

fn unexpected(symbol: &str, closing: Option<&str>) -> String {
    match closing {
        Some(closing) => format!("Expected \"{closing}\", got \"{symbol}\""),
        None => format!("Syntax error: \"{symbol}\""),
    }
}

/// A pattern ends at a slash outside of all its brackets; of the letters behind it only some are flags.
fn pattern_fault(pattern: &str, flags: &str, closing: Option<&str>) -> Option<String> {
    if pattern.is_empty() {
        return Some("Empty regular expressions are not allowed".to_owned());
    }
    let mut depth = 0_i32;
    let mut before = ' ';
    for letter in pattern.chars() {
        match letter {
            '(' | '[' | '{' if before != '\\' => depth += 1,
            ')' | ']' | '}' if before != '\\' => depth -= 1,
            _ => {}
        }
        before = letter;
    }
    if depth != 0 {
        return Some("No terminating / in regular expression".to_owned());
    }
    let rest = flags.trim_start_matches(['i', 'm']);
    (!rest.is_empty()).then(|| unexpected(rest, closing))
}
