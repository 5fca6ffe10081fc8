//! Values from AWS are untrusted: what could move the cursor, start an escape sequence, hide or reorder text
//! is shown escaped. For people printable text is left alone, so a backslash is not doubled; in records, which
//! programs read back, it is.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with control and direction characters shown, on one line.
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_where(text, is_unsafe)
}

/// The lines that a program somewhere else has printed: as [`escape`], but for line ends and tabs.
pub(super) fn escape_lines(text: &str) -> Cow<'_, str> {
    escape_where(text, |character| is_unsafe(character) && !matches!(character, '\n' | '\t'))
}

/// The same so that it can be undone: every backslash begins an escape (`\\`, `\t`, `\n`, `\r`, `\x1b`, `\u{202e}`).
pub(super) fn escape_record(text: &str) -> Cow<'_, str> {
    escape_where(text, |character| character == '\\' || is_unsafe(character))
}

fn escape_where(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_escaped(character) {
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
        '\\' => into.push_str("\\\\"),
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

    #[test]
    fn lines_stay_lines() {
        assert_eq!(escape_lines("a\tb\nc\r\u{1b}[2J\u{202e}\n"), "a\tb\nc\\r\\x1b[2J\\u{202e}\n");
    }

    /// What a program does with a value of the text format.
    fn read_back(record: &str) -> String {
        let mut text = String::new();
        let mut rest = record;
        while let Some((before, after)) = rest.split_once('\\') {
            text.push_str(before);
            let code = |digits: &str| char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap();
            let (character, length) = match after.as_bytes()[0] {
                b'n' => ('\n', 1),
                b'r' => ('\r', 1),
                b't' => ('\t', 1),
                b'x' => (code(&after[1..3]), 3),
                b'u' => {
                    let end = after.find('}').unwrap();
                    (code(&after[2..end]), end + 1)
                }
                _ => ('\\', 1),
            };
            text.push(character);
            rest = &after[length..];
        }
        text + rest
    }

    #[test]
    fn a_backslash_of_a_record_is_doubled() {
        assert_eq!(escape_record(r"C:\new"), r"C:\\new");
        assert_eq!(escape_record("C:\new"), r"C:\new");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in any::<String>()) {
            prop_assert!(!escape(&text).chars().any(is_unsafe));
        }

        #[test]
        fn a_record_can_be_read_back(
            text in prop_oneof![any::<String>(), r"[\\nrtxu{}0-9a-f\t\n\x{1b}\x{9b}\x{202e}]{0,20}"]
        ) {
            let record = escape_record(&text);
            prop_assert!(!record.chars().any(is_unsafe));
            prop_assert_eq!(read_back(&record), text);
        }
    }
}
