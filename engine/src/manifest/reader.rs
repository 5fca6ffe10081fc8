//! Reads a manifest: `S3BatchOperations_CSV_20180820`, whose columns are named or guessed.

use std::io::Read;
use std::str;

use super::columns::Columns;
use super::csv::{Csv, Row};
use super::error::{LineFault, ListError};
use super::key;
use super::record::ObjectRecord;

/// Lends a record at a time. A line that is at fault is an error, after which the next line can be read.
#[derive(Debug)]
pub struct ManifestReader<R> {
    csv: Csv<R>,
    columns: Option<Columns>,
    key: Vec<u8>,
}

impl<R: Read> ManifestReader<R> {
    /// Every line is an object, as the service sees it.
    pub fn new(input: R, columns: Columns) -> Self {
        ManifestReader { csv: Csv::new(input), columns: Some(columns), key: Vec::new() }
    }

    /// Takes the columns from a first line that names them, which is then no object, or from their number.
    pub fn guessing(input: R) -> Self {
        ManifestReader { csv: Csv::new(input), columns: None, key: Vec::new() }
    }

    /// Once they are known: with the first record at the latest.
    pub fn columns(&self) -> Option<&Columns> {
        self.columns.as_ref()
    }

    /// Of the record that was read last, counted from 1.
    pub fn line(&self) -> u64 {
        self.csv.row().line
    }

    /// The next object; none at the end.
    pub fn read(&mut self) -> Result<Option<ObjectRecord<'_>>, ListError> {
        if !self.csv.advance()? {
            return Ok(None);
        }
        if self.columns.is_none() && !self.find_columns()? {
            return Ok(None);
        }
        let row = self.csv.row();
        let at_fault = |fault| ListError::Line { line: row.line, fault };
        let Some(columns) = &self.columns else {
            return Err(at_fault(LineFault::UnknownColumns(row.len())));
        };
        record(row, columns, &mut self.key).map(Some).map_err(at_fault)
    }

    /// From the first line; `false` when it was a header and there is nothing after it.
    fn find_columns(&mut self) -> Result<bool, ListError> {
        let row = self.csv.row();
        let (line, count) = (row.line, row.len());
        if let Some(named) = Columns::of_header(row) {
            self.columns = Some(named);
            return self.csv.advance();
        }
        let fault = LineFault::UnknownColumns(count);
        self.columns = Some(Columns::guess(count).ok_or(ListError::Line { line, fault })?);
        Ok(true)
    }
}

fn record<'a>(
    row: Row<'a>,
    columns: &Columns,
    buffer: &'a mut Vec<u8>,
) -> Result<ObjectRecord<'a>, LineFault> {
    if row.len() != columns.count() {
        return Err(LineFault::Columns { found: row.len(), expected: columns.count() });
    }
    let field = |index| row.field(index).unwrap_or_default();
    let bucket = str::from_utf8(field(columns.bucket)).map_err(|_| LineFault::NotUtf8("bucket"))?;
    if bucket.is_empty() {
        return Err(LineFault::NoBucket);
    }
    let version_id = match columns.version.map(field) {
        None => None,
        Some(b"") => return Err(LineFault::EmptyVersion),
        Some(version) => Some(str::from_utf8(version).map_err(|_| LineFault::NotUtf8("version"))?),
    };
    let key = key::decode(field(columns.key), buffer)?;
    Ok(ObjectRecord { bucket, key, version_id, ..ObjectRecord::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut reader: ManifestReader<&[u8]>) -> Vec<Result<String, String>> {
        let mut all = Vec::new();
        loop {
            match reader.read() {
                Ok(Some(ObjectRecord { bucket, key, version_id, .. })) => {
                    all.push(Ok(format!("{bucket}|{key}|{}", version_id.unwrap_or("-"))));
                }
                Ok(None) => return all,
                Err(error) => all.push(Err(error.to_string())),
            }
        }
    }

    #[test]
    fn a_manifest_is_read_with_named_and_guessed_columns() {
        let read = read_all(ManifestReader::guessing("b-1,a%20b+c\n\r\nb-1,x\r\n".as_bytes()));
        assert_eq!(read, [Ok("b-1|a b c|-".into()), Ok("b-1|x|-".into())]);
        let read = read_all(ManifestReader::guessing("b-1,x,null\nb-1,y,v2".as_bytes()));
        assert_eq!(read, [Ok("b-1|x|null".into()), Ok("b-1|y|v2".into())]);
        let read = read_all(ManifestReader::guessing("key,size,bucket\nx,7,b-1\n".as_bytes()));
        assert_eq!(read, [Ok("b-1|x|-".into())]);
        let columns = "Bucket,Ignore,Key".parse().unwrap();
        let read = read_all(ManifestReader::new("b-1,7,x\n".as_bytes(), columns));
        assert_eq!(read, [Ok("b-1|x|-".into())]);
        // To the service a header is an object like any other.
        let read = read_all(ManifestReader::new("Bucket,Key\n".as_bytes(), Columns::usual(false)));
        assert_eq!(read, [Ok("Bucket|Key|-".into())]);
        assert_eq!(read_all(ManifestReader::guessing("Bucket,Key\n".as_bytes())), []);
        assert_eq!(read_all(ManifestReader::guessing(&[])), []);
    }

    #[test]
    fn a_line_at_fault_is_named_and_the_next_is_read() {
        let text = b"b,x,v\nb,y,\n,y,v\nb,%2,v\nb,y\nb,\"y\"z,v\nb,\xff,v\nb,z,v\n";
        let read = read_all(ManifestReader::guessing(text.as_slice()));
        let faults: Vec<&str> =
            read.iter().filter_map(|row| row.as_ref().err().map(String::as_str)).collect();
        assert_eq!(
            faults,
            [
                "line 2: the version is empty, where the version of an object made before versioning is null",
                "line 3: the bucket is missing",
                "line 4: the % at byte 0 of the key is not followed by two hexadecimal digits (a percent sign itself is %25)",
                "line 5: it has 2 columns, not 3",
                "line 6: there is text between a closing quote and the next comma",
                "line 7: the key is no UTF-8 once it is decoded",
            ]
        );
        assert_eq!(read.last(), Some(&Ok("b|z|v".into())));
        let read = read_all(ManifestReader::guessing("a,b,c,d\n".as_bytes()));
        assert!(
            matches!(&read[..], [Err(fault)] if fault.starts_with("line 1: its 4 columns do not say")),
            "{read:?}"
        );
    }
}
