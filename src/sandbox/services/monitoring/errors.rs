//! Errors of the service have two names: that of their shape, and the one they had in the protocol of before, which
//! clients still go by.

use crate::sandbox::http::query_code;
use crate::sandbox::services::ServiceError;

/// The older name, and that of the shape.
const NAMES: &[(&str, &str)] = &[
    ("InternalServiceError", "InternalServiceFault"),
    ("InvalidFormat", "InvalidFormatFault"),
    ("InvalidParameterCombination", "InvalidParameterCombinationException"),
    ("InvalidParameterValue", "InvalidParameterValueException"),
    ("LimitExceeded", "LimitExceededFault"),
    ("MissingParameter", "MissingRequiredParameterException"),
    ("Throttling", "ThrottlingException"),
    ("ValidationError", "ValidationException"),
];

/// The names of an error, by either: that of its shape, and the older one.
pub fn names(code: &str) -> (&str, &str) {
    let known = NAMES.iter().find(|(older, shape)| *older == code || *shape == code);
    known.map_or((code, query_code(code)), |(older, shape)| (shape, older))
}

pub fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ValidationError", message)
}

pub fn invalid_value(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterValue", message)
}

pub fn combination(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterCombination", message)
}

pub fn missing(member: &str) -> ServiceError {
    ServiceError::new("MissingParameter", format!("The parameter {member} is required."))
}

/// Of alarms.
pub fn no_alarm(name: &str) -> ServiceError {
    ServiceError::new("ResourceNotFound", format!("Alarm {name} does not exist")).status(404)
}

/// Of what has an ARN.
pub fn no_resource(arn: &str) -> ServiceError {
    ServiceError::new("ResourceNotFoundException", format!("{arn} does not exist")).status(404)
}

/// Refuses what has faults, with all of them.
pub fn faulty<F: std::fmt::Display>(
    faults: &[F],
    refuse: impl FnOnce(String) -> ServiceError,
) -> Result<(), ServiceError> {
    if faults.is_empty() {
        return Ok(());
    }
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    Err(refuse(faults.join("; ")))
}
