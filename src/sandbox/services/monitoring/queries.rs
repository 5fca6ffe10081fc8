//! What a request asks of metrics: single ones, and expressions on them, in slots of one length from a common start.

use super::errors::{invalid, missing};
use super::wire::Dimension;
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::metrics::MetricId;
use crate::sandbox::services::ServiceError;
use jiff::Timestamp;
use opsctl_engine::evaluation::data::{Statistic, is_kept, rounded_start, series};
use opsctl_engine::evaluation::math::{Frame, Inputs, Program};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Slots of all series of a request.
const MOST_SLOTS: usize = 8_000_000;
/// Of expressions that use no metric.
const PERIOD: u32 = 300;

/// Starts of periods and their values, oldest first.
pub type Points = Vec<(i64, f64)>;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GivenQuery {
    pub id: Option<String>,
    pub metric_stat: Option<GivenStat>,
    pub expression: Option<String>,
    pub label: Option<String>,
    pub return_data: Option<bool>,
    pub period: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GivenStat {
    metric: Option<GivenMetric>,
    period: Option<i64>,
    stat: Option<String>,
    unit: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GivenMetric {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

/// A metric under a statistic.
#[derive(Debug, Clone)]
pub struct Query {
    pub id: MetricId,
    pub period: u32,
    pub stat: Statistic,
    pub unit: Option<String>,
}

/// When, and what time it is.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    pub from: Timestamp,
    pub to: Timestamp,
    pub now: Timestamp,
}

/// A series that is answered; an expression may have several.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it is of, where the service names it so.
    pub label: Option<String>,
    pub points: Points,
}

pub fn dimensions(given: &[Dimension]) -> Vec<(String, String)> {
    let mut dimensions: Vec<(String, String)> = given
        .iter()
        .map(|dimension| {
            (dimension.name.clone().unwrap_or_default(), dimension.value.clone().unwrap_or_default())
        })
        .collect();
    dimensions.sort();
    dimensions
}

pub fn period(seconds: i64) -> Result<u32, ServiceError> {
    let fits = seconds > 0 && (seconds % 60 == 0 || [1, 5, 10, 20, 30].contains(&seconds));
    let period = if fits { u32::try_from(seconds).ok() } else { None };
    period
        .ok_or_else(|| invalid(format!("The period {seconds} must be 1, 5, 10, 20, 30 or a multiple of 60.")))
}

impl GivenStat {
    pub fn query(&self) -> Result<Query, ServiceError> {
        let metric = self.metric.as_ref().ok_or_else(|| missing("MetricStat.Metric"))?;
        let stat = self.stat.as_deref().ok_or_else(|| missing("MetricStat.Stat"))?;
        Ok(Query {
            id: MetricId {
                namespace: metric.namespace.clone().ok_or_else(|| missing("MetricStat.Metric.Namespace"))?,
                name: metric.metric_name.clone().ok_or_else(|| missing("MetricStat.Metric.MetricName"))?,
                dimensions: dimensions(&metric.dimensions),
            },
            period: period(self.period.ok_or_else(|| missing("MetricStat.Period"))?)?,
            stat: stat.parse::<Statistic>().map_err(|error| invalid(format!("{error}")))?,
            unit: self.unit.clone(),
        })
    }
}

impl Range {
    /// The slots of a period: from where the service begins, to the end.
    pub fn frame(self, period: u32) -> Result<Frame, ServiceError> {
        let start = rounded_start(self.from, period, self.now);
        let seconds = self.to.as_second().saturating_sub(start.as_second()).max(0);
        let length =
            usize::try_from(seconds.unsigned_abs().div_ceil(u64::from(period.max(1)))).unwrap_or(usize::MAX);
        if length > MOST_SLOTS {
            return Err(invalid(
                "This sandbox answers no more periods at once: ask for longer ones, or for less time.",
            ));
        }
        Ok(Frame { start, period, length })
    }
}

/// The values of a metric in the slots of a frame; what is too old for the period is not there any more.
pub fn values(account: &Account, query: &Query, frame: Frame, range: Range) -> Vec<Option<f64>> {
    let from = frame.start.as_second();
    let samples =
        account.monitoring.metrics.samples(&query.id, query.unit.as_deref(), from, range.to.as_second());
    let now = range.now.as_second();
    let kept = samples.iter().filter(|sample| is_kept(now.saturating_sub(sample.at), frame.period));
    series(kept, frame, query.stat)
}

pub fn points(frame: Frame, values: &[Option<f64>]) -> Points {
    let start = frame.start.as_second();
    let at = |slot: usize| {
        start.saturating_add(i64::try_from(slot).unwrap_or(i64::MAX).saturating_mul(frame.period.into()))
    };
    values.iter().enumerate().filter_map(|(slot, value)| Some((at(slot), (*value)?))).collect()
}

/// All that a request asks for: its metrics and its expressions, read.
pub struct Asked {
    pub queries: Vec<GivenQuery>,
    pub metrics: BTreeMap<String, Query>,
    program: Program,
    /// The period of each expression: the longest of the metrics that it uses.
    periods: BTreeMap<String, u32>,
}

impl Asked {
    pub fn read(queries: Vec<GivenQuery>, range: Range) -> Result<Self, ServiceError> {
        let mut metrics = BTreeMap::new();
        let mut ids = Vec::new();
        let mut expressions = Vec::new();
        let mut slots = 0_usize;
        for query in &queries {
            let id = query.id.as_deref().ok_or_else(|| missing("MetricDataQueries.member.Id"))?;
            match (&query.metric_stat, &query.expression) {
                (Some(stat), None) => {
                    let stat = stat.query()?;
                    slots = slots.saturating_add(range.frame(stat.period)?.length);
                    metrics.insert(id.to_owned(), stat);
                    ids.push(id);
                }
                (None, Some(expression)) => expressions.push((id, expression.as_str())),
                _ => {
                    return Err(invalid(format!(
                        "The query {id} must have MetricStat or Expression, and not both."
                    )));
                }
            }
        }
        if slots > MOST_SLOTS {
            return Err(invalid(
                "This sandbox answers no more periods at once: ask for fewer metrics, or for less time.",
            ));
        }
        let program = Program::new(&ids, &expressions).map_err(|faults| {
            let faults: Vec<String> = faults
                .iter()
                .map(|fault| format!("Error in expression '{}': {}", fault.id, fault.error))
                .collect();
            invalid(faults.join("; "))
        })?;
        let given: BTreeMap<&str, i64> =
            queries.iter().filter_map(|query| Some((query.id.as_deref()?, query.period?))).collect();
        let mut periods: BTreeMap<String, u32> = BTreeMap::new();
        for (id, expression) in program.expressions() {
            if let Some(error) = expression.unsupported().into_iter().next() {
                return Err(invalid(format!("Error in expression '{id}': {error}")));
            }
            let of_id =
                |id: &str| metrics.get(id).map(|query| query.period).or_else(|| periods.get(id).copied());
            let mut longest = expression.ids().into_iter().filter_map(of_id).max();
            if expression.text().contains("METRICS") {
                longest = longest.max(metrics.values().map(|query| query.period).max());
            }
            let given = given.get(id).map(|seconds| period(*seconds)).transpose()?;
            periods.insert(id.to_owned(), longest.or(given).unwrap_or(PERIOD));
        }
        Ok(Asked { queries, metrics, program, periods })
    }

    /// What all expressions come to.
    pub fn expressions(
        &self,
        account: &Account,
        range: Range,
    ) -> Result<BTreeMap<String, Vec<Found>>, ServiceError> {
        let mut found = BTreeMap::new();
        for period in self.periods.values().copied().collect::<BTreeSet<u32>>() {
            let frame = range.frame(period)?;
            let mut inputs = Inputs::new(frame);
            // In the order of the request, which some functions go by.
            for id in self.queries.iter().filter_map(|query| query.id.as_deref()) {
                if let Some(query) = self.metrics.get(id) {
                    inputs.metric(id, values(account, query, frame, range));
                }
            }
            for (id, result) in self.program.run(&mut inputs) {
                if self.periods.get(id) != Some(&period) {
                    continue;
                }
                let value =
                    result.map_err(|error| invalid(format!("Error in expression '{id}': {error}")))?;
                let is_one = value.series().len() == 1;
                let series = value.series().iter().map(|series| Found {
                    label: (!is_one).then(|| series.label.clone().into_owned()),
                    points: points(frame, &series.values),
                });
                found.insert(id.to_owned(), series.collect());
            }
        }
        Ok(found)
    }
}
