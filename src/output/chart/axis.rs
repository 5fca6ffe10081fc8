//! What stands at the axes: round values and round times, and how they are written.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::scale::float;

/// Round values from below `low` to above `high`, about so many.
pub fn value_ticks(low: f64, high: f64, about: usize) -> Vec<f64> {
    let about = about.max(2);
    let step = round_step((high / 2.0 - low / 2.0) / float(about - 1) * 2.0);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    if !step.is_finite() || step <= 0.0 || !(last - first).is_finite() || last - first > 100.0 {
        return vec![low, high];
    }
    let mut ticks = Vec::new();
    let mut count = first;
    while count <= last {
        // Adding nothing makes a 0 of a -0.
        let tick = count * step + 0.0;
        if tick.is_finite() {
            ticks.push(tick);
        }
        count += 1.0;
    }
    ticks
}

/// The smallest of 1, 2 and 5 with zeros that is not below.
fn round_step(least: f64) -> f64 {
    let ten = 10f64.powf(least.log10().floor());
    // What falls short by the last digit alone is enough.
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * ten)
        .find(|step| *step >= least * 0.999_999)
        .unwrap_or(least)
}

/// A value in a few letters; `step` is what tells it from the next one.
pub fn value(value: f64, step: f64) -> String {
    const UNITS: [(f64, &str); 6] = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")];
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e18).contains(&size) {
        return short(format!("{value:.2e}"));
    }
    // Thousands are still read as such.
    let unit = if size < 10_000.0 { None } else { UNITS.iter().find(|(unit, _)| size >= *unit) };
    let (unit, name) = unit.copied().unwrap_or((1.0, ""));
    let mut digits = 0;
    while digits < 6 && (step / unit * 10f64.powi(digits)).fract().abs() > 1e-6 && step > 0.0 {
        digits += 1;
    }
    let digits = usize::try_from(digits).unwrap_or_default();
    format!("{:.digits$}{name}", value / unit)
}

/// A value as it is, in a few letters.
pub fn exact(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e18).contains(&size) {
        return short(format!("{value:e}"));
    }
    value.to_string()
}

/// `1.00e30` as `1e30`.
fn short(text: String) -> String {
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => {
            format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Round times and how they are written, so that `most` fit.
pub fn time_ticks(from: i64, to: i64, most: usize, zone: &TimeZone) -> Vec<(i64, String)> {
    const STEPS: [i64; 23] = [
        1,
        5,
        10,
        30,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
        7 * DAY,
        14 * DAY,
        28 * DAY,
        56 * DAY,
        112 * DAY,
        364 * DAY,
    ];
    let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
    let length = to.saturating_sub(from);
    let Some(step) = STEPS.into_iter().find(|step| length / step < most) else { return Vec::new() };
    let Ok(start) = Timestamp::from_second(from) else { return Vec::new() };
    // Midnight is round where the reader is.
    let offset = i64::from(zone.to_offset(start).seconds());
    let first = from.saturating_add(offset).div_euclid(step).saturating_mul(step).saturating_sub(offset);
    let mut ticks = Vec::new();
    let mut at = first;
    while at < to {
        if at >= from
            && let Some(text) = time(at, step, length, zone)
        {
            ticks.push((at, text));
        }
        at = at.saturating_add(step);
    }
    ticks
}

fn time(at: i64, step: i64, length: i64, zone: &TimeZone) -> Option<String> {
    let time = Timestamp::from_second(at).ok()?.to_zoned(zone.clone());
    let form = match () {
        () if length > 300 * DAY => "%Y-%m-%d",
        () if step >= DAY => "%m-%d",
        () if length > DAY => "%m-%d %H:%M",
        () if step < MINUTE => "%H:%M:%S",
        () => "%H:%M",
    };
    Some(time.strftime(form).to_string())
}

/// `2026-11-22 11:00 to 12:00 UTC`
pub fn span(from: i64, to: i64, zone: &TimeZone) -> String {
    let at = |second: i64| Timestamp::from_second(second).ok().map(|time| time.to_zoned(zone.clone()));
    let (Some(from), Some(to)) = (at(from), at(to)) else { return String::new() };
    let end =
        if from.date() == to.date() { to.strftime("%H:%M %Z") } else { to.strftime("%Y-%m-%d %H:%M %Z") };
    format!("{} to {end}", from.strftime("%Y-%m-%d %H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        for (low, high, about, expected) in [
            (0.0, 100.0, 5, &[0.0, 50.0, 100.0][..]),
            (0.0, 10.0, 6, &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0]),
            (-3.0, 7.0, 3, &[-5.0, 0.0, 5.0, 10.0]),
            (17.0, 18.0, 3, &[17.0, 17.5, 18.0]),
            (f64::MIN, f64::MAX, 3, &[f64::MIN, f64::MAX]),
        ] {
            let ticks = value_ticks(low, high, about);
            assert_eq!(ticks, expected, "{low} {high}");
        }
    }

    #[test]
    fn values_are_written_in_a_few_letters() {
        for (number, step, expected) in [
            (0.0, 1.0, "0"),
            (0.5, 0.5, "0.5"),
            (2.0, 0.5, "2.0"),
            (-80.0, 20.0, "-80"),
            (9000.0, 1000.0, "9000"),
            (12_500.0, 2500.0, "12.5k"),
            (3e9, 1e9, "3G"),
            (2f64.powi(360), 1e100, "2.35e108"),
            (1e-7, 1e-7, "1e-7"),
        ] {
            assert_eq!(value(number, step), expected);
        }
        for (number, expected) in [(80.0, "80"), (0.1, "0.1"), (1e30, "1e30"), (-0.0, "-0")] {
            assert_eq!(exact(number), expected);
        }
    }

    #[test]
    fn times_are_round_in_the_zone_of_the_reader() {
        let noon = 1_795_348_800;
        let texts = |from: i64, to: i64, most, zone: &TimeZone| {
            time_ticks(from, to, most, zone).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
        };
        let utc = &TimeZone::UTC;
        assert_eq!(texts(noon - 3600, noon, 5, utc), "11:00 11:15 11:30 11:45");
        assert_eq!(texts(noon - 3 * HOUR, noon, 4, utc), "09:00 10:00 11:00");
        assert_eq!(texts(noon - 3 * DAY, noon, 4, utc), "11-20 11-21 11-22");
        assert_eq!(texts(noon - 2 * DAY, noon, 6, utc), "11-20 12:00 11-21 00:00 11-21 12:00 11-22 00:00");
        assert_eq!(texts(noon - 20, noon, 3, utc), "11:59:40 11:59:50");
        let india = &TimeZone::fixed(jiff::tz::offset(5).saturating_add(jiff::SignedDuration::from_mins(30)));
        assert_eq!(texts(noon - 3 * HOUR, noon, 4, india), "15:00 16:00 17:00");
        assert!(time_ticks(i64::MIN, i64::MAX, 9, utc).is_empty());
    }
}
