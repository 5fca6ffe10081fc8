//! From text to rule. The guide gives no order of operators: NOT binds before AND, AND before OR.

use std::collections::BTreeSet;

use super::{
    AtLeast, MAX_CHILDREN, MAX_ELEMENTS, MAX_LENGTH, MAX_NESTING, Node, Reference, Rule, SyntaxError, Wanted,
};
use crate::evaluation::StateValue;
use crate::near::advice;

const FUNCTIONS: [&str; 4] = ["ALARM", "OK", "INSUFFICIENT_DATA", "AT_LEAST"];

impl Rule {
    /// The first fault of the text, or all limits that it breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let length = text.chars().count();
        if length > MAX_LENGTH {
            let at = text.char_indices().nth(MAX_LENGTH).map_or(text.len(), |(at, _)| at);
            let message = format!("a rule has {MAX_LENGTH} characters at most, this one has {length}");
            return Err(vec![SyntaxError::new(at, text.len(), message)]);
        }
        let mut reader =
            Reader { text, at: 0, nesting: 0, elements: 0, children: BTreeSet::new(), over: Vec::new() };
        let root = reader.whole().map_err(|error| vec![error])?;
        if reader.over.is_empty() { Ok(Rule { root }) } else { Err(reader.over) }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    nesting: usize,
    elements: usize,
    children: BTreeSet<String>,
    /// The first element and the first child that are too many.
    over: Vec<SyntaxError>,
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

    /// What stands at the place up to a blank, a comma, a parenthesis or a quote.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|found: char| found.is_whitespace() || "(),\"".contains(found));
        &rest[..end.unwrap_or(rest.len())]
    }

    fn wrong<T>(&self, message: impl Into<String>) -> Result<T, SyntaxError> {
        let length = match self.word() {
            "" => self.peek().map_or(0, char::len_utf8),
            word => word.len(),
        };
        Err(SyntaxError::new(self.at, self.at + length, message))
    }

    fn whole(&mut self) -> Result<Node, SyntaxError> {
        let root = self.any()?;
        match self.peek() {
            None => Ok(root),
            Some(')') => self.wrong("nothing was opened that this could close"),
            Some(_) => self.no_operator(),
        }
    }

    fn no_operator<T>(&self) -> Result<T, SyntaxError> {
        let near = advice(self.word(), ["AND", "OR"]);
        self.wrong(format!("expected AND or OR{near}"))
    }

    fn element(&mut self, from: usize) {
        self.elements += 1;
        if self.elements == MAX_ELEMENTS + 1 {
            let message = format!(
                "a rule has {MAX_ELEMENTS} elements at most: names of alarms, TRUE, FALSE and parentheses"
            );
            self.over.push(SyntaxError::new(from, self.at, message));
        }
    }

    fn any(&mut self) -> Result<Node, SyntaxError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.wrong(format!("rules nest {MAX_NESTING} deep at most"));
        }
        let mut nodes = Vec::new();
        loop {
            nodes.push(self.all()?);
            if !self.operator("OR") {
                break;
            }
        }
        self.nesting -= 1;
        Ok(one_or(nodes, Node::Any))
    }

    fn all(&mut self) -> Result<Node, SyntaxError> {
        let mut nodes = Vec::new();
        loop {
            nodes.push(self.piece()?);
            if !self.operator("AND") {
                break;
            }
        }
        Ok(one_or(nodes, Node::All))
    }

    fn operator(&mut self, name: &str) -> bool {
        self.blanks();
        let found = self.word() == name;
        self.at += if found { name.len() } else { 0 };
        found
    }

    fn piece(&mut self) -> Result<Node, SyntaxError> {
        self.blanks();
        let start = self.at;
        match self.word() {
            "" => match self.peek() {
                Some('(') => {
                    self.at += 1;
                    self.element(start);
                    let inner = self.any()?;
                    self.close(start)?;
                    Ok(inner)
                }
                None => self.wrong("expected a state such as ALARM(name), found the end"),
                Some('"') => self.wrong("a name stands in a state, as in ALARM(\"name\")"),
                Some(_) => self.wrong("expected a state such as ALARM(name)"),
            },
            "NOT" => {
                self.nesting += 1;
                if self.nesting > MAX_NESTING {
                    return self.wrong(format!("rules nest {MAX_NESTING} deep at most"));
                }
                self.at += "NOT".len();
                let inner = self.piece()?;
                self.nesting -= 1;
                Ok(Node::Not(Box::new(inner)))
            }
            word @ ("TRUE" | "FALSE") => {
                self.at += word.len();
                self.element(start);
                Ok(Node::Constant(word == "TRUE"))
            }
            word @ ("AND" | "OR") => {
                self.wrong(format!("expected a state such as ALARM(name) before {word}"))
            }
            word => self.function(word),
        }
    }

    fn function(&mut self, word: &str) -> Result<Node, SyntaxError> {
        let is_called = self.rest()[word.len()..].trim_start().starts_with('(');
        if !FUNCTIONS.contains(&word) {
            let near = advice(word, FUNCTIONS);
            return match is_called {
                true => self.wrong(format!("there is no state `{word}`{near}")),
                false => {
                    self.wrong(format!("`{word}` says nothing by itself: ALARM({word}) asks for a state"))
                }
            };
        }
        self.at += word.len();
        self.blanks();
        let open = self.at;
        if !is_called {
            return self.wrong(format!("expected `(` after {word}"));
        }
        self.at += 1;
        let node = match word.parse() {
            Ok(state) => Node::State(state, self.reference()?),
            Err(_) => Node::AtLeast(self.at_least()?),
        };
        self.close(open)?;
        Ok(node)
    }

    /// The end of what was opened at `open`.
    fn close(&mut self, open: usize) -> Result<(), SyntaxError> {
        self.blanks();
        match self.peek() {
            Some(')') => {
                self.at += 1;
                Ok(())
            }
            None => Err(SyntaxError::new(open, open + 1, "this is not closed: `)` is missing")),
            Some(_) => self.wrong("expected `)`; names with blanks, commas or parentheses stand in quotes"),
        }
    }

    /// A name or an ARN, bare or in quotes.
    fn reference(&mut self) -> Result<Reference, SyntaxError> {
        self.blanks();
        let start = self.at;
        let name = match self.peek() {
            Some('"') => self.quoted()?,
            _ => {
                let rest = self.rest();
                let end = rest.find(|found: char| found.is_whitespace() || "(),".contains(found));
                let name = &rest[..end.unwrap_or(rest.len())];
                self.at += name.len();
                name.to_owned()
            }
        };
        if name.is_empty() {
            return Err(SyntaxError::new(start, self.at, "expected the name or the ARN of an alarm"));
        }
        self.element(start);
        let reference = Reference(name);
        self.children.insert(reference.name().to_owned());
        let is_first = !self.over.iter().any(|error| error.message.contains("alarms at most"));
        if self.children.len() > MAX_CHILDREN && is_first {
            let message = format!("a rule names {MAX_CHILDREN} alarms at most");
            self.over.push(SyntaxError::new(start, self.at, message));
        }
        Ok(reference)
    }

    /// Between quotes only a quote is escaped; a backslash before anything else is one.
    fn quoted(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let mut chars = self.rest().char_indices().skip(1).peekable();
        let mut name = String::new();
        while let Some((offset, found)) = chars.next() {
            match found {
                '"' => {
                    self.at = start + offset + 1;
                    return Ok(name);
                }
                '\\' if chars.next_if(|(_, next)| *next == '"').is_some() => name.push('"'),
                found => name.push(found),
            }
        }
        Err(SyntaxError::new(start, start + 1, "a name without its closing quote"))
    }

    /// The arguments: how many, the state, the list.
    fn at_least(&mut self) -> Result<AtLeast, SyntaxError> {
        let wanted = self.wanted()?;
        self.comma("a state")?;
        self.blanks();
        let is_not = self.word() == "NOT";
        self.at += if is_not { "NOT".len() } else { 0 };
        self.blanks();
        let word = self.word();
        let Ok(state) = word.parse::<StateValue>() else {
            let near = advice(word, StateValue::ALL.map(StateValue::name));
            return self.wrong(format!("expected OK, ALARM or INSUFFICIENT_DATA{near}"));
        };
        self.at += word.len();
        self.comma("a list of alarms in parentheses")?;
        self.blanks();
        let open = self.at;
        if self.peek() != Some('(') {
            return self.wrong("the alarms of AT_LEAST stand in parentheses of their own: (a, b)");
        }
        self.at += 1;
        let mut alarms = vec![self.reference()?];
        loop {
            self.blanks();
            if self.peek() != Some(',') {
                self.close(open)?;
                return Ok(AtLeast { wanted, is_not, state, alarms });
            }
            self.at += 1;
            alarms.push(self.reference()?);
        }
    }

    fn wanted(&mut self) -> Result<Wanted, SyntaxError> {
        self.blanks();
        let word = self.word();
        let (digits, is_share) = word.strip_suffix('%').map_or((word, false), |digits| (digits, true));
        let number = match digits.parse::<u32>() {
            Ok(number) if digits.bytes().all(|byte| byte.is_ascii_digit()) => number,
            _ => return self.wrong("expected how many alarms, as in 2 or 50%"),
        };
        if number == 0 || (is_share && number > 100) {
            return self.wrong("expected 1 or more, or a share from 1% to 100%");
        }
        self.at += word.len();
        Ok(if is_share { Wanted::Percent(number) } else { Wanted::Count(number) })
    }

    fn comma(&mut self, next: &str) -> Result<(), SyntaxError> {
        self.blanks();
        if self.peek() != Some(',') {
            return self.wrong(format!("expected a comma and {next}"));
        }
        self.at += 1;
        Ok(())
    }
}

fn one_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match (nodes.len(), nodes.pop()) {
        (1, Some(node)) => node,
        (_, last) => {
            nodes.extend(last);
            many(nodes)
        }
    }
}
