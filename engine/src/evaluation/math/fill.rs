//! `FILL`: what stands in the gaps of a series.

use std::borrow::Cow;

use super::value::Series;

/// What `filler` has for the slot.
pub(super) fn with<'a>(series: &Series<'a>, filler: impl Fn(usize) -> Option<f64>) -> Series<'a> {
    let slots = series.values.iter().enumerate();
    series.with(slots.map(|(slot, value)| value.or_else(|| filler(slot))).collect())
}

/// The last datapoint before the gap. A gap that nothing precedes stays.
pub(super) fn repeat<'a>(series: &Series<'a>) -> Series<'a> {
    let mut last = None;
    let slots = series.values.iter().map(|value| {
        last = value.or(last);
        last
    });
    let values = slots.collect();
    series.with(values)
}

/// A line from the datapoint before the gap to the one after it. A gap at either end has no line, and stays.
pub(super) fn linear<'a>(series: &Series<'a>) -> Series<'a> {
    let mut values = series.values.to_vec();
    let mut before: Option<(usize, f64)> = None;
    for (slot, value) in series.values.iter().enumerate() {
        let Some(value) = *value else { continue };
        if let Some((from, start)) = before {
            let steps = (slot - from) as f64;
            let gap = values.iter_mut().take(slot).skip(from + 1);
            for (step, filled) in gap.enumerate() {
                *filled = Some(start + (value - start) * (step + 1) as f64 / steps);
            }
        }
        before = Some((slot, value));
    }
    series.with(Cow::Owned(values))
}
