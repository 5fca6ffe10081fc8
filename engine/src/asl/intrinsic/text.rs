//! The functions on text: templates, JSON, base64, digests, splitting.

use crate::hex::hex;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use ring::digest::{self, Algorithm};
use serde_json::Value;

use super::{Trouble, Values};
use crate::asl::json;
use crate::asl::room::Room;

/// Characters that base64 and digests take.
const MAX_LENGTH: usize = 10_000;

/// Takes the backslashes out of a quoted text.
pub(super) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(found) = chars.next() {
        text.push(if found == '\\' { chars.next().unwrap_or(found) } else { found });
    }
    text
}

/// Puts the arguments after the first into the `{}` of a template: texts bare, everything else as JSON.
pub(super) fn format(template: &str, values: &Values<'_>, room: &mut Room) -> Result<Value, Trouble> {
    let mut text = String::with_capacity(template.len());
    let mut used = 0;
    let mut chars = template.chars();
    while let Some(found) = chars.next() {
        match found {
            '\\' => text.push(chars.next().unwrap_or(found)),
            '{' if chars.as_str().starts_with('}') => {
                chars.next();
                used += 1;
                match values.0.get(used).map(AsRef::as_ref) {
                    Some(Value::String(value)) => {
                        room.take_text(value)?;
                        text.push_str(value);
                    }
                    Some(value) => {
                        room.take(value)?;
                        let _ = write!(text, "{value}");
                    }
                    // Counted on, for the message.
                    None => {}
                }
            }
            '{' | '}' => {
                return Trouble::wrong(format!("a {found} of a template that is no {{}} needs a backslash"));
            }
            _ => text.push(found),
        }
    }
    let given = values.0.len().saturating_sub(1);
    if used == given {
        Ok(text.into())
    } else {
        Trouble::wrong(format!("the template has {used} places for {given} values"))
    }
}

/// No text at all is null (recorded).
pub(super) fn string_to_json(text: &str) -> Result<Value, Trouble> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    json::parse(text.as_bytes()).map_err(|error| Trouble::Wrong(format!("the text is no JSON: {error}")))
}

fn short(text: &str) -> Result<&str, Trouble> {
    match text.chars().count() {
        length if length <= MAX_LENGTH => Ok(text),
        length => Trouble::wrong(format!("the text has {length} characters; {MAX_LENGTH} are allowed")),
    }
}

pub(super) fn base64_encode(text: &str) -> Result<Value, Trouble> {
    Ok(STANDARD.encode(short(text)?).into())
}

pub(super) fn base64_decode(text: &str) -> Result<Value, Trouble> {
    let bytes =
        STANDARD.decode(short(text)?).map_err(|error| Trouble::Wrong(format!("no base64: {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => Trouble::wrong("the decoded bytes are no UTF-8 text"),
    }
}

/// The digest in lower-case hexadecimal digits; a value that is no text is digested as its JSON.
pub(super) fn hash(value: &Value, algorithm: &str) -> Result<Value, Trouble> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match hex_digest(short(&text)?, algorithm) {
        Some(digest) => Ok(digest.into()),
        None => Trouble::wrong(format!(
            "the algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512, but is {algorithm:?}"
        )),
    }
}

/// The digest of a text under the name that both query languages know it by.
pub(in crate::asl) fn hex_digest(text: &str, algorithm: &str) -> Option<String> {
    let sha: &'static Algorithm = match algorithm {
        "MD5" => return Some(hex(&Md5::digest(text))),
        "SHA-1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "SHA-256" => &digest::SHA256,
        "SHA-384" => &digest::SHA384,
        "SHA-512" => &digest::SHA512,
        _ => return None,
    };
    Some(hex(digest::digest(sha, text.as_bytes()).as_ref()))
}

/// Every character of `separators` separates; empty pieces are dropped.
pub(super) fn split(text: &str, separators: &str, room: &mut Room) -> Result<Value, Trouble> {
    text.split(|found| separators.contains(found))
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            room.take_text(piece)?;
            Ok(Value::from(piece))
        })
        .collect()
}
