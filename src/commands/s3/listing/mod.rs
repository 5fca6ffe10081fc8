//! Live listings: the plan of the engine, driven over the SDK. Owns the requests in flight and what becomes of their
//! failures; which key belongs to which range is the plan's, what is done with the rows is the caller's.

mod call;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::time::Duration;

use aws_sdk_s3::Client;
use opsctl_engine::listing::{Listed, Marker, Page, Plan, Request, Split};
use opsctl_engine::manifest::Location;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use self::call::{Call, Trouble};
use crate::commands::s3::bucket;
use crate::error::{Error, Kind, Result};

/// How often one request is made that gets no usable answer.
const ATTEMPTS: u32 = 5;
/// How long S3 may ask to slow down without one page in between.
const STORM: Duration = Duration::from_secs(120);

/// What is listed: everything below each of the places.
pub struct Listing<'a> {
    pub client: &'a Client,
    pub roots: &'a [Location],
    /// All versions and delete markers, not only what is current.
    pub versions: bool,
}

/// What happens, in an order that can be played back.
pub enum Found<'a> {
    Split(&'a Split),
    Page {
        root: usize,
        range: usize,
        /// Its first `keys` entries belong to the range.
        page: &'a Page,
        keys: usize,
        /// Where the range goes on, unless it is over.
        next: Option<&'a Marker>,
    },
}

/// A place that could not be listed to its end.
pub struct Lost {
    pub root: usize,
    pub error: Error,
}

/// Lists until the plan is done, or `take` breaks. A place that is lost does not keep the others from being listed.
pub async fn list(
    listing: &Listing<'_>,
    plan: &mut Plan,
    take: impl FnMut(&Plan, Found<'_>) -> Result<ControlFlow<()>>,
) -> Result<Vec<Lost>> {
    list_within(Patience::new(STORM, Instant::now()), listing, plan, take).await
}

async fn list_within(
    mut patience: Patience,
    listing: &Listing<'_>,
    plan: &mut Plan,
    mut take: impl FnMut(&Plan, Found<'_>) -> Result<ControlFlow<()>>,
) -> Result<Vec<Lost>> {
    let began = Instant::now();
    let mut flying = JoinSet::new();
    let mut lost: Vec<Lost> = Vec::new();
    let mut attempts: HashMap<usize, u32> = HashMap::new();
    // Buckets that turned out to be in other regions, and the ranges that were asked for there.
    let mut elsewhere: HashMap<&str, Client> = HashMap::new();
    let mut moved = HashSet::new();
    loop {
        while let Some(request) = plan.next(began.elapsed()) {
            let Some(root) = listing.roots.get(request.root) else { break };
            if let Some(split) = &request.split {
                // Nothing else comes of a split: it cannot be the last that is wanted.
                let _ = take(plan, Found::Split(split))?;
            }
            let client = elsewhere.get(root.bucket.as_str()).unwrap_or(listing.client);
            let call = Call::new(client, root, listing.versions, request);
            flying.spawn(call.answer());
        }
        // What is still in flight then tells nothing that matters.
        if plan.is_done() {
            break;
        }
        if flying.is_empty() && plan.paused_until(began.elapsed()).is_none() {
            // A pause that has just ended leaves something to ask.
            continue;
        }
        let (request, answer) = tokio::select! {
            Some(joined) = flying.join_next() => joined.map_err(|error| panicked(error, "a page"))?,
            () = pause(plan, began) => continue,
        };
        let Request { root, range, .. } = request;
        match answer {
            Ok((page, _)) if request.folder.is_some() => {
                plan.names(&request, &page.names(), page.is_last());
            }
            Ok((page, next)) => {
                patience.page(Instant::now());
                attempts.remove(&range);
                let keys: Vec<&str> = page.keys().collect();
                let taken = plan.page(range, Listed { keys: &keys, next: next.as_ref() });
                let next = next.as_ref().filter(|_| !taken.done);
                if lost.iter().any(|lost| lost.root == root) {
                    continue;
                }
                if take(plan, Found::Page { root, range, page: &page, keys: taken.keys, next })?.is_break() {
                    break;
                }
            }
            Err(Trouble::SlowDown(error)) => {
                plan.slow_down(&request, began.elapsed());
                if patience.is_spent(Instant::now()) {
                    return Err(patience.stormed(error).into());
                }
            }
            Err(Trouble::Moved(region, _)) if moved.insert((range, request.folder.is_some())) => {
                if let Some(root) = listing.roots.get(root) {
                    elsewhere.insert(&root.bucket, bucket::in_region(listing.client, region));
                }
                plan.again(&request);
            }
            // Where ranges are cut can be guessed as well.
            Err(_) if request.folder.is_some() => plan.again(&request),
            Err(Trouble::Passing(error)) => {
                let attempt = attempts.entry(range).or_insert(0);
                *attempt += 1;
                if *attempt >= ATTEMPTS {
                    return Err(error.into());
                }
                plan.slow_down(&request, began.elapsed());
            }
            // The other places cannot be listed either, and what was listed is good.
            Err(Trouble::Lost(error)) if error.kind() == Kind::Credentials => return Err(error.into()),
            Err(Trouble::Lost(error) | Trouble::Moved(_, error)) => {
                plan.give_up(&request);
                if !lost.iter().any(|lost| lost.root == root) {
                    lost.push(Lost { root, error });
                }
            }
        }
    }
    Ok(lost)
}

/// Until the plan has something to ask; for ever where that is up to an answer.
async fn pause(plan: &Plan, began: Instant) {
    match plan.paused_until(began.elapsed()) {
        Some(until) => sleep_until(began + until).await,
        None => std::future::pending().await,
    }
}

/// How long nothing may come but the wish to slow down.
struct Patience {
    limit: Duration,
    last_page: Instant,
}

impl Patience {
    fn new(limit: Duration, now: Instant) -> Self {
        Patience { limit, last_page: now }
    }

    fn page(&mut self, now: Instant) {
        self.last_page = now;
    }

    fn is_spent(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last_page) >= self.limit
    }

    fn stormed(&self, error: Error) -> Error {
        let seconds = self.limit.as_secs();
        Error::new(Kind::Temporary, format!("S3 has asked to slow down for {seconds} seconds")).because(error)
    }
}

/// A task that was not cancelled has panicked.
fn panicked(error: tokio::task::JoinError, what: &str) -> Error {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => Error::failed(format!("{what} was left half read")).because(error),
    }
}

#[cfg(test)]
mod tests;
