//! `opsctl metric chart`.

use std::path::PathBuf;

use clap::{Arg, Args, ValueHint};
use opsctl_engine::evaluation::judging::{Band, ComparisonOperator};

use super::complete;
use super::fetching::fetch;
use super::select::SelectArgs;
use crate::completion::{self, ArgValueCompleter, Candidate};
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::metrics::{Series, every};
use crate::output::advice;
use crate::output::chart::{Chart, Limit, Line};

/// Draw the values of a metric
///
/// A line over the time, broken where there are no values, as wide as the terminal; without a UTF-8
/// locale in ASCII. With --threshold that is drawn too, and below is marked when the values breach
/// it. Several metrics, statistics and expressions are several lines, each with its letter.
///
/// Examples:
///   opsctl metric chart Shop Orders --dimension Stage=prod --statistic Sum --since 6h
///   opsctl metric chart Shop Orders --dimension Stage=prod --threshold 100
///   opsctl metric chart Shop Orders --dimension Stage=prod --statistic p50,p99 --svg orders.svg
///
/// Exit codes:
///   0   the chart is drawn, even if there are no values in this time
///   1   the file cannot be written
///   2   an option or the file is wrong
///   3   there is no such metric: which may be meant is told; there is no such file
///   4   no credentials or no region
///   5   denied by a policy
///   7   some series are missing
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   cloudwatch:GetMetricData  the values
///   cloudwatch:ListMetrics    where there are none, to say which metric may be meant
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(complete::of_verb("chart")), mut_args(drawn))]
pub struct ChartMetricArgs {
    #[command(flatten)]
    select: SelectArgs,

    /// A value to hold the first line against
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, value_parser = threshold, help_heading = "Target")]
    threshold: Option<f64>,

    /// When a value breaches the threshold
    #[arg(long, value_name = "OP", default_value = "GreaterThanThreshold", value_parser = comparison,
        help_heading = "Target", add = comparisons())]
    comparison: ComparisonOperator,

    /// Write the chart to this file, as an SVG document; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    svg: Option<PathBuf>,
}

/// A drawing is no list. One of these is there, or nothing is drawn.
fn drawn(arg: Arg) -> Arg {
    match arg.get_id().as_str() {
        "namespace" | "expressions" | "file" => arg.conflicts_with_all(["output", "query"]),
        _ => arg,
    }
}

/// More is seen by nobody.
const MOST: i64 = 720;
/// As many letters as there are.
const LINES: usize = 26;

fn threshold(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().map_err(|_| "it is no number".to_owned())?;
    if number.is_finite() { Ok(number) } else { Err("it must be a finite number".to_owned()) }
}

/// One that compares with a threshold.
fn comparison(text: &str) -> Result<ComparisonOperator, String> {
    let found = plain().find(|operator| operator.name().eq_ignore_ascii_case(text));
    found.ok_or_else(|| {
        let names: Vec<&str> = plain().map(ComparisonOperator::name).collect();
        format!("the operators are {}{}", names.join(", "), advice(text, names.iter().copied()))
    })
}

fn comparisons() -> ArgValueCompleter {
    completion::fixed(|| plain().map(|operator| Candidate::new(operator.name())).collect())
}

fn plain() -> impl Iterator<Item = ComparisonOperator> {
    ComparisonOperator::ALL.into_iter().filter(|operator| !operator.needs_band())
}

pub async fn run(args: &ChartMetricArgs, ctx: &Context) -> Result<Outcome> {
    let selection = args.select.prepare(MOST, ctx).await?;
    let values = fetch(&selection, ctx).await?;
    if values.series.len() > LINES {
        let message = format!("a chart of {} lines is nothing that can be read", values.series.len());
        return Err(Error::usage(message).hint("opsctl metric get lists them").into());
    }
    let line = |series: &Series| Line {
        name: selection.name(series).to_owned(),
        period: selection.period_of(&series.id),
        points: series.points.clone(),
    };
    let lines: Vec<Line> = values.series.iter().map(line).collect();
    let limit = |value| Limit::Threshold { name: format!("{} {value}", args.comparison.words()), value };
    let breaches = args.threshold.and_then(|value| {
        let band = Band { lower: value, upper: value };
        Some(lines.first()?.spans(|_, value| args.comparison.breaches(value, band)))
    });
    let title = match lines.as_slice() {
        [only] => only.name.clone(),
        _ => String::new(),
    };
    let chart = Chart {
        title: [title, every(selection.period)]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        from: selection.window.from,
        to: selection.window.to,
        zone: ctx.out().settings().zone.clone(),
        lines,
        limits: args.threshold.into_iter().map(limit).collect(),
        breaches,
        states: None,
    };
    ctx.out().chart(&chart, args.svg.as_deref())?;
    values.outcome()
}
