//! One thing in every format, and documents that are no data.

use super::*;

fn item(settings: OutputSettings) -> String {
    shown(settings, |output| output.item("node", COLUMNS, &nodes()[0]))
}

#[test]
fn an_item_in_every_format() {
    let all: Vec<String> =
        FORMATS.into_iter().map(|format| format!("== {format:?}\n{}", item(settings(format)))).collect();
    insta::assert_snapshot!(all.join(""));
}

#[test]
fn details_on_a_terminal_have_relative_times_and_colour() {
    let mut color = terminal(Format::Table, 60);
    color.stdout.color = true;
    color.columns = Some(vec!["state".into(), "seen".into(), "named".into()]);
    insta::assert_snapshot!(item(color).replace('\u{1b}', "ESC"), @"
    STATE: ESC[32monlineESC[0m
    SEEN:  30s ago
    NAMED: true
    ");
}

#[test]
fn an_empty_value_leaves_no_trailing_space() {
    let text = shown(settings(Format::Table), |output| output.item("node", COLUMNS, &nodes()[2]));
    assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
}

#[test]
fn a_document_is_written_as_it_is() {
    let script = "complete -F _opsctl \u{1b} opsctl\n";
    for format in FORMATS {
        assert_eq!(shown(settings(format), |output| output.text(script)), script);
    }
}
