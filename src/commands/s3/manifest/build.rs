//! `opsctl s3 manifest build`.

mod assemble;
mod checkpoint;
mod live;
mod target;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use opsctl_engine::manifest::Location;
use serde::Serialize;

use self::assemble::{Assembled, Assembly, Piece, Shared};
use self::checkpoint::{Checkpoint, Identity};
use self::live::Live;
use self::target::{Target, To, Uploaded};
use super::super::filter::FilterArgs;
use super::super::source::{self, Place, Source};
use crate::cli::DetailArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::output::Column;
use crate::signals::{Signal, Signals};

/// How often the progress is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// Build a manifest from listings, inventories, reports and lists
///
/// A SOURCE s3://BUCKET/PREFIX is listed as it is now, with many requests at once. The manifest has
/// the order of the sources and, within a listing, that of the keys; --to - writes a listing as it
/// comes. Keys are encoded as the service wants them, delete markers dropped, doubles removed.
///
/// What is listed is kept until the manifest is whole: a build that was interrupted goes on with
/// --resume, and gives what it would have given. Other sources are read again then.
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
///   s3:PutObject           for --to s3://BUCKET/KEY
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct BuildArgs {
    /// s3://BUCKET/PREFIX, inventory:PLACE, report:PLACE, manifest:PLACE, a file, or - for stdin
    #[arg(value_name = "SOURCE", required = true, help_heading = "Target")]
    sources: Vec<Source>,

    /// A file, s3://BUCKET/KEY, or - for stdout: where it is written
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
    #[arg(long, value_name = "N", default_value = "64", hide_short_help = true, help_heading = "Command")]
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
    delete_markers: u64,
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
    args.check()?;
    let mut signals = Signals::listen()?;
    let mut now = ctx.now();
    // What is wrong with a pattern is told before anything is listed.
    let zone = &ctx.out().settings().zone.clone();
    let mut filter = args.filter.filter(now, zone)?;
    let mut others = signals.race(args.open_others(ctx)).await?;
    let roots = args.roots();
    let mut live = Live::new(&roots, args.versions, args.max_concurrency)?;
    let mut checkpoint = None;
    if !roots.is_empty() && !args.is_streamed() {
        let identity = Identity { asked: args.asked(), now: now.as_millisecond() };
        let opened = Checkpoint::open(identity, args.resume, live.plan(), ctx)?;
        now = Timestamp::from_millisecond(opened.identity.now).unwrap_or(now);
        filter = args.filter.filter(now, zone)?;
        checkpoint = Some(opened);
    }
    let limit = args.limit.filter(|_| !args.may_have_doubles());
    let listed = match &mut checkpoint {
        Some(checkpoint) => signals.race(live.list(&filter, limit, checkpoint, ctx)).await,
        None => signals.race(live.stream(&filter, args.limit, ctx)).await,
    };
    if let Err(error) = listed {
        return Err(args.interrupted(error, checkpoint.is_some(), ctx));
    }
    // Nothing is built of what nobody may see.
    if !roots.is_empty() && live.lost().len() == roots.len() && others.is_empty() {
        if let Some(checkpoint) = &checkpoint {
            Checkpoint::remove(checkpoint.path());
        }
        return live.fail();
    }
    let left = match args.is_streamed() {
        true => args.limit.map(|limit| limit.saturating_sub(live.rows())),
        false => args.limit,
    };
    let mut pieces = Vec::new();
    let mut root = 0;
    for source in &args.sources {
        match source {
            Source::S3(_) => {
                if checkpoint.is_some() && !live.is_lost(root) {
                    pieces.push(Piece::Listed(live.plan().in_order(root).collect()));
                }
                root += 1;
            }
            _ => pieces.push(Piece::Parts(others.pop_front().unwrap_or_default())),
        }
    }
    let path = checkpoint.as_ref().map(|checkpoint| checkpoint.path().clone());
    let assembly = Assembly {
        pieces,
        journal: checkpoint.map(|checkpoint| checkpoint.journal),
        filter,
        versions: (args.versions || !roots.is_empty()).then_some(args.versions),
        dedupe: args.may_have_doubles() && !args.keep_duplicates,
        limit: left,
        shared: Arc::default(),
    };
    let (mut assembled, uploaded) = match args.write(assembly, &mut signals, ctx).await {
        Ok(written) => written,
        Err(error) => return Err(args.interrupted(error, path.is_some(), ctx)),
    };
    if args.is_streamed() {
        assembled.rows += live.rows();
    }
    args.tell(&assembled, uploaded, ctx)?;
    if let Some(path) = &path {
        Checkpoint::remove(path);
    }
    if live.lost().is_empty() { Ok(Outcome::Done) } else { live.partly(ctx) }
}

impl BuildArgs {
    fn check(&self) -> Result<()> {
        let is_stdin = |source: &&Source| {
            matches!(
                source,
                Source::Manifest(Place::Stdin)
                    | Source::Inventory(Place::Stdin)
                    | Source::Report(Place::Stdin)
            )
        };
        if self.sources.iter().filter(is_stdin).count() > 1 {
            return Err(Error::usage("stdin can be read as one source only").into());
        }
        if self.resume && self.is_streamed() {
            return Err(Error::usage("--resume needs a manifest that is kept: rows on stdout are gone")
                .hint("--to FILE or --to s3://BUCKET/KEY")
                .into());
        }
        Ok(())
    }

    /// Rows go to stdout, as they come.
    fn is_streamed(&self) -> bool {
        self.to.0 == Place::Stdin
    }

    fn roots(&self) -> Vec<Location> {
        let live = self.sources.iter().filter_map(|source| match source {
            Source::S3(location) => Some(location.clone()),
            _ => None,
        });
        live.collect()
    }

    async fn open_others(&self, ctx: &Context) -> Result<std::collections::VecDeque<Vec<source::Part>>> {
        let mut opened = std::collections::VecDeque::new();
        for source in self.sources.iter().filter(|source| !matches!(source, Source::S3(_))) {
            opened.push_back(source::open(source, ctx).await?);
        }
        Ok(opened)
    }

    /// A listing has none; several may overlap, and any other list may have some.
    fn may_have_doubles(&self) -> bool {
        let roots = self.roots();
        let overlap = |(index, one): (usize, &Location)| {
            let others = roots.iter().enumerate().filter(|(other, _)| *other != index);
            others.into_iter().any(|(_, other)| other.bucket == one.bucket && other.key.starts_with(&one.key))
        };
        roots.len() != self.sources.len() || roots.iter().enumerate().any(overlap)
    }

    /// Everything that decides which rows there are and where they go.
    fn asked(&self) -> String {
        let BuildArgs { sources, to, versions, filter, limit, keep_duplicates, .. } = self;
        format!("{sources:?} {to:?} {versions} {filter:?} {limit:?} {keep_duplicates}")
    }

    async fn write(
        &self,
        assembly: Assembly,
        signals: &mut Signals,
        ctx: &Context,
    ) -> Result<(Assembled, Uploaded)> {
        let (target, upload) = match &self.to.0 {
            Place::Stdin => (Target::Stdout(ctx.out().raw()), None),
            Place::File(path) => (Target::file(path)?, None),
            Place::Object(to) => {
                let (parts, upload) = target::upload(ctx.aws().await?.s3(), to.clone());
                (Target::Upload(parts), Some(upload))
            }
        };
        let shared = Arc::clone(&assembly.shared);
        let assembling = source::blocking(move || assembly.run(target));
        let uploading = async {
            match upload {
                Some(upload) => upload.run().await,
                None => Ok(Some(Uploaded::default())),
            }
        };
        let watched = watch(&shared, signals, ctx);
        let both = async { tokio::join!(assembling, uploading) };
        let mut both = std::pin::pin!(both);
        let stopped = tokio::select! {
            ended = &mut both => return joined(ended, ctx),
            signal = watched => signal,
        };
        // The thread looks at this soon, and leaves nothing beside the target.
        shared.cancelled.store(true, Ordering::Relaxed);
        let _ = tokio::time::timeout(Duration::from_secs(2), both).await;
        Err(stopped.as_error().into())
    }

    fn tell(&self, assembled: &Assembled, uploaded: Uploaded, ctx: &Context) -> Result<()> {
        let Assembled { rows, bytes, versions, doubles, delete_markers, buckets } = assembled;
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
        if self.is_streamed() {
            return Ok(());
        }
        let manifest = Manifest {
            to: self.to.0.to_string(),
            rows: *rows,
            bytes: *bytes,
            fields: if *versions { &["Bucket", "Key", "VersionId"] } else { &["Bucket", "Key"] },
            duplicates: *doubles,
            delete_markers: *delete_markers,
            arn: match &self.to.0 {
                Place::Object(location) => Some(location.arn("aws")),
                Place::Stdin | Place::File(_) => None,
            },
            etag: uploaded.etag,
            version_id: uploaded.version_id,
        };
        ctx.detail_out(&self.detail).item("s3.manifest", COLUMNS, &manifest)
    }

    /// Says how to go on, where that is possible.
    fn interrupted(&self, error: anyhow::Error, kept: bool, ctx: &Context) -> anyhow::Error {
        let kind = Report::new(&error).kind;
        if kept && kind != Kind::Usage {
            ctx.reporter().status("what was listed so far is kept");
            ctx.reporter().hint("the same command with --resume goes on from there");
        }
        error
    }
}

/// Shows how far the rows are until a signal comes.
async fn watch(shared: &Shared, signals: &mut Signals, ctx: &Context) -> Signal {
    let mut progress = ctx.reporter().progress("writing the manifest", None);
    let began = tokio::time::Instant::now();
    loop {
        tokio::select! {
            signal = signals.next() => return signal,
            () = tokio::time::sleep(GLANCE) => {
                let rows = shared.rows.load(Ordering::Relaxed);
                progress.label(&live::rate("writing the manifest", rows, began.elapsed()));
                progress.set(rows);
            }
        }
    }
}

/// Why an upload failed is told by the upload; why there was nothing to upload, by the rows.
fn joined(
    ended: (Result<Assembled>, Result<Option<Uploaded>>),
    ctx: &Context,
) -> Result<(Assembled, Uploaded)> {
    match ended {
        (_, Err(error)) => Err(error),
        (Err(error), _) if ctx.out().closed() => {
            drop(error);
            Ok((Assembled { rows: 1, ..Assembled::default() }, Uploaded::default()))
        }
        (Err(error), _) => Err(error),
        (Ok(assembled), Ok(uploaded)) => Ok((assembled, uploaded.unwrap_or_default())),
    }
}
