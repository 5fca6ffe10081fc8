use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::evaluation::StateValue::{Alarm, InsufficientData, Ok as Healthy};
use crate::evaluation::judging::{
    Band, ComparisonOperator, Criteria, Datapoint, EvaluationRange, TreatMissingData, evaluate,
};
use crate::evaluation::tests::vectors::score;
use crate::evaluation::timing::{Stretch, Timing, Window};

/// Every member that the case expects, looked up by its name.
fn agrees(expected: &Value, found: impl Fn(&str) -> Value) -> Result<(), String> {
    for (name, expected) in expected.as_object().unwrap() {
        let found = found(name);
        if found != *expected {
            return Err(format!("{name} is {found}, expected {expected}"));
        }
    }
    Ok(())
}

fn member(reason: &Reason, name: &str) -> Value {
    let points = |points: &[Point]| -> Value {
        points
            .iter()
            .map(|point| serde_json::json!({ "value": point.value, "at": point.at.map(|at| at.to_string()) }))
            .collect()
    };
    match (reason, name) {
        (Reason::Crossing(crossing), "kind") => {
            if crossing.threshold.is_some() { "threshold" } else { "band" }.into()
        }
        (Reason::NoData { .. }, "kind") => "no-data".into(),
        (Reason::Insufficient { .. }, "kind") => "insufficient".into(),
        (Reason::Initial, "kind") => "initial".into(),
        (Reason::Composite { .. }, "kind") => "composite".into(),
        (Reason::Other(_), "kind") => "other".into(),
        (Reason::Crossing(crossing), "breaching") => crossing.count.into(),
        (Reason::Crossing(crossing), "of") => crossing.of.into(),
        (Reason::Crossing(crossing), "points") => points(&crossing.points),
        (Reason::Crossing(crossing), "negated") => crossing.is_negated.into(),
        (Reason::Crossing(crossing), "threshold") => crossing.threshold.into(),
        (Reason::Crossing(crossing), "lower") => crossing.lower.clone().into(),
        (Reason::Crossing(crossing), "upper") => crossing.upper.clone().into(),
        (Reason::Crossing(crossing), "minimum") => crossing.minimum.into(),
        (Reason::Crossing(crossing), "from") => crossing.change.map(|change| change.0.name()).into(),
        (Reason::Crossing(crossing), "to") => crossing.change.map(|change| change.1.name()).into(),
        (Reason::Crossing(crossing), "filled") => crossing.filled.as_ref().map(|filled| filled.count).into(),
        (Reason::Crossing(crossing), "treated_as") => {
            crossing.filled.as_ref().map(|filled| filled.treated_as.clone()).into()
        }
        (Reason::NoData { periods, .. }, "periods") => (*periods).into(),
        (Reason::NoData { treated_as, .. }, "treated_as") => treated_as.clone().into(),
        (Reason::Insufficient { unknown }, "unknown") => (*unknown).into(),
        (Reason::Composite { child, .. }, "child") => alarm_name(child).into(),
        (Reason::Composite { to, .. }, "to") => to.name().into(),
        _ => Value::Null,
    }
}

#[test]
fn state_reason_and_history() {
    score("state-reason-and-history", |case| {
        let text = |name: &str| case[name].as_str();
        let expected = &case["expect"];
        if let Some(text) = text("StateReason") {
            let reason = Reason::read(text);
            if reason.to_string() != text {
                return Err(format!("is written as {reason}"));
            }
            return agrees(expected, |name| member(&reason, name));
        }
        if let Some(text) = text("StateReasonData") {
            let data = ReasonData::read(text).unwrap();
            return agrees(expected, |name| match (&data, name) {
                (ReasonData::Metric(data), "period") => data.period.into(),
                (ReasonData::Metric(data), "threshold") => data.threshold.into(),
                (ReasonData::Metric(data), "recent") => data.recent.clone().into(),
                (ReasonData::Composite { triggering }, "triggering") => {
                    triggering.iter().map(TriggeringAlarm::name).collect()
                }
                _ => Value::Null,
            });
        }
        let data = HistoryData::read(text("HistoryItemType").unwrap(), text("HistoryData").unwrap());
        agrees(expected, |name| match (&data, name) {
            (HistoryData::StateUpdate { from, .. }, "from") => {
                from.as_ref().map(|state| state.value.name()).into()
            }
            (HistoryData::StateUpdate { to, .. }, "to") => to.value.name().into(),
            (HistoryData::Action(action), "action_ok") => (!action.is_failed()).into(),
            (HistoryData::Action(action), "target") => action.target.clone().into(),
            (HistoryData::ConfigurationUpdate(change), "operation") => change.operation.clone().into(),
            (HistoryData::ConfigurationUpdate(change), "changed") => {
                change.fields.iter().map(|field| field.name.clone()).collect()
            }
            _ => Value::Null,
        })
    });
}

fn criteria(m: usize, n: usize, treat_missing_data: TreatMissingData) -> Criteria {
    Criteria {
        evaluation_periods: n,
        datapoints_to_alarm: m,
        operator: ComparisonOperator::GreaterThanThreshold,
        threshold: Some(50.0),
        treat_missing_data,
        ignore_samples_below: None,
    }
}

fn slots(count: usize) -> Vec<Stretch> {
    let timing = Timing::new(60, 1, Window::Sliding).unwrap();
    timing.slots("2026-03-02T09:20:00Z".parse().unwrap(), count)
}

#[test]
fn evaluations_are_told_as_the_service_does() {
    use TreatMissingData::*;
    // Oldest first: x breaches, o does not.
    let rows = [
        (
            "ooxox",
            2,
            3,
            Missing,
            Healthy,
            Some(
                "Threshold Crossed: 2 out of the last 3 datapoints [99.0 (02/03/26 09:19:00), 99.0 (02/03/26 09:17:00)] \
             were greater than the threshold (50.0) (minimum 2 datapoints for OK -> ALARM transition).",
            ),
        ),
        (
            "oxxox",
            3,
            3,
            Missing,
            Alarm,
            Some(
                "Threshold Crossed: 1 out of the last 3 datapoints [1.0 (02/03/26 09:18:00)] was not greater than the \
             threshold (50.0) (minimum 1 datapoint for ALARM -> OK transition).",
            ),
        ),
        (
            "----x",
            3,
            3,
            Breaching,
            Healthy,
            Some(
                "Threshold Crossed: 1 out of the last 3 datapoints [99.0 (02/03/26 09:19:00)] was greater than the \
             threshold (50.0) and 2 missing datapoints were treated as [Breaching] (minimum 3 datapoints for OK -> \
             ALARM transition).",
            ),
        ),
        (
            "-----",
            3,
            3,
            NotBreaching,
            Alarm,
            Some(
                "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as \
             [NonBreaching].",
            ),
        ),
        (
            "---",
            1,
            1,
            Breaching,
            Healthy,
            Some(
                "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as \
             [Breaching].",
            ),
        ),
        ("-----", 3, 3, Missing, Healthy, Some("Insufficient Data: 3 datapoints were unknown.")),
        ("-----", 3, 3, Ignore, Healthy, None),
        ("--x--", 3, 3, Ignore, Healthy, None),
    ];
    for (pattern, m, n, treat, prior, expected) in rows {
        let value = |letter| match letter {
            'x' => Some(99.0.into()),
            'o' => Some(1.0.into()),
            _ => None,
        };
        let points: Vec<Option<Datapoint>> = pattern.chars().map(value).collect();
        let criteria = criteria(m, n, treat);
        let evaluation = evaluate(&criteria, &points, EvaluationRange::assumed(n), prior);
        let reason = Reason::of(&criteria, &evaluation, &slots(evaluation.slots.len()));
        assert_eq!(reason.map(|reason| reason.to_string()).as_deref(), expected, "{pattern}");
    }
}

#[test]
fn bands_are_told_with_their_edges() {
    let mut criteria = criteria(1, 1, TreatMissingData::Missing);
    criteria.threshold = None;
    criteria.operator = ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold;
    let point = Datapoint { value: 0.0, samples: Some(5.0), band: Some(Band { lower: 0.02, upper: 0.3 }) };
    let evaluation = evaluate(&criteria, &[Some(point)], EvaluationRange::assumed(1), Healthy);
    let slots = slots(3);
    let reason = Reason::of(&criteria, &evaluation, &slots).unwrap().to_string();
    assert_eq!(
        reason,
        "Thresholds Crossed: 1 out of the last 1 datapoints [0.0 (02/03/26 09:19:00)] was less than the lower \
         thresholds [0.02] or greater than the upper thresholds [0.3] (minimum 1 datapoint for OK -> ALARM transition)."
    );
    let now = "2026-03-02T09:20:07.5Z".parse().unwrap();
    let data = MetricReasonData {
        statistic: Some("Average".to_owned()),
        period: Some(60),
        ..MetricReasonData::of(&criteria, &evaluation, &slots, now)
    };
    let value = data.to_value();
    assert_eq!(
        value,
        serde_json::json!({
            "version": "1.0", "queryDate": "2026-03-02T09:20:07.500+0000", "startDate": "2026-03-02T09:19:00.000+0000",
            "statistic": "Average", "period": 60, "recentDatapoints": [0.0], "recentLowerThresholds": [0.02],
            "recentUpperThresholds": [0.3],
            "evaluatedDatapoints": [{ "timestamp": "2026-03-02T09:19:00.000+0000", "sampleCount": 5.0, "value": 0.0 }],
        })
    );
    assert_eq!(ReasonData::read(&value.to_string()), Some(ReasonData::Metric(data)));
}

#[test]
fn what_has_another_form_is_kept() {
    for text in [
        "",
        "Threshold Crossed: ",
        "Threshold Crossed: x out of the last 3 datapoints [1.0] was greater than the threshold (1.0).",
        "Threshold Crossed: 1 out of the last 1 datapoints [1.0] was near the threshold (1.0).",
        "Threshold Crossed: no datapoints were received for many periods.",
        "Insufficient Data: some datapoints were unknown.",
        "everything transitioned to ALARM at last",
        "arn:x:alarm:a transitioned to NOWHERE at once",
    ] {
        assert_eq!(Reason::read(text), Reason::Other(text.to_owned()));
    }
    assert_eq!(ReasonData::read("{"), None);
    assert_eq!(ReasonData::read("[1]"), Some(ReasonData::Other(serde_json::json!([1]))));
    for (item_type, text) in [
        ("StateUpdate", "{}"),
        ("Action", "[]"),
        ("ConfigurationUpdate", "7"),
        ("New", "{}"),
        ("Action", "{"),
    ] {
        assert_eq!(HistoryData::read(item_type, text), HistoryData::Other(text.to_owned()));
    }
}

#[test]
fn histories_tell_what_changed_and_what_failed() {
    let update = r#"{"type":"Update","updatedAlarm":{"threshold":90.0},"originalUpdatedFields":{"threshold":80.0,"unit":"Count"}}"#;
    let HistoryData::ConfigurationUpdate(change) = HistoryData::read("ConfigurationUpdate", update) else {
        panic!()
    };
    let fields: Vec<_> =
        change.fields.iter().map(|field| (field.name.as_str(), &field.old, &field.new)).collect();
    assert_eq!(fields, [("threshold", &80.0.into(), &90.0.into()), ("unit", &"Count".into(), &Value::Null)]);

    let action = r#"{"actionState":"Failed","stateUpdateTimestamp":1772442930394,"notificationResource":"arn:t",
        "publishedMessage":{"default":"x"},"error":"gone","muteWindowEndTimestamp":"2026-03-02T10:00:00Z"}"#;
    let HistoryData::Action(run) = HistoryData::read("AlarmContributorAction", action) else { panic!() };
    assert!(run.is_failed());
    assert_eq!(run.error.as_deref(), Some("gone"));
    assert_eq!(run.message.as_deref(), Some(r#"{"default":"x"}"#));
    assert_eq!(run.changed_at, Timestamp::from_millisecond(1_772_442_930_394).ok());
    assert_eq!(run.mute_window_end, "2026-03-02T10:00:00Z".parse().ok());

    let update = r#"{"newState":{"stateValue":"INSUFFICIENT_DATA","stateReason":"Unchecked: Initial alarm creation",
        "stateReasonData":{"evaluatedDatapoints":[{"value":"NaN"}]}}}"#;
    let HistoryData::StateUpdate { from, to } = HistoryData::read("AlarmContributorStateUpdate", update)
    else {
        panic!()
    };
    assert_eq!((from, to.value, &to.reason), (None, InsufficientData, &Some(Reason::Initial)));
    assert!(matches!(to.data, Some(ReasonData::Metric(_))));
}

fn any_reason() -> impl Strategy<Value = Reason> {
    let at =
        prop::option::of((0..2_000_000_000_i64).prop_map(|second| Timestamp::from_second(second).unwrap()));
    let point = (-1e9..1e9_f64, at).prop_map(|(value, at)| Point { value, at });
    let filled = prop::option::of(
        (0..9_u64, "[A-Z][a-z]{1,8}").prop_map(|(count, treated_as)| Filled { count, treated_as }),
    );
    let operator = prop::sample::select(ComparisonOperator::ALL.to_vec());
    (1..99_u64, prop::collection::vec(point, 1..5), any::<bool>(), operator, -1e9..1e9_f64, filled).prop_map(
        |(of, points, is_negated, operator, threshold, filled)| {
            let edges = |is_used: bool| if is_used { vec![threshold; points.len()] } else { Vec::new() };
            let (low, high) = match operator {
                ComparisonOperator::LessThanLowerThreshold => (true, false),
                ComparisonOperator::GreaterThanUpperThreshold => (false, true),
                operator => (operator.needs_band(), operator.needs_band()),
            };
            Reason::Crossing(Crossing {
                count: points.len() as u64,
                of,
                is_negated,
                operator,
                threshold: (!operator.needs_band()).then_some(threshold),
                lower: edges(low),
                upper: edges(high),
                points,
                filled,
                minimum: Some(of),
                change: Some((Healthy, Alarm)),
            })
        },
    )
}

/// Pieces of what the service writes, in any order.
fn any_pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "Threshold Crossed: ",
        "Thresholds Crossed: ",
        "1 out of the last 3 datapoints ",
        "[",
        "]",
        "1.0 (",
        "02/03/26 09:15:00",
        ")",
        " was ",
        "not ",
        "greater than",
        " the threshold (",
        "80.0)",
        " and ",
        "2 missing",
        "treated as [",
        "(minimum ",
        " for OK -> ALARM transition",
        "lower thresholds [",
        "upper thresholds [",
        "Insufficient Data: ",
        "é",
        " transitioned to ALARM at ",
        "arn:",
        " UTC",
        ".",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn reasons_are_read_as_they_are_written(reason in any_reason()) {
        prop_assert_eq!(Reason::read(&reason.to_string()), reason);
    }

    #[test]
    fn no_text_makes_it_panic(text in prop_oneof![any_pieces(), "\\PC{0,60}"]) {
        let _ = Reason::read(&text).to_string();
        let _ = ReasonData::read(&text);
    }

    /// Any JSON where the service has its own.
    #[test]
    fn no_history_makes_it_panic(
        item_type in prop::sample::select(vec!["StateUpdate", "Action", "ConfigurationUpdate", "AlarmContributorAction"]),
        outer in prop::sample::select(vec!["newState", "oldState", "updatedAlarm", "originalUpdatedFields", "type", "error"]),
        name in prop::sample::select(vec!["stateValue", "stateReason", "stateReasonData", "threshold"]),
        leaf in prop::sample::select(vec!["null", "1e999", "\"ALARM\"", "[[]]", "{}", "-1", "\"{}\"", "true"]),
    ) {
        for text in [format!("{{\"{outer}\":{leaf}}}"), format!("{{\"{outer}\":{{\"{name}\":{leaf}}}}}"), leaf.to_owned()] {
            let _ = HistoryData::read(item_type, &text);
        }
    }
}
