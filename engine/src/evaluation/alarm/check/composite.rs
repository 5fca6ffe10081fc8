//! What PutCompositeAlarm takes beside what every alarm has.

use super::{common, forbid};
use crate::document::Fields;
use crate::evaluation::composite::{Rule, name_of};

/// The periods that a suppressor needs.
const PERIODS: [&str; 2] = ["ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"];
/// What DescribeAlarms adds for composite alarms alone.
const ANSWERED: [&str; 2] = ["ActionsSuppressedBy", "ActionsSuppressedReason"];

pub(super) fn composite(fields: Fields<'_, '_>) {
    common(&fields);
    forbid(
        &fields,
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
            "EvaluationPeriods",
            "DatapointsToAlarm",
            "TreatMissingData",
            "WarmUpConfiguration",
        ],
        "may not stand beside AlarmRule: a composite alarm looks at the states of others alone",
    );
    let name = fields.get("AlarmName").value().and_then(|name| name.as_str()).unwrap_or_default();
    rule(&fields, name);
    suppressor(&fields, name);
    ANSWERED.iter().for_each(|name| drop(fields.get(name)));
    fields.finish_open();
}

/// A fault of the rule is told with carets under its place.
fn rule(fields: &Fields<'_, '_>, name: &str) {
    let slot = fields.need("AlarmRule");
    let Some(rule) = slot.text(1..=usize::MAX) else { return };
    match Rule::parse(&rule) {
        Err(errors) => {
            errors.iter().for_each(|error| slot.fault(format!("{error}\n{}", error.pointed(&rule))))
        }
        Ok(rule) if rule.children().contains(&name) => {
            slot.fault("names the alarm itself: such a cycle is never evaluated");
        }
        Ok(_) => {}
    }
}

fn suppressor(fields: &Fields<'_, '_>, name: &str) {
    let slot = fields.get("ActionsSuppressor");
    for period in PERIODS {
        let seconds = fields.get(period);
        seconds.integer(0..=i64::MAX);
        match (slot.is_given(), seconds.is_given()) {
            (true, false) => seconds.fault("is missing: a suppressor needs both periods, 60 is usual"),
            (false, true) => seconds.fault("is given without ActionsSuppressor"),
            _ => {}
        }
    }
    if slot.text(1..=1_600).is_some_and(|suppressor| name_of(&suppressor) == name) {
        slot.fault("is the alarm itself");
    }
}
