//! The job calls, one function each: who may, whether the request is one, and which of the model's errors it gets.

use super::{bad_request, body, shape};
use crate::sandbox::account::Account;
use crate::sandbox::batch::{Created, Job, Refused, Tag};
use crate::sandbox::services::{PageRequest, RestCall, ServiceError};
use jiff::Timestamp;
use opsctl_engine::batch::{JOB_TAGS, JobDocument, Request, Status, arn};
use opsctl_engine::manifest::partition;
use serde_json::{Value, json};
use std::sync::Arc;

pub fn create_job(account: &Arc<Account>, call: &RestCall<'_>) -> Result<Value, ServiceError> {
    authorize(account, "s3:CreateJob", "*")?;
    let request = body(call, &shape::CREATE_JOB)?;
    let document = JobDocument::read(&request, Timestamp::now()).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        bad_request(format!("Request invalid: {}", faults.join("; ")))
    })?;
    let Some(token) = document.client_request_token.clone() else {
        return Err(bad_request("Request invalid: ClientRequestToken is missing"));
    };
    authorize(account, "iam:PassRole", &document.role_arn)?;
    match arn::role(&document.role_arn) {
        Some((owner, _)) if owner == account.identity.account => {}
        _ => return Err(bad_request("Request invalid: RoleArn is not of this account")),
    }
    match account.batch.create(account, call.region, &token, document)? {
        Created::New(id) | Created::Known(id) => Ok(json!({ "JobId": id })),
        Created::TokenInUse => {
            let message = "A job with this ClientRequestToken and other parameters exists already";
            Err(ServiceError::new("IdempotencyException", message))
        }
        Created::Full => {
            Err(ServiceError::new("TooManyRequestsException", "There are too many jobs").status(429))
        }
    }
}

pub fn describe_job(account: &Account, call: &RestCall<'_>, id: &str) -> Result<Value, ServiceError> {
    let arn = found(account, "s3:DescribeJob", call, id)?;
    let job = account.batch.jobs.read(id, |job| job.description(&arn)).map_err(|_| unknown(id))?;
    Ok(json!({ "Job": job }))
}

pub fn list_jobs(account: &Account, call: &RestCall<'_>) -> Result<Value, ServiceError> {
    authorize(account, "s3:ListJobs", "*")?;
    let invalid = |message: String| ServiceError::new("InvalidRequestException", message);
    let mut statuses = Vec::new();
    for (_, word) in call.query.iter().filter(|(name, _)| name == "jobStatuses") {
        match Status::from(word.as_str()) {
            Status::Unknown(word) => return Err(invalid(format!("There is no job status {word}"))),
            status => statuses.push(status),
        }
    }
    let max_results = match call.query("maxResults") {
        None => None,
        Some(text) => match text.parse::<i32>() {
            // As much as nothing said.
            Ok(0) => None,
            Ok(count @ 1..=1000) => Some(count),
            _ => return Err(invalid(format!("maxResults must be a number from 0 to 1000, not {text}"))),
        },
    };
    let jobs = account.batch.jobs.list(call.region, &statuses, Timestamp::now());
    let words: Vec<&str> = statuses.iter().map(Status::as_str).collect();
    let list = format!("ListJobs {} {}", call.region, words.join(" "));
    let request = PageRequest { max_results, next_token: call.query("nextToken"), sizes: 1..=1000 };
    let page = account.pages.page(&list, jobs, &request).map_err(|error| match error.code.as_ref() {
        "InvalidNextToken" => ServiceError::new("InvalidNextTokenException", error.message),
        _ => invalid(error.message),
    })?;
    Ok(json!({ "NextToken": page.next_token, "Jobs": page.items }))
}

pub fn update_job_priority(account: &Account, call: &RestCall<'_>, id: &str) -> Result<Value, ServiceError> {
    found(account, "s3:UpdateJobPriority", call, id)?;
    let given = call.query("priority").unwrap_or_default();
    let priority = given.parse::<i32>().ok().filter(|priority| *priority >= 0);
    let Some(priority) = priority else {
        return Err(bad_request(format!("priority must be a number from 0 to {}, not `{given}`", i32::MAX)));
    };
    let changed = account.batch.jobs.change(id, |job| job.set_priority(priority));
    changed.map_err(|refused| match refused {
        Refused::NotNow(status) => {
            bad_request(format!("The priority of a job that is {status} cannot be changed"))
        }
        Refused::Unknown => unknown(id),
    })?;
    Ok(json!({ "JobId": id, "Priority": priority }))
}

pub fn update_job_status(account: &Account, call: &RestCall<'_>, id: &str) -> Result<Value, ServiceError> {
    found(account, "s3:UpdateJobStatus", call, id)?;
    let asked = match call.query("requestedJobStatus").unwrap_or_default() {
        "Ready" => Request::Ready,
        "Cancelled" => Request::Cancelled,
        other => {
            return Err(bad_request(format!("requestedJobStatus must be Ready or Cancelled, not `{other}`")));
        }
    };
    let reason = call.query("statusUpdateReason").map(str::to_owned);
    if reason.as_ref().is_some_and(|reason| !(1..=256).contains(&reason.chars().count())) {
        return Err(bad_request("statusUpdateReason must have 1 to 256 characters"));
    }
    let update = |job: &mut Job| {
        job.update(asked, reason, Timestamp::now())
            .map(|()| (job.status().clone(), job.update_reason.clone()))
    };
    let (status, reason) = account.batch.jobs.change(id, update).map_err(|refused| match refused {
        Refused::NotNow(status) => {
            let message = format!(
                "A job that is {status} cannot become {}",
                call.query("requestedJobStatus").unwrap_or_default()
            );
            ServiceError::new("JobStatusException", message)
        }
        Refused::Unknown => unknown(id),
    })?;
    Ok(json!({ "JobId": id, "Status": status.as_str(), "StatusUpdateReason": reason }))
}

pub fn get_job_tagging(account: &Account, call: &RestCall<'_>, id: &str) -> Result<Value, ServiceError> {
    found(account, "s3:GetJobTagging", call, id)?;
    let tags = account.batch.jobs.read(id, |job| job.tags.clone()).map_err(|_| unknown(id))?;
    Ok(json!({ "Tags": tags }))
}

pub fn put_job_tagging(account: &Account, call: &RestCall<'_>, id: &str) -> Result<Value, ServiceError> {
    found(account, "s3:PutJobTagging", call, id)?;
    let request = body(call, &shape::PUT_JOB_TAGGING)?;
    let tags = request.get("Tags").cloned().unwrap_or_default();
    let tags: Vec<Tag> = serde_json::from_value(tags)
        .map_err(|error| bad_request(format!("Request invalid: Tags: {error}")))?;
    if tags.len() > JOB_TAGS {
        let message = format!("A job has at most {JOB_TAGS} tags");
        return Err(ServiceError::new("TooManyTagsException", message));
    }
    set_tags(account, id, tags)
}

pub fn delete_job_tagging(account: &Account, call: &RestCall<'_>, id: &str) -> Result<Value, ServiceError> {
    found(account, "s3:DeleteJobTagging", call, id)?;
    set_tags(account, id, Vec::new())
}

fn set_tags(account: &Account, id: &str, tags: Vec<Tag>) -> Result<Value, ServiceError> {
    let set = |job: &mut Job| {
        job.tags = tags;
        Ok::<_, Refused>(())
    };
    account.batch.jobs.change(id, set).map_err(|_| unknown(id))?;
    Ok(json!({}))
}

/// The ARN of a job of the call's region, once the caller may do this with it.
fn found(account: &Account, action: &str, call: &RestCall<'_>, id: &str) -> Result<String, ServiceError> {
    let (region, owner) = (call.region, &account.identity.account);
    let arn = format!("arn:{}:s3:{region}:{owner}:job/{id}", partition(region));
    authorize(account, action, &arn)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !(5..=36).contains(&id.len()) || !id.bytes().all(fits) {
        return Err(bad_request(format!("{id} is no id of a job")));
    }
    match account.batch.jobs.read(id, |job| job.region == call.region) {
        Ok(true) => Ok(arn),
        _ => Err(unknown(id)),
    }
}

fn unknown(id: &str) -> ServiceError {
    ServiceError::new("NotFoundException", format!("The job {id} does not exist")).status(404)
}

fn authorize(account: &Account, action: &str, resource: &str) -> Result<(), ServiceError> {
    account.authorize(action, resource).map_err(|denial| denial.status(403))
}
