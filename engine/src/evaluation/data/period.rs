//! Samples that fell into a period, and any statistic of them. Bounds in percent are of samples in their order and take
//! whole samples (the nearest rank); the service works on a sketch of them, so its last digits may differ.

use std::borrow::Cow;

use super::datum::StatisticSet;
use super::statistic::{Bound, Statistic};
use crate::evaluation::math::Frame;

/// What was published for one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// In seconds since 1970.
    pub at: i64,
    pub published: Period,
}

/// Samples, added up. Values that are no finite numbers, and counts of nothing, are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    count: f64,
    sum: f64,
    minimum: f64,
    maximum: f64,
    /// Each value with how often it came. `None` when a statistic set hides some.
    values: Option<Vec<(f64, f64)>>,
}

impl Default for Period {
    fn default() -> Self {
        Period {
            count: 0.0,
            sum: 0.0,
            minimum: f64::INFINITY,
            maximum: f64::NEG_INFINITY,
            values: Some(Vec::new()),
        }
    }
}

impl Period {
    /// Of one value.
    pub fn of(value: f64) -> Self {
        Period::of_values([(value, 1.0)])
    }

    /// Of `Values` with `Counts`.
    pub fn of_values(values: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut period = Period::default();
        for (value, count) in values {
            if value.is_finite() && count.is_finite() && count > 0.0 {
                period.count += count;
                period.sum += value * count;
                period.minimum = period.minimum.min(value);
                period.maximum = period.maximum.max(value);
                period.values.iter_mut().for_each(|values| values.push((value, count)));
            }
        }
        period
    }

    /// Of a set: its values are known only when it is of one sample, or when all are the same.
    pub fn of_set(set: &StatisticSet) -> Self {
        let StatisticSet { sample_count, sum, minimum, maximum } = *set;
        let is_number = [sample_count, sum, minimum, maximum].iter().all(|number| number.is_finite());
        if !is_number || sample_count <= 0.0 {
            return Period::default();
        }
        let is_known = sample_count == 1.0 || minimum == maximum;
        let value = if sample_count == 1.0 { sum } else { minimum };
        let values = is_known.then(|| vec![(value, sample_count)]);
        Period { count: sample_count, sum, minimum, maximum, values }
    }

    pub fn add(&mut self, other: &Period) {
        self.count += other.count;
        self.sum += other.sum;
        self.minimum = self.minimum.min(other.minimum);
        self.maximum = self.maximum.max(other.maximum);
        self.values = match (self.values.take(), &other.values) {
            (Some(mut values), Some(more)) => {
                values.extend(more);
                Some(values)
            }
            _ => None,
        };
    }

    pub fn sample_count(&self) -> f64 {
        self.count
    }

    /// `None` when there are no samples, and of an extended statistic when a set hides values or one is negative.
    pub fn statistic(&self, statistic: Statistic) -> Option<f64> {
        if self.count <= 0.0 {
            return None;
        }
        let result = match statistic {
            Statistic::SampleCount => Some(self.count),
            Statistic::Average => Some(self.sum / self.count),
            Statistic::Sum => Some(self.sum),
            Statistic::Minimum => Some(self.minimum),
            Statistic::Maximum => Some(self.maximum),
            extended => self.sorted().and_then(|values| of_values(&values, self.count, extended)),
        };
        result.filter(|result| result.is_finite())
    }

    fn sorted(&self) -> Option<Cow<'_, [(f64, f64)]>> {
        let values = self.values.as_deref().filter(|_| self.minimum >= 0.0)?;
        if values.is_sorted_by(|left, right| left.0 <= right.0) {
            return Some(Cow::Borrowed(values));
        }
        let mut values = values.to_vec();
        values.sort_by(|left, right| left.0.total_cmp(&right.0));
        Some(Cow::Owned(values))
    }
}

/// An extended statistic of sorted values with their counts.
fn of_values(values: &[(f64, f64)], count: f64, statistic: Statistic) -> Option<f64> {
    let (low, high) = match statistic {
        Statistic::Percentile(percent) => return at_rank(values, count, percent),
        Statistic::PercentileRank(low, high) => {
            return Some(100.0 * within(values, count, low, high).0 / count);
        }
        Statistic::InterquartileMean => (Bound::Percent(25.0), Bound::Percent(75.0)),
        Statistic::TrimmedMean(low, high)
        | Statistic::TrimmedCount(low, high)
        | Statistic::TrimmedSum(low, high) => (low, high),
        Statistic::WinsorizedMean(low, high) => return winsorized(values, count, low, high),
        _ => return None,
    };
    let (kept, sum) = within(values, count, low, high);
    match statistic {
        Statistic::TrimmedCount(..) => Some(kept),
        Statistic::TrimmedSum(..) => Some(sum),
        _ => (kept > 0.0).then(|| sum / kept),
    }
}

/// How many samples come before a bound in percent: whole ones. The hair keeps 7 % of 100 at 7.
fn ranks(count: f64, percent: f64, round: fn(f64) -> f64, hair: f64) -> f64 {
    round(count * percent / 100.0 + hair)
}

const HAIR: f64 = 1e-9;

/// The smallest value that so many percent of the samples do not exceed.
fn at_rank(values: &[(f64, f64)], count: f64, percent: f64) -> Option<f64> {
    let rank = ranks(count, percent, f64::ceil, -HAIR).max(1.0);
    let mut before = 0.0;
    let reached = values.iter().find(|(_, times)| {
        before += times;
        before >= rank - HAIR
    });
    reached.or(values.last()).map(|(value, _)| *value)
}

/// Count and sum of the samples above the lower bound and up to the upper one.
fn within(values: &[(f64, f64)], count: f64, low: Bound, high: Bound) -> (f64, f64) {
    let from = match low {
        Bound::Percent(percent) => ranks(count, percent, f64::floor, HAIR),
        Bound::Open | Bound::Value(_) => 0.0,
    };
    let to = match high {
        Bound::Percent(percent) => ranks(count, percent, f64::ceil, -HAIR),
        Bound::Open | Bound::Value(_) => f64::INFINITY,
    };
    let (mut kept, mut sum, mut before) = (0.0, 0.0, 0.0);
    for (value, times) in values {
        let is_above = !matches!(low, Bound::Value(low) if *value <= low);
        let is_below = !matches!(high, Bound::Value(high) if *value > high);
        let counted = ((before + times).min(to) - f64::max(before, from)).max(0.0);
        if is_above && is_below {
            kept += counted;
            sum += value * counted;
        }
        before += times;
    }
    (kept, sum)
}

fn winsorized(values: &[(f64, f64)], count: f64, low: Bound, high: Bound) -> Option<f64> {
    let edge = |bound: Bound, open: f64| match bound {
        Bound::Open => Some(open),
        Bound::Percent(percent) => at_rank(values, count, percent),
        Bound::Value(value) => Some(value),
    };
    let (low, high) = (edge(low, f64::NEG_INFINITY)?, edge(high, f64::INFINITY)?);
    let sum: f64 = values.iter().map(|(value, times)| value.max(low).min(high) * times).sum();
    Some(sum / count)
}

/// The statistic of every period of the frame. Samples may come in any order; those outside are left out.
pub fn series<'a>(
    samples: impl IntoIterator<Item = &'a Sample>,
    frame: Frame,
    statistic: Statistic,
) -> Vec<Option<f64>> {
    let mut periods: Vec<Option<Period>> = vec![None; frame.length];
    for sample in samples {
        let offset = sample.at.saturating_sub(frame.start.as_second());
        let slot = usize::try_from(offset.div_euclid(i64::from(frame.period.max(1)))).ok();
        let Some(period) = slot.and_then(|slot| periods.get_mut(slot)) else { continue };
        period.get_or_insert_default().add(&sample.published);
    }
    periods.iter().map(|period| period.as_ref()?.statistic(statistic)).collect()
}
