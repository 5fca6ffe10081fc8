//! `opsctl metric list`.

use clap::Args;

use super::{complete, view};
use crate::cli::ListArgs;
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};
use crate::metrics::{Filter, Metric, Metrics, in_a_line};

/// List metrics
///
/// Those that were published in the last two weeks, with their dimensions. The service takes whole
/// names; it lists a new metric within 15 minutes.
///
/// Examples:
///   opsctl metric list
///   opsctl metric list AWS/States
///   opsctl metric list AWS/SQS ApproximateAgeOfOldestMessage --dimension QueueName=orders
///   opsctl metric list --recent --query 'items[].namespace' -o text
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   an option, a column or a query is wrong
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   cloudwatch:ListMetrics  the list
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::METRICS)))]
pub struct ListMetricsArgs {
    /// Only of this namespace
    #[arg(value_name = "NAMESPACE", help_heading = "Target", add = complete::namespaces())]
    namespace: Option<String>,

    /// Only of this name
    #[arg(value_name = "METRIC", help_heading = "Target", add = complete::names("list"))]
    metric: Option<String>,

    /// Only with this dimension, of this value if one is given; may be repeated
    #[arg(long = "dimension", value_name = "NAME[=VALUE]", help_heading = "Target", add = complete::dimensions("list"))]
    dimensions: Vec<String>,

    /// Only what was published in the last three hours
    #[arg(long, help_heading = "Target")]
    recent: bool,

    #[command(flatten)]
    list: ListArgs,
}

pub async fn run(args: &ListMetricsArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("metric", view::METRICS)?;
    let metrics = Metrics::of(ctx.aws().await?);
    let mut count = 0;
    metrics
        .list(&args.filter(), &mut |page| {
            count += page.len();
            Ok(writer.extend(page)?.is_continue())
        })
        .await?;
    writer.finish()?;
    if count == 0
        && let Some(metric) = args.whole()
        && let Some(why) = metrics.missing(&metric).await?
    {
        ctx.reporter().warn(in_a_line(why));
    }
    Ok(Outcome::Done)
}

impl ListMetricsArgs {
    fn filter(&self) -> Filter {
        let dimension = |text: &String| match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text.clone(), None),
        };
        Filter {
            namespace: self.namespace.clone(),
            metric_name: self.metric.clone(),
            dimensions: self.dimensions.iter().map(dimension).collect(),
            is_recent: self.recent,
        }
    }

    /// The metric, where nothing of it is left open.
    fn whole(&self) -> Option<Metric> {
        let pairs = self.filter().dimensions.into_iter().map(|(name, value)| Some((name, value?)));
        Some(Metric {
            namespace: self.namespace.clone()?,
            metric_name: self.metric.clone().unwrap_or_default(),
            dimensions: pairs.collect::<Option<_>>()?,
        })
    }
}
