//! A job's completion report, as the service writes it: result files that grow in the store while tasks run, and a
//! manifest that names them, put last. Rows and names are the engine's business.

use super::job::Failure;
use super::objects::{self, Sink};
use super::task::{Outcome, Task};
use crate::sandbox::account::Account;
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use opsctl_engine::batch::{self, arn, words};
use opsctl_engine::hex::hex;
use opsctl_engine::manifest::report::{
    ReportManifest, ResultFile, ResultWriter, TaskResult, TaskStatus, manifest_key, result_key,
};

pub struct Report {
    job_id: String,
    bucket: String,
    prefix: String,
    failed_only: bool,
    rows_per_file: u64,
    succeeded: File,
    failed: File,
    files: Vec<ResultFile>,
}

/// The result file that is being written, of one status.
#[derive(Default)]
struct File {
    writer: Option<ResultWriter<Sink>>,
    rows: u64,
}

impl Report {
    /// None: the job is to have no report.
    pub fn new(report: &batch::Report, job_id: &str, rows_per_file: u64) -> Option<Self> {
        let bucket = report.bucket.as_deref().and_then(arn::bucket).filter(|_| report.enabled)?;
        Some(Report {
            job_id: job_id.to_owned(),
            bucket: bucket.to_owned(),
            prefix: report.prefix.clone().unwrap_or_default(),
            failed_only: report.report_scope.as_deref() == Some(words::FAILED_TASKS_ONLY),
            rows_per_file,
            succeeded: File::default(),
            failed: File::default(),
            files: Vec::new(),
        })
    }

    /// What became of one task.
    pub fn row(&mut self, account: &Account, task: &Task, outcome: &Outcome) -> Result<(), Failure> {
        let (status, error_code, http_status, message) = match outcome {
            Ok(_) if self.failed_only => return Ok(()),
            Ok(done) => (TaskStatus::Succeeded, None, done.status, &done.message),
            Err(fault) => (TaskStatus::Failed, Some(fault.code.as_ref()), fault.status, &fault.message),
        };
        let file = match status {
            TaskStatus::Succeeded => &mut self.succeeded,
            TaskStatus::Failed => &mut self.failed,
        };
        let writer = file.writer.get_or_insert_with(|| ResultWriter::new(Sink::new(account)));
        let result = TaskResult {
            bucket: &task.bucket,
            key: &task.key,
            version_id: task.version_id.as_deref(),
            status,
            error_code,
            http_status: Some(http_status),
            message,
        };
        writer.write(&result).map_err(cannot_write)?;
        file.rows += 1;
        if file.rows >= self.rows_per_file { self.close(account, status) } else { Ok(()) }
    }

    /// Writes what is left and the manifest.
    pub fn finish(mut self, account: &Account) -> Result<(), Failure> {
        self.close(account, TaskStatus::Succeeded)?;
        self.close(account, TaskStatus::Failed)?;
        let created = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let manifest = ReportManifest::new(created, std::mem::take(&mut self.files)).to_json();
        let md5 = hex(&Md5::digest(&manifest));
        let key = manifest_key(&self.prefix, &self.job_id);
        // The manifest is the mark that the report is whole.
        self.put(account, &format!("{key}.md5"), objects::sink(account, md5.as_bytes()))?;
        self.put(account, &key, objects::sink(account, &manifest))
    }

    fn close(&mut self, account: &Account, status: TaskStatus) -> Result<(), Failure> {
        let file = match status {
            TaskStatus::Succeeded => std::mem::take(&mut self.succeeded),
            TaskStatus::Failed => std::mem::take(&mut self.failed),
        };
        let Some(writer) = file.writer else { return Ok(()) };
        let (sink, written) = writer.finish().map_err(cannot_write)?;
        let key = result_key(&self.prefix, &self.job_id, self.files.len() as u64);
        self.files.push(ResultFile::new(status, &self.bucket, &key, &written.md5));
        self.put(account, &key, Ok(sink))
    }

    fn put(&self, account: &Account, key: &str, sink: std::io::Result<Sink>) -> Result<(), Failure> {
        let sink = sink.map_err(cannot_write)?;
        objects::put(account, &self.bucket, key, sink).map(drop).map_err(|fault| {
            let reason =
                format!("Writing the report to {} failed: {}: {}", self.bucket, fault.code, fault.message);
            Failure::new("JobReportWriteFailed", reason)
        })
    }
}

fn cannot_write(error: std::io::Error) -> Failure {
    Failure::new("JobReportWriteFailed", format!("Writing the report failed: {error}"))
}
