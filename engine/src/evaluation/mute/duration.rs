//! Durations as mute rules have them: ISO 8601 with days, hours, minutes and seconds.

const DAY: u64 = 86_400;
const UNITS: [(char, u64); 3] = [('H', 3_600), ('M', 60), ('S', 1)];

/// Seconds of `PT4H`, `P2DT12H`; `None` when it is no such text. Months and years have no length.
pub fn iso_seconds(text: &str) -> Option<u64> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((date, time)) => (date, (!time.is_empty()).then_some(time)?),
        None => (rest, ""),
    };
    let days = match date {
        "" if time.is_empty() => return None,
        "" => 0,
        date => number(date.strip_suffix('D')?)?.checked_mul(DAY)?,
    };
    let mut rest = time;
    let mut seconds = days;
    for (letter, unit) in UNITS {
        let Some((digits, after)) = rest.split_once(letter) else { continue };
        seconds = seconds.checked_add(number(digits)?.checked_mul(unit)?)?;
        rest = after;
    }
    rest.is_empty().then_some(seconds)
}

fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// The same in its shortest form.
pub fn iso_duration(seconds: u64) -> String {
    let mut text = "P".to_owned();
    if seconds >= DAY {
        text.push_str(&format!("{}D", seconds / DAY));
    }
    let mut rest = seconds % DAY;
    if rest > 0 || seconds == 0 {
        text.push('T');
    }
    for (letter, unit) in UNITS {
        if rest >= unit || (seconds == 0 && unit == 1) {
            text.push_str(&format!("{}{letter}", rest / unit));
            rest %= unit;
        }
    }
    text
}
