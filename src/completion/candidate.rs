//! What a word may become, and what is said of it. Both may come from AWS, so neither is trusted.

use clap_complete::engine::CompletionCandidate;
use serde::{Deserialize, Serialize};

use crate::output::escape;

/// Longer ones are no names that anybody completes.
const LONGEST_VALUE: usize = 512;
/// A description is one line of a menu.
const LONGEST_DESCRIPTION: usize = 80;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub(super) value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    second: bool,
}

impl Candidate {
    pub fn new(value: impl Into<String>) -> Self {
        Candidate { value: value.into(), description: None, second: false }
    }

    #[must_use]
    pub fn described(self, description: impl Into<String>) -> Self {
        Candidate { description: Some(description.into()), ..self }
    }

    /// Offered only when something is typed already: another way to say what a better candidate says.
    #[must_use]
    pub fn second_choice(self) -> Self {
        Candidate { second: true, ..self }
    }

    /// Can it be typed, and is it then read as a value?
    pub fn is_usable(&self) -> bool {
        is_plain(&self.value) && !self.is_option()
    }

    pub(super) fn is_option(&self) -> bool {
        self.value.starts_with('-')
    }

    pub(super) fn fits(&self, typed: &str) -> bool {
        self.value.starts_with(typed) && !(self.second && typed.is_empty())
    }

    /// None for a value that no shell could take as it is.
    pub(super) fn into_engine(self) -> Option<CompletionCandidate> {
        let candidate = checked(self.value, self.description.as_deref())?;
        Some(CompletionCandidate::new(candidate.value).help(candidate.description.map(Into::into)))
    }

    pub(super) fn of_engine(candidate: &CompletionCandidate) -> Option<Self> {
        let help = candidate.get_help().map(ToString::to_string);
        checked(candidate.get_value().to_str()?.to_owned(), help.as_deref())
    }
}

/// The first line of the description with everything shown that could move a cursor. A value cannot be escaped: it
/// would name something else.
fn checked(value: String, description: Option<&str>) -> Option<Candidate> {
    if !is_plain(&value) {
        return None;
    }
    let description = description.and_then(|text| text.lines().next()).map(escape).map(|line| {
        match line.char_indices().nth(LONGEST_DESCRIPTION) {
            Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
            None => line.into_owned(),
        }
    });
    Some(Candidate { value, description: description.filter(|text| !text.is_empty()), second: false })
}

fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.len() <= LONGEST_VALUE && escape(value) == value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(value: &str, description: &str) -> Option<(String, Option<String>)> {
        let candidate = Candidate::new(value).described(description).into_engine()?;
        Candidate::of_engine(&candidate).map(|candidate| (candidate.value, candidate.description))
    }

    #[test]
    fn values_that_cannot_be_typed_are_left_out() {
        for bad in ["", "\u{1b}[31mred", "two\nlines", "a\tb", "\u{202e}x", &"x".repeat(LONGEST_VALUE + 1)] {
            assert_eq!(passed(bad, ""), None, "{bad:?}");
        }
        for good in ["web-1", "$(touch x)", "a b", "a:b", "größe"] {
            assert_eq!(passed(good, ""), Some((good.to_owned(), None)));
        }
    }

    #[test]
    fn descriptions_are_one_short_escaped_line() {
        let description = |text: &str| passed("x", text).unwrap().1.unwrap();
        assert_eq!(description("\u{1b}]0;x\u{7}a\tb\nmore"), r"\x1b]0;x\x07a\tb");
        assert_eq!(description(&"é".repeat(90)), format!("{}...", "é".repeat(80)));
    }
}
