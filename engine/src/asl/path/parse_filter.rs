//! The conditions of filters, from their text: `||` binds less than `&&`, and that less than `!`.

use super::filter::{Comparison, Filter, Operand, Pattern};
use super::parse::Reader;
use super::{MAX_NESTING, ParseError, Step};

/// Inside filters operators end a name.
fn is_name_in_filter(found: char) -> bool {
    found.is_alphanumeric() || !found.is_ascii() && !found.is_whitespace() || "_-".contains(found)
}

impl Reader<'_> {
    pub(super) fn either(&mut self) -> Result<Filter, ParseError> {
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
