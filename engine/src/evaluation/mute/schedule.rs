//! The windows of a schedule. A window lasts as long as it says by any clock; where clocks are put forward over its
//! beginning it begins an hour late, and where they are put back it begins the first time.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::cron::Cron;
use super::duration::iso_seconds;

/// Seconds of a window.
const SHORTEST: u64 = 60;
const LONGEST: u64 = 15 * 86_400;
/// Clocks that are put back show no time again that is longer ago.
const PUT_BACK: SignedDuration = SignedDuration::from_hours(4);
/// Windows in a row that are looked through for their end.
const MOST_IN_A_ROW: usize = 10_000;

/// `Expression` of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expression {
    Cron(Cron),
    /// Once, at this time on the clock.
    At(DateTime),
}

/// Half open: `start` is in it, `end` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Window {
    pub fn contains(&self, time: Timestamp) -> bool {
        self.start <= time && time < self.end
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub expression: Expression,
    pub duration: SignedDuration,
    pub zone: TimeZone,
}

impl Expression {
    /// What is wrong is said in lower case, without a full stop.
    pub fn parse(text: &str) -> Result<Self, String> {
        let inside = |name: &str| text.trim().strip_prefix(name)?.strip_suffix(')');
        if let Some(fields) = inside("cron(") {
            return Cron::parse(fields).map(Expression::Cron);
        }
        let Some(time) = inside("at(") else {
            return Err(format!("`{text}` is neither cron(0 2 * * *) nor at(2027-01-31T14:00)"));
        };
        let is_minute = time.len() == "yyyy-MM-ddThh:mm".len() && time.as_bytes().get(10) == Some(&b'T');
        let parsed = is_minute.then(|| time.parse().ok()).flatten();
        parsed.map(Expression::At).ok_or_else(|| format!("`{time}` is no time such as 2027-01-31T14:00"))
    }
}

/// `Duration` of a schedule, from `PT1M` to `P15D`.
pub(super) fn duration(text: &str) -> Result<SignedDuration, String> {
    let seconds =
        iso_seconds(text).ok_or_else(|| format!("`{text}` is no duration such as PT4H or P2DT12H"))?;
    if !(SHORTEST..=LONGEST).contains(&seconds) {
        return Err(format!("{text} is not from PT1M (a minute) to P15D (15 days)"));
    }
    Ok(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

impl Schedule {
    /// The windows that begin at or after a time, in order.
    pub fn windows_from(&self, time: Timestamp) -> impl Iterator<Item = Window> + '_ {
        let mut clock = Some(self.zone.to_datetime(time));
        let next = move || -> Option<Window> {
            loop {
                let at = match self.expression {
                    Expression::Cron(cron) => cron.next(clock?)?,
                    Expression::At(at) => clock.map(|_| at)?,
                };
                clock = match self.expression {
                    Expression::Cron(_) => at.checked_add(SignedDuration::from_mins(1)).ok(),
                    Expression::At(_) => None,
                };
                let window = self.window(at)?;
                if window.start >= time {
                    return Some(window);
                }
            }
        };
        std::iter::from_fn(next)
    }

    /// The window that a time is in: of several, the one that ends last.
    pub fn window_at(&self, time: Timestamp) -> Option<Window> {
        let cron = match self.expression {
            Expression::At(at) => return self.window(at).filter(|window| window.contains(time)),
            Expression::Cron(cron) => cron,
        };
        // Where clocks were put back just now, windows may have begun at clock times that are still to come again.
        let offset = |time: Timestamp| self.zone.to_offset(time).seconds();
        let before = time.checked_sub(PUT_BACK).ok()?;
        let again = (offset(before) - offset(time)).max(0);
        let clock = self.zone.to_datetime(time);
        let mut at = cron.last(clock.checked_add(SignedDuration::from_secs(again.into())).ok()?)?;
        loop {
            let window = self.window(at)?;
            if window.start <= time {
                return Some(window).filter(|window| window.contains(time));
            }
            at = cron.last(at.checked_sub(SignedDuration::from_mins(1)).ok()?)?;
        }
    }

    /// When it is over with windows that follow each other without a gap from this time on. `None` when it is in none, or
    /// when they never end.
    pub fn muted_until(&self, time: Timestamp) -> Option<Timestamp> {
        let mut end = self.window_at(time)?.end;
        for _ in 0..MOST_IN_A_ROW {
            match self.window_at(end) {
                Some(window) if window.end > end => end = window.end,
                _ => return Some(end),
            }
        }
        None
    }

    fn window(&self, at: DateTime) -> Option<Window> {
        let start = self.zone.to_ambiguous_zoned(at).compatible().ok()?.timestamp();
        Some(Window { start, end: start.checked_add(self.duration).ok()? })
    }
}
