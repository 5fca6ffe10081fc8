//! `opsctl metric put`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde_json::{Value, json};

use super::complete;
use super::records::{self, Described};
use crate::aws::Aws;
use crate::change::{self, Changes, Plan, Step, Weight, Words};
use crate::cli::{ChangeArgs, Moment};
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::input::files;
use crate::metrics::{Datum, Dimension, Metrics, batches_of};
use crate::signals::Signals;

/// Put values into metrics
///
/// One value from the line, or many from a --file: csv with a header, or a JSON object a line. Its
/// fields are namespace, metric, value, time, unit, resolution and dimensions; in csv dimensions are
/// written NAME=VALUE;NAME=VALUE. What is given on the line stands for what a record lacks.
/// Everything that is wrong in a file is told with its line, and then nothing is sent. Values go in
/// batches of 1,000.
///
/// Examples:
///   opsctl metric put Shop Orders 3 --dimension Stage=prod --unit Count
///   opsctl metric put Shop Temperature -4.5 --time 10m
///   opsctl metric put Shop --file orders.csv
///   opsctl metric put --file orders.ndjson --dry-run -o json
///
/// Exit codes:
///   0    the values are put; with --dry-run, the plan is printed
///   2    an option, a value or the file is wrong: each fault is told with its line
///   3    there is no such file
///   4    no credentials or no region
///   5    denied by a policy
///   7    some batches are put, others are not
///   75   AWS cannot be reached, or is busy
///   130  interrupted
///
/// IAM:
///   cloudwatch:PutMetricData  each batch
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(complete::of_verb("put")))]
pub struct PutMetricArgs {
    /// The namespace; one of your own does not begin with AWS/
    #[arg(value_name = "NAMESPACE", required_unless_present = "file", help_heading = "Target", add = complete::namespaces())]
    namespace: Option<String>,

    /// The name of the metric
    #[arg(value_name = "METRIC", required_unless_present = "file", help_heading = "Target")]
    metric: Option<String>,

    /// The value
    #[arg(
        value_name = "VALUE",
        required_unless_present = "file",
        allow_negative_numbers = true,
        help_heading = "Change"
    )]
    value: Option<f64>,

    /// A dimension of the metric; may be repeated
    #[arg(long = "dimension", value_name = "NAME=VALUE", help_heading = "Target")]
    dimensions: Vec<Dimension>,

    /// When it was measured; if not given, now
    #[arg(long, value_name = "TIME", help_heading = "Change")]
    time: Option<Moment>,

    /// What it is measured in, such as Seconds, Bytes, Percent or Count
    #[arg(long, value_name = "UNIT", value_parser = records::unit, help_heading = "Change", add = records::units())]
    unit: Option<String>,

    /// The seconds between two values that are kept apart: 1 or 60
    #[arg(long, value_name = "SECONDS", value_parser = records::resolution, help_heading = "Change")]
    resolution: Option<u32>,

    /// Many values: csv, or a JSON object a line; - is stdin
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "value",
        help_heading = "Change")]
    file: Option<PathBuf>,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "put", done: "put", one: "batch of values", many: "batches of values" };

pub async fn run(args: &PutMetricArgs, ctx: &Context) -> Result<Outcome> {
    let mut signals = Signals::listen()?;
    let data = signals.race(args.data(ctx)).await?;
    let values: Vec<Datum> = data.iter().map(|(_, datum)| datum.clone()).collect();
    let aws = signals.race(ctx.aws()).await?;
    let batches = batches_of(&values);
    let name = |batch: &std::ops::Range<usize>| {
        let line = |at: usize| data.get(at).map_or(0, |(line, _)| *line);
        match (line(batch.start), line(batch.end.saturating_sub(1))) {
            (0, _) => "the value".to_owned(),
            (first, last) if first == last => format!("line {first}"),
            (first, last) => format!("lines {first} to {last}"),
        }
    };
    let names: Vec<String> = batches.iter().map(name).collect();
    let plan = plan(&values, &batches, &names, args.change.dry_run, aws);
    let count = if values.len() == 1 { "1 value".to_owned() } else { format!("{} values", values.len()) };
    if args.change.dry_run {
        plan.print(ctx.out())?;
        ctx.reporter().status(format_args!("dry run: {count} would be put"));
        return Ok(Outcome::Done);
    }
    let metrics = Metrics::of(aws);
    let applied = change::apply(&plan, ctx, &mut signals, async |step| {
        let at = names.iter().position(|name| *name == step.description);
        let batch = at.and_then(|at| batches.get(at)).cloned().unwrap_or_default();
        metrics.put(&step.resource, values.get(batch).unwrap_or_default(), &step.description).await
    })
    .await;
    let left: Vec<&str> = (0..names.len())
        .filter(|number| !applied.done.contains(number))
        .filter_map(|number| names.get(number).map(String::as_str))
        .collect();
    applied.result(&plan, &format!("left to be put: {}", left.join(", ")))?;
    ctx.reporter().status(format_args!("{count} put"));
    Ok(Outcome::Done)
}

impl PutMetricArgs {
    pub fn changes(&self) -> Changes {
        Changes::Unasked.unless(self.change.dry_run)
    }

    /// The values with the lines they are from; 0 for the command line's own.
    async fn data(&self, ctx: &Context) -> Result<Vec<(usize, Datum)>> {
        let now = ctx.now();
        let dimensions = Dimension::all(&self.dimensions)
            .map_err(|name| Error::usage(format!("--dimension {name} is given twice")))?;
        let defaults = Described {
            namespace: self.namespace.clone().unwrap_or_default(),
            metric: self.metric.clone().unwrap_or_default(),
            dimensions,
            time: ctx.moment("--time", self.time)?,
            unit: self.unit.clone(),
            resolution: self.resolution,
        };
        match (&self.file, self.value) {
            (Some(path), _) => {
                let text = files::text(path, "the values").await?;
                let file = files::named(path);
                let read = records::read(&file, &text, &defaults, now);
                Ok(read.map_err(|(count, mistakes)| {
                    let message = match count {
                        1 => format!("{file} has 1 fault, and nothing is put"),
                        count => format!("{file} has {count} faults, and nothing is put"),
                    };
                    files::mistaken(message, mistakes)
                })?)
            }
            (None, value) => {
                let datum = defaults.datum(value.unwrap_or_default());
                let faults = datum.faults(now);
                match faults.is_empty() {
                    true => Ok(vec![(0, datum)]),
                    false => Err(Error::usage("the value cannot be put").because_of(faults).into()),
                }
            }
        }
    }
}

/// What is sent is only spelt out where it is printed.
fn plan(
    values: &[Datum],
    batches: &[std::ops::Range<usize>],
    names: &[String],
    is_printed: bool,
    aws: &Aws,
) -> Plan {
    let step = |(batch, name): (&std::ops::Range<usize>, &String)| {
        let values = values.get(batch.clone()).unwrap_or_default();
        let namespace = values.first().map_or("", |datum| &datum.namespace);
        let parameters = match is_printed {
            true => {
                json!({ "Namespace": namespace, "MetricData": values.iter().map(|it| &it.datum).collect::<Vec<_>>() })
            }
            false => Value::Null,
        };
        Step {
            action: "cloudwatch:PutMetricData",
            resource: namespace.to_owned(),
            description: name.clone(),
            parameters,
        }
    };
    Plan {
        words: WORDS,
        weight: Weight::Ordinary,
        account: None,
        region: aws.region().value.clone(),
        steps: batches.iter().zip(names).map(step).collect(),
    }
}
