//! The expressions of one request or alarm, which may use each other in any order: checked together, computed in turn.

use std::collections::{BTreeMap, BTreeSet};

use super::value::{Inputs, Value};
use super::{Expression, SyntaxError};
use crate::near::advice;

/// Characters of an Id.
const MAX_ID: usize = 255;

/// Expressions that can be computed: every Id they name is there, and none needs itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// With their Ids, each after those that it uses.
    expressions: Vec<(String, Expression)>,
}

/// What is wrong with one of the expressions, or with an Id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {error}")]
pub struct ProgramFault {
    pub id: String,
    /// Its place is one in the text of the expression.
    pub error: SyntaxError,
}

impl Program {
    /// From the Ids of the metrics, and the Id and the text of every expression. All faults at once.
    pub fn new(metrics: &[&str], expressions: &[(&str, &str)]) -> Result<Self, Vec<ProgramFault>> {
        let mut faults = Vec::new();
        let mut add = |id: &str, error: SyntaxError| faults.push(ProgramFault { id: id.to_owned(), error });
        let ids: Vec<&str> = metrics.iter().copied().chain(expressions.iter().map(|(id, _)| *id)).collect();
        let mut known = BTreeSet::new();
        for id in &ids {
            if !is_id(id) {
                let message = format!(
                    "an Id begins with a lower-case letter, and goes on with letters, digits and underscores, \
                     {MAX_ID} characters in all"
                );
                add(id, SyntaxError::new(0, 0, message));
            }
            if !known.insert(*id) {
                add(id, SyntaxError::new(0, 0, "the Id is given more than once"));
            }
        }
        let mut parsed = Vec::new();
        for (id, text) in expressions {
            match Expression::parse(text) {
                Err(error) => add(id, error),
                Ok(expression) => {
                    for (name, at, end) in expression.named() {
                        if !known.contains(name) {
                            let near = advice(name, ids.iter().copied().filter(|other| other != id));
                            let message =
                                format!("there is no metric or expression with the Id `{name}`{near}");
                            add(id, SyntaxError::new(at, end, message));
                        }
                    }
                    parsed.push(((*id).to_owned(), expression));
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        in_order(metrics, parsed).map(|expressions| Program { expressions })
    }

    /// With their Ids, in an order in which they can be computed.
    pub fn expressions(&self) -> impl Iterator<Item = (&str, &Expression)> {
        self.expressions.iter().map(|(id, expression)| (id.as_str(), expression))
    }

    /// The result of every expression. `inputs` has the metrics, and gets the results.
    pub fn run<'a>(&'a self, inputs: &mut Inputs<'a>) -> BTreeMap<&'a str, Result<Value<'a>, SyntaxError>> {
        let mut results: BTreeMap<&str, Result<Value, SyntaxError>> = BTreeMap::new();
        for (id, expression) in self.expressions() {
            let failed = expression.named().find(|(name, ..)| matches!(results.get(name), Some(Err(_))));
            let result = match failed {
                Some((name, at, end)) => {
                    Err(SyntaxError::new(at, end, format!("`{name}` has no result to go on with")))
                }
                None => expression.evaluate(inputs),
            };
            if let Ok(value) = &result {
                inputs.result(id, value.clone());
            }
            results.insert(id, result);
        }
        results
    }
}

fn is_id(id: &str) -> bool {
    let letters = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    letters && id.len() <= MAX_ID && id.starts_with(|first: char| first.is_ascii_lowercase())
}

/// Each after those that it uses; those that never come to their turn use themselves, directly or through others.
fn in_order(
    metrics: &[&str],
    mut waiting: Vec<(String, Expression)>,
) -> Result<Vec<(String, Expression)>, Vec<ProgramFault>> {
    let mut done: BTreeSet<String> = metrics.iter().map(|id| (*id).to_owned()).collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let is_ready =
            |(_, expression): &(String, Expression)| expression.named().all(|(name, ..)| done.contains(name));
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_ready);
        if ready.is_empty() {
            let fault = |(id, expression): &(String, Expression)| {
                let open = expression.named().find(|(name, ..)| !done.contains(*name));
                let (name, at, end) = open.unwrap_or_default();
                let message = format!("it needs `{name}`, which needs it in turn or is in a cycle itself");
                ProgramFault { id: id.clone(), error: SyntaxError::new(at, end, message) }
            };
            return Err(rest.iter().map(fault).collect());
        }
        done.extend(ready.iter().map(|(id, _)| id.clone()));
        ordered.extend(ready);
        waiting = rest;
    }
    Ok(ordered)
}
