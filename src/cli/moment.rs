//! When, as a user writes it: `2h` (ago), `yesterday`, a date, an RFC 3339 time.

use std::str::FromStr;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::duration;

/// A point in time, of which some are only known once now is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    At(Timestamp),
    /// Without a zone: that of the times that are shown. A date is its midnight.
    Clock(DateTime),
    Ago(Duration),
    /// The beginning of the day so many days ago.
    DaysAgo(i32),
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "now" => return Ok(Moment::Ago(Duration::ZERO)),
            "today" => return Ok(Moment::DaysAgo(0)),
            "yesterday" => return Ok(Moment::DaysAgo(1)),
            _ => {}
        }
        if let Ok(time) = text.parse() {
            return Ok(Moment::At(time));
        }
        if let Ok(time) = text.parse() {
            return Ok(Moment::Clock(time));
        }
        // A number without a unit may as well be meant as seconds since 1970.
        let has_unit = text.contains(|c: char| c.is_ascii_alphabetic());
        match duration(text) {
            Ok(ago) if has_unit => Ok(Moment::Ago(ago)),
            _ => Err("a time looks like 2h (ago), yesterday, 2026-11-22 or 2026-11-22T10:00:00Z".to_owned()),
        }
    }
}

impl Moment {
    /// Fails beyond the calendar.
    pub fn resolve(self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
        match self {
            Moment::At(time) => Ok(time),
            Moment::Clock(time) => Ok(time.to_zoned(zone.clone())?.timestamp()),
            Moment::Ago(ago) => now.checked_sub(SignedDuration::try_from(ago)?),
            Moment::DaysAgo(days) => {
                let day = now.to_zoned(zone.clone()).date().checked_sub(days.days())?;
                Ok(day.to_zoned(zone.clone())?.timestamp())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_every_form() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        for (text, utc, in_zone) in [
            ("now", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z"),
            ("2h", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
            ("1h30m", "2026-11-22T10:30:00Z", "2026-11-22T10:30:00Z"),
            ("7d", "2026-11-15T12:00:00Z", "2026-11-15T12:00:00Z"),
            ("today", "2026-11-22T00:00:00Z", "2026-11-21T22:00:00Z"),
            ("yesterday", "2026-11-21T00:00:00Z", "2026-11-20T22:00:00Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z", "2026-11-19T22:00:00Z"),
            ("2026-11-20T08:15", "2026-11-20T08:15:00Z", "2026-11-20T06:15:00Z"),
            ("2026-11-20T08:15:00Z", "2026-11-20T08:15:00Z", "2026-11-20T08:15:00Z"),
            ("2026-11-20T08:15:00+01:00", "2026-11-20T07:15:00Z", "2026-11-20T07:15:00Z"),
        ] {
            let moment: Moment = text.parse().unwrap();
            assert_eq!(moment.resolve(now, &TimeZone::UTC).unwrap().to_string(), utc, "{text}");
            assert_eq!(moment.resolve(now, &zone).unwrap().to_string(), in_zone, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "90", "soon", "-2h", "2026-13-01", "2026-11-22T25:00", "tomorrow", "1763800000"] {
            assert!(text.parse::<Moment>().unwrap_err().contains("yesterday"), "{text}");
        }
        let early: Moment = "365d".parse().unwrap();
        assert!(early.resolve(Timestamp::MIN, &TimeZone::UTC).is_err());
    }
}
