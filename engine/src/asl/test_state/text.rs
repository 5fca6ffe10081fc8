//! Payloads as TestState writes them: a space behind every comma and every colon, other than in events and answers of
//! other operations.

use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

pub(super) fn spaced(value: &Value) -> String {
    let mut bytes = Vec::new();
    // Nothing fails in writing a value into memory.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut bytes, Spaced));
    String::from_utf8(bytes).unwrap_or_default()
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_objects_have_room() {
        let value = json!([1, {"a": [], "b": {"c": ", \n"}}, null]);
        assert_eq!(spaced(&value), r#"[1, {"a": [], "b": {"c": ", \n"}}, null]"#);
    }
}
