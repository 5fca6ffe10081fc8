//! A query's text as tokens, each with its place.

use std::fmt;

use serde_json::Value;

use super::Fault;
use super::node::Comparison;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    /// `"name"`: cannot be a function.
    Quoted(String),
    Number(i64),
    Literal(Value),
    Compare(Symbol),
    Symbol(&'static str),
    End,
}

/// A comparison as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Symbol(pub(super) &'static str);

impl Symbol {
    pub(super) fn comparison(self) -> Comparison {
        match self.0 {
            "==" => Comparison::Equal,
            "!=" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            _ => Comparison::GreaterOrEqual,
        }
    }
}

/// As an error names it.
impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Name(name) => write!(f, "'{name}'"),
            Token::Quoted(name) => write!(f, "\"{name}\""),
            Token::Number(number) => write!(f, "{number}"),
            Token::Literal(value) => write!(f, "the literal {value}"),
            Token::Compare(Symbol(symbol)) | Token::Symbol(symbol) => write!(f, "'{symbol}'"),
            Token::End => write!(f, "the end"),
        }
    }
}

/// The longest come first, so that `[?` is not read as `[`.
const SYMBOLS: [&str; 19] =
    ["[?", "[]", "||", "&&", "[", "]", "{", "}", "(", ")", ".", "*", "|", "@", ",", ":", "&", "!", "-"];
const COMPARISONS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];
const DELIMITERS: [char; 3] = ['"', '\'', '`'];

/// All tokens, the last one being the end.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let at = text.len() - rest.len();
        let (token, length) = next(rest).map_err(|message| Fault::new(at, message))?;
        rest = rest.get(length..).unwrap_or_default();
        let done = token == Token::End;
        tokens.push((at, token));
        if done {
            return Ok(tokens);
        }
    }
}

/// The token at the beginning of `rest`, and its length.
fn next(rest: &str) -> Result<(Token, usize), String> {
    let Some(first) = rest.chars().next() else { return Ok((Token::End, 0)) };
    if first.is_ascii_alphabetic() || first == '_' {
        let name = prefix(rest, |c| c.is_ascii_alphanumeric() || c == '_');
        return Ok((Token::Name(name.to_owned()), name.len()));
    }
    if first.is_ascii_digit() || (first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
        let digits = prefix(&rest[1..], |c| c.is_ascii_digit());
        let number = &rest[..=digits.len()];
        let value = number.parse().map_err(|_| format!("the number {number} is too large"))?;
        return Ok((Token::Number(value), number.len()));
    }
    if DELIMITERS.contains(&first) {
        let inner = delimited(rest, first)?;
        return Ok((text_token(first, inner)?, inner.len() + 2));
    }
    if let Some(symbol) = COMPARISONS.into_iter().find(|symbol| rest.starts_with(symbol)) {
        return Ok((Token::Compare(Symbol(symbol)), symbol.len()));
    }
    if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
        return Ok((Token::Symbol(symbol), symbol.len()));
    }
    match first {
        '=' => Err("unexpected '=', equality is '=='".to_owned()),
        other => Err(format!("unexpected character '{other}'")),
    }
}

fn prefix(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !belongs(c)).unwrap_or(text.len())]
}

/// The text between two delimiters; a backslash protects what follows it.
fn delimited(rest: &str, delimiter: char) -> Result<&str, String> {
    let mut protected = false;
    for (at, character) in rest.char_indices().skip(1) {
        if protected {
            protected = false;
        } else if character == '\\' {
            protected = true;
        } else if character == delimiter {
            return Ok(&rest[1..at]);
        }
    }
    Err(format!("the closing {delimiter} is missing"))
}

fn text_token(delimiter: char, inner: &str) -> Result<Token, String> {
    match delimiter {
        '\'' => Ok(Token::Literal(Value::String(inner.replace("\\'", "'")))),
        '"' => match serde_json::from_str(&format!("\"{inner}\"")) {
            Ok(name) => Ok(Token::Quoted(name)),
            Err(_) => Err("the quoted name is not a JSON string".to_owned()),
        },
        _ => {
            let json = inner.replace("\\`", "`");
            let quoted = || serde_json::from_str(&format!("\"{}\"", json.trim_start()));
            match serde_json::from_str(&json).or_else(|_| quoted()) {
                Ok(value) => Ok(Token::Literal(value)),
                Err(_) => Err("the literal is neither JSON nor plain text".to_owned()),
            }
        }
    }
}
