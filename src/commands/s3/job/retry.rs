//! `opsctl s3 job retry`.

use clap::Args;
use opsctl_engine::batch::{JobDocument, Manifest, Source, Tag, arn, words};
use opsctl_engine::manifest::{Field, Location};

use super::api::Jobs;
use super::create::{Ages, Draft, SubmitArgs, submit};
use super::job_id::JobId;
use super::model::Job;
use super::objects::{Objects, Shelf};
use super::preflight::Head;
use super::{complete, report};
use crate::commands::s3::building::{self, Kept};
use crate::commands::s3::source::{self, Place, ReportParts};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::signals::Signals;

/// The tag that leads from a retry to what it retries.
const RETRY_OF: &str = "retry-of";
/// Of a job.
const MOST_TAGS: usize = 50;

/// Run the failed tasks of a job again, as a new job
///
/// Reads the completion report, writes the objects of the failed tasks as a manifest beside the old
/// one (or to --to), and creates a job with the settings and the tags of the old one for it, and a tag
/// retry-of that names it. What made tasks fail is told by opsctl s3 job report: settle that first. The
/// manifest's name and the new job follow from the old job and what failed of it, so that a retry that
/// is sent twice makes one job. No other object is written over.
///
/// Examples:
///   opsctl s3 job list --columns id -o text | xargs -r -n 1 opsctl s3 job retry --dry-run
///   opsctl s3 job list --columns id -o text | xargs -r -n 1 opsctl s3 job retry --error SlowDown -n
///
/// Exit codes:
///   0   the job is created; with --wait, it is complete and no task failed
///   2   an option is wrong
///   3   there is no such job, or it has no report
///   4   no credentials or no region
///   5   denied by a policy
///   6   the new job would fail, or, with --wait, did or had failed tasks
///   7   rows of the report cannot be read: the new job is without them
///   8   --timeout was reached while waiting
///   9   the job is not over, or was retried before; nothing failed, or not so; --to is taken
///   75  AWS cannot be reached, or is busy; the report is not there yet
///
/// IAM:
///   s3:DescribeJob    the old job
///   s3:GetJobTagging  its tags; without it the new job has none of them
///   s3:GetObject      its report, its inventory, and whether the new manifest is there
///   s3:ListBucket     for a report without manifest.json
///   s3:PutObject      the new manifest
///   s3:ListJobs       whether the job is a new one
///   s3:CreateJob      the new job
///   iam:PassRole      the role of the job
///   iam:GetRole       whether the role is there
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RetryArgs {
    /// The job whose failed tasks are run again: id or ARN
    #[arg(value_name = "JOB", add = complete::jobs())]
    job: JobId,

    /// Where the new manifest goes, an object or s3://BUCKET/FOLDER/; else beside the old one or the report
    #[arg(long, value_name = "S3-URI", help_heading = "Target")]
    to: Option<Location>,

    /// Only tasks that failed with this error, as opsctl s3 job report tells it; may be repeated
    #[arg(long = "error", value_name = "CODE", help_heading = "Target")]
    errors: Vec<String>,

    #[command(flatten)]
    submit: SubmitArgs,
}

pub async fn run(args: &RetryArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let jobs = signals.race(Jobs::open(ctx)).await?;
    let (job, now) = signals.race(jobs.describe_now(args.job.in_region(&jobs.region)?)).await?;
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
    let opened = signals.race(report::of_job(&job, now, ctx)).await?;
    let client = ctx.aws().await?.s3();
    signals.race(Head::check_place(&client, &shelf.bucket(), &jobs.region)).await?;
    let versions = signals.race(has_versions(&document.source, &opened, ctx)).await?;
    let failed = building::failed_tasks(opened.parts, &args.errors, versions, &mut signals, ctx).await?;
    let unread = failed.unread.error("and are not in the new job");
    if failed.rows == 0 {
        if let Some(unread) = failed.unread.error("and no other task failed") {
            return Err(unread.into());
        }
        let how = match args.errors.as_slice() {
            [] => String::new(),
            codes => format!(" with {}", codes.join(" or ")),
        };
        let message = format!("no task of the job {} failed{how}: there is nothing to retry", job.id());
        return Err(Error::new(Kind::Conflict, message)
            .hint(super::watching::again(ctx, "report", job.id()))
            .into());
    }
    let tags = signals.race(tags(&job, &jobs, ctx)).await?;
    let (source, objects) = Objects::built(failed, Kept::default(), &shelf, jobs.partition)?;
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
async fn has_versions(source: &Source, report: &ReportParts, ctx: &Context) -> Result<bool> {
    let Source::Manifest(Manifest { spec, location }) = source else {
        return report.has_versions().await;
    };
    if let Some(fields) = &spec.fields {
        return Ok(fields.iter().any(|field| field == Field::VersionId.name()));
    }
    let Some((bucket, key)) = arn::object(&location.object_arn) else {
        return report.has_versions().await;
    };
    let place = Place::Object(Location { bucket: bucket.to_owned(), key: key.to_owned() });
    source::has_versions(&place, ctx).await
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
