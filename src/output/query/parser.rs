//! Top-down operator precedence parsing of a query.

use super::Fault;
use super::functions::{self, Function};
use super::lexer::{Token, tokens};
use super::node::{Argument, Node, Parts, Slice};

/// The syntax tree is walked by recursion, so its depth must have a bound: chains by the number of tokens, ...
const MOST_TOKENS: usize = 500;
/// ... nesting, which costs the parser several frames a level, by this.
const DEEPEST: usize = 60;

/// How strongly an operator binds to what is left of it.
mod power {
    pub(super) const NONE: u8 = 0;
    pub(super) const PIPE: u8 = 1;
    pub(super) const OR: u8 = 2;
    pub(super) const AND: u8 = 3;
    pub(super) const COMPARE: u8 = 5;
    pub(super) const FLATTEN: u8 = 9;
    /// Operators below end a projection.
    pub(super) const PROJECTION_END: u8 = 10;
    pub(super) const STAR: u8 = 20;
    pub(super) const FILTER: u8 = 21;
    pub(super) const DOT: u8 = 40;
    pub(super) const NOT: u8 = 45;
    pub(super) const BRACKET: u8 = 55;
}

pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let tokens = tokens(text)?;
    if let Some((at, _)) = tokens.get(MOST_TOKENS) {
        return Err(Fault::new(*at, format!("a query has at most {MOST_TOKENS} names and signs")));
    }
    let mut parser = Parser { tokens, position: 0, depth: 0 };
    let root = parser.expression(power::NONE)?;
    match parser.peek() {
        Token::End => Ok(root),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    position: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.peek_after(0)
    }

    fn peek_after(&self, count: usize) -> &Token {
        self.tokens.get(self.position + count).map_or(&Token::End, |(_, token)| token)
    }

    /// Where the next token stands.
    fn at(&self) -> usize {
        self.tokens.get(self.position).or(self.tokens.last()).map_or(0, |(at, _)| *at)
    }

    fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.position += 1;
        token
    }

    fn accept(&mut self, symbol: &'static str) -> bool {
        let accepted = *self.peek() == Token::Symbol(symbol);
        if accepted {
            self.position += 1;
        }
        accepted
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), Fault> {
        if self.accept(symbol) { Ok(()) } else { Err(self.unexpected(&format!("'{symbol}'"))) }
    }

    fn unexpected(&self, expected: &str) -> Fault {
        Fault::new(self.at(), format!("expected {expected}, found {}", self.peek()))
    }

    /// An expression whose operators bind more strongly than `least`.
    fn expression(&mut self, least: u8) -> Result<Node, Fault> {
        if self.depth >= DEEPEST {
            return Err(Fault::new(self.at(), format!("a query is nested at most {DEEPEST} levels deep")));
        }
        self.depth += 1;
        let mut left = self.operand()?;
        while least < self.left_power() {
            left = self.operator(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn left_power(&self) -> u8 {
        match self.peek() {
            Token::Compare(_) => power::COMPARE,
            Token::Symbol("|") => power::PIPE,
            Token::Symbol("||") => power::OR,
            Token::Symbol("&&") => power::AND,
            Token::Symbol("[]") => power::FLATTEN,
            Token::Symbol("[?") => power::FILTER,
            Token::Symbol(".") => power::DOT,
            Token::Symbol("[") => power::BRACKET,
            _ => power::NONE,
        }
    }

    /// What can begin an expression.
    fn operand(&mut self) -> Result<Node, Fault> {
        let at = self.at();
        match self.peek().clone() {
            Token::Name(name) => {
                self.advance();
                if self.accept("(") { self.call(&name, at) } else { Ok(Node::Field(name)) }
            }
            Token::Quoted(name) => {
                self.advance();
                match self.peek() {
                    Token::Symbol("(") => Err(Fault::new(at, "a function's name is written without quotes")),
                    _ => Ok(Node::Field(name)),
                }
            }
            Token::Literal(value) => {
                self.advance();
                Ok(Node::Literal(value))
            }
            Token::Symbol(symbol @ ("[]" | "[?" | "[")) => self.bracket(symbol),
            Token::Symbol("*") => {
                self.advance();
                self.project(Node::Current, Parts::Members, power::STAR)
            }
            Token::Symbol("@") => {
                self.advance();
                Ok(Node::Current)
            }
            Token::Symbol("!") => {
                self.advance();
                Ok(Node::Not(Box::new(self.expression(power::NOT)?)))
            }
            Token::Symbol("(") => {
                self.advance();
                let inner = self.expression(power::NONE)?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Symbol("{") => {
                self.advance();
                self.hash()
            }
            Token::Number(number) => {
                Err(self.unexpected(&format!("an expression (a number is written `{number}`)")))
            }
            _ => Err(self.unexpected("an expression")),
        }
    }

    /// A bracket that begins an expression: a list of expressions, or any of those that can follow one.
    fn bracket(&mut self, symbol: &'static str) -> Result<Node, Fault> {
        let selects = match (self.peek_after(1), self.peek_after(2)) {
            _ if symbol != "[" => true,
            (Token::Number(_) | Token::Symbol(":"), _) => true,
            (Token::Symbol("*"), next) => *next == Token::Symbol("]"),
            _ => false,
        };
        if selects {
            return self.operator(Node::Current);
        }
        self.advance();
        self.list()
    }

    /// An operator that follows `left`, with its right side.
    fn operator(&mut self, left: Node) -> Result<Node, Fault> {
        let right = |parser: &mut Self, power| parser.expression(power).map(Box::new);
        match self.advance() {
            Token::Compare(symbol) => {
                Ok(Node::Compare(symbol.comparison(), Box::new(left), right(self, power::COMPARE)?))
            }
            Token::Symbol("|") => Ok(Node::Then(Box::new(left), right(self, power::PIPE)?)),
            Token::Symbol("||") => Ok(Node::Or(Box::new(left), right(self, power::OR)?)),
            Token::Symbol("&&") => Ok(Node::And(Box::new(left), right(self, power::AND)?)),
            Token::Symbol("[]") => self.project(left, Parts::Flattened, power::FLATTEN),
            Token::Symbol("[?") => {
                let condition = self.expression(power::NONE)?;
                self.expect("]")?;
                self.project(left, Parts::Matching(Box::new(condition)), power::FILTER)
            }
            Token::Symbol(".") if self.accept("*") => self.project(left, Parts::Members, power::STAR),
            Token::Symbol(".") => Ok(Node::Then(Box::new(left), Box::new(self.after_dot(power::DOT)?))),
            _ => self.selection(left),
        }
    }

    /// `0]`, `*]` or `1:2]` after a bracket.
    fn selection(&mut self, left: Node) -> Result<Node, Fault> {
        if self.accept("*") {
            self.expect("]")?;
            return self.project(left, Parts::Elements, power::STAR);
        }
        let start = self.number();
        if let (Some(index), true) = (start, self.accept("]")) {
            return Ok(Node::Then(Box::new(left), Box::new(Node::Index(index))));
        }
        if !self.accept(":") {
            return Err(self.unexpected(if start.is_some() { "']' or ':'" } else { "a number, '*' or ':'" }));
        }
        let stop = self.number();
        let at = self.at();
        let step = if self.accept(":") { self.number() } else { None };
        self.expect("]")?;
        if step == Some(0) {
            return Err(Fault::new(at, "the step of a slice cannot be 0"));
        }
        self.project(left, Parts::Slice(Slice { start, stop, step: step.unwrap_or(1) }), power::STAR)
    }

    fn number(&mut self) -> Option<i64> {
        match *self.peek() {
            Token::Number(number) => {
                self.position += 1;
                Some(number)
            }
            _ => None,
        }
    }

    fn project(&mut self, from: Node, parts: Parts, power: u8) -> Result<Node, Fault> {
        let each = match self.peek() {
            _ if self.left_power() < power::PROJECTION_END => Node::Current,
            Token::Symbol(".") => {
                self.advance();
                self.after_dot(power)?
            }
            _ => self.expression(power)?,
        };
        Ok(Node::Project { from: Box::new(from), parts, each: Box::new(each) })
    }

    fn after_dot(&mut self, power: u8) -> Result<Node, Fault> {
        match self.peek() {
            Token::Name(_) | Token::Quoted(_) | Token::Symbol("*" | "{") => self.expression(power),
            Token::Symbol("[") => {
                self.advance();
                self.list()
            }
            _ => Err(self.unexpected("a name, '*', '[' or '{'")),
        }
    }

    /// `a, b]`
    fn list(&mut self) -> Result<Node, Fault> {
        let mut elements = vec![self.expression(power::NONE)?];
        while self.accept(",") {
            elements.push(self.expression(power::NONE)?);
        }
        if self.accept("]") { Ok(Node::List(elements)) } else { Err(self.unexpected("',' or ']'")) }
    }

    /// `a: x, b: y}`
    fn hash(&mut self) -> Result<Node, Fault> {
        let mut members = Vec::new();
        loop {
            let (Token::Name(key) | Token::Quoted(key)) = self.peek().clone() else {
                return Err(self.unexpected("a key"));
            };
            self.advance();
            self.expect(":")?;
            members.push((key, self.expression(power::NONE)?));
            if self.accept("}") {
                return Ok(Node::Hash(members));
            }
            if !self.accept(",") {
                return Err(self.unexpected("',' or '}'"));
            }
        }
    }

    /// `a, &b)`
    fn call(&mut self, name: &str, at: usize) -> Result<Node, Fault> {
        let function = functions::find(name).map_err(|message| Fault::new(at, message))?;
        let mut arguments = Vec::new();
        if !self.accept(")") {
            loop {
                arguments.push(self.argument(function, arguments.len())?);
                if self.accept(")") {
                    break;
                }
                if !self.accept(",") {
                    return Err(self.unexpected("',' or ')'"));
                }
            }
        }
        function.check_count(arguments.len()).map_err(|message| Fault::new(at, message))?;
        Ok(Node::Call { function, arguments, at })
    }

    fn argument(&mut self, function: &Function, index: usize) -> Result<Argument, Fault> {
        let at = self.at();
        match (self.accept("&"), function.applies(index)) {
            (true, true) => Ok(Argument::Expression(self.expression(power::NONE)?)),
            (false, false) => Ok(Argument::Value(self.expression(power::NONE)?)),
            (true, false) => {
                Err(Fault::new(at, format!("{}() takes a value here, without '&'", function.name)))
            }
            (false, true) => {
                Err(Fault::new(at, format!("{}() takes an expression here: '&name'", function.name)))
            }
        }
    }
}
