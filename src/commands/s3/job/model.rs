//! A batch job as opsctl sees it: what is shown, and the document it was made from. Built from the SDK's types here and
//! nowhere else.

use aws_sdk_s3control::types::{JobDescriptor, JobListDescriptor, JobProgressSummary};
use jiff::Timestamp;
use opsctl_engine::batch::{
    JobDocument, ManifestLocation, Operation, Progress, Report, Source, Status, Tag, arn,
};
use opsctl_engine::manifest::Location;
use opsctl_engine::manifest::report::manifest_key;
use serde::{Serialize, Serializer};

use super::from_sdk;
use crate::error::{Error, Result};

/// A job as a list tells of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub job_id: String,
    #[serde(serialize_with = "as_text")]
    pub status: Status,
    /// The API's name.
    pub operation: String,
    pub description: Option<String>,
    pub priority: i32,
    #[serde(flatten)]
    pub progress: Tasks,
    pub created: Option<Timestamp>,
    pub terminated: Option<Timestamp>,
}

/// Its progress, with the names of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tasks {
    pub total_tasks: u64,
    pub succeeded_tasks: u64,
    pub failed_tasks: u64,
    pub active_seconds: Option<u64>,
}

/// A job, whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    #[serde(flatten)]
    pub summary: Summary,
    pub job_arn: Option<String>,
    pub role_arn: Option<String>,
    pub confirmation_required: Option<bool>,
    pub suspended: Option<Timestamp>,
    pub suspended_cause: Option<String>,
    pub status_update_reason: Option<String>,
    pub failures: Vec<Failure>,
    /// As in a job document; absent where it is of a kind that this version does not know.
    #[serde(serialize_with = "as_document", rename = "operationParameters")]
    pub operation: Option<Operation>,
    #[serde(serialize_with = "as_document")]
    pub source: Option<Source>,
    #[serde(serialize_with = "as_document")]
    pub report: Report,
    #[serde(serialize_with = "as_document")]
    pub generated_manifest: Option<ManifestLocation>,
    /// Absent where they were not asked for, or may not be known: that takes a call of its own.
    #[serde(serialize_with = "as_document")]
    pub tags: Option<Vec<Tag>>,
}

/// Why a whole job failed; of its tasks nothing is said here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub code: String,
    pub reason: String,
}

impl TryFrom<JobListDescriptor> for Summary {
    type Error = anyhow::Error;

    fn try_from(job: JobListDescriptor) -> Result<Self> {
        Ok(Summary {
            job_id: needed(job.job_id, "JobId", "ListJobs")?,
            status: status(job.status.as_ref().map(|status| status.as_str())),
            operation: job.operation.map(|operation| operation.as_str().to_owned()).unwrap_or_default(),
            description: job.description,
            priority: job.priority,
            progress: tasks(job.progress_summary.as_ref()),
            created: job.creation_time.as_ref().and_then(from_sdk::time),
            terminated: job.termination_date.as_ref().and_then(from_sdk::time),
        })
    }
}

impl TryFrom<JobDescriptor> for Job {
    type Error = anyhow::Error;

    fn try_from(job: JobDescriptor) -> Result<Self> {
        let operation = job.operation.as_ref().and_then(from_sdk::operation);
        let failures = job.failure_reasons.unwrap_or_default().into_iter().map(|failure| Failure {
            code: failure.failure_code.unwrap_or_default(),
            reason: failure.failure_reason.unwrap_or_default(),
        });
        let generated = job.generated_manifest_descriptor.and_then(|generated| generated.location);
        Ok(Job {
            summary: Summary {
                job_id: needed(job.job_id, "JobId", "DescribeJob")?,
                status: status(job.status.as_ref().map(|status| status.as_str())),
                operation: operation.as_ref().map(|known| known.kind().name().to_owned()).unwrap_or_default(),
                description: job.description,
                priority: job.priority,
                progress: tasks(job.progress_summary.as_ref()),
                created: job.creation_time.as_ref().and_then(from_sdk::time),
                terminated: job.termination_date.as_ref().and_then(from_sdk::time),
            },
            job_arn: job.job_arn,
            role_arn: job.role_arn,
            confirmation_required: job.confirmation_required,
            suspended: job.suspended_date.as_ref().and_then(from_sdk::time),
            suspended_cause: job.suspended_cause,
            status_update_reason: job.status_update_reason,
            failures: failures.collect(),
            source: from_sdk::source(job.manifest.as_ref(), job.manifest_generator.as_ref()),
            report: job.report.as_ref().map(from_sdk::report).unwrap_or_default(),
            generated_manifest: generated.as_ref().map(from_sdk::location),
            tags: None,
            operation,
        })
    }
}

impl Job {
    pub fn id(&self) -> &str {
        &self.summary.job_id
    }

    pub fn status(&self) -> &Status {
        &self.summary.status
    }

    pub fn progress(&self) -> Progress {
        self.summary.progress.into()
    }

    /// The document of a job like this one, with a token and tags still to be said; none where a part is not known.
    pub fn document(&self) -> Option<JobDocument> {
        Some(JobDocument {
            account_id: None,
            confirmation_required: self.confirmation_required,
            operation: self.operation.clone()?,
            report: self.report.clone(),
            client_request_token: None,
            description: self.summary.description.clone(),
            priority: self.summary.priority,
            role_arn: self.role_arn.clone()?,
            tags: None,
            source: self.source.clone()?,
        })
    }

    /// Where the manifest.json of its completion report is.
    pub fn report_location(&self) -> Option<Location> {
        let bucket = self.report.enabled.then_some(self.report.bucket.as_deref()?)?;
        let prefix = self.report.prefix.as_deref().unwrap_or_default();
        Some(Location { bucket: arn::bucket(bucket)?.to_owned(), key: manifest_key(prefix, self.id()) })
    }
}

impl From<Tasks> for Progress {
    fn from(tasks: Tasks) -> Self {
        Progress {
            total: tasks.total_tasks,
            succeeded: tasks.succeeded_tasks,
            failed: tasks.failed_tasks,
            active_seconds: tasks.active_seconds,
        }
    }
}

fn needed(value: Option<String>, name: &str, call: &str) -> Result<String> {
    Ok(value.ok_or_else(|| Error::failed(format!("the answer of AWS has no {name} in {call}")))?)
}

fn status(word: Option<&str>) -> Status {
    Status::from(word.unwrap_or_default())
}

fn tasks(summary: Option<&JobProgressSummary>) -> Tasks {
    let count = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
    let Some(summary) = summary else { return Tasks::default() };
    Tasks {
        total_tasks: count(summary.total_number_of_tasks).unwrap_or_default(),
        succeeded_tasks: count(summary.number_of_tasks_succeeded).unwrap_or_default(),
        failed_tasks: count(summary.number_of_tasks_failed).unwrap_or_default(),
        active_seconds: summary
            .timers
            .as_ref()
            .and_then(|timers| count(timers.elapsed_time_in_active_seconds)),
    }
}

fn as_text<S: Serializer>(status: &Status, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(status.as_str())
}

/// With the names of the API, and without what is absent.
fn as_document<S: Serializer>(value: &impl Serialize, serializer: S) -> Result<S::Ok, S::Error> {
    let mut value = serde_json::to_value(value).map_err(serde::ser::Error::custom)?;
    opsctl_engine::batch::drop_nulls(&mut value);
    value.serialize(serializer)
}
