//! What a terminal shows that a pipe does not: times in words, a table that fits, glyphs of the locale.

use super::*;
use crate::support::finish;

#[test]
fn times_are_relative_on_a_terminal_only_and_always_have_a_zone() {
    let (mut sealed, _aws) = numbered(1);
    sealed.set("TZ", "XYZ-05:30");
    let (utc, local, age) = ("2026-11-22T09:33:20Z", "2026-11-22T15:03:20+05:30", "2h ago");
    let times = ["ssm", "list", "--columns", "age", "--no-header"];
    for (options, piped, shown) in [(&[][..], utc, age), (&["--utc"], utc, utc), (&["--local"], local, local)]
    {
        for format in ["table", "csv", "text"] {
            let args = [&times[..], options, &["-o", format]].concat();
            assert_eq!(sealed.run(&args).expect(0).stdout.trim_end(), piped, "{args:?}");
            let expected = if format == "table" { shown } else { piped };
            assert_eq!(on_terminal(&sealed, (80, 24), &args, 0).trim_end(), expected, "{args:?}");
        }
        // What programs read is UTC, whoever asks.
        for (format, query) in
            [("json", "items[0].startTime"), ("yaml", "items[0].startTime"), ("ndjson", "startTime")]
        {
            let args = [&["ssm", "list", "-o", format, "--query", query], options].concat();
            assert_eq!(sealed.run(&args).expect(0).stdout.trim().trim_matches('"'), utc, "{args:?}");
        }
    }
    let both = sealed.run(["ssm", "list", "--utc", "--local"]).expect(2);
    assert!(both.stderr.contains("cannot be used with"), "{both:?}");
}

#[test]
fn a_zone_that_is_unknown_is_named_when_it_is_needed() {
    let (mut sealed, aws) = numbered(1);
    sealed.set("TZ", "Nowhere/Atlantis");
    sealed.run(["ssm", "list"]).expect(0);
    let ran = sealed.run(["ssm", "list", "--local"]).expect(2);
    assert!(ran.stderr.starts_with("error: TZ is no known time zone: Nowhere/Atlantis\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: use --utc"), "{ran:?}");
    assert_eq!(aws.operations().len(), 1, "nothing was asked of AWS");
    // Without a zone of its own a machine runs on UTC, or on what /etc/localtime says: never without a zone.
    let mut command = sealed.command(["ssm", "list", "--local", "-o", "text", "--columns", "age"]);
    command.env_remove("TZ");
    let ran = finish(command, b"").expect(0);
    let zone = &ran.stdout.trim_end()["2026-11-22T00:00:00".len()..];
    assert!(zone == "Z" || zone.starts_with(['+', '-']), "{ran:?}");
}

#[test]
fn a_narrow_terminal_shows_what_identifies_a_row_and_says_what_is_missing() {
    let (sealed, _aws) = fleet(vec!["web-1".into(), "a-rather-long-name-of-a-node".into()]);
    let shown: Vec<String> = [100, 80, 60, 40, 20, 1]
        .into_iter()
        .map(|width| {
            format!("== {width}\n{}", on_terminal(&sealed, (width, 24), &["ssm", "list", "--no-pager"], 0))
        })
        .collect();
    insta::assert_snapshot!(shown.join(""));
    let quiet = on_terminal(&sealed, (40, 24), &["ssm", "list", "-q"], 0);
    assert!(!quiet.contains("not fit"), "{quiet}");
    // What was asked for by name is never left out.
    let args = ["ssm", "list", "--columns", "ip,id,agent,type", "--no-pager"];
    let named = on_terminal(&sealed, (10, 24), &args, 0);
    assert!(named.contains("10.0.0.7  i-0aaaaaaaaaaaa0000  3.3.987…"), "{named}");
}

#[test]
fn a_terminal_of_one_column_hangs_nothing() {
    let (sealed, _aws) = fleet(vec!["web-1".into(), "漢字 👩‍💻".into()]);
    for format in FORMATS {
        for args in
            [&["ssm", "list", "-o", format][..], &["whoami", "-o", format], &["version", "-o", format]]
        {
            let shown = on_terminal(&sealed, (1, 1), &[args, &["--no-pager"]].concat(), 0);
            assert!(
                shown.contains("i-0aaaaaaaaaaaa0001")
                    || shown.contains("111122223333")
                    || shown.contains("0."),
                "{args:?}: {shown}"
            );
        }
        let query =
            ["ssm", "list", "-o", format, "--query", "items[].{a: name, b: instanceId}", "--no-pager"];
        on_terminal(&sealed, (1, 1), &query, 0);
    }
    on_terminal(&sealed, (1, 1), &["ssm", "list", "--help"], 0);
    on_terminal(&sealed, (1, 1), &["ssm", "list", "--query", "items[?"], 2);
    on_terminal(&sealed, (1, 1), &["ssm", "lst"], 2);
}

#[test]
fn without_a_locale_for_it_no_glyph_is_beyond_ascii() {
    let (mut sealed, _aws) = fleet(vec!["a-rather-long-name-of-a-node".repeat(3)]);
    for (name, value) in [("LC_ALL", "C"), ("LC_ALL", "POSIX"), ("LC_ALL", "en_US.ISO-8859-1")] {
        sealed.set(name, value);
        for args in [
            &["ssm", "list"][..],
            &["whoami"],
            &["ssm", "list", "--query", "items[].{name: name, id: instanceId}"],
        ] {
            let shown = on_terminal(&sealed, (60, 24), args, 0);
            assert!(shown.is_ascii(), "{value} {args:?}: {shown}");
        }
    }
    assert!(on_terminal(&sealed, (60, 24), &["ssm", "list"], 0).contains("a-rath..."));
    sealed.set("LC_ALL", "").set("LC_CTYPE", "de_DE.utf8").set("LANG", "C");
    assert!(on_terminal(&sealed, (60, 24), &["ssm", "list"], 0).contains('…'));
}
