//! One job: what was asked for and what has become of it. Owns the rules of its changes; runs nothing.

use jiff::Timestamp;
use opsctl_engine::batch::{self, Request, Status};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    pub id: String,
    /// Where it runs.
    pub region: String,
    /// As CreateJob was given it.
    pub request: Value,
    pub created: Timestamp,
    pub tags: Vec<Tag>,
    pub priority: i32,
    pub progress: Progress,
    pub update_reason: Option<String>,
    pub failures: Vec<Failure>,
    /// When it was over.
    pub terminated: Option<Timestamp>,
    pub suspended: Option<Timestamp>,
    /// Where the list of a generated manifest was put.
    pub generated: Option<GeneratedManifest>,
    #[serde(with = "word")]
    status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    #[serde(rename = "Key")]
    pub key: String,
    #[serde(rename = "Value")]
    pub value: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub total: u64,
    pub succeeded: u64,
    pub failed: u64,
    /// Microseconds that its tasks have run.
    pub active_us: u64,
}

/// Why a job failed as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub code: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratedManifest {
    pub object_arn: String,
    pub etag: String,
    pub version_id: Option<String>,
}

/// A status as it is kept in a file: its word.
mod word {
    use super::{Deserialize as _, Deserializer, Serializer, Status};

    pub fn serialize<S: Serializer>(status: &Status, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(status.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Status, D::Error> {
        let word = String::deserialize(deserializer)?;
        match Status::from(word.as_str()) {
            Status::Unknown(word) => Err(serde::de::Error::custom(format!("no status is called {word}"))),
            status => Ok(status),
        }
    }
}

/// A change that the job's state does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotNow(pub Status);

impl Failure {
    pub fn new(code: impl Into<String>, reason: impl Into<String>) -> Self {
        // The model has at most 256 characters.
        let reason: String = reason.into();
        Failure { code: code.into(), reason: reason.chars().take(256).collect() }
    }
}

impl Progress {
    /// More failures than a job survives.
    pub fn is_past_threshold(&self) -> bool {
        let Progress { total, succeeded, failed, .. } = *self;
        batch::Progress { total, succeeded, failed, active_seconds: None }.is_past_threshold()
    }
}

impl Job {
    pub fn new(id: String, region: String, request: Value, now: Timestamp) -> Self {
        let tags = request.get("Tags").cloned().and_then(|tags| serde_json::from_value(tags).ok());
        let priority = request.get("Priority").and_then(Value::as_i64);
        Job {
            id,
            region,
            tags: tags.unwrap_or_default(),
            priority: priority.and_then(|priority| priority.try_into().ok()).unwrap_or_default(),
            request,
            created: now,
            progress: Progress::default(),
            update_reason: None,
            failures: Vec::new(),
            terminated: None,
            suspended: None,
            generated: None,
            status: Status::New,
        }
    }

    pub fn status(&self) -> &Status {
        &self.status
    }

    pub fn token(&self) -> &str {
        self.request.get("ClientRequestToken").and_then(Value::as_str).unwrap_or_default()
    }

    /// The same job as if it had only just been asked for.
    pub fn begun_again(self) -> Self {
        let Job { id, region, request, created, tags, priority, .. } = self;
        Job { tags, priority, ..Job::new(id, region, request, created) }
    }

    /// Where CreateJob said nothing, it does.
    pub fn needs_confirmation(&self) -> bool {
        self.request.get("ConfirmationRequired").and_then(Value::as_bool).unwrap_or(true)
    }

    /// A step by the service itself.
    pub fn step(&mut self, next: Status, now: Timestamp) -> Result<(), NotNow> {
        if !self.status.can_become(&next) {
            return Err(NotNow(self.status.clone()));
        }
        if next == Status::Suspended {
            self.suspended = Some(now);
        }
        if next.is_over() {
            self.terminated = Some(now);
        }
        self.status = next;
        Ok(())
    }

    /// It fails, and says why, unless it is over or ends already.
    pub fn fail(&mut self, failure: Failure, now: Timestamp) -> Result<(), NotNow> {
        self.step(Status::Failing, now)?;
        self.failures.push(failure);
        Ok(())
    }

    /// What UpdateJobStatus asks for.
    pub fn update(&mut self, asked: Request, reason: Option<String>, now: Timestamp) -> Result<(), NotNow> {
        if !self.status.allows(asked) {
            return Err(NotNow(self.status.clone()));
        }
        self.step(
            match asked {
                Request::Ready => Status::Ready,
                Request::Cancelled => Status::Cancelling,
            },
            now,
        )?;
        if reason.is_some() {
            self.update_reason = reason;
        }
        Ok(())
    }

    /// Of a job that is not over.
    pub fn set_priority(&mut self, priority: i32) -> Result<(), NotNow> {
        if self.status.is_over() {
            return Err(NotNow(self.status.clone()));
        }
        self.priority = priority;
        Ok(())
    }

    /// The operation's name.
    pub fn operation(&self) -> &str {
        let operation = self.request.get("Operation").and_then(Value::as_object);
        operation.and_then(|operation| operation.keys().next()).map_or("", String::as_str)
    }

    /// As DescribeJob shows it.
    pub fn description(&self, arn: &str) -> Value {
        let of_request = |name: &str| self.request.get(name).cloned().unwrap_or_default();
        let failures: Vec<_> = self
            .failures
            .iter()
            .map(|failure| json!({ "FailureCode": failure.code, "FailureReason": failure.reason }))
            .collect();
        let suspended = self.suspended.map(|_| "Awaiting confirmation");
        json!({
            "JobId": self.id,
            "ConfirmationRequired": self.needs_confirmation(),
            "Description": of_request("Description"),
            "JobArn": arn,
            "Status": self.status.as_str(),
            "Manifest": of_request("Manifest"),
            "Operation": of_request("Operation"),
            "Priority": self.priority,
            "ProgressSummary": self.progress_summary(),
            "StatusUpdateReason": self.update_reason,
            "FailureReasons": (!failures.is_empty()).then_some(failures),
            "Report": of_request("Report"),
            "CreationTime": time(self.created),
            "TerminationDate": self.terminated.map(time),
            "RoleArn": of_request("RoleArn"),
            "SuspendedDate": self.suspended.map(time),
            "SuspendedCause": suspended,
            "ManifestGenerator": of_request("ManifestGenerator"),
            "GeneratedManifestDescriptor": self.generated.as_ref().map(|generated| json!({
                "Format": "S3InventoryReport_CSV_20211130",
                "Location": {
                    "ObjectArn": generated.object_arn,
                    "ObjectVersionId": generated.version_id,
                    "ETag": generated.etag,
                },
            })),
        })
    }

    /// As a list shows it.
    pub fn listed(&self) -> Value {
        json!({
            "JobId": self.id,
            "Description": self.request.get("Description"),
            "Operation": self.operation(),
            "Priority": self.priority,
            "Status": self.status.as_str(),
            "CreationTime": time(self.created),
            "TerminationDate": self.terminated.map(time),
            "ProgressSummary": self.progress_summary(),
        })
    }

    fn progress_summary(&self) -> Value {
        json!({
            "TotalNumberOfTasks": self.progress.total,
            "NumberOfTasksSucceeded": self.progress.succeeded,
            "NumberOfTasksFailed": self.progress.failed,
            "Timers": { "ElapsedTimeInActiveSeconds": self.progress.active_us / 1_000_000 },
        })
    }
}

/// With milliseconds, as the service writes it.
fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn job(steps: &[Status]) -> Job {
        let mut job = Job::new("job-1".into(), "eu-west-1".into(), json!({ "Priority": 1 }), NOW);
        steps.iter().for_each(|status| job.step(status.clone(), NOW).unwrap());
        job
    }

    use Status::*;

    #[test]
    fn only_what_waits_is_confirmed_and_only_what_lives_is_cancelled() {
        for (steps, ready, cancelled) in [
            (&[][..], false, true),
            (&[Preparing], false, true),
            (&[Preparing, Suspended], true, true),
            (&[Preparing, Ready], false, true),
            (&[Preparing, Ready, Active], false, true),
            (&[Preparing, Ready, Active, Pausing], false, true),
            (&[Preparing, Ready, Active, Pausing, Paused], false, true),
            (&[Preparing, Ready, Active, Completing], false, false),
            (&[Preparing, Ready, Active, Completing, Complete], false, false),
            (&[Cancelling], false, false),
            (&[Cancelling, Cancelled], false, false),
            (&[Failing], false, false),
            (&[Failing, Failed], false, false),
        ] {
            let asked = |request| job(steps).update(request, Some("why".into()), NOW);
            let expected =
                |legal: bool| if legal { Ok(()) } else { Err(NotNow(job(steps).status().clone())) };
            assert_eq!(asked(Request::Ready), expected(ready), "{steps:?}");
            assert_eq!(asked(Request::Cancelled), expected(cancelled), "{steps:?}");
        }
    }

    #[test]
    fn a_refused_change_leaves_no_reason_behind() {
        let mut job = job(&[Cancelling, Cancelled]);
        assert!(job.update(Request::Cancelled, Some("again".into()), NOW).is_err());
        assert_eq!((job.update_reason, job.terminated), (None, Some(NOW)));
    }

    #[test]
    fn a_job_fails_once_a_thousand_tasks_have_run_and_over_half_failed() {
        for (succeeded, failed, expected) in [
            (0, 999, false),
            (0, 1000, true),
            (500, 500, false),
            (499, 501, true),
            (500, 501, true),
            (u64::MAX, 1, false),
        ] {
            let progress = Progress { succeeded, failed, ..Progress::default() };
            assert_eq!(progress.is_past_threshold(), expected, "{succeeded} {failed}");
        }
    }

    #[test]
    fn without_a_word_a_job_waits_to_be_confirmed() {
        for (request, expected) in [
            (json!({}), true),
            (json!({ "ConfirmationRequired": true }), true),
            (json!({ "ConfirmationRequired": false }), false),
        ] {
            assert_eq!(Job::new("j".into(), "eu-west-1".into(), request, NOW).needs_confirmation(), expected);
        }
    }

    #[test]
    fn a_job_survives_its_file() {
        let mut job = job(&[Preparing]);
        job.fail(Failure::new("Code", "x".repeat(300)), NOW).unwrap();
        job.step(Failed, NOW).unwrap();
        let text = serde_json::to_string(&job).unwrap();
        let read: Job = serde_json::from_str(&text).unwrap();
        assert_eq!((read.status(), read.failures[0].reason.len()), (&Failed, 256));
        assert!(serde_json::from_str::<Job>(&text.replace("\"Failed\"", "\"Fallen\"")).is_err());
    }
}
