//! The tasks of a completion report, row by row: counted and put together by error, or given on as they come. Reads
//! several files at once; a row that cannot be read is passed over and told of.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use opsctl_engine::manifest::ListError;
use opsctl_engine::manifest::report::{Counts, ReportReader, Summary, TaskResult, TaskStatus};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::commands::s3::source::{self, Part, Unread};
use crate::error::{Error, Result};
use crate::output::{Column, ListWriter};

/// Files that are read at the same time.
const FILES: usize = 4;
/// Rows that are given on together.
const BATCH: usize = 256;

/// A task of the report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    bucket: String,
    key: String,
    version_id: Option<String>,
    status: &'static str,
    error_code: Option<String>,
    http_status: Option<u16>,
    message: String,
}

pub const COLUMNS: &[Column<Task>] = &[];

/// Of all files, in their order, so that the first task of a group is the same in every run.
pub async fn summed_up(parts: Vec<Part>) -> Result<(Summary, Unread)> {
    let summaries = stream::iter(parts).map(|part| source::blocking(move || sum_up(&part))).buffered(FILES);
    summaries
        .try_fold((Summary::new(), Unread::default()), |mut all, (summary, unread)| async {
            all.0.merge(summary);
            all.1.merge(unread);
            Ok(all)
        })
        .await
}

/// Blocks.
fn sum_up(part: &Part) -> Result<(Summary, Unread)> {
    let mut summary = Summary::new();
    let unread = each_result(part, |result| {
        summary.add(result);
        true
    })?;
    Ok((summary, unread))
}

/// Gives every row to `take` until it wants no more. Blocks.
fn each_result(part: &Part, mut take: impl FnMut(&TaskResult<'_>) -> bool) -> Result<Unread> {
    let mut reader = ReportReader::new(part.open_plain()?);
    let mut unread = Unread::default();
    loop {
        match reader.read() {
            Ok(Some(result)) if take(&result) => {}
            Ok(_) => return Ok(unread),
            Err(ListError::Line { line, fault }) => unread.add(part.place(), line, &fault),
            Err(error) => return Err(part.not_read(error)),
        }
    }
}

/// As they come; the order of the files is nobody's. How many there were, given on or not.
pub async fn given_on(
    parts: Vec<Part>,
    only_failed: bool,
    mut writer: ListWriter<'_, Task>,
) -> Result<(Counts, Unread)> {
    let (sender, mut batches) = mpsc::channel::<Vec<Task>>(FILES);
    let read = stream::iter(parts)
        .map(move |part| {
            let sender = sender.clone();
            source::blocking(move || send(&part, only_failed, &sender))
        })
        .buffer_unordered(FILES)
        .try_fold((Counts::default(), Unread::default()), |mut all, (counts, unread)| async move {
            all.0.succeeded += counts.succeeded;
            all.0.failed += counts.failed;
            all.1.merge(unread);
            Ok(all)
        });
    let read = tokio::spawn(read);
    while let Some(batch) = batches.recv().await {
        if writer.extend(batch)?.is_break() {
            break;
        }
    }
    drop(batches);
    let counts = read.await.map_err(|error| Error::failed("the report was left").because(error))??;
    writer.finish()?;
    Ok(counts)
}

/// Blocks; until nobody takes them.
fn send(part: &Part, only_failed: bool, sender: &mpsc::Sender<Vec<Task>>) -> Result<(Counts, Unread)> {
    let (mut batch, mut counts) = (Vec::new(), Counts::default());
    let unread = each_result(part, |result| {
        let failed = result.status == TaskStatus::Failed;
        counts.failed += u64::from(failed);
        counts.succeeded += u64::from(!failed);
        if !only_failed || failed {
            batch.push(task(result));
        }
        batch.len() < BATCH || sender.blocking_send(std::mem::take(&mut batch)).is_ok()
    })?;
    // Whoever left wants none of it.
    let _ = sender.blocking_send(batch);
    Ok((counts, unread))
}

fn task(result: &TaskResult<'_>) -> Task {
    Task {
        bucket: result.bucket.to_owned(),
        key: result.key.to_owned(),
        version_id: result.version_id.map(str::to_owned),
        status: result.status.word(),
        error_code: result.error_code.map(str::to_owned),
        http_status: result.http_status,
        message: result.message.to_owned(),
    }
}
