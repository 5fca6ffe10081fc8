//! Instants in the pictures of the library. The crate reads pictures and instants as if no one wrote them otherwise
//! than they should be: what it would cut inside a character, or count beyond its numbers, ends here.

use jsonata_core::evaluator::{EvaluatorError, HostFnResult};
use jsonata_core::value::JValue;

use super::guard::too_large;
use super::library::original;

/// Characters of a picture.
pub(super) const MAX_PICTURE: usize = 1 << 12;
/// Digits that a component is filled up to; of a year, whose digits are cut to as many.
const MAX_WIDTH: usize = 100;
const MAX_YEAR: usize = 18;
/// Milliseconds since 1970, in either direction: some 259,800 years.
const MAX_MILLIS: f64 = 8.2e15;
/// Digits of an offset from UTC.
const MAX_OFFSET: usize = 9;

/// A component of a picture: `[Y0001,2-4]`.
struct Marker {
    component: char,
    presentation: String,
    width: String,
}

fn failed(words: impl Into<String>) -> EvaluatorError {
    EvaluatorError::EvaluationError(words.into())
}

pub(super) fn from_millis(args: &[JValue]) -> HostFnResult {
    let Some(JValue::Number(millis)) = args.first() else { return Ok(JValue::Undefined) };
    if !(-MAX_MILLIS..=MAX_MILLIS).contains(millis) {
        return Err(failed("Invalid time value"));
    }
    if let Some(JValue::String(picture)) = args.get(1) {
        check(&markers(picture)?)?;
    }
    if let Some(JValue::String(offset)) = args.get(2) {
        let digits = offset.trim().trim_start_matches(['+', '-']);
        if digits.bytes().take_while(u8::is_ascii_digit).count() > MAX_OFFSET {
            return Err(failed("Invalid time value"));
        }
    }
    let mut args = args.to_vec();
    args[0] = JValue::Number(millis.trunc());
    original("fromMillis", &args)
}

pub(super) fn to_millis(args: &[JValue]) -> HostFnResult {
    let Some(JValue::String(text)) = args.first() else { return Ok(JValue::Undefined) };
    match args.get(1) {
        Some(JValue::String(picture)) => {
            let markers = markers(picture)?;
            check(&markers)?;
            if !could_match(text, &markers) {
                return Ok(JValue::Undefined);
            }
            check_sizes(text, &markers)?;
        }
        // The crate takes the digits of any script for those of a year, and then cannot read them.
        _ if !text.is_ascii() => {
            return Err(failed(format!(
                "D3110: The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given \"{text}\""
            )));
        }
        _ => {}
    }
    original("toMillis", args)
}

/// The components of a picture. What is wrong with its brackets the crate tells.
fn markers(picture: &str) -> Result<Vec<Marker>, EvaluatorError> {
    if picture.len() > MAX_PICTURE {
        return Err(too_large());
    }
    let (mut markers, mut rest) = (Vec::new(), picture);
    while let Some((_, after)) = rest.split_once('[') {
        if let Some(literal) = after.strip_prefix('[') {
            rest = literal;
            continue;
        }
        let Some((inner, after)) = after.split_once(']') else { break };
        rest = after;
        let mut letters = inner.chars().filter(|letter| !letter.is_whitespace());
        let Some(component) = letters.next() else { break };
        let modifier: String = letters.collect();
        let (presentation, width) = modifier.rsplit_once(',').unwrap_or((&modifier, ""));
        markers.push(Marker { component, presentation: presentation.to_owned(), width: width.to_owned() });
    }
    Ok(markers)
}

fn check(markers: &[Marker]) -> Result<(), EvaluatorError> {
    for Marker { component, presentation, width } in markers {
        if !component.is_ascii_alphabetic() {
            return Err(failed(format!("D3132: {component}")));
        }
        if *component == 'f' && presentation.starts_with(['n', 'N']) {
            return Err(failed("D3133: f"));
        }
        let widest = width.split('-').filter_map(|part| part.parse::<usize>().ok()).max().unwrap_or_default();
        let is_long = *component == 'Y' && presentation.chars().count().max(widest) > MAX_YEAR;
        if is_long || widest > MAX_WIDTH {
            return Err(too_large());
        }
    }
    Ok(())
}

/// Without signs that only the crate takes for the letters K and S, and without digits that only it reads as others.
fn could_match(text: &str, markers: &[Marker]) -> bool {
    let is_foreign = |letter: char| letter.is_numeric() && !letter.is_ascii();
    !text.contains(['\u{17f}', '\u{212a}'])
        && !markers.iter().any(|marker| marker.presentation.contains(is_foreign))
}

/// Whether the numbers in a text are of a size that can be counted with.
fn check_sizes(text: &str, markers: &[Marker]) -> Result<(), EvaluatorError> {
    let longest = |is_part: fn(char) -> bool| {
        text.split(|letter| !is_part(letter)).map(str::len).max().unwrap_or_default()
    };
    let (digits, letters) =
        (longest(|digit| digit.is_ascii_digit()), longest(|letter| letter.is_alphabetic()));
    let text = text.to_lowercase();
    let powers = ["hundred", "thousand", "illion"].map(|word| text.matches(word).count());
    for Marker { component, presentation, .. } in markers {
        let is_counted = "dhZz".contains(*component);
        let is_too_large = match presentation.chars().next() {
            Some('A' | 'a') => letters > if is_counted { 7 } else { 12 },
            Some('W' | 'w') => is_counted && (powers[0] + powers[1] > 2 || powers[2] > 0),
            _ => is_counted && digits > 10,
        };
        if is_too_large {
            return Err(failed("D3136: the number of a component is too large"));
        }
    }
    Ok(())
}
