//! When a silence is: what is asked for on the line, and the schedule that a mute rule says it with. Pure.

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use opsctl_engine::evaluation::Zone;
use opsctl_engine::evaluation::mute::{Cron, MuteRule, Rule, ScheduleText, Window, iso_duration};

use crate::cli::duration;
use crate::error::Error;

const MINUTE: i64 = 60;
/// The service's limits of a window, in seconds.
const SHORTEST: u64 = 60;
const LONGEST: u64 = 15 * 86_400;

/// When a silence begins: a moment, or what a clock shows then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    At(Timestamp),
    Clock(DateTime),
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let moment = text.parse().map(Start::At).or_else(|_| text.parse().map(Start::Clock));
        moment.map_err(|_| "a time looks like 2026-11-23T02:00 or 2026-11-23T02:00:00Z".to_owned())
    }
}

/// `--for`, within the limits of the service.
pub fn length(text: &str) -> Result<Duration, String> {
    let length = duration(text)?;
    match (Duration::from_secs(SHORTEST)..=Duration::from_secs(LONGEST)).contains(&length) {
        true => Ok(length),
        false => Err("a silence lasts from a minute to 15 days".to_owned()),
    }
}

/// `--cron`: the five fields, with or without what the service writes around them.
pub fn cron(text: &str) -> Result<String, String> {
    let fields = text.trim();
    let fields = fields.strip_prefix("cron(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(fields);
    Cron::parse(fields).map(|_| fields.to_owned())
}

/// What is asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    pub length: Duration,
    pub at: Option<Start>,
    pub cron: Option<&'a str>,
    pub zone: Option<&'a Zone>,
    /// No window of a schedule is after it.
    pub until: Option<Timestamp>,
}

/// A schedule with its first window that is not over.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    pub schedule: ScheduleText,
    pub expire: Option<Timestamp>,
    pub first: Window,
    pub is_recurring: bool,
}

impl When {
    pub fn of(asked: &Asked<'_>, now: Timestamp) -> Result<Self, Error> {
        let utc = Zone::utc();
        let zone = asked.zone.unwrap_or(&utc);
        let whole_minutes = asked.length.as_secs().div_ceil(SHORTEST) * SHORTEST;
        let (expression, seconds) = match (asked.cron, asked.at) {
            (Some(fields), _) => (format!("cron({fields})"), whole_minutes),
            (None, at) => {
                let (begin, seconds) = match at {
                    Some(Start::Clock(clock)) => (clock, whole_minutes),
                    Some(Start::At(at)) => (zone.time_zone().to_datetime(at), whole_minutes),
                    // A schedule knows minutes: it begins with this one, and ends with the one it is to end in.
                    None => (zone.time_zone().to_datetime(now), up_to_the_end(now, asked.length)),
                };
                (format!("at({})", begin.strftime("%Y-%m-%dT%H:%M")), seconds)
            }
        };
        let timezone = Some(zone.name().to_owned());
        let schedule = ScheduleText { expression, duration: iso_duration(seconds), timezone };
        let windows = schedule.read().map_err(|faults| {
            let reasons = faults.iter().map(ToString::to_string).collect();
            Error::usage("there can be no such silence").because_of(reasons)
        })?;
        let mut rule = MuteRule { rule: Rule { schedule }, expire_date: asked.until, ..MuteRule::default() };
        let first = rule.window_at(&windows, now).or_else(|| rule.next_window(&windows, now));
        let Some(first) = first.filter(|window| window.end > now) else {
            return Err(match asked.cron {
                Some(_) => Error::usage("no window of --cron begins before --until"),
                None => Error::usage(format!("this silence would be over: it is {now:.0}"))
                    .hint("--at is in UTC, or in the zone of --timezone"),
            });
        };
        let is_recurring = asked.cron.is_some();
        // A rule that is used up says so by its expiry.
        rule.expire_date = rule.expire_date.or((!is_recurring).then_some(first.end));
        Ok(When { schedule: rule.rule.schedule, expire: rule.expire_date, first, is_recurring })
    }
}

/// Seconds from the beginning of this minute to the end of the one that the silence is to end in.
fn up_to_the_end(now: Timestamp, length: Duration) -> u64 {
    let into = now.as_second().rem_euclid(MINUTE).unsigned_abs();
    let nanoseconds = u64::from(now.subsec_nanosecond() > 0 || length.subsec_nanos() > 0);
    ((into + length.as_secs() + nanoseconds).div_ceil(SHORTEST) * SHORTEST).min(LONGEST)
}

impl When {
    /// Until when, or how often.
    pub fn told(&self, now: Timestamp) -> String {
        let Window { start, end } = self.first;
        let once = match start <= now {
            true => format!("until {end}"),
            false => format!("from {start} until {end}"),
        };
        match self.is_recurring {
            false => once,
            true => {
                let ScheduleText { expression, timezone, .. } = &self.schedule;
                let zone = timezone.as_deref().unwrap_or("UTC");
                format!("{once}, and then by {expression} in {zone}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn asked(seconds: u64) -> Asked<'static> {
        Asked { length: Duration::from_secs(seconds), at: None, cron: None, zone: None, until: None }
    }

    #[test]
    fn a_silence_from_now_on_covers_the_minutes_it_begins_and_ends_in() {
        for (now, seconds, expression, duration, end) in [
            ("2026-11-22T12:00:00Z", 7200, "at(2026-11-22T12:00)", "PT2H", "2026-11-22T14:00:00Z"),
            ("2026-11-22T12:00:41Z", 7200, "at(2026-11-22T12:00)", "PT2H1M", "2026-11-22T14:01:00Z"),
            ("2026-11-22T12:00:00.5Z", 60, "at(2026-11-22T12:00)", "PT2M", "2026-11-22T12:02:00Z"),
            // The limit is the service's.
            ("2026-11-22T12:00:41Z", LONGEST, "at(2026-11-22T12:00)", "P15D", "2026-12-07T12:00:00Z"),
        ] {
            let when = When::of(&asked(seconds), at(now)).unwrap();
            assert_eq!(
                (when.schedule.expression.as_str(), when.schedule.duration.as_str()),
                (expression, duration)
            );
            assert_eq!((when.first.end, when.expire), (at(end), Some(at(end))), "{now}");
            assert!(when.first.contains(at(now)), "{now}");
        }
    }

    #[test]
    fn a_time_is_that_of_the_zone_and_a_moment_is_the_same_everywhere() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let now = at("2026-07-01T00:00:00Z");
        for (text, expected) in
            [("2026-07-02T02:00", "2026-07-02T00:00:00Z"), ("2026-07-02T02:00:00Z", "2026-07-02T02:00:00Z")]
        {
            let asked = Asked { at: Some(text.parse().unwrap()), zone: Some(&berlin), ..asked(3600) };
            let when = When::of(&asked, now).unwrap();
            assert_eq!(when.first.start, at(expected), "{text}");
            assert_eq!(when.schedule.timezone.as_deref(), Some("Europe/Berlin"));
        }
        let over = Asked { at: Some("2026-06-30T20:00".parse().unwrap()), ..asked(3600) };
        assert!(When::of(&over, now).is_err());
        // It has begun, and is not over.
        let under_way = Asked { at: Some("2026-06-30T23:30".parse().unwrap()), ..asked(3600) };
        assert_eq!(When::of(&under_way, now).unwrap().told(now), "until 2026-07-01T00:30:00Z");
    }

    #[test]
    fn a_schedule_has_a_first_window_and_ends_where_it_is_to() {
        let new_york: Zone = "America/New_York".parse().unwrap();
        let now = at("2026-11-22T12:00:00Z");
        let nightly = Asked { cron: Some("0 2 * * *"), zone: Some(&new_york), ..asked(5400) };
        let when = When::of(&nightly, now).unwrap();
        assert_eq!(
            when.told(now),
            "from 2026-11-23T07:00:00Z until 2026-11-23T08:30:00Z, and then by cron(0 2 * * *) in America/New_York"
        );
        assert_eq!(when.expire, None);
        let until = |text| When::of(&Asked { until: Some(at(text)), ..nightly_again() }, now);
        fn nightly_again() -> Asked<'static> {
            Asked { cron: Some("0 2 * * *"), ..asked(5400) }
        }
        assert_eq!(until("2026-12-01T00:00:00Z").unwrap().expire, Some(at("2026-12-01T00:00:00Z")));
        assert!(until("2026-11-22T18:00:00Z").is_err());
    }

    #[test]
    fn lengths_and_schedules_that_cannot_be_are_told() {
        for (text, expected) in
            [("1m", Some(60)), ("15d", Some(LONGEST)), ("59s", None), ("16d", None), ("x", None)]
        {
            assert_eq!(length(text).ok().map(|it| it.as_secs()), expected, "{text}");
        }
        for text in ["0 2 * * *", "cron(0 2 * * *)", " 0 2 * * * "] {
            assert_eq!(cron(text).as_deref(), Ok("0 2 * * *"), "{text}");
        }
        assert!(cron("0 2 * *").unwrap_err().contains("cron has five fields"));
        assert!("tomorrow".parse::<Start>().unwrap_err().contains("looks like"));
    }
}
