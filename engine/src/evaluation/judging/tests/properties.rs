//! The tally that moves is the one that is counted anew.

use proptest::prelude::*;

use crate::evaluation::StateValue;
use crate::evaluation::judging::{
    ComparisonOperator, Criteria, Datapoint, EvaluationRange, Rolling, TreatMissingData, decide, evaluate,
};

fn criteria() -> impl Strategy<Value = Criteria> {
    let treat = prop::sample::select(TreatMissingData::ALL.to_vec());
    (1..8_usize, 1..8_usize, treat, any::<bool>()).prop_map(|(n, m, treat_missing_data, ignores)| Criteria {
        evaluation_periods: n,
        datapoints_to_alarm: m.min(n),
        operator: ComparisonOperator::GreaterThanThreshold,
        threshold: Some(0.5),
        treat_missing_data,
        ignore_samples_below: ignores.then_some(10.0),
    })
}

fn points() -> impl Strategy<Value = Vec<Option<Datapoint>>> {
    let point = (0..2_u8, 5..15_u8).prop_map(|(value, samples)| Datapoint {
        value: value.into(),
        samples: Some(samples.into()),
        band: None,
    });
    prop::collection::vec(prop::option::weighted(0.6, point), 0..60)
}

proptest! {
    #[test]
    fn a_range_that_moves_is_judged_as_if_each_were_the_first(
        criteria in criteria(), points in points(), longer in 0..6_usize,
    ) {
        let range = EvaluationRange::new(criteria.evaluation_periods + longer, criteria.evaluation_periods).unwrap();
        let mut rolling = Rolling::new(&criteria, range);
        let mut state = StateValue::InsufficientData;
        for (step, point) in points.iter().enumerate() {
            let few = point.is_some_and(|point| criteria.has_few_samples(point));
            rolling.push(criteria.grade(*point), few);
            let expected = evaluate(&criteria, &points[..=step], range, state);
            prop_assert_eq!(rolling.tally(), expected.tally, "step {}", step);
            let (next, decided_by) = decide(&criteria, rolling.tally(), state);
            prop_assert_eq!((next, decided_by), (expected.state, expected.decided_by));
            state = next;
        }
    }
}
