//! The rows of one result file.

use std::io::Read;
use std::str;

use super::{TaskResult, TaskStatus};
use crate::manifest::csv::{Csv, Row};
use crate::manifest::error::{LineFault, ListError};
use crate::manifest::key;

const COLUMNS: usize = 7;

/// Lends a result at a time. A line at fault is an error, after which the next line can be read.
#[derive(Debug)]
pub struct ReportReader<R> {
    csv: Csv<R>,
    key: Vec<u8>,
}

impl<R: Read> ReportReader<R> {
    pub fn new(input: R) -> Self {
        ReportReader { csv: Csv::new(input), key: Vec::new() }
    }

    /// Of the result that was read last, counted from 1.
    pub fn line(&self) -> u64 {
        self.csv.row().line
    }

    /// The next result; none at the end.
    pub fn read(&mut self) -> Result<Option<TaskResult<'_>>, ListError> {
        if !self.csv.advance()? {
            return Ok(None);
        }
        let row = self.csv.row();
        let at_fault = |fault| ListError::Line { line: row.line, fault };
        result(row, &mut self.key).map(Some).map_err(at_fault)
    }
}

/// Whether a row is one of a report rather than of a manifest.
pub fn is_result(row: Row<'_>) -> bool {
    row.len() == COLUMNS && row.field(3).is_some_and(|text| status(text).is_ok())
}

fn result<'a>(row: Row<'a>, buffer: &'a mut Vec<u8>) -> Result<TaskResult<'a>, LineFault> {
    if row.len() != COLUMNS {
        return Err(LineFault::Columns { found: row.len(), expected: COLUMNS });
    }
    let field = |name, place| {
        str::from_utf8(row.field(place).unwrap_or_default()).map_err(|_| LineFault::NotUtf8(name))
    };
    let filled = |name, place| field(name, place).map(|text| Some(text).filter(|text| !text.is_empty()));
    let bucket = filled("bucket", 0)?.ok_or(LineFault::NoBucket)?;
    // Whichever of the two is a number is the status of HTTP.
    let (fifth, sixth) = (field("ErrorCode", 4)?, field("HTTPStatusCode", 5)?);
    let (error_code, http_status) = match (number(fifth), number(sixth)) {
        (Some(status), None) => (sixth, Some(status)),
        (None, status) => (fifth, status),
        (Some(_), status) => (fifth, status),
    };
    Ok(TaskResult {
        bucket,
        key: key::decode(row.field(1).unwrap_or_default(), buffer)?,
        version_id: filled("VersionId", 2)?,
        status: status(row.field(3).unwrap_or_default())?,
        error_code: Some(error_code).filter(|code| !code.is_empty()),
        http_status,
        message: field("ResultMessage", 6)?,
    })
}

fn number(text: &str) -> Option<u16> {
    if text.len() == 3 { text.parse().ok() } else { None }
}

fn status(text: &[u8]) -> Result<TaskStatus, LineFault> {
    match text {
        b"succeeded" => Ok(TaskStatus::Succeeded),
        b"failed" => Ok(TaskStatus::Failed),
        other => Err(LineFault::Value {
            column: "TaskStatus",
            text: String::from_utf8_lossy(other).chars().take(100).collect(),
            expected: "succeeded or failed",
        }),
    }
}
