//! YAML, behind one function so that the crate can be changed in one place.

use std::io::{self, Write};

use serde::Serialize;

pub(super) fn write_document(mut into: impl Write, value: &impl Serialize) -> io::Result<()> {
    let text =
        serde_saphyr::to_string(value).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    into.write_all(text.as_bytes())?;
    if text.ends_with('\n') { Ok(()) } else { into.write_all(b"\n") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_is_written_reads_back_the_same() {
        let value = json!({
            "version": "1.10", "yes": "no", "empty": "", "null": null, "text": "null", "number": -1.5,
            "lines": "a\nb\n", "control": "\u{1b}[31m\u{9b}\t\u{202e}", "dash": "- x: y # z", "list": [[], {}, "~", true],
        });
        let mut written = Vec::new();
        write_document(&mut written, &value).unwrap();
        let text = String::from_utf8(written).unwrap();
        assert_eq!(serde_saphyr::from_str::<Value>(&text).unwrap(), value, "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
