//! Functions of a series that look back: differences, rates and running sums. Gaps stay gaps, and are looked across.

use super::Function;
use super::value::{Frame, Series};

pub(super) fn series<'a>(function: Function, series: &Series<'a>, frame: Frame) -> Series<'a> {
    let mut before: Option<(usize, f64)> = None;
    let mut sum = 0.0;
    let slots = series.values.iter().enumerate().map(|(slot, value)| {
        let value = (*value)?;
        sum += value;
        let (earlier, last) = before.replace((slot, value)).unzip();
        let seconds = || earlier.map(|earlier| (slot - earlier) as f64 * f64::from(frame.period));
        let result = match function {
            Function::Diff => last.map(|last| value - last),
            Function::DiffTime => seconds(),
            Function::Rate => last.zip(seconds()).map(|(last, seconds)| (value - last) / seconds),
            _ => Some(sum),
        };
        result.filter(|result| result.is_finite())
    });
    let values = slots.collect();
    series.with(values)
}
