//! Functions of the time of a slot, in UTC: a value for every slot, whether the series has one or not.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::Function;
use super::value::{Frame, Series};

pub(super) fn series<'a>(function: Function, series: &Series<'a>, frame: Frame) -> Series<'a> {
    let slot = |slot: usize| {
        let second = frame.second(slot);
        if function == Function::Epoch {
            return Some(second as f64);
        }
        let time = Offset::UTC.to_datetime(Timestamp::from_second(second).ok()?);
        Some(part(function, time))
    };
    series.with((0..frame.length).map(slot).collect())
}

/// Days of the week count from Monday, which is 1.
fn part(function: Function, time: DateTime) -> f64 {
    match function {
        Function::Minute => f64::from(time.minute()),
        Function::Hour => f64::from(time.hour()),
        Function::Day => f64::from(time.weekday().to_monday_one_offset()),
        Function::Date => f64::from(time.day()),
        Function::Month => f64::from(time.month()),
        _ => f64::from(time.year()),
    }
}
