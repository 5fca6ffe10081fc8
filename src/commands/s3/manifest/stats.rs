//! `opsctl s3 manifest stats`.

use std::ops::ControlFlow;

use clap::{Args, ValueHint};
use opsctl_engine::manifest::{Stats, Tally};
use serde::Serialize;

use crate::cli::ListArgs;
use crate::commands::s3::source::{self, Source};
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::{Cell, Column};

/// Of a bar, in characters: at most, and at least where it has any use.
const WIDTH: usize = 24;
const NARROW: usize = 4;
/// Between the columns of a table.
const GAP: usize = 2;
/// Rows between two looks at the progress.
const STEP: u64 = 8192;

/// Count the objects of a list, and show what they are like
///
/// Objects and bytes in all, by bucket, storage class, age and size, as far as the list says: an
/// inventory says all of it, a manifest the buckets only. Delete markers are counted apart. Sizes are
/// those that matter: infrequent-access classes bill 128 KiB at least, and no job copies over 5 GiB.
///
/// Examples:
///   opsctl s3 manifest stats manifest.csv
///   opsctl s3 manifest stats manifest.csv -o json --query 'items[0].objects'
///   opsctl s3 manifest stats - -o csv < manifest.csv
///
/// Exit codes:
///   0   all of it was counted
///   1   a line cannot be read; gzip or an MD5 is wrong
///   2   an option is wrong, or the source is of a kind that cannot be read
///   3   there is no such file, object or bucket
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   s3:GetObject   for sources in S3
///   s3:ListBucket  for a report that has no manifest.json yet
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(COLUMNS)))]
pub struct StatsArgs {
    /// A file, - for stdin, s3://BUCKET/KEY, inventory:PLACE of a manifest.json, or report:FOLDER
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath, help_heading = "Target")]
    source: Source,

    #[command(flatten)]
    list: ListArgs,
}

/// A line of the statistics.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    /// `all`, `bucket`, `class`, `age`, `size`, `version`.
    group: &'static str,
    name: String,
    objects: u64,
    /// Absent where the list does not say.
    bytes: Option<u64>,
    /// Of all objects, between 0 and 1; of all versions and delete markers, for the group `version`.
    share: f64,
    /// Of the objects, as long as the bar is.
    #[serde(skip)]
    part: u64,
    #[serde(skip)]
    bar: String,
}

const COLUMNS: &[Column<Line>] = &[
    Column::new("group", "GROUP", |it: &Line| it.group.into()),
    Column::new("name", "NAME", |it: &Line| it.name.as_str().into()),
    Column::new("objects", "OBJECTS", |it: &Line| it.objects.into()),
    Column::new("bytes", "BYTES", |it: &Line| it.bytes.map_or(Cell::Empty, Cell::from)),
    Column::new("share", "SHARE", |it: &Line| format!("{:.1} %", it.share * 100.0).into()),
    Column::new("bar", "", |it: &Line| it.bar.as_str().into()),
];

pub async fn run(args: &StatsArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("s3.manifestStats", COLUMNS)?;
    let parts = source::open(&args.source, ctx).await?;
    let mut progress = ctx.reporter().progress("objects counted", None);
    let mut stats = Stats::new(ctx.now().as_millisecond());
    let stats = source::blocking(move || {
        for part in parts {
            let _ = part.for_each(|found| {
                stats.add(&found.record);
                if stats.all.objects.is_multiple_of(STEP) {
                    progress.set(stats.all.objects);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(stats)
    })
    .await?;
    let mut lines = lines(&stats);
    let stream = &out.settings().stdout;
    let width = bar_width(&lines, stream.width.filter(|_| stream.terminal));
    lines.iter_mut().for_each(|line| line.bar = bar(line.part, stats.all.objects, width, stream.unicode));
    let _ = writer.extend(lines)?;
    writer.finish()?;
    Ok(Outcome::Done)
}

fn lines(stats: &Stats) -> Vec<Line> {
    let objects = stats.all.objects;
    let sized = stats.sized > 0;
    let line = |group, name: &str, tally: Tally| Line {
        group,
        name: name.to_owned(),
        objects: tally.objects,
        bytes: sized.then_some(tally.bytes),
        share: if objects == 0 { 0.0 } else { tally.objects as f64 / objects as f64 },
        part: tally.objects,
        bar: String::new(),
    };
    let mut lines = vec![Line { part: 0, ..line("all", "objects", stats.all) }];
    for (name, count) in [
        ("with a version", stats.versioned),
        ("not the latest version", stats.noncurrent),
        ("delete markers", stats.delete_markers),
    ] {
        if count > 0 {
            let share = count as f64 / (objects + stats.delete_markers) as f64;
            let tally = Tally { objects: count, bytes: 0 };
            lines.push(Line { bytes: None, share, part: 0, ..line("version", name, tally) });
        }
    }
    lines.extend(stats.buckets().map(|(name, tally)| line("bucket", name, tally)));
    lines.extend(stats.classes().map(|(name, tally)| line("class", name, tally)));
    lines.extend(stats.ages().map(|(name, tally)| line("age", name, tally)));
    lines.extend(stats.sizes().map(|(name, tally)| line("size", name, tally)));
    lines
}

/// What a terminal leaves beside the other columns.
fn bar_width(lines: &[Line], terminal: Option<usize>) -> usize {
    let Some(terminal) = terminal else { return WIDTH };
    let digits = |number: u64| number.to_string().len();
    let widest = |header: &str, of: &dyn Fn(&Line) -> usize| {
        lines.iter().map(of).max().unwrap_or_default().max(header.len())
    };
    let others = [
        widest("GROUP", &|line| line.group.len()),
        widest("NAME", &|line| line.name.chars().count()),
        widest("OBJECTS", &|line| digits(line.objects)),
        widest("BYTES", &|line| line.bytes.map_or(0, digits)),
        "100.0 %".len(),
    ];
    let taken: usize = others.iter().map(|width| width + GAP).sum();
    terminal.saturating_sub(taken).clamp(NARROW, WIDTH)
}

/// As long as its part of the whole; what is there at all has a bar.
fn bar(part: u64, whole: u64, width: usize, unicode: bool) -> String {
    let eighths =
        if whole == 0 { 0 } else { (u128::from(part) * width as u128 * 8).div_ceil(u128::from(whole)) };
    let (full, rest) = ((eighths / 8) as usize, (eighths % 8) as usize);
    if !unicode {
        return "#".repeat(full + usize::from(rest >= 4 || full == 0 && rest > 0));
    }
    let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    "█".repeat(full) + partial.get(rest).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_part() {
        for (part, whole, unicode, expected) in [
            (0, 0, true, String::new()),
            (0, 10, true, String::new()),
            (10, 10, true, "█".repeat(24)),
            (1, 2, true, "█".repeat(12)),
            (1, 1_000_000, true, "▏".to_owned()),
            (1, 1_000_000, false, "#".to_owned()),
            (1, 2, false, "#".repeat(12)),
            (u64::MAX, u64::MAX, false, "#".repeat(24)),
        ] {
            assert_eq!(bar(part, whole, WIDTH, unicode), expected, "{part} of {whole}");
        }
    }
}
