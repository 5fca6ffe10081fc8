//! How long data can be read with which period, and where a request for it begins. Ages are seconds before now.

use jiff::Timestamp;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Age up to which a period can be read, with that period in seconds.
const KEPT: [(i64, u32); 4] = [(3 * HOUR, 1), (15 * DAY, 60), (63 * DAY, 300), (455 * DAY, 3_600)];

/// The smallest period that data of this age can be read with; `None` when it is gone.
pub fn smallest_period(age: i64) -> Option<u32> {
    KEPT.iter().find(|(oldest, _)| age <= *oldest).map(|(_, period)| *period)
}

/// Whether data of this age is there in periods of so many seconds.
pub fn is_kept(age: i64, period: u32) -> bool {
    smallest_period(age).is_some_and(|smallest| period >= smallest)
}

/// The period that stands in for the wanted one at this age: itself, or a coarser one.
pub fn readable_period(age: i64, wanted: u32) -> Option<u32> {
    smallest_period(age).map(|smallest| smallest.max(wanted))
}

/// Where GetMetricData begins: the start, rounded down by its age, or to a period of less than a minute.
pub fn rounded_start(start: Timestamp, period: u32, now: Timestamp) -> Timestamp {
    let second = start.as_second();
    let age = now.as_second().saturating_sub(second);
    let step = match period {
        1 | 5 | 10 | 20 | 30 => i64::from(period),
        _ if age < 15 * DAY => 60,
        _ if age < 63 * DAY => 300,
        _ => HOUR,
    };
    Timestamp::from_second(second - second.rem_euclid(step)).unwrap_or(start)
}
