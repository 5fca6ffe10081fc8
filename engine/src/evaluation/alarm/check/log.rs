//! What PutLogAlarm takes beside what every alarm has.

use super::judged::to_alarm;
use super::{common, tags};
use crate::document::{Fields, Slot};
use crate::evaluation::alarm::words::{PLAIN_OPERATORS, TREAT_MISSING_DATA};

pub(super) fn log(fields: Fields<'_, '_>) {
    common(&fields);
    let periods = fields.need("QueryResultsToEvaluate").integer(1..=100);
    to_alarm(&fields.need("QueryResultsToAlarm"), periods, "QueryResultsToEvaluate");
    fields.need("Threshold").number();
    fields.need("ComparisonOperator").word(PLAIN_OPERATORS);
    fields.get("TreatMissingData").word(TREAT_MISSING_DATA);
    let lines = fields.get("ActionLogLineCount").integer(0..=50);
    let role = fields.get("ActionLogLineRoleArn");
    role.text(1..=2_048);
    if lines.is_some_and(|lines| lines > 0) && !role.is_given() {
        fields.fault("needs ActionLogLineRoleArn: ActionLogLineCount asks for lines, and a role reads them");
    }
    if let Some(query) = fields.need("ScheduledQueryConfiguration").fields() {
        query.need("QueryString").text(1..=10_000);
        let groups = query.need("LogGroupIdentifiers");
        if let Some(items) = groups.items() {
            if items.is_empty() || items.len() > 50 {
                groups.fault(format!("has {} log groups; 1 to 50 are allowed", items.len()));
            }
            items.iter().for_each(|group| drop(group.text(1..=2_048)));
        }
        query.need("ScheduledQueryRoleARN").text(1..=2_048);
        query.need("AggregationExpression").text(1..=2_048);
        schedule(&query.need("ScheduleConfiguration"));
        tags(&query.get("Tags"));
        query.finish_open();
    }
    fields.finish_open();
}

fn schedule(slot: &Slot<'_, '_>) {
    let Some(schedule) = slot.fields() else { return };
    let is_rate = |text: &str| text.starts_with("rate(") && text.ends_with(')');
    schedule.need("ScheduleExpression").text_where(1..=256, "a rate such as rate(5 minutes)", is_rate);
    let start = schedule.need("StartTimeOffset").integer(1..=2_592_000);
    let end_slot = schedule.get("EndTimeOffset");
    let end = end_slot.integer(0..=2_592_000);
    if let Some((start, end)) = start.zip(end).filter(|(start, end)| end >= start) {
        end_slot.fault(format!("{end} is not smaller than {start}, the StartTimeOffset"));
    }
    schedule.finish_open();
}
