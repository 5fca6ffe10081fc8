use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::evaluation::StateValue::{self, Alarm, InsufficientData, Ok as Healthy};
use crate::evaluation::judging::{
    Band, ComparisonOperator, Criteria, EvaluationRange, TreatMissingData, evaluate,
};
use crate::evaluation::timing::{Timing, Window};

fn setting(m: usize, n: usize, treat_missing_data: TreatMissingData) -> Setting {
    let criteria = Criteria {
        evaluation_periods: n,
        datapoints_to_alarm: m,
        operator: ComparisonOperator::GreaterThanThreshold,
        threshold: Some(50.0),
        treat_missing_data,
        ignore_samples_below: None,
    };
    Setting { criteria, range: EvaluationRange::assumed(n) }
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).unwrap()
}

/// `x` breaches, `o` does not, `-` is a gap; one a minute.
fn series(pattern: &str) -> Series {
    let value = |letter| match letter {
        'x' => 99.0,
        'o' => 1.0,
        _ => f64::NAN,
    };
    Series::new(at(0), 60, pattern.chars().map(value).collect())
}

#[test]
fn firings_are_told_with_their_beginnings_and_ends() {
    let series = series("ooxxxoooxxxx");
    let outcomes = backtest(
        &series,
        &[
            setting(3, 3, TreatMissingData::Missing),
            setting(1, 1, TreatMissingData::Missing),
            setting(5, 5, TreatMissingData::Missing),
        ],
        InsufficientData,
    );
    let firings = |at: usize| -> Vec<Firing> { outcomes[at].firings().collect() };
    assert_eq!(firings(0), [Firing { from: at(5), to: Some(at(6)) }, Firing { from: at(11), to: None }]);
    assert_eq!(firings(1), [Firing { from: at(3), to: Some(at(6)) }, Firing { from: at(9), to: None }]);
    assert_eq!(firings(2), []);
    let first = &outcomes[0];
    assert_eq!(first.in_alarm, SignedDuration::from_mins(2));
    assert_eq!((first.firing_count, first.change_count, first.last), (2, 4, Alarm));
    assert_eq!(first.changes[0], Change { at: at(1), to: Healthy });
    assert_eq!((first.from, first.until), (at(1), at(12)));
}

#[test]
fn an_alarm_that_begins_in_alarm_fires_from_the_first_evaluation() {
    let outcome = run(&series("xxo"), &setting(1, 1, TreatMissingData::Missing), Alarm);
    assert_eq!(outcome.firings().collect::<Vec<_>>(), [Firing { from: at(1), to: Some(at(3)) }]);
    assert_eq!(outcome.in_alarm, SignedDuration::from_mins(2));
    let empty = run(&series(""), &setting(1, 1, TreatMissingData::Missing), Healthy);
    assert_eq!((empty.change_count, empty.last), (0, Healthy));
}

#[test]
fn a_setting_that_flaps_is_counted_and_not_kept() {
    let series = series(&"xo".repeat(MOST_CHANGES));
    let outcome = run(&series, &setting(1, 1, TreatMissingData::Missing), Healthy);
    assert_eq!(outcome.changes.len(), MOST_CHANGES);
    assert_eq!((outcome.change_count, outcome.firing_count), (2 * MOST_CHANGES, MOST_CHANGES));
    assert!(outcome.is_cut());
}

#[test]
fn columns_have_one_length() {
    let uneven = |column| Err(Uneven { column, found: 1, expected: 2 });
    assert_eq!(series("xx").with_samples(vec![1.0]), uneven("samples"));
    assert_eq!(series("xx").with_bands(vec![Band { lower: 0.0, upper: 1.0 }]), uneven("bands"));
    assert_eq!(Series::of_slots(&[], vec![1.0]), Err(Uneven { column: "values", found: 1, expected: 0 }));
}

#[test]
fn days_of_the_clock_end_when_they_do() {
    let zone = "America/New_York".parse().unwrap();
    let timing = Timing::new(86_400, 1, Window::WallClock(zone)).unwrap();
    let slots = timing.slots("2026-03-10T12:00:00Z".parse().unwrap(), 3);
    let days = Series::of_slots(&slots, vec![1.0, 99.0, 1.0]).unwrap();
    let outcome = run(&days, &setting(1, 1, TreatMissingData::Missing), Healthy);
    let from = "2026-03-09T04:00:00Z".parse().unwrap();
    let to = "2026-03-10T04:00:00Z".parse().unwrap();
    assert_eq!(outcome.firings().collect::<Vec<_>>(), [Firing { from, to: Some(to) }]);
}

#[test]
fn a_real_history_scores_the_backtest() {
    let outcome = run(&series("ooxxxoooxxoo"), &setting(1, 1, TreatMissingData::Missing), Healthy);
    let tolerance = SignedDuration::from_mins(2);
    let exact = verify(&outcome, Healthy, &outcome.changes, tolerance);
    assert_eq!((exact.share(), exact.matched, exact.missed, exact.invented), (1.0, 2, 0, 0));
    // The real one fired a minute late, did not fire again, and fired once more at the end.
    let real = [(4, Alarm), (6, Healthy), (12, Alarm)].map(|(minute, to)| Change { at: at(minute), to });
    let other = verify(&outcome, Healthy, &real, tolerance);
    assert_eq!((other.matched, other.missed, other.invented), (1, 1, 1));
    assert_eq!(other.compared, SignedDuration::from_mins(11));
    assert_eq!(other.same, SignedDuration::from_mins(8));
}

fn any_setting() -> impl Strategy<Value = Setting> {
    let operators = prop::sample::select(ComparisonOperator::ALL.to_vec());
    let treat = prop::sample::select(TreatMissingData::ALL.to_vec());
    (1..6_usize, 1..6_usize, 0..4_usize, operators, treat, prop::option::of(3.0..7.0)).prop_map(
        |(n, m, longer, operator, treat_missing_data, ignore_samples_below)| Setting {
            criteria: Criteria {
                evaluation_periods: n,
                datapoints_to_alarm: m.min(n),
                operator,
                threshold: (!operator.needs_band()).then_some(2.0),
                treat_missing_data,
                ignore_samples_below,
            },
            range: EvaluationRange::new(n + longer, n).unwrap(),
        },
    )
}

proptest! {
    /// What is found in one pass is what single evaluations say, step by step.
    #[test]
    fn a_backtest_is_the_plain_evaluation_step_by_step(
        setting in any_setting(),
        slots in prop::collection::vec((prop::option::weighted(0.7, 0..5_u8), 0..10_u8, prop::option::weighted(0.9, 0..4_u8)), 0..80),
        initial in prop::sample::select(StateValue::ALL.to_vec()),
    ) {
        let number = |number: Option<u8>| number.map_or(f64::NAN, f64::from);
        let series = Series::new(at(0), 60, slots.iter().map(|slot| number(slot.0)).collect())
            .with_samples(slots.iter().map(|slot| slot.1.into()).collect()).unwrap()
            .with_bands(slots.iter().map(|slot| Band { lower: number(slot.2), upper: number(slot.2) + 1.0 }).collect()).unwrap();
        let points: Vec<_> = (0..series.len()).map(|slot| series.datapoint(slot)).collect();
        let mut state = initial;
        let mut expected = Vec::new();
        for slot in 0..series.len() {
            let next = evaluate(&setting.criteria, &points[..=slot], setting.range, state).state;
            if next != state {
                expected.push(Change { at: series.end(slot), to: next });
            }
            state = next;
        }
        let outcome = run(&series, &setting, initial);
        prop_assert_eq!(&outcome.changes, &expected);
        prop_assert_eq!(outcome.last, state);
        let in_alarm: SignedDuration = outcome.firings()
            .map(|firing| firing.to.unwrap_or(outcome.until).duration_since(firing.from)).sum();
        if !outcome.changes.is_empty() {
            prop_assert_eq!(outcome.in_alarm, in_alarm);
        }
    }
}
