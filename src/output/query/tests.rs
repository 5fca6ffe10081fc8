//! The rules of JMESPath, by cases of our own (`cases.json`), and the mistakes people make.

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

#[test]
fn every_case_gives_what_it_should() {
    let groups: Vec<Value> = serde_json::from_str(include_str!("cases.json")).unwrap();
    let mut wrong = Vec::new();
    for group in &groups {
        for case in group["cases"].as_array().unwrap() {
            let query = case[0].as_str().unwrap();
            let actual = apply(query, &group["given"]).unwrap_or_else(|message| panic!("{query}: {message}"));
            // Compared as text too: keys keep their order.
            let texts = (actual.to_string(), case[1].to_string());
            if !equal(&actual, &case[1]) || (!actual.is_number() && texts.0 != texts.1) {
                wrong.push(format!("{}: {query} gave {actual}, not {}", group["about"], case[1]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
