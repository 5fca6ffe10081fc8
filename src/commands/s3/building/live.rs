//! The live sources of a build: lists them, chooses and spells their rows, and hands these on - to the checkpoint, or to
//! stdout. Owns which sources could not be listed.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Duration;

use opsctl_engine::listing::{Page, Plan};
use opsctl_engine::manifest::{Filter, Location, ManifestWriter, ObjectRecord, Seen};
use tokio::time::Instant;

use super::assemble::is_new;
use super::checkpoint::Checkpoint;
use crate::commands::s3::listing::{Found, Listing, Lost, list};
use crate::context::Context;
use crate::error::{Error, Kind, Report, Result};
use crate::output::Progress;
use crate::random;

pub struct Live<'a> {
    roots: &'a [Location],
    versions: bool,
    /// Whether rows keep sizes and storage classes.
    sized: bool,
    plan: Plan,
    lost: Vec<Lost>,
    rows: u64,
    left_out: LeftOut,
    below: Vec<Below>,
}

/// What was found below a place that is called like a list.
#[derive(Debug, Clone, Copy, Default)]
struct Below {
    itself: bool,
    others: bool,
}

/// Rows that this run has left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct LeftOut {
    pub delete_markers: u64,
    pub doubles: u64,
}

impl<'a> Live<'a> {
    pub fn new(roots: &'a [Location], versions: bool, sized: bool, most: NonZeroUsize) -> Result<Self> {
        let prefixes = roots.iter().map(|location| location.key.clone());
        let plan = Plan::new(prefixes, most.get(), u64::from_le_bytes(random::bytes()?));
        Ok(Live {
            roots,
            versions,
            sized,
            plan,
            lost: Vec::new(),
            rows: 0,
            left_out: LeftOut::default(),
            below: vec![Below::default(); roots.len()],
        })
    }

    pub fn plan(&mut self) -> &mut Plan {
        &mut self.plan
    }

    pub fn lost(&self) -> &[Lost] {
        &self.lost
    }

    pub fn is_lost(&self, root: usize) -> bool {
        self.lost.iter().any(|lost| lost.root == root)
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Lists of objects under which nothing else was found: whoever named one may have meant what is in it.
    pub fn lists_alone(&self) -> impl Iterator<Item = &'a Location> {
        let places = self.roots.iter().zip(&self.below);
        places.filter(|(_, below)| below.itself && !below.others).map(|(location, _)| location)
    }

    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Lists everything into the checkpoint; of a limited listing, what comes first in the order of the keys.
    pub async fn list(
        &mut self,
        filter: &Filter,
        limit: Option<u64>,
        checkpoint: &mut Checkpoint,
        ctx: &Context,
    ) -> Result<()> {
        let mut counter = Counter::new(checkpoint.rows, ctx);
        let (roots, versions, sized) = (self.roots, self.versions, self.sized);
        let client = ctx.aws().await?.s3();
        let listing = Listing { client: &client, roots, versions };
        let enough = |plan: &Plan, checkpoint: &Checkpoint| {
            limit.is_some_and(|limit| rows_in_order(plan, roots.len(), checkpoint) >= limit)
        };
        if enough(&self.plan, checkpoint) {
            return Ok(());
        }
        let (left_out, below) = (&mut self.left_out, &mut self.below);
        self.lost = list(&listing, &mut self.plan, |plan, found| {
            let written = match found {
                Found::Split(split) => checkpoint.journal.split(split),
                Found::Page { root, range, page, keys, next } => {
                    below[root].look(&roots[root], page, keys);
                    let mut choice = Choice { filter, versions, sized, seen: None, left_out };
                    let (text, rows) = choice.spell(page, keys, &roots[root].bucket)?;
                    counter.add(rows);
                    checkpoint.journal.page(range, next, &text, rows)
                }
            };
            written.map_err(|error| checkpoint.failed(error))?;
            Ok(if enough(plan, checkpoint) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
        .await?;
        Ok(())
    }

    /// Writes every page to stdout when it comes, without what was seen before.
    pub async fn stream(
        &mut self,
        filter: &Filter,
        limit: Option<u64>,
        mut seen: Option<&mut Seen>,
        ctx: &Context,
    ) -> Result<()> {
        if self.roots.is_empty() {
            return Ok(());
        }
        let mut counter = Counter::new(0, ctx);
        let (roots, versions) = (self.roots, self.versions);
        let client = ctx.aws().await?.s3();
        let listing = Listing { client: &client, roots, versions };
        let out = ctx.out().raw();
        let limit = limit.unwrap_or(u64::MAX);
        let (left_out, below) = (&mut self.left_out, &mut self.below);
        self.lost = list(&listing, &mut self.plan, |_, found| {
            let Found::Page { root, page, keys, .. } = found else { return Ok(ControlFlow::Continue(())) };
            below[root].look(&roots[root], page, keys);
            let mut choice = Choice { filter, versions, sized: false, seen: seen.as_deref_mut(), left_out };
            let (mut text, rows) = choice.spell(page, keys, &roots[root].bucket)?;
            let room = limit.saturating_sub(counter.rows);
            if rows as u64 > room {
                let end =
                    text.split_inclusive(|byte| *byte == b'\n').take(room as usize).map(<[u8]>::len).sum();
                text.truncate(end);
            }
            counter.add(rows.min(usize::try_from(room).unwrap_or(usize::MAX)));
            let flow = out.write(&text)?;
            Ok(if counter.rows >= limit { ControlFlow::Break(()) } else { flow })
        })
        .await?;
        self.rows = counter.rows;
        Ok(())
    }

    /// No source could be listed.
    pub fn failure(&mut self) -> Error {
        match self.lost.len() {
            1 => self.lost.remove(0).error,
            _ => self.summary("no source could be listed"),
        }
    }

    /// Some could not be listed, and are told; none where all could.
    pub fn partly(&mut self, ctx: &Context) -> Option<Error> {
        let lost = std::mem::take(&mut self.lost);
        let (count, of) = (lost.len(), self.roots.len());
        for Lost { error, .. } in lost {
            ctx.reporter().error(&Report::new(&error.into()), &ctx.place());
        }
        let message = format!("{count} of {of} places could not be listed: they are not in the manifest");
        (count > 0).then(|| Error::new(Kind::Partial, message))
    }

    fn summary(&self, message: &str) -> Error {
        let kinds: Vec<Kind> = self.lost.iter().map(|lost| lost.error.kind()).collect();
        let kind = kinds.first().copied().filter(|first| kinds.iter().all(|kind| kind == first));
        let told: Vec<String> = self.lost.iter().map(|lost| lost.error.to_string()).collect();
        Error::new(kind.unwrap_or(Kind::Failed), format!("{message}: {}", told.join("; ")))
    }
}

impl Below {
    fn look(&mut self, place: &Location, page: &Page, keys: usize) {
        let key = place.key.as_str();
        if !self.others && [".csv", ".csv.gz", "manifest.json"].iter().any(|end| key.ends_with(end)) {
            for found in page.keys().take(keys) {
                let seen = if found == key { &mut self.itself } else { &mut self.others };
                *seen = true;
            }
        }
    }
}

/// How many rows are there for certain, from the first key on without a gap; those of a place that is lost are not.
fn rows_in_order(plan: &Plan, roots: usize, checkpoint: &Checkpoint) -> u64 {
    let mut rows = 0;
    let listed = (0..roots).filter(|root| !plan.has_given_up(*root));
    for range in listed.flat_map(|root| plan.in_order(root)) {
        rows += checkpoint.journal.blocks(range).iter().map(|block| u64::from(block.rows)).sum::<u64>();
        if !plan.is_over(range) {
            break;
        }
    }
    rows
}

/// Which objects of a page become rows.
struct Choice<'a> {
    filter: &'a Filter,
    versions: bool,
    sized: bool,
    seen: Option<&'a mut Seen>,
    left_out: &'a mut LeftOut,
}

impl Choice<'_> {
    /// The rows of what is wanted of the first entries of a page.
    fn spell(&mut self, page: &Page, keys: usize, bucket: &str) -> Result<(Vec<u8>, usize)> {
        let mut writer = ManifestWriter::new(Vec::with_capacity(keys * 64), self.versions);
        if self.sized {
            writer = writer.with_sizes();
        }
        for record in page.records(bucket).take(keys) {
            if record.is_delete_marker {
                self.left_out.delete_markers += 1;
                continue;
            }
            let wanted =
                self.filter.wants(&record).map_err(|error| Error::failed("cannot choose").because(error))?;
            if !wanted {
                continue;
            }
            if let Some(seen) = &mut self.seen {
                // As it will be read back: a manifest without versions does not tell them apart.
                let version_id = record.version_id.filter(|_| self.versions);
                if !is_new(seen, &ObjectRecord { version_id, ..record })? {
                    self.left_out.doubles += 1;
                    continue;
                }
            }
            writer.write(&record).map_err(|error| Error::failed("cannot list").because(error))?;
        }
        let (text, written) = writer.finish().map_err(|error| Error::failed("cannot list").because(error))?;
        Ok((text, usize::try_from(written.rows).unwrap_or(usize::MAX)))
    }
}

/// Rows as they are counted to who waits.
struct Counter {
    rows: u64,
    fresh: u64,
    began: Instant,
    progress: Progress,
}

impl Counter {
    fn new(rows: u64, ctx: &Context) -> Self {
        let mut progress = ctx.reporter().progress("listing", None);
        progress.set(rows);
        Counter { rows, fresh: 0, began: Instant::now(), progress }
    }

    fn add(&mut self, rows: usize) {
        self.rows += rows as u64;
        self.fresh += rows as u64;
        if self.progress.is_drawn() {
            self.progress.label(&rate("listing", self.rows, self.began.elapsed()));
        } else {
            self.progress.label("listing");
        }
        self.progress.set(self.rows);
    }
}

/// `listing: 1200000 rows, 310000 a second`
pub fn rate(what: &str, rows: u64, took: Duration) -> String {
    let a_second = rows as f64 / took.as_secs_f64().max(0.001);
    format!("{what}: {rows} rows, {a_second:.0} a second")
}
