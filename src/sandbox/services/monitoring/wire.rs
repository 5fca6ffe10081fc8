//! Requests and answers in both protocols, and what every operation reads in the same way.

use super::cbor;
use super::errors::{invalid, names};
use crate::sandbox::account::Account;
use crate::sandbox::services::json::malformed;
use crate::sandbox::services::paging::Page;
use crate::sandbox::services::{PageRequest, Reply, ServiceError};
use jiff::Timestamp;
use opsctl_engine::document::drop_nulls;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

pub use crate::sandbox::services::json::members as read;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    Cbor,
    Json,
}

impl Codec {
    pub fn read(self, body: &[u8]) -> Result<Value, ServiceError> {
        let members = match self {
            _ if body.is_empty() => Ok(Value::Object(Map::new())),
            Codec::Cbor => cbor::read(body),
            Codec::Json => serde_json::from_slice(body).map_err(|error| error.to_string()),
        };
        let mut members = members.map_err(malformed)?;
        if !members.is_object() {
            return Err(malformed("a request is a structure"));
        }
        drop_nulls(&mut members);
        Ok(members)
    }

    pub fn reply(self, mut output: Value) -> Reply {
        drop_nulls(&mut output);
        match self {
            Codec::Cbor => Reply::Cbor(cbor::write(&output)),
            Codec::Json => Reply::Json(output.to_string().into_bytes()),
        }
    }
}

/// The body of a refusal.
pub fn refusal(codec: Codec, error: &ServiceError) -> Vec<u8> {
    let body = json!({ "__type": names(&error.code).0, "message": error.message });
    match codec {
        Codec::Cbor => cbor::write(&body),
        Codec::Json => body.to_string().into_bytes(),
    }
}

/// Refuses a text whose length is not what the model allows.
pub fn check_length(text: &str, member: &str, least: usize, most: usize) -> Result<(), ServiceError> {
    ServiceError::check_length(text, member, least, most)
        .map_err(|error| ServiceError { code: "ValidationError".into(), ..error })
}

/// A page of a list, of up to 100 items, or of as many as the service gives where nobody says how many.
pub fn page<T>(
    account: &Account,
    list: &str,
    items: Vec<T>,
    max_records: Option<i32>,
    next_token: Option<&str>,
) -> Result<Page<T>, ServiceError> {
    let request = PageRequest { max_results: max_records, next_token, sizes: 1..=100 };
    account.pages.page(list, items, &request).map_err(|error| match &*error.code {
        "ValidationException" => invalid(error.message.replace("maxResults", "maxRecords")),
        _ => error,
    })
}

/// A moment as the wire has it: seconds since 1970, with a fraction perhaps.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Seconds(pub f64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Clients of the JSON protocol may write a time as text, too.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(f64),
            Text(Timestamp),
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::Number(seconds) => Seconds(seconds),
            Form::Text(at) => Seconds(at.as_millisecond() as f64 / 1000.0),
        })
    }
}

impl Seconds {
    pub fn timestamp(self, member: &str) -> Result<Timestamp, ServiceError> {
        let milliseconds = (self.0 * 1000.0).round();
        let at = (milliseconds.abs() < 1e15).then(|| Timestamp::from_millisecond(milliseconds as i64).ok());
        at.flatten().ok_or_else(|| {
            ServiceError::new("InvalidParameterValue", format!("The value of {member} is no time."))
        })
    }
}

pub fn seconds(at: Timestamp) -> Value {
    (at.as_millisecond() as f64 / 1000.0).into()
}

/// A number; what is none is a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Double(pub f64);

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(f64),
            Text(NoNumber),
        }
        #[derive(Deserialize)]
        enum NoNumber {
            #[serde(rename = "NaN")]
            NaN,
            Infinity,
            #[serde(rename = "-Infinity")]
            NegativeInfinity,
        }
        Ok(Double(match Form::deserialize(deserializer)? {
            Form::Number(number) => number,
            Form::Text(NoNumber::NaN) => f64::NAN,
            Form::Text(NoNumber::Infinity) => f64::INFINITY,
            Form::Text(NoNumber::NegativeInfinity) => f64::NEG_INFINITY,
        }))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension {
    pub name: Option<String>,
    pub value: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    pub key: Option<String>,
    pub value: Option<String>,
}
