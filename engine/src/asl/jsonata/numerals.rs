//! Numbers in the pictures of the library. The crate writes no number that is none, and reads only what was written
//! for its picture: the rest ends here, as does what would fill the memory.

use jsonata_core::evaluator::{EvaluatorError, HostFnResult};
use jsonata_core::value::JValue;

use super::dates::MAX_PICTURE;
use super::guard::{MAX_TEXT, too_large};
use super::library::original;

/// A number that has a form, and its picture.
fn number_and_picture(args: &[JValue]) -> Result<Option<(f64, &str)>, EvaluatorError> {
    match args {
        [JValue::Number(number), ..] if !number.is_finite() => {
            Err(EvaluatorError::EvaluationError("D1001: Number out of range: null".to_owned()))
        }
        [JValue::Number(_), JValue::String(picture), ..] if picture.len() > MAX_PICTURE => Err(too_large()),
        [JValue::Number(number), JValue::String(picture), ..] => Ok(Some((*number, picture))),
        _ => Ok(None),
    }
}

/// What a picture says of the form of a number, without the modifier behind it.
fn form(picture: &str) -> &str {
    picture.rsplit_once(';').map_or(picture, |(form, _)| form)
}

pub(super) fn format(args: &[JValue]) -> HostFnResult {
    // A Roman number has a letter for each thousand.
    if let Some((number, picture)) = number_and_picture(args)?
        && matches!(form(picture), "I" | "i")
        && number.abs() / 1000.0 > MAX_TEXT as f64
    {
        return Err(too_large());
    }
    original("formatInteger", args)
}

pub(super) fn format_number(args: &[JValue]) -> HostFnResult {
    let (Some((number, picture)), Some(JValue::Object(options))) = (number_and_picture(args)?, args.get(2))
    else {
        return original("formatNumber", args);
    };
    let separator = match options.get("decimal-separator") {
        Some(JValue::String(separator)) => separator.chars().next().filter(|separator| !separator.is_ascii()),
        _ => None,
    };
    let Some(separator) = separator else { return original("formatNumber", args) };
    // The crate takes a separator for one byte: one that is more has a stand-in.
    let stand_in = "\u{1}";
    let picture = picture.replace(separator, stand_in);
    let options = options
        .iter()
        .map(|(name, value)| match name.as_str() {
            "decimal-separator" => (name.clone(), JValue::string(stand_in)),
            _ => (name.clone(), value.clone()),
        })
        .collect();
    let args = [JValue::Number(number), JValue::string(picture), JValue::object(options)];
    Ok(match original("formatNumber", &args)? {
        JValue::String(text) => JValue::string(text.replace(stand_in, separator.encode_utf8(&mut [0; 4]))),
        other => other,
    })
}

pub(super) fn parse(args: &[JValue]) -> HostFnResult {
    let [JValue::String(text), JValue::String(picture), ..] = args else {
        return original("parseInteger", args);
    };
    if picture.len() > MAX_PICTURE {
        return Err(too_large());
    }
    let text = match form(picture) {
        "A" => return Ok(JValue::Number(of_letters(text, 'A'))),
        "a" => return Ok(JValue::Number(of_letters(text, 'a'))),
        "I" | "i" | "W" | "w" | "Ww" => text.to_string(),
        form => {
            let is_ordinal = picture[form.len()..].starts_with(";o");
            let count = text.chars().count().saturating_sub(if is_ordinal { 2 } else { 0 });
            let number: String = text.chars().take(count).collect();
            digits(&number, picture)? + if is_ordinal { "th" } else { "" }
        }
    };
    original("parseInteger", &[JValue::string(text), args[1].clone()])
}

/// Columns of a spreadsheet: A, B, … Z, AA. As JavaScript counts them, without an end.
fn of_letters(text: &str, first: char) -> f64 {
    let value = |letter: char| f64::from(u32::from(letter)) - f64::from(u32::from(first)) + 1.0;
    text.chars().fold(0.0, |sum, letter| sum * 26.0 + value(letter))
}

/// A number without what does not belong to it, when its picture has the digits of another script.
fn digits(number: &str, picture: &str) -> Result<String, EvaluatorError> {
    let JValue::String(zeros) = original("formatInteger", &[JValue::Number(0.0), JValue::string(picture)])?
    else {
        return Ok(number.to_owned());
    };
    let Some(zero) = zeros.chars().rev().find(|letter| letter.is_numeric()).filter(|zero| !zero.is_ascii())
    else {
        return Ok(number.to_owned());
    };
    let value = |digit: char| u32::from(digit).checked_sub(u32::from(zero)).filter(|value| *value < 10);
    Ok(number
        .chars()
        .filter(|letter| value(*letter).is_some() || !(*letter == ',' || picture.contains(*letter)))
        .take_while(|letter| value(*letter).is_some())
        .collect())
}
