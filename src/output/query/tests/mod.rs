//! The rules of JMESPath, section by section, by cases of our own (`cases/`), and the mistakes people make.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Query;
use super::evaluate::equal;
use crate::error::{Kind, Report};

fn apply(query: &str, document: &Value) -> Result<Value, String> {
    let told = |error: anyhow::Error| {
        let report = Report::new(&error);
        assert_eq!(report.kind, Kind::Usage, "{query}");
        report.message
    };
    let query: Query = query.parse().map_err(|error: crate::error::Error| told(error.into()))?;
    query.apply(document).map_err(told)
}

/// The cases of each section of the specification.
const SECTIONS: [(&str, &str); 8] = [
    ("names", include_str!("cases/names.json")),
    ("indices", include_str!("cases/indices.json")),
    ("projections", include_str!("cases/projections.json")),
    ("filters", include_str!("cases/filters.json")),
    ("logic", include_str!("cases/logic.json")),
    ("selects", include_str!("cases/selects.json")),
    ("literals", include_str!("cases/literals.json")),
    ("functions", include_str!("cases/functions.json")),
];

fn groups() -> Vec<Value> {
    let read = |(name, text): (&str, &str)| {
        serde_json::from_str::<Vec<Value>>(text).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    SECTIONS.into_iter().flat_map(read).collect()
}

/// The pairs of a group: a query, and what it gives or which kind of mistake it is.
fn pairs<'a>(group: &'a Value, member: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let pairs = group[member].as_array().into_iter().flatten();
    pairs.map(|pair| (pair[0].as_str().unwrap(), &pair[1]))
}

#[test]
fn every_case_gives_what_it_should() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for group in groups() {
        for (query, expected) in pairs(&group, "cases") {
            count += 1;
            let right = apply(query, &group["given"]).is_ok_and(|actual| {
                // As text too: keys keep their order.
                let texts = (actual.to_string(), expected.to_string());
                equal(&actual, expected) && (actual.is_number() || texts.0 == texts.1)
            });
            if !right {
                let actual = apply(query, &group["given"]);
                wrong.push(format!("{}: {query} gave {actual:?}, not {expected}", group["about"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 700, "only {count} cases were found");
}

/// The kinds of the specification, told apart by our words for them.
fn kind_of(message: &str) -> &'static str {
    let first = message.lines().next().unwrap_or_default();
    match first {
        _ if first.contains("unknown function") => "function",
        _ if first.contains("the step of a slice") => "value",
        _ if first.contains(" argument") && first.contains(", not ") && first.starts_with("invalid") => {
            "arity"
        }
        _ if first.starts_with("the query does not fit the answer") => "type",
        _ if first.contains(" takes an expression here") || first.contains(" takes a value here") => "type",
        _ => "syntax",
    }
}

#[test]
fn every_mistake_is_of_its_kind() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for group in groups() {
        for (query, kind) in pairs(&group, "mistakes") {
            count += 1;
            match apply(query, &group["given"]) {
                Err(message) if kind_of(&message) == kind.as_str().unwrap() => {
                    let caret = message.lines().last().unwrap();
                    assert!(caret.trim_start() == "^", "{query}: {message}");
                }
                other => wrong.push(format!("{}: {query} gave {other:?}, not {kind}", group["about"])),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 400, "only {count} mistakes were found");
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    let cases = [
        "",
        " ",
        "items[",
        "items[*",
        "items[?a",
        "items[0",
        "items[a]",
        "items[0 1]",
        "items[1:2:3:4]",
        "items[::0]",
        "[a b]",
        "[a,]",
        "foo.",
        "foo..bar",
        "foo.1",
        "foo bar",
        "{a}",
        "{a: b",
        "{a: b,}",
        "{1: b}",
        "{}",
        "a = b",
        "a == ",
        "a &&",
        "|| a",
        "a & b",
        "&a",
        "(a",
        "a)",
        "'open",
        "`open",
        "\"open",
        "`{\"a\": }\"`",
        "\"\\x\"",
        "\"abs\"(a)",
        "abs(a",
        "abs(a b)",
        "abs(a,)",
        "abs()",
        "abs(a, b)",
        "merge()",
        "nmae(a)",
        "lenght(a)",
        "sort_by(a, b)",
        "map(a, &b)",
        "length(&a)",
        "a[99999999999999999999]",
        "a # b",
        "ü",
        "a.[0",
        "a[*].b.[",
        "-",
        "a - 1",
        "foo.'bar'",
        "\u{1b}[2J",
    ];
    let told: Vec<String> = cases.into_iter().map(|query| apply(query, &Value::Null).unwrap_err()).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_query_that_does_not_fit_the_answer_says_where_and_why() {
    let document = json!({ "text": "a", "n": 1, "list": [1, "a"], "objects": [{ "a": 1 }, { "a": null }], "large": [1e308, 1e308] });
    let cases = [
        "abs(text)",
        "length(n)",
        "join(', ', list)",
        "sum(list)",
        "sort(list)",
        "keys(list)",
        "reverse(n)",
        "contains(n, text)",
        "starts_with(n, text)",
        "starts_with(text, n)",
        "merge(@, n)",
        "max_by(objects, &a)",
        "sort_by(objects, &missing)",
        "map(&abs(a), objects)",
        "map(&a, n)",
        "sum(large)",
        "text |\n  list |\n  to_string(abs('ü'))",
    ];
    let told: Vec<String> = cases.into_iter().map(|query| apply(query, &document).unwrap_err()).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn the_caret_stands_under_wide_and_escaped_characters() {
    let told = apply("'日本\t' | ]", &Value::Null).unwrap_err();
    insta::assert_snapshot!(told, @r"
    invalid query: expected an expression, found ']'
    '日本\t' | ]
               ^
    ");
    for (before, width) in [("'👩‍💻'", 4), ("'e\u{301}'", 3), ("'\u{202e}'", 10), (" \"日\" ||", 8)] {
        let told = apply(&format!("{before} ]"), &Value::Null).unwrap_err();
        assert_eq!(told.lines().last().unwrap().len(), width + 2, "{told}");
    }
    // Wider than a format can be told to be.
    let long = format!("'{}'", "x".repeat(70_000));
    let told = apply(&format!("{long} ]"), &Value::Null).unwrap_err();
    assert_eq!(told.lines().last().unwrap().len(), long.len() + 2);
}

#[test]
fn long_and_deep_queries_are_refused_or_applied_but_never_overflow() {
    let document = json!([[[1]]]);
    for (piece, times) in [("[]", 498), ("[0]", 166), (".a", 249), ("||a", 249), ("|@", 249)] {
        let query = format!("@{}", piece.repeat(times));
        assert!(apply(&query, &document).is_ok(), "{piece}");
        assert!(apply(&query.repeat(2), &document).is_err(), "{piece}");
    }
    for (open, close) in
        [("(", ")"), ("!", ""), ("[", "]"), ("{a:", "}"), ("length(", ")"), ("a[*].", "a"), ("a[?", "]")]
    {
        let nested = |depth: usize| format!("{}@{}", open.repeat(depth), close.repeat(depth));
        assert!(apply(&nested(100_000), &document).is_err(), "{open}");
    }
    assert!(apply(&format!("{}@{}", "(".repeat(50), ")".repeat(50)), &document).is_ok());
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = apply(&text, &Value::Null);
    }

    #[test]
    fn no_query_makes_the_evaluator_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a", "b", ".", "[", "]", "[]", "[?", "*", "|", "||", "&&", "!", "@", "(", ")", "{a:", "}", ",", "0", "-1", ":", "==", "<",
                "length(", "sort_by(", "&a", "sum(", "'x'", "`1`", "`[1,2]`", "[0]", "[*]", "[::-1]", "to_string(", "keys(",
            ]),
            0..12,
        )
    ) {
        let document = json!({ "a": [{ "a": [1, 2], "b": "x" }, { "a": [], "b": null }], "b": { "a": 1.5 } });
        let _ = apply(&pieces.concat(), &document);
    }

    /// Near a right query is where a reader is most easily led astray.
    #[test]
    fn no_slip_of_the_hand_makes_anything_panic(
        (group, pick, at, kept, inserted) in
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3_usize, "[\\[\\]{}().*&|!@,:'`\"0-9a日\\\\ -]{0,2}")
    ) {
        let groups = groups();
        let group = group.get(&groups);
        let queries: Vec<&str> =
            pairs(group, "cases").chain(pairs(group, "mistakes")).map(|(query, _)| query).collect();
        let letters: Vec<char> = pick.get(&queries).chars().collect();
        let at = at.index(letters.len() + 1);
        let rest = letters.get(at + kept..).unwrap_or_default();
        let query: String = letters[..at].iter().copied().chain(inserted.chars()).chain(rest.iter().copied()).collect();
        let _ = apply(&query, &group["given"]);
    }

    #[test]
    fn slices_agree_with_a_plain_loop(length in 0..8_i64, start in prop::option::of(-10..10_i64), stop in prop::option::of(-10..10_i64), step in prop_oneof![-4..0_i64, 1..5_i64]) {
        let end = |end: Option<i64>| end.map(|end| end.to_string()).unwrap_or_default();
        let query = format!("[{}:{}:{step}]", end(start), end(stop));
        let document = Value::from((0..length).collect::<Vec<_>>());
        let absolute = |end: i64| if end < 0 { end + length } else { end };
        let first = start.map(absolute).unwrap_or(if step > 0 { 0 } else { length - 1 });
        let last = stop.map(absolute).unwrap_or(if step > 0 { length } else { -1 });
        let first = if step > 0 { first.max(0) } else { first.min(length - 1) };
        let mut expected = Vec::new();
        let mut at = first;
        while (0..length).contains(&at) && if step > 0 { at < last } else { at > last } {
            expected.push(at);
            at += step;
        }
        prop_assert_eq!(apply(&query, &document).unwrap(), Value::from(expected));
    }
}
