//! The JSON that goes from state to state. Shared, never changed, and measured at most once: frames, events and
//! requests hold the same value.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

/// What an input, an output or a result may have at most: bytes of its JSON text.
pub const PAYLOAD_LIMIT: usize = 262_144;
/// How deep a payload may be nested. A limit of this engine, which keeps every walk over a payload off the end of the
/// stack; definitions end at 128.
pub const NESTING_LIMIT: usize = 1000;

#[derive(Clone)]
pub struct Payload(Arc<Shared>);

struct Shared {
    value: Value,
    length: OnceLock<usize>,
}

impl Payload {
    pub fn new(value: Value) -> Self {
        Payload(Arc::new(Shared { value, length: OnceLock::new() }))
    }

    /// `{}`, what `InputPath: null` gives.
    pub fn empty() -> Self {
        Payload::new(Value::Object(serde_json::Map::new()))
    }

    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The value itself: taken when nobody else holds it, copied otherwise.
    pub fn into_value(self) -> Value {
        match Arc::try_unwrap(self.0) {
            Ok(shared) => shared.value,
            Err(shared) => shared.value.clone(),
        }
    }

    /// Bytes of the compact JSON text.
    pub fn length(&self) -> usize {
        *self.0.length.get_or_init(|| {
            let mut counter = Counter(0);
            match serde_json::to_writer(&mut counter, &self.0.value) {
                Ok(()) => counter.0,
                Err(_) => usize::MAX,
            }
        })
    }

    /// The compact JSON text, as the service writes it into events.
    pub fn text(&self) -> String {
        self.0.value.to_string()
    }

    /// Whether no part of the value is nested deeper than `limit`.
    pub fn is_within_nesting(&self, limit: usize) -> bool {
        within(&self.0.value, limit)
    }
}

fn within(value: &Value, limit: usize) -> bool {
    match value {
        Value::Array(items) => limit > 0 && items.iter().all(|item| within(item, limit - 1)),
        Value::Object(fields) => limit > 0 && fields.values().all(|field| within(field, limit - 1)),
        _ => true,
    }
}

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Payload::new(value)
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.value == other.0.value
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(f)
    }
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_payload_knows_the_length_of_its_text() {
        for value in [json!(null), json!({"a": ["é", 1.5, {"b": "\n"}]}), json!("")] {
            let payload = Payload::new(value);
            assert_eq!(payload.length(), payload.text().len());
        }
    }

    #[test]
    fn nesting_is_counted_to_its_limit() {
        let payload = Payload::new(json!([[[1]]]));
        assert!(payload.is_within_nesting(3));
        assert!(!payload.is_within_nesting(2));
    }
}
