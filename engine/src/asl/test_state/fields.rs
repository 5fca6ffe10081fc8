//! What a field of a request has to be, and how the service says that it is not.

use std::fmt;

use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Number,
    Boolean,
    Array,
    Object,
    Any,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    NotAllowed(String),
    Missing(String),
    Kind(String, &'static str),
    NotExpected(String),
    TooSmall(String),
    TooShort(String),
}

/// Whether a field is what it has to be; one that is `null` is not there.
pub(super) fn check(name: &str, kind: Kind, value: &Value) -> Result<(), Fault> {
    let (is_right, what) = match kind {
        Kind::String => (value.is_string(), "a string"),
        Kind::Number => (value.is_number(), "a number"),
        Kind::Boolean => (value.is_boolean(), "a boolean"),
        Kind::Array => (value.is_array(), "an array"),
        Kind::Object => (value.is_object(), "an object"),
        Kind::Any => (true, "anything"),
    };
    match is_right || value.is_null() {
        true => Ok(()),
        false => Err(Fault::Kind(name.to_owned(), what)),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NotAllowed(name) => write!(f, "Field '{name}' is not allowed"),
            Fault::Missing(name) => write!(f, "Required field '{name}' is missing"),
            Fault::Kind(name, what) => write!(f, "Field '{name}' must be {what}"),
            Fault::NotExpected(name) => write!(f, "Field '{name}' is not an expected value"),
            Fault::TooSmall(name) => write!(f, "Field '{name}' is less than the minimum value"),
            Fault::TooShort(name) => write!(f, "Field '{name}' is smaller than the minimum length"),
        }
    }
}
