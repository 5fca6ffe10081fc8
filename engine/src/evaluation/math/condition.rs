//! `IF`: which of two values a slot has.

use super::evaluate::wants;
use super::value::{Frame, Kind, Series, Value};
use super::{Node, SyntaxError};

/// Any number but 0 is true. Where the condition has no value there is no result; where it is true and the series to
/// take from has a gap, the result is 0; where it is false and there is nothing to take, there is no result.
pub(super) fn choose<'a>(
    condition: (&Node, Value<'a>),
    branches: Vec<(&Node, Value<'a>)>,
    frame: Frame,
) -> Result<Value<'a>, SyntaxError> {
    let all = || std::iter::once(&condition).chain(&branches);
    if let Some((node, _)) = all().find(|(_, value)| value.kind() == Kind::Array) {
        return Err(wants(node, "IF", "a series or a number", Kind::Array));
    }
    if all().all(|(_, value)| value.kind() == Kind::Number) {
        return Err(condition
            .0
            .fault("IF has nothing but numbers here: one of its arguments must be a series"));
    }
    let mut branches = branches.into_iter().map(|(_, value)| value);
    let (when_true, when_false) = (branches.next(), branches.next());
    let slot = |slot: usize| match at(Some(&condition.1), slot) {
        None => None,
        Some(0.0) => at(when_false.as_ref(), slot),
        Some(_) => match &when_true {
            Some(Value::Series(series)) => Some(series.values.get(slot).copied().flatten().unwrap_or(0.0)),
            other => at(other.as_ref(), slot),
        },
    };
    let values = (0..frame.length).map(slot).collect();
    let label = all_labels(&condition.1, when_true.as_ref(), when_false.as_ref());
    Ok(Value::Series(Series { label, values }))
}

fn at(value: Option<&Value>, slot: usize) -> Option<f64> {
    match value? {
        Value::Number(number) => *number,
        Value::Series(series) => series.values.get(slot).copied().flatten(),
        Value::Array(_) => None,
    }
}

/// The label of the first series that may be taken from, or else that of the condition.
fn all_labels<'a>(
    condition: &Value<'a>,
    when_true: Option<&Value<'a>>,
    when_false: Option<&Value<'a>>,
) -> std::borrow::Cow<'a, str> {
    let sources = [when_true, when_false, Some(condition)];
    let first = sources.into_iter().flatten().find_map(|value| value.series().first());
    first.map(|series| series.label.clone()).unwrap_or_default()
}
