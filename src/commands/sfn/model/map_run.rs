//! A run of a distributed Map state.

use jiff::Timestamp;
use opsctl_engine::asl::graph::Items;
use serde::Serialize;

/// A map run as a list tells of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MapRunSummary {
    pub started: Option<Timestamp>,
    pub stopped: Option<Timestamp>,
    /// Of one that is over.
    pub duration_seconds: Option<f64>,
    pub execution_arn: String,
    /// Of its children: with the label of the Map state.
    pub state_machine_arn: String,
    pub map_run_arn: String,
}

/// A map run, whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MapRun {
    /// RUNNING, SUCCEEDED, FAILED, ABORTED, or what is newer.
    pub status: String,
    pub started: Option<Timestamp>,
    pub stopped: Option<Timestamp>,
    /// Of one that is over.
    pub duration_seconds: Option<f64>,
    pub item_counts: Counts,
    pub execution_counts: Counts,
    /// 0 for as many as there are.
    pub max_concurrency: u64,
    /// 0 for none.
    pub tolerated_failure_percentage: f32,
    /// 0 for none.
    pub tolerated_failure_count: u64,
    pub redrive_count: u64,
    pub redrive_date: Option<Timestamp>,
    pub execution_arn: String,
    pub map_run_arn: String,
}

/// How many items, or child executions, are how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub total: u64,
    pub pending: u64,
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub aborted: u64,
    pub results_written: u64,
    pub failures_not_redrivable: u64,
    pub pending_redrive: u64,
}

impl Counts {
    /// As a drawing shows them.
    pub fn items(&self) -> Items {
        let failed = self.failed.saturating_add(self.timed_out).saturating_add(self.aborted);
        Items { total: self.total, succeeded: self.succeeded, failed }
    }
}
