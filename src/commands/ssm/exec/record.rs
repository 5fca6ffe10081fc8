//! What a node said and how it ended, as data: the record of `-o json` and its columns. Memory is bounded: of a stream
//! that is too long the beginning is kept, and the record says so.

use serde::Serialize;

use super::super::open::Target;
use super::remote::Stream;
use crate::output::{Cell, Column, Tone};

/// What is kept of a stream, and of all together.
const STREAM: usize = 1 << 20;
const ALL: usize = 64 << 20;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub instance_id: String,
    pub name: String,
    pub exit_code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// There was more than is shown.
    pub stdout_truncated: bool,
    pub stderr_truncated: bool,
    /// Why there is no exit code.
    pub error: Option<String>,
}

/// The columns of a record.
pub const RECORDS: &[Column<Record>] = &[
    Column::new("id", "ID", |record: &Record| record.instance_id.as_str().into()),
    Column::new("name", "NAME", |record: &Record| record.name.as_str().into()).cut(),
    Column::new("exit-code", "EXIT CODE", |record: &Record| record.exit_code.map(i64::from).into()),
    Column::new("stdout", "STDOUT", |record: &Record| record.stdout.as_str().into()).cut(),
    Column::new("stderr", "STDERR", |record: &Record| record.stderr.as_str().into()).cut(),
    Column::new("error", "ERROR", |record: &Record| match &record.error {
        Some(error) => Cell::state(error.as_str(), Tone::Bad),
        None => Cell::Empty,
    })
    .cut(),
];

/// The streams of one node, as they come.
#[derive(Debug, Default)]
pub struct Capture {
    stdout: Kept,
    stderr: Kept,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    truncated: bool,
}

impl Capture {
    /// `nodes`: how many share the memory.
    pub fn take(&mut self, stream: Stream, data: &[u8], nodes: usize) {
        let limit = STREAM.min(ALL / (2 * nodes.max(1)));
        let kept = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        let room = limit.saturating_sub(kept.bytes.len()).min(data.len());
        kept.bytes.extend_from_slice(&data[..room]);
        kept.truncated |= room < data.len();
    }

    pub fn record(self, target: &Target, exit_code: Option<i32>, error: Option<String>) -> Record {
        let text = |kept: &Kept| String::from_utf8_lossy(&kept.bytes).into_owned();
        Record {
            instance_id: target.instance_id.clone(),
            name: target.name.clone(),
            exit_code,
            stdout: text(&self.stdout),
            stderr: text(&self.stderr),
            stdout_truncated: self.stdout.truncated,
            stderr_truncated: self.stderr.truncated,
            error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_keeps_its_beginning_and_says_so() {
        let record = |nodes, length| {
            let mut capture = Capture::default();
            for chunk in vec![b'x'; length].chunks(1000) {
                capture.take(Stream::Stdout, chunk, nodes);
            }
            capture.take(Stream::Stderr, b"\xffe", nodes);
            let record = capture.record(&Target::of_id("i-1"), Some(0), None);
            assert_eq!((record.stderr.as_str(), record.stderr_truncated), ("\u{fffd}e", false));
            (record.stdout.len(), record.stdout_truncated)
        };
        assert_eq!(record(1, STREAM), (STREAM, false));
        assert_eq!(record(1, STREAM + 1), (STREAM, true));
        assert_eq!(record(ALL / 2 / 2000, 3000), (2000, true));
    }
}
