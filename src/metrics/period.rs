//! Which period data of some age still has: the service keeps old data by longer periods alone.

use opsctl_engine::evaluation::data::smallest_period;

use super::Window;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Periods that read well.
const ROUND: [i64; 12] = [
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
];

/// What can be asked for of data from some time on.
#[derive(Debug, Clone, Copy)]
pub struct Periods {
    /// The smallest that all of the time still has.
    pub smallest: i64,
    /// Part of the time is so long ago that nothing is kept of it.
    pub is_beyond: bool,
}

impl Periods {
    pub fn of(window: Window, now: i64) -> Self {
        let age = now.saturating_sub(window.from);
        let smallest = smallest_period(age).map(i64::from);
        Periods { smallest: smallest.unwrap_or(HOUR), is_beyond: smallest.is_none() }
    }

    /// For at most so many points in the time.
    pub fn fitting(self, window: Window, most: i64) -> i64 {
        let length = window.to.saturating_sub(window.from);
        let is_enough = |period: &i64| *period >= self.smallest && length / period <= most;
        ROUND.into_iter().find(is_enough).unwrap_or(7 * DAY)
    }

    /// The period that is asked for in place of the one that is wanted: data that is older has no smaller one.
    pub fn usable(self, wanted: i64) -> i64 {
        let wanted = wanted.max(1);
        if wanted >= self.smallest && wanted % self.smallest == 0 {
            return wanted;
        }
        // The next one that both go into.
        self.smallest.saturating_mul(wanted.saturating_add(self.smallest - 1) / self.smallest)
    }
}

impl Window {
    /// Whole periods that have all of it: quicker for the service, and no value is of half a period.
    pub fn aligned(self, period: i64) -> Self {
        let period = period.max(1);
        let down = |at: i64| at.div_euclid(period).saturating_mul(period);
        Window { from: down(self.from), to: down(self.to.saturating_add(period - 1)) }
    }
}

/// `15 days`, of the limit that data is over.
pub fn age_of(period: i64) -> &'static str {
    match period {
        ..=MINUTE => "3 hours",
        61..=300 => "15 days",
        _ => "63 days",
    }
}

/// `every 5 minutes`
pub fn every(period: i64) -> String {
    let (count, unit) = match period {
        seconds if seconds % 86_400 == 0 => (seconds / 86_400, "day"),
        seconds if seconds % 3600 == 0 => (seconds / 3600, "hour"),
        seconds if seconds % 60 == 0 => (seconds / 60, "minute"),
        seconds => (seconds, "second"),
    };
    if count == 1 { format!("every {unit}") } else { format!("every {count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_348_800;

    #[test]
    fn what_is_old_has_long_periods() {
        for (days, wanted, smallest, usable, fitting) in [
            (0, 10, 1, 10, 60),
            (1, 10, 60, 60, 60),
            (14, 300, 60, 300, 900),
            (20, 60, 300, 300, 1800),
            (20, 420, 300, 600, 1800),
            (100, 60, 3600, 3600, 7200),
        ] {
            let window = Window { from: NOW - days * DAY, to: NOW };
            let periods = Periods::of(window, NOW);
            assert_eq!(
                (periods.smallest, periods.usable(wanted), periods.fitting(window, 1440)),
                (smallest, usable, fitting),
                "{days} {wanted}"
            );
            assert!(!periods.is_beyond);
        }
        assert!(Periods::of(Window { from: NOW - 500 * DAY, to: NOW }, NOW).is_beyond);
    }

    #[test]
    fn a_period_is_told_in_its_largest_unit() {
        for (period, expected) in [
            (10, "every 10 seconds"),
            (60, "every minute"),
            (300, "every 5 minutes"),
            (7200, "every 2 hours"),
            (86_400, "every day"),
        ] {
            assert_eq!(every(period), expected);
        }
    }

    #[test]
    fn whole_periods_have_all_of_the_time() {
        let aligned = |from, to, period| {
            let Window { from, to } = Window { from, to }.aligned(period);
            (from, to)
        };
        assert_eq!(aligned(61, 119, 60), (60, 120));
        assert_eq!(aligned(60, 120, 60), (60, 120));
        assert_eq!(aligned(-1, 1, 60), (-60, 60));
    }
}
