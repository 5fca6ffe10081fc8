//! Tokens, `${Name}`, in texts: where they are, and what they are replaced by.

use super::Known;
use crate::input::document::Place;

/// The text with what stands without quotes filled in to the same length, so that it is JSON and every place stays.
pub fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (at, token) in bare(text) {
        out.push_str(text.get(end..at).unwrap_or_default());
        out.push_str(&format!("{:<width$}", 0, width = token.chars().count()));
        end = at + token.len();
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}

/// Each `${Name}` of a JSON text that stands without quotes, and where.
pub fn places(text: &str) -> Vec<(&str, Place)> {
    let place = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Place { line: before.matches('\n').count() + 1, column }
    };
    bare(text).into_iter().map(|(at, token)| (token, place(at))).collect()
}

/// A text with what is known filled in; the rest stays as it is.
pub fn known_in(text: &str, known: &Known) -> String {
    fill(text, known, &mut |_, token| token.to_owned()).0
}

/// The names of all tokens in a text.
pub fn names_in(text: &str) -> Vec<&str> {
    text.match_indices("${").filter_map(|(at, _)| token(text.get(at..)?)).map(|(name, _)| name).collect()
}

/// A text in which `${!Name}`, as CloudFormation writes what is no token, is `${Name}`.
pub fn literal(text: &str) -> String {
    let mut parts = text.split("${!");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_one =
            part.split_once('}').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_of_name));
        out.push_str(if is_one { "${" } else { "${!" });
        out.push_str(part);
    }
    out
}

/// Each token outside of strings, with the byte it begins at.
fn bare(text: &str) -> Vec<(usize, &str)> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(next) = rest.find(['"', '$']) {
        let from = &rest[next..];
        let length = match token(from) {
            Some((name, _)) => {
                let length = name.len() + 3;
                found.push((text.len() - from.len(), &from[..length]));
                length
            }
            None if from.starts_with('"') => end_of_string(from),
            None => 1,
        };
        rest = &from[length..];
    }
    found
}

/// `${Name}` at the start of a text: the name, and what follows.
pub(super) fn token(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix("${")?.split_once('}')?;
    (!name.is_empty() && name.chars().all(is_of_name)).then_some((name, after))
}

pub fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || ":._-".contains(letter)
}

/// How many bytes a text has up to the quote that ends the string at its start.
pub(super) fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The text with each token filled in, by `open` where it is not known; and whether there was one of those.
pub(super) fn fill(text: &str, known: &Known, open: &mut dyn FnMut(&str, &str) -> String) -> (String, bool) {
    let (mut out, mut rest, mut is_open) = (String::with_capacity(text.len()), text, false);
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let Some((name, after)) = token(from) else {
            out.push_str("${");
            rest = &from[2..];
            continue;
        };
        match (known.get(name).map(String::as_str), name) {
            (Some(value), _) => out.push_str(value),
            (None, "AWS::Partition") => out.push_str("aws"),
            (None, "AWS::Region") => out.push_str("us-east-1"),
            (None, "AWS::AccountId") => out.push_str("123456789012"),
            (None, _) => {
                is_open = true;
                out.push_str(&open(name, &from[..from.len() - after.len()]));
            }
        }
        rest = after;
    }
    out.push_str(rest);
    (out, is_open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_what_is_no_token_is_taken_as_it_is() {
        assert_eq!(names_in("${A} $x ${B.Arn}/${!C} ${} ${d e}"), ["A", "B.Arn"]);
        assert_eq!(literal("echo ${!HOME} ${!} ${!a b} ${A}"), "echo ${HOME} ${!} ${!a b} ${A}");
    }
}
