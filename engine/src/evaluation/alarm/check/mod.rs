//! The rules of PutMetricAlarm, PutCompositeAlarm and PutLogAlarm, held against a document. Every fault is found in one
//! run, with the field and what would be right. What Metrics expressions say is looked at by itself: a service newer than
//! this engine may know more of them. Action ARNs are looked at elsewhere.

mod composite;
mod expressions;
mod judged;
mod log;
mod watched;

use serde_json::Value;

use crate::document::{Fault, Fields, Reader, Slot};
use composite::composite;
pub use expressions::{ExpressionFault, check_expressions};
use judged::judged;
use log::log;
use watched::{of_metrics, of_one_metric, period};

/// In each of the three lists.
const MOST_ACTIONS: usize = 5;
const MOST_BYTES: usize = 120 * 1024;
/// What DescribeAlarms adds: no fault in a document that was read from it.
const ANSWERED: &[&str] = &[
    "AlarmArn",
    "AlarmConfigurationUpdatedTimestamp",
    "StateValue",
    "StateReason",
    "StateReasonData",
    "StateUpdatedTimestamp",
    "StateTransitionedTimestamp",
    "EvaluationState",
];

/// Every fault of what PutMetricAlarm is to take.
pub fn check_metric(document: &Value) -> Vec<Fault> {
    let reader = Reader::timeless();
    if let Some(fields) = reader.root(document).fields() {
        if document.to_string().len() > MOST_BYTES {
            fields.fault("is larger than 120 KB");
        }
        metric(fields);
    }
    reader.into_faults()
}

/// Every fault of what PutCompositeAlarm is to take.
pub fn check_composite(document: &Value) -> Vec<Fault> {
    let reader = Reader::timeless();
    if let Some(fields) = reader.root(document).fields() {
        composite(fields);
    }
    reader.into_faults()
}

/// Every fault of what PutLogAlarm is to take.
pub fn check_log(document: &Value) -> Vec<Fault> {
    let reader = Reader::timeless();
    if let Some(fields) = reader.root(document).fields() {
        log(fields);
    }
    reader.into_faults()
}

fn metric(fields: Fields<'_, '_>) {
    common(&fields);
    let shape = fields.one_of(&["MetricName", "Metrics", "EvaluationCriteria"]).map(|(name, _)| name);
    if shape == Some("EvaluationCriteria") {
        promql(&fields);
    } else {
        let period = match shape {
            Some("MetricName") => of_one_metric(&fields),
            Some(_) => of_metrics(&fields),
            None => {
                fields.fault(
                    "has none of MetricName, Metrics and EvaluationCriteria: one says what is watched",
                );
                None
            }
        };
        let interval = fields.get("EvaluationInterval");
        if interval.is_given() {
            interval.fault("is of PromQL alarms alone: the others are evaluated as their period asks");
        }
        judged(&fields, period);
    }
    fields.finish_open();
}

/// What every alarm has.
fn common(fields: &Fields<'_, '_>) {
    if let Some(name) = fields.need("AlarmName").text(1..=255)
        && name.chars().any(|letter| letter.is_ascii_control())
    {
        fields.get("AlarmName").fault("has a control character");
    }
    fields.get("AlarmDescription").text(0..=1_024);
    fields.get("ActionsEnabled").boolean();
    for list in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
        let list = fields.get(list);
        let actions = list.items().unwrap_or_default();
        if actions.len() > MOST_ACTIONS {
            list.fault(format!("has {} actions; at most {MOST_ACTIONS} are allowed", actions.len()));
        }
        actions.iter().for_each(|action| drop(action.text(1..=1_024)));
    }
    tags(&fields.get("Tags"));
    if let Some(warm_up) = fields.get("WarmUpConfiguration").fields() {
        warm_up.need("WarmUpPeriodDurationInMinutes").integer(1..=2_880);
        warm_up.get("OnlyStartEvaluatingAfterWarmUpPeriodEnds").boolean();
        warm_up.finish_open();
    }
    if let Some(configuration) = fields.get("ActionConfiguration").fields() {
        if let Some(propagation) = configuration.get("AlarmTagsPropagation").fields() {
            propagation.get("Enabled").boolean();
            propagation.one_of(&["IncludedTagKeys", "ExcludedTagKeys"]);
            for list in ["IncludedTagKeys", "ExcludedTagKeys"] {
                let list = propagation.get(list);
                let Some(keys) = list.items() else { continue };
                if keys.is_empty() || keys.len() > 50 {
                    list.fault(format!("has {} keys; 1 to 50 are allowed", keys.len()));
                }
                keys.iter().for_each(|key| drop(key.text(1..=128)));
            }
            propagation.finish_open();
        }
        configuration.finish_open();
    }
    ANSWERED.iter().for_each(|name| drop(fields.get(name)));
}

fn tags(slot: &Slot<'_, '_>) {
    let tags = slot.items().unwrap_or_default();
    if tags.len() > 50 {
        slot.fault(format!("has {} tags; at most 50 are allowed", tags.len()));
    }
    for tag in &tags {
        let Some(tag) = tag.fields() else { continue };
        tag.need("Key").text(1..=128);
        tag.need("Value").text(0..=256);
        tag.finish_open();
    }
}

/// Faults of the fields that are given and may not be.
fn forbid(fields: &Fields<'_, '_>, names: &'static [&'static str], why: &str) {
    for name in names {
        let slot = fields.get(name);
        if slot.is_given() {
            slot.fault(why);
        }
    }
}

fn promql(fields: &Fields<'_, '_>) {
    forbid(
        fields,
        &[
            "Namespace",
            "MetricName",
            "Dimensions",
            "Period",
            "Unit",
            "Statistic",
            "ExtendedStatistic",
            "Metrics",
            "Threshold",
            "ComparisonOperator",
            "ThresholdMetricId",
            "EvaluationPeriods",
            "DatapointsToAlarm",
            "TreatMissingData",
            "EvaluateLowSampleCountPercentile",
            "EvaluationWindow",
        ],
        "may not stand beside EvaluationCriteria: the query says it all",
    );
    if let Some(criteria) = fields.get("EvaluationCriteria").fields() {
        if let Some(query) = criteria.need("PromQLCriteria").fields() {
            query.need("Query").text(1..=10_000);
            query.get("PendingPeriod").integer(0..=86_400);
            query.get("RecoveryPeriod").integer(0..=86_400);
            query.finish_open();
        }
        criteria.finish_open();
    }
    let slot = fields.need("EvaluationInterval");
    if let Some(interval) = period(&slot).filter(|interval| *interval > 3_600) {
        slot.fault(format!("{interval} is longer than an hour, 3600"));
    }
}
