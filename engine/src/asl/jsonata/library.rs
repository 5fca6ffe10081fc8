//! Functions of the library that the crate has otherwise than the reference. Calls of them are renamed when an
//! expression is compiled, since the crate keeps the names of its own; a call says what `$` is, which stands for an
//! argument that is not given.

use std::collections::BTreeSet;
use std::rc::Rc;

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, HostFnResult};
use jsonata_core::functions::string;
use jsonata_core::value::{JValue, with_stack};

use super::MAX_SEQUENCE;
use super::guard::{HANDED, IS_FUNCTION, MAX_TEXT, measured_with, too_large};
use super::needs::Needs;
use super::tree::{self, call};
use super::url;
use super::words::json;
use super::work::Work;
use super::{dates, numerals, replace, signature};

struct Function {
    name: &'static str,
    /// How many arguments it takes of a function that hands over more.
    arity: usize,
    apply: fn(&[JValue]) -> HostFnResult,
}

const FUNCTIONS: [Function; 22] = [
    Function { name: "append", arity: 2, apply: append },
    Function { name: "base64encode", arity: 1, apply: |args| original("base64encode", args) },
    Function {
        name: "clone",
        arity: 1,
        apply: |args| Ok(args.first().cloned().unwrap_or(JValue::Undefined)),
    },
    Function { name: "decodeUrl", arity: 1, apply: |args| decoded("decodeUrl", args) },
    Function { name: "decodeUrlComponent", arity: 1, apply: |args| decoded("decodeUrlComponent", args) },
    Function { name: "encodeUrl", arity: 1, apply: encoded },
    Function { name: "encodeUrlComponent", arity: 1, apply: |args| original("encodeUrlComponent", args) },
    Function { name: "formatInteger", arity: 2, apply: numerals::format },
    Function { name: "formatNumber", arity: 3, apply: numerals::format_number },
    Function { name: "fromMillis", arity: 3, apply: dates::from_millis },
    Function { name: "join", arity: 2, apply: join },
    Function { name: "lowercase", arity: 1, apply: |args| original("lowercase", args) },
    Function { name: "number", arity: 1, apply: number },
    Function { name: "pad", arity: 3, apply: pad },
    Function { name: "parseInteger", arity: 2, apply: numerals::parse },
    Function { name: "replace", arity: 4, apply: replace::replace },
    Function { name: "reverse", arity: 1, apply: |args| original("reverse", args) },
    Function { name: "split", arity: 3, apply: split },
    Function { name: "string", arity: 1, apply: string },
    Function { name: "substring", arity: 3, apply: substring },
    Function { name: "toMillis", arity: 2, apply: dates::to_millis },
    Function { name: "uppercase", arity: 1, apply: |args| original("uppercase", args) },
];

/// Names with blanks in them: no expression can spell them.
const FIRST: &str = "first of a range";
const LAST: &str = "last of a range";
const EMPTY: &str = "empty list";
const LIST: &str = "reduced list";

fn is_replaced(name: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.name == name)
}

/// The name of the function in a call, which has what `$` is as its first argument.
fn called(name: &str) -> String {
    format!("call of {name}")
}

/// The name of the function as a value.
fn passed(name: &str) -> String {
    format!("function {name}")
}

/// All the names under which a replaced function is looked up: a variable of the same name hides them.
pub(super) fn names(name: &str) -> Option<[String; 2]> {
    is_replaced(name).then(|| [called(name), passed(name)])
}

/// An expression that uses these functions. What it gives names to itself, `bound`, hides them.
pub(super) fn weave(node: AstNode, bound: &BTreeSet<String>) -> AstNode {
    with_stack(|| weave_node(node, bound))
}

fn weave_node(node: AstNode, bound: &BTreeSet<String>) -> AstNode {
    let is_ours = |name: &str| is_replaced(name) && !bound.contains(name);
    let inner = |node: AstNode| weave(node, bound);
    match node {
        AstNode::Variable(name) if is_ours(&name) => AstNode::Variable(passed(&name)),
        AstNode::Function { name, args, is_builtin: true } if is_ours(&name) => {
            let is_partial = args.iter().any(|arg| matches!(arg, AstNode::Placeholder));
            let args: Vec<AstNode> = args.into_iter().map(inner).collect();
            let with_context = |args: Vec<AstNode>| {
                let context = AstNode::Variable(String::new());
                call(&called(&name), std::iter::once(context).chain(args).collect())
            };
            match name.as_str() {
                _ if is_partial => call(&passed(&name), args),
                "replace" => replace::woven(args, with_context),
                _ => with_context(args),
            }
        }
        AstNode::Function { name, args, is_builtin: true } if name == "reduce" && !bound.contains(&name) => {
            match <[AstNode; 2]>::try_from(args) {
                Ok(args) if !args.iter().any(|arg| matches!(arg, AstNode::Placeholder)) => {
                    reduction(args.map(inner))
                }
                Ok(args) => AstNode::Function { name, args: args.map(inner).into(), is_builtin: true },
                Err(args) => {
                    let args = args.into_iter().map(inner).collect();
                    AstNode::Function { name, args, is_builtin: true }
                }
            }
        }
        AstNode::Binary { op: BinaryOp::ChainPipe, lhs, rhs } => {
            let rhs = match *rhs {
                // A function may be among its arguments, which is measured where the call is.
                AstNode::Function { name, args, is_builtin: true }
                    if is_ours(&name)
                        && name == "replace"
                        && !args.iter().any(|arg| matches!(arg, AstNode::Placeholder)) =>
                {
                    let args = std::iter::once(*lhs).chain(args).collect();
                    return inner(AstNode::Function { name, args, is_builtin: true });
                }
                AstNode::Function { name, args, is_builtin: true } if is_ours(&name) => {
                    call(&passed(&name), args.into_iter().map(inner).collect())
                }
                AstNode::Function { name, args, is_builtin } => {
                    AstNode::Function { name, args: args.into_iter().map(inner).collect(), is_builtin }
                }
                other => inner(other),
            };
            AstNode::Binary { op: BinaryOp::ChainPipe, lhs: Box::new(inner(*lhs)), rhs: Box::new(rhs) }
        }
        AstNode::Binary { op: BinaryOp::Range, lhs, rhs } => AstNode::Binary {
            op: BinaryOp::Range,
            lhs: Box::new(bound_of_range(FIRST, inner(*lhs))),
            rhs: Box::new(bound_of_range(LAST, inner(*rhs))),
        },
        other => tree::map(other, &mut |part| weave(part, bound)),
    }
}

fn bound_of_range(name: &str, node: AstNode) -> AstNode {
    call(name, vec![node])
}

/// `$reduce` without a first value gives nothing for an empty list, where the crate gives null.
fn reduction([list, function]: [AstNode; 2]) -> AstNode {
    let variable = || AstNode::Variable(LIST.to_owned());
    AstNode::Block(vec![
        AstNode::Binary { op: BinaryOp::ColonEqual, lhs: Box::new(variable()), rhs: Box::new(list) },
        AstNode::Conditional {
            condition: Box::new(call(EMPTY, vec![variable()])),
            then_branch: Box::new(AstNode::Undefined),
            else_branch: Some(Box::new(call("reduce", vec![variable(), function]))),
        },
    ])
}

pub(super) fn register(
    evaluator: &mut Evaluator,
    needs: &Needs,
    work: &Rc<Work>,
) -> Result<(), EvaluatorError> {
    for function in FUNCTIONS.iter().filter(|function| needs.mentions(function.name)) {
        let made = Rc::clone(work);
        evaluator.register_fn(called(function.name), move |args: &[JValue]| match args.split_first() {
            Some((context, args)) => made.made(checked(function, args, context)?, args),
            None => Ok(JValue::Undefined),
        })?;
        let made = Rc::clone(work);
        evaluator.register_fn(passed(function.name), move |args: &[JValue]| {
            let args = &args[..args.len().min(function.arity)];
            let result = checked(function, args, &JValue::Undefined);
            made.made(result.map_err(|error| unnamed(function.name, error))?, args)
        })?;
    }
    if needs.mentions("reduce") {
        evaluator.register_fn(EMPTY, |args: &[JValue]| {
            Ok(JValue::Bool(matches!(args.first(), Some(JValue::Array(items)) if items.is_empty())))
        })?;
    }
    if needs.mentions("replace") {
        let handed = Rc::clone(work);
        evaluator.register_fn(HANDED, move |args: &[JValue]| {
            if let Some(JValue::String(text)) = args.first() {
                handed.handed(text)?;
            }
            Ok(args.first().cloned().unwrap_or(JValue::Undefined))
        })?;
        evaluator.register_fn(IS_FUNCTION, |args: &[JValue]| {
            let is_function = |arg: &JValue| matches!(arg, JValue::Lambda(_) | JValue::Builtin { .. });
            Ok(JValue::Bool(args.iter().any(is_function)))
        })?;
    }
    if needs.has_ranges() {
        let begun = Rc::clone(work);
        evaluator.register_fn(FIRST, move |args: &[JValue]| {
            let first = end_of_range(args, "T2003")?;
            begun.range_from(if let JValue::Number(first) = first { first } else { f64::NAN });
            Ok(first)
        })?;
        let ended = Rc::clone(work);
        evaluator.register_fn(LAST, move |args: &[JValue]| {
            let last = end_of_range(args, "T2004")?;
            ended.range_to(if let JValue::Number(last) = last { last } else { f64::NAN })?;
            Ok(last)
        })?;
    }
    Ok(())
}

/// The crate takes null for nothing, and counts from one end to the other in 64 bits.
fn end_of_range(args: &[JValue], code: &str) -> HostFnResult {
    const FAR: f64 = 4e18;
    match args.first() {
        Some(JValue::Null) => Err(EvaluatorError::TypeError(format!("{code}: null"))),
        Some(JValue::Number(number)) if number.is_finite() => Ok(JValue::Number(number.clamp(-FAR, FAR))),
        other => Ok(other.cloned().unwrap_or(JValue::Undefined)),
    }
}

/// Of a function that was handed to another, the one that called it is told: the words are those of the crate, which do
/// not quote a name.
fn unnamed(name: &str, error: EvaluatorError) -> EvaluatorError {
    match error {
        EvaluatorError::TypeError(words) => EvaluatorError::TypeError(
            words.replace(&format!("of function \"{name}\""), &format!("of function {name}")),
        ),
        other => other,
    }
}

/// The name that an expression has for a function of this room.
pub(super) fn written(name: &str) -> &str {
    name.strip_prefix("function ").unwrap_or(name)
}

fn checked(function: &Function, args: &[JValue], context: &JValue) -> HostFnResult {
    let takes = signature::of_builtin(function.name).unwrap_or_default();
    let args = signature::check(takes, &json(&JValue::string(function.name)), args, context)
        .map_err(EvaluatorError::TypeError)?;
    match args.first() {
        // Nothing before a list leaves the list.
        Some(JValue::Undefined) if function.name != "append" => Ok(JValue::Undefined),
        None => Ok(JValue::Undefined),
        Some(_) => (function.apply)(&args),
    }
}

fn number(args: &[JValue]) -> HostFnResult {
    let text = match args.first() {
        Some(JValue::String(text)) => text,
        Some(JValue::Bool(value)) => return Ok(JValue::Number(f64::from(u8::from(*value)))),
        other => return Ok(other.cloned().unwrap_or(JValue::Undefined)),
    };
    let number = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => of_radix(&text[2..], 16),
        Some("0o") => of_radix(&text[2..], 8),
        Some("0b") => of_radix(&text[2..], 2),
        _ if is_decimal(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    };
    number.map(JValue::Number).ok_or_else(|| {
        let value = json(&JValue::string(text.as_ref()));
        EvaluatorError::EvaluationError(format!("D3030: Unable to cast value to a number: {value}"))
    })
}

fn of_radix(digits: &str, radix: u32) -> Option<f64> {
    let value = |sum: f64, digit: char| Some(sum * f64::from(radix) + f64::from(digit.to_digit(radix)?));
    if digits.is_empty() { None } else { digits.chars().try_fold(0.0, value) }
}

/// Digits, then perhaps a fraction and an exponent. No blanks, and no sign but a minus.
fn is_decimal(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    is_digits(whole)
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(|exponent| is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

fn append(args: &[JValue]) -> HostFnResult {
    match args {
        [first, JValue::Undefined] => Ok(first.clone()),
        [JValue::Undefined, second] => Ok(second.clone()),
        // The bound of a sequence holds in an evaluation of its own, too.
        [first, second] if length(first).saturating_add(length(second)) > MAX_SEQUENCE => Err(too_large()),
        _ => original("append", args),
    }
}

fn length(value: &JValue) -> usize {
    if let JValue::Array(items) = value { items.len() } else { 1 }
}

fn join(args: &[JValue]) -> HostFnResult {
    let separator = match args.get(1) {
        Some(JValue::String(separator)) => separator.len(),
        _ => 0,
    };
    if let Some(JValue::Array(parts)) = args.first() {
        let length = |part: &JValue| if let JValue::String(part) = part { part.len() } else { 0 };
        let length = parts.iter().map(length).fold(0, usize::saturating_add);
        if length.saturating_add(separator.saturating_mul(parts.len().saturating_sub(1))) > MAX_TEXT {
            return Err(too_large());
        }
    }
    original("join", args)
}

fn split(args: &[JValue]) -> HostFnResult {
    // There is a part more than separators, and a separator is a character at least, or none between all.
    if let [JValue::String(text), separator, ..] = args {
        let count = match separator {
            JValue::String(separator) if separator.is_empty() => text.chars().count(),
            JValue::String(separator) => text.matches(&**separator).count(),
            _ => text.len(),
        };
        if count > MAX_SEQUENCE {
            return Err(too_large());
        }
    }
    original("split", args)
}

fn string(args: &[JValue]) -> HostFnResult {
    let Some(value) = args.first() else { return Ok(JValue::Undefined) };
    if let JValue::String(_) = value {
        return Ok(value.clone());
    }
    let is_pretty = matches!(args.get(1), Some(JValue::Bool(true)));
    Ok(string::string(measured_with(value, if is_pretty { 2 } else { 0 })?, Some(is_pretty))?)
}

/// From a character on, a number of them. Positions are numbers of any size, as JavaScript slices: what is beyond the
/// text is its end, and a fraction counts until the sum is made.
fn substring(args: &[JValue]) -> HostFnResult {
    let Some(JValue::String(text)) = args.first() else { return Ok(JValue::Undefined) };
    let length = match args.get(2) {
        Some(JValue::Number(length)) => Some(*length),
        _ => None,
    };
    let Some(JValue::Number(start)) = args.get(1) else {
        return Ok(if length.is_some() { JValue::string("") } else { JValue::String(text.clone()) });
    };
    let count = text.chars().count() as f64;
    let start = if count + start < 0.0 { 0.0 } else { *start };
    let end = match length {
        None => count,
        Some(length) if length <= 0.0 => return Ok(JValue::string("")),
        Some(length) if start >= 0.0 => start + length,
        Some(length) => count + start + length,
    };
    let index = |position: f64| match position.trunc() {
        position if position.is_nan() => 0,
        position if position < 0.0 => (count + position).max(0.0) as usize,
        position => position.min(count) as usize,
    };
    let (start, end) = (index(start), index(end));
    Ok(JValue::string(text.chars().skip(start).take(end.saturating_sub(start)).collect::<String>()))
}

/// What the crate's own function gives.
pub(super) fn original(name: &str, args: &[JValue]) -> HostFnResult {
    let given = args.iter().rposition(|arg| !matches!(arg, JValue::Undefined)).map_or(0, |last| last + 1);
    let mut context = Context::new();
    let mut variables = Vec::with_capacity(given);
    for (index, value) in args.iter().take(given).enumerate() {
        let variable = format!("argument {index}");
        context.bind(variable.clone(), value.clone());
        variables.push(AstNode::Variable(variable));
    }
    Evaluator::with_context(context).evaluate(&call(name, variables), &JValue::Undefined)
}

/// To a width of characters, to the left when it is negative.
fn pad(args: &[JValue]) -> HostFnResult {
    let Some(JValue::String(source)) = args.first() else { return Ok(JValue::Undefined) };
    let Some(JValue::Number(width)) = args.get(1) else { return Ok(JValue::String(source.clone())) };
    let filling = match args.get(2) {
        Some(JValue::String(filling)) if !filling.is_empty() => filling,
        _ => " ",
    };
    if width.abs() > MAX_TEXT as f64 {
        return Err(too_large());
    }
    let missing = (width.abs() as usize).saturating_sub(source.chars().count());
    let padding: String = filling.chars().cycle().take(missing).collect();
    Ok(JValue::string(if *width < 0.0 { padding + source } else { source.to_string() + &padding }))
}

fn encoded(args: &[JValue]) -> HostFnResult {
    match args.first() {
        Some(JValue::String(text)) => Ok(JValue::string(url::encoded(text))),
        _ => Ok(JValue::Undefined),
    }
}

fn decoded(name: &str, args: &[JValue]) -> HostFnResult {
    let Some(JValue::String(text)) = args.first() else { return Ok(JValue::Undefined) };
    let text_of = if name == "decodeUrl" { url::decoded(text) } else { url::decoded_component(text) };
    text_of.map(JValue::string).ok_or_else(|| {
        let value = json(&JValue::string(text.as_ref()));
        EvaluatorError::EvaluationError(format!("D3140: Malformed URL passed to ${name}(): {value}"))
    })
}
