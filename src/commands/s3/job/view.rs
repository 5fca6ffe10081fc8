//! How a job is shown: columns of the list and of one job, and what is said of it in a sentence. Pure functions; no calls.

use std::time::Duration;

use opsctl_engine::batch::{Progress, Source, Status, arn};

use super::model::{Job, Summary};
use crate::output::{Cell, Column, Tone};

/// The columns of `s3 job list`.
pub const SUMMARIES: &[Column<Summary>] = &[
    Column::new("id", "ID", |job: &Summary| job.job_id.as_str().into()),
    Column::new("status", "STATUS", |job: &Summary| Cell::state(job.status.as_str(), tone(&job.status))),
    Column::new("tasks", "TASKS", |job: &Summary| job.progress.total_tasks.into()),
    Column::new("failed", "FAILED", |job: &Summary| job.progress.failed_tasks.into()),
    Column::new("operation", "OPERATION", |job: &Summary| job.operation.as_str().into()).cut(),
    Column::new("succeeded", "SUCCEEDED", |job: &Summary| job.progress.succeeded_tasks.into()).hidden(),
    Column::new("priority", "PRIORITY", |job: &Summary| i64::from(job.priority).into()),
    Column::new("created", "CREATED", |job: &Summary| job.created.into()),
    Column::new("ended", "ENDED", |job: &Summary| job.terminated.into()).hidden(),
    Column::new("description", "DESCRIPTION", |job: &Summary| job.description.as_deref().into()).cut(),
];

/// One job.
pub const DETAILS: &[Column<Job>] = &[
    Column::new("id", "Job", |job: &Job| job.id().into()),
    Column::new("status", "Status", |job: &Job| Cell::state(job.status().as_str(), tone(job.status()))),
    Column::new("operation", "Operation", |job: &Job| job.summary.operation.as_str().into()),
    Column::new("parameters", "Parameters", |job: &Job| parameters(job).into()),
    Column::new("objects", "Objects", |job: &Job| job.source.as_ref().map(source).into()),
    Column::new("description", "Description", |job: &Job| job.summary.description.as_deref().into()),
    Column::new("priority", "Priority", |job: &Job| i64::from(job.summary.priority).into()),
    Column::new("tasks", "Tasks", |job: &Job| job.summary.progress.total_tasks.into()),
    Column::new("succeeded", "Succeeded", |job: &Job| job.summary.progress.succeeded_tasks.into()),
    Column::new("failed", "Failed", |job: &Job| job.summary.progress.failed_tasks.into()),
    Column::new("rate", "Rate", |job: &Job| {
        job.progress().rate().map(|rate| format!("{rate:.1} a second")).into()
    }),
    Column::new("failures", "Failures", |job: &Job| failures(job).into()),
    Column::new("reason", "Reason", |job: &Job| job.status_update_reason.as_deref().into()),
    Column::new("suspended", "Suspended", |job: &Job| job.suspended_cause.as_deref().into()),
    Column::new("role", "Role", |job: &Job| job.role_arn.as_deref().into()),
    Column::new("report", "Report", |job: &Job| job.report_location().map(|place| place.to_string()).into()),
    Column::new("generated", "Generated list", |job: &Job| {
        job.generated_manifest.as_ref().map(|location| s3_uri(&location.object_arn)).into()
    }),
    Column::new("tags", "Tags", |job: &Job| tags(job).into()),
    Column::new("created", "Created", |job: &Job| job.summary.created.into()),
    Column::new("ended", "Ended", |job: &Job| job.summary.terminated.into()),
    Column::new("arn", "ARN", |job: &Job| job.job_arn.as_deref().into()),
];

fn tone(status: &Status) -> Tone {
    match status {
        Status::Complete => Tone::Good,
        Status::Failed | Status::Failing => Tone::Bad,
        Status::Suspended | Status::Active | Status::Completing | Status::Pausing | Status::Cancelling => {
            Tone::Attention
        }
        Status::New | Status::Preparing | Status::Ready | Status::Paused | Status::Cancelled => Tone::Muted,
        Status::Unknown(_) => Tone::Plain,
    }
}

/// The operation's own, as in a job document.
fn parameters(job: &Job) -> Option<String> {
    let mut value = serde_json::to_value(job.operation.as_ref()?).ok()?;
    opsctl_engine::batch::drop_nulls(&mut value);
    let parameters = value.as_object()?.values().next()?;
    (!parameters.as_object()?.is_empty()).then(|| parameters.to_string())
}

/// Where the objects come from.
pub fn source(source: &Source) -> String {
    match source {
        Source::Manifest(manifest) => s3_uri(&manifest.location.object_arn),
        Source::ManifestGenerator(generator) => {
            let bucket = &generator.s3_job_manifest_generator.source_bucket;
            format!("a list that S3 makes of s3://{}", arn::bucket(bucket).unwrap_or(bucket))
        }
    }
}

fn s3_uri(object_arn: &str) -> String {
    match arn::object(object_arn) {
        Some((bucket, key)) => format!("s3://{bucket}/{key}"),
        None => object_arn.to_owned(),
    }
}

fn failures(job: &Job) -> Option<String> {
    let told: Vec<String> =
        job.failures.iter().map(|failure| format!("{}: {}", failure.code, failure.reason)).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn tags(job: &Job) -> Option<String> {
    let told: Vec<String> =
        job.tags.as_ref()?.iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect();
    Some(told.join(", "))
}

/// What completion and questions say of a job.
pub fn about(job: &Summary) -> String {
    let mut parts = vec![job.status.to_string(), job.operation.clone()];
    parts.extend(job.description.clone());
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

/// "Active, 1200 of 5000 tasks, 3 failed, 120.5 a second, about 31s left".
pub fn progress(job: &Job) -> String {
    let progress = job.progress();
    let mut parts = vec![job.status().to_string()];
    if progress.total > 0 {
        parts.push(format!("{} of {}", progress.done(), count(progress.total)));
    }
    if progress.failed > 0 {
        parts.push(format!("{} failed", progress.failed));
    }
    if let Some(rate) = progress.rate().filter(|_| !job.status().is_over()) {
        parts.push(format!("{rate:.1} a second"));
    }
    if let Some(left) = remaining(job.status(), &progress) {
        parts.push(format!("about {} left", length(left)));
    }
    parts.join(", ")
}

fn remaining(status: &Status, progress: &Progress) -> Option<Duration> {
    (*status == Status::Active).then(|| progress.remaining()).flatten()
}

pub fn count(tasks: u64) -> String {
    format!("{tasks} {}", if tasks == 1 { "task" } else { "tasks" })
}

/// As coarse as an estimate is.
fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7200 => format!("{}m", seconds / 60),
        7200..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use aws_sdk_s3control::types::{JobDescriptor, JobProgressSummary, JobStatus, JobTimers};

    pub fn job(status: &str, total: i64, succeeded: i64, failed: i64, seconds: i64) -> Job {
        let timers = JobTimers::builder().elapsed_time_in_active_seconds(seconds).build();
        let progress = JobProgressSummary::builder()
            .total_number_of_tasks(total)
            .number_of_tasks_succeeded(succeeded)
            .number_of_tasks_failed(failed)
            .timers(timers)
            .build();
        let job = JobDescriptor::builder().job_id("job-1").status(JobStatus::from(status));
        job.priority(10).progress_summary(progress).build().try_into().unwrap()
    }

    #[test]
    fn a_job_is_told_in_a_sentence() {
        for (job, expected) in [
            (job("Preparing", 0, 0, 0, 0), "Preparing"),
            (
                job("Active", 5000, 1197, 3, 10),
                "Active, 1200 of 5000 tasks, 3 failed, 120.0 a second, about 31s left",
            ),
            (
                job("Active", 1_000_000, 10, 0, 10),
                "Active, 10 of 1000000 tasks, 1.0 a second, about 11d left",
            ),
            (job("Complete", 1, 1, 0, 10), "Complete, 1 of 1 task"),
            (job("Resting", 0, 0, 0, 0), "Resting"),
        ] {
            assert_eq!(progress(&job), expected);
        }
        assert_eq!(length(Duration::from_secs(7199)), "119m");
        assert_eq!(length(Duration::from_secs(7200)), "2h");
    }
}
