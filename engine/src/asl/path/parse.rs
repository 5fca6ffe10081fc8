//! From text to path. Every fault has its place; nesting and length are bounded, so no text can exhaust the stack.

use super::filter::{Comparison, Filter, Operand, Pattern};
use super::{MAX_NESTING, MAX_STEPS, ParseError, Path, Root, Step};

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

/// Inside filters operators end a name.
fn is_name_in_filter(found: char) -> bool {
    found.is_alphanumeric() || !found.is_ascii() && !found.is_whitespace() || "_-".contains(found)
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

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take_while(&mut self, allowed: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|found| !allowed(found)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError { at: self.at, message: message.into() })
    }

    fn expect(&mut self, token: &str) -> Result<(), ParseError> {
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

    fn steps(&mut self, is_name: fn(char) -> bool) -> Result<Vec<Step>, ParseError> {
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

    fn comma(&mut self) -> bool {
        self.blanks();
        let found = self.eat(",");
        self.blanks();
        found
    }

    /// A quoted text. A backslash only escapes the quote and itself: the service keeps it before anything else
    /// (recorded: `$['Test\""Name"']` finds the key with the backslash in it).
    fn quoted(&mut self) -> Result<String, ParseError> {
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

    fn either(&mut self) -> Result<Filter, ParseError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.fault(format!("filters nest {MAX_NESTING} deep at most"));
        }
        let mut parts = vec![self.both()?];
        while self.operator("||") {
            parts.push(self.both()?);
        }
        self.nesting -= 1;
        Ok(single_or(parts, Filter::Any))
    }

    fn both(&mut self) -> Result<Filter, ParseError> {
        let mut parts = vec![self.one()?];
        while self.operator("&&") {
            parts.push(self.one()?);
        }
        Ok(single_or(parts, Filter::All))
    }

    fn operator(&mut self, token: &str) -> bool {
        self.blanks();
        self.eat(token)
    }

    fn one(&mut self) -> Result<Filter, ParseError> {
        let mut negated = false;
        while self.operator("!") {
            negated = !negated;
        }
        let filter = if self.eat("(") {
            let inner = self.either()?;
            self.blanks();
            self.expect(")")?;
            inner
        } else {
            self.comparison()?
        };
        Ok(if negated { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn comparison(&mut self) -> Result<Filter, ParseError> {
        let left = self.operand()?;
        self.blanks();
        let word = |reader: &mut Self, word: &str| {
            let rest = reader.rest();
            let found = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
                && !rest[word.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_');
            if found {
                reader.at += word.len();
            }
            found
        };
        let Some((_, comparison)) = Comparison::WORDS.iter().find(|(name, _)| {
            if name.is_ascii() && name.starts_with(char::is_alphabetic) {
                word(self, name)
            } else {
                self.eat(name)
            }
        }) else {
            return Ok(Filter::Exists(left));
        };
        self.blanks();
        let start = self.at;
        let right = self.operand()?;
        if matches!(comparison, Comparison::Matches) != matches!(right, Operand::Pattern(_)) {
            self.at = start;
            return self.fault("=~ goes with a /pattern/");
        }
        Ok(Filter::Compare { left, comparison: *comparison, right })
    }

    fn operand(&mut self) -> Result<Operand, ParseError> {
        self.blanks();
        match self.peek() {
            Some('@') => {
                self.at += 1;
                Ok(Operand::Here(self.nested_steps()?))
            }
            Some('$') => {
                self.at += 1;
                Ok(Operand::Root(self.nested_steps()?))
            }
            Some('\'' | '"') => Ok(Operand::Literal(self.quoted()?.into())),
            Some('/') => self.pattern(),
            Some('[') => self.list(),
            _ => {
                let start = self.at;
                let token = self.take_while(|found| found.is_ascii_alphanumeric() || "+-.".contains(found));
                match serde_json::from_str(token) {
                    Ok(value) => Ok(Operand::Literal(value)),
                    Err(_) => {
                        self.at = start;
                        self.fault(
                            "expected @, $, a text, a number, true, false, null, a list or a /pattern/",
                        )
                    }
                }
            }
        }
    }

    fn nested_steps(&mut self) -> Result<Vec<Step>, ParseError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.fault(format!("filters nest {MAX_NESTING} deep at most"));
        }
        let steps = self.steps(is_name_in_filter)?;
        self.nesting -= 1;
        Ok(steps)
    }

    fn list(&mut self) -> Result<Operand, ParseError> {
        self.expect("[")?;
        self.blanks();
        let mut values = Vec::new();
        if !self.eat("]") {
            loop {
                match self.operand()? {
                    Operand::Literal(value) if !value.is_array() => values.push(value),
                    _ => return self.fault("a list in a filter holds texts, numbers, true, false and null"),
                }
                if !self.comma() {
                    break;
                }
            }
            self.expect("]")?;
        }
        Ok(Operand::Literal(values.into()))
    }

    fn pattern(&mut self) -> Result<Operand, ParseError> {
        let start = self.at;
        self.expect("/")?;
        let rest = self.rest();
        let mut escaped = false;
        let Some(length) = rest.find(|found| {
            let ends = found == '/' && !escaped;
            escaped = found == '\\' && !escaped;
            ends
        }) else {
            self.at = start;
            return self.fault("a pattern without its end");
        };
        self.at += length + 1;
        let flags = self.take_while(|found| found.is_ascii_alphabetic());
        match Pattern::new(&rest[..length], flags) {
            Some(pattern) => Ok(Operand::Pattern(pattern)),
            None => {
                self.at = start;
                self.fault("no pattern that can be matched")
            }
        }
    }
}

fn single_or(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(part) if parts.is_empty() => part,
        Some(part) => {
            parts.push(part);
            many(parts)
        }
        None => many(parts),
    }
}
