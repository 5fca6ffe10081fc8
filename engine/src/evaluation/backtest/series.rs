//! The data of a backtest: columns, one entry a slot, oldest first.

use jiff::{SignedDuration, Timestamp};

use crate::evaluation::judging::{Band, ComparisonOperator, Criteria, Datapoint, Grade};
use crate::evaluation::timing::Stretch;

/// Aligned slots of one series. A gap is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    ends: Ends,
    values: Vec<f64>,
    samples: Option<Vec<f64>>,
    bands: Option<Vec<Band>>,
}

/// When slots end: that is when they can first be judged.
#[derive(Debug, Clone, PartialEq)]
enum Ends {
    /// All of so many seconds, the first from `start` on.
    Even { start: Timestamp, period: i64 },
    /// Those of the clock, of which some are longer than others.
    Listed(Vec<Timestamp>),
}

/// Columns of different lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{column} has {found} entries for {expected} slots")]
pub struct Uneven {
    pub column: &'static str,
    pub found: usize,
    pub expected: usize,
}

impl Series {
    /// Slots of `period` seconds, the first from `start` on.
    pub fn new(start: Timestamp, period: i64, values: Vec<f64>) -> Self {
        Series { ends: Ends::Even { start, period }, values, samples: None, bands: None }
    }

    /// Slots as the clock has them.
    pub fn of_slots(slots: &[Stretch], values: Vec<f64>) -> Result<Self, Uneven> {
        same("values", values.len(), slots.len())?;
        let ends = Ends::Listed(slots.iter().map(|slot| slot.end).collect());
        Ok(Series { ends, values, samples: None, bands: None })
    }

    /// With how many values each datapoint was made of.
    pub fn with_samples(mut self, samples: Vec<f64>) -> Result<Self, Uneven> {
        same("samples", samples.len(), self.values.len())?;
        self.samples = Some(samples);
        Ok(self)
    }

    /// With what an anomaly detector expected; NaN where it expected nothing.
    pub fn with_bands(mut self, bands: Vec<Band>) -> Result<Self, Uneven> {
        same("bands", bands.len(), self.values.len())?;
        self.bands = Some(bands);
        Ok(self)
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The end of a slot; past the last one, that of the last.
    pub fn end(&self, slot: usize) -> Timestamp {
        match &self.ends {
            Ends::Even { start, period } => {
                let slots = i64::try_from(slot).unwrap_or(i64::MAX).saturating_add(1);
                let seconds = SignedDuration::from_secs(period.saturating_mul(slots));
                start.checked_add(seconds).unwrap_or(Timestamp::MAX)
            }
            Ends::Listed(ends) => ends.get(slot).or(ends.last()).copied().unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    pub fn datapoint(&self, slot: usize) -> Option<Datapoint> {
        let value = self.values.get(slot).copied().filter(|value| !value.is_nan())?;
        let samples = self.samples.as_ref().and_then(|samples| samples.get(slot)).copied();
        let band = self.bands.as_ref().and_then(|bands| bands.get(slot)).copied();
        Some(Datapoint { value, samples, band })
    }

    /// Every slot's grade and whether it has too few samples, in order. What most alarms are, a threshold and every
    /// sample welcome, is read from the values alone, in a loop of its own for each operator.
    pub(super) fn grades(&self, criteria: &Criteria, mut take: impl FnMut(usize, Grade, bool)) {
        use ComparisonOperator::*;
        match (criteria.threshold.filter(|_| criteria.ignore_samples_below.is_none()), criteria.operator) {
            (Some(threshold), GreaterThanThreshold) => self.compare(|value| value > threshold, take),
            (Some(threshold), GreaterThanOrEqualToThreshold) => {
                self.compare(|value| value >= threshold, take)
            }
            (Some(threshold), LessThanThreshold) => self.compare(|value| value < threshold, take),
            (Some(threshold), LessThanOrEqualToThreshold) => self.compare(|value| value <= threshold, take),
            _ => {
                for slot in 0..self.values.len() {
                    let datapoint = self.datapoint(slot);
                    let few_samples = datapoint.is_some_and(|datapoint| criteria.has_few_samples(datapoint));
                    take(slot, criteria.grade(datapoint), few_samples);
                }
            }
        }
    }

    fn compare(&self, breaches: impl Fn(f64) -> bool, mut take: impl FnMut(usize, Grade, bool)) {
        for (slot, &value) in self.values.iter().enumerate() {
            let grade = match value.is_nan() {
                true => Grade::Missing,
                false if breaches(value) => Grade::Breaching,
                false => Grade::Within,
            };
            take(slot, grade, false);
        }
    }
}

fn same(column: &'static str, found: usize, expected: usize) -> Result<(), Uneven> {
    if found == expected { Ok(()) } else { Err(Uneven { column, found, expected }) }
}
