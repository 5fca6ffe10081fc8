//! JSON of requests and answers: what every operation reads and writes in the same way.

use crate::sandbox::services::ServiceError;
use crate::sandbox::services::json::malformed;
use jiff::Timestamp;
use serde_json::Value;

pub use crate::sandbox::services::json::members as read;

pub fn parse(body: &[u8]) -> Result<Value, ServiceError> {
    let body = if body.is_empty() { b"{}" } else { body };
    let fields: serde_json::Map<String, Value> = serde_json::from_slice(body).map_err(malformed)?;
    Ok(Value::Object(fields))
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
