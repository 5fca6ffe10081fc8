//! What a metric alarm watches: its configuration, the queries that give its values, and both in words. For every verb
//! that draws or judges values.

use opsctl_engine::evaluation::alarm::{MetricAlarm, MetricDataQuery};
use opsctl_engine::evaluation::judging::Criteria;
use serde_json::Value;

use super::model::{Alarm, AlarmType};
use crate::error::{Error, Result};
use crate::metrics::{self, Metric, Metrics, in_a_line};

/// The configuration of an alarm that looks at a metric.
pub fn configuration(alarm: &Alarm) -> Result<MetricAlarm, Error> {
    let name = alarm.name();
    let refused = |what: &str| Error::usage(format!("{name} is {what}: it has no values of a metric"));
    let config = match alarm.alarm_type {
        AlarmType::Composite => {
            return Err(refused("a composite alarm").hint(format!("opsctl alarm tree {name}")));
        }
        AlarmType::Log => return Err(refused("a log alarm").hint(format!("opsctl alarm history {name}"))),
        AlarmType::Metric => MetricAlarm::read(&Value::Object(alarm.document.clone())),
    };
    let config = config.map_err(|error| Error::failed(format!("{name} is not understood")).because(error))?;
    if config.evaluation_criteria.is_some() {
        return Err(refused("an alarm on PromQL").hint(format!("opsctl alarm history {name}")));
    }
    Ok(config)
}

/// What GetMetricData is asked for: the alarm's own queries, or the one that its metric is.
pub fn queries(alarm: &MetricAlarm, period: i64) -> Vec<MetricDataQuery> {
    if alarm.metrics.is_empty() {
        let metric = Metric {
            namespace: alarm.namespace.clone().unwrap_or_default(),
            metric_name: alarm.metric_name.clone().unwrap_or_default(),
            dimensions: alarm.dimensions.iter().map(|it| (it.name.clone(), it.value.clone())).collect(),
        };
        let mut query =
            metrics::stat("m1".to_owned(), &metric, alarm.judged_statistic().unwrap_or("Average"), period);
        if let Some(stat) = &mut query.metric_stat {
            stat.unit = alarm.unit.clone();
        }
        return vec![query];
    }
    let mut queries = alarm.metrics.clone();
    for query in &mut queries {
        if let Some(stat) = &mut query.metric_stat {
            stat.period = Some(period);
        } else if query.period.is_some() {
            query.period = Some(period);
        }
    }
    queries
}

/// `AWS/SQS Age QueueName=orders Maximum`, or the expression.
pub fn looked_at(alarm: &MetricAlarm) -> String {
    let statistic = alarm.judged_statistic().unwrap_or_default();
    match alarm.judged_query() {
        None => match queries(alarm, 60).first().and_then(|query| query.metric_stat.as_ref()) {
            Some(stat) => format!("{} {statistic}", Metric::from(&stat.metric)),
            None => String::new(),
        },
        Some(MetricDataQuery { expression: Some(expression), .. }) => expression.clone(),
        Some(query) => query
            .metric_stat
            .as_ref()
            .map(|stat| format!("{} {statistic}", Metric::from(&stat.metric)))
            .unwrap_or_default(),
    }
}

/// `greater than 80 in 2 of 3 periods`
pub fn rule(alarm: &MetricAlarm) -> String {
    let Ok(criteria) = Criteria::of_metric(alarm) else { return "threshold".to_owned() };
    let limit = criteria.threshold.map_or("the band".to_owned(), |threshold| threshold.to_string());
    let (m, n) = (criteria.datapoints_to_alarm, criteria.evaluation_periods);
    let periods = if n == 1 { "period" } else { "periods" };
    format!("{} {limit} in {m} of {n} {periods}", criteria.operator.words())
}

/// Why the metrics of queries have no values, where nobody publishes them: the usual reason for none.
pub async fn unpublished(queries: &[MetricDataQuery], metrics: &Metrics) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for metric in queries.iter().filter_map(|query| query.metric_stat.as_ref()) {
        if let Some(why) = metrics.missing(&Metric::from(&metric.metric)).await? {
            told.push(in_a_line(why));
        }
    }
    Ok(told)
}
