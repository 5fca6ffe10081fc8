//! The JSON contract: the envelope every document has, and how JSON is written. On a terminal, characters that
//! could control it are written as `\u` escapes: the same data, harmless to look at.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::escape::is_unsafe;
use super::failure::Failure;

/// Raised when a field is removed or changes its meaning.
const SCHEMA_VERSION: u32 = 1;

/// A document: either `item` or `items`, with `errors` when some targets failed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope<'a, T> {
    schema_version: u32,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<&'a [T]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a T>,
    #[serde(skip_serializing_if = "<[Failure]>::is_empty")]
    errors: &'a [Failure],
}

impl<'a, T> Envelope<'a, T> {
    pub(super) fn list(kind: &'a str, items: &'a [T], errors: &'a [Failure]) -> Self {
        Envelope { schema_version: SCHEMA_VERSION, kind, items: Some(items), item: None, errors }
    }

    pub(super) fn item(kind: &'a str, item: &'a T) -> Self {
        Envelope { schema_version: SCHEMA_VERSION, kind, items: None, item: Some(item), errors: &[] }
    }
}

/// One document and a line end: pretty and harmless on a terminal, compact otherwise.
pub(super) fn write_document(mut into: impl Write, value: &impl Serialize, terminal: bool) -> io::Result<()> {
    if terminal {
        serialize(&mut into, value, Visible(PrettyFormatter::new()))?;
    } else {
        serialize(&mut into, value, CompactFormatter)?;
    }
    into.write_all(b"\n")
}

/// One document on one line, wherever it goes.
pub(super) fn write_line(mut into: impl Write, value: &impl Serialize, terminal: bool) -> io::Result<()> {
    if terminal {
        serialize(&mut into, value, Visible(CompactFormatter))?;
    } else {
        serialize(&mut into, value, CompactFormatter)?;
    }
    into.write_all(b"\n")
}

fn serialize(into: impl Write, value: &impl Serialize, formatter: impl Formatter) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(into, formatter);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// Another formatter, with unsafe characters escaped.
struct Visible<F>(F);

impl<F: Formatter> Formatter for Visible<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_unsafe) {
            let (safe, tail) = rest.split_at(at);
            self.0.write_string_fragment(writer, safe)?;
            let mut characters = tail.chars();
            if let Some(character) = characters.next() {
                write!(writer, "\\u{:04x}", character as u32)?;
            }
            rest = characters.as_str();
        }
        self.0.write_string_fragment(writer, rest)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_terminal_gets_the_same_data_with_controls_escaped() {
        let value =
            json!({ "na\u{9b}me": "a\u{202e}b\u{7f}\u{1b}\n\u{85}", "list": [1, {}, [], "漢\u{2069}"] });
        let mut written = Vec::new();
        write_document(&mut written, &value, true).unwrap();
        let text = String::from_utf8(written).unwrap();
        assert!(!text.chars().any(|c| is_unsafe(c) && c != '\n'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        insta::assert_snapshot!(text, @r#"
        {
          "na\u009bme": "a\u202eb\u007f\u001b\n\u0085",
          "list": [
            1,
            {},
            [],
            "漢\u2069"
          ]
        }
        "#);
    }

    #[test]
    fn elsewhere_it_is_one_compact_line() {
        let mut written = Vec::new();
        write_document(&mut written, &Envelope::item("thing", &json!({ "b": 1, "a": 2 })), false).unwrap();
        assert_eq!(written, b"{\"schemaVersion\":1,\"kind\":\"thing\",\"item\":{\"b\":1,\"a\":2}}\n");
    }
}
