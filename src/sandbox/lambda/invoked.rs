//! What comes of an invocation, in Lambda's words: an answer, a failure of the function, or a refusal to invoke it at
//! all.

use crate::functions::{Finished, FunctionError, Result, result};
use crate::random::NoRandomness;
use bytes::Bytes;
use std::time::Duration;

/// A function that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoked {
    pub request_id: String,
    /// Its answer, as it gave it; of one that failed {errorMessage, errorType, ...}.
    pub payload: Bytes,
    /// The name of its error, if it failed.
    pub error: Option<String>,
    /// The end of what it said beside.
    pub log: String,
    /// Without its start.
    pub took: Duration,
}

/// Why a function was not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("Function not found: {0}")]
    Unknown(String),
    #[error("Rate Exceeded.")]
    Throttled,
    #[error("{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)")]
    TooLarge { size: usize, kind: &'static str, limit: usize },
    #[error("Could not parse request body into json: {0}")]
    NotJson(String),
    #[error("{0}")]
    Internal(String),
}

impl Refused {
    /// The name of the exception.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::Unknown(_) => "ResourceNotFoundException",
            Refused::Throttled => "TooManyRequestsException",
            Refused::TooLarge { .. } => "RequestTooLargeException",
            Refused::NotJson(_) => "InvalidRequestContentException",
            Refused::Internal(_) => "ServiceException",
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            Refused::Unknown(_) => 404,
            Refused::Throttled => 429,
            Refused::TooLarge { .. } => 413,
            Refused::NotJson(_) => 400,
            Refused::Internal(_) => 500,
        }
    }
}

impl From<NoRandomness> for Refused {
    fn from(error: NoRandomness) -> Self {
        Refused::Internal(error.to_string())
    }
}

impl Invoked {
    /// Of a function that is a command.
    pub fn of_command(finished: Finished, request_id: &str, took: Duration) -> Self {
        let log = match &finished {
            Finished::Answered { said, .. } => said.clone(),
            Finished::Exited { complaint, .. } => complaint.clone(),
            Finished::Failed { .. } => String::new(),
        };
        let (payload, error) = match result(finished, request_id) {
            Ok(value) => (value, None),
            Err(FunctionError { error, payload }) => (payload, Some(error)),
        };
        Invoked { request_id: request_id.to_owned(), payload: payload.to_string().into(), error, log, took }
    }

    /// The answer as a value. One that is no JSON is a failure of the function.
    pub fn result(&self) -> Result {
        match (serde_json::from_slice(&self.payload), &self.error) {
            (Ok(value), None) => Ok(value),
            (Ok(payload), Some(error)) => Err(FunctionError { error: error.clone(), payload }),
            (Err(fault), error) => {
                let kind = error.as_deref().unwrap_or("Runtime.MarshalError");
                let message = format!("the function gave no JSON: {fault}");
                Err(FunctionError {
                    error: kind.to_owned(),
                    payload: serde_json::json!({ "errorMessage": message, "errorType": kind }),
                })
            }
        }
    }
}
