//! `opsctl metric get`.

use clap::Args;
use jiff::Timestamp;

use super::fetching::fetch;
use super::model::Datapoint;
use super::select::SelectArgs;
use super::{complete, view};
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::output::OutputSettings;

/// Get the values of a metric
///
/// Each with the time its period begins, the oldest first. Of old data the service keeps longer
/// periods alone: of 15 days 5 minutes, of 63 days an hour; it is said where that is longer than the
/// period that is asked for. With --expression the values are those of metric math: m1, m2 ... are
/// the statistics of the metric, others come by --with. Queries that are too many for one call go in
/// several.
///
/// Examples:
///   opsctl metric get Shop Orders --dimension Stage=prod --statistic Sum,Maximum
///   opsctl metric get Shop Orders --dimension Stage=prod --since 7d --period 1h -o csv
///   opsctl metric get Shop Errors --dimension Stage=prod --statistic Sum \
///     --with 'm2=Shop Orders Stage=prod' --expression '100 * m1 / m2'
///   opsctl metric get --file queries.json -o ndjson
///
/// Exit codes:
///   0   the values are complete, even if there are none in this time
///   2   an option, a column, a query or the file is wrong
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
#[command(
    verbatim_doc_comment,
    mut_args(completion::columns(view::DATAPOINTS)),
    mut_args(complete::of_verb("get"))
)]
pub struct GetMetricArgs {
    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    list: ListArgs,
}

/// Values that are read as a list.
const MOST: i64 = 1440;

pub async fn run(args: &GetMetricArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    // How long ago each was, many have in common.
    let out = out.with(OutputSettings { absolute: true, ..out.settings().clone() });
    let mut writer = out.stream("metric.datapoint", view::DATAPOINTS)?;
    let selection = args.select.prepare(MOST, ctx).await?;
    let values = fetch(&selection, ctx).await?;
    for series in &values.series {
        let datapoint = |(at, value): &(i64, f64)| {
            Some(Datapoint {
                id: series.id.clone(),
                label: selection.name(series).to_owned(),
                timestamp: Timestamp::from_second(*at).ok()?,
                value: *value,
            })
        };
        if writer.extend(series.points.iter().filter_map(datapoint))?.is_break() {
            break;
        }
    }
    for failure in values.failures(ctx) {
        writer.failed(failure);
    }
    writer.finish()?;
    values.outcome()
}
