//! What is said of an expression that does not parse: the words of the reference library, which quotes symbols, and
//! which asks for the end of what is open before it misses what should stand in it.

use jsonata_core::parser::{Lexer, ParserError, Token};

use super::words::{code, quoted};

/// What is said of an expression that the crate refused, without a code.
pub(super) fn words(error: &ParserError, source: &str) -> String {
    match error {
        ParserError::UnexpectedEnd => at_the_end(source),
        ParserError::UnexpectedToken(token) if token == "Eof" => at_the_end(source),
        ParserError::UnexpectedToken(token) => {
            if let Some(found) = token.strip_prefix("Unexpected token in signature: ") {
                return format!("Expected \">\", got {}", symbol(found));
            }
            match token.starts_with(char::is_alphabetic) {
                true => format!("The symbol {} cannot be used as a unary operator", symbol(token)),
                false => format!("Unknown operator: {}", symbol(token)),
            }
        }
        ParserError::Expected { expected, found } if expected == "parameter name" => parameter(source, found),
        ParserError::Expected { expected, found } => match found.as_str() {
            "Eof" => format!("Expected {} before end of expression", symbol(expected)),
            found => format!("Expected {}, got {}", symbol(expected), symbol(found)),
        },
        ParserError::UnclosedString if is_in_pattern(source) => {
            "No terminating / in regular expression".to_owned()
        }
        ParserError::UnclosedComment => "Comment has no closing tag".to_owned(),
        ParserError::InvalidEscape(_) | ParserError::InvalidNumber(_) => {
            let text = error.to_string();
            let text = text.strip_prefix("Invalid number: ").unwrap_or(&text);
            let text = code(text).map_or(text, |(_, text)| text);
            match text
                .split_once(": \\")
                .map(|split| (split, "\\"))
                .or(text.split_once(": ").map(|split| (split, "")))
            {
                Some(((what, token), mark)) => format!("{what}: {mark}{}", quoted(token)),
                None => text.to_owned(),
            }
        }
        ParserError::InvalidSyntax(message) => without_code(message),
        other => without_code(&other.to_string()),
    }
}

fn without_code(message: &str) -> String {
    let text = match code(message) {
        Some(("S0201", text)) => {
            let token = text.strip_prefix("Syntax error: ").unwrap_or(text);
            return format!("Syntax error: {}", symbol(token));
        }
        Some((_, text)) => text,
        None => message,
    };
    match text.strip_prefix("Expected a variable reference after ") {
        Some(operator) => format!("The right side of \"{operator}\" must be a variable name (start with $)"),
        None => text.to_owned(),
    }
}

/// A parameter that is none. At the end of a list, the list itself is at fault.
fn parameter(source: &str, found: &str) -> String {
    match found {
        "Eof" => "Expected \")\" before end of expression".to_owned(),
        "RightParen" => "The symbol \")\" cannot be used as a unary operator".to_owned(),
        _ => format!(
            "Parameter {} of function definition must be a variable name (start with $)",
            Open::of(source).parameter
        ),
    }
}

/// An expression that ends too early: what is open wants its end, and only an operator wants its operand.
fn at_the_end(source: &str) -> String {
    match Open::of(source).brackets.last() {
        Some(closing) => format!("Expected \"{closing}\" before end of expression"),
        None => "Unexpected end of expression".to_owned(),
    }
}

/// What is open where an expression ends.
#[derive(Default)]
struct Open {
    /// What is wanted next, for each bracket.
    brackets: Vec<&'static str>,
    /// The number of the first parameter that is none.
    parameter: usize,
}

impl Open {
    fn of(source: &str) -> Self {
        let mut lexer = Lexer::new(source.to_owned());
        let mut open = Open::default();
        let (mut last, mut is_list) = (Token::Eof, false);
        while let Ok(token) = lexer.next_token() {
            match &token {
                Token::Eof => break,
                Token::LeftParen => {
                    is_list = matches!(last, Token::Function(_)) && open.parameter == 0;
                    open.brackets.push(")");
                }
                Token::LeftBracket => open.brackets.push("]"),
                // The body of a function, else the members of an object.
                Token::LeftBrace if is_body(&last) => open.brackets.push("}"),
                Token::LeftBrace => open.brackets.push(":"),
                // A transform has three bars.
                Token::Pipe if open.brackets.last() == Some(&"|") => {
                    open.brackets.pop();
                }
                Token::Pipe => open.brackets.extend(["|", "|"]),
                Token::Colon if open.brackets.last() == Some(&":") => {
                    open.brackets.pop();
                    open.brackets.push("}");
                }
                Token::Comma if open.brackets.last() == Some(&"}") => {
                    open.brackets.pop();
                    open.brackets.push(":");
                }
                Token::RightParen | Token::RightBracket | Token::RightBrace => {
                    open.brackets.pop();
                }
                _ => {}
            }
            if is_list && !matches!(token, Token::LeftParen | Token::Comma) {
                open.parameter += 1;
                is_list = matches!(token, Token::Variable(_));
            }
            last = token;
        }
        open
    }
}

/// Whether a brace opens the body of a function: after its parameters, or their types.
fn is_body(last: &Token) -> bool {
    matches!(last, Token::RightParen | Token::GreaterThan)
}

/// A slash ends a pattern and nothing else that is open.
fn is_in_pattern(source: &str) -> bool {
    !matches!(jsonata_core::parser::parse(&format!("{source}/")), Err(ParserError::UnclosedString))
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

/// The crate's name of a token as it is written in an expression: a literal as such, all else in quotes.
fn symbol(token: &str) -> String {
    if let Some((_, symbol)) = SYMBOLS.iter().find(|(name, _)| *name == token) {
        return format!("\"{symbol}\"");
    }
    match token.split_once('(').map(|(kind, rest)| (kind, rest.strip_suffix(')').unwrap_or(rest))) {
        Some(("Number", number)) => number.strip_suffix(".0").unwrap_or(number).to_owned(),
        Some((_, inner)) if inner.starts_with('"') => inner.to_owned(),
        Some((_, inner)) => format!("\"{inner}\""),
        None if ["True", "False", "Null"].contains(&token) => token.to_ascii_lowercase(),
        None if token.starts_with('"') => token.to_owned(),
        None => format!("\"{token}\""),
    }
}
