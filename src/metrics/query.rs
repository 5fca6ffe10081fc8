//! Queries of metric data, in the engine's words and in the SDK's.

use aws_sdk_cloudwatch::types;
use opsctl_engine::evaluation::alarm;
use opsctl_engine::evaluation::alarm::{MetricDataQuery, MetricStat};
use opsctl_engine::evaluation::data;

use super::Metric;

/// A metric under a statistic, by periods of so many seconds.
pub fn stat(id: String, metric: &Metric, statistic: &str, period: i64) -> MetricDataQuery {
    let metric = alarm::Metric {
        namespace: Some(metric.namespace.clone()),
        metric_name: Some(metric.metric_name.clone()),
        dimensions: metric
            .dimensions
            .iter()
            .map(|(name, value)| data::Dimension { name: name.clone(), value: value.clone() })
            .collect(),
    };
    let stat = MetricStat { metric, period: Some(period), stat: Some(statistic.to_owned()), unit: None };
    MetricDataQuery { id, metric_stat: Some(stat), ..MetricDataQuery::default() }
}

impl From<&alarm::Metric> for Metric {
    fn from(it: &alarm::Metric) -> Self {
        Metric {
            namespace: it.namespace.clone().unwrap_or_default(),
            metric_name: it.metric_name.clone().unwrap_or_default(),
            dimensions: it.dimensions.iter().map(|it| (it.name.clone(), it.value.clone())).collect(),
        }
    }
}

pub fn to_sdk(query: &MetricDataQuery) -> types::MetricDataQuery {
    // No period is longer than a number of the call holds.
    let seconds = |period: Option<i64>| period.map(|period| i32::try_from(period).unwrap_or(i32::MAX));
    let stat = query.metric_stat.as_ref().map(|stat| {
        types::MetricStat::builder()
            .metric(types::Metric::from(&Metric::from(&stat.metric)))
            .set_period(seconds(stat.period))
            .set_stat(stat.stat.clone())
            .set_unit(stat.unit.as_deref().map(types::StandardUnit::from))
            .build()
    });
    types::MetricDataQuery::builder()
        .id(&query.id)
        .set_metric_stat(stat)
        .set_expression(query.expression.clone())
        .set_label(query.label.clone())
        .set_return_data(query.return_data)
        .set_period(seconds(query.period))
        .set_account_id(query.account_id.clone())
        .build()
}
