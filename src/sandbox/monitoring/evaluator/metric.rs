//! Metric alarms: what the engine finds of one at a moment, and what becomes of that.

use super::plan::{Plan, Watched};
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::alarms::Alarm;
use crate::sandbox::monitoring::{Found, transition};
use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::judging::{Datapoint, evaluate as judge};
use opsctl_engine::evaluation::math::{Frame, Inputs};
use opsctl_engine::evaluation::reason::{MetricReasonData, Reason};
use opsctl_engine::evaluation::timing::Stretch;
use opsctl_engine::evaluation::warm_up::WarmUp;

const ERROR: &str = "EVALUATION_ERROR";
const IN_WARM_UP: &str = "IN_WARM_UP";

pub fn evaluate(account: &Account, alarm: &Alarm, now: Timestamp) {
    let plan = account.monitoring.evaluator.plan(alarm);
    let Some(found) = find(account, alarm, &plan, now) else { return };
    let state = &alarm.state;
    // A state that stays keeps its reason.
    let is_same = state.value == found.value && state.evaluation == found.evaluation;
    if !is_same || alarm.is_unchecked() {
        transition::set(account, &alarm.name, found, now);
    }
}

/// `None`: it is kept as it is.
fn find(account: &Account, alarm: &Alarm, plan: &Plan, now: Timestamp) -> Option<Found> {
    let Plan::Judged(judged) = plan else {
        let Plan::Not { state, why } = plan else { return None };
        return Some(error(state.unwrap_or(alarm.state.value), why));
    };
    let slots = judged.timing.slots(now, judged.range.len());
    let datapoints = match datapoints(account, &judged.watched, &slots, judged.timing.period()) {
        Ok(datapoints) => datapoints,
        Err(why) => return Some(error(StateValue::InsufficientData, &why)),
    };
    if let Some(configuration) = &judged.warm_up
        && !alarm.memory.is_warm
    {
        let n = judged.criteria.evaluation_periods;
        let newest = datapoints.iter().rev().take(n);
        let has_all = datapoints.len() >= n && newest.clone().all(Option::is_some);
        if WarmUp::new(alarm.created).lasts(configuration, now, has_all) {
            return Some(Found {
                value: StateValue::InsufficientData,
                reason: format!("Unchecked: the warm-up of {} goes on", alarm.name),
                reason_data: None,
                evaluation: Some(IN_WARM_UP.to_owned()),
            });
        }
        account.monitoring.alarms.change(&alarm.name, |alarm| alarm.memory.is_warm = true);
    }
    let evaluation = judge(&judged.criteria, &datapoints, judged.range, alarm.state.value);
    let Some(reason) = Reason::of(&judged.criteria, &evaluation, &slots) else {
        // Kept, but no longer in whatever kept it from being evaluated.
        return (alarm.state.evaluation.is_some() || alarm.is_unchecked()).then(|| Found {
            value: alarm.state.value,
            reason: alarm.state.reason.clone(),
            reason_data: alarm.state.reason_data.clone(),
            evaluation: None,
        });
    };
    let data = MetricReasonData {
        statistic: judged.statistic.clone(),
        unit: judged.unit.clone(),
        period: Some(judged.timing.period()),
        ..MetricReasonData::of(&judged.criteria, &evaluation, &slots, now)
    };
    Some(Found {
        value: evaluation.state,
        reason: cut(reason.to_string(), 1023),
        reason_data: Some(data.to_value().to_string()),
        evaluation: None,
    })
}

fn error(value: StateValue, why: &str) -> Found {
    Found { value, reason: cut(why.to_owned(), 1023), reason_data: None, evaluation: Some(ERROR.to_owned()) }
}

fn cut(text: String, most: usize) -> String {
    if text.chars().count() > most { text.chars().take(most).collect() } else { text }
}

/// What an alarm watches, in its slots; an error is in the words of the engine.
fn datapoints(
    account: &Account,
    watched: &Watched,
    slots: &[Stretch],
    period: i64,
) -> Result<Vec<Option<Datapoint>>, String> {
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return Ok(Vec::new()) };
    let (from, to) = (first.start.as_second(), last.end.as_second());
    let of_metric = |metric: &super::plan::Measured| -> Vec<Option<Datapoint>> {
        let samples = account.monitoring.metrics.samples(&metric.id, metric.unit.as_deref(), from, to);
        let mut samples = samples.iter().peekable();
        let mut points = Vec::with_capacity(slots.len());
        for slot in slots {
            let mut added: Option<opsctl_engine::evaluation::data::Period> = None;
            while let Some(sample) = samples.next_if(|sample| sample.at < slot.end.as_second()) {
                added.get_or_insert_default().add(&sample.published);
            }
            let point = added.and_then(|added| {
                let value = added.statistic(metric.statistic)?;
                Some(Datapoint { value, samples: Some(added.sample_count()), band: None })
            });
            points.push(point);
        }
        points
    };
    match watched {
        Watched::Metric(metric) => Ok(of_metric(metric)),
        Watched::Expression { metrics, program, id } => {
            let frame = Frame {
                start: first.start,
                period: u32::try_from(period).unwrap_or(u32::MAX),
                length: slots.len(),
            };
            let mut inputs = Inputs::new(frame);
            for (id, metric) in metrics {
                let values: Vec<Option<f64>> =
                    of_metric(metric).into_iter().map(|point| point.map(|point| point.value)).collect();
                inputs.metric(id, values);
            }
            let mut results = program.run(&mut inputs);
            let result = results.remove(id.as_str()).ok_or_else(|| format!("there is no result of {id}"))?;
            let value =
                result.map_err(|error| format!("The expression {id} cannot be evaluated: {error}"))?;
            match value.series() {
                [series] => Ok(series.values.iter().map(|value| value.map(Datapoint::from)).collect()),
                series => {
                    Err(format!("The expression {id} has {} series, and an alarm watches one", series.len()))
                }
            }
        }
    }
}
