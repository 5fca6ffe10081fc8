//! What decides and what it leads to, in rows.

use crate::evaluation::StateValue::{self, Alarm, InsufficientData, Ok as Healthy};
use crate::evaluation::alarm::MetricAlarm;
use crate::evaluation::judging::DecidedBy::*;
use crate::evaluation::judging::{
    ComparisonOperator, Criteria, Datapoint, EvaluationRange, Next, NotJudged, RangeSensitivity,
    TreatMissingData, evaluate, outlook, sensitivity,
};
use serde_json::json;

/// M of N above 50.
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

/// `x` breaches, `o` does not, `-` is a gap; oldest first.
fn points(pattern: &str) -> Vec<Option<Datapoint>> {
    let point = |letter| match letter {
        'x' => Some(99.0.into()),
        'o' => Some(1.0.into()),
        _ => None,
    };
    pattern.chars().map(point).collect()
}

#[test]
fn the_rule_that_decided_is_told_with_what_counted() {
    use TreatMissingData::*;
    // Pattern, M, N, gaps, state and rule after OK, filled, which slots counted.
    let rows = [
        ("oxxxx", 3, 3, Missing, Alarm, Datapoints, 0, "..ccc"),
        ("--xx-", 2, 3, Missing, Alarm, BreachesAlone, 1, "..cc."),
        ("--x--", 3, 3, Missing, Alarm, Premature, 2, "..c.."),
        ("--x--", 3, 3, Ignore, Healthy, PrematureIgnored, 2, "..c.."),
        ("---x-", 3, 3, Missing, Healthy, TooFewBreaches, 2, "...c."),
        ("---x-", 3, 3, Breaching, Alarm, Filled, 2, "...c."),
        ("---x-", 3, 3, NotBreaching, Healthy, Filled, 2, "...c."),
        ("-----", 3, 3, Missing, InsufficientData, NoDatapoints, 3, "....."),
        ("x", 1, 1, Missing, Alarm, Datapoints, 0, "..c"),
    ];
    for (pattern, m, n, treat, state, decided_by, filled, counted) in rows {
        let evaluation =
            evaluate(&criteria(m, n, treat), &points(pattern), EvaluationRange::assumed(n), Healthy);
        assert_eq!((evaluation.state, evaluation.decided_by), (state, decided_by), "{pattern}");
        assert_eq!(evaluation.filled, filled, "{pattern}");
        let marks: String =
            evaluation.slots.iter().map(|slot| if slot.counted { 'c' } else { '.' }).collect();
        assert_eq!(marks, counted, "{pattern}");
    }
}

#[test]
fn an_answer_that_hangs_on_the_range_says_so() {
    let alarm = criteria(2, 3, TreatMissingData::Missing);
    let found = |pattern, range| {
        sensitivity(&alarm, &points(pattern), EvaluationRange::new(range, 3).unwrap(), Healthy)
    };
    let none = RangeSensitivity::default();
    assert_eq!(found("o-x--", 5), RangeSensitivity { shorter: Some(Alarm), ..none });
    assert_eq!(found("o-x--", 4), RangeSensitivity { longer: Some(Healthy), ..none });
    // Nothing is known of the slot before, and no range is shorter than N.
    assert_eq!(found("-x--", 4), RangeSensitivity { shorter: None, longer: None });
    assert_eq!(found("oxx", 3), none);
    assert!(!none.is_sensitive());
}

#[test]
fn what_has_to_happen_for_a_change_is_played_through() {
    // Pattern and its state, then after how many breaching, healthy and missing periods it changes.
    type Change = Option<(StateValue, usize)>;
    let rows: [(&str, StateValue, [Change; 3]); 4] = [
        ("ooooo", Healthy, [Some((Alarm, 3)), None, Some((InsufficientData, 5))]),
        ("xxxxx", Alarm, [None, Some((Healthy, 1)), Some((InsufficientData, 5))]),
        ("oooxx", Healthy, [Some((Alarm, 1)), None, Some((Alarm, 3))]),
        ("-----", InsufficientData, [Some((Healthy, 1)), Some((Healthy, 1)), None]),
    ];
    let alarm = criteria(3, 3, TreatMissingData::Missing);
    let range = EvaluationRange::assumed(3);
    for (pattern, state, changes) in rows {
        let evaluation = evaluate(&alarm, &points(pattern), range, state);
        assert_eq!(evaluation.state, state, "{pattern}");
        let prospects = outlook(&alarm, &evaluation, range);
        assert_eq!(prospects.map(|prospect| prospect.change), changes, "{pattern}");
        assert_eq!(prospects.map(|prospect| prospect.next), [Next::Breaching, Next::Within, Next::Missing]);
    }
}

#[test]
fn an_alarm_that_cannot_be_judged_says_why() {
    let whole = json!({ "Threshold": 1, "ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 2 });
    let with = |field: &str, value: serde_json::Value| {
        let mut alarm = whole.clone();
        alarm[field] = value;
        Criteria::of_metric(&MetricAlarm::read(&alarm).unwrap())
    };
    assert_eq!(with("Namespace", json!("N")).unwrap().datapoints_to_alarm, 2);
    let not = |field, value: &str| NotJudged::NotUnderstood { field, value: value.to_owned() };
    let rows = [
        ("Threshold", json!(null), NotJudged::Missing("Threshold")),
        ("EvaluationPeriods", json!(null), NotJudged::Missing("EvaluationPeriods")),
        ("EvaluationPeriods", json!(0), not("EvaluationPeriods", "0")),
        ("EvaluationPeriods", json!(i64::MAX), not("EvaluationPeriods", "9223372036854775807")),
        ("DatapointsToAlarm", json!(3), not("DatapointsToAlarm", "3")),
        ("ComparisonOperator", json!("IsOdd"), not("ComparisonOperator", "IsOdd")),
        ("TreatMissingData", json!("guess"), not("TreatMissingData", "guess")),
        ("EvaluationCriteria", json!({}), NotJudged::Promql),
    ];
    for (field, value, expected) in rows {
        assert_eq!(with(field, value), Err(expected), "{field}");
    }
}

#[test]
fn what_cannot_be_compared_is_missing() {
    let mut band = criteria(1, 1, TreatMissingData::Missing);
    band.threshold = None;
    band.operator = ComparisonOperator::GreaterThanUpperThreshold;
    let range = EvaluationRange::assumed(1);
    assert_eq!(evaluate(&band, &points("x"), range, Healthy).decided_by, NoDatapoints);
    let nan = [Some(f64::NAN.into())];
    let threshold = criteria(1, 1, TreatMissingData::Missing);
    assert_eq!(evaluate(&threshold, &nan, range, Healthy).decided_by, NoDatapoints);
}

#[test]
fn ranges_hold_the_evaluation_periods() {
    let assumed: Vec<usize> =
        [1, 2, 3, 6, 9, 10].into_iter().map(|n| EvaluationRange::assumed(n).len()).collect();
    assert_eq!(assumed, [3, 4, 5, 8, 12, 13]);
    assert!(EvaluationRange::new(2, 3).is_err());
    assert!(EvaluationRange::new(0, 0).is_err());
    assert!(EvaluationRange::new(usize::MAX, 1).is_err());
    assert_eq!(EvaluationRange::new(3, 3), Ok(EvaluationRange::exactly(3)));
}
