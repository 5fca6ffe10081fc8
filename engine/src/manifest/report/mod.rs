//! Completion reports of a job: `Report_CSV_20180820`, read and written.
//!
//! Source of the rules: the guide of Batch Operations on completion reports, and its sample rows, whose fifth and sixth
//! field stand the other way round than their schema says.

mod causes;
mod manifest;
mod reader;
mod summary;
mod writer;

pub use causes::{Explanation, explain};
pub use manifest::{BadReport, MAX_REPORT_MANIFEST, ReportManifest, ResultFile};
pub use reader::{ReportReader, is_result};
pub use summary::{Counts, Example, Group, Summary};
pub use writer::{ResultWriter, WrittenResults, manifest_key, report_folder, result_key};

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TaskStatus {
    Succeeded,
    Failed,
}

impl TaskStatus {
    /// As reports have it.
    pub fn word(self) -> &'static str {
        match self {
            TaskStatus::Succeeded => "succeeded",
            TaskStatus::Failed => "failed",
        }
    }
}

/// What came of one object; lent by a reader until it is asked for the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskResult<'a> {
    pub bucket: &'a str,
    /// Raw: nothing in it is encoded.
    pub key: &'a str,
    /// Absent when the job's manifest had none, or left it empty as an inventory does for what is older than versioning.
    pub version_id: Option<&'a str>,
    pub status: TaskStatus,
    /// Absent when the task succeeded.
    pub error_code: Option<&'a str>,
    pub http_status: Option<u16>,
    /// Any text: a function's answer may have commas, quotes and line breaks.
    pub message: &'a str,
}

#[cfg(test)]
mod tests;
