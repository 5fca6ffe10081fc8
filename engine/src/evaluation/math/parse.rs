//! From text to expression. Names, numbers of arguments, quotes and nesting are checked here, each with its place; what
//! depends on the kinds of values is checked where it is computed.

use super::operator::{Operator, SIGNS};
use super::{Expression, Function, MAX_LENGTH, MAX_NESTING, Node, Piece, SyntaxError};
use crate::near::advice;

impl Expression {
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let length = text.chars().count();
        if length > MAX_LENGTH {
            let at = text.char_indices().nth(MAX_LENGTH).map_or(text.len(), |(at, _)| at);
            let message = format!("an expression has {MAX_LENGTH} characters at most, this one has {length}");
            return Err(SyntaxError::new(at, text.len(), message));
        }
        let mut reader = Reader { text, at: 0, nesting: 0 };
        reader.blanks();
        if reader.is_query() {
            let root = Node { at: reader.at, end: text.trim_end().len(), piece: Piece::Query };
            return Ok(Expression { text: text.to_owned(), root });
        }
        let root = reader.operation(0)?;
        match reader.peek() {
            None => Ok(Expression { text: text.to_owned(), root }),
            Some(')' | ']') => reader.wrong("nothing was opened that this could close"),
            Some(',') => {
                reader.wrong("a comma separates arguments and members of a list, and here is neither")
            }
            Some(_) => reader.no_operator(),
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

    /// The word at the place: letters, digits and underscores.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|found: char| !found.is_ascii_alphanumeric() && found != '_');
        &rest[..end.unwrap_or(rest.len())]
    }

    fn is_query(&self) -> bool {
        let word = self.word();
        word.eq_ignore_ascii_case("SELECT") && self.rest()[word.len()..].starts_with(char::is_whitespace)
    }

    /// A fault of the word at the place, or of the character when it is no word.
    fn wrong<T>(&self, message: impl Into<String>) -> Result<T, SyntaxError> {
        let length = match self.word() {
            "" => self.peek().map_or(0, char::len_utf8),
            word => word.len(),
        };
        Err(SyntaxError::new(self.at, self.at + length, message))
    }

    fn no_operator<T>(&self) -> Result<T, SyntaxError> {
        match self.word() {
            "and" => self.wrong("expected an operator, found `and`; it is written AND"),
            "or" => self.wrong("expected an operator, found `or`; it is written OR"),
            "" if self.peek() == Some('=') => self.wrong("`=` is no operator; equality is written =="),
            "" => self.wrong("expected an operator"),
            word => self.wrong(format!("expected an operator, found `{word}`")),
        }
    }

    fn deeper(&mut self) -> Result<(), SyntaxError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.wrong(format!("expressions nest {MAX_NESTING} deep at most"));
        }
        Ok(())
    }

    /// Operands with the operators between them that bind stronger than `weakest`.
    fn operation(&mut self, weakest: u8) -> Result<Node, SyntaxError> {
        self.deeper()?;
        let mut left = self.operand()?;
        loop {
            self.blanks();
            let Some((length, operator)) = self.operator() else { break };
            let strength = operator.strength();
            if strength <= weakest {
                break;
            }
            self.at += length;
            let right = self.operation(strength - u8::from(operator.is_right_associative()))?;
            let (at, end) = (left.at, right.end);
            left = Node { at, end, piece: Piece::Operation(operator, Box::new(left), Box::new(right)) };
        }
        self.nesting -= 1;
        Ok(left)
    }

    /// The operator at the place, and how many bytes it has.
    fn operator(&self) -> Option<(usize, Operator)> {
        match self.word() {
            "AND" => Some((3, Operator::And)),
            "OR" => Some((2, Operator::Or)),
            "" => {
                let found = SIGNS.iter().find(|(sign, _)| self.rest().starts_with(sign))?;
                Some((found.0.len(), found.1))
            }
            _ => None,
        }
    }

    fn operand(&mut self) -> Result<Node, SyntaxError> {
        self.blanks();
        let at = self.at;
        let piece = match self.peek() {
            None => return self.wrong("expected a metric, a number or a function, found the end"),
            Some('-') => {
                self.at += 1;
                let inner = self.operation(Operator::NEGATIVE)?;
                Piece::Negative(Box::new(inner))
            }
            Some('(') => {
                self.at += 1;
                let inner = self.operation(0)?;
                self.close(at, ')')?;
                return Ok(Node { at, end: self.at, ..inner });
            }
            Some('[') => {
                self.at += 1;
                let members = self.members(at, ']')?;
                if members.is_empty() {
                    return Err(SyntaxError::new(at, self.at, "a list has one member at least"));
                }
                Piece::List(members)
            }
            Some('"' | '\'') => Piece::Text(self.quoted()?),
            Some(found) if found.is_ascii_digit() || found == '.' => Piece::Number(self.number()?),
            Some(found) if found.is_ascii_lowercase() => self.id()?,
            Some(found) if found.is_ascii_uppercase() => self.capitals()?,
            Some(_) => return self.wrong("expected a metric, a number or a function"),
        };
        Ok(Node { at, end: self.at, piece })
    }

    fn number(&mut self) -> Result<f64, SyntaxError> {
        let rest = self.rest().as_bytes();
        let digits = |from: usize| rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut length = digits(0);
        if rest.get(length) == Some(&b'.') {
            length += 1 + digits(length + 1);
        }
        if matches!(rest.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits((length + 1 + sign).min(rest.len()));
            length += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        let text = &self.rest()[..length];
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.at += length;
                Ok(number)
            }
            _ => Err(SyntaxError::new(self.at, self.at + length.max(1), format!("`{text}` is no number"))),
        }
    }

    /// An Id: a lower-case letter, then letters, digits and underscores.
    fn id(&mut self) -> Result<Piece, SyntaxError> {
        let word = self.word();
        if self.rest()[word.len()..].trim_start().starts_with('(') {
            let upper = word.to_ascii_uppercase();
            return match Function::of(&upper) {
                Some(_) => self.wrong(format!("functions are written in capitals: {upper}")),
                None => self.unknown_function(&upper, word),
            };
        }
        self.at += word.len();
        Ok(Piece::Id(word.to_owned()))
    }

    fn unknown_function<T>(&self, upper: &str, word: &str) -> Result<T, SyntaxError> {
        self.wrong(format!("there is no function `{word}`{}", advice(upper, Function::names())))
    }

    /// A function with its arguments, or a word that a function takes.
    fn capitals(&mut self) -> Result<Piece, SyntaxError> {
        let word = self.word();
        let start = self.at;
        if !self.rest()[word.len()..].trim_start().starts_with('(') {
            if matches!(word, "AND" | "OR") {
                return self.wrong(format!("expected a metric, a number or a function before {word}"));
            }
            self.at += word.len();
            return Ok(Piece::Word(word.to_owned()));
        }
        let Some(function) = Function::of(word) else { return self.unknown_function(word, word) };
        self.at += word.len();
        self.blanks();
        let open = self.at;
        self.at += 1;
        let arguments = self.members(open, ')')?;
        let (fewest, most) = function.arguments();
        if !(fewest..=most).contains(&arguments.len()) {
            let wanted = match (fewest, most) {
                (1, 1) => "1 argument".to_owned(),
                (fewest, usize::MAX) => format!("{fewest} arguments or more"),
                (fewest, most) if fewest == most => format!("{fewest} arguments"),
                (fewest, most) => format!("{fewest} to {most} arguments"),
            };
            let message = format!("{word} takes {wanted}, not {}", arguments.len());
            return Err(SyntaxError::new(start, self.at, message));
        }
        Ok(Piece::Call(function, arguments))
    }

    /// What stands between an opening, which was read, and its end, which is read too.
    fn members(&mut self, open: usize, end: char) -> Result<Vec<Node>, SyntaxError> {
        let mut members = Vec::new();
        self.blanks();
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(members);
        }
        loop {
            members.push(self.operation(0)?);
            self.blanks();
            if self.peek() != Some(',') {
                self.close(open, end)?;
                return Ok(members);
            }
            self.at += 1;
        }
    }

    fn close(&mut self, open: usize, end: char) -> Result<(), SyntaxError> {
        self.blanks();
        match self.peek() {
            Some(found) if found == end => {
                self.at += 1;
                Ok(())
            }
            None => Err(SyntaxError::new(open, open + 1, format!("this is not closed: `{end}` is missing"))),
            Some(')' | ']' | ',') => self.wrong(format!("expected `{end}`")),
            Some(_) => self.no_operator(),
        }
    }

    /// What is between two quotes of a kind. A backslash keeps the character after it.
    fn quoted(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let mut chars = self.rest().char_indices();
        let quote = chars.next().map(|(_, quote)| quote);
        let mut text = String::new();
        while let Some((offset, found)) = chars.next() {
            match found {
                found if Some(found) == quote => {
                    self.at = start + offset + found.len_utf8();
                    return Ok(text);
                }
                '\\' => text.extend(chars.next().map(|(_, kept)| kept)),
                found => text.push(found),
            }
        }
        Err(SyntaxError::new(start, start + 1, "a text without its closing quote"))
    }
}
