//! `opsctl s3 manifest check`.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use opsctl_engine::manifest::Columns;
use opsctl_engine::manifest::lint::{
    self, Fault, FaultKind, Findings, LintOptions, Remedy, WriteOrReadError,
};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::cli::ListArgs;
use crate::commands::s3::source::{self, Part, Source};
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::files::Beside;
use crate::output::{Cell, Column, Format, Output, Tone};

/// Faults shown where they must be held until the last one is known, unless --limit says more.
const HELD: usize = 200;
/// Faults that are given on together.
const BATCH: usize = 256;
/// Objects among which doubles are looked for: below 1.5 GB of hashes.
const MAX_OBJECTS: u64 = 50_000_000;

/// Find every fault of a manifest before a job does
///
/// Reads all lines and names each fault with its line, its meaning and what --fix makes of it. Errors
/// make tasks or the whole job fail, warnings are what may be meant. --fix writes a copy in which all
/// that can be mended is; lines that cannot be are left out of it, and named. Tables show the first
/// 200 faults, -o ndjson all of them.
///
/// Examples:
///   opsctl s3 manifest check manifest.csv
///   opsctl s3 manifest check manifest.csv --fix mended.csv
///   opsctl s3 manifest check manifest.csv --fields Bucket,Key -o ndjson
///
/// Exit codes:
///   0   there is no error in it; there may be warnings
///   1   it cannot be read to the end, or the copy cannot be written
///   2   an option is wrong, or it is no manifest at all
///   3   there is no such file, object or bucket
///   4   no credentials or no region
///   5   denied by a policy
///   6   there are errors in it, also when all of them were mended
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   s3:GetObject  for a manifest in S3
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct CheckArgs {
    /// A file, - for stdin, or s3://BUCKET/KEY
    #[arg(value_name = "MANIFEST", value_hint = ValueHint::AnyPath, help_heading = "Target")]
    manifest: Source,

    /// Its columns in their order, as the job has them: Bucket, Key, VersionId, Ignore
    #[arg(long, value_name = "A,B,C", help_heading = "Target")]
    fields: Option<Columns>,

    /// Write a mended copy to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    fix: Option<PathBuf>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Severity {
    Error,
    Warning,
}

/// A fault as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    line: u64,
    severity: Severity,
    fault: &'static str,
    found: String,
    meaning: &'static str,
    /// What a copy made by `--fix` has: `mended`, `left out` or `kept`.
    remedy: &'static str,
}

const COLUMNS: &[Column<Finding>] = &[
    Column::new("line", "LINE", |it: &Finding| it.line.into()),
    Column::new("severity", "SEVERITY", |it: &Finding| match it.severity {
        Severity::Error => Cell::state("error", Tone::Bad),
        Severity::Warning => Cell::state("warning", Tone::Attention),
    }),
    Column::new("fault", "FAULT", |it: &Finding| it.fault.into()),
    Column::new("found", "FOUND", |it: &Finding| it.found.as_str().into()).cut(),
    Column::new("meaning", "MEANING", |it: &Finding| it.meaning.into()).cut(),
    Column::new("remedy", "FIX", |it: &Finding| it.remedy.into()).hidden(),
];

pub async fn run(args: &CheckArgs, ctx: &Context) -> Result<Outcome> {
    let out = limited(ctx.list_out(&args.list), &args.list);
    let mut writer = out.stream("s3.manifestFault", COLUMNS)?;
    let part = source::open_one(&args.manifest, ctx).await?;
    let copy = match args.fix.clone() {
        // A pipe is open once somebody reads it.
        Some(path) if !path.is_file() && path.exists() => Some(source::blocking(move || begun(&path)).await?),
        fix => fix.as_deref().map(begun).transpose()?,
    };
    let writer_of_copy = copy.as_ref().map(Beside::writer).transpose()?;
    let (sender, mut faults) = mpsc::channel(4);
    let (checked, fix, fields) = (part.clone(), args.fix.clone(), args.fields.clone());
    let linted = source::blocking(move || {
        let copy = writer_of_copy.zip(fix.as_deref());
        check(&checked, fields, copy, &sender)
    });
    let linted = tokio::spawn(linted);
    let mut shown = 0;
    while let Some(batch) = faults.recv().await {
        let batch: Vec<Finding> = batch;
        shown += batch.len() as u64;
        if writer.extend(batch)?.is_break() {
            break;
        }
    }
    // Whoever finds faults then stops telling them, and goes on counting.
    drop(faults);
    let findings = linted.await.map_err(|error| Error::failed("the check was left").because(error))??;
    // To people, no faults are no table.
    if shown > 0 || out.settings().format != Format::Table {
        writer.finish()?;
    }
    if let (Some(copy), Some(path)) = (copy, &args.fix) {
        copy.finish().map_err(|error| not_written(path, error))?;
    }
    let all = findings.errors() + findings.warnings();
    let limit = out.settings().limit.map_or(u64::MAX, |limit| limit as u64);
    tell(&findings, &part, shown.min(limit), all, args, ctx);
    Ok(if findings.errors() > 0 { Outcome::ConditionFalse } else { Outcome::Done })
}

/// Formats that hold what they show hold no more than people read.
fn limited(out: Output, list: &ListArgs) -> Output {
    let held =
        matches!(out.settings().format, Format::Table | Format::Json | Format::Yaml) || list.sort.is_some();
    if !held || list.limit.is_some() {
        return out;
    }
    let settings = out.settings().clone();
    out.with(crate::output::OutputSettings { limit: Some(HELD), ..settings })
}

/// It lies beside its place until it is whole, unless that is a device or a pipe. Blocks.
fn begun(path: &Path) -> Result<Beside> {
    let text = path.to_string_lossy();
    if text == "-" || text.starts_with("s3://") {
        return Err(Error::usage(format!("--fix writes a file, not {text}"))
            .hint("opsctl s3 manifest build mended.csv --to s3://BUCKET/KEY takes it to S3")
            .into());
    }
    Beside::create(path).map_err(|error| not_written(path, error))
}

fn not_written(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> anyhow::Error {
    Error::failed(format!("cannot write {}", path.display())).because(error).into()
}

/// Blocks. Faults go away in batches until nobody takes them.
fn check(
    part: &Part,
    columns: Option<Columns>,
    copy: Option<(File, &Path)>,
    sender: &mpsc::Sender<Vec<Finding>>,
) -> Result<Findings> {
    let input = part.open_plain()?;
    let options = LintOptions { columns, is_compressed: input.is_gzip(), max_objects: MAX_OBJECTS };
    let (copy, path) = copy.unzip();
    let mut batch = Vec::new();
    let result = lint::lint(input, options, copy, |fault| {
        batch.push(finding(fault));
        if batch.len() < BATCH {
            return ControlFlow::Continue(());
        }
        match sender.blocking_send(std::mem::take(&mut batch)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    // Those that were found before a failure are true all the same.
    let _ = sender.blocking_send(batch);
    match result {
        Ok((findings, _)) => Ok(findings),
        Err(WriteOrReadError::Read(error)) => Err(part.not_read(error)),
        Err(WriteOrReadError::Write(error)) => Err(not_written(path.unwrap_or(Path::new("the copy")), error)),
    }
}

fn finding(fault: Fault) -> Finding {
    Finding {
        line: fault.line,
        severity: if fault.kind.is_warning() { Severity::Warning } else { Severity::Error },
        fault: fault.kind.name(),
        found: fault.found,
        meaning: fault.kind.meaning(),
        remedy: match fault.kind.remedy() {
            Remedy::Mended => "mended",
            Remedy::LeftOut => "left out",
            Remedy::Kept => "kept",
        },
    }
}

fn tell(findings: &Findings, part: &Part, shown: u64, all: u64, args: &CheckArgs, ctx: &Context) {
    let (reporter, place) = (ctx.reporter(), part.place());
    let rows = findings.rows;
    if all == 0 {
        let versions = if findings.with_versions { "with versions" } else { "without versions" };
        reporter.status(format!("no faults in {place}: {} {versions}", objects(rows)));
    } else {
        let kinds: Vec<String> =
            findings.found().map(|(kind, count)| format!("{count} {}", kind.name())).collect();
        reporter.status(format!("{place} has {}: {}", objects(rows), kinds.join(", ")));
    }
    if shown < all {
        reporter.status(format!("{shown} of {all} faults are shown; -o ndjson shows all of them"));
    }
    if findings.stopped_looking_for_doubles {
        reporter
            .warn(format!("there are over {MAX_OBJECTS} objects: no doubles were looked for beyond them"));
    }
    if let (Some(copy), Some(path)) = (findings.mended, &args.fix) {
        let left_out = rows.saturating_sub(copy.rows + findings.count(FaultKind::Duplicate));
        let rest = match left_out {
            0 => String::new(),
            1 => "; 1 could not be mended and was left out".to_owned(),
            count => format!("; {count} could not be mended and were left out"),
        };
        reporter.status(format!("{} has {}{rest}", path.display(), objects(copy.rows)));
    }
}

fn objects(count: u64) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}
