//! From text to call. A wrong name, number of arguments, escape or nesting is refused here, with its place.

use serde_json::Value;

use super::{Argument, Call, FUNCTIONS, Intrinsic, MAX_NESTING, ParseError};
use crate::asl::path::Path;

impl Intrinsic {
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut reader = Reader { text, at: 0, nesting: 0 };
        let call = reader.call()?;
        reader.blanks();
        match reader.peek() {
            None => Ok(Intrinsic { text: text.to_owned(), call }),
            Some(found) => reader.fault(format!("unexpected {found:?}")),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    nesting: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError { at: self.at, message: message.into() })
    }

    fn take_while(&mut self, allowed: fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|found| !allowed(found)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn call(&mut self) -> Result<Call, ParseError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.fault(format!("intrinsic functions nest {MAX_NESTING} deep at most"));
        }
        self.blanks();
        let start = self.at;
        let name = self.take_while(|found| found.is_ascii_alphanumeric() || found == '.');
        let known =
            name.strip_prefix("States.").and_then(|name| FUNCTIONS.iter().find(|known| known.0 == name));
        let Some((_, function, fewest, most)) = known else {
            self.at = start;
            return self.fault(format!("unknown function {name:?}"));
        };
        self.blanks();
        if self.peek() != Some('(') {
            return self.fault("expected \"(\"");
        }
        self.at += 1;
        let arguments = self.arguments()?;
        if !(*fewest..=*most).contains(&arguments.len()) {
            self.at = start;
            let wanted = match (fewest, most) {
                (fewest, most) if fewest == most => fewest.to_string(),
                (fewest, &usize::MAX) => format!("{fewest} or more"),
                (fewest, most) => format!("{fewest} to {most}"),
            };
            return self.fault(format!("{name} takes {wanted} arguments, not {}", arguments.len()));
        }
        self.nesting -= 1;
        Ok(Call { function: *function, arguments })
    }

    fn arguments(&mut self) -> Result<Vec<Argument>, ParseError> {
        let mut arguments = Vec::new();
        self.blanks();
        if self.peek() == Some(')') {
            self.at += 1;
            return Ok(arguments);
        }
        loop {
            arguments.push(self.argument()?);
            self.blanks();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(')') => {
                    self.at += 1;
                    return Ok(arguments);
                }
                Some(found) => return self.fault(format!("expected \",\" or \")\", found {found:?}")),
                None => return self.fault("expected \",\" or \")\", found the end"),
            }
        }
    }

    fn argument(&mut self) -> Result<Argument, ParseError> {
        self.blanks();
        match self.peek() {
            Some('\'') => self.quoted().map(Argument::Quoted),
            Some('$') => {
                let (path, end) = Path::parse_at(self.text, self.at)?;
                self.at = end;
                Ok(Argument::Path(path))
            }
            Some('S') => self.call().map(Argument::Call),
            _ => {
                let start = self.at;
                let token = self.take_while(|found| found.is_ascii_alphanumeric() || "+-.".contains(found));
                match serde_json::from_str::<Value>(token) {
                    Ok(value) => Ok(Argument::Literal(value)),
                    Err(_) => {
                        self.at = start;
                        self.fault("expected a 'text', a number, null, true, false, a path or a function")
                    }
                }
            }
        }
    }

    /// What is between two quotes, its escapes checked and kept.
    fn quoted(&mut self) -> Result<String, ParseError> {
        let start = self.at;
        self.at += 1;
        let body = self.at;
        let mut chars = self.rest().char_indices();
        while let Some((offset, found)) = chars.next() {
            match found {
                '\'' => {
                    let text = &self.text[body..body + offset];
                    self.at = body + offset + 1;
                    return Ok(text.to_owned());
                }
                '\\' => match chars.next() {
                    Some((_, '\'' | '\\' | '{' | '}')) => {}
                    _ => {
                        self.at = body + offset;
                        return self.fault("a backslash escapes only ', {, } and itself");
                    }
                },
                _ => {}
            }
        }
        self.at = start;
        self.fault("a text without its end")
    }
}
