//! What an alarm watches: one metric, or the entries of its Metrics.

use super::forbid;
use crate::document::{Fields, Slot};
use crate::evaluation::alarm::words::{LOW_SAMPLES, STATISTICS, UNITS};
use crate::evaluation::data::Statistic;

/// Of metrics that one alarm may name.
const MOST_METRICS: usize = 10;

/// The shape with MetricName. Gives the period when it is right.
pub(super) fn of_one_metric(fields: &Fields<'_, '_>) -> Option<i64> {
    fields.get("MetricName").text(1..=255);
    namespace(&fields.need("Namespace"));
    dimensions(&fields.get("Dimensions"));
    fields.get("Unit").word(UNITS);
    let plain = fields.get("Statistic").word(STATISTICS);
    let extended = extended(&fields.get("ExtendedStatistic"));
    if fields.one_of(&["Statistic", "ExtendedStatistic"]).is_none() {
        fields.fault("has neither Statistic nor ExtendedStatistic");
    }
    let low_samples = fields.get("EvaluateLowSampleCountPercentile");
    low_samples.word(LOW_SAMPLES);
    let is_percentile = matches!(extended, Some(Statistic::Percentile(_)));
    if low_samples.is_given() && (plain.is_some() || extended.is_some()) && !is_percentile {
        low_samples.fault("is of percentile statistics alone, such as p99");
    }
    period(&fields.need("Period"))
}

fn namespace(slot: &Slot<'_, '_>) {
    if slot.text(1..=255).is_some_and(|namespace| namespace.starts_with(':')) {
        slot.fault("may not begin with a colon");
    }
}

fn dimensions(slot: &Slot<'_, '_>) {
    let dimensions = slot.items().unwrap_or_default();
    if dimensions.len() > 30 {
        slot.fault(format!("has {} dimensions; at most 30 are allowed", dimensions.len()));
    }
    let mut names = Vec::new();
    for dimension in &dimensions {
        let Some(fields) = dimension.fields() else { continue };
        let name = fields.need("Name").text(1..=255);
        fields.need("Value").text(1..=1_024);
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            if names.contains(&name) {
                fields.get("Name").fault(format!("`{name}` is there twice"));
            }
            names.push(name);
        }
        fields.finish_open();
    }
}

fn extended(slot: &Slot<'_, '_>) -> Option<Statistic> {
    let is_extended = |text: &str| text.parse().is_ok_and(Statistic::is_extended);
    let statistic = slot.text_where(1..=64, "a statistic such as p99, tm90, IQM or PR(1:10)", is_extended)?;
    statistic.parse().ok()
}

/// 10, 20, 30 or whole minutes.
pub(super) fn period(slot: &Slot<'_, '_>) -> Option<i64> {
    let seconds = slot.integer(1..=i64::MAX)?;
    if matches!(seconds, 10 | 20 | 30) || seconds % 60 == 0 {
        return Some(seconds);
    }
    slot.fault(format!("{seconds} is not 10, 20, 30 or a multiple of 60 seconds"));
    None
}

/// The shape with Metrics. Gives the period when there is one and it is right.
pub(super) fn of_metrics(fields: &Fields<'_, '_>) -> Option<i64> {
    forbid(
        fields,
        &["Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"],
        "may not stand beside Metrics: its entries say it",
    );
    fields.get("EvaluateLowSampleCountPercentile").word(LOW_SAMPLES);
    let slot = fields.get("Metrics");
    let queries = slot.items()?;
    let mut seen = Queries::default();
    queries.iter().for_each(|query| seen.add(query));
    if seen.metrics > MOST_METRICS {
        slot.fault(format!(
            "asks for {} metrics; at most {MOST_METRICS} are allowed in an alarm",
            seen.metrics
        ));
    }
    let threshold_id = fields.get("ThresholdMetricId");
    let expected = if threshold_id.is_given() { 2 } else { 1 };
    if seen.returning != expected {
        let which = match expected {
            1 => "exactly one does",
            _ => "the metric and its band do",
        };
        slot.fault(format!(
            "has {} entries that return data; {which}: set ReturnData to false elsewhere",
            seen.returning
        ));
    }
    if let Some(id) = threshold_id.text(1..=255)
        && !seen.ids.contains(&id)
    {
        threshold_id.fault(format!("`{id}` is no Id in Metrics"));
    }
    seen.period
}

/// What is remembered of the entries before.
#[derive(Default)]
struct Queries {
    ids: Vec<String>,
    metrics: usize,
    returning: usize,
    period: Option<i64>,
}

impl Queries {
    fn add(&mut self, slot: &Slot<'_, '_>) {
        let Some(query) = slot.fields() else { return };
        let id = query.need("Id").text_where(
            1..=255,
            "an Id: a lower-case letter, then letters, digits and _",
            is_id,
        );
        if let Some(id) = id {
            if self.ids.contains(&id) {
                query.get("Id").fault(format!("`{id}` is there twice"));
            }
            self.ids.push(id);
        }
        if query.one_of(&["Expression", "MetricStat"]).is_none() {
            query.fault("has neither Expression nor MetricStat");
        }
        query.get("Expression").text(1..=2_048);
        query.get("Label").text(0..=usize::MAX);
        query.get("AccountId").text(1..=255);
        self.returning += usize::from(query.get("ReturnData").boolean().unwrap_or(true));
        let own_period = query.get("Period");
        if own_period.is_given() {
            self.same_period(&own_period);
        }
        if let Some(stat) = query.get("MetricStat").fields() {
            self.metrics += 1;
            if let Some(metric) = stat.need("Metric").fields() {
                namespace(&metric.need("Namespace"));
                metric.need("MetricName").text(1..=255);
                dimensions(&metric.get("Dimensions"));
                metric.finish_open();
            }
            self.same_period(&stat.need("Period"));
            let is_statistic = |text: &str| text.parse::<Statistic>().is_ok();
            stat.need("Stat").text_where(1..=64, "a statistic such as Average, Sum or p99", is_statistic);
            stat.get("Unit").word(UNITS);
            stat.finish_open();
        }
        query.finish_open();
    }

    fn same_period(&mut self, slot: &Slot<'_, '_>) {
        let Some(seconds) = period(slot) else { return };
        let first = *self.period.get_or_insert(seconds);
        if first != seconds {
            slot.fault(format!(
                "{seconds} is not {first}, the period of the entries before: all have the same"
            ));
        }
    }
}

fn is_id(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
