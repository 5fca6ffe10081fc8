//! What the language takes for a timestamp: RFC 3339 with an upper-case `T` between date and time, and with `Z` or an
//! offset behind.

use jiff::Timestamp;

/// The instant of a text, when it is a timestamp.
pub fn parse(text: &str) -> Option<Timestamp> {
    if !has_shape(text) {
        return None;
    }
    text.parse().ok()
}

pub fn is_timestamp(text: &str) -> bool {
    parse(text).is_some()
}

/// `2016-03-14T01:59:00[.123](Z|+01:00)`, before the calendar is asked.
fn has_shape(text: &str) -> bool {
    let Some((start, rest)) = text.split_at_checked(19) else { return false };
    let matches = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(found, shape)| match shape {
                b'0' => found.is_ascii_digit(),
                shape => found == shape,
            })
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|found: char| found.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    matches(start, "0000-00-00T00:00:00")
        && (zone == "Z" || matches(zone, "+00:00") || matches(zone, "-00:00"))
}
