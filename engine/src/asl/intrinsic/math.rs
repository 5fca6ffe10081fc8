//! The functions on numbers, and the merge of objects.

use serde_json::Value;

use super::Trouble;
use crate::asl::java_random::JavaRandom;
use crate::random::Random;

/// To the nearest integer, halves up, as Java's `Math.round`; nothing beyond 64 bits.
pub(super) fn rounded(number: f64) -> Option<i64> {
    let rounded = (number + 0.5).floor();
    // The bounds are powers of two, so they are exact.
    (rounded >= i64::MIN as f64 && rounded < i64::MAX as f64).then_some(rounded as i64)
}

/// Adds 32-bit integers; a sum beyond them is a failure too.
pub(super) fn add(left: i64, right: i64) -> Result<Value, Trouble> {
    let small = |number: i64| match i32::try_from(number) {
        Ok(number) => Ok(number),
        Err(_) => Trouble::wrong(format!("{number} is not between {} and {}", i32::MIN, i32::MAX)),
    };
    small(i64::from(small(left)?) + i64::from(small(right)?)).map(Value::from)
}

/// A number from `first` to one below `last`.
pub(super) fn random(
    first: i64,
    last: i64,
    seed: Option<i64>,
    random: &mut Random,
) -> Result<Value, Trouble> {
    let Some(width) = last.checked_sub(first).filter(|width| *width > 0) else {
        return Trouble::wrong(format!("the end {last} is not above the start {first}"));
    };
    let drawn = match seed {
        Some(seed) => (JavaRandom::new(seed).double() * width as f64) as i64,
        None => {
            let bits = u64::from_be_bytes(random.bytes());
            // The upper half of bits × width is uniform below width.
            i64::try_from((u128::from(bits) * u128::from(width.unsigned_abs())) >> 64).unwrap_or_default()
        }
    };
    Ok(Value::from(first + drawn.min(width - 1)))
}

/// Shallow: of two equal keys the second object's wins.
pub(super) fn merge(left: &Value, right: &Value, deep: &Value) -> Result<Value, Trouble> {
    if *deep != Value::Bool(false) {
        return Trouble::wrong("only a shallow merge is supported: argument 3 must be false");
    }
    let (Value::Object(left), Value::Object(right)) = (left, right) else {
        return Trouble::wrong("arguments 1 and 2 must be objects");
    };
    let mut merged = left.clone();
    merged.extend(right.iter().map(|(key, value)| (key.clone(), value.clone())));
    Ok(merged.into())
}
