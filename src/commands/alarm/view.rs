//! How alarms are shown: columns of lists and of one of them, states in their colours, what an alarm looks at in words.
//! Pure functions; no calls.

use jiff::SignedDuration;
use serde_json::Value;

use super::model::{Alarm, AlarmType, Metric};
use crate::output::{Cell, Column, Tone};

/// The columns of `alarm list`.
pub const ALARMS: &[Column<Alarm>] = &[
    Column::new("name", "NAME", name),
    Column::new("state", "STATE", |it: &Alarm| state(it.state())),
    Column::new("since", "SINCE", since),
    Column::new("metric", "METRIC", |it: &Alarm| watched(it).into()).cut(),
    Column::new("type", "TYPE", alarm_type).hidden(),
    Column::new("namespace", "NAMESPACE", |it: &Alarm| {
        it.metrics().first().map(|metric| metric.namespace).into()
    })
    .hidden(),
    Column::new("dimensions", "DIMENSIONS", |it: &Alarm| {
        it.metrics().first().map(dimensions).and_then(some).into()
    })
    .hidden(),
    Column::new("condition", "CONDITION", |it: &Alarm| condition(it).into()).hidden(),
    Column::new("actions", "ACTIONS", enabled).hidden(),
    Column::new("reason", "REASON", |it: &Alarm| it.text("StateReason").into()).hidden(),
    Column::new("arn", "ARN", |it: &Alarm| it.arn().into()).hidden(),
];

const NAME: Column<Alarm> = Column::new("name", "Alarm", name);
const TYPE: Column<Alarm> = Column::new("type", "Type", alarm_type);
const STATE: Column<Alarm> = Column::new("state", "State", |it: &Alarm| state(it.state()));
const SINCE: Column<Alarm> = Column::new("since", "Since", since);
const REASON: Column<Alarm> = Column::new("reason", "Reason", |it: &Alarm| it.text("StateReason").into());
const EVALUATION: Column<Alarm> =
    Column::new("evaluation", "Evaluation", |it: &Alarm| it.text("EvaluationState").into());
const DESCRIPTION: Column<Alarm> =
    Column::new("description", "Description", |it: &Alarm| it.text("AlarmDescription").into());
const METRIC: Column<Alarm> = Column::new("metric", "Metric", |it: &Alarm| watched(it).into());
const RULE: Column<Alarm> = Column::new("rule", "Rule", |it: &Alarm| it.rule().into());
const QUERY: Column<Alarm> =
    Column::new("query", "Query", |it: &Alarm| scheduled_query(it, "QueryString").into());
const DIMENSIONS: Column<Alarm> = Column::new("dimensions", "Dimensions", |it: &Alarm| {
    it.metrics().first().map(dimensions).and_then(some).into()
});
const CONDITION: Column<Alarm> = Column::new("condition", "Condition", |it: &Alarm| condition(it).into());
const MISSING: Column<Alarm> = Column::new("missing-data", "Missing data", |it: &Alarm| {
    Some(it.text("TreatMissingData").unwrap_or("missing")).into()
});
const ACTIONS: Column<Alarm> = Column::new("actions", "Actions", enabled);
const ON_ALARM: Column<Alarm> = Column::new("on-alarm", "On ALARM", |it: &Alarm| arns(it, "AlarmActions"));
const ON_OK: Column<Alarm> = Column::new("on-ok", "On OK", |it: &Alarm| arns(it, "OKActions"));
const ON_INSUFFICIENT: Column<Alarm> =
    Column::new("on-insufficient-data", "On INSUFFICIENT_DATA", |it: &Alarm| {
        arns(it, "InsufficientDataActions")
    });
const SUPPRESSOR: Column<Alarm> = Column::new("suppressor", "Suppressor", |it: &Alarm| suppressor(it).into());
const SUPPRESSED: Column<Alarm> = Column::new("suppressed", "Suppressed", |it: &Alarm| {
    let by = it.text("ActionsSuppressedBy");
    by.map(|by| it.text("ActionsSuppressedReason").map_or(by.to_owned(), |why| format!("{by}: {why}"))).into()
});
const CHANGED: Column<Alarm> =
    Column::new("changed", "Changed", |it: &Alarm| it.time("AlarmConfigurationUpdatedTimestamp").into());
const ARN: Column<Alarm> = Column::new("arn", "ARN", |it: &Alarm| it.arn().into());

/// One alarm: what there is to know of every kind.
pub const ALARM: &[Column<Alarm>] = &[
    NAME,
    TYPE,
    STATE,
    SINCE,
    REASON,
    EVALUATION,
    DESCRIPTION,
    METRIC,
    DIMENSIONS,
    RULE,
    QUERY,
    CONDITION,
    MISSING,
    ACTIONS,
    ON_ALARM,
    ON_OK,
    ON_INSUFFICIENT,
    SUPPRESSOR,
    SUPPRESSED,
    CHANGED,
    ARN,
];

const METRIC_ALARM: &[Column<Alarm>] = &[
    NAME,
    TYPE,
    STATE,
    SINCE,
    REASON,
    EVALUATION,
    DESCRIPTION,
    METRIC,
    DIMENSIONS,
    CONDITION,
    MISSING,
    ACTIONS,
    ON_ALARM,
    ON_OK,
    ON_INSUFFICIENT,
    CHANGED,
    ARN,
];
const COMPOSITE_ALARM: &[Column<Alarm>] = &[
    NAME,
    TYPE,
    STATE,
    SINCE,
    REASON,
    DESCRIPTION,
    RULE,
    ACTIONS,
    ON_ALARM,
    ON_OK,
    ON_INSUFFICIENT,
    SUPPRESSOR,
    SUPPRESSED,
    CHANGED,
    ARN,
];
const LOG_ALARM: &[Column<Alarm>] = &[
    NAME,
    TYPE,
    STATE,
    SINCE,
    REASON,
    EVALUATION,
    DESCRIPTION,
    QUERY,
    METRIC,
    CONDITION,
    MISSING,
    ACTIONS,
    ON_ALARM,
    ON_OK,
    ON_INSUFFICIENT,
    CHANGED,
    ARN,
];

/// One alarm: what its kind has.
pub fn details(alarm_type: AlarmType) -> &'static [Column<Alarm>] {
    match alarm_type {
        AlarmType::Metric => METRIC_ALARM,
        AlarmType::Composite => COMPOSITE_ALARM,
        AlarmType::Log => LOG_ALARM,
    }
}

/// A state of an alarm, in its colour.
pub fn state(state: &str) -> Cell {
    Cell::state(state, tone(state))
}

pub fn tone(state: &str) -> Tone {
    match state {
        "OK" => Tone::Good,
        "ALARM" => Tone::Bad,
        "INSUFFICIENT_DATA" => Tone::Attention,
        _ => Tone::Plain,
    }
}

fn name(alarm: &Alarm) -> Cell {
    alarm.name().into()
}

fn since(alarm: &Alarm) -> Cell {
    alarm.since().into()
}

fn alarm_type(alarm: &Alarm) -> Cell {
    alarm.alarm_type.word().into()
}

fn enabled(alarm: &Alarm) -> Cell {
    match (alarm.has_actions_enabled(), alarm.actions().next()) {
        (false, _) => Cell::state("disabled", Tone::Attention),
        (true, None) => Cell::state("none", Tone::Muted),
        (true, Some(_)) => "enabled".into(),
    }
}

fn arns(alarm: &Alarm, list: &str) -> Cell {
    let arns: Vec<&str> = alarm.list(list).iter().filter_map(Value::as_str).collect();
    some(arns.join(", ")).into()
}

/// What an alarm looks at, in short: a metric, an expression, a rule, a query.
pub fn watched(alarm: &Alarm) -> Option<String> {
    match alarm.alarm_type {
        AlarmType::Composite => alarm.rule().map(str::to_owned),
        AlarmType::Log => scheduled_query(alarm, "AggregationExpression").map(str::to_owned),
        AlarmType::Metric => expression(alarm).or_else(|| {
            let metrics = alarm.metrics();
            metrics.first().map(|metric| format!("{} {}", metric.namespace, metric.name))
        }),
    }
}

/// The expression or the PromQL query of an alarm that has one.
fn expression(alarm: &Alarm) -> Option<String> {
    if let Some(criteria) = alarm.document.get("EvaluationCriteria") {
        return Some(criteria.get("PromQLCriteria")?.get("Query")?.as_str()?.to_owned());
    }
    let queries = alarm.list("Metrics");
    let band = alarm.text("ThresholdMetricId");
    let is_watched = |query: &&Value| {
        query.get("ReturnData").and_then(Value::as_bool).unwrap_or(true)
            && query.get("Id").and_then(Value::as_str) != band
    };
    let watched = queries.iter().find(is_watched)?;
    watched.get("Expression")?.as_str().map(str::to_owned)
}

fn scheduled_query<'a>(alarm: &'a Alarm, member: &str) -> Option<&'a str> {
    alarm.document.get("ScheduledQueryConfiguration")?.get(member)?.as_str()
}

/// `Name=value`, one after the other.
pub fn dimensions(metric: &Metric<'_>) -> String {
    let each = |(name, value): &(&str, &str)| format!("{name}={value}");
    metric.dimensions.iter().map(each).collect::<Vec<_>>().join(", ")
}

fn suppressor(alarm: &Alarm) -> Option<String> {
    let suppressor = alarm.text("ActionsSuppressor")?;
    let seconds = |member| alarm.count(member).unwrap_or_default();
    let (wait, extension) =
        (seconds("ActionsSuppressorWaitPeriod"), seconds("ActionsSuppressorExtensionPeriod"));
    Some(format!("{suppressor}, waits {wait}s, goes on {extension}s longer"))
}

/// When it is in ALARM, in words: "Average > 80 in 3 of 5 periods of 5m".
pub fn condition(alarm: &Alarm) -> Option<String> {
    match alarm.alarm_type {
        AlarmType::Composite => return None,
        AlarmType::Metric if alarm.document.contains_key("EvaluationCriteria") => {
            let criteria = alarm.document.get("EvaluationCriteria")?.get("PromQLCriteria")?;
            let seconds = |member| criteria.get(member).and_then(Value::as_u64).unwrap_or_default();
            return Some(format!(
                "any series, pending {}, recovering {}",
                length(seconds("PendingPeriod")),
                length(seconds("RecoveryPeriod"))
            ));
        }
        AlarmType::Metric | AlarmType::Log => {}
    }
    let operator = alarm.text("ComparisonOperator")?;
    let limit = match (alarm.number("Threshold"), alarm.text("ThresholdMetricId")) {
        (Some(threshold), _) => format!(" {threshold}"),
        (None, Some(band)) => format!(" {band}"),
        (None, None) => String::new(),
    };
    let all = match alarm.alarm_type {
        AlarmType::Log => alarm.count("QueryResultsToEvaluate"),
        _ => alarm.count("EvaluationPeriods"),
    }
    .unwrap_or(1);
    let breaching = match alarm.alarm_type {
        AlarmType::Log => alarm.count("QueryResultsToAlarm"),
        _ => alarm.count("DatapointsToAlarm"),
    }
    .unwrap_or(all);
    let statistic = statistic(alarm).map(|it| format!("{it} ")).unwrap_or_default();
    let what = match alarm.alarm_type {
        AlarmType::Log => "results".to_owned(),
        _ => match period(alarm) {
            Some(period) => format!("periods of {}", length(period)),
            None => "periods".to_owned(),
        },
    };
    Some(format!("{statistic}{}{limit} in {breaching} of {all} {what}", sign(operator)))
}

/// Of the metric alone: an expression has no one statistic.
fn statistic(alarm: &Alarm) -> Option<&str> {
    let own = alarm.text("Statistic").or_else(|| alarm.text("ExtendedStatistic"));
    own.or_else(|| match expression(alarm) {
        None => alarm.list("Metrics").iter().find_map(|query| query.get("MetricStat")?.get("Stat")?.as_str()),
        Some(_) => None,
    })
}

/// In seconds. All entries of an expression have the same.
fn period(alarm: &Alarm) -> Option<u64> {
    let of_query = |query: &Value| {
        let own = query.get("Period").and_then(Value::as_u64);
        own.or_else(|| query.get("MetricStat")?.get("Period")?.as_u64())
    };
    alarm.count("Period").or_else(|| alarm.list("Metrics").iter().find_map(of_query))
}

/// An operator as a sign, or in words.
pub fn sign(operator: &str) -> &str {
    match operator {
        "GreaterThanOrEqualToThreshold" => ">=",
        "GreaterThanThreshold" => ">",
        "LessThanThreshold" => "<",
        "LessThanOrEqualToThreshold" => "<=",
        "LessThanLowerOrGreaterThanUpperThreshold" => "outside of",
        "LessThanLowerThreshold" => "below",
        "GreaterThanUpperThreshold" => "above",
        other => other,
    }
}

/// "90s", "5m", "1h", "7d": in the largest unit that is exact.
pub fn length(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0 => (0, "s"),
        s if s % 86_400 == 0 => (s / 86_400, "d"),
        s if s % 3600 == 0 => (s / 3600, "h"),
        s if s % 60 == 0 => (s / 60, "m"),
        s => (s, "s"),
    };
    format!("{count}{unit}")
}

/// In the two largest units: "42s", "5m 3s", "3h 20m", "12d 4h".
pub fn age(age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) => format!("{minutes}m {}s", seconds % 60),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::alarm;
    use super::*;
    use serde_json::json;

    #[test]
    fn what_an_alarm_looks_at_and_when_it_fires_is_told_in_words() {
        let m1 = json!({ "Id": "m1", "ReturnData": true, "MetricStat": { "Stat": "p99", "Period": 300,
            "Metric": { "Namespace": "AWS/X", "MetricName": "Latency" } } });
        let helper = json!({ "Id": "m2", "ReturnData": false, "MetricStat": { "Stat": "Sum", "Period": 60,
            "Metric": { "Namespace": "AWS/X", "MetricName": "Requests" } } });
        let band = json!({ "Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)" });
        let rate = json!({ "Id": "rate", "Expression": "100 * m1 / m2" });
        for (name, kind, document, looks_at, fires) in [
            (
                "one metric",
                AlarmType::Metric,
                json!({ "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 300,
                    "EvaluationPeriods": 5, "DatapointsToAlarm": 3, "Threshold": 80.0,
                    "ComparisonOperator": "GreaterThanThreshold" }),
                "AWS/EC2 CPUUtilization",
                Some("Average > 80 in 3 of 5 periods of 5m"),
            ),
            (
                "M is N where it is absent, and a threshold may be 0",
                AlarmType::Metric,
                json!({ "Namespace": "A", "MetricName": "B", "ExtendedStatistic": "p90", "Period": 90, "Threshold": 0.0,
                    "EvaluationPeriods": 2, "ComparisonOperator": "LessThanOrEqualToThreshold" }),
                "A B",
                Some("p90 <= 0 in 2 of 2 periods of 90s"),
            ),
            (
                "an expression",
                AlarmType::Metric,
                json!({ "Metrics": [helper, rate], "EvaluationPeriods": 1, "Threshold": 0.5,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold" }),
                "100 * m1 / m2",
                Some(">= 0.5 in 1 of 1 periods of 1m"),
            ),
            (
                "a band",
                AlarmType::Metric,
                json!({ "Metrics": [m1, band], "ThresholdMetricId": "ad1", "EvaluationPeriods": 2,
                    "ComparisonOperator": "GreaterThanUpperThreshold" }),
                "AWS/X Latency",
                Some("p99 above ad1 in 2 of 2 periods of 5m"),
            ),
            (
                "PromQL",
                AlarmType::Metric,
                json!({ "EvaluationCriteria": { "PromQLCriteria": { "Query": "up == 0", "PendingPeriod": 300 } } }),
                "up == 0",
                Some("any series, pending 5m, recovering 0s"),
            ),
            ("a rule", AlarmType::Composite, json!({ "AlarmRule": "ALARM(a)" }), "ALARM(a)", None),
            (
                "logs",
                AlarmType::Log,
                json!({ "QueryResultsToEvaluate": 3, "QueryResultsToAlarm": 2, "Threshold": 10.0,
                    "ComparisonOperator": "GreaterThanThreshold",
                    "ScheduledQueryConfiguration": { "AggregationExpression": "count(*)" } }),
                "count(*)",
                Some("> 10 in 2 of 3 results"),
            ),
        ] {
            let it = alarm(kind, document);
            assert_eq!(watched(&it).as_deref(), Some(looks_at), "{name}");
            assert_eq!(condition(&it).as_deref(), fires, "{name}");
        }
    }

    #[test]
    fn ages_have_their_two_largest_units() {
        for (seconds, expected) in
            [(-5, "0s"), (59, "59s"), (60, "1m 0s"), (12_000, "3h 20m"), (1_051_200, "12d 4h")]
        {
            assert_eq!(age(SignedDuration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn every_kind_is_shown_with_fields_of_the_whole_set() {
        let known: Vec<&str> = ALARM.iter().map(|column| column.name).collect();
        for kind in AlarmType::ALL {
            assert!(details(kind).iter().all(|column| known.contains(&column.name)), "{kind}");
        }
    }

    #[test]
    fn a_suppressor_is_told_with_its_times() {
        let it = alarm(
            AlarmType::Composite,
            json!({ "ActionsSuppressor": "deploying", "ActionsSuppressorWaitPeriod": 60, "ActionsSuppressorExtensionPeriod": 120 }),
        );
        assert_eq!(suppressor(&it).as_deref(), Some("deploying, waits 60s, goes on 120s longer"));
        assert_eq!(suppressor(&alarm(AlarmType::Composite, json!({}))), None);
    }
}
