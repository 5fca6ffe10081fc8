//! S3 Control: the calls of S3 Batch Operations jobs. Requests are read and answers written by the model's shapes; what
//! becomes of a job is the room of jobs' own business.

mod element;
mod operations;
mod shape;
#[cfg(test)]
mod tests;
mod xml;

use super::{RestCall, RestReply, ServiceError};
use crate::sandbox::account::Account;
use http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use shape::Shape;
use std::sync::Arc;

/// Every path of the service begins so.
pub const PATH: &str = "/v20180820/";

pub fn answer(account: &Arc<Account>, call: &RestCall<'_>) -> Result<RestReply, ServiceError> {
    let parts: Vec<String> = call
        .path
        .strip_prefix(PATH)
        .unwrap_or_default()
        .split('/')
        .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    check_account(account, call)?;
    let (root, shape, value) = match (call.method.as_str(), parts.as_slice()) {
        ("POST", ["jobs"]) => {
            ("CreateJobResult", shape::CREATE_JOB_RESULT, operations::create_job(account, call)?)
        }
        ("GET", ["jobs"]) => {
            ("ListJobsResult", shape::LIST_JOBS_RESULT, operations::list_jobs(account, call)?)
        }
        ("GET", ["jobs", id]) => {
            ("DescribeJobResult", shape::DESCRIBE_JOB_RESULT, operations::describe_job(account, call, id)?)
        }
        ("POST", ["jobs", id, "priority"]) => (
            "UpdateJobPriorityResult",
            shape::UPDATE_JOB_PRIORITY_RESULT,
            operations::update_job_priority(account, call, id)?,
        ),
        ("POST", ["jobs", id, "status"]) => (
            "UpdateJobStatusResult",
            shape::UPDATE_JOB_STATUS_RESULT,
            operations::update_job_status(account, call, id)?,
        ),
        ("GET", ["jobs", id, "tagging"]) => (
            "GetJobTaggingResult",
            shape::GET_JOB_TAGGING_RESULT,
            operations::get_job_tagging(account, call, id)?,
        ),
        ("PUT", ["jobs", id, "tagging"]) => {
            ("PutJobTaggingResult", shape::NOTHING, operations::put_job_tagging(account, call, id)?)
        }
        ("DELETE", ["jobs", id, "tagging"]) => {
            ("DeleteJobTaggingResult", shape::NOTHING, operations::delete_job_tagging(account, call, id)?)
        }
        _ => {
            let operation = format!("{} {}", call.method, call.path);
            return Err(ServiceError::unknown_operation(&operation).status(404));
        }
    };
    Ok(reply(root, &shape, &value))
}

fn reply(root: &str, shape: &Shape, value: &Value) -> RestReply {
    RestReply { status: StatusCode::OK, body: xml::write(root, shape, value).into(), ..RestReply::default() }
}

/// Jobs are those of the account that the header names, and nobody here may touch another's.
fn check_account(account: &Account, call: &RestCall<'_>) -> Result<(), ServiceError> {
    match call.header("x-amz-account-id") {
        Some(id) if id == account.identity.account => Ok(()),
        Some(_) => Err(ServiceError::new("AccessDenied", "Access Denied").status(403)),
        None => Err(bad_request("The header x-amz-account-id is missing")),
    }
}

fn bad_request(message: impl Into<String>) -> ServiceError {
    // The model has at most 1,024 characters.
    let message: String = message.into();
    ServiceError::new("BadRequestException", message.chars().take(1024).collect::<String>())
}

/// A request's body by its shape.
fn body(call: &RestCall<'_>, shape: &Shape) -> Result<Value, ServiceError> {
    let read = element::Element::parse(call.body).and_then(|root| xml::read(&root, shape));
    read.map_err(|why| bad_request(format!("Request invalid: {why}")))
}
