//! What is wrong with a text of a small language (metric math, alarm rules), and where: the place can be pointed at.

use unicode_width::UnicodeWidthChar;

/// Columns of the text that are shown before and after the place.
const BEFORE: usize = 50;
const AFTER: usize = 40;

/// Why a text cannot be read or used. Lower case, no full stop; says what would be right where that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", self.at + 1)]
pub struct SyntaxError {
    /// The place, in bytes from the start of the text: `at..end`; the end of the text when something is missing there.
    pub at: usize,
    pub end: usize,
    pub message: String,
}

impl SyntaxError {
    pub(super) fn new(at: usize, end: usize, message: impl Into<String>) -> Self {
        SyntaxError { at, end: end.max(at), message: message.into() }
    }

    /// Two lines: the text around the place, in one line however it was written, and carets under the place.
    pub fn pointed(&self, text: &str) -> String {
        let at = floor(text, self.at);
        let end = floor(text, self.end).max(at);
        let (before, _) = text.split_at(at);
        let from = before.char_indices().rev().take(BEFORE).last().map_or(at, |(from, _)| from);
        let to = text[at..].char_indices().nth(AFTER).map_or(text.len(), |(length, _)| at + length);
        let left = format!("{}{}", if from > 0 { "…" } else { "" }, plain(&text[from..at]));
        let right = format!("{}{}", plain(&text[at..to]), if to < text.len() { "…" } else { "" });
        let carets = columns(&plain(&text[at..end.min(to)])).max(1);
        format!("{left}{right}\n{}{}", " ".repeat(columns(&left)), "^".repeat(carets))
    }
}

/// The start of the character that a byte belongs to.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Line ends and other control characters as blanks: they would move the carets.
fn plain(text: &str) -> String {
    text.chars().map(|found| if found.is_control() { ' ' } else { found }).collect()
}

fn columns(text: &str) -> usize {
    text.chars().map(|found| found.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_place_whatever_is_around_it() {
        let cases = [
            ("m1 + avg(m2)", 5..8, "m1 + avg(m2)\n     ^^^"),
            ("m1 +", 4..4, "m1 +\n    ^"),
            ("名前 ?", 7..8, "名前 ?\n     ^"),
            ("a\n?", 2..3, "a ?\n  ^"),
            ("", 0..0, "\n^"),
            ("é", 1..9, "é\n^"),
        ];
        for (text, place, expected) in cases {
            let error = SyntaxError::new(place.start, place.end, "wrong");
            assert_eq!(error.pointed(text), expected, "{text}");
        }
        let long = format!("{}?{}", "a".repeat(5000), "b".repeat(5000));
        let shown = SyntaxError::new(5000, 5001, "wrong").pointed(&long);
        let (line, caret) = shown.split_once('\n').unwrap();
        assert!(line.chars().count() < 100 && line.starts_with('…') && line.ends_with('…'), "{line}");
        assert_eq!(line.chars().nth(caret.chars().count() - 1), Some('?'));
    }
}
