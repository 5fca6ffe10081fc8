//! `$replace`, whose result can be far more than it was given. With texts it is done here; what a function gives for a
//! match is measured on its way into the result.

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::evaluator::{EvaluatorError, HostFnResult};
use jsonata_core::functions::{FunctionError, string};
use jsonata_core::value::JValue;
use std::borrow::Cow;

use super::guard::{HANDED, IS_FUNCTION, MAX_TEXT, too_large};
use super::library::original;
use super::tree::call;

/// Names with blanks in them: no expression can spell them.
const PATTERN: &str = "replaced pattern";
const REPLACEMENT: &str = "replacement";
const MATCH: &str = "replaced match";

/// The call with these arguments; `direct` is the function of this room.
pub(super) fn woven(args: Vec<AstNode>, direct: impl FnOnce(Vec<AstNode>) -> AstNode) -> AstNode {
    // The text to look in may be left out.
    let index = if args.len() == 2 { 1 } else { 2 };
    let is_text = |node: &AstNode| matches!(node, AstNode::String(_) | AstNode::Regex { .. });
    match &args[..] {
        [_, _] | [_, _, _] | [_, _, _, _] if !(is_text(&args[index - 1]) && is_text(&args[index])) => {}
        _ => return direct(args),
    }
    let variable = |name: &str| AstNode::Variable(name.to_owned());
    let mut args = args;
    let mut bind = |index: usize, name: &str| AstNode::Binary {
        op: BinaryOp::ColonEqual,
        lhs: Box::new(variable(name)),
        rhs: Box::new(std::mem::replace(&mut args[index], variable(name))),
    };
    let (pattern, replacement) = (bind(index - 1, PATTERN), bind(index, REPLACEMENT));
    let given = AstNode::Call { procedure: Box::new(variable(REPLACEMENT)), args: vec![variable(MATCH)] };
    let mut measured = args.clone();
    measured[index] = AstNode::Conditional {
        condition: Box::new(call(IS_FUNCTION, vec![variable(REPLACEMENT)])),
        then_branch: Box::new(AstNode::Lambda {
            params: vec![MATCH.to_owned()],
            body: Box::new(call(HANDED, vec![given])),
            signature: None,
            thunk: false,
        }),
        else_branch: Some(Box::new(variable(REPLACEMENT))),
    };
    let choice = AstNode::Conditional {
        condition: Box::new(call(IS_FUNCTION, vec![variable(PATTERN), variable(REPLACEMENT)])),
        then_branch: Box::new(call("replace", measured)),
        else_branch: Some(Box::new(direct(args))),
    };
    AstNode::Block(vec![pattern, replacement, choice])
}

pub(super) fn replace(args: &[JValue]) -> HostFnResult {
    let [JValue::String(text), pattern, JValue::String(replacement), rest @ ..] = args else {
        return original("replace", args);
    };
    let limit = match rest.first() {
        Some(JValue::Number(limit)) if *limit < 0.0 => return original("replace", args),
        Some(JValue::Number(limit)) => Some(limit.ceil() as usize),
        _ => None,
    };
    match pattern {
        JValue::String(part) if !part.is_empty() => {
            let count = text.matches(&**part).take(limit.unwrap_or(usize::MAX)).count();
            let grown = count.saturating_mul(replacement.len().saturating_sub(part.len()));
            if text.len().saturating_add(grown) > MAX_TEXT {
                return Err(too_large());
            }
            Ok(string::replace(text, pattern, replacement, limit)?)
        }
        JValue::Regex { pattern, flags } => {
            let pattern = string::build_regex(pattern, flags)?;
            let marks = replacement.matches('$').count();
            let matches = string::RegexMatches::new(&pattern, text);
            let replaced = string::replace_regex(matches, limit, |found, result| {
                // Each mark stands for the match at most.
                let more = marks.saturating_mul(found.text.len()).saturating_add(replacement.len());
                if result.len().saturating_add(more) > 2 * MAX_TEXT {
                    return Err(too_large());
                }
                let group = |index: usize| Ok::<_, FunctionError>(found.groups[index].map(Cow::Borrowed));
                Ok::<_, EvaluatorError>(string::substitute_capture_groups(
                    result,
                    replacement,
                    found.text,
                    found.groups.len(),
                    group,
                )?)
            })?;
            Ok(JValue::string(replaced))
        }
        _ => original("replace", args),
    }
}
