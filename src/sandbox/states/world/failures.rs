//! How a refusal of a service becomes the failure of a task: the names and the sentences differ between calls by
//! `aws-sdk` and by an integration of its own.

use crate::random;
use crate::sandbox::services::ServiceError;
use opsctl_engine::asl::history::Failure;
use serde_json::Value;

/// Codes of S3 that have an exception of their own; the others are all `S3Exception`.
const OF_S3: &[&str] = &["InvalidObjectState", "NoSuchBucket", "NoSuchKey", "NoSuchUpload"];

pub fn failure(error: impl Into<String>, cause: impl Into<String>) -> Failure {
    Failure { error: Some(error.into().into()), cause: Some(cause.into().into()) }
}

/// Of a call by `aws-sdk`.
pub fn sdk(service: &str, error: &ServiceError) -> Failure {
    let ServiceError { status, code, message } = error;
    let id = request_id();
    let exception = exception(code);
    match service {
        "S3" => {
            let extended = random::hex(76).unwrap_or_default();
            let name = if OF_S3.contains(&&**code) { exception } else { "S3Exception".to_owned() };
            let facts = format!(
                "Service: S3, Status Code: {status}, Request ID: {id}, Extended Request ID: {extended}"
            );
            failure(format!("S3.{name}"), format!("{message} ({facts})"))
        }
        _ => {
            let facts = format!("Service: {service}, Status Code: {status}, Request ID: {id}");
            failure(format!("{service}.{exception}"), format!("{message} ({facts}) (SDK Attempt Count: 1)"))
        }
    }
}

/// Of a call by an integration of its own: `service` is what the errors begin with, `client` what the sentence names.
pub fn optimized(service: &str, client: &str, exception: &str, error: &ServiceError) -> Failure {
    let ServiceError { status, code, message } = error;
    let facts = format!(
        "Service: {client}; Status Code: {status}; Error Code: {code}; Request ID: {}; Proxy: null",
        request_id()
    );
    failure(format!("{service}.{exception}"), format!("{message} ({facts})"))
}

/// The name of the class that a code has in the SDK.
pub fn exception(code: &str) -> String {
    if code.ends_with("Exception") { code.to_owned() } else { format!("{code}Exception") }
}

/// Parameters with which a task cannot be started.
pub fn unusable(input: &Value, why: impl std::fmt::Display) -> Failure {
    failure(
        "States.Runtime",
        format!("The Parameters '{input}' could not be used to start the Task: [{why}]"),
    )
}

fn request_id() -> String {
    random::uuid().unwrap_or_default()
}
