//! How an alarm judges its datapoints: how many of them, against what, over which stretch of time.

use serde_json::Value;

use crate::document::{Fields, Slot};
use crate::evaluation::Zone;
use crate::evaluation::alarm::query::is_insights;
use crate::evaluation::alarm::words::{OPERATORS, PLAIN_OPERATORS, TREAT_MISSING_DATA, WALL_CLOCK_PERIODS};

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;
/// Metrics Insights alarms look back no further.
const INSIGHTS: i64 = 3 * 3_600;

/// What is said of the judgement of datapoints.
pub(super) fn judged(fields: &Fields<'_, '_>, period: Option<i64>) {
    let periods = fields.need("EvaluationPeriods").integer(1..=i64::MAX);
    to_alarm(&fields.get("DatapointsToAlarm"), periods, "EvaluationPeriods");
    fields.get("TreatMissingData").word(TREAT_MISSING_DATA);
    let operator = fields.need("ComparisonOperator").word(OPERATORS);
    let (threshold, id) = (fields.get("Threshold"), fields.get("ThresholdMetricId"));
    threshold.number();
    let needs_band = operator.as_deref().map(|operator| !PLAIN_OPERATORS.contains(&operator));
    match needs_band {
        Some(true) if !id.is_given() => {
            fields.fault("needs ThresholdMetricId: the operator compares with the band that it names");
        }
        Some(false) if id.is_given() => id.fault("is of the operators that compare with a band"),
        Some(false) if !threshold.is_given() => fields.fault("`Threshold` is missing"),
        _ => {}
    }
    if id.is_given() && threshold.is_given() {
        threshold.fault("may not stand beside ThresholdMetricId: the band is the threshold");
    }
    if id.is_given() && !fields.get("Metrics").is_given() {
        id.fault("needs Metrics, with the band as one entry");
    }
    let is_wall_clock = window(&fields.get("EvaluationWindow"), period);
    if let Some((period, periods)) = period.zip(periods) {
        window_length(fields, period, periods, is_wall_clock);
    }
}

pub(super) fn to_alarm(slot: &Slot<'_, '_>, periods: Option<i64>, of: &str) {
    let Some(number) = slot.integer(1..=i64::MAX) else { return };
    if let Some(periods) = periods.filter(|periods| number > *periods) {
        slot.fault(format!("{number} is more than {periods}, the {of}"));
    }
}

/// Gives whether the window follows the clock.
fn window(slot: &Slot<'_, '_>, period: Option<i64>) -> bool {
    let Some(fields) = slot.fields() else { return false };
    if let Some(sliding) = fields.get("SlidingWindow").fields() {
        sliding.finish_open();
    }
    let wall_clock = fields.get("WallClockWindow");
    fields.one_of(&["SlidingWindow", "WallClockWindow"]);
    let is_wall_clock = wall_clock.is_given();
    if let Some(fields) = wall_clock.fields() {
        let zone = fields.get("Timezone");
        if let Some(Err(error)) = zone.text(1..=255).map(|name| name.parse::<Zone>()) {
            zone.fault(error.to_string());
        }
        fields.finish_open();
    }
    if let Some(period) = period.filter(|period| is_wall_clock && !WALL_CLOCK_PERIODS.contains(period)) {
        wall_clock.fault(format!(
            "does not go with a period of {period} seconds: 60, 300, 3600, 86400 and 604800 are allowed"
        ));
    }
    fields.finish_open();
    is_wall_clock
}

fn window_length(fields: &Fields<'_, '_>, period: i64, periods: i64, is_wall_clock: bool) {
    let slot = fields.get("EvaluationPeriods");
    let seconds = period.saturating_mul(periods);
    let (most, named) =
        if period < 3_600 { (DAY, "a day, the most") } else { (WEEK, "seven days, the most") };
    if seconds > most {
        let fit = most / period;
        slot.fault(match fit {
            0 => format!("a period of {period} seconds is longer than {named}"),
            _ => format!("{periods} periods of {period} seconds are longer than {named}: {fit} fit"),
        });
    }
    let queries = fields.get("Metrics").value().and_then(Value::as_array).into_iter().flatten();
    let has_insights = queries.filter_map(|query| query["Expression"].as_str()).any(is_insights);
    let looked_at = if is_wall_clock { periods.saturating_add(1) } else { periods };
    if has_insights && period.saturating_mul(looked_at) > INSIGHTS {
        let more = if is_wall_clock { " and the one that is not over yet" } else { "" };
        slot.fault(format!(
            "{periods} periods of {period} seconds{more} are longer than three hours, the most of a Metrics Insights query"
        ));
    }
}
