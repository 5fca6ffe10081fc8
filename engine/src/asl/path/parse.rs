//! From text to path; `parse_filter` reads the conditions. Every fault has its place; nesting and length are bounded, so no text can exhaust the stack.

use super::{MAX_STEPS, ParseError, Path, Root, Step};

impl Path {
    /// Reads a whole text as a path.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (path, end) = Path::parse_at(text, 0)?;
        match text[end..].chars().next() {
            None => Ok(path),
            Some(found) => Err(ParseError { at: end, message: format!("unexpected {found:?}") }),
        }
    }

    /// Reads the path that begins at byte `start` (a boundary of a character) of a text; also gives where it ends.
    pub(in crate::asl) fn parse_at(text: &str, start: usize) -> Result<(Self, usize), ParseError> {
        let mut reader = Reader { text, at: start, nesting: 0 };
        let root = reader.root()?;
        let steps = reader.steps(is_name)?;
        Ok((Path { text: text[start..reader.at].to_owned(), root, steps }, reader.at))
    }
}

/// Outside filters only what would end the step cannot be in a bare name; Jayway is that lenient.
fn is_name(found: char) -> bool {
    found.is_alphanumeric()
        || !found.is_ascii() && !found.is_whitespace()
        || "_-:#/@%$+&!;?|~^".contains(found)
}

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Filters inside filters and their parentheses.
    pub(super) nesting: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    pub(super) fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    pub(super) fn take_while(&mut self, allowed: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|found| !allowed(found)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    pub(super) fn fault<T>(&self, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError { at: self.at, message: message.into() })
    }

    pub(super) fn expect(&mut self, token: &str) -> Result<(), ParseError> {
        if self.eat(token) {
            return Ok(());
        }
        match self.peek() {
            Some(found) => self.fault(format!("expected {token:?}, found {found:?}")),
            None => self.fault(format!("expected {token:?}, found the end")),
        }
    }

    fn root(&mut self) -> Result<Root, ParseError> {
        if !self.eat("$") {
            return self.fault("a path begins with $");
        }
        if self.eat("$") {
            return Ok(Root::Context);
        }
        let name = match self.peek() {
            Some(first) if first.is_alphabetic() || first == '_' => {
                self.take_while(|found| found.is_alphanumeric() || found == '_')
            }
            _ => return Ok(Root::Input),
        };
        Ok(Root::Variable(name.to_owned()))
    }

    pub(super) fn steps(&mut self, is_name: fn(char) -> bool) -> Result<Vec<Step>, ParseError> {
        let mut steps = Vec::new();
        loop {
            if steps.len() >= MAX_STEPS {
                return self.fault(format!("a path has {MAX_STEPS} steps at most"));
            }
            match self.peek() {
                Some('[') => steps.push(self.bracket()?),
                Some('.') => {
                    self.at += 1;
                    if self.eat(".") {
                        steps.push(Step::Scan);
                        if self.peek() == Some('[') {
                            continue;
                        }
                    }
                    steps.push(self.dotted(is_name)?);
                }
                _ => return Ok(steps),
            }
        }
    }

    fn dotted(&mut self, is_name: fn(char) -> bool) -> Result<Step, ParseError> {
        if self.eat("*") {
            return Ok(Step::Wildcard);
        }
        let start = self.at;
        let name = self.take_while(is_name);
        if name.is_empty() {
            return self.fault("expected a name");
        }
        if self.peek() != Some('(') {
            return Ok(Step::Name(name.to_owned()));
        }
        if name == "length" && self.eat("()") {
            return Ok(Step::Length);
        }
        self.at = start;
        self.fault(format!("unknown function {name}()"))
    }

    fn bracket(&mut self) -> Result<Step, ParseError> {
        self.expect("[")?;
        self.blanks();
        let step = match self.peek() {
            Some('\'' | '"') => self.names()?,
            Some('*') => {
                self.at += 1;
                Step::Wildcard
            }
            Some('?') => {
                self.at += 1;
                self.blanks();
                self.expect("(")?;
                let filter = self.either()?;
                self.blanks();
                self.expect(")")?;
                Step::Filter(filter)
            }
            Some('-' | ':' | '0'..='9') => self.indexes()?,
            _ => return self.fault("expected a quoted name, an index, a slice, * or ?(…)"),
        };
        self.blanks();
        self.expect("]")?;
        Ok(step)
    }

    fn names(&mut self) -> Result<Step, ParseError> {
        let mut names = vec![self.quoted()?];
        while self.comma() {
            names.push(self.quoted()?);
        }
        Ok(match names.pop() {
            Some(name) if names.is_empty() => Step::Name(name),
            Some(name) => {
                names.push(name);
                Step::Names(names)
            }
            None => Step::Names(names),
        })
    }

    pub(super) fn comma(&mut self) -> bool {
        self.blanks();
        let found = self.eat(",");
        self.blanks();
        found
    }

    /// A quoted text. A backslash only escapes the quote and itself: the service keeps it before anything else
    /// (recorded: `$['Test\""Name"']` finds the key with the backslash in it).
    pub(super) fn quoted(&mut self) -> Result<String, ParseError> {
        let quote = match self.peek() {
            Some(quote @ ('\'' | '"')) => quote,
            _ => return self.fault("expected a quoted text"),
        };
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut found = self.rest().chars();
        while let Some(next) = found.next() {
            if next == quote {
                self.at = self.text.len() - found.as_str().len();
                return Ok(text);
            }
            let escaped = match next {
                '\\' => found.clone().next().filter(|after| *after == quote || *after == '\\'),
                _ => None,
            };
            text.push(escaped.unwrap_or(next));
            if escaped.is_some() {
                found.next();
            }
        }
        self.at = start;
        self.fault("a quoted text without its end")
    }

    fn integer(&mut self) -> Result<i64, ParseError> {
        let start = self.at;
        self.eat("-");
        self.take_while(|found| found.is_ascii_digit());
        match self.text[start..self.at].parse() {
            Ok(index) => Ok(index),
            Err(_) => {
                self.at = start;
                self.fault("expected an index")
            }
        }
    }

    fn indexes(&mut self) -> Result<Step, ParseError> {
        let from = if self.peek() == Some(':') { None } else { Some(self.integer()?) };
        self.blanks();
        if self.eat(":") {
            self.blanks();
            let to = if self.peek() == Some(']') { None } else { Some(self.integer()?) };
            return match (from, to) {
                (None, None) => self.fault("a slice needs a start or an end"),
                (from, to) => Ok(Step::Slice { from, to }),
            };
        }
        let Some(first) = from else { return self.fault("expected an index") };
        let mut indexes = vec![first];
        while self.comma() {
            indexes.push(self.integer()?);
        }
        Ok(if indexes.len() == 1 { Step::Index(first) } else { Step::Indexes(indexes) })
    }
}
