//! How many slots an evaluation looks at. The service fetches more than the N that an alarm names and does not say how
//! many, so the length is an assumption with a name: it can be set, and answers that hang on it are found.

use std::fmt;

use super::criteria::MOST_PERIODS;

/// A number of slots, at least the alarm's N.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EvaluationRange(usize);

/// A range shorter than N would never see enough datapoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an evaluation range of {range} is not from {evaluation_periods}, the evaluation periods, to {most}", most = EvaluationRange::MOST)]
pub struct TooShort {
    pub range: usize,
    pub evaluation_periods: usize,
}

impl EvaluationRange {
    pub const MOST: usize = 2 * MOST_PERIODS;

    pub fn new(range: usize, evaluation_periods: usize) -> Result<Self, TooShort> {
        match range >= evaluation_periods.max(1) && range <= Self::MOST {
            true => Ok(EvaluationRange(range)),
            false => Err(TooShort { range, evaluation_periods }),
        }
    }

    /// N + max(2, N/3). The one published size is 5 for N = 3; observed delays fit N + 2 for small N.
    pub fn assumed(evaluation_periods: usize) -> Self {
        let n = evaluation_periods.clamp(1, MOST_PERIODS);
        EvaluationRange(n + (n / 3).max(2))
    }

    /// N alone: alarms over more than a day. The guide's job of every third day is late as soon as its last success
    /// is three days old, so that nothing older can have counted.
    pub fn exactly(evaluation_periods: usize) -> Self {
        EvaluationRange(evaluation_periods.clamp(1, MOST_PERIODS))
    }

    pub fn len(self) -> usize {
        self.0
    }

    /// Never: a range has at least one slot.
    pub fn is_empty(self) -> bool {
        false
    }
}

impl fmt::Display for EvaluationRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
