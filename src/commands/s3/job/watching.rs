//! Watching a job to its end, for every verb that waits for one: at most a look every two seconds, fewer and fewer up to
//! one every half minute; or until its list is read. What its end means for the exit code is decided here too.

use std::time::Duration;

use opsctl_engine::batch::Status;

use super::api::Jobs;
use super::model::Job;
use super::view;
use crate::change::{self, Pace, Wait};
use crate::cli::WaitArgs;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::random;
use crate::signals::Signals;

/// The shortest and the longest pause between two looks, unless --interval says less.
const SHORTEST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(30);
/// Looks in which a job that was just made may not be known yet.
const UNKNOWN_AT_FIRST: u32 = 5;

/// What is looked at, and what its end is held against.
pub struct Watching<'a> {
    pub jobs: &'a Jobs,
    pub id: &'a str,
    /// It was made just now: it may not be known yet.
    pub is_new: bool,
    /// It does not wait for a confirmation, though it may say so for a moment more.
    pub is_confirmed: bool,
    pub wait: &'a WaitArgs,
    pub allow_failures: bool,
}

impl Watching<'_> {
    /// Until the job is over; leaving earlier ends the watch, not the job.
    pub async fn until_over(&self, ctx: &Context, signals: &mut Signals) -> Result<Job> {
        let wait = Wait {
            what: format!("the job {} to end", self.id),
            total: None,
            again: again(ctx, "watch", self.id),
            args: self.wait,
        };
        let longest = self.wait.interval.unwrap_or(LONGEST);
        let pace = Pace::between(SHORTEST, longest, random::bytes()?);
        let (mut last, mut unknown) = (None, 0);
        change::until_at(pace, &wait, ctx, signals, async |progress| {
            let job = match self.jobs.describe(self.id).await {
                Err(error)
                    if self.is_new
                        && last.is_none()
                        && unknown < UNKNOWN_AT_FIRST
                        && Report::new(&error).kind == Kind::NotFound =>
                {
                    unknown += 1;
                    return Ok(None);
                }
                job => job?,
            };
            // Who watches knows which job it is, and a line of a terminal is short.
            match progress.is_drawn() {
                true => progress.label(&view::progress(&job)),
                false => progress.label(&format!("job {}: {}", self.id, view::progress(&job))),
            }
            progress.set(job.progress().done());
            if last.as_ref() != Some(job.status()) {
                if !progress.is_drawn() {
                    ctx.reporter().status(format_args!("job {}: {}", self.id, view::progress(&job)));
                }
                last = Some(job.status().clone());
            }
            if job.status().needs_confirmation() && !self.is_confirmed {
                return Err(waits(&job, ctx));
            }
            Ok(job.status().is_over().then_some(job))
        })
        .await
    }

    /// What the end of the job is worth.
    pub fn outcome(&self, job: &Job, ctx: &Context) -> Result<Outcome> {
        let progress = job.progress();
        let (failed, total) = (progress.failed, view::count(progress.total));
        let message = match job.status() {
            Status::Complete if failed == 0 || self.allow_failures => {
                ctx.reporter().status(format_args!(
                    "the job {} is complete: {}",
                    self.id,
                    view::progress(job)
                ));
                return Ok(Outcome::Done);
            }
            Status::Complete => format!("{failed} of {total} of the job {} failed", self.id),
            Status::Cancelled => {
                format!("the job {} was cancelled after {} of {total}", self.id, progress.done())
            }
            _ => format!("the job {} failed after {} of {total}", self.id, progress.done()),
        };
        let mut error = Error::new(Kind::ConditionFalse, message);
        let reasons: Vec<String> =
            job.failures.iter().map(|failure| format!("{}: {}", failure.code, failure.reason)).collect();
        match (reasons.is_empty(), &job.status_update_reason) {
            (false, _) => error = error.because_of(reasons),
            (true, Some(reason)) => error = error.because(reason.clone()),
            (true, None) => {}
        }
        if let Some(next) = next(job, ctx) {
            error = error.hint(next);
        }
        Err(error.into())
    }
}

/// Until S3 has read the list of a job that will wait for a confirmation; of any other job, at once.
pub async fn until_read(
    jobs: &Jobs,
    id: &str,
    args: &WaitArgs,
    ctx: &Context,
    signals: &mut Signals,
) -> Result<Job> {
    let wait = Wait {
        what: format!("S3 to read the list of the job {id}"),
        total: None,
        again: again(ctx, "confirm", id),
        args,
    };
    let pace = Pace::between(SHORTEST, args.interval.unwrap_or(LONGEST), random::bytes()?);
    change::until_at(pace, &wait, ctx, signals, async |_| {
        let job = jobs.describe(id).await?;
        let is_read = !matches!(job.status(), Status::New | Status::Preparing);
        Ok((is_read || job.confirmation_required == Some(false)).then_some(job))
    })
    .await
}

/// Until all of them are over: how one ends keeps nobody from waiting for the next. The worst of it is told for all.
pub async fn until_all_are_over<'a>(
    watched: impl ExactSizeIterator<Item = Watching<'a>>,
    ctx: &Context,
    signals: &mut Signals,
) -> Result<Outcome> {
    let total = watched.len();
    let mut bad = Vec::new();
    for watching in watched {
        let ended = match watching.until_over(ctx, signals).await {
            Ok(job) => watching.outcome(&job, ctx),
            Err(error) => Err(error),
        };
        let Err(error) = ended else { continue };
        let is_left = ends_the_wait(Report::new(&error).kind);
        bad.push(error);
        // The others go on too, and are not waited for any more.
        if is_left {
            break;
        }
    }
    match worst(bad, total) {
        Some(error) => Err(error),
        None => Ok(Outcome::Done),
    }
}

fn ends_the_wait(kind: Kind) -> bool {
    matches!(kind, Kind::TimedOut | Kind::Interrupted | Kind::Terminated | Kind::HungUp)
}

/// One error for all of them: the end of the wait, else what is not known, else that jobs failed.
fn worst(mut bad: Vec<anyhow::Error>, total: usize) -> Option<anyhow::Error> {
    if bad.len() < 2 {
        return bad.pop();
    }
    let reports: Vec<Report> = bad.iter().map(Report::new).collect();
    let kinds = || reports.iter().map(|report| report.kind);
    let kind = kinds().find(|kind| ends_the_wait(*kind));
    let kind = kind.or_else(|| kinds().find(|kind| *kind != Kind::ConditionFalse));
    let message = format!("{} of {total} jobs did not end well", reports.len());
    let line = |report: &Report| {
        [std::slice::from_ref(&report.message), report.causes.as_slice()].concat().join(": ")
    };
    let lines: Vec<String> = reports.iter().map(line).collect();
    let error = Error::new(kind.unwrap_or(Kind::ConditionFalse), message).because(lines.join("\n"));
    let hints = reports.into_iter().flat_map(|report| report.hints);
    Some(hints.fold(error, Error::hint).into())
}

/// It would be waited for in vain.
fn waits(job: &Job, ctx: &Context) -> anyhow::Error {
    Error::new(Kind::Conflict, format!("the job {} waits for a confirmation", job.id()))
        .hint(again(ctx, "confirm", job.id()))
        .into()
}

/// The command for the next step, where there is one.
pub fn next(job: &Job, ctx: &Context) -> Option<String> {
    let verb = match job.status() {
        Status::Suspended => "confirm",
        status if !status.is_over() => "watch",
        _ if job.report.enabled && job.progress().done() > 0 => "report",
        _ => return None,
    };
    Some(again(ctx, verb, job.id()))
}

pub fn again(ctx: &Context, verb: &str, id: &str) -> String {
    change::again(ctx.global(), ["s3", "job", verb, id])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_end_is_told_for_all() {
        use Kind::{ConditionFalse, Denied, Interrupted, NotFound, TimedOut};
        for (kinds, expected) in [
            (&[][..], None),
            (&[ConditionFalse], Some(ConditionFalse)),
            (&[ConditionFalse, ConditionFalse], Some(ConditionFalse)),
            (&[ConditionFalse, Denied, NotFound], Some(Denied)),
            (&[Denied, ConditionFalse, TimedOut], Some(TimedOut)),
            (&[ConditionFalse, Interrupted], Some(Interrupted)),
        ] {
            let bad = kinds.iter().map(|kind| Error::new(*kind, "the job j failed").hint("look").into());
            let told = worst(bad.collect(), 5).map(|error| Report::new(&error));
            assert_eq!(told.as_ref().map(|told| told.kind), expected);
            if kinds.len() > 1 {
                let told = told.unwrap();
                assert_eq!(told.message, format!("{} of 5 jobs did not end well", kinds.len()));
                // Of hints, no more are told than anybody follows.
                assert_eq!((told.causes.len(), told.hints.len()), (1, 2));
            }
        }
    }
}
