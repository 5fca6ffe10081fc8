//! Lists in every format, with the options that shape them.

use super::*;
use crate::error::Kind;
use crate::output::escape;
use crate::output::{Failure, Place};

#[test]
fn a_list_in_every_format() {
    let all: Vec<String> =
        FORMATS.into_iter().map(|format| format!("== {format:?}\n{}", list(settings(format)))).collect();
    insta::assert_snapshot!(all.join(""));
}

#[test]
fn an_empty_list_in_every_format() {
    let empty = |format| shown(settings(format), |output| output.list("nodes", COLUMNS, Vec::new()));
    let all: Vec<String> =
        FORMATS.into_iter().map(|format| format!("== {format:?}\n{}", empty(format))).collect();
    insta::assert_snapshot!(all.join(""));
}

#[test]
fn a_table_fits_the_terminal() {
    let widths = [1, 60, 80, 200];
    let all: Vec<String> = widths
        .into_iter()
        .map(|width| format!("== {width}\n{}", list(terminal(Format::Table, width))))
        .collect();
    insta::assert_snapshot!(all.join(""));
}

#[test]
fn a_table_on_a_terminal_without_unicode_is_ascii() {
    let mut ascii = terminal(Format::Table, 60);
    ascii.stdout.unicode = false;
    let table = list(ascii);
    assert!(table.is_ascii());
    insta::assert_snapshot!(table);
}

#[test]
fn colour_follows_meaning_and_widths_ignore_it() {
    let mut color = terminal(Format::Table, 80);
    color.stdout.color = true;
    let table = list(color);
    insta::assert_snapshot!(table.replace('\u{1b}', "ESC"));
    let plain: String = table
        .split('\u{1b}')
        .enumerate()
        .map(|(i, part)| if i == 0 { part } else { part.split_once('m').unwrap().1 })
        .collect();
    let trimmed: Vec<&str> = plain.lines().map(str::trim_end).collect();
    assert_eq!(trimmed.join("\n") + "\n", list(terminal(Format::Table, 80)));
}

#[test]
fn json_is_pretty_on_a_terminal_only() {
    insta::assert_snapshot!(shown(terminal(Format::Json, 80), |output| output.list(
        "nodes",
        COLUMNS,
        nodes()[2..].to_vec()
    )));
    assert_eq!(list(terminal(Format::Ndjson, 80)), list(settings(Format::Ndjson)));
}

#[test]
fn times_are_absolute_in_the_asked_zone_off_a_terminal() {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-5));
    let wanted = Some(vec!["seen".to_owned()]);
    let text = list(OutputSettings { zone, columns: wanted, ..settings(Format::Text) });
    insta::assert_snapshot!(text, @"
    2026-11-20T04:59:30-05:00
    2026-11-18T03:00:00-05:00
    2026-11-20T05:05:00.25-05:00
    ");
}

#[test]
fn columns_sort_limit_and_header() {
    let base = |format| OutputSettings {
        columns: Some(vec!["name".into(), "named".into()]),
        sort: Some("-cores".into()),
        limit: Some(2),
        ..settings(format)
    };
    insta::assert_snapshot!(list(base(Format::Table)), @r#"
    NAME                                           NAMED
    a longer name, with "quotes", that may be cut  true
    web-1                                          true
    "#);
    for format in [Format::Table, Format::Csv, Format::Text] {
        let bare = list(OutputSettings { no_header: true, ..base(format) });
        assert_eq!(
            (bare.lines().count(), bare.contains("NAME"), bare.contains("named")),
            (2, false, false),
            "{bare}"
        );
    }
    let sorted = OutputSettings { sort: Some("seen".into()), limit: Some(1), ..settings(Format::Ndjson) };
    assert!(list(sorted).starts_with(r#"{"id":"i-0a1b2c3d4e5f60719""#));
    for format in FORMATS {
        let limited = list(OutputSettings { limit: Some(1), ..settings(format) });
        assert!(limited.contains("web-1") && !limited.contains("mi-0"), "{limited}");
    }
}

#[test]
fn an_unknown_column_is_refused_in_every_format() {
    for format in FORMATS {
        let columns = refused(OutputSettings { columns: Some(vec!["core".into()]), ..settings(format) });
        let sort = refused(OutputSettings { sort: Some("-core".into()), ..settings(format) });
        for report in [columns, sort] {
            assert_eq!((report.kind, report.hints[0].as_str()), (Kind::Usage, "did you mean 'cores'?"));
        }
    }
}

#[test]
fn hostile_names_are_harmless_in_every_format() {
    let hostile = |settings| shown(settings, |output| output.list("nodes", COLUMNS, hostile()));
    for settings in [
        settings(Format::Table),
        settings(Format::Text),
        terminal(Format::Table, 60),
        terminal(Format::Json, 60),
    ] {
        let text = hostile(settings);
        assert_eq!(text.split(['\n', '\t']).map(escape).collect::<String>(), text.replace(['\n', '\t'], ""));
    }
    let yaml = hostile(settings(Format::Yaml));
    assert!(!yaml.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{yaml}");
    insta::assert_snapshot!(hostile(settings(Format::Table)));
    insta::assert_snapshot!(hostile(terminal(Format::Table, 50)));
    let mut records = csv::Reader::from_reader(std::io::Cursor::new(hostile(settings(Format::Csv))));
    let names: Vec<String> = records.records().map(|record| record.unwrap()[1].to_owned()).collect();
    let given: Vec<String> = super::hostile().into_iter().filter_map(|node| node.name).collect();
    assert_eq!(names, given, "csv is data");
}

#[test]
fn a_very_long_name_is_cut_on_a_terminal_and_whole_elsewhere() {
    let long = "x".repeat(70_000);
    let one = || vec![node("i-1", Some(&long), None, "online", "2026-11-20T10:00:00Z")];
    let cut = shown(terminal(Format::Table, 60), |output| output.list("nodes", COLUMNS, one()));
    assert!(cut.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 60), "{cut}");
    let whole = shown(settings(Format::Table), |output| output.list("nodes", COLUMNS, one()));
    assert_eq!((whole.lines().count(), whole.contains(&long)), (2, true));
}

#[test]
fn targets_that_failed_are_in_the_documents() {
    let place = Place { region: Some("eu-west-1".into()), profile: Some("prod".into()), account: None };
    let report = Report::new(&crate::error::Error::new(Kind::Denied, "not authorised to list nodes").into());
    let written = |format| {
        let errors = vec![Failure::new(&report, &place)];
        shown(settings(format), |output| output.list_with_errors("nodes", COLUMNS, Vec::new(), errors))
    };
    insta::assert_snapshot!(written(Format::Yaml));
    assert!(written(Format::Json).contains(r#""items":[],"errors":[{"code":5,"#));
    assert_eq!(written(Format::Text), "");
}
