//! The words of errors of evaluations. The service repeats those of the reference library; the crate has its own here
//! and there.

use jsonata_core::value::JValue;

use super::MAX_DEPTH;
use super::convert::from_jsonata;

pub(super) const TOO_LARGE: &str =
    "Expression evaluation memory limit exceeded: Check for excessive memory usage";

/// An error of an evaluation as a cause has it: coded ones are a sentence of their own, others follow a colon.
pub(super) fn threw(message: &str) -> String {
    let mark = if code(message).is_some() { '.' } else { ':' };
    format!("threw an error during evaluation{mark} {message}")
}

/// The code at the start of a message and what follows it.
pub(super) fn code(message: &str) -> Option<(&str, &str)> {
    let (code, rest) = message.split_once(": ")?;
    let is_code = code.len() == 5
        && code.starts_with(|first: char| first.is_ascii_uppercase())
        && code[1..].bytes().all(|digit| digit.is_ascii_digit());
    is_code.then_some((code, rest))
}

/// An error of the evaluator, its code kept.
pub(super) fn of_evaluator(message: &str) -> String {
    let Some((code, text)) = code(message) else {
        // A number without a form, joined to a text.
        let is_joining = message == "Cannot concatenate complex types";
        return if is_joining { of_evaluator("D3001: ") } else { message.to_owned() };
    };
    match code {
        "D3137" if text.is_empty() => "D3137: $error() function evaluated".to_owned(),
        "D1011" | "U1001" => format!(
            "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as \
             tail-recursive. Depth={} max={}",
            MAX_DEPTH + 2,
            MAX_DEPTH + 1
        ),
        "D1012" | "U1003" => "Expression evaluation timeout: Check for infinite loop".to_owned(),
        "D2015" => TOO_LARGE.to_owned(),
        _ => match WORDS.iter().find(|(known, _)| *known == code) {
            Some((_, words)) => format!("{code}: {}", words.replace("{}", &value_in(text))),
            None => message.replace("function $split", "function \"split\""),
        },
    }
}

/// The words of each error that the crate words otherwise. `{}` is the value in the crate's message.
#[rustfmt::skip]
const WORDS: [(&str, &str); 31] = [
    ("D1001", "Number out of range: null"),
    ("D3001", "Attempting to invoke string function on Infinity or NaN"),
    ("D3010", "Second argument of replace function cannot be an empty string"),
    ("D3020", "Third argument of split function must evaluate to a positive number"),
    ("D3080", "The picture string must only contain a maximum of two sub-pictures"),
    ("D3081", "The sub-picture must not contain more than one instance of the 'decimal-separator' character"),
    ("D3082", "The sub-picture must not contain more than one instance of the 'percent' character"),
    ("D3083", "The sub-picture must not contain more than one instance of the 'per-mille' character"),
    ("D3084", "The sub-picture must not contain both a 'percent' and a 'per-mille' character"),
    ("D3085", "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit character' or a member of the 'decimal digit family'"),
    ("D3086", "The sub-picture must not contain a passive character that is preceded by an active character and that is followed by another active character"),
    ("D3087", "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a 'decimal-separator' character"),
    ("D3088", "The sub-picture must not contain a 'grouping-separator' at the end of the integer part"),
    ("D3089", "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character"),
    ("D3090", "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is followed by an instance of the 'optional digit character'"),
    ("D3091", "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' that is followed by a member of the 'decimal digit family'"),
    ("D3092", "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated as an 'exponent-separator'"),
    ("D3093", "The exponent part of the sub-picture must comprise only of one or more characters that are members of the 'decimal digit family'"),
    ("D3100", "The radix of the formatBase function must be between 2 and 36.  It was given {}"),
    ("D3130", "Formatting or parsing an integer as a sequence starting with {} is not supported by this implementation"),
    ("D3131", "In a decimal digit pattern, all digits must be from the same decimal group"),
    ("D3132", "Unknown component specifier {} in date/time picture string"),
    ("D3133", "The 'name' modifier can only be applied to months and days in the date/time picture string, not {}"),
    ("D3134", "The timezone integer format specifier cannot have more than four digits"),
    ("D3135", "No matching closing bracket ']' in date/time picture string"),
    ("D3136", "The date/time picture string is missing specifiers required to parse the timestamp"),
    ("D3138", "The $single() function expected exactly 1 matching result.  Instead it matched more."),
    ("T2003", "The left side of the range operator (..) must evaluate to an integer"),
    ("T2004", "The right side of the range operator (..) must evaluate to an integer"),
    ("T1006", "Attempted to invoke a non-function"),
    ("T1008", "Attempted to partially apply a non-function"),
];

/// Whether an error is that of a bound, not of the expression.
pub(super) fn is_limit(message: &str) -> bool {
    message == TOO_LARGE
        || ["D1011", "U1001", "D1012", "U1003", "D2015"].contains(&message.get(..5).unwrap_or_default())
}

/// A value as JSON has it; what JSON cannot hold is null.
pub(super) fn json(value: &JValue) -> String {
    match value {
        JValue::Number(number) if !number.is_finite() => "null".to_owned(),
        value => match from_jsonata(value) {
            Ok(Some(value)) => value.to_string(),
            _ => "null".to_owned(),
        },
    }
}

/// The value that a message of the crate has, as JSON: all of the message, or the number at its end.
fn value_in(text: &str) -> String {
    match text.rsplit_once("got ") {
        Some((_, number)) => number.to_owned(),
        None => quoted(text),
    }
}

/// A text as JSON has it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
