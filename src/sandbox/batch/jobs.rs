//! All jobs of the account: who asked for what, in which order, and where they are kept on disk. Every change of a job
//! goes through here, so that it is written down and heard of by whoever waits for it.

use super::job::{Failure, Job, NotNow, Progress};
use super::keep;
use super::schedule::{Candidate, Turn, turn};
use crate::random::{self, NoRandomness};
use crate::sandbox::shelf::Shelf;
use jiff::{SignedDuration, Timestamp};
use opsctl_engine::batch::Status;
use serde_json::Value;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A job that is over is listed for so long.
const LISTED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// More than anybody rehearses with; the oldest that is over makes room.
const MOST: usize = 10_000;

#[derive(Clone)]
pub struct Jobs {
    inner: Arc<Inner>,
}

struct Inner {
    /// Oldest first.
    jobs: Mutex<Vec<Job>>,
    /// Jobs as they are driven.
    drivers: Mutex<JoinSet<()>>,
    /// Grows with every change of a status or a priority.
    changes: watch::Sender<u64>,
    shelf: Shelf,
    at_once: usize,
}

/// What a request to make a job found.
#[derive(Debug, PartialEq, Eq)]
pub enum Created {
    New(String),
    /// The same request, by its token.
    Known(String),
    /// The token belongs to another request.
    TokenInUse,
    /// No job more.
    Full,
}

/// A job that does not exist, or does not allow a change.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    Unknown,
    NotNow(Status),
}

impl From<NotNow> for Refused {
    fn from(NotNow(status): NotNow) -> Self {
        Refused::NotNow(status)
    }
}

impl Jobs {
    /// With the jobs that an earlier sandbox left in the folder; `at_once` have tasks that run.
    pub fn new(folder: &Path, at_once: usize) -> Self {
        let shelf = Shelf::new(folder.join("jobs"));
        let inner = Inner {
            jobs: Mutex::new(keep::jobs(&shelf)),
            drivers: Mutex::new(JoinSet::new()),
            changes: watch::Sender::new(0),
            shelf,
            at_once,
        };
        Jobs { inner: Arc::new(inner) }
    }

    /// Makes a job, unless there is one of this token.
    pub fn create(&self, region: &str, token: &str, request: Value) -> Result<Created, NoRandomness> {
        let id = id()?;
        let mut jobs = self.jobs();
        if let Some(known) = jobs.iter().find(|job| job.token() == token && job.region == region) {
            return Ok(match known.request == request {
                true => Created::Known(known.id.clone()),
                false => Created::TokenInUse,
            });
        }
        if jobs.len() >= MOST {
            let Some(oldest) = jobs.iter().position(|job| job.status().is_over()) else {
                return Ok(Created::Full);
            };
            self.inner.shelf.remove(&jobs.remove(oldest).id);
        }
        let job = Job::new(id.clone(), region.to_owned(), request, Timestamp::now());
        self.inner.shelf.keep(&job.id, &job);
        jobs.push(job);
        Ok(Created::New(id))
    }

    /// Looks at a job.
    pub fn read<T>(&self, id: &str, look: impl FnOnce(&Job) -> T) -> Result<T, Refused> {
        self.jobs().iter().find(|job| job.id == id).map(look).ok_or(Refused::Unknown)
    }

    /// Changes a job. What changes its status or priority is heard of, and every change but progress is kept.
    pub fn change<T, E>(&self, id: &str, change: impl FnOnce(&mut Job) -> Result<T, E>) -> Result<T, Refused>
    where
        Refused: From<E>,
    {
        let mut jobs = self.jobs();
        let job = jobs.iter_mut().find(|job| job.id == id).ok_or(Refused::Unknown)?;
        let result = change(job)?;
        self.inner.shelf.keep(&job.id, job);
        drop(jobs);
        self.inner.changes.send_modify(|count| *count = count.wrapping_add(1));
        Ok(result)
    }

    /// Counts tasks that have run.
    pub fn count(&self, id: &str, count: impl FnOnce(&mut Progress)) {
        if let Some(job) = self.jobs().iter_mut().find(|job| job.id == id) {
            count(&mut job.progress);
        }
    }

    /// A step by the service itself.
    pub fn step(&self, id: &str, next: Status) -> Result<(), Refused> {
        self.change(id, |job| job.step(next, Timestamp::now()))
    }

    pub fn fail(&self, id: &str, failure: Failure) -> Result<(), Refused> {
        self.change(id, |job| job.fail(failure, Timestamp::now()))
    }

    pub fn status(&self, id: &str) -> Option<Status> {
        self.read(id, |job| job.status().clone()).ok()
    }

    /// Newest first, without those that have been over for 90 days.
    pub fn list(&self, region: &str, statuses: &[Status], now: Timestamp) -> Vec<Value> {
        let listed = |job: &&Job| {
            let recent = job.terminated.is_none_or(|ended| now.duration_since(ended) <= LISTED);
            recent && job.region == region && (statuses.is_empty() || statuses.contains(job.status()))
        };
        self.jobs().iter().rev().filter(listed).map(Job::listed).collect()
    }

    /// Whether a job may run its tasks now.
    pub fn turn(&self, id: &str) -> Turn {
        let jobs = self.jobs();
        let candidates = candidates(&jobs);
        match jobs.iter().position(|job| job.id == id) {
            Some(index) => turn(&candidates, index, self.inner.at_once),
            None => Turn::Wait,
        }
    }

    /// Takes the room for a job that waits for it, if it is its turn.
    pub fn begin(&self, id: &str) -> bool {
        // Between the two nobody else takes the room: those that wait ask one after the other.
        let mut jobs = self.jobs();
        let candidates = candidates(&jobs);
        let Some(index) = jobs.iter().position(|job| job.id == id) else { return false };
        let Some(job) = jobs.get_mut(index) else { return false };
        let begins = turn(&candidates, index, self.inner.at_once) == Turn::Run
            && job.step(Status::Active, Timestamp::now()).is_ok();
        if begins {
            self.inner.shelf.keep(&job.id, job);
            drop(jobs);
            self.inner.changes.send_modify(|count| *count = count.wrapping_add(1));
        }
        begins
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Until the job's status is one of these, or there is no such job.
    pub async fn reached(&self, id: &str, test: impl Fn(&Status) -> bool) -> Option<Status> {
        let mut changes = self.changes();
        // The sender lives as long as the jobs.
        let _ = changes.wait_for(|_| self.status(id).is_none_or(|status| test(&status))).await;
        self.status(id)
    }

    /// Jobs that are not over, with what was asked for.
    pub fn unfinished(&self) -> Vec<(String, Value)> {
        let jobs = self.jobs();
        let unfinished = jobs.iter().filter(|job| !job.status().is_over());
        unfinished.map(|job| (job.id.clone(), job.request.clone())).collect()
    }

    pub fn drive(&self, driver: impl Future<Output = ()> + Send + 'static) {
        let mut drivers = self.inner.drivers.lock().unwrap_or_else(PoisonError::into_inner);
        while drivers.try_join_next().is_some() {}
        drivers.spawn(driver);
    }

    /// Leaves every job where it is.
    pub async fn shutdown(&self) {
        let mut drivers =
            std::mem::take(&mut *self.inner.drivers.lock().unwrap_or_else(PoisonError::into_inner));
        drivers.shutdown().await;
        self.jobs().iter().for_each(|job| self.inner.shelf.keep(&job.id, job));
    }

    fn jobs(&self) -> MutexGuard<'_, Vec<Job>> {
        self.inner.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn candidates(jobs: &[Job]) -> Vec<Candidate> {
    let candidate = |job: &Job| Candidate { status: job.status().clone(), priority: job.priority };
    jobs.iter().map(candidate).collect()
}

/// In the form of a UUID.
fn id() -> Result<String, NoRandomness> {
    let digits = random::hex(30)?;
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30)))
}
