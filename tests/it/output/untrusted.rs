//! Names from AWS as somebody could choose them who wishes us ill, or is just far away.

use unicode_width::UnicodeWidthStr;

use super::*;

fn hostile() -> Vec<String> {
    let names = [
        "\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}",
        "line\nbreak\ttab\rreturn",
        "exe\u{202e}gpj.\u{2066}x\u{200f}\u{61c}",
        "\u{9b}2J\u{7f}\0\u{85}\u{2028}",
        "👩‍💻👨‍👩‍👧‍👦🏳️‍🌈 team",
        "e\u{301}te\u{301} 日本語",
        "C:\\new \\x1b",
        "=HYPERLINK(\"x\")",
    ];
    names.map(str::to_owned).into_iter().chain(["x".repeat(10_000), "漢".repeat(10_000)]).collect()
}

fn is_harmless(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

#[test]
fn hostile_names_are_data_in_a_pipe() {
    let (sealed, _aws) = fleet(hostile());
    let list =
        |format: &str| sealed.run(["ssm", "list", "-o", format, "--columns", "name,id"]).expect(0).stdout;
    let names = |document: Value| -> Vec<String> {
        let name = |node: &Value| node["name"].as_str().unwrap().to_owned();
        document["items"].as_array().unwrap().iter().map(name).collect()
    };
    assert_eq!(names(serde_json::from_str(&list("json")).unwrap()), hostile());
    let yaml = list("yaml");
    assert!(is_harmless(&yaml), "{yaml}");
    assert_eq!(names(serde_saphyr::from_str(&yaml).unwrap()), hostile());
    let ndjson = list("ndjson");
    let lines: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(names(json!({ "items": lines })), hostile());
    let text = list("csv");
    let mut records = csv::Reader::from_reader(text.as_bytes());
    let read: Vec<String> = records.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(read, hostile());
    let text = list("text");
    assert!(is_harmless(&text) && text.lines().all(|line| line.matches('\t').count() == 1), "{text}");
    for (line, start) in text.lines().zip([
        r"\x1b[31mred\x1b[0m\x1b]0;title\x07",
        r"line\nbreak\ttab\rreturn",
        r"exe\u{202e}gpj.\u{2066}x\u{200f}\u{61c}",
        r"\u{9b}2J\x7f\x00\u{85}\u{2028}",
        "👩‍💻👨‍👩‍👧‍👦🏳️‍🌈 team",
        "e\u{301}te\u{301} 日本語",
        r"C:\\new \\x1b",
        "=HYPERLINK(\"x\")",
    ]) {
        assert_eq!(line.split('\t').next(), Some(start));
    }
    let table = list("table");
    assert!(is_harmless(&table) && !table.contains('\t') && table.lines().count() == 11, "{table}");
    assert!(table.contains(&"x".repeat(10_000)) && table.contains(&"漢".repeat(10_000)), "nothing is cut");
    assert_aligned(&table);
}

/// The ids stand under each other.
#[track_caller]
fn assert_aligned(table: &str) {
    let places: Vec<usize> =
        table.lines().filter_map(|line| Some(line[..line.find("i-0aaaaaaaaaaaa")?].width())).collect();
    assert_eq!(places.len(), 10, "{table}");
    assert!(places.iter().all(|place| *place == places[0]), "{places:?}: {table}");
}

#[test]
fn hostile_names_cannot_control_a_terminal_in_any_format() {
    let (sealed, _aws) = fleet(hostile());
    for format in FORMATS {
        let args = ["ssm", "list", "--no-pager", "-o", format, "--columns", "name,id"];
        let shown = on_terminal(&sealed, (60, 24), &args, 0);
        assert!(is_harmless(&shown), "{format}: {shown:?}");
        if format == "table" {
            assert_aligned(&shown);
            assert!(shown.lines().all(|line| line.width() <= 60), "{shown}");
        }
        let selected = ["ssm", "list", "--no-pager", "-o", format, "--query", "items[].{(name): name}"];
        on_terminal(&sealed, (60, 24), &selected, 2);
        let query = if format == "ndjson" { "name" } else { "items[].name" };
        let shown =
            on_terminal(&sealed, (60, 24), &["ssm", "list", "--no-pager", "-o", format, "--query", query], 0);
        assert!(is_harmless(&shown), "{format}: {shown:?}");
    }
    let long = format!("items[?name=='{}\u{1b}\u{202e}日本'", "x".repeat(70_000));
    let shown = on_terminal(&sealed, (60, 24), &["ssm", "list", "--query", &long], 2);
    assert!(is_harmless(&shown) && shown.ends_with("^\n"), "{}", shown.len());
}
