//! `opsctl s3 manifest head`.

use std::ops::ControlFlow;

use clap::{Args, ValueHint};
use jiff::Timestamp;
use opsctl_engine::manifest::ObjectRecord;
use serde::Serialize;

use crate::cli::ListArgs;
use crate::commands::s3::source::{self, Found, Source};
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::Column;

/// How many where --limit does not say.
const ROWS: usize = 10;

/// Show the first objects of a list, keys decoded
///
/// Reads no more of the source than it shows. Sizes, dates and classes are there where the list has
/// them: an inventory does, a manifest does not. A key on a terminal has its control characters
/// escaped; -o json has it as it is.
///
/// Examples:
///   opsctl s3 manifest head manifest.csv
///   opsctl s3 manifest head manifest.csv --limit 3 -o ndjson
///   cat manifest.csv | opsctl s3 manifest head -
///
/// Exit codes:
///   0   the objects were shown, even if there are none
///   1   a line cannot be read; gzip or an MD5 is wrong
///   2   an option is wrong, or the source is of a kind that cannot be read
///   3   there is no such file, object or bucket
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   s3:GetObject   for sources in S3
///   s3:ListBucket  for a report that has no manifest.json yet
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct HeadArgs {
    /// A file, - for stdin, s3://BUCKET/KEY, inventory:PLACE of a manifest.json, or report:FOLDER
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath, help_heading = "Target")]
    source: Source,

    #[command(flatten)]
    list: ListArgs,
}

/// An object of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    bucket: String,
    key: String,
    version_id: Option<String>,
    is_latest: Option<bool>,
    is_delete_marker: bool,
    size: Option<u64>,
    last_modified: Option<Timestamp>,
    etag: Option<String>,
    storage_class: Option<String>,
    /// In a completion report.
    task_status: Option<&'static str>,
}

const COLUMNS: &[Column<Object>] = &[
    Column::new("bucket", "BUCKET", |it: &Object| it.bucket.as_str().into()),
    Column::new("key", "KEY", |it: &Object| it.key.as_str().into()).cut(),
    Column::new("version", "VERSION", |it: &Object| it.version_id.as_deref().into()),
    Column::new("size", "SIZE", |it: &Object| it.size.into()),
    Column::new("modified", "MODIFIED", |it: &Object| it.last_modified.into()),
    Column::new("class", "CLASS", |it: &Object| it.storage_class.as_deref().into()),
    Column::new("latest", "LATEST", |it: &Object| it.is_latest.into()).hidden(),
    Column::new("delete-marker", "DELETE MARKER", |it: &Object| it.is_delete_marker.into()).hidden(),
    Column::new("etag", "ETAG", |it: &Object| it.etag.as_deref().into()).hidden(),
    Column::new("task", "TASK", |it: &Object| it.task_status.into()).hidden(),
];

pub async fn run(args: &HeadArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&ListArgs { limit: Some(args.list.limit.unwrap_or(ROWS)), ..args.list.clone() });
    let wanted = args.list.limit.unwrap_or(ROWS);
    let mut writer = out.stream("s3.object", COLUMNS)?;
    let parts = source::open(&args.source, ctx).await?;
    let objects = source::blocking(move || {
        let mut objects = Vec::new();
        for part in parts {
            if objects.len() < wanted {
                let _ = part.for_each(|found| {
                    objects.push(object(&found));
                    Ok(if objects.len() < wanted {
                        ControlFlow::Continue(())
                    } else {
                        ControlFlow::Break(())
                    })
                })?;
            }
        }
        Ok(objects)
    })
    .await?;
    let _ = writer.extend(objects)?;
    writer.finish()?;
    Ok(Outcome::Done)
}

fn object(found: &Found<'_>) -> Object {
    let ObjectRecord { bucket, key, version_id, is_latest, is_delete_marker, size, .. } = found.record;
    Object {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        version_id: version_id.map(str::to_owned),
        is_latest,
        is_delete_marker,
        size,
        last_modified: found.record.last_modified.and_then(|time| Timestamp::from_millisecond(time).ok()),
        etag: found.record.etag.map(str::to_owned),
        storage_class: found.record.storage_class.map(str::to_owned),
        task_status: found.status.map(|status| status.word()),
    }
}
