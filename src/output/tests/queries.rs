//! What a query selects, in every format.

use super::*;
use crate::error::Kind;

fn queried(query: &str, settings: OutputSettings) -> String {
    let query = Some(query.parse().unwrap());
    list(OutputSettings { query, ..settings })
}

#[test]
fn selections_in_every_format() {
    let queries = [
        "items[].{name: name, id: id, cores: cores}",
        "items[].[id, cores]",
        "items[].id",
        "items[0]",
        "length(items)",
        "items[?state=='none']",
        "items[0].missing",
        "[`1`, 'a\tb', null, {a: `[1, 2]`}, [`true`, `false`]]",
        "items[0].{nested: {b: id}, list: [id]}",
    ];
    let formats = [Format::Table, Format::Csv, Format::Text, Format::Json, Format::Yaml];
    let mut all = String::new();
    for query in queries {
        for format in formats {
            all.push_str(&format!("== {query} as {format:?}\n{}", queried(query, settings(format))));
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn in_ndjson_a_query_sees_each_item_and_null_is_skipped() {
    assert_eq!(queried("name", settings(Format::Ndjson)).lines().count(), 2);
    assert_eq!(
        queried("{n: name, c: cores}", settings(Format::Ndjson)).lines().next(),
        Some(r#"{"n":"web-1","c":2}"#)
    );
}

#[test]
fn limit_sort_and_header_hold_with_a_query() {
    let shaped = OutputSettings {
        sort: Some("-cores".into()),
        limit: Some(1),
        no_header: true,
        ..settings(Format::Csv)
    };
    assert_eq!(queried("items[].{cores: cores}", shaped), "16\n");
}

#[test]
fn a_query_over_one_item() {
    let item = |query: &str, format| {
        let settings = OutputSettings { query: Some(query.parse().unwrap()), ..settings(format) };
        shown(settings, |output| output.item("node", COLUMNS, &nodes()[0]))
    };
    assert_eq!(item("item.name", Format::Table), "web-1\n");
    assert_eq!(item("item.name", Format::Json), "\"web-1\"\n");
    assert_eq!(item("name", Format::Ndjson), "\"web-1\"\n");
    assert_eq!(item("item.{b: name, a: cores}", Format::Table), "b: web-1\na: 2\n");
    assert_eq!(item("item.missing", Format::Text), "");
    assert_eq!(item("item.missing", Format::Json), "null\n");
}

#[test]
fn a_selection_is_fitted_to_the_terminal() {
    insta::assert_snapshot!(queried("items[].{id: id, name: name}", terminal(Format::Table, 40)), @"
    id                   name
    ────────────────────────────────────────
    i-0a1b2c3d4e5f60718  web-1
    i-0a1b2c3d4e5f60719  a longer name, wit…
    mi-0123456789abcde…
    ");
}

#[test]
fn columns_and_a_query_are_refused_together() {
    let both = OutputSettings {
        query: Some("items".parse().unwrap()),
        columns: Some(vec!["id".into()]),
        ..settings(Format::Json)
    };
    assert_eq!(refused(both).kind, Kind::Usage);
}

#[test]
fn a_query_that_fails_writes_nothing() {
    for format in FORMATS {
        let written = Written::default();
        let query = Some("abs(@)".parse().unwrap());
        let output = output_to(written.clone(), OutputSettings { query, ..settings(format) });
        let report = Report::new(&output.list("nodes", COLUMNS, nodes()).unwrap_err());
        assert_eq!((report.kind, written.text().as_str()), (Kind::Usage, ""), "{format:?}");
    }
}
