//! What the store refuses, in S3's codes and words.

use crate::sandbox::services::ServiceError;
use std::io;

fn error(status: u16, code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError::new(code, message).status(status)
}

pub fn no_such_bucket() -> ServiceError {
    error(404, "NoSuchBucket", "The specified bucket does not exist")
}

pub fn no_such_key() -> ServiceError {
    error(404, "NoSuchKey", "The specified key does not exist.")
}

pub fn no_such_version() -> ServiceError {
    error(404, "NoSuchVersion", "The specified version does not exist.")
}

pub fn no_such_upload() -> ServiceError {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have \
                   been aborted or completed.";
    error(404, "NoSuchUpload", message)
}

/// A delete marker was named by its id.
pub fn is_marker() -> ServiceError {
    error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
}

pub fn invalid_version() -> ServiceError {
    invalid("Invalid version id specified")
}

pub fn invalid(message: impl Into<String>) -> ServiceError {
    error(400, "InvalidArgument", message)
}

pub fn invalid_request(message: impl Into<String>) -> ServiceError {
    error(400, "InvalidRequest", message)
}

pub fn invalid_tag(message: impl Into<String>) -> ServiceError {
    error(400, "InvalidTag", message)
}

pub fn bad_digest(what: &str) -> ServiceError {
    error(400, "BadDigest", format!("The {what} you specified did not match the calculated checksum."))
}

pub fn precondition() -> ServiceError {
    error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
}

pub fn locked() -> ServiceError {
    error(403, "AccessDenied", "Access Denied because object protected by object lock.")
}

pub fn no_lock_configuration() -> ServiceError {
    invalid_request("Bucket is missing Object Lock Configuration")
}

pub fn archived() -> ServiceError {
    error(403, "InvalidObjectState", "The operation is not valid for the object's storage class")
}

pub fn too_large() -> ServiceError {
    error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
}

pub fn conflict(code: &'static str, message: &'static str) -> ServiceError {
    error(409, code, message)
}

pub fn not_found(code: &'static str, message: &'static str) -> ServiceError {
    error(404, code, message)
}

pub fn not_implemented(what: impl Into<String>) -> ServiceError {
    error(501, "NotImplemented", what)
}

pub fn disk(cause: io::Error) -> ServiceError {
    error(500, "InternalError", format!("the sandbox cannot keep it: {cause}"))
}
