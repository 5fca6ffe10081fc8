//! The tally of a range that moves: one slot in, one out, at the same small cost however long the range is. Judging a
//! whole history and playing through what is to come both go this way; a property test holds it against `evaluate`.

use super::criteria::Criteria;
use super::evaluation::Grade;
use super::range::EvaluationRange;
use super::tally::Tally;

/// The newest slots of a range. Before the first there are gaps.
#[derive(Debug, Clone)]
pub struct Rolling {
    evaluation_periods: usize,
    range: usize,
    /// The datapoints seen last, each at the place of its number: twice the number of its slot, and one more when it
    /// breaches. A power of two long, so that a mask finds it.
    ring: Vec<usize>,
    /// Slots and datapoints seen so far.
    slots: usize,
    datapoints: usize,
    /// Of the datapoints, how many are in the range, and how many breaching ones among the newest N of these.
    present: usize,
    breaching: usize,
    /// The slot with which the oldest of them leaves the range.
    leaves_at: usize,
    newest_has_few_samples: bool,
}

impl Rolling {
    pub fn new(criteria: &Criteria, range: EvaluationRange) -> Self {
        Rolling {
            evaluation_periods: criteria.evaluation_periods,
            range: range.len(),
            ring: vec![0; range.len().next_power_of_two()],
            slots: 0,
            datapoints: 0,
            present: 0,
            breaching: 0,
            leaves_at: 0,
            newest_has_few_samples: false,
        }
    }

    /// The next slot. What leaves the range leaves it first.
    #[inline]
    pub fn push(&mut self, grade: Grade, few_samples: bool) {
        self.slots += 1;
        if self.slots == self.leaves_at {
            if self.present <= self.evaluation_periods {
                self.breaching -= self.back(self.present) & 1;
            }
            self.present -= 1;
            self.leaves_at = if self.present > 0 { (self.back(self.present) >> 1) + self.range } else { 0 };
        }
        if grade == Grade::Missing {
            return;
        }
        if self.present >= self.evaluation_periods {
            self.breaching -= self.back(self.evaluation_periods) & 1;
        }
        if self.present == 0 {
            self.leaves_at = self.slots + self.range;
        }
        let breaching = usize::from(grade == Grade::Breaching);
        let mask = self.ring.len() - 1;
        self.ring[self.datapoints & mask] = self.slots << 1 | breaching;
        self.datapoints += 1;
        self.present += 1;
        self.breaching += breaching;
        self.newest_has_few_samples = few_samples;
    }

    #[inline]
    pub fn tally(&self) -> Tally {
        if self.present == 0 {
            return Tally::default();
        }
        Tally {
            present: self.present,
            breaching: self.breaching,
            oldest: self.slots + self.range + 1 - self.leaves_at,
            few_samples: self.newest_has_few_samples,
        }
    }

    /// The datapoint that many ago; the newest is 1 ago. Only of those that are in the range.
    #[inline]
    fn back(&self, ago: usize) -> usize {
        self.ring[(self.datapoints - ago) & (self.ring.len() - 1)]
    }
}
