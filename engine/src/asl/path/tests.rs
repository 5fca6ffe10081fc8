use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Path, ReferencePath, Selected};
use crate::asl::failure::RESULT_PATH_MATCH_FAILURE;

fn store() -> Value {
    json!({
        "store": {
            "book": [
                {"title": "A", "price": 8.95, "tags": ["x", "y"]},
                {"title": "B", "price": 12, "isbn": "0-1"},
                {"title": "C", "price": 9, "isbn": null},
            ],
            "bicycle": {"color": "red", "price": 19.95},
        },
        "odd key": 1, "a-b": 2, "it's": 3, "back\\slash": 4, "limit": 9, "none": null, "text": "abc",
    })
}

fn select(path: &str) -> Value {
    Path::parse(path).unwrap().select(&store()).unwrap().into_value().unwrap()
}

#[test]
fn definite_paths_give_one_value() {
    for (path, expected) in [
        ("$.store.bicycle.color", json!("red")),
        ("$['store']['bicycle']['color']", json!("red")),
        ("$.store.book[0].title", json!("A")),
        ("$.store.book[-1].title", json!("C")),
        ("$['odd key']", json!(1)),
        ("$.a-b", json!(2)),
        ("$['it\\'s']", json!(3)),
        ("$[\"it's\"]", json!(3)),
        ("$['back\\slash']", json!(4)),
        ("$['back\\\\slash']", json!(4)),
        ("$.none", Value::Null),
        ("$.store.book.length()", json!(3)),
        ("$.store.bicycle['color','price']", json!({"color": "red", "price": 19.95})),
        ("$['limit', 'nothing']", json!({"limit": 9})),
        ("$['no','nothing']", json!({})),
        ("$['limit','limit']", json!({"limit": 9})),
        ("$.store.book[9]", Value::Null),
        ("$.store.book[-9]", Value::Null),
    ] {
        assert_eq!(select(path), expected, "{path}");
        assert!(Path::parse(path).unwrap().is_definite(), "{path}");
    }
    assert_eq!(select("$"), store());
}

#[test]
fn indefinite_paths_give_lists() {
    for (path, expected) in [
        ("$.store.book[*].title", json!(["A", "B", "C"])),
        ("$.store.book[0,2].title", json!(["A", "C"])),
        ("$.store.book[1:].title", json!(["B", "C"])),
        ("$.store.book[:1].title", json!(["A"])),
        ("$.store.book[-2:-1].title", json!(["B"])),
        ("$.store.book[2:1].title", json!([])),
        ("$.store.book[0:99].title", json!(["A", "B", "C"])),
        (
            "$.store.book[*]['title','isbn']",
            json!([
                {"title": "A"}, {"title": "B", "isbn": "0-1"}, {"title": "C", "isbn": null},
            ]),
        ),
        ("$..['title','isbn']", json!([{"title": "B", "isbn": "0-1"}, {"title": "C", "isbn": null}])),
        ("$['store','text']['bicycle','nothing'].color", json!(["red"])),
        ("$.store.book[?(@['title','price'] == $.store.book[0]['title','price'])].title", json!(["A"])),
        ("$..price", json!([8.95, 12, 9, 19.95])),
        ("$..book[0].title", json!(["A"])),
        ("$..['title']", json!(["A", "B", "C"])),
        ("$.store.bicycle.*", json!(["red", 19.95])),
        ("$.no.items[*]", json!([])),
        ("$.no.items[1:]", json!([])),
        ("$.text[*]", json!([])),
        ("$.store.book[?(@.price < 10)].title", json!(["A", "C"])),
        ("$.store.book[?(@.price<10 && @.isbn)].title", json!(["C"])),
        ("$.store.book[?(@.price <= $.limit)].title", json!(["A", "C"])),
        ("$.store.book[?(!(@.isbn))].title", json!(["A"])),
        ("$.store.book[?(@.title == 'A' || @.title == \"C\")].title", json!(["A", "C"])),
        ("$.store.book[?(@.title =~ /[ab]/i)].title", json!(["A", "B"])),
        ("$.store.book[?(@.title in ['B','C'])].title", json!(["B", "C"])),
        ("$.store.book[?(@.title nin ['B'])].title", json!(["A", "C"])),
        ("$.store.book[?(@.isbn == null)].title", json!(["C"])),
        ("$.store.book[?(@.isbn != null)].title", json!(["A", "B"])),
        ("$.store.book[?(@.price == '12')].title", json!(["B"])),
        ("$.store.book[?(@.price > '1')].title", json!([])),
        ("$.store.book[?(@.tags contains 'x')].title", json!(["A"])),
        ("$.store.book[?(@.tags size 2)].title", json!(["A"])),
        ("$.store.book[?(@.tags subsetof ['x','y','z'])].title", json!(["A"])),
        ("$.store.book[?(@.tags SUBSETOF ['x'])].title", json!([])),
        ("$.store.book[?(@.tags anyof ['z','y'])].title", json!(["A"])),
        ("$.store.book[?(@.tags anyof ['z'])].title", json!([])),
        ("$.store.book[?(@.tags noneof ['z'])].title", json!(["A"])),
        ("$.store.book[?(@.tags noneof ['x'])].title", json!([])),
        ("$.store.book[?(@.tags all ['x'])].title", json!([])),
        ("$.store.book[?(@.title type 'A')].title", json!([])),
        ("$.store.book[?(@.price === 12)].title", json!(["B"])),
        ("$.store.book[?(@.price === '12')].title", json!([])),
        ("$.store.book[?(@.price !== '12' && @.price != 9)].title", json!(["A", "B"])),
        ("$.store.book[?(@.tags empty false)].title", json!(["A"])),
        ("$.store.book[?(@.tags.length() > 1)].title", json!(["A"])),
        ("$.store[?(@.color == 'red')].price", json!([])),
        ("$..bicycle[?(@.color == 'red')].price", json!([19.95])),
    ] {
        assert_eq!(select(path), expected, "{path}");
        assert!(!Path::parse(path).unwrap().is_definite(), "{path}");
    }
}

#[test]
fn what_is_selected_is_borrowed() {
    let store = store();
    let path = Path::parse("$.store.book[1]").unwrap();
    let Selected::One(found) = path.select(&store).unwrap() else { panic!("one value") };
    assert!(std::ptr::eq(found, &store["store"]["book"][1]));
}

#[test]
fn a_missing_value_is_named_as_the_service_names_it() {
    for (path, detail) in [
        ("$.x", "No results for path: $['x']"),
        ("$.store.x", "No results for path: $['store']['x']"),
        ("$.no.x.y", "Missing property in path $['no']"),
        ("$.no['x','y']", "Missing property in path $['no']"),
        ("$.text[0]", "Filter: [0] can only be applied to arrays. Current context is: \"abc\""),
        ("$.none[0]", "The path $['none'] is null"),
    ] {
        let parsed = Path::parse(path).unwrap();
        let missing = parsed.select(&store()).unwrap_err();
        assert_eq!(missing.detail(), detail, "{path}");
        assert_eq!(missing.cause(&parsed), format!("Invalid path '{path}' : {detail}"));
        assert!(!parsed.is_present(&store()), "{path}");
    }
    for (path, property) in [("$.text.x", "['x']"), ("$.text['x','y']", "['x','y']")] {
        let parsed = Path::parse(path).unwrap();
        let detail = parsed.select(&store()).unwrap_err().detail().to_owned();
        let expected = format!("Expected to find an object with property {property} in path $['text']");
        assert!(detail.starts_with(&expected), "{detail}");
    }
}

#[test]
fn presence_asks_for_a_value_and_null_is_one() {
    for (path, present) in [
        ("$.none", true),
        ("$.store.book[2]", true),
        ("$.store.book[3]", false),
        ("$.store.book[*].isbn", true),
        ("$.store.book[*].nothing", false),
        ("$.store.book[*]['nothing','isbn']", true),
        ("$.store.list[*]['nothing','isbn']", false),
    ] {
        assert_eq!(Path::parse(path).unwrap().is_present(&store()), present, "{path}");
    }
}

#[test]
fn what_is_no_path_is_refused_with_its_place() {
    for (path, at) in [
        ("", 0),
        ("x", 0),
        ("$.", 2),
        ("$..", 3),
        ("$.a b", 3),
        ("$.a.", 4),
        ("$[", 2),
        ("$['a", 2),
        ("$['a'", 5),
        ("$[1", 3),
        ("$[:]", 3),
        ("$[99999999999999999999]", 2),
        ("$.a[?(@.b == )]", 13),
        ("$.a[?(@.b =~ 'x')]", 13),
        ("$.a[?(@.b =~ /(/)]", 13),
        ("$.a[?(@.b", 9),
        ("$.sum()", 2),
        ("$.a)", 3),
        ("$é[", 4),
    ] {
        assert_eq!(Path::parse(path).unwrap_err().at, at, "{path}");
    }
    let deep = format!("$[?({}@.a{})]", "(".repeat(200_000), ")".repeat(200_000));
    assert!(Path::parse(&deep).unwrap_err().message.contains("nest"));
    let deep = "$[?(@".to_owned() + &"[?(@".repeat(100_000);
    assert!(Path::parse(&deep).unwrap_err().message.contains("nest"));
    assert!(Path::parse(&format!("${}", ".a".repeat(10_000))).unwrap_err().message.contains("steps"));
}

#[test]
fn scans_inside_scans_end() {
    let deep = (0..120).fold(json!([]), |inner, _| json!([inner]));
    let missing = Path::parse("$..*..*..*..*..*").unwrap().select(&deep).map(|_| ()).unwrap_err();
    assert!(missing.detail().contains("too many"), "{missing}");
    let filtered = Path::parse("$..[?(@..[?(@..[?(@..*)])])]").unwrap().select(&deep).map(|_| ());
    assert!(filtered.unwrap_err().detail().contains("too many"));
}

#[test]
fn results_are_merged_where_the_path_says() {
    for (path, into, expected) in [
        ("$", json!({"a": 1}), json!("r")),
        ("$.b", json!({"a": 1}), json!({"a": 1, "b": "r"})),
        ("$.a", json!({"a": 1}), json!({"a": "r"})),
        ("$.x.y", json!({}), json!({"x": {"y": "r"}})),
        ("$.a[1]", json!({"a": [1, 2]}), json!({"a": [1, "r"]})),
        ("$.a[0].n", json!({"a": [{}]}), json!({"a": [{"n": "r"}]})),
        ("$['a b']", json!({}), json!({"a b": "r"})),
    ] {
        let mut merged = into;
        ReferencePath::parse(path).unwrap().merge(&mut merged, json!("r")).unwrap();
        assert_eq!(merged, expected, "{path}");
    }
    for (path, into) in [
        ("$.a", json!([1])),
        ("$.a", json!("text")),
        ("$.a.b", json!({"a": 1})),
        ("$.a[2]", json!({"a": [1, 2]})),
        ("$.a[0]", json!({})),
        ("$.x.y[0]", json!({"x": {}})),
    ] {
        let mut kept = into.clone();
        let failure = ReferencePath::parse(path).unwrap().merge(&mut kept, json!("r")).unwrap_err();
        assert_eq!(failure.error, RESULT_PATH_MATCH_FAILURE, "{path}");
        assert_eq!(kept, into, "{path}");
    }
    for path in ["$$.a", "$v", "$.a[*]", "$.a[-1]", "$..a", "$.a[0:1]", "$.a.length()"] {
        assert!(ReferencePath::parse(path).is_err(), "{path}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = Path::parse(&text);
        let _ = Path::parse(&format!("$.{text}"));
        let _ = Path::parse(&format!("$[{text}]"));
        let _ = Path::parse(&format!("$[?({text})]"));
    }

    #[test]
    fn no_text_of_the_alphabet_panics(text in r#"[$@.a1\-:,*?()'"/\\ &|!=<>~\[\]é]{0,30}"#) {
        if let Ok(path) = Path::parse(&text) {
            let _ = path.select(&store());
            let again = Path::parse(&path.canonical()).unwrap();
            prop_assert_eq!(again.canonical(), path.canonical());
            prop_assert_eq!(again.steps, path.steps);
        }
    }

    #[test]
    fn any_key_is_found_by_its_canonical_path(keys in prop::collection::vec("\\PC{0,12}", 1..4)) {
        let value = keys.iter().rev().fold(json!("here"), |inner, key| json!({key: inner}));
        let path = keys.iter().fold("$".to_owned(), |path, key| format!("{path}[{}]", super::Quoted(key)));
        let parsed = Path::parse(&path).unwrap();
        prop_assert_eq!(parsed.canonical(), path);
        prop_assert_eq!(parsed.select(&value).unwrap().into_value().unwrap(), json!("here"));
    }
}
