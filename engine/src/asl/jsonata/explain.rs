//! Why an evaluation failed. The crate's errors do not name the values at fault, nor always the function; so what failed
//! is evaluated once more, with operators that say it themselves, and with calls that note their arguments: the last
//! call whose arguments are all there is the one that failed.

use std::cell::RefCell;
use std::rc::Rc;

use jsonata_core::ast::{AstNode, BinaryOp, UnaryOp};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::{JValue, with_stack};

use super::library::written;
use super::words::{self, json};
use super::{operators, signature, tree};

/// A name with a blank in it: no expression can spell it.
const NOTED: &str = "noted argument";

/// An expression that explains its failure.
pub(super) struct Explained {
    pub tree: AstNode,
    notes: Rc<RefCell<Notes>>,
}

#[derive(Default)]
struct Notes {
    sites: Vec<Site>,
    /// Calls whose arguments are being evaluated.
    open: Vec<Call>,
    last: Option<Call>,
    /// What sorting compared, of the sort whose term was noted last.
    terms: Vec<JValue>,
}

/// A place in the expression where values are noted.
struct Site {
    /// The function that is called, in quotes; one without a name is none.
    function: String,
    signature: Option<String>,
    count: usize,
}

struct Call {
    site: usize,
    args: Vec<JValue>,
    context: JValue,
}

impl Explained {
    pub(super) fn of(tree: &AstNode) -> Self {
        let mut weaver = Weaver { sites: Vec::new(), signatures: Vec::new() };
        weaver.find_signatures(tree.clone());
        let tree = weaver.node(tree.clone());
        let notes = Notes { sites: weaver.sites, ..Notes::default() };
        Explained { tree, notes: Rc::new(RefCell::new(notes)) }
    }

    pub(super) fn register(&self, evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
        let notes = Rc::clone(&self.notes);
        evaluator.register_fn(NOTED, move |args: &[JValue]| Ok(notes.borrow_mut().note(args)))?;
        operators::register(evaluator)
    }

    /// The words of an error that the evaluation gave, the code before them.
    pub(super) fn words(&self, message: &str) -> String {
        self.notes.borrow().words(message).unwrap_or_else(|| words::of_evaluator(message))
    }
}

impl Notes {
    /// Called with the site, the number of the argument, its value and what `$` is there.
    fn note(&mut self, args: &[JValue]) -> JValue {
        let [JValue::Number(site), JValue::Number(index), value, rest @ ..] = args else {
            return JValue::Undefined;
        };
        let (site, index) = (*site as usize, *index as usize);
        let Some(count) = self.sites.get(site).map(|site| site.count) else { return value.clone() };
        if index == 0 {
            let context = rest.first().cloned().unwrap_or(JValue::Undefined);
            self.open.push(Call { site, args: Vec::with_capacity(count), context });
        }
        if count > 0
            && let Some(call) = self.open.last_mut()
        {
            call.args.push(value.clone());
        }
        if index + 1 >= count
            && let Some(call) = self.open.pop()
        {
            if self.sites[call.site].function == TERM {
                if self.last.as_ref().is_none_or(|last| last.site != call.site) {
                    self.terms.clear();
                }
                self.terms.extend(call.args.first().cloned());
            }
            self.last = Some(call);
        }
        value.clone()
    }

    fn words(&self, message: &str) -> Option<String> {
        let last = self.last.as_ref()?;
        let site = self.sites.get(last.site)?;
        let said = |code: &str, words: String| Some(format!("{code}: {words}"));
        if let Some(code) = ["T0410", "T0411", "T0412"].into_iter().find(|code| message.contains(code)) {
            // Functions of our own say it themselves.
            if message.contains("of function \"") {
                return None;
            }
            let signature = site.signature.as_deref()?;
            return match signature::check(signature, &site.function, &last.args, &last.context) {
                Err(words) => Some(words),
                Ok(_) => signature::fault_within(code, message, &site.function),
            };
        }
        let first = last.args.first().unwrap_or(&last.context);
        match message.get(..5)? {
            "D2014" => {
                let [JValue::Number(from), JValue::Number(to)] = last.args[..] else { return None };
                let count = json(&JValue::Number(to - from + 1.0));
                said(
                    "D2014",
                    format!(
                        "The size of the sequence allocated by the range operator (..) must not exceed 1e6.  Attempted to allocate {count}."
                    ),
                )
            }
            "D3061" => {
                let [base, exponent] = &last.args[..] else { return None };
                said(
                    "D3061",
                    format!(
                        "The power function has resulted in a value that cannot be represented as a JSON number: base={}, exponent={}",
                        json(base),
                        json(exponent)
                    ),
                )
            }
            "T2007" => {
                let is_text = |value: &&JValue| matches!(value, JValue::String(_));
                let text = self.terms.iter().find(is_text)?;
                let number = self.terms.iter().find(|value| matches!(value, JValue::Number(_)))?;
                let (left, right) = if message.ends_with("string") { (number, text) } else { (text, number) };
                said(
                    "T2007",
                    format!(
                        "Type mismatch when comparing values {} and {} in order-by clause",
                        json(left),
                        json(right)
                    ),
                )
            }
            "T2011" => said(
                "T2011",
                format!(
                    "The insert/update clause of the transform expression must evaluate to an object: {}",
                    json(first)
                ),
            ),
            "T2012" => said(
                "T2012",
                format!(
                    "The delete clause of the transform expression must evaluate to a string or array of strings: {}",
                    json(first)
                ),
            ),
            _ => None,
        }
    }
}

/// The function of a site that is none: a term of a sort.
const TERM: &str = "sort term";

struct Weaver {
    sites: Vec<Site>,
    /// Of the functions that the expression gives names to.
    signatures: Vec<(String, String)>,
}

impl Weaver {
    fn find_signatures(&mut self, node: AstNode) -> AstNode {
        if let AstNode::Binary { op: BinaryOp::ColonEqual, lhs, rhs } = &node
            && let AstNode::Variable(name) = &**lhs
        {
            let signature = match &**rhs {
                AstNode::Lambda { signature, .. } => signature.clone(),
                AstNode::Variable(other) => signature::of_builtin(written(other)).map(str::to_owned),
                _ => None,
            };
            self.signatures.extend(signature.map(|signature| (name.clone(), signature)));
        }
        tree::map(node, &mut |part| self.find_signatures(part))
    }

    fn node(&mut self, node: AstNode) -> AstNode {
        with_stack(|| self.woven(node))
    }

    fn woven(&mut self, node: AstNode) -> AstNode {
        match node {
            AstNode::Binary { op, lhs, rhs } => self.binary(op, *lhs, *rhs),
            AstNode::Unary { op: UnaryOp::Negate, operand } => {
                tree::call(operators::NEGATED, vec![self.node(*operand)])
            }
            AstNode::Function { name, args, is_builtin } => match self.site(&name, args.len()) {
                Some(_) if args.iter().any(|arg| matches!(arg, AstNode::Placeholder)) => {
                    self.parts(AstNode::Function { name, args, is_builtin })
                }
                Some(site) if args.is_empty() => {
                    let call = AstNode::Function { name, args, is_builtin };
                    AstNode::Block(vec![noted(site, 0, AstNode::Undefined), call])
                }
                Some(site) => AstNode::Function { name, args: self.noted_from(site, 0, args), is_builtin },
                None => self.parts(AstNode::Function { name, args, is_builtin }),
            },
            AstNode::Call { procedure, args } if !args.is_empty() => match &*procedure {
                AstNode::Lambda { signature: Some(signature), .. } => {
                    let site = self.add("undefined".to_owned(), Some(signature.clone()), args.len());
                    let args = self.noted_from(site, 0, args);
                    AstNode::Call { procedure: Box::new(self.node(*procedure)), args }
                }
                _ => self.parts(AstNode::Call { procedure, args }),
            },
            AstNode::Transform { location, update, delete } => AstNode::Transform {
                location: Box::new(self.node(*location)),
                update: Box::new(self.alone("", *update)),
                delete: delete.map(|delete| Box::new(self.alone("", *delete))),
            },
            AstNode::Sort { input, terms } => AstNode::Sort {
                input: Box::new(self.node(*input)),
                terms: terms.into_iter().map(|(term, up)| (self.alone(TERM, term), up)).collect(),
            },
            other => self.parts(other),
        }
    }

    fn binary(&mut self, op: BinaryOp, lhs: AstNode, rhs: AstNode) -> AstNode {
        if let Some(name) = operators::name(op) {
            return tree::call(&name, vec![self.node(lhs), self.node(rhs)]);
        }
        let (lhs, rhs) = match (op, rhs) {
            (BinaryOp::Range, rhs) => {
                let site = self.add(String::new(), None, 2);
                let rhs = self.node(rhs);
                (noted(site, 0, self.node(lhs)), noted(site, 1, rhs))
            }
            (BinaryOp::ChainPipe, AstNode::Variable(name)) => match self.site(&name, 1) {
                Some(site) => (noted(site, 0, self.node(lhs)), AstNode::Variable(name)),
                None => (self.node(lhs), AstNode::Variable(name)),
            },
            (BinaryOp::ChainPipe, AstNode::Function { name, args, is_builtin }) => {
                match self.site(&name, args.len() + 1) {
                    Some(site) => {
                        let args = self.noted_from(site, 1, args);
                        (noted(site, 0, self.node(lhs)), AstNode::Function { name, args, is_builtin })
                    }
                    None => (self.node(lhs), self.parts(AstNode::Function { name, args, is_builtin })),
                }
            }
            // What comes of these is no call, and must not become one.
            (BinaryOp::ChainPipe, rhs @ (AstNode::Unary { .. } | AstNode::Binary { .. })) => {
                (self.node(lhs), AstNode::Block(vec![self.node(rhs)]))
            }
            (_, rhs) => (self.node(lhs), self.node(rhs)),
        };
        AstNode::Binary { op, lhs: Box::new(lhs), rhs: Box::new(rhs) }
    }

    fn parts(&mut self, node: AstNode) -> AstNode {
        tree::map(node, &mut |part| self.node(part))
    }

    /// The site of a call, when it is known what the function takes.
    fn site(&mut self, name: &str, count: usize) -> Option<usize> {
        let name = written(name);
        let own =
            self.signatures.iter().find(|(known, _)| known == name).map(|(_, signature)| signature.clone());
        let signature = own.or_else(|| signature::of_builtin(name).map(str::to_owned))?;
        Some(self.add(words::quoted(name), Some(signature), count))
    }

    fn add(&mut self, function: String, signature: Option<String>, count: usize) -> usize {
        self.sites.push(Site { function, signature, count });
        self.sites.len() - 1
    }

    fn alone(&mut self, function: &str, node: AstNode) -> AstNode {
        let site = self.add(function.to_owned(), None, 1);
        noted(site, 0, self.node(node))
    }

    fn noted_from(&mut self, site: usize, first: usize, args: Vec<AstNode>) -> Vec<AstNode> {
        let args = args.into_iter().enumerate();
        args.map(|(index, arg)| noted(site, first + index, self.node(arg))).collect()
    }
}

fn noted(site: usize, index: usize, value: AstNode) -> AstNode {
    let number = |number: usize| AstNode::Number(number as f64);
    tree::call(NOTED, vec![number(site), number(index), value, AstNode::Variable(String::new())])
}
