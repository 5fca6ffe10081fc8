//! Puts a manifest together: the rows of its sources one source after the other, doubles and what is over the limit left
//! out. Reads what was listed from the checkpoint and everything else from where it is. Blocks.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use opsctl_engine::listing::Journal;
use opsctl_engine::manifest::report::TaskStatus;
use opsctl_engine::manifest::{
    Columns, Filter, InventoryReader, ListError, ManifestReader, ManifestWriter, ObjectRecord, RecordBatch,
    Schema, Seen, TooMany, WriteError,
};

use super::census::Census;
use super::spool::Spooled;
use super::target::Target;
use crate::commands::s3::source::{Found, Part, Unread};
use crate::error::{Error, Result};

/// Doubles are found among so many objects: about 3 GB.
const MOST_DIFFERENT: u64 = 100_000_000;
/// Rows between two looks at whether anybody still wants them.
const GLANCE: u64 = 4096;
/// More buckets than this need no names.
const BUCKETS: usize = 3;

/// One source, in the order of the command line.
pub enum Piece {
    /// Ranges of the checkpoint, in the order of their keys.
    Listed(Vec<usize>),
    Parts(Vec<Part>),
    /// Of a completion report, the tasks that failed.
    Undone(Undone),
}

/// What a job has left undone.
pub struct Undone {
    /// The files of its completion report.
    pub report: Vec<Part>,
    /// Of the tasks that failed, those with one of these error codes; without any, all.
    pub codes: Vec<String>,
    /// The list of the job: its objects that the report does not have follow those that failed.
    pub list: Vec<Part>,
    /// Whether its tasks were of versions, which an empty one in the report does not tell.
    pub versions: bool,
}

pub struct Assembly {
    pub pieces: Vec<Piece>,
    pub journal: Option<Journal<File>>,
    /// Whether its rows have sizes and storage classes.
    pub sized: bool,
    pub filter: Filter,
    /// Whether rows have versions; where nothing says so, the first object does.
    pub versions: Option<bool>,
    /// The objects that are there already, where one may be there twice.
    pub seen: Option<Seen>,
    pub limit: Option<u64>,
    pub shared: Arc<Shared>,
}

/// What both threads look at.
#[derive(Debug, Default)]
pub struct Shared {
    pub rows: AtomicU64,
    pub cancelled: AtomicBool,
}

impl Shared {
    fn is_wanted(&self) -> Result<()> {
        match self.cancelled.load(Ordering::Relaxed) {
            true => Err(Error::failed("the build was stopped").into()),
            false => Ok(()),
        }
    }
}

/// What has become of the rows.
#[derive(Debug, Default)]
pub struct Assembled {
    pub rows: u64,
    pub bytes: u64,
    pub versions: bool,
    pub doubles: u64,
    pub delete_markers: u64,
    /// Rows of tasks that a job never came to.
    pub never_ran: u64,
    /// The first few.
    pub buckets: BTreeSet<String>,
    pub census: Census,
    /// Of a completion report.
    pub unread: Unread,
    /// What is still to be sent, where it was spooled.
    pub spooled: Option<Spooled>,
}

struct Rows {
    out: ManifestWriter<Target>,
    seen: Option<Seen>,
    /// Not yet known to be new.
    waiting: RecordBatch,
    told: Assembled,
    limit: u64,
    shared: Arc<Shared>,
}

impl Assembly {
    pub fn run(self, target: Target) -> Result<Assembled> {
        let Assembly { pieces, mut journal, sized, filter, versions, mut seen, limit, shared } = self;
        let mut target = Some(target);
        let mut rows: Option<Rows> = None;
        let mut never_ran = 0;
        let mut start = |versions: bool, target: &mut Option<Target>| {
            let target = target.take().ok_or_else(|| Error::failed("a manifest was begun twice"))?;
            Ok::<_, anyhow::Error>(Rows {
                out: ManifestWriter::new(target, versions),
                seen: seen.take(),
                waiting: RecordBatch::default(),
                told: Assembled { versions, ..Assembled::default() },
                limit: limit.unwrap_or(u64::MAX),
                shared: Arc::clone(&shared),
            })
        };
        if let Some(versions) = versions {
            rows = Some(start(versions, &mut target)?);
        }
        let mut unread = Unread::default();
        for piece in pieces {
            let mut take = |record: &ObjectRecord<'_>| {
                let rows = match &mut rows {
                    Some(rows) => rows,
                    None => rows.insert(start(record.version_id.is_some(), &mut target)?),
                };
                rows.take(record)
            };
            let flow = match (piece, &mut journal) {
                (Piece::Listed(ranges), Some(journal)) => {
                    let rows = match &mut rows {
                        Some(rows) => rows,
                        None => rows.insert(start(false, &mut target)?),
                    };
                    rows.listed(&ranges, journal, sized)?
                }
                (Piece::Listed(_), None) => ControlFlow::Continue(()),
                (Piece::Parts(parts), _) => each(&parts, &shared, |part, found| {
                    let record = found.record;
                    // It has neither a size nor a class to be chosen by, and is counted.
                    if !record.is_delete_marker
                        && !filter.wants(&record).map_err(|lacking| cannot_choose(&lacking, part))?
                    {
                        return Ok(ControlFlow::Continue(()));
                    }
                    take(&record)
                })?,
                (Piece::Undone(undone), _) => {
                    // A report leaves it empty where an inventory does.
                    let null = versions.unwrap_or(false).then_some("null");
                    never_ran = undone.each(&mut unread, &shared, |record| {
                        take(&ObjectRecord { version_id: record.version_id.or(null), ..*record })
                    })?;
                    ControlFlow::Continue(())
                }
            };
            if flow.is_break() {
                break;
            }
        }
        let rows = match rows {
            Some(rows) => rows,
            None => start(false, &mut target)?,
        };
        Ok(Assembled { unread, never_ran, ..rows.finish()? })
    }
}

impl Undone {
    /// Gives the failed ones to `take`, then those that never ran; how many of these there were. Where rows of the report
    /// cannot be read there are none: what was done is not known.
    fn each(
        &self,
        unread: &mut Unread,
        shared: &Shared,
        mut take: impl FnMut(&ObjectRecord<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<u64> {
        let Undone { report, codes, list, .. } = self;
        let mut known = nothing_seen();
        for part in report {
            let _ = part.for_each_readable(unread, |found| {
                if !list.is_empty() {
                    came_up(&mut known, found.record)?;
                }
                let is_chosen = |code: &String| found.error_code == Some(code.as_str());
                let failed = found.status == Some(TaskStatus::Failed);
                match failed && (codes.is_empty() || codes.iter().any(is_chosen)) {
                    true => take(&found.record),
                    false => Ok(ControlFlow::Continue(())),
                }
            })?;
        }
        let mut never_ran = 0;
        if unread.is_empty() {
            let _ = each(list, shared, |_, found| {
                if found.record.is_delete_marker || !came_up(&mut known, found.record)? {
                    return Ok(ControlFlow::Continue(()));
                }
                never_ran += 1;
                take(&found.record)
            })?;
        }
        Ok(never_ran)
    }
}

/// Gives the records of all parts, one part after the other, until `take` breaks.
fn each(
    parts: &[Part],
    shared: &Shared,
    mut take: impl FnMut(&Part, Found<'_>) -> Result<ControlFlow<()>>,
) -> Result<ControlFlow<()>> {
    let mut read: u64 = 0;
    for part in parts {
        let flow = part.for_each(|found| {
            read += 1;
            // Also where none of them is wanted.
            if read.is_multiple_of(GLANCE) {
                shared.is_wanted()?;
            }
            take(part, found)
        });
        if flow?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

impl Rows {
    /// Rows that were chosen already. Without anything to leave out they are copied as they are.
    fn listed(
        &mut self,
        ranges: &[usize],
        journal: &mut Journal<File>,
        sized: bool,
    ) -> Result<ControlFlow<()>> {
        let versions = self.told.versions;
        let mut text = Vec::new();
        for range in ranges {
            for block in journal.blocks(*range).to_vec() {
                journal
                    .rows(block, &mut text)
                    .map_err(|error| Error::failed("cannot read what was listed").because(error))?;
                let flow = match sized {
                    true => {
                        let mut reader = InventoryReader::new(text.as_slice(), Schema::listed(versions));
                        self.drain(|rows| reader.read().map(|found| found.map(|record| rows.take(&record))))?
                    }
                    false => {
                        let mut reader = ManifestReader::new(text.as_slice(), Columns::usual(versions));
                        self.drain(|rows| reader.read().map(|found| found.map(|record| rows.take(&record))))?
                    }
                };
                if flow.is_break() {
                    return Ok(flow);
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Takes what `next` takes until there is nothing more.
    fn drain(
        &mut self,
        mut next: impl FnMut(&mut Self) -> Result<Option<Result<ControlFlow<()>>>, ListError>,
    ) -> Result<ControlFlow<()>> {
        while let Some(taken) = next(self).map_err(unreadable)? {
            if taken?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn take(&mut self, record: &ObjectRecord<'_>) -> Result<ControlFlow<()>> {
        if self.told.rows >= self.limit {
            return Ok(ControlFlow::Break(()));
        }
        if record.is_delete_marker {
            self.told.delete_markers += 1;
            return Ok(ControlFlow::Continue(()));
        }
        if !self.told.versions && record.version_id.is_some() {
            return Err(mixed(record).into());
        }
        // An inventory of all versions leaves the version of what is older than versioning empty.
        let record = &match (self.told.versions, record.version_id) {
            (true, Some("")) => ObjectRecord { version_id: Some("null"), ..*record },
            _ => *record,
        };
        if self.seen.is_none() {
            return self.write(record);
        }
        self.waiting.push(record);
        // A source that never ends gives what is wanted of it.
        let may_suffice = self.told.rows + self.waiting.len() as u64 >= self.limit;
        if self.waiting.is_full() || may_suffice {
            return self.settle();
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Writes what waits, without the doubles.
    fn settle(&mut self) -> Result<ControlFlow<()>> {
        let Some(mut seen) = self.seen.take() else { return Ok(ControlFlow::Continue(())) };
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut flow = ControlFlow::Continue(());
        for (record, is_new) in waiting.records().zip(seen.insert_all(&waiting).map_err(too_many)?) {
            if self.told.rows >= self.limit {
                flow = ControlFlow::Break(());
                break;
            }
            match is_new {
                true => flow = self.write(&record)?,
                false => self.told.doubles += 1,
            }
        }
        waiting.clear();
        (self.waiting, self.seen) = (waiting, Some(seen));
        Ok(flow)
    }

    fn write(&mut self, record: &ObjectRecord<'_>) -> Result<ControlFlow<()>> {
        if self.told.buckets.len() < BUCKETS && !self.told.buckets.contains(record.bucket) {
            self.told.buckets.insert(record.bucket.to_owned());
        }
        self.out.write(record).map_err(unwritable)?;
        self.told.rows += 1;
        self.told.census.add(record);
        if self.told.rows.is_multiple_of(GLANCE) {
            self.shared.rows.store(self.told.rows, Ordering::Relaxed);
            self.shared.is_wanted()?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn finish(mut self) -> Result<Assembled> {
        // That it is over needs no telling.
        let _ = self.settle()?;
        let Rows { out, mut told, shared, .. } = self;
        let (mut target, written) = out.finish().map_err(|error| unwritable(error.into()))?;
        let finished = target.flush().and_then(|()| target.finish());
        told.spooled = finished.map_err(|error| unwritable(error.into()))?;
        told.bytes = written.bytes;
        shared.rows.store(told.rows, Ordering::Relaxed);
        Ok(told)
    }
}

/// Nothing is seen yet.
pub fn nothing_seen() -> Seen {
    Seen::new(MOST_DIFFERENT)
}

/// Whether an object of a job has come up for the first time. A report has no version where the list has an empty one.
fn came_up(known: &mut Seen, record: ObjectRecord<'_>) -> Result<bool> {
    let version_id = record.version_id.filter(|id| !id.is_empty());
    let new = known.insert(&ObjectRecord { version_id, ..record }).map_err(|error| {
        Error::failed("cannot tell which tasks never ran")
            .because(error)
            .hint("--failed-only leaves them out")
    })?;
    Ok(new)
}

/// Whether the object is not there yet; it is from now on.
pub fn is_new(seen: &mut Seen, record: &ObjectRecord<'_>) -> Result<bool> {
    Ok(seen.insert(record).map_err(too_many)?)
}

fn too_many(error: TooMany) -> Error {
    Error::failed("cannot find doubles").because(error).hint("--keep-duplicates does not look for them")
}

fn cannot_choose(lacking: &opsctl_engine::manifest::Lacking, part: &Part) -> Error {
    Error::usage(format!("cannot choose from {}: {lacking}", part.place()))
        .hint("choose by key, or take an inventory or s3://BUCKET/PREFIX as the source")
}

fn mixed(record: &ObjectRecord<'_>) -> Error {
    let ObjectRecord { bucket, key, .. } = record;
    Error::usage(format!("s3://{bucket}/{key} comes with a version, and others come without"))
        .because("a manifest has versions in all of its rows or in none")
        .hint("--versions lists the versions of live sources too")
}

fn unwritable(error: WriteError) -> anyhow::Error {
    match error {
        // What a spool says of its folder is told as it is.
        WriteError::Io(error) => match error.downcast::<Error>() {
            Ok(own) => own.into(),
            Err(error) => Error::failed("cannot write the manifest").because(error).into(),
        },
        lacking @ WriteError::NoVersion { .. } => Error::usage("cannot write the manifest")
            .because(lacking)
            .hint("leave out the sources without versions, or those with them")
            .into(),
    }
}

fn unreadable(error: ListError) -> anyhow::Error {
    let error = match error {
        ListError::Io(error) => error,
        line => io::Error::other(line.to_string()),
    };
    Error::failed("cannot read what was listed").because(error).into()
}
