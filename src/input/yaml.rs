//! Reading YAML, and JSON, which is a part of it, into a document.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use serde_saphyr::{Spanned, Tagged};

use super::Mistake;
pub use super::document::Document;
use super::document::{Content, Node, Place};

impl<'a> Document<'a> {
    /// What is no YAML has one mistake: what can be guessed of it would only be found wrong once more.
    pub fn read(file: &'a str, text: &str) -> Result<Self, Mistake> {
        match serde_saphyr::from_str::<Tagged<Spanned<Raw>>>(text) {
            Ok(root) => Ok(Document { file, root: root.into() }),
            Err(error) => {
                let place = error.location().map_or(Place { line: 1, column: 1 }, Place::from);
                let text = error.without_snippet().to_string();
                let message = text.lines().next().unwrap_or_default();
                // The place is told as such, and the parser's options are nothing to its users.
                let message = message.split(" at line ").next().unwrap_or(message);
                let message = message.split(", set DuplicateKeyPolicy").next().unwrap_or(message);
                Err(Mistake::new(file, place.line, place.column, message))
            }
        }
    }
}

impl From<serde_saphyr::Location> for Place {
    fn from(location: serde_saphyr::Location) -> Self {
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).max(1);
        Place { line: number(location.line()), column: number(location.column()) }
    }
}

impl From<Tagged<Spanned<Raw>>> for Node {
    fn from(Tagged(spanned, tag): Tagged<Spanned<Raw>>) -> Self {
        let content = match spanned.value {
            Raw::Plain(value) => Content::Plain(value),
            Raw::List(items) => Content::List(items.into_iter().map(Node::from).collect()),
            Raw::Map(members) => Content::Map(
                members
                    .into_iter()
                    .map(|(name, value)| (name.value, name.referenced.into(), value.into()))
                    .collect(),
            ),
        };
        // Those of YAML itself are no more than what the value is.
        let tag = tag.as_deref().and_then(|tag| tag.strip_prefix('!')).filter(|tag| !tag.is_empty());
        Node { at: spanned.referenced.into(), tag: tag.map(str::to_owned), content }
    }
}

/// As it is deserialized.
enum Raw {
    Plain(Value),
    List(Vec<Tagged<Spanned<Raw>>>),
    Map(Vec<(Spanned<String>, Tagged<Spanned<Raw>>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Null))
    }

    fn visit_none<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Plain(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Plain(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Plain(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Plain(value.into()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Plain(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Raw::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TEXT: &str =
        "# a job\nName: one\nTags:\n  - Key: a\n    Value: 2027-01-01\n  - {Key: 'b', Value: 3}\nOn: true\n";

    fn path(text: &str) -> Vec<String> {
        text.split('/').filter(|step| !step.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn a_document_is_a_value_whose_parts_have_places() {
        let document = Document::read("job.yaml", TEXT).unwrap();
        assert_eq!(
            document.value(),
            json!({ "Name": "one", "Tags": [{ "Key": "a", "Value": "2027-01-01" }, { "Key": "b", "Value": 3 }],
                    "On": true })
        );
        for (at, of_name, line, column) in [
            ("Name", false, 2, 7),
            ("Name", true, 2, 1),
            ("Tags/0/Value", false, 5, 12),
            ("Tags/0/Value", true, 5, 5),
            ("Tags/1/Value", false, 6, 23),
            ("Tags/1/Missing", false, 6, 5),
            ("Nothing", false, 2, 1),
        ] {
            let mistake = document.mistake(&path(at), of_name, "wrong");
            assert_eq!((mistake.line, mistake.column), (line, column), "{at} {of_name}");
        }
    }

    #[test]
    fn json_is_read_too() {
        let text = "{\n\t\"a\": {\"b\": [1, 2.5, null]},\n\t\"c\": \"d\"\n}\n";
        let document = Document::read("job.json", text).unwrap();
        assert_eq!(document.value(), json!({ "a": { "b": [1, 2.5, null] }, "c": "d" }));
        let mistake = document.mistake(&path("a/b/1"), false, "wrong");
        assert_eq!(mistake.to_string(), "job.json:2:17: wrong");
    }

    #[test]
    fn the_tags_of_templates_are_functions() {
        let text = "a: !Sub 'x${y}'\nb: !GetAtt c.d\nc: !Join\n  - ','\n  - [1, !Ref z]\nd: !!str 5\n";
        let document = Document::read("t.yaml", text).unwrap();
        assert_eq!(document.value(), json!({"a": "x${y}", "b": "c.d", "c": [",", [1, "z"]], "d": "5"}));
        assert_eq!(
            document.value_with_functions(),
            json!({"a": {"Fn::Sub": "x${y}"}, "b": {"Fn::GetAtt": "c.d"},
                   "c": {"Fn::Join": [",", [1, {"Ref": "z"}]]}, "d": "5"})
        );
        assert_eq!(document.place(&["c", "Fn::Join", "1", "1", "Ref"]), Place { line: 5, column: 14 });
    }

    #[test]
    fn what_is_no_yaml_is_named_with_its_place() {
        for (text, line) in [("a: [1, 2\nb: 3\n", 2), ("a: 1\na: 2\n", 2), ("a: 'x\n", 1)] {
            let mistake = Document::read("job.yaml", text).unwrap_err();
            assert!(mistake.line >= line && !mistake.message.is_empty(), "{text}: {mistake}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-a: \\[\\]{}'\"\n&*!|>#,0-9]{0,60}") {
            if let Ok(document) = Document::read("job.yaml", &text) {
                document.value();
                document.mistake(&path("a/0"), false, "wrong");
            }
        }
    }
}
