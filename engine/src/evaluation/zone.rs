//! Time zones as alarms and mute rules name them: those of the tz database, and fixed distances from UTC. The database
//! is the one in the binary, so that the same alarm has the same days on every machine.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use serde::{Serialize, Serializer};

use crate::near::advice;

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Distances are multiples of so many minutes.
const STEP_MINUTES: i32 = 5;
/// And no larger than so many hours.
const MOST_HOURS: i32 = 18;

/// Said when no name is near.
const EXAMPLES: &str = "; names such as Europe/London and distances such as +05:30 are";

/// A time zone, with the name that it was given by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// A name that is no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownZone {
    #[error("`{name}` is no time zone{near}")]
    Name { name: String, near: String },
    #[error(
        "`{name}` is no time zone: the distance from UTC must be a multiple of 5 minutes and at most 18 hours"
    )]
    Distance { name: String },
}

impl Zone {
    pub fn utc() -> Self {
        Zone { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn time_zone(&self) -> &TimeZone {
        &self.zone
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    /// A name of the tz database, `Z`, or a distance `+hh:mm`, which `UTC` or `GMT` may precede.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let zone = if name == "Z" {
            TimeZone::UTC
        } else if let Some(minutes) = distance(name) {
            let fits = minutes % STEP_MINUTES == 0 && minutes.abs() <= MOST_HOURS * 60;
            let offset = fits.then(|| Offset::from_seconds(minutes * 60).ok()).flatten();
            TimeZone::fixed(offset.ok_or_else(|| UnknownZone::Distance { name: name.to_owned() })?)
        } else {
            let unknown = |_| {
                let names: Vec<String> = DATABASE.available().map(|zone| zone.to_string()).collect();
                let near = match advice(name, names.iter().map(String::as_str)) {
                    near if near.is_empty() => EXAMPLES.to_owned(),
                    near => near,
                };
                UnknownZone::Name { name: name.to_owned(), near }
            };
            DATABASE.get(name).map_err(unknown)?
        };
        Ok(Zone { name: name.to_owned(), zone })
    }
}

/// Minutes east of UTC, when the text has the form of a distance.
fn distance(text: &str) -> Option<i32> {
    let text = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text);
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let number = |digits: &str| -> Option<i32> {
        (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| digits.parse().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60).then_some(sign * (hours * 60 + minutes))
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn zones_are_names_and_distances() {
        let cases = [
            ("Europe/London", 3600),
            ("America/New_York", -4 * 3600),
            ("UTC", 0),
            ("Z", 0),
            ("+05:30", 19_800),
            ("UTC+05:30", 19_800),
            ("GMT-08:00", -28_800),
            ("+01:05", 3_900),
        ];
        let summer: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        for (name, seconds) in cases {
            let zone: Zone = name.parse().unwrap();
            assert_eq!(zone.time_zone().to_offset(summer).seconds(), seconds, "{name}");
            assert_eq!(zone.to_string(), name);
        }
    }

    #[test]
    fn what_is_no_zone_is_told_with_what_would_be() {
        for name in ["+01:03", "+19:00", "-99:55"] {
            assert!(matches!(name.parse::<Zone>(), Err(UnknownZone::Distance { .. })), "{name}");
        }
        for name in ["Mars/Base", "", "+5:30", "+05:60", "+0530", "é:00", "UTC+"] {
            assert!(matches!(name.parse::<Zone>(), Err(UnknownZone::Name { .. })), "{name}");
        }
        let message = "Europe/Lodon".parse::<Zone>().unwrap_err().to_string();
        assert!(message.contains("did you mean `Europe/London`"), "{message}");
    }
}
