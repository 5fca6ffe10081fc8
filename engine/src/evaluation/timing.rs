//! When an alarm is evaluated, and which stretches of time its slots are: sliding ones that end with the newest data, or
//! those of the clock in a time zone, where days may have 23 or 25 hours.

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::alarm::MetricAlarm;
use super::zone::{UnknownZone, Zone};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

/// How slots lie in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    Sliding,
    WallClock(Zone),
}

/// One slot: from its start to its end, which is the next one's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub start: Timestamp,
    pub end: Timestamp,
}

/// When and over what an alarm is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    period: i64,
    evaluation_periods: i64,
    window: Window,
}

/// Why an alarm has no timing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTiming {
    #[error("`{0}` is missing or not positive")]
    Missing(&'static str),
    #[error(transparent)]
    Zone(#[from] UnknownZone),
}

impl Timing {
    /// Both in their units: seconds, and a number of periods; at least 1.
    pub fn new(period: i64, evaluation_periods: i64, window: Window) -> Result<Self, NoTiming> {
        match () {
            () if period < 1 => Err(NoTiming::Missing("Period")),
            () if evaluation_periods < 1 => Err(NoTiming::Missing("EvaluationPeriods")),
            () => Ok(Timing { period, evaluation_periods, window }),
        }
    }

    pub fn of(alarm: &MetricAlarm) -> Result<Self, NoTiming> {
        let wall_clock =
            alarm.evaluation_window.as_ref().and_then(|window| window.wall_clock_window.as_ref());
        let window = match wall_clock.map(|window| window.timezone.as_deref()) {
            None => Window::Sliding,
            Some(None) => Window::WallClock(Zone::utc()),
            Some(Some(name)) => Window::WallClock(name.parse()?),
        };
        Timing::new(alarm.period().unwrap_or(0), alarm.evaluation_periods.unwrap_or(0), window)
    }

    pub fn period(&self) -> i64 {
        self.period
    }

    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Whether Period x N is longer than a day.
    pub fn is_multi_day(&self) -> bool {
        self.period.saturating_mul(self.evaluation_periods) > DAY
    }

    /// Seconds between evaluations.
    pub fn interval(&self) -> i64 {
        match self.period {
            period if period < MINUTE => 10,
            _ if self.is_multi_day() => HOUR,
            _ => MINUTE,
        }
    }

    /// The end of the data that an evaluation at `now` looks at: the last full hour of an alarm over several days,
    /// else the last full minute, or ten seconds where periods are shorter than that.
    pub fn data_until(&self, now: Timestamp) -> Timestamp {
        let seconds = now.as_second();
        Timestamp::from_second(seconds - seconds.rem_euclid(self.interval())).unwrap_or(now)
    }

    /// The newest `count` slots of an evaluation at `now`, oldest first; fewer where time begins.
    pub fn slots(&self, now: Timestamp, count: usize) -> Vec<Stretch> {
        let mut end = match &self.window {
            Window::Sliding => Some(self.data_until(now)),
            Window::WallClock(zone) => self.boundary(self.data_until(now), zone),
        };
        let mut slots = Vec::new();
        while let Some(at) = end.filter(|_| slots.len() < count) {
            let start = self.before(at);
            slots.extend(start.map(|start| Stretch { start, end: at }));
            end = start;
        }
        slots.reverse();
        slots
    }

    /// The start of the slot that ends at a boundary.
    fn before(&self, end: Timestamp) -> Option<Timestamp> {
        match &self.window {
            Window::Sliding => end.checked_sub(SignedDuration::from_secs(self.period)).ok(),
            Window::WallClock(zone) => {
                self.boundary(end.checked_sub(SignedDuration::from_secs(1)).ok()?, zone)
            }
        }
    }

    /// The last boundary of the clock at or before a moment: midnight, Monday's midnight, or a multiple of the period
    /// since midnight by the clock on the wall.
    fn boundary(&self, at: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let local = at.to_zoned(zone.time_zone().clone());
        let start = match self.period {
            WEEK => {
                let days = i64::from(local.weekday().to_monday_zero_offset());
                local.date().checked_sub(days.days()).ok()?.to_zoned(local.time_zone().clone()).ok()?
            }
            period if period >= DAY => local.start_of_day().ok()?,
            period => {
                // By the distance from UTC now, so that an hour that comes twice is two slots.
                let offset = i64::from(local.offset().seconds());
                let wall = at.as_second() + offset;
                return Timestamp::from_second(wall - wall.rem_euclid(period) - offset).ok();
            }
        };
        Some(start.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ends(period: i64, window: Window, now: &str, count: usize) -> Vec<String> {
        let slots = Timing::new(period, 1, window).unwrap().slots(time(now), count);
        let joined = slots.windows(2).all(|pair| pair[0].end == pair[1].start);
        assert!(joined, "{slots:?}");
        slots.iter().map(|slot| slot.end.to_string()).collect()
    }

    fn zone(name: &str) -> Window {
        Window::WallClock(name.parse().unwrap())
    }

    #[test]
    fn sliding_slots_end_with_the_newest_data() {
        assert_eq!(
            ends(300, Window::Sliding, "2026-01-15T14:07:30Z", 2),
            ["2026-01-15T14:02:00Z", "2026-01-15T14:07:00Z"]
        );
        assert_eq!(
            ends(10, Window::Sliding, "2026-01-15T14:07:39Z", 2),
            ["2026-01-15T14:07:20Z", "2026-01-15T14:07:30Z"]
        );
    }

    /// An hour that comes twice is two slots, and one that is left out is none.
    #[test]
    fn hours_go_on_when_the_clock_is_set() {
        assert_eq!(
            ends(3_600, zone("America/New_York"), "2026-11-01T07:30:00Z", 3),
            ["2026-11-01T05:00:00Z", "2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"]
        );
        assert_eq!(
            ends(3_600, zone("America/New_York"), "2026-03-08T08:30:00Z", 3),
            ["2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z"]
        );
    }

    #[test]
    fn days_have_the_length_that_they_have() {
        assert_eq!(
            ends(86_400, zone("Europe/London"), "2026-03-30T12:00:00Z", 3),
            ["2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z"]
        );
        // A midnight that does not exist: the day begins an hour later.
        assert_eq!(
            ends(86_400, zone("America/Santiago"), "2026-09-06T12:00:00Z", 1),
            ["2026-09-06T04:00:00Z"]
        );
        assert_eq!(ends(604_800, zone("Z"), "2026-01-12T00:00:00Z", 1), ["2026-01-12T00:00:00Z"]);
    }

    #[test]
    fn time_has_a_beginning() {
        let first = Timing::new(604_800, 1, Window::Sliding).unwrap();
        assert!(first.slots(Timestamp::MIN, 3).len() < 3);
        let clock = Timing::new(86_400, 1, zone("America/New_York")).unwrap();
        assert!(clock.slots(Timestamp::MIN, 3).len() < 3);
        assert!(matches!(Timing::new(0, 1, Window::Sliding), Err(NoTiming::Missing("Period"))));
        assert!(matches!(Timing::new(60, 0, Window::Sliding), Err(NoTiming::Missing("EvaluationPeriods"))));
    }
}
