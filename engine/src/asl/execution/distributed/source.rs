//! The items of a distributed Map, one after another: from a value, a listing, or the bytes of an object.

use bytes::Bytes;
use serde_json::Value;

use super::csv::{self, Headers};
use crate::asl::Payload;
use crate::asl::definition::Format;
use crate::asl::json;

/// One item, with its key when an object is gone over.
pub(super) struct Next {
    pub value: Value,
    pub key: Option<String>,
}

pub(super) enum Source {
    Array { list: Payload, at: usize, left: usize },
    Fields { fields: serde_json::map::IntoIter },
    List { list: std::vec::IntoIter<Value> },
    Lines { bytes: Bytes, at: usize, left: usize, line: u64 },
    Rows { bytes: Bytes, at: usize, left: usize, headers: Headers, delimiter: u8 },
}

impl Source {
    /// The elements of a list, or the fields of an object.
    pub fn of_value(value: Payload) -> Self {
        match value.value() {
            Value::Object(fields) => Source::of_fields(fields.clone(), None),
            _ => Source::Array { list: value, at: 0, left: usize::MAX },
        }
    }

    fn of_fields(fields: serde_json::Map<String, Value>, most: Option<usize>) -> Self {
        let fields = match most {
            Some(most) => fields.into_iter().take(most).collect(),
            None => fields,
        };
        Source::Fields { fields: fields.into_iter() }
    }

    pub fn of_list(mut list: Vec<Value>, most: Option<usize>) -> Self {
        list.truncate(most.unwrap_or(usize::MAX));
        Source::List { list: list.into_iter() }
    }

    /// The items of an object in S3. Errors are the causes of `States.ItemReaderFailed`.
    pub fn read(
        bytes: Bytes,
        format: &Format,
        pointer: Option<&str>,
        most: Option<usize>,
    ) -> Result<Self, String> {
        let left = most.unwrap_or(usize::MAX);
        match format {
            Format::Json => {
                let whole = json::parse(&bytes).map_err(|fault| {
                    format!("Attempting to map over a file that is not valid JSON: {fault}")
                })?;
                let list = match pointer {
                    Some(pointer) => whole.pointer(pointer).cloned(),
                    None => Some(whole),
                };
                match list {
                    Some(list @ Value::Array(_)) => {
                        Ok(Source::Array { list: Payload::new(list), at: 0, left })
                    }
                    Some(Value::Object(fields)) => Ok(Source::of_fields(fields, most)),
                    _ => Err("Attempting to map over non-iterable node.".to_owned()),
                }
            }
            Format::Jsonl => Ok(Source::Lines { bytes, at: 0, left, line: 0 }),
            Format::Csv { headers, delimiter } => {
                let mut at = 0;
                let names = match headers {
                    Some(headers) => headers.clone(),
                    None => csv::row(&bytes, &mut at, *delimiter)?.unwrap_or_default(),
                };
                let headers = Headers::new(names)?;
                Ok(Source::Rows { bytes, at, left, headers, delimiter: *delimiter })
            }
            Format::Manifest => Err("Items from an inventory manifest cannot be read here.".to_owned()),
            Format::Parquet => Err("Items from a Parquet file cannot be read here.".to_owned()),
        }
    }

    /// How many items a value has; 0 when they are read.
    pub fn length(&self) -> u64 {
        match self {
            Source::Array { list, .. } => list.value().as_array().map_or(0, Vec::len) as u64,
            Source::Fields { fields } => fields.len() as u64,
            _ => 0,
        }
    }

    /// How many items are to come; 0 where they are read one by one.
    pub fn left(&self) -> u64 {
        match self {
            Source::Array { list, at, left } => {
                list.value().as_array().map_or(0, Vec::len).min(*left).saturating_sub(*at) as u64
            }
            Source::Fields { fields } => fields.len() as u64,
            Source::List { list } => list.len() as u64,
            Source::Lines { .. } | Source::Rows { .. } => 0,
        }
    }

    pub fn next(&mut self) -> Result<Option<Next>, String> {
        let plain = |value: Value| Next { value, key: None };
        match self {
            Source::Array { list, at, left } => {
                if *at >= *left {
                    return Ok(None);
                }
                let value = list.value().get(*at).cloned();
                *at += 1;
                Ok(value.map(plain))
            }
            Source::Fields { fields } => Ok(fields.next().map(|(key, value)| Next { value, key: Some(key) })),
            Source::List { list } => Ok(list.next().map(plain)),
            Source::Lines { bytes, at, left, line: number } => {
                while *left > 0 && *at < bytes.len() {
                    let rest = bytes.get(*at..).unwrap_or_default();
                    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                    let line = rest.get(..end).unwrap_or_default();
                    *at += end + 1;
                    *number += 1;
                    if line.iter().all(u8::is_ascii_whitespace) {
                        continue;
                    }
                    *left -= 1;
                    let value = json::parse(line).map_err(|fault| {
                        let (column, fault) = (fault.column(), fault.to_string());
                        // The parser counts lines in what it was given, which is one.
                        let what = fault.rsplit_once(" at line ").map_or(fault.as_str(), |(what, _)| what);
                        format!("Line {number} of the file is not valid JSON: {what} at column {column}")
                    })?;
                    return Ok(Some(plain(value)));
                }
                Ok(None)
            }
            Source::Rows { bytes, at, left, headers, delimiter } => {
                if *left == 0 {
                    return Ok(None);
                }
                *left -= 1;
                Ok(csv::row(bytes, at, *delimiter)?.map(|cells| plain(headers.item(cells))))
            }
        }
    }
}
