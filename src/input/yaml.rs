//! Reading YAML, and JSON, which is a part of it, into a document.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, Spanned, Tagged};

use super::Mistake;
pub use super::document::Document;
use super::document::{Content, Node, Place};

/// As deep as serde_json reads.
const DEEPEST: usize = 127;

impl<'a> Document<'a> {
    /// What is no YAML has one mistake: what can be guessed of it would only be found wrong once more.
    pub fn read(file: &'a str, text: &str) -> Result<Self, Mistake> {
        // Plain words mean what the core schema of YAML 1.2 says: `y`, `no` and `1_000` are text, `010` is ten.
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! { max_depth: DEEPEST },
            strict_booleans: true,
            leading_zero_numbers_as_strings: true,
            underscored_numbers_as_strings: true,
            with_snippet: false
        };
        match serde_saphyr::from_str_with_options::<Tagged<Spanned<Raw>>>(text, options) {
            Ok(root) => Ok(Document { file, root: node(root, text) }),
            Err(error) => {
                let place = error.location().map_or(Place { line: 1, column: 1 }, Place::from);
                Err(Mistake::new(file, place.line, place.column, words(&error)))
            }
        }
    }
}

/// What is wrong, without the parser's own matters and without the place, which is told as such.
fn words(error: &Error) -> String {
    match error {
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => words(error),
        Error::Budget { breach, .. } => too_much(breach),
        Error::AliasReplayLimitExceeded { .. } | Error::AliasReplayStackDepthExceeded { .. } => {
            "its aliases stand for too much".to_owned()
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => "an alias stands for what it is in".to_owned(),
        Error::UnknownAnchor { .. } => "there is no anchor for this alias".to_owned(),
        Error::NonFiniteFloat { value, .. } => {
            format!("`{value}` is no number that JSON has; between quotes it is text")
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("`{key}` is given twice"),
        Error::DuplicateMappingKey { key: None, .. } => "a name is given twice".to_owned(),
        Error::MultipleDocuments { .. } => "there is more than one document in it".to_owned(),
        Error::NullIntoString { .. } => "a name is missing".to_owned(),
        other => {
            let text = other.to_string();
            let first = text.lines().next().unwrap_or_default();
            first.split(" at line ").next().unwrap_or(first).to_owned()
        }
    }
}

fn too_much(breach: &BudgetBreach) -> String {
    match breach {
        BudgetBreach::Depth { .. } => format!("it nests more than {DEEPEST} deep"),
        BudgetBreach::Nodes { nodes: over } | BudgetBreach::Events { events: over } => {
            format!("it has more than {} values", over.saturating_sub(1))
        }
        BudgetBreach::Documents { .. } => "there is more than one document in it".to_owned(),
        BudgetBreach::Aliases { .. }
        | BudgetBreach::Anchors { .. }
        | BudgetBreach::AliasAnchorRatio { .. }
        | BudgetBreach::MergeKeys { .. }
        | BudgetBreach::RecordedAnchorEvents { .. }
        | BudgetBreach::RecordedAnchorBytes { .. } => "its aliases stand for too much".to_owned(),
        _ => "it is too large to be read".to_owned(),
    }
}

impl From<serde_saphyr::Location> for Place {
    fn from(location: serde_saphyr::Location) -> Self {
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).max(1);
        Place { line: number(location.line()), column: number(location.column()) }
    }
}

fn node(Tagged(spanned, tag): Tagged<Spanned<Raw>>, text: &str) -> Node {
    // Those of YAML itself are no more than what the value is.
    let own = tag.as_deref().and_then(|tag| tag.strip_prefix('!')).filter(|tag| !tag.is_empty());
    let content = match spanned.value {
        Raw::Plain(Value::String(word)) if tag.is_none() => {
            // Of a block of lines and of what is quoted, the place has more than the word.
            let span = spanned.defined.span();
            let start = span.byte_offset().and_then(|at| usize::try_from(at).ok());
            let is_plain = span.byte_len() == Some(word.len() as u64)
                && start.and_then(|at| text.get(at..)).is_some_and(|rest| rest.starts_with(&word));
            Content::Plain(decimal(&word).filter(|_| is_plain).unwrap_or(Value::String(word)))
        }
        Raw::Plain(value) => Content::Plain(value),
        Raw::List(items) => Content::List(items.into_iter().map(|item| node(item, text)).collect()),
        Raw::Map(members) => Content::Map(
            members
                .into_iter()
                .map(|(name, value)| (name.value, name.referenced.into(), node(value, text)))
                .collect(),
        ),
    };
    Node { at: spanned.referenced.into(), tag: own.map(str::to_owned), content }
}

/// A whole number that is written with zeros before it, which the parser leaves as text.
fn decimal(word: &str) -> Option<Value> {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    let is_number = digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = || word.parse::<i64>().map(Value::from).or_else(|_| word.parse::<u64>().map(Value::from));
    number().ok().filter(|_| is_number)
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
    fn plain_words_mean_what_yaml_1_2_says() {
        for (text, expected) in [
            ("[y, n, Y, N, yes, No, on, OFF]", json!(["y", "n", "Y", "N", "yes", "No", "on", "OFF"])),
            ("[true, True, FALSE, ~, null, NULL]", json!([true, true, false, null, null, null])),
            ("[010, -010, +007, 00, 0, 08]", json!([10, -10, 7, 0, 0, 8])),
            ("['010', \"010\", !!str 010, 0o10, 0x10]", json!(["010", "010", "010", 8, 16])),
            ("[010.5, 1_000, 0001-01, 12e3]", json!([10.5, "1_000", "0001-01", 12000.0])),
            ("a: &a 010\nb: *a\nc: &c '010'\nd: *c", json!({"a": 10, "b": 10, "c": "010", "d": "010"})),
            ("Y: 1\nn: |\n  010\n", json!({"Y": 1, "n": "010\n"})),
            ("n: |-\n  010\nm: >-\n  010\n", json!({"n": "010", "m": "010"})),
            ("é: ['é', 010]", json!({"é": ["é", 10]})),
        ] {
            assert_eq!(Document::read("job.yaml", text).unwrap().value(), expected, "{text}");
        }
    }

    /// The stack of a test is smaller than that of any thread that reads.
    fn apart(work: impl FnOnce() + Send + 'static) {
        std::thread::Builder::new().stack_size(8 << 20).spawn(work).unwrap().join().unwrap();
    }

    #[test]
    fn what_cannot_be_read_is_told_in_plain_words() {
        apart(every_refusal);
    }

    fn every_refusal() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for depth in [DEEPEST, DEEPEST + 1] {
            let (yaml, json) = (Document::read("", &nested(depth)), Document::read_json("", &nested(depth)));
            assert_eq!((yaml.is_ok(), json.is_ok()), (depth == DEEPEST, depth == DEEPEST), "{depth}");
        }
        let many = format!("[{}]", "1,".repeat(250_001));
        for (text, expected) in [
            (nested(DEEPEST + 1).as_str(), "it nests more than 127 deep"),
            (&many, "it has more than 250000 values"),
            ("a: .inf", "`.inf` is no number that JSON has; between quotes it is text"),
            ("a: 1e999", "`1e999` is no number that JSON has; between quotes it is text"),
            ("a: 1\na: 2\n", "`a` is given twice"),
            ("a: *b\n", "there is no anchor for this alias"),
            ("a: &a [*a]\n", "an alias stands for what it is in"),
            ("a: 1\n---\nb: 1\n", "there is more than one document in it"),
            ("~: 1", "a name is missing"),
        ] {
            let mistake = Document::read("job.yaml", text).unwrap_err();
            assert_eq!(mistake.message, expected, "{}", text.get(..30).unwrap_or(text));
        }
        // Each alias counts as all that it stands for.
        let level =
            |level: usize| format!("a{level}: &a{level} [{}]\n", format!("*a{},", level - 1).repeat(9));
        let bomb: String = (1..30).map(level).collect();
        let mistake = Document::read("bomb.yaml", &format!("a0: &a0 [1]\n{bomb}")).unwrap_err();
        assert_eq!(mistake.message, "it has more than 250000 values");
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
