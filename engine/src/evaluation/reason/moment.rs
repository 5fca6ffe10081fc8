//! The three ways in which the service writes a moment, all in UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SHORT: &str = "%d/%m/%y %H:%M:%S";
const LONG: &str = "%A %d %B, %Y %H:%M:%S";
const LONG_ZONE: &str = " UTC";

/// `02/03/26 09:15:00`: day, month and two digits of the year, in state reasons.
pub fn short(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime(SHORT).to_string()
}

pub fn read_short(text: &str) -> Option<Timestamp> {
    utc(DateTime::strptime(SHORT, text).ok()?)
}

/// `Monday 02 March, 2026 09:15:30 UTC`, in reasons of composites.
pub fn long(at: Timestamp) -> String {
    format!("{}{LONG_ZONE}", at.to_zoned(TimeZone::UTC).strftime(LONG))
}

pub fn read_long(text: &str) -> Option<Timestamp> {
    utc(DateTime::strptime(LONG, text.strip_suffix(LONG_ZONE)?).ok()?)
}

/// `2026-03-02T09:16:40.985+0000`, in JSON.
pub fn iso(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%3f%z").to_string()
}

/// That, or any time of RFC 3339.
pub fn read_iso(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text).ok().or_else(|| text.parse().ok())
}

fn utc(time: DateTime) -> Option<Timestamp> {
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read() {
        let at: Timestamp = "2026-03-02T09:15:30.985Z".parse().unwrap();
        let seconds: Timestamp = "2026-03-02T09:15:30Z".parse().unwrap();
        assert_eq!(short(at), "02/03/26 09:15:30");
        assert_eq!(read_short("02/03/26 09:15:30"), Some(seconds));
        assert_eq!(long(at), "Monday 02 March, 2026 09:15:30 UTC");
        assert_eq!(read_long(&long(at)), Some(seconds));
        assert_eq!(iso(at), "2026-03-02T09:15:30.985+0000");
        assert_eq!(read_iso(&iso(at)), Some(at));
        assert_eq!(read_iso("2026-03-02T09:15:30Z"), Some(seconds));
        for text in ["", "31/02/26 00:00:00", "tomorrow", "Monday"] {
            assert_eq!((read_short(text), read_long(text), read_iso(text)), (None, None, None), "{text}");
        }
    }
}
