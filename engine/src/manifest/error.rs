//! Why a list cannot be read further, or a line of it not taken. Knows no file by name: who opened it adds that.

use std::io;

use thiserror::Error;

use super::key::KeyError;

/// A reader that gave `Line` goes on with the next line when it is asked to; one that gave `Io` is at its end.
#[derive(Debug, Error)]
pub enum ListError {
    /// The input itself failed: a disk, a network, a gzip stream that is cut off, a checksum that does not match.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Lines are counted from 1.
    #[error("line {line}: {fault}")]
    Line { line: u64, fault: LineFault },
}

/// What is wrong with one line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineFault {
    #[error("it is over 1 MiB long, as no line of a list of objects is")]
    TooLong,
    #[error("a quote is opened and never closed")]
    UnclosedQuote,
    #[error("there is text between a closing quote and the next comma")]
    TextAfterQuote,
    #[error("it has {found} columns, not {expected}")]
    Columns { found: usize, expected: usize },
    #[error("its {0} columns do not say what they are: a manifest has bucket, key and perhaps a version")]
    UnknownColumns(usize),
    #[error("the bucket is missing")]
    NoBucket,
    #[error("the version is empty, where the version of an object made before versioning is null")]
    EmptyVersion,
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("its {0} is no UTF-8")]
    NotUtf8(&'static str),
    #[error("its {column} is `{text}`, not {expected}")]
    Value { column: &'static str, text: String, expected: &'static str },
}
