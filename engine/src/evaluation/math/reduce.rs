//! Functions that make one of many: a number of the datapoints of a series, a series of the series of an array.

use super::Function;
use super::value::{Frame, Series};

/// Over the datapoints that there are. `None` when there are none and the function needs one.
pub(super) fn series(function: Function, series: &Series) -> Option<f64> {
    let count = series.present().count() as f64;
    numbers(function, series.present(), count)
}

/// Slot by slot. A slot that no series has a value in has none. The average counts a series without a value as 0;
/// the other functions leave it out.
pub(super) fn array<'a>(function: Function, array: &[Series<'a>], frame: Frame) -> Series<'a> {
    let label = array.first().map(|series| series.label.clone()).unwrap_or_default();
    let slot = |slot: usize| {
        let present = || array.iter().filter_map(|series| series.values.get(slot).copied().flatten());
        let count = present().count();
        let parts = if function == Function::Avg { array.len() } else { count };
        if count == 0 { None } else { numbers(function, present(), parts as f64) }
    };
    Series { label, values: (0..frame.length).map(slot).collect() }
}

/// `count` is what averages divide by.
fn numbers(function: Function, present: impl Iterator<Item = f64> + Clone, count: f64) -> Option<f64> {
    let sum = || present.clone().sum::<f64>();
    let number = match function {
        Function::DatapointCount => Some(count),
        Function::Max => present.reduce(f64::max),
        Function::Min => present.reduce(f64::min),
        _ if count == 0.0 => None,
        Function::Sum => Some(sum()),
        Function::Avg => Some(sum() / count),
        // Of all the datapoints that there are, so of the population.
        Function::Stddev => {
            let mean = sum() / count;
            Some((present.map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
        }
        _ => None,
    };
    number.filter(|number| number.is_finite())
}
