//! Result files as the service writes them.

use std::io::{self, Write};

use md5::{Digest, Md5};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::TaskResult;
use crate::hex::hex;
use crate::manifest::{csv, key};

const CHUNK: usize = 64 * 1024;

/// Gives whole chunks to what it writes to; `finish` gives the rest and the MD5 of all.
pub struct ResultWriter<W> {
    out: W,
    buffer: Vec<u8>,
    digest: Md5,
    rows: u64,
    bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenResults {
    pub rows: u64,
    pub bytes: u64,
    /// In hexadecimal.
    pub md5: String,
}

impl<W: Write> ResultWriter<W> {
    pub fn new(out: W) -> Self {
        ResultWriter { out, buffer: Vec::with_capacity(CHUNK * 2), digest: Md5::new(), rows: 0, bytes: 0 }
    }

    /// The error code before the status of HTTP, as the schema in `manifest.json` says.
    pub fn write(&mut self, result: &TaskResult<'_>) -> io::Result<()> {
        let out = &mut self.buffer;
        csv::write_field(result.bucket.as_bytes(), out);
        out.push(b',');
        key::encode(result.key, out);
        out.push(b',');
        csv::write_field(result.version_id.unwrap_or_default().as_bytes(), out);
        out.push(b',');
        out.extend_from_slice(result.status.word().as_bytes());
        out.push(b',');
        csv::write_field(result.error_code.unwrap_or_default().as_bytes(), out);
        out.push(b',');
        if let Some(status) = result.http_status {
            write!(out, "{status}")?;
        }
        out.push(b',');
        csv::write_field(result.message.as_bytes(), out);
        out.push(b'\n');
        self.rows += 1;
        if self.buffer.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.digest.update(&self.buffer);
        self.bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<(W, WrittenResults)> {
        self.flush()?;
        self.out.flush()?;
        let written =
            WrittenResults { rows: self.rows, bytes: self.bytes, md5: hex(&self.digest.finalize()) };
        Ok((self.out, written))
    }
}

/// Where under the report's prefix a job keeps a result file: a name of 40 hexadecimal digits, which differs with the
/// job and the number of the file.
pub fn result_key(prefix: &str, job_id: &str, number: u64) -> String {
    let name = hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{job_id}/{number}").as_bytes()).as_ref());
    format!("{}results/{name}.csv", report_folder(prefix, job_id))
}

/// Where under the report's prefix a job keeps its `manifest.json`.
pub fn manifest_key(prefix: &str, job_id: &str) -> String {
    format!("{}manifest.json", report_folder(prefix, job_id))
}

/// Ends in a slash.
pub fn report_folder(prefix: &str, job_id: &str) -> String {
    let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
    format!("{prefix}{slash}job-{job_id}/")
}
