//! The functions of JMESPath. How many arguments each takes, and which of them is an expression, is known when a query
//! is read; the types of the values only when it is applied.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::Fault;
use super::evaluate::{equal, evaluate};
use super::node::Node;
use crate::output::cell::compare_numbers;
use crate::output::nearest;

pub(super) struct Function {
    pub(super) name: &'static str,
    least: usize,
    most: usize,
    /// Which argument is an expression.
    expression: Option<usize>,
    pub(super) apply: fn(&Arguments<'_>) -> Result<Value, Fault>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

type Apply = fn(&Arguments<'_>) -> Result<Value, Fault>;

const fn takes(name: &'static str, count: usize, apply: Apply) -> Function {
    Function { name, least: count, most: count, expression: None, apply }
}

const fn takes_any(name: &'static str, apply: Apply) -> Function {
    Function { name, least: 1, most: usize::MAX, expression: None, apply }
}

const fn takes_expression(name: &'static str, expression: usize, apply: Apply) -> Function {
    Function { name, least: 2, most: 2, expression: Some(expression), apply }
}

static FUNCTIONS: [Function; 26] = [
    takes("abs", 1, abs),
    takes("avg", 1, avg),
    takes("ceil", 1, |given| given.rounded(f64::ceil)),
    takes("contains", 2, contains),
    takes("ends_with", 2, |given| Ok(given.string(0)?.ends_with(given.string(1)?).into())),
    takes("floor", 1, |given| given.rounded(f64::floor)),
    takes("join", 2, |given| Ok(given.strings(1)?.join(given.string(0)?).into())),
    takes("keys", 1, |given| Ok(given.object(0)?.keys().cloned().collect())),
    takes("length", 1, length),
    takes_expression("map", 0, map),
    takes("max", 1, |given| given.extreme(Ordering::Greater, None)),
    takes_expression("max_by", 1, |given| given.extreme(Ordering::Greater, Some(given.expression(1)?))),
    takes_any("merge", merge),
    takes("min", 1, |given| given.extreme(Ordering::Less, None)),
    takes_expression("min_by", 1, |given| given.extreme(Ordering::Less, Some(given.expression(1)?))),
    takes_any("not_null", not_null),
    takes("reverse", 1, reverse),
    takes("sort", 1, |given| given.sorted(None)),
    takes_expression("sort_by", 1, |given| given.sorted(Some(given.expression(1)?))),
    takes("starts_with", 2, |given| Ok(given.string(0)?.starts_with(given.string(1)?).into())),
    takes("sum", 1, sum),
    takes("to_array", 1, to_array),
    takes("to_number", 1, to_number),
    takes("to_string", 1, to_string),
    takes("type", 1, |given| Ok(type_name(given.value(0)?).into())),
    takes("values", 1, |given| Ok(given.object(0)?.values().cloned().collect())),
];

pub(super) fn find(name: &str) -> Result<&'static Function, String> {
    FUNCTIONS.iter().find(|function| function.name == name).ok_or_else(|| {
        match nearest(name, FUNCTIONS.iter().map(|function| function.name)) {
            Some(near) => format!("unknown function {name}(), did you mean {near}()?"),
            None => format!("unknown function {name}()"),
        }
    })
}

impl Function {
    pub(super) fn check_count(&self, count: usize) -> Result<(), String> {
        if (self.least..=self.most).contains(&count) {
            return Ok(());
        }
        let at_least = if self.least == self.most { "" } else { "at least " };
        let plural = if self.least == 1 { "" } else { "s" };
        Err(format!("{}() takes {at_least}{} argument{plural}, not {count}", self.name, self.least))
    }

    pub(super) fn applies(&self, index: usize) -> bool {
        self.expression == Some(index)
    }
}

/// An argument as the function gets it.
pub(super) enum Given<'v> {
    Value(Cow<'v, Value>),
    Expression(&'v Node),
}

/// The arguments of one call, taken by type.
pub(super) struct Arguments<'v> {
    pub(super) function: &'static str,
    pub(super) at: usize,
    pub(super) given: Vec<Given<'v>>,
}

impl Arguments<'_> {
    fn fault(&self, message: &str) -> Fault {
        Fault::new(self.at, format!("{}() {message}", self.function))
    }

    fn wrong(&self, index: usize, expected: &str, found: &Value) -> Fault {
        self.fault(&format!("takes {expected}{}, not {}", self.which(index), described(found)))
    }

    fn wrong_element(&self, index: usize, expected: &str, found: &Value) -> Fault {
        self.fault(&format!(
            "takes an array of {expected}{}, not one with {}",
            self.which(index),
            described(found)
        ))
    }

    fn which(&self, index: usize) -> String {
        if self.given.len() > 1 { format!(" as argument {}", index + 1) } else { String::new() }
    }

    fn value(&self, index: usize) -> Result<&Value, Fault> {
        match self.given.get(index) {
            Some(Given::Value(value)) => Ok(value),
            _ => Err(self.fault("lacks a value")),
        }
    }

    fn expression(&self, index: usize) -> Result<&Node, Fault> {
        match self.given.get(index) {
            Some(Given::Expression(node)) => Ok(node),
            _ => Err(self.fault("lacks an expression")),
        }
    }

    fn number(&self, index: usize) -> Result<&Number, Fault> {
        match self.value(index)? {
            Value::Number(number) => Ok(number),
            other => Err(self.wrong(index, "a number", other)),
        }
    }

    fn string(&self, index: usize) -> Result<&str, Fault> {
        let value = self.value(index)?;
        value.as_str().ok_or_else(|| self.wrong(index, "a string", value))
    }

    fn array(&self, index: usize) -> Result<&Vec<Value>, Fault> {
        let value = self.value(index)?;
        value.as_array().ok_or_else(|| self.wrong(index, "an array", value))
    }

    fn object(&self, index: usize) -> Result<&Map<String, Value>, Fault> {
        let value = self.value(index)?;
        value.as_object().ok_or_else(|| self.wrong(index, "an object", value))
    }

    fn strings<'a>(&'a self, index: usize) -> Result<Vec<&'a str>, Fault> {
        let string =
            |value: &'a Value| value.as_str().ok_or_else(|| self.wrong_element(index, "strings", value));
        self.array(index)?.iter().map(string).collect()
    }

    fn numbers<'a>(&'a self, index: usize) -> Result<Vec<&'a Number>, Fault> {
        let number = |value: &'a Value| match value {
            Value::Number(number) => Ok(number),
            other => Err(self.wrong_element(index, "numbers", other)),
        };
        self.array(index)?.iter().map(number).collect()
    }

    /// The elements of the first argument with what they are ordered by: all numbers or all strings.
    fn keyed(&self, by: Option<&Node>) -> Result<Vec<(Cow<'_, Value>, &Value)>, Fault> {
        let elements = self.array(0)?;
        let mut keyed = Vec::with_capacity(elements.len());
        for element in elements {
            let key = match by {
                Some(node) => Cow::Owned(evaluate(node, element)?.into_owned()),
                None => Cow::Borrowed(element),
            };
            let first = keyed.first().map_or(&key, |(first, _)| first);
            match (&**first, &*key) {
                (Value::Number(_), Value::Number(_)) | (Value::String(_), Value::String(_)) => {}
                _ => {
                    return Err(
                        self.fault(&format!("orders all numbers or all strings, not {}", described(&key)))
                    );
                }
            }
            keyed.push((key, element));
        }
        Ok(keyed)
    }

    /// The first of the greatest or least elements; null when there is none.
    fn extreme(&self, wanted: Ordering, by: Option<&Node>) -> Result<Value, Fault> {
        let mut keyed = self.keyed(by)?.into_iter();
        let Some(mut best) = keyed.next() else { return Ok(Value::Null) };
        for next in keyed {
            if order(&next.0, &best.0) == wanted {
                best = next;
            }
        }
        Ok(best.1.clone())
    }

    fn sorted(&self, by: Option<&Node>) -> Result<Value, Fault> {
        let mut keyed = self.keyed(by)?;
        keyed.sort_by(|(left, _), (right, _)| order(left, right));
        Ok(keyed.into_iter().map(|(_, element)| element.clone()).collect())
    }

    fn rounded(&self, round: fn(f64) -> f64) -> Result<Value, Fault> {
        let number = self.number(0)?;
        match number.as_f64() {
            Some(value) if number.is_f64() => self.finite(round(value)),
            _ => Ok(Value::Number(number.clone())),
        }
    }

    /// A computed number, an integer where it is one.
    fn finite(&self, value: f64) -> Result<Value, Fault> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if value.fract() == 0.0 && value.abs() < EXACT {
            return Ok(Value::from(value as i64));
        }
        Number::from_f64(value).map(Value::Number).ok_or_else(|| self.fault("gives no finite number here"))
    }
}

fn abs(given: &Arguments<'_>) -> Result<Value, Fault> {
    let number = given.number(0)?;
    match (number.as_i128(), number.as_f64()) {
        (Some(integer), _) => Ok(Number::from_i128(integer.abs()).map_or(Value::Null, Value::Number)),
        (None, Some(float)) => given.finite(float.abs()),
        (None, None) => Ok(Value::Null),
    }
}

fn avg(given: &Arguments<'_>) -> Result<Value, Fault> {
    let numbers = given.numbers(0)?;
    if numbers.is_empty() {
        return Ok(Value::Null);
    }
    given.finite(total(&numbers) / numbers.len() as f64)
}

fn sum(given: &Arguments<'_>) -> Result<Value, Fault> {
    let numbers = given.numbers(0)?;
    let exact = numbers.iter().try_fold(0_i128, |sum, number| sum.checked_add(number.as_i128()?));
    match exact.and_then(Number::from_i128) {
        Some(sum) => Ok(Value::Number(sum)),
        None => given.finite(total(&numbers)),
    }
}

fn total(numbers: &[&Number]) -> f64 {
    numbers.iter().filter_map(|number| number.as_f64()).sum()
}

fn contains(given: &Arguments<'_>) -> Result<Value, Fault> {
    let searched = given.value(1)?;
    match given.value(0)? {
        Value::String(text) => Ok(searched.as_str().is_some_and(|part| text.contains(part)).into()),
        Value::Array(elements) => Ok(elements.iter().any(|element| equal(element, searched)).into()),
        other => Err(given.wrong(0, "a string or an array", other)),
    }
}

fn length(given: &Arguments<'_>) -> Result<Value, Fault> {
    match given.value(0)? {
        Value::String(text) => Ok(text.chars().count().into()),
        Value::Array(elements) => Ok(elements.len().into()),
        Value::Object(members) => Ok(members.len().into()),
        other => Err(given.wrong(0, "a string, an array or an object", other)),
    }
}

/// Unlike a projection it keeps nulls.
fn map(given: &Arguments<'_>) -> Result<Value, Fault> {
    let node = given.expression(0)?;
    given.array(1)?.iter().map(|element| Ok(evaluate(node, element)?.into_owned())).collect()
}

fn merge(given: &Arguments<'_>) -> Result<Value, Fault> {
    let mut merged = Map::new();
    for index in 0..given.given.len() {
        merged.extend(given.object(index)?.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(Value::Object(merged))
}

fn not_null(given: &Arguments<'_>) -> Result<Value, Fault> {
    for index in 0..given.given.len() {
        match given.value(index)? {
            Value::Null => {}
            value => return Ok(value.clone()),
        }
    }
    Ok(Value::Null)
}

fn reverse(given: &Arguments<'_>) -> Result<Value, Fault> {
    match given.value(0)? {
        Value::String(text) => Ok(text.chars().rev().collect::<String>().into()),
        Value::Array(elements) => Ok(elements.iter().rev().cloned().collect()),
        other => Err(given.wrong(0, "a string or an array", other)),
    }
}

fn to_array(given: &Arguments<'_>) -> Result<Value, Fault> {
    Ok(match given.value(0)? {
        array @ Value::Array(_) => array.clone(),
        other => Value::Array(vec![other.clone()]),
    })
}

fn to_number(given: &Arguments<'_>) -> Result<Value, Fault> {
    Ok(match given.value(0)? {
        Value::Number(number) => Value::Number(number.clone()),
        Value::String(text) => text.parse().map_or(Value::Null, Value::Number),
        _ => Value::Null,
    })
}

fn to_string(given: &Arguments<'_>) -> Result<Value, Fault> {
    Ok(match given.value(0)? {
        text @ Value::String(_) => text.clone(),
        other => Value::String(other.to_string()),
    })
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right),
        (Value::String(left), Value::String(right)) => left.cmp(right),
        _ => Ordering::Equal,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
