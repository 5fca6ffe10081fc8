//! Reading JSON into a document, and places in JSON texts: where the value behind a path of names and positions begins.
//! What it means is its readers' business.

use std::ops::Range;

use serde_json::Value;

use super::Mistake;
use super::document::{Content, Document, Node, Place};

impl<'a> Document<'a> {
    /// A JSON text, in which names may be given twice. What is no JSON has one mistake.
    pub fn read_json(file: &'a str, text: &str) -> Result<Self, Mistake> {
        value(file, text)?;
        let mut cursor = Cursor { text, at: 0, place: Place { line: 1, column: 1 } };
        match cursor.node() {
            Some(root) => Ok(Document { file, root }),
            None => Err(Mistake::new(file, cursor.place.line, cursor.place.column, "no JSON")),
        }
    }
}

/// The value of a JSON text. What is no JSON has one mistake.
pub fn value(file: &str, text: &str) -> Result<Value, Mistake> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        // Of an end that comes too soon, line and column may be none.
        Mistake::new(file, error.line().max(1), characters(text, &error), message)
    })
}

/// The column of an error in characters: the parser counts bytes.
fn characters(text: &str, error: &serde_json::Error) -> usize {
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let bytes = error.column().saturating_sub(1).min(line.len());
    line.bytes().take(bytes).filter(|byte| !is_inside(*byte)).count() + 1
}

/// Whether a byte goes on with a character that began before it.
fn is_inside(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Goes once through a text that is JSON. Its depth is that which serde_json reads.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
    place: Place,
}

impl Cursor<'_> {
    fn node(&mut self) -> Option<Node> {
        self.space();
        let at = self.place;
        let content = match self.byte()? {
            b'{' => {
                self.step();
                let mut members = Vec::new();
                while self.next_of(b'}')? {
                    let place = self.place;
                    let name = self.scalar()?.as_str()?.to_owned();
                    self.space();
                    self.step();
                    members.push((name, place, self.node()?));
                }
                Content::Map(members)
            }
            b'[' => {
                self.step();
                let mut items = Vec::new();
                while self.next_of(b']')? {
                    items.push(self.node()?);
                }
                Content::List(items)
            }
            _ => Content::Plain(self.scalar()?),
        };
        Some(Node { at, tag: None, content })
    }

    /// Goes to the next element; false when the container ends.
    fn next_of(&mut self, end: u8) -> Option<bool> {
        self.space();
        if self.byte()? == b',' {
            self.step();
            self.space();
        }
        if self.byte()? == end {
            self.step();
            return Some(false);
        }
        Some(true)
    }

    fn scalar(&mut self) -> Option<Value> {
        let end = value_end(self.text, self.at);
        let value = serde_json::from_str(self.text.get(self.at..end)?).ok();
        while self.at < end {
            self.step();
        }
        value
    }

    fn space(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.step();
        }
    }

    fn byte(&self) -> Option<u8> {
        byte(self.text, self.at)
    }

    fn step(&mut self) {
        match self.byte() {
            Some(b'\n') => self.place = Place { line: self.place.line + 1, column: 1 },
            Some(byte) if is_inside(byte) => {}
            _ => self.place.column += 1,
        }
        self.at += 1;
    }
}

/// Where the value at `path` is; the last one where a name is given twice. Where there is none, the innermost that is.
pub fn place(text: &str, path: &[&str]) -> Range<usize> {
    let mut at = space(text, 0);
    for step in path {
        match member(text, at, step) {
            Some(found) => at = found,
            None => break,
        }
    }
    at..value_end(text, at)
}

/// Of the object or array that begins at `start`.
fn member(text: &str, start: usize, step: &str) -> Option<usize> {
    let is_object = byte(text, start) == Some(b'{');
    if !is_object && byte(text, start) != Some(b'[') {
        return None;
    }
    let mut found = None;
    let mut at = space(text, start + 1);
    let mut position = 0;
    while !matches!(byte(text, at), None | Some(b'}' | b']')) {
        let before = at;
        let name = if is_object {
            let end = value_end(text, at);
            let name = serde_json::from_str(text.get(at..end)?).ok()?;
            at = space(text, space(text, end) + 1);
            name
        } else {
            position.to_string()
        };
        if name == step {
            found = Some(at);
        }
        position += 1;
        at = space(text, value_end(text, at));
        if byte(text, at) == Some(b',') {
            at = space(text, at + 1);
        }
        // Only in what is no JSON is there a value of nothing.
        if at == before {
            break;
        }
    }
    found
}

fn value_end(text: &str, start: usize) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            if !in_string && depth == 0 {
                return at + 1;
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

fn space(text: &str, from: usize) -> usize {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    from + text.bytes().skip(from).take_while(is_space).count()
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_where_it_is() {
        let text = r#" { "a" : { "b\"}" : [ 1, {"c":"x,]"} ,null ] }, "d":-2e3, "a2": "é", "d": {} } "#;
        for (path, expected) in [
            (&["a"][..], r#"{ "b\"}" : [ 1, {"c":"x,]"} ,null ] }"#),
            (&["a", "b\"}"], r#"[ 1, {"c":"x,]"} ,null ]"#),
            (&["a", "b\"}", "0"], "1"),
            (&["a", "b\"}", "1", "c"], r#""x,]""#),
            (&["a", "b\"}", "2"], "null"),
            (&["a2"], "\"é\""),
            (&["d"], "{}"),
            (&["a", "missing", "c"], r#"{ "b\"}" : [ 1, {"c":"x,]"} ,null ] }"#),
        ] {
            assert_eq!(&text[place(text, path)], expected, "{path:?}");
        }
    }

    #[test]
    fn what_is_no_json_has_an_end() {
        for text in ["[:", "[:]", "{\"a\"::", "[ :,:", "{:"] {
            place(text, &["a", "b"]);
            place(text, &["1"]);
        }
    }

    #[test]
    fn a_document_has_the_places_of_its_parts() {
        let text = "{\n \"é\": [1, {\"b\": \"x\\n,]\"}],\r\n \"é\" : -2e3 }";
        let document = Document::read_json("a.json", text).unwrap();
        for (path, line, column) in
            [(&[][..], 1, 1), (&["é"], 3, 8), (&["é", "0"], 3, 8), (&["nothing"], 1, 1)]
        {
            assert_eq!(document.place(path), Place { line, column }, "{path:?}");
        }
        assert_eq!(document.value(), serde_json::json!({"é": -2e3}));
        let document = Document::read_json("a.json", "[[], {}, {\"ä\":{\"b\":[\"ö\",null]}}]").unwrap();
        assert_eq!(document.place(&["2", "ä", "b", "1"]), Place { line: 1, column: 25 });
        for (text, line, column) in
            [("", 1, 1), ("{\"a\": 1,\n}", 2, 1), ("{\"é\": x}", 1, 7), ("[1] 2", 1, 5), ("[\n\n", 3, 1)]
        {
            let mistake = Document::read_json("a.json", text).unwrap_err();
            assert_eq!((mistake.line, mistake.column), (line, column), "{text:?}: {mistake}");
        }
        assert!(Document::read_json("a.json", &"[".repeat(1 << 20)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_what_was_written(text in "[\\[\\]{}:,\"\\\\ a1é\n-]{0,40}") {
            if let Ok(document) = Document::read_json("a.json", &text) {
                proptest::prop_assert_eq!(document.value(), serde_json::from_str::<Value>(&text).unwrap());
            }
        }


        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}", path in proptest::collection::vec(".{0,2}", 0..3)) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            place(&text, &path);
        }
    }
}
