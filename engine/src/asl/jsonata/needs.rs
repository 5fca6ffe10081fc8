//! What an expression reads: which variables, which parts of `$states`, which functions. Only that is converted and
//! bound, so that a large context costs nothing to an expression that takes one field of it.

use std::collections::{BTreeMap, BTreeSet};

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::evaluator::Context;
use jsonata_core::value::{JValue, with_stack};
use serde_json::Value;

use super::Bindings;
use super::convert::to_jsonata;
use super::{library, signature};
use crate::asl::context::Node;

/// Functions that are the service's own, or have no signature; and the one that the service has taken away.
const OWN: [&str; 7] = ["eval", "hash", "parse", "partition", "random", "range", "uuid"];

fn is_function(name: &str) -> bool {
    signature::of_builtin(name).is_some() || OWN.contains(&name)
}

#[derive(Debug, Clone, Default)]
pub(super) struct Needs {
    /// Every `$name` but `$states`, called or not.
    names: BTreeSet<String>,
    /// Those that are read as values.
    reads: BTreeSet<String>,
    /// Those that the expression itself gives a value somewhere. They may be read before that, or elsewhere.
    bound: BTreeSet<String>,
    states: Wanted,
    repeats: bool,
    looks_back: bool,
    ranges: bool,
}

/// Which fields below a value are read; all of it when there are none.
#[derive(Debug, Clone, Default)]
struct Wanted {
    is_read: bool,
    is_whole: bool,
    fields: BTreeMap<String, Wanted>,
}

impl Wanted {
    fn add(&mut self, names: &[&str]) {
        self.is_read = true;
        match names.split_first() {
            Some((name, rest)) => self.fields.entry((*name).to_owned()).or_default().add(rest),
            None => self.is_whole = true,
        }
    }

    /// The wanted parts of an object; whatever is no object is taken whole.
    fn of(&self, value: &Value) -> JValue {
        match value {
            Value::Object(fields) if !self.is_whole => JValue::object(
                self.fields
                    .iter()
                    .filter_map(|(name, wanted)| Some((name.clone(), wanted.of(fields.get(name)?))))
                    .collect(),
            ),
            _ => to_jsonata(value),
        }
    }

    /// The wanted parts of the context object.
    fn of_node(&self, node: &Node) -> JValue {
        match node {
            Node::Object(fields) => JValue::object(
                fields
                    .iter()
                    .filter_map(|(name, field)| {
                        let wanted = if self.is_whole { self } else { self.fields.get(*name)? };
                        Some(((*name).to_owned(), wanted.of_node(field)))
                    })
                    .collect(),
            ),
            Node::Value(value) => self.of(value),
            Node::Payload(payload) => self.of(payload.value()),
        }
    }
}

impl Needs {
    pub(super) fn of(tree: &AstNode) -> Self {
        let mut needs = Needs::default();
        let mut bound = BTreeSet::new();
        needs.node(tree, &mut bound);
        needs.bound = bound;
        if needs.looks_back && needs.states.is_read {
            needs.states.is_whole = true;
        }
        needs
    }

    /// Whether something in the expression can run more often than it is written, or on what an earlier part made.
    pub(super) fn can_repeat(&self) -> bool {
        self.repeats
    }

    pub(super) fn has_ranges(&self) -> bool {
        self.ranges
    }

    /// The names that the expression gives a value itself.
    pub(super) fn bound(&self) -> &BTreeSet<String> {
        &self.bound
    }

    pub(super) fn mentions(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether the expression draws.
    pub(super) fn draws(&self) -> bool {
        ["random", "uuid", "shuffle"].iter().any(|name| self.mentions(name))
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        let is_variable = |name: &&str| !name.is_empty() && !is_function(name);
        self.reads.difference(&self.bound).map(String::as_str).filter(is_variable)
    }

    pub(super) fn reads_states(&self, field: &str) -> bool {
        self.states.is_whole || self.states.fields.contains_key(field)
    }

    pub(super) fn bind(&self, bindings: &Bindings<'_>, context: &mut Context) {
        if self.mentions("eval") {
            context.bind("eval".to_owned(), JValue::Undefined);
        }
        for name in &self.names {
            let Some(value) = bindings.variables.get(name) else { continue };
            let value = to_jsonata(value);
            for other in library::names(name).into_iter().flatten() {
                context.bind(other, value.clone());
            }
            context.bind(name.clone(), value);
        }
        if !self.states.is_read {
            return;
        }
        let whole = Wanted { is_read: true, is_whole: true, fields: BTreeMap::new() };
        let wanted =
            |name: &str| if self.states.is_whole { Some(&whole) } else { self.states.fields.get(name) };
        let part = |name: &str, value: Option<&Value>| {
            wanted(name).zip(value).map(|(wanted, value)| (name.to_owned(), wanted.of(value)))
        };
        let states = [
            part("input", Some(bindings.input)),
            wanted("context").map(|wanted| ("context".to_owned(), wanted.of_node(bindings.context.root()))),
            part("result", bindings.result),
            part("errorOutput", bindings.error_output),
        ];
        context.bind("states".to_owned(), JValue::object(states.into_iter().flatten().collect()));
    }

    fn all(&mut self, nodes: &[AstNode], bound: &mut BTreeSet<String>) {
        nodes.iter().for_each(|node| self.node(node, bound));
    }

    fn pairs(&mut self, pairs: &[(AstNode, AstNode)], bound: &mut BTreeSet<String>) {
        for (key, value) in pairs {
            self.node(key, bound);
            self.node(value, bound);
        }
    }

    fn node(&mut self, node: &AstNode, bound: &mut BTreeSet<String>) {
        with_stack(|| self.node_inner(node, bound));
    }

    fn node_inner(&mut self, node: &AstNode, bound: &mut BTreeSet<String>) {
        match node {
            AstNode::Variable(name) if name == "states" => self.states.add(&[]),
            AstNode::Variable(name) => {
                self.names.insert(name.clone());
                self.reads.insert(name.clone());
            }
            AstNode::Path { steps } => self.path(steps, bound),
            AstNode::Binary { op, lhs, rhs } => {
                if *op == BinaryOp::ColonEqual {
                    self.repeats = true;
                    if let AstNode::Variable(name) = lhs.as_ref() {
                        bound.insert(name.clone());
                        return self.node(rhs, bound);
                    }
                }
                self.ranges |= *op == BinaryOp::Range;
                self.node(lhs, bound);
                self.node(rhs, bound);
            }
            AstNode::Unary { operand, .. } => self.node(operand, bound),
            AstNode::Function { name, args, .. } => {
                self.names.insert(name.clone());
                self.all(args, bound);
            }
            AstNode::Call { procedure, args } => {
                self.node(procedure, bound);
                self.all(args, bound);
            }
            AstNode::Lambda { params, body, .. } => {
                self.repeats = true;
                bound.extend(params.iter().cloned());
                self.node(body, bound);
            }
            AstNode::Array(nodes) | AstNode::ArrayGroup(nodes) | AstNode::Block(nodes) => {
                self.all(nodes, bound)
            }
            AstNode::Object(fields) => self.pairs(fields, bound),
            AstNode::ObjectTransform { input, pattern } => {
                self.node(input, bound);
                self.pairs(pattern, bound);
            }
            AstNode::Conditional { condition, then_branch, else_branch } => {
                self.node(condition, bound);
                self.node(then_branch, bound);
                if let Some(branch) = else_branch {
                    self.node(branch, bound);
                }
            }
            AstNode::FunctionApplication(inner) => self.node(inner, bound),
            AstNode::Sort { input, terms } => {
                self.node(input, bound);
                terms.iter().for_each(|(term, _)| self.node(term, bound));
            }
            AstNode::Transform { location, update, delete } => {
                self.node(location, bound);
                self.node(update, bound);
                if let Some(delete) = delete {
                    self.node(delete, bound);
                }
            }
            // Whatever is around a value can be looked at from it.
            AstNode::Parent(_) => self.looks_back = true,
            AstNode::String(_)
            | AstNode::Name(_)
            | AstNode::Number(_)
            | AstNode::Boolean(_)
            | AstNode::Null
            | AstNode::Undefined
            | AstNode::Placeholder
            | AstNode::Regex { .. }
            | AstNode::ParentVariable(_)
            | AstNode::Wildcard
            | AstNode::Descendant => {}
        }
    }

    /// A path that begins at `$states` wants the fields that its plain steps name.
    fn path(&mut self, steps: &[PathStep], bound: &mut BTreeSet<String>) {
        let is_plain = |step: &PathStep| {
            step.stages.is_empty() && step.focus.is_none() && step.index_var.is_none() && !step.is_tuple
        };
        let mut rest = steps;
        if let Some((first, later)) = steps.split_first()
            && matches!(&first.node, AstNode::Variable(name) if name == "states")
            && is_plain(first)
        {
            let mut names = Vec::new();
            for step in later {
                // A name with a predicate is still a name; nothing after it is followed.
                if let AstNode::Name(name) = &step.node {
                    names.push(name.as_str());
                }
                if !matches!(step.node, AstNode::Name(_)) || !is_plain(step) {
                    break;
                }
            }
            self.states.add(&names);
            rest = later;
        }
        // What stands behind a step is done for each of its items.
        self.repeats |= steps.iter().skip(1).any(|step| {
            !matches!(
                step.node,
                AstNode::Name(_) | AstNode::Wildcard | AstNode::Descendant | AstNode::Parent(_)
            )
        });
        for step in rest {
            self.node(&step.node, bound);
            bound.extend(step.focus.clone());
            bound.extend(step.index_var.clone());
            for stage in &step.stages {
                match stage {
                    Stage::Filter(filter) => {
                        self.repeats |= !matches!(**filter, AstNode::Number(_));
                        self.node(filter, bound);
                    }
                    Stage::Index(name) => {
                        bound.insert(name.clone());
                    }
                    Stage::KeepArray => {}
                }
            }
        }
    }
}
