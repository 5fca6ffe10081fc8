//! Times in words: how long ago on a terminal, RFC 3339 with its zone everywhere else.

use jiff::Timestamp;
use jiff::tz::TimeZone;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const MONTH: i64 = 30 * DAY;
const YEAR: i64 = 365 * DAY;

/// How a time is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum TimeForm<'a> {
    Since(Timestamp),
    Absolute(&'a TimeZone),
}

impl TimeForm<'_> {
    pub(super) fn show(self, time: Timestamp) -> String {
        match self {
            TimeForm::Since(now) => since(time, now),
            TimeForm::Absolute(zone) if *zone == TimeZone::UTC => time.to_string(),
            TimeForm::Absolute(zone) => time.display_with_offset(zone.to_offset(time)).to_string(),
        }
    }
}

/// "5m ago", "in 2h": the largest unit only, rounded down.
fn since(time: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(time).as_secs();
    let (count, unit) = match seconds.saturating_abs() {
        0 => return "now".to_owned(),
        s if s < MINUTE => (s, "s"),
        s if s < HOUR => (s / MINUTE, "m"),
        s if s < 2 * DAY => (s / HOUR, "h"),
        s if s < 2 * MONTH => (s / DAY, "d"),
        s if s < 2 * YEAR => (s / MONTH, "mo"),
        s => (s / YEAR, "y"),
    };
    if seconds > 0 { format!("{count}{unit} ago") } else { format!("in {count}{unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan as _;

    #[test]
    fn relative_times_name_the_largest_unit() {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let cases = [
            (0.seconds(), "now"),
            (-59.seconds(), "59s ago"),
            (-60.seconds(), "1m ago"),
            (-3599.seconds(), "59m ago"),
            (-47.hours(), "47h ago"),
            (-48.hours(), "2d ago"),
            (-(24 * 61).hours(), "2mo ago"),
            (-(24 * 800).hours(), "2y ago"),
            (90.seconds(), "in 1m"),
        ];
        for (span, expected) in cases {
            assert_eq!(since(now + span, now), expected);
        }
        assert_eq!(since(Timestamp::MIN, Timestamp::MAX), "20012y ago");
    }

    #[test]
    fn absolute_times_carry_their_zone() {
        let time: Timestamp = "2026-07-01T10:00:00.5Z".parse().unwrap();
        assert_eq!(TimeForm::Absolute(&TimeZone::UTC).show(time), "2026-07-01T10:00:00.5Z");
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(TimeForm::Absolute(&zone).show(time), "2026-07-01T12:00:00.5+02:00");
    }
}
