//! Jobs in the sandbox, through the built binary and over the wire: what becomes of objects is seen by a client of its
//! own.

mod lives;
mod wire;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
use opsctl_engine::manifest::report::{ReportManifest, ReportReader};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

use crate::support::{Ran, Sandbox, Sealed};

/// A sandbox, the binary beside it, and a client of S3.
pub struct Rehearsal {
    pub sealed: Sealed,
    pub sandbox: Sandbox,
    runtime: Runtime,
    s3: Client,
}

/// A row of a report: key, whether it succeeded, code and message.
pub type Row = (String, bool, String, String);

impl Rehearsal {
    pub fn new(config: &str) -> Self {
        let sealed = Sealed::new();
        let sandbox = Sandbox::with_config(&sealed, Some(config));
        let (key, secret) = keys(&sandbox);
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&sandbox.endpoint)
            .credentials_provider(Credentials::new(key, secret, None, None, "sandbox"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Rehearsal { sealed, sandbox, runtime, s3: Client::from_conf(config) }
    }

    pub fn opsctl(&self, args: &[&str]) -> Ran {
        self.sealed.run([&["--sandbox"], args].concat())
    }

    /// What a call of S3 answers.
    pub fn ask<T, E: std::fmt::Debug>(&self, call: impl AsyncFnOnce(&Client) -> Result<T, E>) -> T {
        self.runtime.block_on(call(&self.s3)).unwrap()
    }

    pub fn put(&self, place: &str, text: &str) {
        let put = [&["--sandbox"], &["sandbox", "put", "-", place][..]].concat();
        self.sealed.run_with(put, text.as_bytes()).expect(0);
    }

    pub fn bytes(&self, bucket: &str, key: &str) -> Vec<u8> {
        self.ask(async |s3| {
            let object = s3.get_object().bucket(bucket).key(key).send().await.unwrap();
            object.body.collect().await.map(|bytes| bytes.to_vec())
        })
    }

    /// What the binary says of a job.
    pub fn show(&self, id: &str) -> Value {
        self.opsctl(&["s3", "job", "show", id, "-o", "json"]).expect(0).json()["item"].clone()
    }

    /// Until the binary says that the job is in this state.
    pub fn until(&self, id: &str, status: &str) -> Value {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let job = self.show(id);
            if job["status"] == status {
                return job;
            }
            assert!(Instant::now() < end, "the job is not {status}: {job}");
        }
    }

    /// All rows of a job's report below s3://reports-1/out, in order of their keys.
    pub fn report(&self, id: &str) -> Vec<Row> {
        let manifest = self.bytes("reports-1", &format!("out/job-{id}/manifest.json"));
        let mut rows = Vec::new();
        for file in ReportManifest::parse(&manifest).unwrap().results {
            let text = self.bytes(&file.bucket, &file.key);
            let mut reader = ReportReader::new(&text[..]);
            while let Some(row) = reader.read().unwrap() {
                rows.push((
                    row.key.to_owned(),
                    row.error_code.is_none(),
                    row.error_code.unwrap_or_default().to_owned(),
                    row.message.to_owned(),
                ));
            }
        }
        rows.sort();
        rows
    }
}

/// The sandbox's own key.
fn keys(sandbox: &Sandbox) -> (String, String) {
    let text = std::fs::read_to_string(sandbox.dir.join("credentials")).unwrap();
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
        line.unwrap().to_owned()
    };
    (value("aws_access_key_id"), value("aws_secret_access_key"))
}
