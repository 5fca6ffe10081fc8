//! Machines and executions as opsctl sees them. Built from answers of AWS in `api` and nowhere else.

use jiff::Timestamp;
use serde::Serialize;

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

/// How often an execution was redriven, and whether it can be again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redrives {
    pub redrive_count: u64,
    pub redrive_date: Option<Timestamp>,
    pub redrive_status: Option<String>,
    pub redrive_status_reason: Option<String>,
}
