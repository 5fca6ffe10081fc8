//! JSON of requests and answers: what every operation reads and writes in the same way.

use crate::sandbox::services::ServiceError;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub fn parse(body: &[u8]) -> Result<Value, ServiceError> {
    let body = if body.is_empty() { b"{}" } else { body };
    let fields: serde_json::Map<String, Value> = serde_json::from_slice(body).map_err(malformed)?;
    Ok(Value::Object(fields))
}

/// The members of a request; those it does not know are left alone.
pub fn read<T: DeserializeOwned>(input: Value) -> Result<T, ServiceError> {
    serde_json::from_value(input).map_err(malformed)
}

fn malformed(error: serde_json::Error) -> ServiceError {
    ServiceError::new("SerializationException", error.to_string())
}

/// Takes out members that are null: those that an answer does not have.
pub fn prune(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(prune);
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

/// A member that has to be there.
pub fn required<T>(value: Option<T>, member: &str) -> Result<T, ServiceError> {
    value.ok_or_else(|| {
        ServiceError::validation(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

/// Seconds since the epoch with their milliseconds.
pub fn seconds(at: Timestamp) -> Value {
    (at.as_millisecond() as f64 / 1000.0).into()
}
