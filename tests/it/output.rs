//! What every answer has in common, whatever command gives it: the pager, times and their zone, narrow terminals, text
//! that nobody should trust, a stdout that does not take it, and the options that shape it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::support::{FakeAws, Ran, Reply, Sandbox, Sealed, Terminal, finish};

const FORMATS: [&str; 6] = ["table", "json", "ndjson", "yaml", "csv", "text"];

fn node(number: usize, name: &str) -> Value {
    json!({
        "InstanceId": format!("i-0aaaaaaaaaaaa{number:04}"), "Name": name, "PingStatus": "Online", "AgentVersion": "3.3.987.0",
        "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023", "IPAddress": "10.0.0.7",
        "LaunchTime": 1_795_340_000 + number,
    })
}

/// A fleet of nodes with these names, on one page.
fn fleet(names: Vec<String>) -> (Sealed, FakeAws) {
    let aws = FakeAws::start(move |request| match request.operation.as_str() {
        "DescribeInstanceProperties" => {
            let nodes: Vec<Value> =
                names.iter().enumerate().map(|(number, name)| node(number, name)).collect();
            Reply::json(json!({ "InstanceProperties": nodes }))
        }
        "GetCallerIdentity" => Reply::xml(IDENTITY),
        other => Reply::error(400, "UnknownOperationException", other),
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint).set("NO_COLOR", "1");
    (sealed, aws)
}

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/ada</Arn>\
    <UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

fn numbered(count: usize) -> (Sealed, FakeAws) {
    fleet((0..count).map(|number| format!("web-{number}")).collect())
}

/// On a terminal, to the end; lines end as they were written.
#[track_caller]
fn on_terminal(sealed: &Sealed, size: (u16, u16), args: &[&str], code: i32) -> String {
    let (shown, status, _) = Terminal::opsctl(sealed, size, args).end();
    assert_eq!(status.code(), Some(code), "{args:?}: {shown}");
    shown.replace("\r\n", "\n")
}

// --- the pager ---

/// A pager that keeps what it is given, with the LESS it sees; then its own last words.
struct Script {
    program: String,
    kept: PathBuf,
}

fn pager(sealed: &Sealed) -> Script {
    let kept = sealed.path("paged");
    let text =
        format!("#!/bin/sh\n{{ echo \"LESS=$LESS\"; cat; }} > {}\necho paged \"$@\"\n", kept.display());
    Script { program: executable(sealed, "pager", &text), kept }
}

fn executable(sealed: &Sealed, name: &str, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = sealed.write(name, text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

impl Script {
    fn take(&self) -> Option<String> {
        let text = std::fs::read_to_string(&self.kept).ok();
        let _ = std::fs::remove_file(&self.kept);
        text
    }
}

#[test]
fn a_long_answer_for_people_goes_through_the_pager() {
    let (sealed, _aws) = numbered(60);
    let script = pager(&sealed);
    for (format, paged) in FORMATS.into_iter().zip([true, true, false, true, false, false]) {
        let args = ["ssm", "list", "-o", format, "--pager", &format!("{} -x 'a b'", script.program)];
        let shown = on_terminal(&sealed, (120, 24), &args, 0);
        let kept = script.take();
        assert_eq!(kept.is_some(), paged, "{format}");
        let text = kept.unwrap_or_else(|| shown.clone());
        assert!(text.contains("web-0") && text.contains("web-59"), "{format}: {text}");
        if paged {
            assert_eq!(shown, "paged -x a b\n", "{format}");
            assert!(text.starts_with("LESS=FRX\n"), "{format}: {text}");
        }
    }
    let page = on_terminal(&sealed, (80, 24), &["man", "ssm", "--pager", &script.program], 0);
    assert_eq!(page, "paged\n");
    assert!(script.take().unwrap().contains(".TH"));
}

#[test]
fn the_pager_is_left_alone_where_nobody_needs_it() {
    let (mut sealed, _aws) = numbered(60);
    let script = pager(&sealed);
    sealed.set("PAGER", &script.program).set("LESS", "-S");
    assert_eq!(on_terminal(&sealed, (120, 24), &["ssm", "list"], 0), "paged\n");
    assert!(script.take().unwrap().starts_with("LESS=-S\n"), "the user's own LESS is kept");
    for args in [
        &["ssm", "list", "--no-pager"][..],
        &["ssm", "list", "--pager", "cat"],
        &["ssm", "list", "--pager", ""],
        &["ssm", "list", "--limit", "3"],
        &["whoami"],
    ] {
        let shown = on_terminal(&sealed, (120, 24), args, 0);
        assert!(shown.contains("web-0") || shown.contains("ada"), "{args:?}: {shown}");
        assert_eq!(script.take(), None, "{args:?}");
    }
    let piped = sealed.run(["ssm", "list"]).expect(0);
    assert_eq!((piped.stdout.lines().count(), script.take()), (61, None));
    for nothing in ["", "cat"] {
        sealed.set("PAGER", nothing);
        assert!(on_terminal(&sealed, (120, 24), &["ssm", "list"], 0).contains("web-59"), "PAGER={nothing}");
    }
    // Where the answer goes decides, not whether some other stream is a terminal.
    sealed.set("PAGER", &script.program);
    let shell = format!("opsctl ssm list --pager {} | grep -c web-", script.program);
    let (shown, _, _) = Terminal::program(&sealed, (120, 24), &["sh", "-c", &shell]).end();
    assert_eq!((shown.as_str(), script.take()), ("60\r\n", None));
}

#[test]
fn a_pager_that_dies_or_is_left_early_is_no_error() {
    let (sealed, _aws) = numbered(2000);
    for command in ["true", "false", "sh -c 'kill -9 $$'", "sh -c 'read line; exit 1'"] {
        let shown = on_terminal(&sealed, (120, 24), &["ssm", "list", "--pager", command], 0);
        assert_eq!(shown, "", "{command}");
    }
}

#[test]
fn without_the_pager_that_was_asked_for_there_is_one_warning_and_the_answer() {
    let (mut sealed, _aws) = numbered(60);
    let missing = sealed.path("missing").display().to_string();
    let folder = sealed.path("home").display().to_string();
    for command in [missing.as_str(), &folder, "'open", "sh -c 'exit 127'"] {
        let shown = on_terminal(&sealed, (120, 24), &["ssm", "list", "--pager", command], 0);
        assert!(shown.starts_with(&format!("warning: cannot start the pager {command}: ")), "{shown}");
        assert_eq!((shown.matches("warning").count(), shown.matches("web-").count()), (1, 60), "{shown}");
        let quiet = on_terminal(&sealed, (120, 24), &["ssm", "list", "-q", "--pager", command], 0);
        assert!(quiet.starts_with("ID"), "{quiet}");
    }
    // Nobody asked for `less`: that it is missing is no news.
    sealed.set("PATH", "/nonexistent");
    assert!(on_terminal(&sealed, (120, 24), &["ssm", "list"], 0).starts_with("ID"));
}

#[test]
fn ctrl_c_in_the_pager_belongs_to_the_pager() {
    let (sealed, _aws) = numbered(60);
    let text = "#!/bin/sh\ntrap 'echo interrupted' INT\necho reading\nuntil read line < /dev/tty; do :; done\necho left\n";
    let script = executable(&sealed, "patient", text);
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &["ssm", "list", "--pager", &script]);
    terminal.wait_for("reading");
    terminal.type_text("\x03");
    terminal.wait_for("interrupted");
    terminal.type_text("\n");
    terminal.wait_for("left");
    let (_, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(0), true));
}

#[test]
fn less_is_the_usual_pager() {
    if !Path::new("/usr/bin/less").exists() {
        eprintln!("there is no less here: not tested");
        return;
    }
    let (mut sealed, _aws) = numbered(60);
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &["ssm", "list"]);
    terminal.wait_for("web-10");
    terminal.wait_for(":");
    terminal.type_text("G");
    terminal.wait_for("web-59");
    terminal.type_text("q");
    assert_eq!(terminal.end().1.code(), Some(0));
    sealed.set("TERM", "dumb");
    assert!(on_terminal(&sealed, (120, 24), &["ssm", "list"], 0).ends_with("ago\n"), "no pager");
}

#[test]
fn sessions_and_commands_that_go_on_are_not_paged() {
    let mut sealed = Sealed::new();
    let script = pager(&sealed);
    sealed.set("PAGER", &script.program);
    let mut up = Terminal::opsctl(&sealed, (80, 2), &["sandbox", "up", "--dir", "home/rehearsal"]);
    up.wait_for("Process:");
    let mut session =
        Terminal::opsctl(&sealed, (80, 5), &["ssm", "connect", "web-1", "--sandbox=home/rehearsal"]);
    session.wait_for("$ ");
    session.type_text("seq 40; exit\n");
    session.wait_for("39");
    assert_eq!(session.end().1.code(), Some(0));
    sealed.run(["sandbox", "down", "--dir", "home/rehearsal"]).expect(0);
    assert_eq!(up.end().1.code(), Some(0));
    assert_eq!(script.take(), None);
}

// --- times ---

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

// --- narrow terminals ---

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

// --- text that nobody should trust ---

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

// --- a stdout that does not take it ---

/// Ways to answer, each with the words for it.
fn answers() -> Vec<Vec<&'static str>> {
    let lists = FORMATS.into_iter().map(|format| vec!["ssm", "list", "-o", format]);
    let details = FORMATS.into_iter().map(|format| vec!["whoami", "-o", format]);
    let queries = FORMATS.into_iter().map(|format| vec!["ssm", "list", "--query", "@", "-o", format]);
    let texts = [
        &["man"][..],
        &["completions", "bash"],
        &["version"],
        &["--help"],
        &["ssm", "list", "-h"],
        &["--version"],
    ];
    lists.chain(details).chain(queries).chain(texts.map(<[_]>::to_vec)).collect()
}

#[test]
fn a_full_disk_is_an_error_whatever_is_written() {
    if !Path::new("/dev/full").exists() {
        eprintln!("there is no /dev/full here: not tested");
        return;
    }
    let (sealed, _aws) = numbered(3);
    for args in answers() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = sealed.command(&args).stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
        assert!(stderr.contains("cannot write to stdout"), "{args:?}: {stderr}");
    }
}

#[test]
fn a_closed_stdout_is_no_error_whatever_is_written() {
    let (sealed, _aws) = numbered(3);
    for args in answers() {
        let mut child = sealed.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), stderr.as_ref()), (Some(0), ""), "{args:?}");
    }
}

/// A fleet of a thousand pages.
fn pages() -> (Sealed, FakeAws) {
    const PAGES: usize = 1000;
    let aws = FakeAws::start(|request| {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let page: usize = body["NextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        let nodes: Vec<Value> = (0..50).map(|number| node(number, &format!("page-{page}"))).collect();
        let next = (page + 1 < PAGES).then(|| (page + 1).to_string());
        Reply::json(json!({ "InstanceProperties": nodes, "NextToken": next }))
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint);
    (sealed, aws)
}

#[test]
fn no_page_is_fetched_for_a_reader_who_left() {
    for format in ["ndjson", "csv", "text"] {
        let (sealed, aws) = pages();
        let mut child = sealed
            .command(["ssm", "list", "-o", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        // The first page is there before the last one is asked for.
        while !line.contains("page-0") {
            line.clear();
            assert!(reader.read_line(&mut line).unwrap() > 0, "{format}");
        }
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{format}");
        assert!(aws.operations().len() < 100, "{format}: {} pages", aws.operations().len());
    }
}

#[test]
fn no_page_is_fetched_for_a_full_disk() {
    if !Path::new("/dev/full").exists() {
        eprintln!("there is no /dev/full here: not tested");
        return;
    }
    for format in ["ndjson", "csv", "text"] {
        let (sealed, aws) = pages();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let status = sealed
            .command(["ssm", "list", "-o", format])
            .stdout(full)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!((status.code(), aws.operations().len()), (Some(1), 1), "{format}");
    }
}

// --- the options that shape an answer ---

#[test]
fn unknown_names_are_refused_before_anything_is_asked() {
    let (sealed, aws) = numbered(1);
    let refused = |args: &[&str]| -> Ran { sealed.run(args).expect(2) };
    for format in FORMATS {
        for (args, near, known) in [
            (
                &["ssm", "list", "--columns", "id,nmae"][..],
                "did you mean 'name'?",
                "the columns are id, name, ping,",
            ),
            (&["ssm", "list", "--sort=-nmae"], "did you mean 'name'?", "the columns are id, name, ping,"),
            (&["whoami", "--columns", "acount"], "did you mean 'account'?", "the columns are account, arn,"),
        ] {
            let ran = refused(&[args, &["-o", format]].concat());
            assert!(ran.stderr.contains(near) && ran.stderr.contains(known), "{format}: {ran:?}");
        }
        for args in [&["ssm", "list"][..], &["whoami"]] {
            let ran = refused(&[args, &["-o", format, "--columns", "id", "--query", "@"]].concat());
            assert!(ran.stderr.contains("--columns cannot be used with --query"), "{ran:?}");
        }
    }
    let ran = refused(&["ssm", "list", "-o", "jsno"]);
    assert!(ran.stderr.contains("'json'") && ran.stderr.contains("possible values: table, json"), "{ran:?}");
    assert_eq!(aws.operations(), [""; 0]);
}

#[test]
fn lists_are_sorted_limited_and_bare_in_every_format() {
    let (sealed, _aws) = numbered(12);
    for format in FORMATS {
        let args = ["ssm", "list", "-o", format, "--sort", "-name", "--limit", "2", "--no-header"];
        let text = sealed.run(args).expect(0).stdout;
        let (first, second) = (text.find("web-9").unwrap(), text.find("web-8").unwrap());
        assert!(first < second && text.matches("web-").count() == 2, "{format}: {text}");
        assert!(!text.contains("NAME") && !text.contains("id,name"), "{format}: {text}");
    }
}

#[test]
fn the_fields_of_one_thing_can_be_chosen() {
    let (sealed, _aws) = numbered(0);
    let whoami = |args: &[&str]| sealed.run(["whoami"].iter().chain(args)).expect(0).stdout;
    let arn = "arn:aws:iam::111122223333:user/ada";
    assert_eq!(whoami(&["--columns", "arn,account"]), format!("ARN:     {arn}\nAccount: 111122223333\n"));
    assert_eq!(whoami(&["--columns", "arn,account", "-o", "text"]), format!("{arn}\t111122223333\n"));
    assert_eq!(whoami(&["--columns", "account", "-o", "csv"]), "account\n111122223333\n");
    assert_eq!(whoami(&["--columns", "account", "-o", "csv", "--no-header"]), "111122223333\n");
}

#[test]
fn a_sandbox_answers_like_any_other_aws() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    for format in FORMATS {
        let status = sealed.run(["sandbox", "status", "-o", format, "--local"]).expect(0);
        assert!(status.stdout.contains("127.0.0.1"), "{format}: {status:?}");
    }
}
