//! One evaluation with everything that explains it, and whether another length of the range would have changed it.

use super::criteria::Criteria;
use super::range::EvaluationRange;
use super::tally::{DecidedBy, Tally, decide};
use crate::evaluation::StateValue;

/// One period of data under the alarm's statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datapoint {
    pub value: f64,
    /// How many values it was made of, where that is known.
    pub samples: Option<f64>,
    /// What an anomaly detector expected.
    pub band: Option<Band>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    pub lower: f64,
    pub upper: f64,
}

impl From<f64> for Datapoint {
    fn from(value: f64) -> Self {
        Datapoint { value, samples: None, band: None }
    }
}

/// What a slot is to an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grade {
    Missing,
    Within,
    Breaching,
}

/// A slot of the range as it was judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    pub datapoint: Option<Datapoint>,
    pub grade: Grade,
    /// Whether it is one of the newest N datapoints.
    pub counted: bool,
    pub few_samples: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    pub state: StateValue,
    pub decided_by: DecidedBy,
    /// The slots of the range, oldest first.
    pub slots: Vec<Judged>,
    pub tally: Tally,
    /// Gaps that were filled as the alarm says, up to N.
    pub filled: usize,
}

impl Evaluation {
    /// The datapoints that counted, newest first, each with its place in `slots`.
    pub fn counted(&self) -> impl Iterator<Item = (usize, &Judged)> {
        self.slots.iter().enumerate().rev().filter(|(_, slot)| slot.counted)
    }
}

/// Judges the newest slots of `datapoints`, which are oldest first; what the range has more is missing.
pub fn evaluate(
    criteria: &Criteria,
    datapoints: &[Option<Datapoint>],
    range: EvaluationRange,
    prior: StateValue,
) -> Evaluation {
    let seen = &datapoints[datapoints.len().saturating_sub(range.len())..];
    let mut slots = vec![Judged::gap(); range.len() - seen.len()];
    slots.extend(seen.iter().map(|&datapoint| Judged::new(criteria, datapoint)));
    let tally = tally(criteria, &mut slots);
    let (state, decided_by) = decide(criteria, tally, prior);
    let filled = criteria.evaluation_periods.saturating_sub(tally.present);
    Evaluation { state, decided_by, slots, tally, filled }
}

/// What ranges one shorter and one longer would have said, where they would have said something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RangeSensitivity {
    pub shorter: Option<StateValue>,
    pub longer: Option<StateValue>,
}

impl RangeSensitivity {
    pub fn is_sensitive(self) -> bool {
        self.shorter.is_some() || self.longer.is_some()
    }
}

/// Whether the answer hangs on the range. A longer one is tried when there is a slot more of data, and none is shorter
/// than N.
pub fn sensitivity(
    criteria: &Criteria,
    datapoints: &[Option<Datapoint>],
    range: EvaluationRange,
    prior: StateValue,
) -> RangeSensitivity {
    let state = |range| evaluate(criteria, datapoints, range, prior).state;
    let answer = state(range);
    let other = |length: usize| {
        let range = EvaluationRange::new(length, criteria.evaluation_periods).ok()?;
        Some(state(range)).filter(|other| *other != answer)
    };
    RangeSensitivity {
        shorter: other(range.len() - 1),
        longer: (datapoints.len() > range.len()).then(|| other(range.len() + 1)).flatten(),
    }
}

/// Counts the slots, and marks those that count.
fn tally(criteria: &Criteria, slots: &mut [Judged]) -> Tally {
    let mut tally = Tally::default();
    for (ago, slot) in (1..).zip(slots.iter_mut().rev()) {
        if slot.grade == Grade::Missing {
            continue;
        }
        slot.counted = tally.present < criteria.evaluation_periods;
        tally.few_samples |= tally.present == 0 && slot.few_samples;
        tally.breaching += usize::from(slot.counted && slot.grade == Grade::Breaching);
        tally.present += 1;
        tally.oldest = ago;
    }
    tally
}

impl Judged {
    fn gap() -> Self {
        Judged { datapoint: None, grade: Grade::Missing, counted: false, few_samples: false }
    }

    fn new(criteria: &Criteria, datapoint: Option<Datapoint>) -> Self {
        let few_samples = datapoint.is_some_and(|datapoint| criteria.has_few_samples(datapoint));
        Judged { datapoint, grade: criteria.grade(datapoint), counted: false, few_samples }
    }
}
