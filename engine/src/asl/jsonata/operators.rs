//! Arithmetic and comparisons that tell their operands when they fail.

use jsonata_core::ast::BinaryOp;
use jsonata_core::evaluator::{Evaluator, EvaluatorError, HostFnResult};
use jsonata_core::value::JValue;

use super::words::json;

/// A name with a blank in it: no expression can spell it.
pub(super) const NEGATED: &str = "negated value";

const OPERATORS: [(BinaryOp, &str); 9] = [
    (BinaryOp::Add, "+"),
    (BinaryOp::Subtract, "-"),
    (BinaryOp::Multiply, "*"),
    (BinaryOp::Divide, "/"),
    (BinaryOp::Modulo, "%"),
    (BinaryOp::LessThan, "<"),
    (BinaryOp::LessThanOrEqual, "<="),
    (BinaryOp::GreaterThan, ">"),
    (BinaryOp::GreaterThanOrEqual, ">="),
];

/// The function that does what an operator does.
pub(super) fn name(operator: BinaryOp) -> Option<String> {
    OPERATORS.iter().find(|(known, _)| *known == operator).map(|(_, symbol)| name_of(symbol))
}

fn name_of(symbol: &str) -> String {
    format!("operator {symbol}")
}

pub(super) fn register(evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
    evaluator.register_fn(NEGATED, negated)?;
    for (_, symbol) in OPERATORS {
        evaluator.register_fn(name_of(symbol), move |args: &[JValue]| operate(symbol, args))?;
    }
    Ok(())
}

fn failed(words: String) -> HostFnResult {
    Err(EvaluatorError::EvaluationError(words))
}

fn negated(args: &[JValue]) -> HostFnResult {
    match args.first() {
        None | Some(JValue::Undefined) => Ok(JValue::Undefined),
        Some(JValue::Number(number)) => Ok(JValue::Number(-number)),
        Some(other) => failed(format!("D1002: Cannot negate a non-numeric value: {}", json(other))),
    }
}

/// What arithmetic and comparisons give, or the words of their failure.
fn operate(symbol: &str, args: &[JValue]) -> HostFnResult {
    let [left, right] = args else { return Ok(JValue::Undefined) };
    if symbol.starts_with(['<', '>']) { compare(symbol, left, right) } else { calculate(symbol, left, right) }
}

fn calculate(symbol: &str, left: &JValue, right: &JValue) -> HostFnResult {
    for (code, side, operand) in [("T2001", "left", left), ("T2002", "right", right)] {
        match operand {
            JValue::Undefined => {}
            JValue::Number(number) if number.is_infinite() => {
                return failed(format!("D1001: Number out of range: {}", json(operand)));
            }
            JValue::Number(number) if !number.is_nan() => {}
            _ => {
                return failed(format!(
                    "{code}: The {side} side of the \"{symbol}\" operator must evaluate to a number"
                ));
            }
        }
    }
    let (JValue::Number(left), JValue::Number(right)) = (left, right) else { return Ok(JValue::Undefined) };
    Ok(JValue::Number(match symbol {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / right,
        _ => left % right,
    }))
}

fn compare(symbol: &str, left: &JValue, right: &JValue) -> HostFnResult {
    let is_comparable =
        |value: &JValue| matches!(value, JValue::Undefined | JValue::Number(_) | JValue::String(_));
    if !is_comparable(left) || !is_comparable(right) {
        return failed(format!(
            "T2010: The expressions either side of operator \"{symbol}\" must evaluate to numeric or string values"
        ));
    }
    let ordering = match (left, right) {
        (JValue::Undefined, _) | (_, JValue::Undefined) => return Ok(JValue::Undefined),
        (JValue::Number(left), JValue::Number(right)) => left.partial_cmp(right),
        (JValue::String(left), JValue::String(right)) => Some(left.cmp(right)),
        _ => {
            return failed(format!(
                "T2009: The values {} and {} either side of operator \"{symbol}\" must be of the same data type",
                json(left),
                json(right)
            ));
        }
    };
    Ok(JValue::Bool(ordering.is_some_and(|ordering| match symbol {
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        ">" => ordering.is_gt(),
        _ => ordering.is_ge(),
    })))
}
