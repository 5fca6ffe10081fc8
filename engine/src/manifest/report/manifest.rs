//! The `manifest.json` of a report, which names its result files.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::TaskStatus;

/// Longer than any list of result files.
pub const MAX_REPORT_MANIFEST: u64 = 64 << 20;

const FORMAT: &str = "Report_CSV_20180820";
const SCHEMA: &str = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReportManifest {
    format: String,
    /// As in RFC 3339.
    #[serde(rename = "ReportCreationDate")]
    pub created: String,
    pub results: Vec<ResultFile>,
    #[serde(rename = "ReportSchema", default)]
    schema: String,
}

/// A file in which all rows ended the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultFile {
    /// `succeeded` or `failed`.
    #[serde(rename = "TaskExecutionStatus")]
    pub status: String,
    /// A name.
    pub bucket: String,
    /// In hexadecimal.
    #[serde(rename = "MD5Checksum")]
    pub md5: String,
    /// Raw.
    pub key: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadReport {
    #[error("it is no manifest of a completion report: {0}")]
    NotOne(String),
    #[error("its format is `{0}`, not {FORMAT}")]
    Format(String),
}

impl ReportManifest {
    pub fn new(created: String, results: Vec<ResultFile>) -> Self {
        ReportManifest { format: FORMAT.to_owned(), created, results, schema: SCHEMA.to_owned() }
    }

    pub fn parse(json: &[u8]) -> Result<Self, BadReport> {
        let manifest: ReportManifest =
            serde_json::from_slice(json).map_err(|error| BadReport::NotOne(error.to_string()))?;
        if manifest.format == FORMAT { Ok(manifest) } else { Err(BadReport::Format(manifest.format)) }
    }

    /// As the service writes it.
    pub fn to_json(&self) -> Vec<u8> {
        // A structure of texts can always be written.
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }
}

impl ResultFile {
    pub fn new(status: TaskStatus, bucket: &str, key: &str, md5: &str) -> Self {
        let (status, bucket) = (status.word().to_owned(), bucket.to_owned());
        ResultFile { status, bucket, md5: md5.to_owned(), key: key.to_owned() }
    }
}
