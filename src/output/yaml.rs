//! YAML, behind one function so that the crate can be changed in one place. The crate escapes what controls a terminal
//! but not what turns text round; here that is made up for.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::escape::is_unsafe;

/// No character of any text: the crate writes it as an escape, with `ESCAPE` before it.
const NO_CHARACTER: char = '\u{fffe}';
const ESCAPE: &str = "\\uFFFE";

pub(super) fn write_document(mut into: impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut text = to_yaml(value)?;
    if text.chars().any(|character| is_unsafe(character) && character != '\n') {
        let marked = serde_json::to_value(value).map(mark)?;
        text = to_yaml(&marked)?.replace(ESCAPE, "\\u");
    }
    into.write_all(text.as_bytes())?;
    if text.ends_with('\n') { Ok(()) } else { into.write_all(b"\n") }
}

fn to_yaml(value: &impl Serialize) -> io::Result<String> {
    serde_saphyr::to_string(value).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// What is to be escaped by its number, which the crate lets stand behind the escape of [`NO_CHARACTER`]. Backslashes
/// too, so that none of the data looks like one of ours.
fn mark(value: Value) -> Value {
    let mark_text = |text: String| -> String {
        let mut marked = String::with_capacity(text.len());
        for character in text.chars() {
            if matches!(character, '\\' | NO_CHARACTER) || is_unsafe(character) {
                marked.push_str(&format!("{NO_CHARACTER}{:04x}", character as u32));
            } else {
                marked.push(character);
            }
        }
        marked
    };
    match value {
        Value::String(text) => Value::String(mark_text(text)),
        Value::Array(elements) => elements.into_iter().map(mark).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(key, value)| (mark_text(key), mark(value))).collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[track_caller]
    fn assert_harmless_and_same(value: &Value) {
        let mut written = Vec::new();
        write_document(&mut written, value).unwrap();
        let text = String::from_utf8(written).unwrap();
        assert_eq!(serde_saphyr::from_str::<Value>(&text).unwrap(), *value, "{text}");
        assert!(!text.chars().any(|c| is_unsafe(c) && c != '\n'), "{text}");
    }

    #[test]
    fn what_is_written_is_harmless_and_reads_back_the_same() {
        let plain = json!({
            "version": "1.10", "yes": "no", "empty": "", "null": null, "text": "null", "number": -1.5,
            "lines": "a\nb\n", "tabs": "a\tb\n\tc", "long": "word ".repeat(60), "dash": "- x: y # z", "list": [[], {}, "~", true],
            "control": "\u{1b}[31m\u{9b}\t\u{7f}\0", "\u{9b}key": "\u{85}\u{2028}\r\n",
        });
        let turned = json!({ "plain": [plain], "exe\u{202e}gpj": ["\u{200f}", "\u{2066}\u{61c}\n", "\u{fffe}", "\\uFFFE202e", "C:\\u"] });
        assert_harmless_and_same(&plain);
        assert_harmless_and_same(&turned);
    }

    #[test]
    fn one_mark_does_not_change_the_rest() {
        let mut written = Vec::new();
        write_document(&mut written, &json!({ "id": "i-1", "name": "exe\u{202e}gpj", "path": "C:\\new" }))
            .unwrap();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "id: i-1\nname: \"exe\\u202egpj\"\npath: \"C:\\u005cnew\"\n"
        );
    }

    proptest! {
        #[test]
        fn any_text_reads_back_the_same(
            text in prop_oneof![any::<String>(), "[a\\\\uFE20: #\\-\"'\n\t\u{202e}\u{fffe}\u{9b}|>{}]{0,12}"],
            key in "[a:\\\\ \u{202e}\"\u{fffe}]{1,6}",
        ) {
            assert_harmless_and_same(&json!({ "turned": "\u{202e}", key: [text] }));
        }
    }
}
