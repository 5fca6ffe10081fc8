//! Text as a drawing shows it: harmless, measured in columns, cut to a room.

use std::fmt::Write as _;

use jiff::SignedDuration;
use unicode_width::UnicodeWidthStr;

/// Characters of a text that are looked at: nothing drawn is longer.
const LONGEST: usize = 400;

/// A line of a drawing for a terminal. Its text is free of control characters and of marks that change direction.
pub type Line = Vec<Span>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub style: Style,
}

/// What a piece of a drawing is; colours are the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    Plain,
    /// Type of a state, its detail, conditions, marks.
    Faint,
    /// The way of an error that is caught.
    Catch,
    Running,
    Succeeded,
    Caught,
    Failed,
    /// Of two things that are compared: what one has more, less, and otherwise.
    Added,
    Removed,
    Changed,
}

/// Controls, separators that end a line, and marks that change the direction of text.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text on one line, with what is unsafe shown as an escape.
pub fn harmless(text: &str) -> String {
    let mut into = String::new();
    for character in text.chars().take(LONGEST) {
        match character {
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            ascii if ascii.is_ascii_control() => _ = write!(into, "\\x{:02x}", ascii as u32),
            unsafe_one if is_unsafe(unsafe_one) => _ = write!(into, "\\u{{{:x}}}", unsafe_one as u32),
            other => into.push(other),
        }
    }
    into
}

/// Columns of a text on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// A harmless text in at most `room` columns; what is left out is shown by a mark of one column.
pub fn cut(text: &str, room: usize, more: char) -> String {
    let text = harmless(text);
    if width(&text) <= room {
        return text;
    }
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        // The width of a whole is not the sum of its characters': marks join some of them.
        if width(&kept) + 1 > room {
            kept.pop();
            break;
        }
    }
    if room > 0 {
        kept.push(more);
    }
    kept
}

/// Puts spans of one style together.
pub fn push(line: &mut Line, text: &str, style: Style) {
    match line.last_mut() {
        Some(last) if last.style == style => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => line.push(Span { text: text.to_owned(), style }),
    }
}

/// In the two largest units that matter: `350 ms`, `1.2 s`, `4 m 5 s`, `2 h 3 m`, `3 d 4 h`.
pub fn duration(took: SignedDuration) -> String {
    let millis = took.as_millis().max(0);
    let seconds = millis / 1000;
    match seconds {
        0 => format!("{millis} ms"),
        1..60 => format!("{}.{} s", seconds, millis % 1000 / 100),
        60..3600 => format!("{} m {} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {} m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}
