//! What a service says when it refuses: a code of AWS and a sentence.

use std::borrow::Cow;
use std::fmt::Display;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    pub status: u16,
    /// As the JSON protocols spell it.
    pub code: Cow<'static, str>,
    pub message: String,
}

impl ServiceError {
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        ServiceError { status: 400, code: code.into(), message: message.into() }
    }

    #[must_use]
    pub fn status(self, status: u16) -> Self {
        ServiceError { status, ..self }
    }

    pub fn internal(message: impl Display) -> Self {
        ServiceError::new("InternalServerError", message.to_string()).status(500)
    }

    pub fn expired_token() -> Self {
        let message = "The security token included in the request is expired";
        ServiceError::new("ExpiredTokenException", message)
    }

    pub fn unknown_operation(operation: &str) -> Self {
        let message = match operation {
            "" => "the request names no operation".to_owned(),
            operation => format!("this sandbox does not know the operation {operation}"),
        };
        ServiceError::new("UnknownOperationException", message)
    }

    /// The sentence of a constraint of the service's model that a member does not meet.
    pub fn constraint(value: impl Display, member: &str, constraint: impl Display) -> Self {
        ServiceError::validation(format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {constraint}"
        ))
    }

    pub fn validation(message: impl Into<String>) -> Self {
        ServiceError::new("ValidationException", message)
    }

    /// Refuses a text whose length is not what the model allows.
    pub fn check_length(text: &str, member: &str, least: usize, most: usize) -> Result<(), Self> {
        let length = text.chars().count();
        if length < least {
            let constraint = format!("have length greater than or equal to {least}");
            return Err(ServiceError::constraint(text, member, constraint));
        }
        if length > most {
            let constraint = format!("have length less than or equal to {most}");
            return Err(ServiceError::constraint(text, member, constraint));
        }
        Ok(())
    }
}

impl From<crate::random::NoRandomness> for ServiceError {
    fn from(error: crate::random::NoRandomness) -> Self {
        ServiceError::internal(error)
    }
}
