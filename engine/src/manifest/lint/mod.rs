//! Finds every fault of a manifest, in all of its lines, while it streams, and writes a mended copy beside. Holds hashes
//! of the objects for the doubles among them, and nothing else that grows.

mod fault;
mod text;

use std::io::{Read, Write};
use std::ops::ControlFlow;

pub use fault::{FaultKind, Remedy};
pub use text::Spelling;

use super::columns::{Columns, Field};
use super::csv::{Csv, LineEnd, Row};
use super::dedupe::Seen;
use super::error::{LineFault, ListError};
use super::key::{self, KeyError};
use super::location::is_bucket_name;
use super::record::ObjectRecord;
use super::writer::{ManifestWriter, WriteError, Written};

/// How long the excerpt of a fault is, in characters.
const EXCERPT: usize = 60;

/// A fault in its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1.
    pub line: u64,
    pub kind: FaultKind,
    /// What was found there, cut to 60 characters.
    pub found: String,
}

/// What the whole is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Lines that name an object, at fault or not.
    pub rows: u64,
    counts: [u64; FaultKind::ALL.len()],
    pub with_versions: bool,
    /// The first line's.
    pub bucket: Option<String>,
    /// There were more different objects than doubles are looked for among.
    pub stopped_looking_for_doubles: bool,
    /// What the mended copy has.
    pub mended: Option<Written>,
}

impl Findings {
    pub fn count(&self, kind: FaultKind) -> u64 {
        self.counts.get(kind as usize).copied().unwrap_or_default()
    }

    /// Kinds that were found, with how often.
    pub fn found(&self) -> impl Iterator<Item = (FaultKind, u64)> {
        FaultKind::ALL.into_iter().map(|kind| (kind, self.count(kind))).filter(|(_, count)| *count > 0)
    }

    pub fn errors(&self) -> u64 {
        self.found().filter(|(kind, _)| !kind.is_warning()).map(|(_, count)| count).sum()
    }

    pub fn warnings(&self) -> u64 {
        self.found().filter(|(kind, _)| kind.is_warning()).map(|(_, count)| count).sum()
    }
}

/// What is known of the manifest before it is read.
#[derive(Debug, Clone, Default)]
pub struct LintOptions {
    /// Else they are guessed from the first line.
    pub columns: Option<Columns>,
    /// It came as gzip.
    pub is_compressed: bool,
    /// How many different objects doubles are looked for among: 20 to 39 bytes each.
    pub max_objects: u64,
}

/// Checks all of `input`. Faults are told until `tell` breaks, and counted to the end. The copy in `mended` has bucket, key
/// and perhaps version, in this order, of every line that is sound or can be mended.
pub fn lint<R: Read, W: Write>(
    input: R,
    options: LintOptions,
    mended: Option<W>,
    tell: impl FnMut(Fault) -> ControlFlow<()>,
) -> Result<(Findings, Option<W>), WriteOrReadError> {
    let mut csv = Csv::new(input).keeping_blank_lines();
    let mut lint = Lint {
        columns_are_given: options.columns.is_some(),
        columns: options.columns,
        seen: Some(Seen::new(options.max_objects)),
        bucket: None,
        rows: 0,
        counts: [0; FaultKind::ALL.len()],
        tell,
        tells: true,
        mended,
        writer: None,
        key: Vec::new(),
        joined: Vec::new(),
    };
    if options.is_compressed {
        lint.told(1, FaultKind::Compressed, b"");
    }
    let mut last = None;
    loop {
        match csv.advance() {
            Ok(true) => {
                let row = csv.row();
                if last.is_none() && csv.has_byte_order_mark() {
                    lint.told(1, FaultKind::ByteOrderMark, b"");
                }
                last = Some((row.line, row.ends));
                lint.row(row)?;
            }
            Ok(false) => break,
            Err(ListError::Line { line, fault }) => {
                lint.rows += 1;
                last = Some((line, LineEnd::Lf));
                let kind =
                    if fault == LineFault::TooLong { FaultKind::LongLine } else { FaultKind::BadQuotes };
                lint.told(line, kind, b"");
            }
            Err(error @ ListError::Io(_)) => return Err(WriteOrReadError::Read(error)),
        }
    }
    if let Some((line, LineEnd::Missing)) = last {
        lint.told(line, FaultKind::NoFinalLineBreak, b"");
    }
    if lint.rows == 0 {
        lint.told(1, FaultKind::NoObjects, b"");
    }
    lint.finish()
}

/// Which of the two ends failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteOrReadError {
    #[error(transparent)]
    Read(ListError),
    #[error(transparent)]
    Write(WriteError),
}

struct Lint<W, T> {
    columns: Option<Columns>,
    columns_are_given: bool,
    seen: Option<Seen>,
    bucket: Option<String>,
    rows: u64,
    counts: [u64; FaultKind::ALL.len()],
    tell: T,
    tells: bool,
    /// Until the first row says whether there are versions.
    mended: Option<W>,
    writer: Option<ManifestWriter<W>>,
    key: Vec<u8>,
    joined: Vec<u8>,
}

/// The fields of a row that name an object.
struct Parts<'a> {
    bucket: &'a [u8],
    key: &'a [u8],
    version: Option<&'a [u8]>,
}

impl<W: Write, T: FnMut(Fault) -> ControlFlow<()>> Lint<W, T> {
    /// Counts a fault, and says whether the line can still be in a mended copy.
    fn told(&mut self, line: u64, kind: FaultKind, found: &[u8]) -> bool {
        if let Some(count) = self.counts.get_mut(kind as usize) {
            *count += 1;
        }
        if self.tells {
            let found = String::from_utf8_lossy(found).chars().take(EXCERPT).collect();
            self.tells = (self.tell)(Fault { line, kind, found }).is_continue();
        }
        kind.remedy() != Remedy::LeftOut
    }

    fn row(&mut self, row: Row<'_>) -> Result<(), WriteOrReadError> {
        let line = row.line;
        let first = row.field(0).unwrap_or_default();
        if row.ends == LineEnd::CrLf {
            self.told(line, FaultKind::CarriageReturn, first);
        }
        if row.len() == 1 && first.is_empty() && !row.is_quoted(0) {
            self.told(line, FaultKind::BlankLine, b"");
            return Ok(());
        }
        // Names of columns are short; most buckets are longer.
        if first.len() <= "version_id".len()
            && let Some(named) = Columns::of_header(row)
        {
            self.told(line, FaultKind::Header, first);
            self.columns.get_or_insert(named);
            return Ok(());
        }
        self.rows += 1;
        if self.columns.is_none() {
            let Some(columns) = guessed(row) else {
                self.told(line, FaultKind::Columns, first);
                return Ok(());
            };
            self.columns = Some(columns);
        }
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        let result = self.object(row, &mut joined);
        self.joined = joined;
        result
    }

    fn object(&mut self, row: Row<'_>, joined: &mut Vec<u8>) -> Result<(), WriteOrReadError> {
        let Some(Parts { bucket, key, version }) = self.apart(row, joined) else { return Ok(()) };
        let line = row.line;
        let mut sound = true;
        if (0..row.len()).any(|index| row.is_quoted(index)) {
            sound &= self.told(line, FaultKind::Quoted, key);
        }
        let (bucket, good) = self.checked_bucket(line, bucket);
        sound &= good;
        let (version, good) = self.checked_version(line, version);
        sound &= good;
        let mut buffer = std::mem::take(&mut self.key);
        let result = match self.checked_key(line, key, &mut buffer) {
            Some(key) if sound => {
                let record = ObjectRecord { bucket, key, version_id: version, ..ObjectRecord::default() };
                self.keep(line, &record)
            }
            _ => Ok(()),
        };
        self.key = buffer;
        result
    }

    /// The fields of a row; none when it has too many or too few. A key that commas tore apart is put together.
    fn apart<'a>(&mut self, row: Row<'a>, joined: &'a mut Vec<u8>) -> Option<Parts<'a>> {
        let columns = self.columns.as_ref()?;
        let field = |index| row.field(index).unwrap_or_default();
        let (found, expected) = (row.len(), columns.count());
        if found == expected {
            let (bucket, key, version) =
                (field(columns.bucket), field(columns.key), columns.version.map(field));
            return Some(Parts { bucket, key, version });
        }
        let is_usual =
            matches!(columns.fields(), [Field::Bucket, Field::Key] | [_, Field::Key, Field::VersionId])
                && columns.bucket == 0;
        let with_versions = columns.has_versions();
        let line = row.line;
        let last = field(found.saturating_sub(1));
        let key_end = match (is_usual, with_versions) {
            (true, true) if found == 2 => {
                self.told(line, FaultKind::MixedVersions, field(1));
                return None;
            }
            (true, false) if found == 3 && text::looks_like_version(last) => {
                self.told(line, FaultKind::MixedVersions, last);
                return None;
            }
            // Less likely the end of a key than the cell of a version.
            (true, false) if found > 2 && last.is_empty() && !row.is_quoted(found - 1) => {
                self.told(line, FaultKind::EmptyCell, field(1));
                return None;
            }
            (true, false) if found > 2 => found,
            (true, true) if found > 3 && text::looks_like_version(last) => found - 1,
            _ => {
                self.told(line, FaultKind::Columns, field(0));
                return None;
            }
        };
        for index in 1..key_end {
            if index > 1 {
                joined.push(b',');
            }
            joined.extend_from_slice(field(index));
        }
        let joined: &'a [u8] = joined;
        self.told(line, FaultKind::CommaInKey, joined);
        Some(Parts { bucket: field(0), key: joined, version: with_versions.then_some(last) })
    }

    fn checked_bucket<'a>(&mut self, line: u64, found: &'a [u8]) -> (&'a str, bool) {
        let Ok(text) = std::str::from_utf8(found) else {
            return ("", self.told(line, FaultKind::BadBucket, found));
        };
        // Most lines have the bucket of the first one.
        if self.bucket.as_deref() == Some(text) {
            return (text, true);
        }
        let name = text::bare_bucket(text);
        if !is_bucket_name(name) {
            return ("", self.told(line, FaultKind::BadBucket, found));
        }
        let mut sound = true;
        if name != text {
            sound &= self.told(line, FaultKind::BucketForm, found);
        }
        match &self.bucket {
            None => self.bucket = Some(name.to_owned()),
            Some(first) if first != name => sound &= self.told(line, FaultKind::OtherBucket, found),
            Some(_) => {}
        }
        (name, sound)
    }

    fn checked_version<'a>(&mut self, line: u64, found: Option<&'a [u8]>) -> (Option<&'a str>, bool) {
        match found {
            None => (None, true),
            Some(b"") => (Some("null"), self.told(line, FaultKind::EmptyVersion, b"")),
            // Who names the columns may have versions of another make than those of S3.
            Some(found) if self.columns_are_given || text::looks_like_version(found) => {
                match std::str::from_utf8(found) {
                    Ok(version) if text::is_version(version) => (Some(version), true),
                    _ => (None, self.told(line, FaultKind::BadVersion, found)),
                }
            }
            Some(found) => (None, self.told(line, FaultKind::BadVersion, found)),
        }
    }

    /// The key that a mended copy has, if it can have one.
    fn checked_key<'a>(&mut self, line: u64, found: &'a [u8], buffer: &'a mut Vec<u8>) -> Option<&'a str> {
        let Spelling { unencoded, loose, escaped, plus, double } = Spelling::of(found);
        let decoded = key::decode(found, buffer);
        let sound = match (&decoded, unencoded) {
            (Err(KeyError::Empty), _) => self.told(line, FaultKind::EmptyKey, found),
            (Err(KeyError::TooLong(_)), _) => self.told(line, FaultKind::LongKey, found),
            (Err(KeyError::NotUtf8), _) => self.told(line, FaultKind::NotUtf8, found),
            (Err(KeyError::Escape(_)), _) => self.told(line, FaultKind::BadEscape, found),
            // What looks encoded may as well be a part of a raw key.
            (Ok(_), true) if escaped || plus => self.told(line, FaultKind::HalfEncoded, found),
            (Ok(_), true) => self.told(line, FaultKind::Unencoded, found),
            (Ok(_), false) => {
                for (is_so, kind) in [
                    (loose, FaultKind::LooselyEncoded),
                    (plus, FaultKind::Plus),
                    (double, FaultKind::DoubleEncoded),
                ] {
                    if is_so {
                        self.told(line, kind, found);
                    }
                }
                true
            }
        };
        decoded.ok().filter(|_| sound)
    }

    /// An object that a mended copy has, unless it has it already.
    fn keep(&mut self, line: u64, record: &ObjectRecord<'_>) -> Result<(), WriteOrReadError> {
        match self.seen.as_mut().map(|seen| seen.insert(record)) {
            Some(Ok(false)) => {
                self.told(line, FaultKind::Duplicate, record.key.as_bytes());
                return Ok(());
            }
            Some(Err(_)) => self.seen = None,
            Some(Ok(true)) | None => {}
        }
        if let Some(out) = self.mended.take() {
            let with_versions = self.columns.as_ref().is_some_and(Columns::has_versions);
            self.writer = Some(ManifestWriter::new(out, with_versions));
        }
        match &mut self.writer {
            Some(writer) => writer.write(record).map_err(WriteOrReadError::Write),
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<(Findings, Option<W>), WriteOrReadError> {
        let (out, mended) = match (self.writer, self.mended) {
            (Some(writer), _) => {
                let finished = writer.finish().map_err(|error| WriteOrReadError::Write(error.into()))?;
                (Some(finished.0), Some(finished.1))
            }
            (None, Some(out)) => (Some(out), Some(Written { rows: 0, bytes: 0 })),
            (None, None) => (None, None),
        };
        let findings = Findings {
            rows: self.rows,
            counts: self.counts,
            with_versions: self.columns.as_ref().is_some_and(Columns::has_versions),
            bucket: self.bucket,
            stopped_looking_for_doubles: self.seen.is_none(),
            mended,
        };
        Ok((findings, out))
    }
}

/// From the first line that names an object. A third column that is no version is taken for a torn key.
fn guessed(row: Row<'_>) -> Option<Columns> {
    match row.len() {
        0 | 1 => None,
        2 => Some(Columns::usual(false)),
        count => {
            let last = row.field(count - 1).unwrap_or_default();
            Some(Columns::usual(last.is_empty() || text::looks_like_version(last)))
        }
    }
}

#[cfg(test)]
mod tests;
