//! What has to happen for an alarm to change its state: the evaluations to come are played through with each kind of
//! datapoint.

use super::criteria::Criteria;
use super::evaluation::{Evaluation, Grade};
use super::range::EvaluationRange;
use super::rolling::Rolling;
use super::tally::decide;
use crate::evaluation::StateValue;

/// What the slots to come hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Next {
    Breaching,
    Within,
    Missing,
}

/// Where an alarm goes when all slots to come are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prospect {
    pub next: Next,
    /// The first other state and after how many periods it is reached; none when the state stays.
    pub change: Option<(StateValue, usize)>,
}

/// The three prospects after an evaluation. Each slot to come is a period of the alarm; after a whole range of them
/// nothing changes any more.
pub fn outlook(criteria: &Criteria, evaluation: &Evaluation, range: EvaluationRange) -> [Prospect; 3] {
    let mut seen = Rolling::new(criteria, range);
    for slot in &evaluation.slots {
        seen.push(slot.grade, slot.few_samples);
    }
    [Next::Breaching, Next::Within, Next::Missing]
        .map(|next| Prospect { next, change: change(criteria, evaluation, &seen, next) })
}

fn change(
    criteria: &Criteria,
    evaluation: &Evaluation,
    seen: &Rolling,
    next: Next,
) -> Option<(StateValue, usize)> {
    let grade = match next {
        Next::Breaching => Grade::Breaching,
        Next::Within => Grade::Within,
        Next::Missing => Grade::Missing,
    };
    let mut rolling = seen.clone();
    (1..=evaluation.slots.len()).find_map(|periods| {
        rolling.push(grade, false);
        let (state, _) = decide(criteria, rolling.tally(), evaluation.state);
        (state != evaluation.state).then_some((state, periods))
    })
}
