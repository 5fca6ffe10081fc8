//! The words of errors. The service repeats those of the reference library, which quotes names and symbols; the crate
//! has its own here and there.

use jsonata_core::parser::{self, ParserError};

use super::MAX_DEPTH;

pub(super) const TOO_LARGE: &str =
    "Expression evaluation memory limit exceeded: Check for excessive memory usage";

/// An error of an evaluation as a cause has it: coded ones are a sentence of their own, others follow a colon.
pub(super) fn threw(message: &str) -> String {
    let mark = if code(message).is_some() { '.' } else { ':' };
    format!("threw an error during evaluation{mark} {message}")
}

/// The code at the start of a message and what follows it.
fn code(message: &str) -> Option<(&str, &str)> {
    let (code, rest) = message.split_once(": ")?;
    let is_code = code.len() == 5
        && code.starts_with(|first: char| first.is_ascii_uppercase())
        && code[1..].bytes().all(|digit| digit.is_ascii_digit());
    is_code.then_some((code, rest))
}

/// An error of the evaluator, its code kept. The crate does not always say which function refused its argument;
/// `called` is the only one that can have.
pub(super) fn of_evaluator(message: &str, called: Option<&str>) -> String {
    match code(message) {
        Some(("D1011" | "U1001", _)) => format!(
            "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as \
             tail-recursive. Depth={} max={}",
            MAX_DEPTH + 2,
            MAX_DEPTH + 1
        ),
        Some(("D1012" | "U1003", _)) => "Expression evaluation timeout: Check for infinite loop".to_owned(),
        Some(("D2015", _)) => TOO_LARGE.to_owned(),
        Some((code @ ("T0410" | "T0411" | "T0412" | "T2001" | "T2002"), text)) => {
            format!("{code}: {}", of_signature(code, text, called).unwrap_or_else(|| quoted(text)))
        }
        Some((code @ "T1006", _)) => format!("{code}: Attempted to invoke a non-function"),
        Some((code @ "T2003", _)) => {
            format!("{code}: The left side of the range operator (..) must evaluate to an integer")
        }
        Some((code @ "T2004", _)) => {
            format!("{code}: The right side of the range operator (..) must evaluate to an integer")
        }
        _ => message.to_owned(),
    }
}

/// A refused argument, where the crate's message only has its number.
fn of_signature(code: &str, text: &str, called: Option<&str>) -> Option<String> {
    let called = called?;
    if code == "T0411" {
        return Some(format!(
            "Context value is not a compatible type with argument 1 of function \"{called}\""
        ));
    }
    let (index, wanted) = text.strip_prefix("Argument ")?.split_once(" must be ")?;
    Some(match wanted.strip_prefix("an array of ") {
        Some(kind) => {
            let kind = kind.trim_matches('"').to_ascii_lowercase();
            format!(
                "Argument {index} of function \"{called}\" must be an array of \"{}s\"",
                kind.trim_end_matches('s')
            )
        }
        None => format!("Argument {index} of function \"{called}\" does not match function signature"),
    })
}

/// The names of functions and operators in quotes, and without what the crate adds in parentheses.
fn quoted(text: &str) -> String {
    let text = text.split_once(" (expected").map_or(text, |(text, _)| text);
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for index in 1..words.len() {
        let is_name = words[index - 1] == "function" && words.get(index + 1).is_some();
        let is_operator =
            words[index - 1] == "the" && words.get(index + 1).is_some_and(|next| next == "operator");
        let name = words[index].trim_start_matches('$').to_owned();
        if (is_name || is_operator)
            && !name.starts_with('"')
            && !["does", "must", "signature"].contains(&&*name)
        {
            words[index] = format!("\"{name}\"");
        }
    }
    words.join(" ")
}

/// An error of the parser, without its code. The crate calls a regular expression without its end a text without it.
pub(super) fn of_parser(error: &ParserError, source: &str) -> String {
    let message = match error {
        ParserError::UnexpectedToken(token) if token != "Eof" => {
            let named = token.starts_with(char::is_alphabetic);
            let symbol = symbol(token);
            return match named {
                true => format!("The symbol {symbol} cannot be used as a unary operator"),
                false => format!("Unknown operator: {symbol}"),
            };
        }
        ParserError::Expected { expected, found } if expected != "parameter name" => {
            let expected = symbol(expected);
            return match found.as_str() {
                "Eof" => format!("Expected {expected} before end of expression"),
                found => format!("Expected {expected}, got {}", symbol(found)),
            };
        }
        ParserError::UnclosedString if is_in_pattern(source) => {
            return "No terminating / in regular expression".into();
        }
        ParserError::InvalidSyntax(message) => message.clone(),
        other => other.to_string(),
    };
    match code(&message) {
        Some(("S0201", text)) => match text.strip_prefix("Syntax error: ") {
            Some(token) => format!("Syntax error: {}", symbol(token)),
            None => text.to_owned(),
        },
        Some((_, text)) => text.to_owned(),
        None => message,
    }
}

/// A slash ends a pattern and nothing else that is open.
fn is_in_pattern(source: &str) -> bool {
    !matches!(parser::parse(&format!("{source}/")), Err(ParserError::UnclosedString))
}

const SYMBOLS: [(&str, &str); 37] = [
    ("And", "and"),
    ("Or", "or"),
    ("In", "in"),
    ("Plus", "+"),
    ("Minus", "-"),
    ("Star", "*"),
    ("StarStar", "**"),
    ("Slash", "/"),
    ("Percent", "%"),
    ("Equal", "="),
    ("NotEqual", "!="),
    ("LessThan", "<"),
    ("LessThanOrEqual", "<="),
    ("GreaterThan", ">"),
    ("GreaterThanOrEqual", ">="),
    ("Ampersand", "&"),
    ("Dot", "."),
    ("DotDot", ".."),
    ("Question", "?"),
    ("QuestionQuestion", "??"),
    ("QuestionColon", "?:"),
    ("Colon", ":"),
    ("ColonEqual", ":="),
    ("TildeArrow", "~>"),
    ("LeftParen", "("),
    ("RightParen", ")"),
    ("LeftBracket", "["),
    ("RightBracket", "]"),
    ("LeftBrace", "{"),
    ("RightBrace", "}"),
    ("Comma", ","),
    ("Semicolon", ";"),
    ("Caret", "^"),
    ("Pipe", "|"),
    ("Hash", "#"),
    ("At", "@"),
    ("Eof", "(end)"),
];

/// The crate's name of a token as it is written in an expression, in quotes.
fn symbol(token: &str) -> String {
    if let Some((_, symbol)) = SYMBOLS.iter().find(|(name, _)| *name == token) {
        return format!("\"{symbol}\"");
    }
    let inner = token.split_once('(').and_then(|(_, inner)| inner.strip_suffix(')')).unwrap_or(token);
    if inner.starts_with('"') { inner.to_owned() } else { format!("\"{inner}\"") }
}
