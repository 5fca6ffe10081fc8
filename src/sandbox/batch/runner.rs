//! The life of one job, from New to its end: its manifest is prepared, its tasks run in batches, its report is written.
//! Between batches it looks whether it is to pause or to end. What a task does is the business of `operation`.

use super::job::{Failure, Job};
use super::jobs::{Jobs, Refused};
use super::prepare::prepare;
use super::schedule::Turn;
use super::work::{Tally, Work};
use crate::sandbox::account::Account;
use opsctl_engine::batch::{Fault, JobDocument, Status};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Tasks of a batch; less where a pace is set, so that progress is seen.
const BATCH: u64 = 512;
/// With a pace, batches a second.
const BEATS: u32 = 10;

/// Drives the job until it is over.
pub async fn drive(account: Arc<Account>, id: String, document: JobDocument) {
    let jobs = account.batch.jobs.clone();
    let work = begin(&account, &jobs, &id, document).await;
    let worked = match work {
        Ok(work) => run(&account, &jobs, &id, work).await,
        Err(refused) => Err(refused),
    };
    if let Err(refused) = worked {
        tracing::debug!(job = id, ?refused, "a job leaves its way");
    }
    end(&jobs, &id);
    if let Ok((has_failed, failed)) =
        jobs.read(&id, |job| (*job.status() == Status::Failed, job.progress.failed))
    {
        account.monitoring.own.job_ended(&id, has_failed, failed);
    }
}

/// Ends a job whose document cannot be taken any more.
pub fn give_up(jobs: &Jobs, id: &str, faults: &[Fault]) {
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    failed(jobs, id, Failure::new("InvalidRequest", faults.join("; ")));
    end(jobs, id);
}

/// What is to end ends.
fn end(jobs: &Jobs, id: &str) {
    let end = match jobs.status(id) {
        Some(Status::Cancelling) => Status::Cancelled,
        Some(Status::Failing) => Status::Failed,
        _ => return,
    };
    if let Err(refused) = jobs.step(id, end) {
        tracing::debug!(job = id, ?refused, "a job does not end");
    }
}

/// Until its tasks may run.
async fn begin(
    account: &Arc<Account>,
    jobs: &Jobs,
    id: &str,
    document: JobDocument,
) -> Result<Work, Refused> {
    jobs.step(id, Status::Preparing)?;
    let region = jobs.read(id, |job| job.region.clone())?;
    let prepared = match blocking({
        let (account, document) = (Arc::clone(account), document.clone());
        let (id, region) = (id.to_owned(), region.clone());
        move || prepare(&account, &document, &id, &region)
    })
    .await
    {
        Ok(Ok(prepared)) => prepared,
        Ok(Err(failure)) | Err(failure) => return Err(failed(jobs, id, failure)),
    };
    let needs_confirmation = jobs.change(id, |job: &mut Job| {
        job.progress.total = prepared.total;
        job.generated = prepared.generated.clone();
        Ok::<_, Refused>(job.needs_confirmation())
    })?;
    if needs_confirmation {
        jobs.step(id, Status::Suspended)?;
        jobs.reached(id, |status| *status != Status::Suspended).await;
    } else {
        jobs.step(id, Status::Ready)?;
    }
    Ok(Work::new(account, id, region, document, prepared.tasks))
}

/// All of its tasks and its report.
async fn run(account: &Arc<Account>, jobs: &Jobs, id: &str, work: Work) -> Result<(), Refused> {
    let (work, ran) = tasks(account, jobs, id, work).await?;
    if ran.is_ok() {
        jobs.step(id, Status::Completing)?;
    }
    // One that was cancelled or failed reports what was run, too.
    match work.report().await {
        Ok(()) if ran.is_ok() => jobs.step(id, Status::Complete),
        Ok(()) => ran,
        Err(failure) if ran.is_ok() => Err(failed(jobs, id, failure)),
        Err(failure) => {
            tracing::debug!(job = id, reason = failure.reason, "a report cannot be written");
            ran
        }
    }
}

/// Runs tasks until there are none, or until something else is asked for, which is the inner error.
async fn tasks(
    account: &Arc<Account>,
    jobs: &Jobs,
    id: &str,
    mut work: Work,
) -> Result<(Work, Result<(), Refused>), Refused> {
    let pace = account.settings.jobs.tasks_per_second;
    let size = pace.map_or(BATCH, |pace| u64::from(pace.div_ceil(BEATS)).min(BATCH));
    loop {
        if let Err(refused) = wait_for_turn(jobs, id).await {
            return Ok((work, Err(refused)));
        }
        let began = Instant::now();
        let tally;
        (work, tally) = match work.batch(size).await {
            Ok(done) => done,
            Err(failure) => return Err(failed(jobs, id, failure)),
        };
        if let Some(pace) = pace {
            let due = Duration::from_secs_f64(tally.run() as f64 / f64::from(pace));
            tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        } else {
            tokio::task::yield_now().await;
        }
        if count(jobs, id, tally, began.elapsed()) {
            let reason = "More than half of the tasks have failed, of at least 1000 that were run.";
            return Ok((work, Err(failed(jobs, id, Failure::new("JobFailureThresholdExceeded", reason)))));
        }
        if tally.is_last {
            return Ok((work, Ok(())));
        }
    }
}

/// Whether the job has failed by its failures.
fn count(jobs: &Jobs, id: &str, tally: Tally, elapsed: Duration) -> bool {
    let mut is_past = false;
    jobs.count(id, |progress| {
        progress.succeeded = progress.succeeded.saturating_add(tally.succeeded);
        progress.failed = progress.failed.saturating_add(tally.failed);
        progress.active_us =
            progress.active_us.saturating_add(elapsed.as_micros().try_into().unwrap_or(u64::MAX));
        is_past = progress.is_past_threshold();
    });
    is_past
}

/// Until the job is active and may stay so. An error is a state in which it has to stop.
async fn wait_for_turn(jobs: &Jobs, id: &str) -> Result<(), Refused> {
    let mut changes = jobs.changes();
    loop {
        changes.mark_unchanged();
        match jobs.status(id).ok_or(Refused::Unknown)? {
            Status::Active if jobs.turn(id) == Turn::Run => return Ok(()),
            Status::Active => jobs.step(id, Status::Pausing)?,
            // Between batches no task runs.
            Status::Pausing => jobs.step(id, Status::Paused)?,
            Status::Ready | Status::Paused if jobs.begin(id) => return Ok(()),
            Status::Ready | Status::Paused => {
                // The sender lives as long as the jobs.
                let _ = changes.changed().await;
            }
            status => return Err(Refused::NotNow(status)),
        }
    }
}

/// Fails the job, and gives what stops its driver.
fn failed(jobs: &Jobs, id: &str, failure: Failure) -> Refused {
    match jobs.fail(id, failure) {
        Ok(()) => Refused::NotNow(Status::Failing),
        Err(refused) => refused,
    }
}

/// Work on the store on a thread that may wait.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::new("InternalError", error.to_string()))
}
