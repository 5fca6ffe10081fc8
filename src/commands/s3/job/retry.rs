//! `opsctl s3 job retry`.

use clap::Args;
use jiff::Timestamp;
use opsctl_engine::batch::{JobDocument, Manifest, ManifestSpec, Source, Tag, arn, words};
use opsctl_engine::manifest::{Field, Location};

use super::api::Jobs;
use super::create::{Ages, Draft, SubmitArgs, submit};
use super::job_id::JobId;
use super::model::Job;
use super::objects::{Objects, Shelf};
use super::preflight::Head;
use super::{complete, never_ran, report, view};
use crate::change::Changes;
use crate::commands::s3::building::{self, Kept};
use crate::commands::s3::source::{self, Place, ReportParts};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::signals::Signals;

/// The tag that leads from a retry to what it retries.
const RETRY_OF: &str = "retry-of";
/// Of a job.
const MOST_TAGS: usize = 50;

/// Run the failed tasks of a job again, and those that never ran, as a new job
///
/// Reads the completion report, writes the objects of the failed tasks as a manifest beside the old
/// one (or to --to), and creates a job with the settings and the tags of the old one for it, and a tag
/// retry-of that names it. Where the old job ended early, failed or cancelled, the objects of its list
/// that are not in the report follow: their tasks never ran. --failed-only and --error leave them out.
/// What made tasks fail is told by opsctl s3 job report: settle that first. The manifest's name and the
/// new job follow from the old job and what is left of it, so that a retry that is sent twice makes one
/// job. No other object is written over.
///
/// Examples:
///   opsctl s3 job list --columns id -o text | xargs -r -n 1 opsctl s3 job retry --dry-run
///   opsctl s3 job list --columns id -o text | xargs -r -n 1 opsctl s3 job retry --error SlowDown -n
///
/// Exit codes:
///   0   the job is created; with --wait, it is complete and no task failed
///   1   with --run: it was not agreed to
///   2   an option is wrong
///   3   there is no such job, or it has no report
///   4   no credentials or no region
///   5   denied by a policy
///   6   the new job would fail, or, with --wait, did or had failed tasks
///   7   rows of the report cannot be read: the new job is without them
///   8   --timeout was reached while waiting
///   9   it is not over, or was retried before; nothing is left; its list has changed; --to is taken
///   75  AWS cannot be reached, or is busy; the report is not there yet
///
/// IAM:
///   s3:DescribeJob    the old job
///   s3:GetJobTagging  its tags; without it the new job has none of them
///   s3:GetObject      its report and its list, and whether the new manifest is there
///   s3:ListBucket     for a report without manifest.json
///   s3:PutObject      the new manifest
///   s3:ListJobs       whether the job is a new one
///   s3:CreateJob      the new job
///   iam:PassRole      the role of the job
///   iam:GetRole       whether the role is there
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RetryArgs {
    /// The job whose tasks are run again: id or ARN
    #[arg(value_name = "JOB", add = complete::jobs())]
    job: JobId,

    /// Where the new manifest goes, an object or s3://BUCKET/FOLDER/; else beside the old one or the report
    #[arg(long, value_name = "S3-URI", help_heading = "Target")]
    to: Option<Location>,

    /// Only tasks that failed with this error, as opsctl s3 job report tells it; may be repeated
    #[arg(long = "error", value_name = "CODE", help_heading = "Target")]
    errors: Vec<String>,

    /// Not the tasks that never ran, because the job failed or was cancelled before
    #[arg(long, help_heading = "Target")]
    failed_only: bool,

    #[command(flatten)]
    submit: SubmitArgs,
}

impl RetryArgs {
    pub fn changes(&self) -> Changes {
        self.submit.changes()
    }
}

pub async fn run(args: &RetryArgs, ctx: &Context) -> Result<Outcome> {
    args.submit.check()?;
    let mut signals = Signals::listen()?;
    let jobs = signals.race(Jobs::open(ctx)).await?;
    let (job, now) = signals.race(jobs.describe_now(args.job.of(&jobs)?)).await?;
    if !job.status().is_over() {
        let message = format!("the job {} is not over: it is {}", job.id(), job.status().as_str());
        return Err(Error::new(Kind::Conflict, message)
            .hint(super::watching::again(ctx, "watch", job.id()))
            .into());
    }
    let Some(document) = job.document() else {
        return Err(
            Error::failed(format!("the job {} has parts that this version does not know", job.id())).into()
        );
    };
    let stem = format!("retry-of-{}", job.id());
    let shelf = Shelf { to: args.to.as_ref(), folder: folder(args, &job, &document)?, stem: &stem };
    let undone = signals.race(undone(args, &job, now, &jobs, ctx)).await?;
    let client = ctx.aws().await?.s3();
    signals.race(Head::check_place(&client, shelf.bucket(), "the new manifest", &jobs.region)).await?;
    let is_whole = undone.list.is_empty();
    let built = building::undone(undone, &mut signals, ctx).await?;
    if !is_whole && !built.unread.is_empty() {
        let told = never_ran::told(job.progress().left());
        ctx.reporter().warn(format_args!("{told}, and are left out: rows of the report cannot be read"));
    }
    let unread = built.unread.error("and are not in the new job");
    if built.rows == 0 {
        return Err(match built.unread.error("and no other task failed") {
            Some(unread) => unread.into(),
            None => nothing(args, &job, ctx),
        });
    }
    let (all, never_ran) = (built.rows, built.never_ran);
    if never_ran > 0 {
        ctx.reporter().status(format_args!(
            "of {} of the job {}, {} failed and {never_ran} never ran",
            view::count(all),
            job.id(),
            all.saturating_sub(never_ran),
        ));
    }
    let tags = signals.race(tags(&job, &jobs, ctx)).await?;
    let (source, objects) = Objects::built(built, Kept::default(), &shelf, jobs.partition)?;
    let document = JobDocument { source, tags: Some(tags), ..document };
    let draft = Draft { document, objects, ages: Ages::default() };
    let outcome = submit(draft, &jobs, &args.submit, ctx, &mut signals).await?;
    match unread {
        Some(unread) => Err(unread.into()),
        None => Ok(outcome),
    }
}

/// Whether the tasks were of versions. The report does not tell: a version that an inventory leaves empty, of an object
/// made before versioning, is empty in it too, and without one a task is about the current version.
async fn has_versions(job: &Job, report: &ReportParts, ctx: &Context) -> Result<bool> {
    let list = match &job.source {
        Some(Source::Manifest(Manifest { spec: ManifestSpec { fields: Some(fields), .. }, .. })) => {
            return Ok(fields.iter().any(|field| field == Field::VersionId.name()));
        }
        Some(Source::Manifest(Manifest { location, .. })) => Some(location),
        _ => job.generated_manifest.as_ref(),
    };
    let Some((bucket, key)) = list.and_then(|list| arn::object(&list.object_arn)) else {
        return report.has_versions().await;
    };
    let place = Place::Object(Location { bucket: bucket.to_owned(), key: key.to_owned() });
    source::has_versions(&place, ctx).await
}

/// The report of the job; and its list, where tasks of it never ran.
async fn undone(
    args: &RetryArgs,
    job: &Job,
    now: Timestamp,
    jobs: &Jobs,
    ctx: &Context,
) -> Result<building::Undone> {
    let codes = args.errors.clone();
    let left = match args.failed_only || !codes.is_empty() {
        true => 0,
        false => job.progress().left(),
    };
    // A job that has run no task writes no report.
    let opened = match left > 0 && job.progress().done() == 0 {
        true => ReportParts { parts: Vec::new(), has_manifest: true },
        false => report::of_job(job, now, ctx).await?,
    };
    let list = match never_ran::unknown(job, opened.has_manifest) {
        _ if left == 0 => Vec::new(),
        Some(why) => {
            ctx.reporter().warn(format_args!("{}, and are left out: {why}", never_ran::told(left)));
            Vec::new()
        }
        None => never_ran::list(job, jobs, ctx).await?,
    };
    let versions = has_versions(job, &opened, ctx).await?;
    Ok(building::Undone { report: opened.parts, codes, list, versions })
}

fn nothing(args: &RetryArgs, job: &Job, ctx: &Context) -> anyhow::Error {
    let how = match args.errors.as_slice() {
        [] => String::new(),
        codes => format!(" with {}", codes.join(" or ")),
    };
    let message = format!("no task of the job {} failed{how}: there is nothing to retry", job.id());
    let mut error = Error::new(Kind::Conflict, message);
    let left = job.progress().left();
    if left > 0 && (args.failed_only || !args.errors.is_empty()) {
        let told = format!("{}: without --failed-only and --error they are retried", never_ran::told(left));
        error = error.because(told);
    }
    error.hint(super::watching::again(ctx, "report", job.id())).into()
}

/// Those of the old job, and one that names it.
async fn tags(job: &Job, jobs: &Jobs, ctx: &Context) -> Result<Vec<Tag>> {
    let mut tags = match jobs.tags(job.id()).await {
        Ok(tags) => tags,
        Err(error) => {
            let why = Report::new(&error).line();
            ctx.reporter().warn(format_args!("the new job has none of the old one's tags: {why}"));
            Vec::new()
        }
    };
    // What AWS itself has put there nobody else may.
    tags.retain(|tag| tag.key != RETRY_OF && !tag.key.starts_with("aws:"));
    if tags.len() < MOST_TAGS {
        tags.push(Tag { key: RETRY_OF.to_owned(), value: job.id().to_owned() });
    } else {
        ctx.reporter().warn(format_args!(
            "the job {} has {MOST_TAGS} tags, as many as can be: the new one is without {RETRY_OF}",
            job.id()
        ));
    }
    Ok(tags)
}

/// Beside the manifest that is retried; where S3 made the list itself, beside the report.
fn folder(args: &RetryArgs, job: &Job, document: &JobDocument) -> Result<Location> {
    if let Some(to) = &args.to {
        return Ok(to.clone());
    }
    if let Source::Manifest(Manifest { spec, location }) = &document.source
        && spec.format == words::MANIFEST_CSV
        && let Some((bucket, key)) = arn::object(&location.object_arn)
    {
        let folder = key.rfind('/').and_then(|slash| key.get(..=slash)).unwrap_or_default();
        return Ok(Location { bucket: bucket.to_owned(), key: folder.to_owned() });
    }
    let bucket = job.report.bucket.as_deref().and_then(arn::bucket);
    let Some(bucket) = bucket else {
        return Err(Error::usage("there is no place for the new manifest")
            .hint("--to s3://BUCKET/FOLDER/")
            .into());
    };
    Ok(Location { bucket: bucket.to_owned(), key: job.report.prefix.clone().unwrap_or_default() })
}
