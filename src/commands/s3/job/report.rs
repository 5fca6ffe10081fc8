//! `opsctl s3 job report`.

use std::str::FromStr;

use clap::{Args, ValueHint};
use jiff::{SignedDuration, Timestamp};
use opsctl_engine::manifest::report::{self, Counts, Group, Summary, explain};
use serde::Serialize;

use super::api::Jobs;
use super::explained;
use super::job_id::JobId;
use super::model::Job;
use super::never_ran;
use super::tasks;
use crate::cli::ListArgs;
use crate::commands::s3::source::{self, Place, ReportParts, Unread};
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Kind, Outcome, Report, Result};
use crate::output::{Column, Format, ListWriter, Output, OutputSettings};

/// So long after its end a job may still write its report.
const WRITTEN_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// Show what came of a job's tasks: the failed ones by error, with cause and cure
///
/// Reads all result files of the completion report at once and puts failed tasks together that have
/// the same error, HTTP status and prefix (of the key, up to its first slash). With -o ndjson every
/// task is a line of its own. REPORT is a job, or the folder of a report in S3 or on this machine; one
/// without its manifest.json, which S3 writes last, is read as far as it has come. As with watch, a
/// failed task is no success, nor is one that never ran because the job failed or was cancelled before,
/// which a job tells and a folder does not: --allow-failures shows the report for its own sake.
///
/// Examples:
///   opsctl s3 job report report --allow-failures
///   opsctl s3 job report report -o ndjson --failed --allow-failures
///   opsctl s3 job report report --columns tasks,error,cause || [ $? -eq 6 ]
///
/// Exit codes:
///   0   the report is shown, and no task failed, or never ran
///   1   a result file is damaged, or is not what the manifest promised
///   2   an option is wrong, or it is no report
///   3   there is no such job, report or file; the job was made without a report, or ran no task
///   4   no credentials or no region
///   5   denied by a policy
///   6   the report is shown, and tasks failed or never ran
///   7   the report is shown, but for rows that cannot be read
///   9   the job is not over, and has no report yet
///   75  the report of a job that has just ended is not there yet; AWS cannot be reached, or is busy
///
/// IAM:
///   s3:DescribeJob  for a job
///   s3:GetObject    on the report
///   s3:ListBucket   for a report that has no manifest.json yet
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct ReportArgs {
    /// A job's id or ARN, a folder, or s3://BUCKET/PREFIX/job-ID/
    #[arg(value_name = "REPORT", value_hint = ValueHint::AnyPath, help_heading = "Target")]
    report: Reported,

    /// With -o ndjson, the failed tasks only
    #[arg(long, help_heading = "Output")]
    failed: bool,

    /// Tasks that failed, or never ran, are no failure of this command
    #[arg(long, help_heading = "Output")]
    allow_failures: bool,

    #[command(flatten)]
    list: ListArgs,
}

/// What a report is named by.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reported {
    Job(JobId),
    Place(Place),
}

impl FromStr for Reported {
    type Err = String;

    /// What looks like a path or is there is a place: ids have neither dots nor slashes.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("report:").unwrap_or(text);
        let is_place =
            !text.starts_with("arn:") && text.contains(['/', '.']) || std::path::Path::new(text).is_dir();
        if is_place { text.parse().map(Reported::Place) } else { text.parse().map(Reported::Job) }
    }
}

/// Failed tasks that are alike, with what is likely behind them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failures {
    tasks: u64,
    error_code: Option<String>,
    http_status: Option<u16>,
    /// Absent for those beyond ten thousand that differ.
    prefix: Option<String>,
    cause: Option<&'static str>,
    cure: Option<&'static str>,
    /// The same may succeed later, with nothing changed.
    is_passing: bool,
    /// The first few of them.
    examples: Vec<Example>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Example {
    bucket: String,
    key: String,
    version_id: Option<String>,
    message: String,
}

const COLUMNS: &[Column<Failures>] = &[
    Column::new("tasks", "TASKS", |it: &Failures| it.tasks.into()),
    Column::new("error", "ERROR", |it: &Failures| it.error_code.as_deref().into()),
    Column::new("status", "STATUS", |it: &Failures| it.http_status.map(u64::from).into()),
    Column::new("prefix", "PREFIX", |it: &Failures| it.prefix.as_deref().into()).cut(),
    Column::new("cause", "LIKELY CAUSE", |it: &Failures| it.cause.into()).cut(),
    Column::new("cure", "CURE", |it: &Failures| it.cure.into()).cut(),
    Column::new("message", "MESSAGE", |it: &Failures| {
        it.examples.first().map(|example| example.message.as_str()).into()
    })
    .hidden()
    .cut(),
    Column::new("example", "EXAMPLE", |it: &Failures| it.examples.first().map(Example::place).into())
        .hidden()
        .cut(),
    Column::new("passing", "PASSING", |it: &Failures| it.is_passing.into()).hidden(),
];

impl Example {
    fn place(&self) -> String {
        let version = self.version_id.as_deref().map(|id| format!(", version {id}")).unwrap_or_default();
        format!("s3://{}/{}{version}", self.bucket, self.key)
    }
}

/// What a table has room for: cause and cure are sentences, and stand under it.
const SHORT: [&str; 4] = ["tasks", "error", "status", "prefix"];

pub async fn run(args: &ReportArgs, ctx: &Context) -> Result<Outcome> {
    let mut out = ctx.list_out(&args.list);
    let settings = out.settings().clone();
    let is_explained =
        settings.format == Format::Table && settings.columns.is_none() && settings.query.is_none();
    if is_explained {
        let columns = Some(SHORT.map(str::to_owned).to_vec());
        out = out.with(OutputSettings { columns, ..settings });
    }
    if args.failed && out.settings().format != Format::Ndjson {
        return Err(Error::usage("--failed chooses rows, and those are shown by -o ndjson").into());
    }
    if out.settings().format == Format::Ndjson {
        let writer = out.stream("s3.jobTask", tasks::COLUMNS)?;
        let (report, job) = opened(&args.report, ctx).await?;
        let has_manifest = report.has_manifest;
        let (counts, unread) = tasks::given_on(report.parts, args.failed, writer).await?;
        return args.outcome(counts, &unread, has_manifest, None, job.as_ref(), ctx);
    }
    let writer = out.stream("s3.jobFailure", COLUMNS)?;
    let (report, job) = opened(&args.report, ctx).await?;
    let has_manifest = report.has_manifest;
    let (summary, unread) = tasks::summed_up(report.parts).await?;
    show(&summary, writer, &out)?;
    if is_explained {
        out.transcript(&explained::sentences(&summary, out.settings().stdout.width))?;
    }
    args.outcome(summary.all, &unread, has_manifest, cure(&summary), job.as_ref(), ctx)
}

impl ReportArgs {
    /// `cure`: what comes before a retry. `job`: that of the report, where it was named.
    fn outcome(
        &self,
        all: Counts,
        unread: &Unread,
        has_manifest: bool,
        cure: Option<&'static str>,
        job: Option<&Job>,
        ctx: &Context,
    ) -> Result<Outcome> {
        let so_far = if has_manifest { "" } else { " so far" };
        let Counts { succeeded, failed } = all;
        // Neither in the report nor counted as done: one of failed tasks alone lacks those that succeeded.
        let left =
            job.map_or(0, |job| job.progress().left().min(job.progress().total.saturating_sub(all.tasks())));
        let never_ran = if left > 0 { format!("; {}", never_ran::told(left)) } else { String::new() };
        ctx.reporter().status(format!(
            "{} tasks reported{so_far}: {succeeded} succeeded, {failed} failed{never_ran}",
            all.tasks()
        ));
        let unread = unread.error("and are not counted");
        let retry =
            job.filter(|_| failed > 0 || left > 0).map(|job| super::watching::again(ctx, "retry", job.id()));
        let cure = cure.filter(|_| retry.is_some()).map(|cure| format!("first: {cure}"));
        let next = [cure, retry].into_iter().flatten();
        if failed == 0 && left == 0 || self.allow_failures {
            next.for_each(|next| ctx.reporter().hint(next));
            return match unread {
                Some(unread) => Err(unread.into()),
                None => Ok(Outcome::Done),
            };
        }
        if let Some(unread) = unread {
            ctx.reporter().warn(format_args!("{:#}", anyhow::Error::from(unread)));
        }
        let total = job.map_or(0, |job| job.progress().total).max(all.tasks());
        let message = match (failed, left) {
            (0, left) => format!("{left} of {total} tasks never ran"),
            (failed, 0) => format!("{failed} of {total} tasks failed"),
            (failed, left) => format!("{failed} of {total} tasks failed, and {left} never ran"),
        };
        let mut error = Error::new(Kind::ConditionFalse, message);
        if let Some(job) = job.filter(|_| left > 0) {
            error = error.because(format!("the job is {}", job.status()));
        }
        Err(next.fold(error, Error::hint).into())
    }
}

/// With the job, where that is what was named.
async fn opened(report: &Reported, ctx: &Context) -> Result<(ReportParts, Option<Job>)> {
    match report {
        Reported::Place(place) => {
            let opened = source::open_report(place, ctx).await?;
            warn_of_parts(&opened, place, ctx);
            Ok((opened, None))
        }
        Reported::Job(id) => {
            let jobs = Jobs::open(ctx).await?;
            let (job, now) = jobs.describe_now(id.of(&jobs)?).await?;
            let opened = of_job(&job, now, ctx).await?;
            Ok((opened, Some(job)))
        }
    }
}

/// The report of a job; `now` is told by the service that tells of the job.
pub async fn of_job(job: &Job, now: Timestamp, ctx: &Context) -> Result<ReportParts> {
    let Some(location) = job.report_location() else {
        let message = format!("the job {} has no completion report: it was made without one", job.id());
        return Err(Error::not_found(message)
            .because("which tasks failed is known to nobody: a job tells of it in its report alone")
            .hint(super::watching::again(ctx, "show", job.id()))
            .into());
    };
    let place = Place::Object(location);
    match source::open_report(&place, ctx).await {
        Ok(opened) => {
            warn_of_parts(&opened, &place, ctx);
            Ok(opened)
        }
        Err(error) if Report::new(&error).kind == Kind::NotFound => Err(not_there(error, job, now, ctx)),
        Err(error) => Err(error),
    }
}

fn warn_of_parts(opened: &ReportParts, place: &Place, ctx: &Context) {
    if !opened.has_manifest {
        ctx.reporter()
            .warn(format!("{place} has no manifest.json, which S3 writes last: results may be missing"));
    }
}

/// Why a job has no report where it should have one.
fn not_there(error: anyhow::Error, job: &Job, now: Timestamp, ctx: &Context) -> anyhow::Error {
    let (id, status) = (job.id(), job.status().as_str());
    let ended = job.summary.terminated.map(|ended| now.duration_since(ended));
    let (kind, message, next) = if !job.status().is_over() {
        let message = format!("the job {id} has no completion report yet: it is {status}");
        (Kind::Conflict, message, "watch")
    } else if job.progress().done() == 0 {
        (
            Kind::NotFound,
            format!("the job {id} has no completion report: it is {status}, and ran no task"),
            "show",
        )
    } else if ended.is_some_and(|ended| ended < WRITTEN_WITHIN) {
        (Kind::Temporary, format!("the completion report of the job {id} is not there yet"), "report")
    } else {
        (Kind::NotFound, format!("the completion report of the job {id} is no longer there"), "show")
    };
    Error::new(kind, message).because(error).hint(super::watching::again(ctx, next, id)).into()
}

fn show(summary: &Summary, mut writer: ListWriter<'_, Failures>, out: &Output) -> Result<()> {
    // There is nothing more to come.
    let _ = writer.extend(summary.groups().map(failures))?;
    // To people, no failures are no table.
    if summary.all.failed > 0 || out.settings().format != Format::Table {
        writer.finish()?;
    }
    Ok(())
}

/// What to do before the same tasks are run again; none where most failed for what passes by itself.
fn cure(summary: &Summary) -> Option<&'static str> {
    let group = summary.groups().next()?;
    explain(&group.error_code, group.http_status).filter(|it| !it.is_passing).map(|it| it.cure)
}

fn failures(group: &Group) -> Failures {
    let explanation = explain(&group.error_code, group.http_status);
    Failures {
        tasks: group.tasks,
        error_code: Some(group.error_code.clone()).filter(|code| !code.is_empty()),
        http_status: group.http_status,
        prefix: group.prefix.clone(),
        cause: explanation.map(|it| it.cause),
        cure: explanation.map(|it| it.cure),
        is_passing: explanation.is_some_and(|it| it.is_passing),
        examples: group.examples.iter().map(example).collect(),
    }
}

fn example(example: &report::Example) -> Example {
    Example {
        bucket: example.bucket.clone(),
        key: example.key.clone(),
        version_id: example.version_id.clone(),
        message: example.message.clone(),
    }
}
