//! From times and values to places. It must not know what they are drawn with.

use super::axis::value_ticks;
use super::{Chart, Limit};

/// Values from the lowest to the highest one that is drawn, and the ticks between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<f64>,
}

impl Values {
    /// With room for all that the chart has, from 0 where that costs little, to round numbers; about so many ticks.
    pub fn of(chart: &Chart, ticks: usize) -> Self {
        let times = Times::of(chart);
        let mut low = f64::INFINITY;
        let mut high = f64::NEG_INFINITY;
        let mut take = |value: f64| {
            if value.is_finite() {
                low = low.min(value);
                high = high.max(value);
            }
        };
        for limit in &chart.limits {
            match limit {
                Limit::Threshold { value, .. } => take(*value),
                Limit::Band { lower, upper, .. } => {
                    let inside = [lower, upper].into_iter().flat_map(|line| line.steps(times.from, times.to));
                    inside.for_each(|(_, (_, value))| take(value));
                }
            }
        }
        for line in &chart.lines {
            line.steps(times.from, times.to).for_each(|(_, (_, value))| take(value));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        // Halves: the whole distance may be more than a number holds.
        if low > 0.0 && low / 2.0 <= high / 2.0 - low / 2.0 {
            low = 0.0;
        }
        if high < 0.0 && -high / 2.0 <= high / 2.0 - low / 2.0 {
            high = 0.0;
        }
        // Of values that are all the same, or as good as.
        let size = low.abs().max(high.abs());
        if high / 2.0 - low / 2.0 <= size * 1e-9 {
            let room = if size > 0.0 { size / 10.0 } else { 1.0 };
            low = if low == 0.0 { 0.0 } else { (low - room).max(f64::MIN) };
            high = (high + room).min(f64::MAX);
        }
        let ticks = value_ticks(low, high, ticks);
        if let (Some(first), Some(last)) = (ticks.first(), ticks.last()) {
            low = low.min(*first);
            high = high.max(*last);
        }
        Values { low, high, ticks }
    }

    /// From one tick to the next.
    pub fn step(&self) -> f64 {
        match self.ticks.as_slice() {
            [first, second, ..] => (second / 2.0 - first / 2.0) * 2.0,
            _ => 0.0,
        }
    }

    /// How far above the lowest value, from 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
    }

    /// The place from the top, of so many places.
    pub fn place(&self, value: f64, places: usize) -> i64 {
        round((1.0 - self.share(value)) * float(places.saturating_sub(1)))
    }
}

/// Seconds from the first to the last that is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub from: i64,
    pub to: i64,
}

impl Times {
    /// At least a second.
    pub fn of(chart: &Chart) -> Self {
        Times { from: chart.from, to: chart.to.max(chart.from.saturating_add(1)) }
    }

    pub fn length(self) -> i64 {
        self.to.saturating_sub(self.from)
    }

    /// The place from the left, of so many places that share the time.
    pub fn place(self, at: i64, places: usize) -> i64 {
        let share = i128::from(at.saturating_sub(self.from)) * places as i128;
        i64::try_from(share.div_euclid(i128::from(self.length().max(1)))).unwrap_or(i64::MAX)
    }

    /// The places that a span touches.
    pub fn places(self, from: i64, to: i64, places: usize) -> std::ops::Range<usize> {
        let first = self.place(from.max(self.from), places);
        let last = self.place(to.min(self.to).saturating_sub(1), places);
        if to <= from || to <= self.from || from >= self.to {
            return 0..0;
        }
        clamp(first, places)..clamp(last.saturating_add(1), places)
    }
}

fn clamp(place: i64, places: usize) -> usize {
    usize::try_from(place.max(0)).map_or(places, |place| place.min(places))
}

/// Places are few enough for this to be exact.
#[allow(clippy::cast_precision_loss)]
pub fn float(places: usize) -> f64 {
    places as f64
}

/// What is beyond is at the end.
#[allow(clippy::cast_possible_truncation)]
pub fn round(place: f64) -> i64 {
    place.round() as i64
}
