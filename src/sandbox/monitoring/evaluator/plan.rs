//! What the configuration of a metric alarm comes to: read once, for all steps until it is another.

use crate::sandbox::monitoring::alarms::Alarm;
use crate::sandbox::monitoring::metrics::MetricId;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::alarm::{MetricAlarm, MetricStat, WarmUpConfiguration};
use opsctl_engine::evaluation::data::{Dimension, Statistic};
use opsctl_engine::evaluation::judging::{Criteria, EvaluationRange, NotJudged};
use opsctl_engine::evaluation::math::Program;
use opsctl_engine::evaluation::timing::Timing;
use serde_json::Value;

pub enum Plan {
    Judged(Box<Judged>),
    /// It is in this state, or in the one it has, as the sandbox cannot evaluate it.
    Not {
        state: Option<StateValue>,
        why: String,
    },
}

pub struct Judged {
    pub criteria: Criteria,
    pub timing: Timing,
    pub range: EvaluationRange,
    pub watched: Watched,
    pub statistic: Option<String>,
    pub unit: Option<String>,
    pub warm_up: Option<WarmUpConfiguration>,
}

pub enum Watched {
    Metric(Measured),
    /// With the metrics that expressions use, by their Ids.
    Expression {
        metrics: Vec<(String, Measured)>,
        program: Program,
        id: String,
    },
}

/// A metric under a statistic.
pub struct Measured {
    pub id: MetricId,
    pub statistic: Statistic,
    pub unit: Option<String>,
}

impl Plan {
    pub fn of(alarm: &Alarm) -> Self {
        let configuration = MetricAlarm::read(&Value::Object(alarm.configuration.clone()));
        match configuration.map_err(|error| error.to_string()).and_then(|read| judged(&read)) {
            Ok(judged) => Plan::Judged(Box::new(judged)),
            Err(_) if alarm.configuration.contains_key("EvaluationCriteria") => Plan::Not {
                state: None,
                why: "Not evaluated: this sandbox has no metrics that PromQL could query".to_owned(),
            },
            Err(why) => Plan::Not { state: Some(StateValue::InsufficientData), why },
        }
    }

    /// Seconds between two evaluations.
    pub fn interval(&self) -> i64 {
        match self {
            Plan::Judged(judged) => judged.timing.interval(),
            Plan::Not { .. } => 3600,
        }
    }
}

fn judged(alarm: &MetricAlarm) -> Result<Judged, String> {
    let criteria = Criteria::of_metric(alarm).map_err(|error: NotJudged| error.to_string())?;
    let timing = Timing::of(alarm).map_err(|error| error.to_string())?;
    if alarm.threshold_metric_id.is_some() {
        return Err(
            "Not evaluated: this sandbox has no anomaly detectors, whose band the alarm watches".to_owned()
        );
    }
    Ok(Judged {
        range: alarm.assumed_range(),
        watched: watched(alarm)?,
        statistic: alarm.judged_statistic().map(str::to_owned),
        unit: alarm.unit.clone(),
        warm_up: alarm.warm_up_configuration.clone(),
        criteria,
        timing,
    })
}

fn watched(alarm: &MetricAlarm) -> Result<Watched, String> {
    let Some(judged) = alarm.judged_query() else {
        let stat = alarm.judged_statistic().unwrap_or_default();
        let (namespace, name) = (alarm.namespace.as_deref(), alarm.metric_name.as_deref());
        return measured(namespace, name, &alarm.dimensions, stat, alarm.unit.as_deref())
            .map(Watched::Metric);
    };
    let of_stat = |stat: &MetricStat| {
        let metric = &stat.metric;
        let (namespace, name) = (metric.namespace.as_deref(), metric.metric_name.as_deref());
        measured(
            namespace,
            name,
            &metric.dimensions,
            stat.stat.as_deref().unwrap_or_default(),
            stat.unit.as_deref(),
        )
    };
    if let Some(stat) = &judged.metric_stat {
        return of_stat(stat).map(Watched::Metric);
    }
    let mut metrics = Vec::new();
    for query in &alarm.metrics {
        if let Some(stat) = &query.metric_stat {
            metrics.push((query.id.clone(), of_stat(stat)?));
        }
    }
    let program = alarm.program().map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        format!("Not evaluated: {}", faults.join("; "))
    })?;
    let unsupported =
        program.expressions().find_map(|(_, expression)| expression.unsupported().into_iter().next());
    if let Some(error) = unsupported {
        return Err(format!("Not evaluated: {error}"));
    }
    Ok(Watched::Expression { metrics, program, id: judged.id.clone() })
}

fn measured(
    namespace: Option<&str>,
    name: Option<&str>,
    dimensions: &[Dimension],
    stat: &str,
    unit: Option<&str>,
) -> Result<Measured, String> {
    let mut dimensions: Vec<(String, String)> =
        dimensions.iter().map(|dimension| (dimension.name.clone(), dimension.value.clone())).collect();
    dimensions.sort();
    Ok(Measured {
        id: MetricId {
            namespace: namespace.unwrap_or_default().to_owned(),
            name: name.unwrap_or_default().to_owned(),
            dimensions,
        },
        statistic: stat.parse::<Statistic>().map_err(|error| format!("Not evaluated: {error}"))?,
        unit: unit.map(str::to_owned),
    })
}
