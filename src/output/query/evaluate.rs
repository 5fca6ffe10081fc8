//! What a query gives for a document. Parts of the document are borrowed as long as possible: a query that picks
//! a few fields out of a large answer copies those fields only.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::Fault;
use super::functions::{Arguments, Function, Given};
use super::node::{Argument, Comparison, Node, Parts, Slice};
use crate::output::cell::compare_numbers;

type Found<'v> = Result<Cow<'v, Value>, Fault>;

const NULL: Cow<'static, Value> = Cow::Owned(Value::Null);

/// Only tells the kinds apart: its frame is on the stack once a level, and a chain of names is deep.
pub(super) fn evaluate<'v>(node: &'v Node, current: &'v Value) -> Found<'v> {
    match node {
        Node::Current => Ok(Cow::Borrowed(current)),
        Node::Literal(value) => Ok(Cow::Borrowed(value)),
        Node::Field(name) => Ok(current.get(name).map_or(NULL, Cow::Borrowed)),
        Node::Index(index) => Ok(element(current, *index).map_or(NULL, Cow::Borrowed)),
        Node::Then(left, right) => then(left, right, current),
        Node::Project { from, parts, each } => project(from, parts, each, current),
        Node::Or(left, right) => either(left, right, false, current),
        Node::And(left, right) => either(left, right, true, current),
        Node::Not(inner) => not(inner, current),
        Node::Compare(comparison, left, right) => compare(*comparison, left, right, current),
        Node::List(_) | Node::Hash(_) if current.is_null() => Ok(NULL),
        Node::List(elements) => list(elements, current),
        Node::Hash(members) => hash(members, current),
        Node::Call { function, arguments, at } => call(function, arguments, *at, current),
    }
}

fn then<'v>(left: &'v Node, right: &'v Node, current: &'v Value) -> Found<'v> {
    match evaluate(left, current)? {
        Cow::Borrowed(value) => evaluate(right, value),
        Cow::Owned(value) => evaluate(right, &value).map(|found| Cow::Owned(found.into_owned())),
    }
}

/// The left side, unless its truth is `go_on`: then the right side.
fn either<'v>(left: &'v Node, right: &'v Node, go_on: bool, current: &'v Value) -> Found<'v> {
    let found = evaluate(left, current)?;
    if is_true(&found) == go_on { evaluate(right, current) } else { Ok(found) }
}

fn not<'v>(inner: &'v Node, current: &'v Value) -> Found<'v> {
    let truth = is_true(&*evaluate(inner, current)?);
    Ok(Cow::Owned(Value::Bool(!truth)))
}

fn call<'v>(function: &Function, arguments: &'v [Argument], at: usize, current: &'v Value) -> Found<'v> {
    let given = |argument: &'v Argument| match argument {
        Argument::Value(node) => evaluate(node, current).map(Given::Value),
        Argument::Expression(node) => Ok(Given::Expression(node)),
    };
    let given = arguments.iter().map(given).collect::<Result<_, _>>()?;
    (function.apply)(&Arguments { function: function.name, at, given }).map(Cow::Owned)
}

fn element(value: &Value, index: i64) -> Option<&Value> {
    let elements = value.as_array()?;
    let from_end = || elements.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?);
    elements.get(if index < 0 { from_end()? } else { usize::try_from(index).ok()? })
}

fn list<'v>(elements: &'v [Node], current: &'v Value) -> Found<'v> {
    let element = |node| Ok(evaluate(node, current)?.into_owned());
    elements.iter().map(element).collect::<Result<Vec<_>, _>>().map(|list| Cow::Owned(Value::Array(list)))
}

fn hash<'v>(members: &'v [(String, Node)], current: &'v Value) -> Found<'v> {
    let member = |(key, node): &(String, Node)| Ok((key.clone(), evaluate(node, current)?.into_owned()));
    members.iter().map(member).collect::<Result<Map<_, _>, _>>().map(|hash| Cow::Owned(Value::Object(hash)))
}

fn project<'v>(from: &'v Node, parts: &Parts, each: &Node, current: &'v Value) -> Found<'v> {
    let from = evaluate(from, current)?;
    project_value(&from, parts, each).map(Cow::Owned)
}

fn project_value(from: &Value, parts: &Parts, each: &Node) -> Result<Value, Fault> {
    if let Parts::Members = parts {
        return from.as_object().map_or(Ok(Value::Null), |members| apply_to_all(members.values(), each));
    }
    let Some(elements) = from.as_array() else { return Ok(Value::Null) };
    match parts {
        Parts::Flattened => {
            let flat = elements.iter().flat_map(|element| match element {
                Value::Array(inner) => inner.as_slice(),
                other => std::slice::from_ref(other),
            });
            apply_to_all(flat, each)
        }
        Parts::Matching(condition) => {
            let mut matching = Vec::new();
            for element in elements {
                if is_true(&*evaluate(condition, element)?) {
                    matching.push(element);
                }
            }
            apply_to_all(matching, each)
        }
        Parts::Slice(slice) => apply_to_all(sliced(elements, *slice), each),
        Parts::Elements | Parts::Members => apply_to_all(elements, each),
    }
}

fn apply_to_all<'v>(parts: impl IntoIterator<Item = &'v Value>, each: &Node) -> Result<Value, Fault> {
    let mut found = Vec::new();
    for part in parts {
        let value = evaluate(each, part)?;
        if !value.is_null() {
            found.push(value.into_owned());
        }
    }
    Ok(Value::Array(found))
}

/// As Python slices: negative ends count from the end, ends outside are moved to the edge.
fn sliced(elements: &[Value], slice: Slice) -> impl Iterator<Item = &Value> {
    let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let forward = slice.step > 0;
    let edge = |end: i64| {
        let end = if end < 0 { end.saturating_add(length) } else { end };
        if forward { end.clamp(0, length) } else { end.clamp(-1, length - 1) }
    };
    let start = slice.start.map_or(if forward { 0 } else { length - 1 }, edge);
    let stop = slice.stop.map_or(if forward { length } else { -1 }, edge);
    let inside = move |at: &i64| if forward { *at < stop } else { *at > stop };
    std::iter::successors(Some(start).filter(inside), move |at| at.checked_add(slice.step).filter(inside))
        .filter_map(|at| elements.get(usize::try_from(at).ok()?))
}

/// Null, false and what is empty are not true; every number is.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// Everything can be equal, only numbers can be less or greater.
fn compare<'v>(comparison: Comparison, left: &'v Node, right: &'v Node, current: &'v Value) -> Found<'v> {
    let (left, right) = (evaluate(left, current)?, evaluate(right, current)?);
    let order = || match (&*left, &*right) {
        (Value::Number(left), Value::Number(right)) => Some(compare_numbers(left, right)),
        _ => None,
    };
    let result = match comparison {
        Comparison::Equal => Some(equal(&left, &right)),
        Comparison::NotEqual => Some(!equal(&left, &right)),
        Comparison::Less => order().map(Ordering::is_lt),
        Comparison::LessOrEqual => order().map(Ordering::is_le),
        Comparison::Greater => order().map(Ordering::is_gt),
        Comparison::GreaterOrEqual => order().map(Ordering::is_ge),
    };
    Ok(result.map_or(NULL, |result| Cow::Owned(Value::Bool(result))))
}

/// Numbers by value (1 is 1.0), objects whatever the order of their keys.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right).is_eq(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| equal(left, right)))
        }
        _ => left == right,
    }
}
