//! The five fields of `cron(…)`: minutes, hours, day of month, month, day of week. `*`, lists, ranges and steps; months
//! and days of the week also by name. Days of the week count from Sunday, which is 0 or 7. When both kinds of days are
//! limited, a day that fits either counts, as it does everywhere cron has five fields.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan};

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Days that are looked at for the next moment: the 29th of February comes back within eight years.
const FARTHEST: i32 = 366 * 9;

/// A field: its name, its smallest and largest number, and the names of its numbers from the smallest on.
struct Field {
    name: &'static str,
    range: (u8, u8),
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minutes", range: (0, 59), names: &[] },
    Field { name: "hours", range: (0, 23), names: &[] },
    Field { name: "day of month", range: (1, 31), names: &[] },
    Field { name: "month", range: (1, 12), names: &MONTHS },
    Field { name: "day of week", range: (0, 7), names: &DAYS },
];

/// Moments on the clock of a place, whatever its time zone. Every field is a set of numbers, one a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days_of_month: u64,
    months: u64,
    days_of_week: u64,
    is_any_day_of_month: bool,
    is_any_day_of_week: bool,
}

impl Cron {
    /// From what stands between the parentheses. What is wrong is said in lower case, without a full stop.
    pub fn parse(text: &str) -> Result<Self, String> {
        let texts: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days_of_month, months, days_of_week] = texts[..] else {
            return Err(format!(
                "cron has five fields here (minutes hours day-of-month month day-of-week), this has {}",
                texts.len()
            ));
        };
        let [for_minutes, for_hours, for_days, for_months, for_week] = FIELDS;
        let mut week = for_week.numbers(days_of_week)?;
        // Sunday is 0 and 7.
        week |= (week >> 7) & 1;
        let cron = Cron {
            minutes: for_minutes.numbers(minutes)?,
            hours: for_hours.numbers(hours)?,
            days_of_month: for_days.numbers(days_of_month)?,
            months: for_months.numbers(months)?,
            days_of_week: week,
            is_any_day_of_month: is_any(days_of_month),
            is_any_day_of_week: is_any(days_of_week),
        };
        let leap_year = Date::constant(2028, 1, 1);
        let ever = cron.next(leap_year.at(0, 0, 0, 0));
        ever.map(|_| cron).ok_or_else(|| "no month has such a day: the schedule never begins".to_owned())
    }

    /// The first moment at or after this one.
    pub fn next(&self, from: DateTime) -> Option<DateTime> {
        self.search(from.date(), 1.day(), |date| {
            let earliest = if date == from.date() { from.time() } else { Time::midnight() };
            let rounded = earliest.second() > 0 || earliest.subsec_nanosecond() > 0;
            let from = minute_of_day(earliest) + u32::from(rounded);
            self.times().find(|minute| *minute >= from)
        })
    }

    /// The last moment at or before this one.
    pub fn last(&self, to: DateTime) -> Option<DateTime> {
        self.search(to.date(), -1.day(), |date| {
            let latest = if date == to.date() { minute_of_day(to.time()) } else { u32::MAX };
            self.times().take_while(|minute| *minute <= latest).last()
        })
    }

    fn search(&self, from: Date, step: Span, time: impl Fn(Date) -> Option<u32>) -> Option<DateTime> {
        let mut date = from;
        for _ in 0..FARTHEST {
            if self.is_on(date)
                && let Some(minute) = time(date)
            {
                let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
                return Some(date.at(hour, minute, 0, 0));
            }
            date = date.checked_add(step).ok()?;
        }
        None
    }

    fn is_on(&self, date: Date) -> bool {
        let has = |set: u64, number: i8| set >> number & 1 == 1;
        let of_month = has(self.days_of_month, date.day());
        let of_week = has(self.days_of_week, date.weekday().to_sunday_zero_offset());
        let is_day = match (self.is_any_day_of_month, self.is_any_day_of_week) {
            (false, false) => of_month || of_week,
            _ => of_month && of_week,
        };
        has(self.months, date.month()) && is_day
    }

    /// Of a day, in minutes since midnight, in order.
    fn times(&self) -> impl Iterator<Item = u32> {
        let (minutes, hours) = (self.minutes, self.hours);
        let of_hour = move |hour: u32| {
            (0..60).filter(move |minute| minutes >> minute & 1 == 1).map(move |minute| hour * 60 + minute)
        };
        (0..24).filter(move |hour| hours >> hour & 1 == 1).flat_map(of_hour)
    }
}

fn is_any(text: &str) -> bool {
    text == "*" || text == "?"
}

fn minute_of_day(time: Time) -> u32 {
    u32::from(time.hour().unsigned_abs()) * 60 + u32::from(time.minute().unsigned_abs())
}

impl Field {
    /// The numbers of a list of ranges, steps and single numbers, as bits.
    fn numbers(&self, text: &str) -> Result<u64, String> {
        let mut set = 0;
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(self.step(step, text)?)),
                None => (part, None),
            };
            let (from, to) = match range.split_once('-') {
                Some((from, to)) => (self.number(from, text)?, self.number(to, text)?),
                None if is_any(range) => (self.range.0, self.largest()),
                None => {
                    let from = self.number(range, text)?;
                    (from, if step.is_some() { self.largest() } else { from })
                }
            };
            if from > to {
                return Err(format!("`{text}` is no {}: {from} comes after {to}", self.name));
            }
            (from..=to).step_by(step.unwrap_or(1)).for_each(|number| set |= 1 << number);
        }
        Ok(set)
    }

    /// Of all days of the week: each once.
    fn largest(&self) -> u8 {
        self.range.1.min(if self.names.len() == DAYS.len() { 6 } else { u8::MAX })
    }

    fn step(&self, digits: &str, text: &str) -> Result<usize, String> {
        let step = digits.parse().ok().filter(|step| (1..=59).contains(step));
        step.ok_or_else(|| format!("`{text}` is no {}: a step is from 1 to 59", self.name))
    }

    fn number(&self, word: &str, text: &str) -> Result<u8, String> {
        let by_name = self.names.iter().position(|name| name.eq_ignore_ascii_case(word));
        let by_name = by_name.and_then(|position| u8::try_from(position).ok());
        let digits = word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok()).flatten();
        let (smallest, largest) = self.range;
        by_name
            .map(|position| position + smallest)
            .or(digits)
            .filter(|n| (smallest..=largest).contains(n))
            .ok_or_else(|| match (self.names.first(), self.names.last()) {
                (Some(first), Some(last)) => {
                    format!(
                        "`{text}` is no {}: it goes from {smallest} to {largest} or {first} to {last}",
                        self.name
                    )
                }
                _ => format!("`{text}` is no {}: it goes from {smallest} to {largest}", self.name),
            })
    }
}
