//! A sandbox with buckets, lists, roles and functions, and a client that sees what became of the objects.

use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use opsctl_engine::manifest::report::{ReportManifest, ReportReader};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::support::{Ran, Sandbox, Sealed};

const CONFIG: &str = r#"
region = "eu-west-1"

[[buckets]]
name = "data"
ownership = "ObjectWriter"
objects = [
  { key = "a b.csv", body = "1", tags = { old = "yes" } },
  { key = "x/y+z, 100%", body = "22", tags = { old = "yes" } },
]

[[buckets]]
name = "enforced"
objects = [{ key = "a", body = "1" }]

[[buckets]]
name = "locked"
versioning = "enabled"
object_lock = true
objects = [{ key = "a", body = "333" }]

[[buckets]]
name = "archive"
objects = [
  { key = "cold", body = "1", storage_class = "GLACIER" },
  { key = "huge", size = 6000000000 },
]

[[buckets]]
name = "copies"
versioning = "enabled"

[[buckets]]
name = "versioned"
versioning = "enabled"
objects = [{ key = "a", body = "1" }]

[[buckets]]
name = "replicas"
versioning = "enabled"

[[buckets]]
name = "lists"
objects = [
  { key = "data.csv", body = "data,a%20b.csv\ndata,x/y%2Bz%2C%20100%25\n" },
  { key = "missing.csv", body = "data,a%20b.csv\ndata,gone\n" },
  { key = "two-buckets.csv", body = "data,a%20b.csv\nlocked,a\n" },
  { key = "header.csv", body = "Bucket,Key\ndata,a%20b.csv\n" },
  { key = "locked.csv", body = "locked,a\n" },
  { key = "enforced.csv", body = "enforced,a\n" },
  { key = "cold.csv", body = "archive,cold\n" },
  { key = "huge.csv", body = "archive,huge\n" },
]

[[buckets]]
name = "reports"

[[buckets]]
name = "far"
region = "eu-central-1"
objects = [{ key = "data.csv", body = "data,a%20b.csv\n" }]

[[roles]]
name = "batch"

[[roles]]
name = "stranger"
trust = ["lambda.amazonaws.com"]

[[functions]]
name = "count"
timeout_ms = 30000
command = ["sh", "count.sh"]
"#;

/// Answers that every task succeeded and which key it saw, and writes down what it was given. It waits while there is a
/// file `hold`.
const FUNCTION: &str = r#"
event=$(cat)
while [ -e hold ]; do sleep 0.05; done
printf '%s\n' "$event" >> events
invocation=$(printf '%s' "$event" | sed 's/.*"invocationId":"\([^"]*\)".*/\1/')
task=$(printf '%s' "$event" | sed 's/.*"taskId":"\([^"]*\)".*/\1/')
key=$(printf '%s' "$event" | sed 's/.*"s3Key":"\([^"]*\)".*/\1/')
schema=$(printf '%s' "$event" | sed 's/.*"invocationSchemaVersion":"\([^"]*\)".*/\1/')
printf '{"invocationSchemaVersion":"%s","treatMissingKeysAs":"PermanentFailure","invocationId":"%s","results":[{"taskId":"%s","resultCode":"Succeeded","resultString":"seen %s"}]}' "$schema" "$invocation" "$task" "$key"
"#;

pub struct Rehearsal {
    pub sealed: Sealed,
    pub sandbox: Sandbox,
    runtime: Runtime,
    client: Client,
}

/// A row of a completion report.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub key: String,
    pub error_code: Option<String>,
    pub message: String,
}

impl Rehearsal {
    pub fn new() -> Self {
        Rehearsal::with("")
    }

    /// With `more` in its `sandbox.toml`.
    pub fn with(more: &str) -> Self {
        Rehearsal::of(&format!("{CONFIG}\n{more}"))
    }

    /// With this `sandbox.toml` and nothing else.
    pub fn of(config: &str) -> Self {
        let sealed = Sealed::new();
        sealed.write("count.sh", FUNCTION);
        let sandbox = Sandbox::with_config(&sealed, Some(config));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(sandbox.aws()).s3();
        Rehearsal { sealed, sandbox, runtime, client }
    }

    /// `opsctl` with these words.
    pub fn opsctl(&self, args: &[&str]) -> Ran {
        self.sealed.run([&["--sandbox"], args].concat())
    }

    /// `opsctl s3 job` with these words.
    pub fn job(&self, args: &[&str]) -> Ran {
        self.opsctl(&[&["s3", "job"], args].concat())
    }

    /// The id of a job that is made with these words.
    #[track_caller]
    pub fn created(&self, args: &[&str]) -> String {
        let ran = self.job(&[&["create"], args].concat()).expect(0);
        let id = ran.stdout.trim_end().to_owned();
        assert_eq!(id.len(), 36, "{ran:?}");
        id
    }

    /// What `show` says of a job.
    #[track_caller]
    pub fn show(&self, id: &str) -> Value {
        self.job(&["show", id, "-o", "json"]).expect(0).json()["item"].take()
    }

    /// Until `show` says that the job is in this state.
    #[track_caller]
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

    /// What a call with the client gives.
    pub fn with_client<T>(&self, call: impl AsyncFnOnce(&Client) -> T) -> T {
        self.runtime.block_on(call(&self.client))
    }

    pub fn put(&self, bucket: &str, key: &str, text: &str) {
        self.with_client(async |client| {
            let body = text.as_bytes().to_vec().into();
            client.put_object().bucket(bucket).key(key).body(body).send().await.unwrap();
        });
    }

    pub fn head(&self, bucket: &str, key: &str) -> HeadObjectOutput {
        self.with_client(async |client| client.head_object().bucket(bucket).key(key).send().await.unwrap())
    }

    pub fn tags(&self, bucket: &str, key: &str) -> Vec<(String, String)> {
        self.with_client(async |client| {
            let answer = client.get_object_tagging().bucket(bucket).key(key).send().await.unwrap();
            answer.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect()
        })
    }

    pub fn keys(&self, bucket: &str) -> Vec<String> {
        self.with_client(async |client| {
            let answer = client.list_objects_v2().bucket(bucket).send().await.unwrap();
            answer.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect()
        })
    }

    pub fn text(&self, bucket: &str, key: &str) -> String {
        self.with_client(async |client| {
            let answer = client.get_object().bucket(bucket).key(key).send().await.unwrap();
            String::from_utf8(answer.body.collect().await.unwrap().to_vec()).unwrap()
        })
    }

    /// All rows of the report of a job below s3://reports/batch, in the order of their keys.
    pub fn report(&self, id: &str) -> Vec<Row> {
        let manifest = self.text("reports", &format!("batch/job-{id}/manifest.json"));
        let mut rows = Vec::new();
        for file in ReportManifest::parse(manifest.as_bytes()).unwrap().results {
            let text = self.text(&file.bucket, &file.key);
            let mut reader = ReportReader::new(text.as_bytes());
            while let Some(row) = reader.read().unwrap() {
                rows.push(Row {
                    key: row.key.to_owned(),
                    error_code: row.error_code.map(str::to_owned),
                    message: row.message.to_owned(),
                });
            }
        }
        rows.sort();
        rows
    }
}
