//! `opsctl s3 manifest build`.

use std::num::NonZeroUsize;

use clap::Args;
use opsctl_engine::manifest::partition;
use serde::Serialize;

use super::super::building::{Assembled, Building, Built, Destination, To, Uploaded};
use super::super::filter::FilterArgs;
use super::super::source::{Place, Source};
use crate::change::Changes;
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::Column;
use crate::signals::Signals;

/// Build a manifest from listings, inventories, reports and lists
///
/// A SOURCE s3://BUCKET/PREFIX is listed as it is now, with many requests at once. The manifest has
/// the order of the sources and, within a listing, that of the keys; --to - writes a listing as it
/// comes. Keys are encoded as the service wants them, delete markers dropped, doubles removed.
///
/// What is listed is kept until the manifest is whole: a build that was interrupted, or killed, goes
/// on with --resume, and gives what it would have given. Other sources are read again then. What is
/// put or deleted below a prefix while it is listed, or before --resume, may be seen or not.
///
/// Examples:
///   opsctl s3 manifest build s3://data-1/logs/ --to manifest.csv
///   opsctl s3 manifest build s3://data-1/ --suffix .tmp --until 30d --to s3://ops-1/tmp.csv
///   opsctl s3 manifest build manifest.csv --glob 'logs/*' --to -
///
/// Exit codes:
///   0   the manifest is complete, even if it has no row
///   1   a source cannot be read, the target cannot be written
///   2   an option is wrong, or some rows would have versions and others not
///   3   there is no such bucket, file or object
///   4   no credentials or no region
///   5   denied by a policy
///   7   some sources could not be listed: they are named, the others are in the manifest
///   75  AWS cannot be reached, or asks to slow down for too long; --resume goes on
///
/// IAM:
///   s3:ListBucket          for s3://BUCKET/PREFIX
///   s3:ListBucketVersions  for s3://BUCKET/PREFIX with --versions
///   s3:GetObject           for lists that are objects
///   s3:PutObject           for --to s3://BUCKET/KEY; s3:AbortMultipartUpload when it is broken off
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct BuildArgs {
    /// s3://BUCKET/PREFIX, inventory:PLACE, report:PLACE, manifest:PLACE, a file, or - for stdin
    #[arg(value_name = "SOURCE", required = true, help_heading = "Target")]
    sources: Vec<Source>,

    /// A file, s3://BUCKET/KEY, or - for stdout
    #[arg(long, value_name = "PLACE", required = true, help_heading = "Target")]
    to: To,

    /// List all versions, not only the current objects
    #[arg(long, help_heading = "Target")]
    versions: bool,

    #[command(flatten)]
    filter: FilterArgs,

    /// Stop after this many rows
    #[arg(long, value_name = "N", help_heading = "Filters")]
    limit: Option<u64>,

    /// Leave doubles in: nothing is kept in memory to find them
    #[arg(long, hide_short_help = true, help_heading = "Filters")]
    keep_duplicates: bool,

    /// Go on with what the same command has listed
    #[arg(long, help_heading = "Command")]
    resume: bool,

    /// The most requests in flight; fewer when S3 asks to slow down
    #[arg(
        long,
        value_name = "N",
        value_parser = |text: &str| text.parse::<NonZeroUsize>().map_err(|_| "a number from 1 on".to_owned()),
        default_value = "64",
        hide_short_help = true,
        help_heading = "Command"
    )]
    max_concurrency: NonZeroUsize,

    #[command(flatten)]
    detail: DetailArgs,
}

/// What was built, as a job wants to be told of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    to: String,
    rows: u64,
    bytes: u64,
    fields: &'static [&'static str],
    duplicates: u64,
    /// None of a build that was resumed: nobody has counted those of before.
    delete_markers: Option<u64>,
    arn: Option<String>,
    etag: Option<String>,
    version_id: Option<String>,
}

const COLUMNS: &[Column<Manifest>] = &[
    Column::new("to", "To", |it: &Manifest| it.to.as_str().into()),
    Column::new("rows", "Rows", |it: &Manifest| it.rows.into()),
    Column::new("bytes", "Bytes", |it: &Manifest| it.bytes.into()),
    Column::new("fields", "Fields", |it: &Manifest| it.fields.join(",").into()),
    Column::new("arn", "ARN", |it: &Manifest| it.arn.as_deref().into()),
    Column::new("etag", "ETag", |it: &Manifest| it.etag.as_deref().into()),
    Column::new("version", "Version", |it: &Manifest| it.version_id.as_deref().into()),
    Column::new("duplicates", "Duplicates left out", |it: &Manifest| it.duplicates.into()).hidden(),
    Column::new("delete-markers", "Delete markers left out", |it: &Manifest| it.delete_markers.into())
        .hidden(),
];

pub async fn run(args: &BuildArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let to = Destination::Place(args.to.0.clone());
    let building = Building {
        sources: &args.sources,
        to: &to,
        versions: args.versions,
        filter: &args.filter,
        limit: args.limit,
        keep_duplicates: args.keep_duplicates,
        resume: args.resume,
        max_concurrency: args.max_concurrency,
    };
    let mut built = building.run(&mut signals, ctx).await?;
    let uploaded = std::mem::take(&mut built.uploaded);
    let arn = match &args.to.0 {
        Place::Object(location) => Some(location.arn(partition(&ctx.aws().await?.region().value))),
        Place::Stdin | Place::File(_) => None,
    };
    args.tell(&built, uploaded, arn, ctx)?;
    match built.partly {
        Some(error) => Err(error.into()),
        None => Ok(Outcome::Done),
    }
}

impl BuildArgs {
    /// A list in a file, or on stdout, changes nothing.
    pub fn changes(&self) -> Changes {
        Changes::Unasked.unless(!matches!(self.to.0, Place::Object(_)))
    }

    fn tell(&self, built: &Built, uploaded: Uploaded, arn: Option<String>, ctx: &Context) -> Result<()> {
        let Assembled { rows, bytes, versions, doubles, delete_markers, buckets, .. } = &built.assembled;
        if *rows == 0 {
            ctx.reporter().status("no object was found: the manifest is empty");
        }
        if buckets.len() > 1 {
            ctx.reporter().warn(format_args!(
                "the manifest names several buckets ({}): most operations take one",
                buckets.iter().cloned().collect::<Vec<_>>().join(", ")
            ));
        }
        if *doubles > 0 {
            ctx.reporter().status(format_args!("{doubles} doubles were left out"));
        }
        if self.to.0 == Place::Stdin {
            return Ok(());
        }
        let manifest = Manifest {
            to: self.to.0.to_string(),
            rows: *rows,
            bytes: *bytes,
            fields: if *versions { &["Bucket", "Key", "VersionId"] } else { &["Bucket", "Key"] },
            duplicates: *doubles,
            delete_markers: (!built.resumed).then_some(*delete_markers),
            arn,
            etag: uploaded.etag,
            version_id: uploaded.version_id,
        };
        ctx.detail_out(&self.detail).item("s3.manifest", COLUMNS, &manifest)
    }
}
