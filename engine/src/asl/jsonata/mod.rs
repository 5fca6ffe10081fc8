//! JSONata as the service has it: the only room that knows the crate `jsonata-core`. Here are compiling, what a field
//! may hold and the causes of failures. What does not compile: `syntax` has the words, `grammar` and `refusal` what the
//! crate takes and the service does not. `needs` is what an expression reads; `guard` the bounds woven into one;
//! `steps` and `work` what it does and makes;
//! `functions` the service's own functions and `library` those that the crate has otherwise; `explain` and `words` why
//! an evaluation failed; `convert` the way of values in and out. Clock and randomness come in; what never ends is ended.

mod convert;
mod dates;
mod explain;
mod functions;
mod grammar;
mod guard;
mod library;
mod needs;
mod numerals;
mod operators;
mod refusal;
mod replace;
mod signature;
mod steps;
mod syntax;
mod tree;
mod url;
mod words;
mod work;

#[cfg(test)]
mod tests;

use std::fmt;

use jiff::Timestamp;
use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use serde_json::Value;

use super::context::Context as ContextObject;
use super::failure::{Failure, QUERY_EVALUATION_ERROR};
use super::scope::Variables;
use crate::random::Random;
use explain::Explained;
use needs::Needs;

/// Grows the stack for values that are nested deeply.
pub(in crate::asl) use jsonata_core::value::with_stack;

pub const INVALID_JSONATA_EXPRESSION: &str = "INVALID_JSONATA_EXPRESSION";
pub const UNSUPPORTED_JSONATA_EXPRESSION: &str = "UNSUPPORTED_JSONATA_EXPRESSION";

/// Levels of evaluation, leaves not counted: with them the service has 100 (measured by others).
const MAX_DEPTH: usize = 99;
/// Elements of one sequence (measured by others).
const MAX_SEQUENCE: usize = 873_782;
/// What an evaluation may take, in milliseconds. The service's own bound is near; nothing that ends comes close.
const MAX_TIME: u64 = 5_000;

/// A compiled expression. `Display` gives back its text, without the marks.
#[derive(Debug, Clone)]
pub struct Expression {
    source: String,
    tree: AstNode,
    needs: Needs,
}

/// Why an expression is refused when its machine is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

/// What an expression can see.
#[derive(Clone, Copy)]
pub struct Bindings<'a> {
    /// `$states.input`
    pub input: &'a Value,
    /// `$states.context`
    pub context: &'a ContextObject,
    /// `$states.result`, where there is one.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`, in a catcher.
    pub error_output: Option<&'a Value>,
    pub variables: &'a Variables,
    /// What `$now()` and `$millis()` say.
    pub now: Timestamp,
}

/// What a field must hold, in the words of the service's causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Array,
    Boolean,
    Number,
    Object,
    String,
}

impl Expression {
    /// Compiles the text between the marks. Blanks around it are no part of it.
    pub fn compile(source: &str) -> Result<Self, Refusal> {
        let source = source.trim();
        let tree = parser::parse(source).map_err(|error| Refusal {
            code: INVALID_JSONATA_EXPRESSION,
            message: syntax::words(&error, source),
        })?;
        if let Some(message) = grammar::fault(&tree) {
            return Err(Refusal { code: INVALID_JSONATA_EXPRESSION, message });
        }
        if let Some(refusal) = refusal::of(&tree) {
            return Err(refusal);
        }
        let needs = Needs::of(&tree);
        let tree = library::weave(tree, needs.bound());
        let tree = if needs.can_repeat() { steps::weave(guard::weave(tree)) } else { tree };
        Ok(Expression { source: source.to_owned(), tree, needs })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the variables that the expression reads and does not bind itself.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.needs.variables()
    }

    /// Whether the expression reads `$states.FIELD`, or `$states` as a whole.
    pub fn reads_states(&self, field: &str) -> bool {
        self.needs.reads_states(field)
    }

    /// Evaluates for a field (`Output/x`, `Items`). Undefined, functions and every error are failures, whose causes
    /// are the service's.
    pub fn evaluate(
        &self,
        bindings: &Bindings<'_>,
        random: &mut Random,
        field: &str,
    ) -> Result<Value, Failure> {
        self.evaluate_within(MAX_TIME, bindings, random).map_err(|trouble| self.failure(field, &trouble))
    }

    /// Evaluates for a field that holds one kind of value only.
    pub fn evaluate_as(
        &self,
        kind: Kind,
        bindings: &Bindings<'_>,
        random: &mut Random,
        field: &str,
    ) -> Result<Value, Failure> {
        let value = self.evaluate(bindings, random, field)?;
        if kind.is(&value) { Ok(value) } else { Err(self.unexpected(kind, &value, field)) }
    }

    /// The failure of a field whose value is of a kind that it cannot hold.
    pub fn unexpected(&self, kind: Kind, value: &Value, field: &str) -> Failure {
        let what = format!(
            "returned an unexpected result type. Expected '{kind}', but was '{}' for value: {value}",
            kind_of(value)
        );
        self.failure(field, &Trouble(what))
    }

    fn evaluate_within(
        &self,
        time: u64,
        bindings: &Bindings<'_>,
        random: &mut Random,
    ) -> Result<Value, Trouble> {
        let seed = if self.needs.draws() { random.bytes() } else { [0; 32] };
        let result = self.run(&self.tree, Limits { time, depth: MAX_DEPTH }, bindings, seed, None).map_err(
            |error| {
                Trouble(words::threw(&match words::is_limit(error.message()) {
                    true => words::of_evaluator(error.message()),
                    false => self.explain(time, bindings, seed, &error),
                }))
            },
        )?;
        match convert::from_jsonata(&result) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(Trouble("returned nothing (undefined).".to_owned())),
            Err(convert::NoJson::Function) => Err(Trouble("returned an unsupported result type.".to_owned())),
            Err(convert::NoJson::TooLarge) => Err(Trouble(words::threw(words::TOO_LARGE))),
        }
    }

    fn run(
        &self,
        tree: &AstNode,
        limits: Limits,
        bindings: &Bindings<'_>,
        seed: [u8; 32],
        explained: Option<&Explained>,
    ) -> Result<JValue, EvaluatorError> {
        let options = EvaluatorOptions {
            timeout_ms: Some(limits.time),
            max_stack_depth: Some(limits.depth),
            max_sequence_length: Some(MAX_SEQUENCE),
            ..EvaluatorOptions::default()
        };
        let mut context = Context::new();
        self.needs.bind(bindings, &mut context);
        let mut evaluator = Evaluator::with_options(context, options);
        functions::register(&mut evaluator, &self.needs, bindings.now, seed)?;
        if let Some(explained) = explained {
            explained.register(&mut evaluator)?;
        }
        evaluator.evaluate(tree, &JValue::Undefined)
    }

    /// The words of an error, from a second evaluation that looks for them. What it adds to an expression has levels
    /// of its own.
    fn explain(&self, time: u64, bindings: &Bindings<'_>, seed: [u8; 32], error: &EvaluatorError) -> String {
        let explained = Explained::of(&self.tree);
        let limits = Limits { time, depth: 4 * MAX_DEPTH };
        match self.run(&explained.tree, limits, bindings, seed, Some(&explained)) {
            Err(again) if !words::is_limit(again.message()) => explained.words(again.message()),
            _ => words::of_evaluator(error.message()),
        }
    }

    fn failure(&self, field: &str, trouble: &Trouble) -> Failure {
        let cause = format!(
            "The JSONata expression '{}' specified for the field '{field}' {}",
            self.source, trouble.0
        );
        Failure { location: Some(field.to_owned()), ..Failure::new(QUERY_EVALUATION_ERROR, cause) }
    }
}

/// What one evaluation may take: milliseconds, levels.
#[derive(Clone, Copy)]
struct Limits {
    time: u64,
    depth: usize,
}

/// What a cause says after the name of the field.
struct Trouble(String);

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl Kind {
    fn is(self, value: &Value) -> bool {
        kind_of(value) == self.word()
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Array => "array",
            Kind::Boolean => "boolean",
            Kind::Number => "number",
            Kind::Object => "object",
            Kind::String => "string",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
