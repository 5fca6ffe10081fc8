//! `opsctl s3 job retry`.

use clap::Args;
use opsctl_engine::batch::{JobDocument, Manifest, ManifestLocation, ManifestSpec, Source, arn, words};
use opsctl_engine::manifest::report::TaskStatus;
use opsctl_engine::manifest::{Columns, Location, ManifestWriter, ObjectRecord};

use super::api::Jobs;
use super::create::{SubmitArgs, submit};
use super::job_id::JobId;
use super::model::Job;
use super::{complete, report};
use crate::aws;
use crate::commands::s3::source::{self, Part};
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Result};
use crate::signals::Signals;

/// What one PutObject of S3 takes, and what is held of it here: some millions of tasks.
const MAX_MANIFEST: usize = 256 << 20;

/// Run the failed tasks of a job again, as a new job
///
/// Reads the completion report, writes the objects of the failed tasks as a manifest beside the old
/// one (or to --to), and creates a job with the settings of the old one for it. What made them fail is
/// told by opsctl s3 job report: settle that first. The manifest's name and the new job follow from the
/// old job and what failed of it, so that a retry that is sent twice makes one job.
///
/// Examples:
///   opsctl s3 job list --columns id -o text | xargs -r -n 1 opsctl s3 job retry --dry-run
///
/// Exit codes:
///   0   the job is created; with --wait, it is complete and no task failed
///   2   an option is wrong
///   3   there is no such job, or it has no report
///   4   no credentials or no region
///   5   denied by a policy
///   6   the new job would fail, or, with --wait, did or had failed tasks
///   8   --timeout was reached while waiting
///   9   the job is not over, or it was retried before; no task of it failed
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   s3:DescribeJob   the old job
///   s3:GetObject     its report, and the new manifest
///   s3:ListBucket    for a report without manifest.json
///   s3:PutObject     the new manifest
///   s3:ListJobs      whether the job is a new one
///   s3:CreateJob     the new job
///   iam:PassRole     the role of the job
///   iam:GetRole      whether the role is there
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct RetryArgs {
    /// The job whose failed tasks are run again: id or ARN
    #[arg(value_name = "JOB", add = complete::jobs())]
    job: JobId,

    /// Where the new manifest goes; else beside the old one, or to the report
    #[arg(long, value_name = "S3-URI", help_heading = "Target")]
    to: Option<Location>,

    #[command(flatten)]
    submit: SubmitArgs,
}

pub async fn run(args: &RetryArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let jobs = signals.race(Jobs::open(ctx)).await?;
    let job = signals.race(jobs.describe(args.job.in_region(&jobs.region)?)).await?;
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
    let place = report::place_of(&job, ctx)?;
    let opened = signals.race(source::open_report(&place, ctx)).await;
    let opened = opened.map_err(|error| report::not_there(error, &job, ctx))?;
    let failed = signals.race(source::blocking(move || failed_tasks(&opened.parts))).await?;
    if failed.rows == 0 {
        let message = format!("no task of the job {} failed: there is nothing to retry", job.id());
        return Err(Error::new(Kind::Conflict, message).into());
    }
    let to = target(args, &job, &document)?;
    if args.submit.change.dry_run {
        ctx.reporter()
            .status(format!("dry run: {} tasks would be run again, by a manifest {to}", failed.rows));
        return Ok(Outcome::Done);
    }
    let etag = signals.race(put(&to, &failed, ctx)).await?;
    ctx.reporter().status(format!("{} failed tasks are in {to}", failed.rows));
    let document = JobDocument { source: of_manifest(&to, &etag, &failed, &jobs.partition), ..document };
    submit(document, None, &jobs, &args.submit, ctx, &mut signals).await
}

/// The manifest of the tasks that failed.
struct Failed {
    rows: u64,
    with_versions: bool,
    text: Vec<u8>,
}

/// Blocks. The first row says whether there are versions.
fn failed_tasks(parts: &[Part]) -> Result<Failed> {
    let mut writer: Option<(ManifestWriter<Vec<u8>>, bool)> = None;
    let mut failure = None;
    for part in parts {
        report::each_result(part, |result| {
            if result.status != TaskStatus::Failed {
                return true;
            }
            let (writer, _) = writer.get_or_insert_with(|| {
                let with_versions = result.version_id.is_some();
                (ManifestWriter::new(Vec::new(), with_versions), with_versions)
            });
            let (bucket, key, version_id) = (result.bucket, result.key, result.version_id);
            let record = ObjectRecord { bucket, key, version_id, ..ObjectRecord::default() };
            failure = writer.write(&record).err().map(anyhow::Error::from);
            if writer.written().bytes as usize > MAX_MANIFEST {
                let message = "over 256 MiB of failed tasks, more than are put together here";
                failure = Some(
                    Error::failed(message).hint("opsctl s3 manifest build report:PLACE --to S3-URI").into(),
                );
            }
            failure.is_none()
        })?;
        if let Some(failure) = failure {
            return Err(failure);
        }
    }
    let Some((writer, with_versions)) = writer else {
        return Ok(Failed { rows: 0, with_versions: false, text: Vec::new() });
    };
    let (text, written) = writer.finish()?;
    Ok(Failed { rows: written.rows, with_versions, text })
}

/// Beside the manifest that is retried; where S3 made the list itself, beside the report.
fn target(args: &RetryArgs, job: &Job, document: &JobDocument) -> Result<Location> {
    if let Some(to) = &args.to {
        return match to.key.is_empty() || to.key.ends_with('/') {
            true => {
                Err(Error::usage(format!("{to} names no object")).hint(format!("--to {to}retry.csv")).into())
            }
            false => Ok(to.clone()),
        };
    }
    let name = format!("retry-of-{}.csv", job.id());
    if let Source::Manifest(Manifest { spec, location }) = &document.source
        && spec.format == words::MANIFEST_CSV
        && let Some((bucket, key)) = arn::object(&location.object_arn)
    {
        let folder = key.rfind('/').and_then(|slash| key.get(..=slash)).unwrap_or_default();
        return Ok(Location { bucket: bucket.to_owned(), key: format!("{folder}{name}") });
    }
    let bucket = job.report.bucket.as_deref().and_then(arn::bucket);
    let Some(bucket) = bucket else {
        return Err(Error::usage("there is no place for the new manifest")
            .hint("--to s3://BUCKET/KEY")
            .into());
    };
    let folder = job.report.prefix.as_deref().map(|prefix| format!("{}/", prefix.trim_end_matches('/')));
    Ok(Location { bucket: bucket.to_owned(), key: format!("{}{name}", folder.unwrap_or_default()) })
}

/// The ETag that it has then.
async fn put(to: &Location, failed: &Failed, ctx: &Context) -> Result<String> {
    let client = ctx.aws().await?.s3();
    let sent = client
        .put_object()
        .bucket(&to.bucket)
        .key(&to.key)
        .content_type("text/csv")
        .body(failed.text.clone().into())
        .send()
        .await
        .map_err(|error| aws::failure(&error, format!("cannot write the manifest {to}")))?;
    let etag = sent.e_tag.ok_or_else(|| Error::failed(format!("the answer of S3 has no ETag for {to}")))?;
    Ok(etag.trim_matches('"').to_owned())
}

fn of_manifest(to: &Location, etag: &str, failed: &Failed, partition: &str) -> Source {
    let columns = Columns::usual(failed.with_versions);
    Source::Manifest(Manifest {
        spec: ManifestSpec {
            format: words::MANIFEST_CSV.to_owned(),
            fields: Some(columns.fields().iter().map(|field| field.name().to_owned()).collect()),
        },
        location: ManifestLocation {
            object_arn: to.arn(partition),
            object_version_id: None,
            e_tag: etag.to_owned(),
        },
    })
}
