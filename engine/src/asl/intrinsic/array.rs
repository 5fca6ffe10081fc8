//! The functions on arrays.

use std::collections::HashSet;

use serde_json::Value;

use super::Trouble;

/// Elements of `States.ArrayRange`.
const MAX_RANGE: usize = 1000;

pub(super) fn partition(list: &[Value], size: i64) -> Result<Value, Trouble> {
    match usize::try_from(size) {
        Ok(size) if size > 0 => Ok(list.chunks(size).map(|piece| Value::from(piece.to_vec())).collect()),
        _ => Trouble::wrong(format!("the size of a piece must be positive, but is {size}")),
    }
}

pub(super) fn contains(list: &[Value], wanted: &Value) -> Result<Value, Trouble> {
    Ok(list.iter().any(|item| equal(item, wanted)).into())
}

/// Deep equality with numbers by value: 1 and 1.0 are the same.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
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

pub(super) fn range(first: i64, last: i64, step: i64) -> Result<Value, Trouble> {
    if step == 0 {
        return Trouble::wrong("the step of a range must not be 0");
    }
    let mut values = Vec::new();
    let mut next = Some(first);
    while let Some(value) = next.filter(|value| if step > 0 { *value <= last } else { *value >= last }) {
        if values.len() == MAX_RANGE {
            return Trouble::wrong(format!("a range has {MAX_RANGE} elements at most"));
        }
        values.push(Value::from(value));
        next = value.checked_add(step);
    }
    Ok(values.into())
}

pub(super) fn item(list: &[Value], index: i64) -> Result<Value, Trouble> {
    match usize::try_from(index).ok().and_then(|index| list.get(index)) {
        Some(item) => Ok(item.clone()),
        None => Trouble::wrong(format!("the index {index} is outside an array of {} elements", list.len())),
    }
}

/// Each value once, in the order in which they are first seen.
pub(super) fn unique(list: &[Value]) -> Value {
    let mut seen = HashSet::new();
    list.iter().filter(|item| seen.insert(normal(item))).cloned().collect()
}

/// A text that equal values share: keys in order, numbers in one form.
fn normal(value: &Value) -> String {
    match value {
        Value::Number(number) => {
            number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(normal).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields
                .iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), normal(value)))
                .collect();
            fields.sort_unstable();
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_string(),
    }
}
