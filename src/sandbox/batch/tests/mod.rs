//! Jobs from their creation to their end, in an account of their own.

mod faults;
mod lambda;
mod lists;
mod operations;
mod reports;
mod restart;
mod states;

use super::{Created, objects};
use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::s3::store::version::Version;
use crate::sandbox::s3::store::{Draft, Target, checksum};
use crate::sandbox::services::testing;
use jiff::Timestamp;
use opsctl_engine::batch::{JobDocument, Status};
use opsctl_engine::manifest::key;
use opsctl_engine::manifest::report::{ReportManifest, ReportReader, TaskStatus};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub const ROLE: &str = "arn:aws:iam::111122223333:role/opsctl-batch";
const BUCKETS: &str = "
    [[buckets]]
    name = \"data-1\"
    [[buckets]]
    name = \"lists-1\"
    [[buckets]]
    name = \"reports-1\"
";

/// An account with a folder that is removed with it.
pub struct Bench {
    pub account: Arc<Account>,
    folder: PathBuf,
    settings: String,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A row of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub key: String,
    pub version: Option<String>,
    pub succeeded: bool,
    pub code: Option<String>,
    pub status: Option<u16>,
    pub message: String,
}

impl Bench {
    /// With buckets for data, lists and reports and what else the text says.
    pub fn new(settings: &str) -> Self {
        Self::with(&format!("{settings}\n{BUCKETS}"))
    }

    /// With what the text says alone.
    pub fn with(settings: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("opsctl-batch-{}", random::hex(16).unwrap()));
        let account = Arc::new(testing::account_in(&folder, settings));
        Bench { account, folder, settings: settings.to_owned() }
    }

    /// Ends the sandbox and starts it again.
    pub async fn restart(&mut self) {
        self.account.batch.jobs.shutdown().await;
        self.account = Arc::new(testing::account_in(&self.folder, &self.settings));
        self.account.batch.resume(&self.account);
    }

    pub fn put(&self, bucket: &str, key: &str, body: impl AsRef<[u8]>) -> Arc<Version> {
        let sink = objects::sink(&self.account, body.as_ref()).unwrap();
        objects::put(&self.account, bucket, key, sink).unwrap()
    }

    /// An object of an archived class, and what else a draft can be.
    pub fn put_draft(&self, bucket: &str, key: &str, change: impl FnOnce(&mut Draft)) -> Arc<Version> {
        let mut writer = self.account.s3.store.writer(checksum::Algorithm::Crc64Nvme);
        writer.write(b"body").unwrap();
        let mut draft = Draft::new(writer.finish());
        change(&mut draft);
        self.account.s3.store.put(bucket, key, draft).unwrap()
    }

    pub fn version(&self, bucket: &str, key: &str) -> Arc<Version> {
        self.account.s3.store.head(&Target { bucket, key, version: None }).unwrap()
    }

    pub fn read(&self, bucket: &str, key: &str) -> Vec<u8> {
        self.account.s3.store.read(&Target { bucket, key, version: None }).unwrap()
    }

    /// A CSV manifest of these keys of data-1, as a job names it.
    pub fn list(&self, keys: &[&str]) -> Value {
        let mut csv = Vec::new();
        for name in keys {
            csv.extend_from_slice(b"data-1,");
            key::encode(name, &mut csv);
            csv.push(b'\n');
        }
        self.csv(csv, &["Bucket", "Key"])
    }

    pub fn csv(&self, csv: impl AsRef<[u8]>, fields: &[&str]) -> Value {
        let version = self.put("lists-1", "list.csv", csv);
        json!({
            "Spec": { "Format": "S3BatchOperations_CSV_20180820", "Fields": fields },
            "Location": {
                "ObjectArn": "arn:aws:s3:::lists-1/list.csv",
                "ETag": version.data().unwrap().etag.to_string(),
            },
        })
    }

    /// A job that runs at once and reports everything.
    pub fn document(&self, operation: Value, manifest: Value) -> Value {
        json!({
            "ConfirmationRequired": false,
            "ClientRequestToken": random::hex(16).unwrap(),
            "Operation": operation,
            "Manifest": manifest,
            "Priority": 1,
            "RoleArn": ROLE,
            "Report": {
                "Enabled": true, "Bucket": "arn:aws:s3:::reports-1", "Prefix": "out",
                "Format": "Report_CSV_20180820", "ReportScope": "AllTasks",
            },
        })
    }

    pub fn create(&self, document: &Value) -> String {
        let document = JobDocument::read(document, Timestamp::now()).unwrap();
        let token = document.client_request_token.clone().unwrap();
        match self.account.batch.create(&self.account, "us-east-1", &token, document).unwrap() {
            Created::New(id) => id,
            other => panic!("{other:?}"),
        }
    }

    /// Until the job is in this state; it fails where another end came first.
    pub async fn reached(&self, id: &str, wanted: Status) {
        let jobs = &self.account.batch.jobs;
        let reached = jobs.reached(id, |status| *status == wanted || status.is_over());
        let status = tokio::time::timeout(Duration::from_secs(60), reached).await.unwrap().unwrap();
        let failures = jobs.read(id, |job| job.failures.clone()).unwrap();
        assert_eq!(status, wanted, "{failures:?}");
    }

    /// Runs a job to this end and gives its id.
    pub async fn run(&self, document: &Value, end: Status) -> String {
        let id = self.create(document);
        self.reached(&id, end).await;
        id
    }

    /// Runs an operation on some keys of data-1 and gives the report's rows in their order.
    pub async fn rows(&self, operation: Value, keys: &[&str]) -> Vec<Row> {
        let document = self.document(operation, self.list(keys));
        let id = self.run(&document, Status::Complete).await;
        let rows = self.report(&id);
        let place = |row: &Row| keys.iter().position(|key| *key == row.key);
        let mut rows = rows;
        rows.sort_by_key(place);
        rows
    }

    /// All rows of a job's report, read by the engine and held against the manifest's checksums.
    pub fn report(&self, id: &str) -> Vec<Row> {
        let manifest = self.read("reports-1", &format!("out/job-{id}/manifest.json"));
        let manifest = ReportManifest::parse(&manifest).unwrap();
        let mut rows = Vec::new();
        for file in &manifest.results {
            let text = self.read(&file.bucket, &file.key);
            assert_eq!(file.md5, self.version(&file.bucket, &file.key).data().unwrap().etag.to_string());
            let mut reader = ReportReader::new(&text[..]);
            while let Some(row) = reader.read().unwrap() {
                assert_eq!(row.status.word(), file.status);
                rows.push(Row {
                    key: row.key.to_owned(),
                    version: row.version_id.map(str::to_owned),
                    succeeded: row.status == TaskStatus::Succeeded,
                    code: row.error_code.map(str::to_owned),
                    status: row.http_status,
                    message: row.message.to_owned(),
                });
            }
        }
        rows
    }

    pub fn failure(&self, id: &str) -> (String, String) {
        let failures = self.account.batch.jobs.read(id, |job| job.failures.clone()).unwrap();
        assert_eq!(failures.len(), 1, "{failures:?}");
        (failures[0].code.clone(), failures[0].reason.clone())
    }

    /// Total, succeeded and failed.
    pub fn progress(&self, id: &str) -> (u64, u64, u64) {
        let progress = self.account.batch.jobs.read(id, |job| job.progress).unwrap();
        (progress.total, progress.succeeded, progress.failed)
    }
}

/// Code and status of a row that failed.
pub fn fault(row: &Row) -> (Option<&str>, Option<u16>) {
    assert!(!row.succeeded, "{row:?}");
    (row.code.as_deref(), row.status)
}

pub fn tag_operation() -> Value {
    json!({ "S3PutObjectTagging": { "TagSet": [{ "Key": "team", "Value": "blue" }] } })
}
