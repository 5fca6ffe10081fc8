//! Machines and executions as opsctl sees them. Built from answers of AWS in `api` and nowhere else.

mod machine;
mod map_run;

use jiff::Timestamp;
use serde::Serialize;

pub use machine::{AliasSummary, Encryption, Logging, StateMachine, VersionSummary};
pub use map_run::{Counts, MapRun, MapRunSummary};

/// A machine as a list tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MachineSummary {
    pub name: String,
    /// STANDARD or EXPRESS.
    #[serde(rename = "type")]
    pub machine_type: String,
    pub created: Option<Timestamp>,
    pub state_machine_arn: String,
}

impl MachineSummary {
    pub fn is_express(&self) -> bool {
        self.machine_type == EXPRESS
    }
}

pub const EXPRESS: &str = "EXPRESS";

/// An execution as a list tells of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionSummary {
    pub name: String,
    /// RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE, or what is newer.
    pub status: String,
    pub started: Option<Timestamp>,
    pub stopped: Option<Timestamp>,
    /// Of one that is over.
    pub duration_seconds: Option<f64>,
    pub redrive_count: u64,
    pub redrive_date: Option<Timestamp>,
    pub state_machine_arn: String,
    pub state_machine_version_arn: Option<String>,
    pub state_machine_alias_arn: Option<String>,
    /// Of a child of a distributed Map, and how many items it has.
    pub map_run_arn: Option<String>,
    pub item_count: Option<u64>,
    pub execution_arn: String,
}

impl From<Execution> for ExecutionSummary {
    fn from(it: Execution) -> Self {
        ExecutionSummary {
            duration_seconds: it.duration_seconds(),
            name: it.name,
            status: it.status,
            started: it.started,
            stopped: it.stopped,
            redrive_count: it.redrives.redrive_count,
            redrive_date: it.redrives.redrive_date,
            state_machine_arn: it.state_machine_arn,
            state_machine_version_arn: it.state_machine_version_arn,
            state_machine_alias_arn: it.state_machine_alias_arn,
            map_run_arn: it.map_run_arn,
            item_count: None,
            execution_arn: it.execution_arn,
        }
    }
}

/// An execution, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    pub name: String,
    /// RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE, or what is newer.
    pub status: String,
    pub started: Option<Timestamp>,
    pub stopped: Option<Timestamp>,
    pub error: Option<String>,
    pub cause: Option<String>,
    /// JSON text, as it was given.
    pub input: Option<String>,
    pub output: Option<String>,
    #[serde(flatten)]
    pub redrives: Redrives,
    pub state_machine_arn: String,
    pub state_machine_version_arn: Option<String>,
    pub state_machine_alias_arn: Option<String>,
    pub map_run_arn: Option<String>,
    pub trace_header: Option<String>,
    pub execution_arn: String,
}

impl Execution {
    pub fn is_over(&self) -> bool {
        is_over(&self.status)
    }

    pub fn duration_seconds(&self) -> Option<f64> {
        seconds_between(self.started, self.stopped)
    }
}

/// Whether nothing happens any more in an execution or a map run of this status.
pub fn is_over(status: &str) -> bool {
    !matches!(status, "RUNNING" | "PENDING_REDRIVE")
}

/// Milliseconds are all that is known.
pub fn seconds_between(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<f64> {
    let milliseconds = to?.duration_since(from?).as_millis();
    // Exact for some hundred thousand years.
    #[allow(clippy::cast_precision_loss)]
    let seconds = milliseconds as f64 / 1000.0;
    Some(seconds)
}

/// How often an execution was redriven, and whether it can be again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redrives {
    pub redrive_count: u64,
    pub redrive_date: Option<Timestamp>,
    pub redrive_status: Option<String>,
    pub redrive_status_reason: Option<String>,
}
