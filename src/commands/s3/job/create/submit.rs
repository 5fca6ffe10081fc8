//! From a job document to a job: looked at beforehand, sent with a token that follows from it, told whether it is new, and
//! waited for if that is asked.

use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use opsctl_engine::batch::{JobDocument, Source};
use serde::Serialize;
use serde_json::Value;

use super::super::api::{Created, Jobs};
use super::super::model::{Job, Summary};
use super::super::objects::{Objects, Unsent};
use super::super::preflight::{self, Findings};
use super::super::view;
use super::super::watching::{self, Watching};
use super::token::{self, Ages};
use super::{consent, existing};
use crate::change::{self, Changes};
use crate::cli::{ChangeArgs, WaitArgs};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::output::Column;
use crate::signals::Signals;

#[derive(Debug, Clone, Default, Args)]
pub struct SubmitArgs {
    /// Start at once; else the job waits for opsctl s3 job confirm
    #[arg(long, help_heading = "Change")]
    pub run: bool,

    #[command(flatten)]
    pub change: ChangeArgs,

    /// Do not look at role, buckets and manifest beforehand
    #[arg(long, conflicts_with = "dry_run", hide_short_help = true, help_heading = "Change")]
    pub no_preflight: bool,

    /// Another token than the one that follows from the settings; at most 64 characters
    #[arg(long, value_name = "TEXT", hide_short_help = true, help_heading = "Change")]
    pub token: Option<String>,

    /// What the same job made before is: an error (9), or ok (0)
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "error",
        hide_short_help = true,
        help_heading = "Change"
    )]
    pub if_exists: IfExists,

    /// A job that is complete is good, whatever became of its tasks
    #[arg(long, requires = "wait", hide_short_help = true, help_heading = "Waiting")]
    pub allow_failures: bool,

    #[command(flatten)]
    pub wait: WaitArgs,
}

impl SubmitArgs {
    /// A job that starts at once is asked about in its own words.
    pub fn changes(&self) -> Changes {
        let changes = if self.run { Changes::Planned } else { Changes::Unasked };
        changes.unless(self.change.dry_run)
    }

    /// That it can be meant so.
    pub fn check(&self) -> Result<()> {
        match self.wait.wait && !self.run {
            true => Err(Error::usage(
                "--wait waits for a job that runs, and this one would wait for a confirmation",
            )
            .hint("add --run")
            .into()),
            false => Ok(()),
        }
    }

    /// Whether anything here was asked for.
    pub fn is_given(&self) -> bool {
        let flags =
            self.run || self.change.dry_run || self.no_preflight || self.allow_failures || self.wait.wait;
        flags || self.token.is_some() || self.if_exists != IfExists::Error || self.wait.interval.is_some()
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum IfExists {
    #[default]
    Error,
    Ok,
}

/// A job before it is one: what a dry run prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Planned {
    action: &'static str,
    account: String,
    region: String,
    operation: String,
    objects: String,
    /// What would be written first.
    manifest: Option<Written>,
    #[serde(flatten)]
    findings: Findings,
    /// Exactly what would be sent.
    parameters: Value,
}

/// A manifest of opsctl's own.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    to: String,
    rows: u64,
    /// It was written before, with the same rows.
    is_there: bool,
}

impl Written {
    fn told(&self) -> String {
        let Written { to, rows, is_there } = self;
        let word = if *is_there { "is there already" } else { "would be written" };
        format!("{to} {word}, with {rows} rows")
    }
}

const PLANNED: &[Column<Planned>] = &[
    Column::new("action", "Action", |planned: &Planned| planned.action.into()),
    Column::new("account", "Account", |planned: &Planned| planned.account.as_str().into()),
    Column::new("region", "Region", |planned: &Planned| planned.region.as_str().into()),
    Column::new("operation", "Operation", |planned: &Planned| planned.operation.as_str().into()),
    Column::new("objects", "Objects", |planned: &Planned| planned.objects.as_str().into()),
    Column::new("manifest", "Manifest", |planned: &Planned| {
        planned.manifest.as_ref().map(Written::told).into()
    }),
    Column::new("count", "Count", |planned: &Planned| planned.findings.count().into()),
    Column::new("cost", "Cost", |planned: &Planned| planned.findings.cost().into()),
    Column::new("arithmetic", "Arithmetic", |planned: &Planned| planned.findings.arithmetic().into()),
    Column::new("without", "Not in it", |planned: &Planned| planned.findings.without().into()),
    Column::new("parameters", "Parameters", |planned: &Planned| planned.parameters.to_string().into()),
];

/// A job as it was asked for.
pub struct Draft {
    /// Without the question whether it starts at once; with a token where it is the user's own.
    pub document: JobDocument,
    pub objects: Objects,
    pub ages: Ages,
}

pub async fn submit(
    draft: Draft,
    jobs: &Jobs,
    args: &SubmitArgs,
    ctx: &Context,
    signals: &mut Signals,
) -> Result<Outcome> {
    let Draft { mut document, mut objects, ages } = draft;
    document.confirmation_required = Some(!args.run);
    let own = args.token.clone().or(document.client_request_token.take());
    let tokened = |mut document: JobDocument| -> Result<JobDocument> {
        let token = own.clone().map_or_else(|| token::derived(&document, &ages, jobs), Ok)?;
        document.client_request_token = Some(token);
        Ok(document)
    };
    let document = tokened(document)?;
    let checked = JobDocument::read(&document.to_value(), ctx.now())
        .map_err(|faults| refused(faults.iter().map(ToString::to_string)))?;
    let findings = match args.no_preflight {
        true => Findings::default(),
        false => signals.race(preflight::look(&checked, &objects, jobs, ctx)).await?,
    };
    findings.tell(ctx);
    findings.result(checked.operation.kind())?;
    if args.change.dry_run {
        let manifest = match &objects.unsent {
            Some(unsent) => Some(signals.race(planned(unsent, ctx)).await?),
            None => None,
        };
        let planned = Planned {
            action: "s3:CreateJob",
            account: jobs.account.clone(),
            region: jobs.region.clone(),
            operation: checked.operation.kind().name().to_owned(),
            objects: view::source(&checked.source),
            manifest,
            findings,
            parameters: checked.to_value(),
        };
        ctx.out().whole().item("s3.jobPlan", PLANNED, &planned)?;
        if let Some(manifest) = &planned.manifest {
            ctx.reporter().status(format_args!("dry run: {}", manifest.told()));
        }
        ctx.reporter().status("dry run: 1 job would be created");
        return Ok(Outcome::Done);
    }
    if args.run {
        signals.race(consent::ask(&checked, &findings, jobs, ctx)).await?;
    }
    // One that is the user's own says itself what it stands for.
    let ages = Some(&ages).filter(|_| own.is_none());
    let Some(unsent) = &mut objects.unsent else {
        return create(&checked, ages, jobs, args, ctx, signals).await;
    };
    let etag = unsent.send(&ctx.aws().await?.s3(), signals, ctx).await?;
    ctx.reporter().status(format_args!("the manifest of {} rows is {}", unsent.rows, unsent.to));
    // Where S3 gives it another ETag than it has from its bytes alone, the job is another too.
    let mut document = checked;
    if let Source::Manifest(manifest) = &mut document.source {
        manifest.location.e_tag = etag;
    }
    create(&tokened(document)?, ages, jobs, args, ctx, signals).await
}

async fn planned(unsent: &Unsent, ctx: &Context) -> Result<Written> {
    let is_there = unsent.is_there(&ctx.aws().await?.s3()).await?;
    Ok(Written { to: unsent.to.to_string(), rows: unsent.rows, is_there })
}

async fn create(
    document: &JobDocument,
    ages: Option<&Ages>,
    jobs: &Jobs,
    args: &SubmitArgs,
    ctx: &Context,
    signals: &mut Signals,
) -> Result<Outcome> {
    let known = signals.race(known(jobs, ctx)).await?;
    let began = Instant::now();
    // A signal must not hide the id of a job that was made: the call itself is not given up.
    let id = match (jobs.create(document).await?, ages) {
        (Created::Job(id), _) => id,
        (Created::TokenTaken(error), None) => return Err(error.into()),
        (Created::TokenTaken(error), Some(ages)) => {
            signals.race(made_before(document, ages, &known, jobs, error)).await?
        }
    };
    let job = match signals.race(async { Ok(described(jobs, &id, ctx).await) }).await {
        Ok(job) => job,
        Err(left) => {
            ctx.out().transcript(&format!("{id}\n"))?;
            ctx.reporter().hint(watching::again(ctx, "show", &id));
            return Err(left);
        }
    };
    let is_old = known.iter().any(|job| job.job_id == id)
        || job.as_ref().is_some_and(|(job, now)| is_older(job, *now, began.elapsed()));
    let accepted = match &job {
        Some((job, _)) if is_old => existing::accept(job, args, ctx),
        _ => Ok(()),
    };
    // What is waited for is the answer as it is at its end.
    let early = job.as_ref().map(|(job, _)| job).filter(|_| change::is_answered(ctx));
    let is_told_later = early.is_some() && args.wait.wait && accepted.is_ok();
    match early {
        Some(job) if !is_told_later => ctx.out().item("s3.job", view::DETAILS, job)?,
        Some(_) => {}
        None => ctx.out().transcript(&format!("{id}\n"))?,
    }
    accepted?;
    let then = if args.run { "runs as soon as S3 has read the list" } else { "waits for a confirmation" };
    let verb = if args.run { "watch" } else { "confirm" };
    let mut next = Some(watching::again(ctx, verb, &id));
    match (&job, is_old) {
        (Some((job, _)), true) => next = watching::next(job, ctx),
        (None, true) if args.if_exists == IfExists::Error => return Err(existing::unseen(&id, ctx)),
        (None, true) => ctx.reporter().status(format_args!("the job {id} exists already")),
        (_, false) => ctx.reporter().status(format_args!("the job {id} is created, and {then}")),
    }
    if args.wait.wait {
        let watching = Watching {
            jobs,
            id: &id,
            is_new: true,
            is_confirmed: true,
            wait: &args.wait,
            allow_failures: args.allow_failures,
        };
        let ended = watching.until_over(ctx, signals).await;
        if let Some(job) = ended.as_ref().ok().or(early).filter(|_| is_told_later) {
            ctx.out().item("s3.job", view::DETAILS, job)?;
        }
        return watching.outcome(&ended?, ctx);
    }
    if let Some(next) = next {
        ctx.reporter().hint(next);
    }
    Ok(Outcome::Done)
}

/// The jobs that are there before: one of them is not new, whatever the clocks say. Who may not list them has the clocks
/// alone.
async fn known(jobs: &Jobs, ctx: &Context) -> Result<Vec<Summary>> {
    let mut known = Vec::new();
    let listed = jobs
        .list(&[], &mut |page| {
            known.extend(page);
            Ok(false)
        })
        .await;
    if let Err(error) = listed {
        ctx.reporter().verbose(1, format_args!("{error:#}; whether the job is new is told by its age alone"));
    }
    Ok(known)
}

/// The job that the same words have made before, when the ages in them meant other times, or with --run where they are
/// without it now, or the other way round: AWS knows the token, and is told something else with it.
async fn made_before(
    document: &JobDocument,
    ages: &Ages,
    known: &[Summary],
    jobs: &Jobs,
    refusal: Error,
) -> Result<String> {
    const LOOKS: usize = 20;
    let operation = document.operation.kind().name();
    let is_like = |job: &&Summary| {
        job.operation == operation
            && job.priority == document.priority
            && job.description == document.description
    };
    for job in known.iter().filter(is_like).take(LOOKS) {
        let job = jobs.describe(&job.job_id).await?;
        if ages.are_of(document, &job) {
            return Ok(job.id().to_owned());
        }
    }
    let message = match ages.is_empty() {
        true => {
            "the same job was made before, with --run where this one is without it, or the other way round"
        }
        false => "the same job was made before, when its times meant others",
    };
    Err(Error::new(Kind::Conflict, message)
        .because(refusal)
        .hint("opsctl s3 job list; --token makes another one")
        .into())
}

/// The job and the time by the service's clock; none where it is not told: the job is there all the same.
async fn described(jobs: &Jobs, id: &str, ctx: &Context) -> Option<(Job, jiff::Timestamp)> {
    const ATTEMPTS: u32 = 4;
    for attempt in 1..=ATTEMPTS {
        match jobs.describe_now(id).await {
            Ok(found) => return Some(found),
            // Just made, it may not be known everywhere.
            Err(error) if Report::new(&error).kind == Kind::NotFound && attempt < ATTEMPTS => {
                tokio::time::sleep(Duration::from_millis(250) * attempt).await;
            }
            Err(error) => {
                ctx.reporter().verbose(1, format_args!("{error:#}"));
                return None;
            }
        }
    }
    None
}

/// Whether a job was made longer ago than `elapsed`, both by the service's clock, which tells whole seconds.
fn is_older(job: &Job, now: jiff::Timestamp, elapsed: Duration) -> bool {
    let Some(created) = job.summary.created else { return false };
    let elapsed = SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX);
    now.duration_since(created) > elapsed.saturating_add(SignedDuration::from_secs(1))
}

/// All that is wrong with a document that no file has.
pub fn refused(told: impl Iterator<Item = String>) -> anyhow::Error {
    let told: Vec<String> = told.collect();
    let message = match told.len() {
        1 => "the job cannot be created".to_owned(),
        count => format!("the job cannot be created: {count} settings are wrong"),
    };
    Error::usage(message).because_of(told).into()
}

#[cfg(test)]
mod tests {
    use super::super::super::view::tests::job;
    use super::*;

    #[test]
    fn a_job_is_old_when_it_is_older_than_the_call() {
        let now: jiff::Timestamp = "2026-11-22T12:00:10Z".parse().unwrap();
        for (created, elapsed, old) in [
            ("2026-11-22T12:00:10Z", 0, false),
            ("2026-11-22T12:00:09.5Z", 0, false),
            ("2026-11-22T12:00:04Z", 6, false),
            ("2026-11-22T12:00:04Z", 3, true),
            ("2026-11-21T12:00:10Z", 3, true),
            // A job from the future is no old one.
            ("2026-11-22T12:01:00Z", 0, false),
        ] {
            let mut job = job("New", 0, 0, 0, 0);
            job.summary.created = Some(created.parse().unwrap());
            assert_eq!(is_older(&job, now, Duration::from_secs(elapsed)), old, "{created} {elapsed}");
        }
    }
}
