//! How long, as a user writes it: `90`, `30s`, `2h30m`, `1 day`.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// A length of time of at most a year: a number of seconds, or numbers with units.
pub fn duration(text: &str) -> Result<Duration, String> {
    let expected = || "a duration is a number of seconds, or looks like 30s, 5m or 2h30m".to_owned();
    let duration = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        // Days are of 24 hours here: nobody waits across a change of the clock with a calendar in mind.
        Err(_) => text
            .parse::<Span>()
            .ok()
            .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())
            .and_then(|duration| Duration::try_from(duration).ok())
            .ok_or_else(expected)?,
    };
    if duration > LONGEST {
        return Err("a duration is at most a year".to_owned());
    }
    Ok(duration)
}

/// The same, for a wait that cannot be of no length.
pub fn positive_duration(text: &str) -> Result<Duration, String> {
    let length = duration(text)?;
    if length.is_zero() { Err("it must be longer than nothing".to_owned()) } else { Ok(length) }
}

/// Far beyond any wait, and far below what overflows when it is added to a time.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_or_have_units() {
        for (text, seconds) in [
            ("90", 90.0),
            ("30s", 30.0),
            ("1.5s", 1.5),
            ("250ms", 0.25),
            ("2h30m", 9000.0),
            ("1m 5s", 65.0),
            ("0", 0.0),
            ("1d", 86400.0),
            ("P1DT1H", 90000.0),
        ] {
            assert_eq!(duration(text).map(|length| length.as_secs_f64()), Ok(seconds), "{text}");
        }
        for bad in
            ["", "-5", "-5s", "5 parsecs", "soon", "400000d", "99999999999999999999", "9999999h", "1e9"]
        {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert_eq!(positive_duration("1ms"), Ok(Duration::from_millis(1)));
        for bad in ["0", "0s", "-1", "soon"] {
            assert!(positive_duration(bad).is_err(), "{bad}");
        }
    }
}
