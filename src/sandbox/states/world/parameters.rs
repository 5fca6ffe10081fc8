//! The parameters of a call: their names begin with capitals, and text may be given as JSON.

use super::failures::unusable;
use opsctl_engine::asl::history::Failure;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads the parameters; whatever else is there is refused, not left out.
pub fn read<T: DeserializeOwned>(input: &Value) -> Result<T, Failure> {
    serde_json::from_value(input.clone()).map_err(|error| unusable(input, error))
}

/// A text, or the JSON of anything else; null is nothing.
pub fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// The same for a field that may be missing.
pub fn text_or_none(value: Option<Value>) -> Option<String> {
    value.and_then(text)
}
