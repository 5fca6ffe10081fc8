//! Manifests in the making, for every verb that makes one: sources are listed and read, their rows put together, and
//! written to where they belong. What the verb says of it, and what comes of it then, is the verb's own.

mod assemble;
mod begun;
mod census;
mod checkpoint;
mod live;
mod spool;
mod target;
mod upload;

use opsctl_engine::hex::hex;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_sdk_s3::Client;
use jiff::Timestamp;
use opsctl_engine::manifest::Location;
use ring::digest;
use tokio::sync::Notify;

pub use self::assemble::{Assembled, Undone};
pub use self::census::{Census, Group, LARGEST_COPY};
pub use self::checkpoint::Kept;
pub use self::spool::Spooled;
pub use self::target::To;
pub use self::upload::Uploaded;

use self::assemble::{Assembly, Piece, Shared, nothing_seen};
use self::checkpoint::{Checkpoint, Identity};
use self::live::Live;
use self::spool::Spool;
use self::target::{NewFile, Target};
use super::filter::FilterArgs;
use super::source::{self, Part, Place, Source};
use crate::context::Context;
use crate::error::{Error, Kind, Report, Result};
use crate::signals::{Signal, Signals};

/// How long who leaves waits for what is still going on.
const LEAVING: Duration = Duration::from_secs(2);
/// How often the progress is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// What is wanted.
pub struct Building<'a> {
    pub sources: &'a [Source],
    pub to: &'a Destination,
    /// All versions of what is listed, not only the current objects.
    pub versions: bool,
    pub filter: &'a FilterArgs,
    pub limit: Option<u64>,
    pub keep_duplicates: bool,
    /// Go on with what the same build has listed.
    pub resume: bool,
    pub max_concurrency: NonZeroUsize,
}

/// Where the rows go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    Place(Place),
    /// Into a file that nobody sees, with a census of what they are.
    Spool,
}

/// What came of it.
pub struct Built {
    pub assembled: Assembled,
    pub uploaded: Uploaded,
    /// Delete markers that an earlier run has left out were not counted.
    pub resumed: bool,
    /// That some places could not be listed, which has been told one by one.
    pub partly: Option<Error>,
    /// What was listed, until nobody needs it any more.
    pub kept: Kept,
}

impl Building<'_> {
    pub async fn run(&self, signals: &mut Signals, ctx: &Context) -> Result<Built> {
        self.check()?;
        if let Destination::Place(Place::Object(to)) = self.to {
            signals.race(target::look_in_s3(to, ctx)).await?;
        }
        let mut now = ctx.now();
        // What is wrong with a pattern is told before anything is listed.
        let zone = &ctx.out().settings().zone.clone();
        let mut filter = self.filter.filter(now, zone)?;
        self.filter.warn(ctx);
        let mut others = signals.race(self.open_others(ctx)).await?;
        let roots = self.roots();
        let mut live = Live::new(&roots, self.versions, self.is_sized(), self.max_concurrency)?;
        let mut checkpoint = None;
        if !roots.is_empty() && !self.is_streamed() {
            let identity = Identity { asked: self.asked(ctx).await?, now: now.as_millisecond() };
            let opened = Checkpoint::open(identity, self.resume, live.plan(), ctx).await?;
            now = Timestamp::from_millisecond(opened.identity.now).unwrap_or(now);
            filter = self.filter.filter(now, zone)?;
            checkpoint = Some(opened);
        } else if self.resume {
            ctx.reporter().status("there is nothing to resume: lists are read again");
        }
        let limit = self.limit.filter(|_| !self.may_have_doubles());
        let mut seen = (self.may_have_doubles() && !self.keep_duplicates).then(nothing_seen);
        let listed = match &mut checkpoint {
            Some(checkpoint) => signals.race(live.list(&filter, limit, checkpoint, ctx)).await,
            None => signals.race(live.stream(&filter, self.limit, seen.as_mut(), ctx)).await,
        };
        let mut kept = checkpoint.as_ref().map(Checkpoint::kept).unwrap_or_default();
        if let Err(error) = listed {
            return Err(interrupted(error, &mut kept, ctx));
        }
        for list in live.lists_alone() {
            ctx.reporter().warn(format_args!(
                "{list} was listed as a prefix, and is the only object found: it is a list itself"
            ));
            let word = if list.key.ends_with(".json") { "inventory" } else { "manifest" };
            ctx.reporter().hint(format!("{word}:{list} reads the objects in it"));
        }
        // Nothing is built of what nobody may see.
        if !roots.is_empty() && live.lost().len() == roots.len() && others.is_empty() {
            return Err(live.failure().into());
        }
        let left = match self.is_streamed() {
            true => self.limit.map(|limit| limit.saturating_sub(live.rows())),
            false => self.limit,
        };
        let mut pieces = Vec::new();
        let mut root = 0;
        for source in self.sources {
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
        let resumed = checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.resumed);
        let assembly = Assembly {
            pieces,
            journal: checkpoint.map(|checkpoint| checkpoint.journal),
            sized: self.is_sized(),
            filter,
            versions: (self.versions || !roots.is_empty()).then_some(self.versions),
            seen,
            limit: left,
            shared: Arc::default(),
        };
        let (mut assembled, uploaded) = match write(assembly, self.to, signals, ctx).await {
            Ok(written) => written,
            Err(error) => return Err(interrupted(error, &mut kept, ctx)),
        };
        if self.is_streamed() {
            assembled.rows += live.rows();
        }
        assembled.delete_markers += live.left_out().delete_markers;
        assembled.doubles += live.left_out().doubles;
        Ok(Built { assembled, uploaded, resumed, partly: live.partly(ctx), kept })
    }

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
        match self.to {
            Destination::Place(Place::File(path)) => target::look(path),
            Destination::Place(_) | Destination::Spool => Ok(()),
        }
    }

    /// Rows go to stdout, as they come.
    fn is_streamed(&self) -> bool {
        *self.to == Destination::Place(Place::Stdin)
    }

    /// Whoever makes a job wants to know what it is about.
    fn is_sized(&self) -> bool {
        *self.to == Destination::Spool
    }

    fn roots(&self) -> Vec<Location> {
        let live = self.sources.iter().filter_map(|source| match source {
            Source::S3(location) => Some(location.clone()),
            _ => None,
        });
        live.collect()
    }

    async fn open_others(&self, ctx: &Context) -> Result<VecDeque<Vec<Part>>> {
        let mut opened = VecDeque::new();
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

    /// Everything that decides what is listed and where it goes, as a digest: it may be long.
    async fn asked(&self, ctx: &Context) -> Result<String> {
        let Building { sources, to, versions, filter, limit, .. } = self;
        let aws = ctx.aws().await?;
        // A sandbox has other objects under the same names.
        let place = (aws.endpoint(), &aws.region().value);
        let asked = format!("{place:?} {sources:?} {to:?} {versions} {filter:?} {limit:?}");
        let digest = digest::digest(&digest::SHA256, asked.as_bytes());
        Ok(hex(digest.as_ref()))
    }
}

/// What a job has left undone, as rows in a spool.
pub async fn undone(undone: Undone, signals: &mut Signals, ctx: &Context) -> Result<Assembled> {
    let assembly = Assembly {
        versions: Some(undone.versions),
        pieces: vec![Piece::Undone(undone)],
        journal: None,
        sized: false,
        filter: FilterArgs::default().filter(ctx.now(), &ctx.out().settings().zone)?,
        seen: None,
        limit: None,
        shared: Arc::default(),
    };
    Ok(write(assembly, &Destination::Spool, signals, ctx).await?.0)
}

async fn write(
    assembly: Assembly,
    to: &Destination,
    signals: &mut Signals,
    ctx: &Context,
) -> Result<(Assembled, Uploaded)> {
    let (mut file, mut upload) = (None, None);
    let target = match to {
        Destination::Place(Place::Stdin) => Target::Stdout(ctx.out().raw()),
        Destination::Place(Place::File(path)) => Target::File(file.insert(NewFile::create(path)?).writer()?),
        Destination::Place(Place::Object(to)) => {
            let (parts, sending) = upload::upload(ctx.aws().await?.s3(), to.clone());
            upload = Some(sending);
            Target::Upload(parts)
        }
        Destination::Spool => Target::Spool(Spool::new(ctx)?),
    };
    let shared = Arc::clone(&assembly.shared);
    let assembling = source::blocking(move || assembly.run(target));
    let (is_upload, leaving) = (upload.is_some(), Notify::new());
    let uploading = async {
        let Some(upload) = upload else { return Ok(Some(Uploaded::default())) };
        tokio::select! {
            sent = upload.run(ctx) => sent,
            // A part can take longer than anybody waits who leaves.
            () = leaving.notified() => Ok(None),
        }
    };
    let watched = watch(&shared, signals, ctx);
    let both = async { tokio::join!(assembling, uploading) };
    let mut both = std::pin::pin!(both);
    let stopped = tokio::select! {
        ended = &mut both => {
            let written = joined(ended, ctx)?;
            file.map_or(Ok(()), NewFile::finish)?;
            return Ok(written);
        }
        signal = watched => signal,
    };
    // The thread looks at this soon; while it waits for a line on stdin, it does not. A file goes without it.
    shared.cancelled.store(true, Ordering::Relaxed);
    if is_upload {
        leaving.notify_one();
        let _ = tokio::time::timeout(LEAVING, both).await;
        left(&ctx.aws().await?.s3(), ctx).await;
    }
    Err(stopped.as_error().into())
}

/// An upload was broken off: nothing of it stays, if S3 can be told so soon.
pub async fn left(client: &Client, ctx: &Context) {
    // If not, the next upload tells it.
    let _ = tokio::time::timeout(LEAVING, begun::clear(client, ctx)).await;
}

/// Says how to go on, where that is possible.
pub fn interrupted(error: anyhow::Error, kept: &mut Kept, ctx: &Context) -> anyhow::Error {
    let kind = Report::new(&error).kind;
    if !matches!(kind, Kind::Usage | Kind::Conflict) {
        let is_passing = matches!(
            kind,
            Kind::Temporary | Kind::TimedOut | Kind::Interrupted | Kind::Terminated | Kind::HungUp
        );
        kept.for_later(is_passing, ctx);
    }
    error
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
