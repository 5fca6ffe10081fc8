//! Values from AWS are untrusted: what could move the cursor, start an escape sequence, hide or reorder text
//! is shown escaped. Printable text is left alone, so a backslash is not doubled; JSON is the exact form.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with control and direction characters shown, on one line.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unsafe(character) {
            push_escaped(&mut escaped, character);
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Controls (C0, DEL, C1), separators that end a line, and marks that change the direction of text.
pub(super) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn push_escaped(into: &mut String, character: char) {
    match character {
        '\n' => into.push_str("\\n"),
        '\r' => into.push_str("\\r"),
        '\t' => into.push_str("\\t"),
        ascii if ascii.is_ascii() => _ = write!(into, "\\x{:02x}", ascii as u32),
        other => _ = write!(into, "\\u{{{:x}}}", other as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_dangerous_is_shown() {
        let cases = [
            ("plain", "web-1 ümläut 漢字", "web-1 ümläut 漢字"),
            ("backslash stays", r"C:\new", r"C:\new"),
            ("colour sequence", "\u{1b}[31mred", r"\x1b[31mred"),
            ("title", "\u{1b}]0;x\u{7}", r"\x1b]0;x\x07"),
            ("C1 introducer", "\u{9b}31m", r"\u{9b}31m"),
            ("white space", "a\tb\nc\rd", r"a\tb\nc\rd"),
            ("NUL and DEL", "\0\u{7f}", r"\x00\x7f"),
            ("right-to-left override", "exe\u{202e}gpj", r"exe\u{202e}gpj"),
            (
                "isolates and marks",
                "\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}",
                r"\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}",
            ),
            ("line separators", "a\u{2028}b\u{85}", r"a\u{2028}b\u{85}"),
            ("joined emoji stay", "👩‍💻", "👩‍💻"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(escape(text), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in any::<String>()) {
            prop_assert!(!escape(&text).chars().any(is_unsafe));
        }
    }
}
