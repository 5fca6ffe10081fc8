//! `opsctl sfn graph`.

use unicode_width::UnicodeWidthStr as _;

use crate::support::{Sealed, Terminal};

const ORDER: &str = r#"{
  "StartAt": "Charge the card",
  "States": {
    "Charge the card": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:charge",
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Apologise"}],
      "Next": "Large?"
    },
    "Large?": {
      "Type": "Choice",
      "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Call"}],
      "Default": "Done"
    },
    "Call": {"Type": "Wait", "Seconds": 60, "Next": "Done"},
    "Apologise": {"Type": "Fail", "Error": "Refused"},
    "Done": {"Type": "Succeed"}
  }
}
"#;

fn without_colour(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn a_definition_is_drawn_in_every_format() {
    let sealed = Sealed::new();
    sealed.write("order.asl.json", ORDER);
    let drawn = sealed.run(["sfn", "graph", "order.asl.json"]).expect(0);
    assert_eq!(drawn.stderr, "");
    insta::assert_snapshot!(drawn.stdout);
    for (format, begins, has) in [
        ("terminal", "  ", "│ 1 $.total > 100 │"),
        ("ascii", "  ", "| 1 $.total > 100 |"),
        ("mermaid", "flowchart TD\n", "n1 -.->|\"States.ALL\"| n4\n"),
        ("dot", "digraph {\n", "n2 -> n3 [label=\"$.total > 100\"];\n"),
        ("svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", ">1 $.total &gt; 100</text>\n"),
    ] {
        let ran = sealed.run(["sfn", "graph", "order.asl.json", "--format", format]).expect(0);
        assert!(ran.stdout.starts_with(begins) && ran.stdout.contains(has), "{format}: {}", ran.stdout);
        assert_eq!(ran.stderr, "", "{format}");
    }
}

#[test]
fn a_definition_comes_from_stdin_and_in_yaml_too() {
    let sealed = Sealed::new();
    sealed.write("order.asl.json", ORDER);
    let drawn = sealed.run(["sfn", "graph", "order.asl.json"]).expect(0).stdout;
    let piped = sealed.run_with(["sfn", "graph", "-"], ORDER.as_bytes()).expect(0);
    assert_eq!(piped.stdout, drawn);
    let yaml = "\
# An order.
StartAt: Charge the card
States:
  Charge the card:
    Type: Task
    Resource: arn:aws:lambda:eu-west-1:111122223333:function:charge
    Catch:
      - {ErrorEquals: [States.ALL], Next: Apologise}
    Next: Large?
  Large?:
    Type: Choice
    Choices:
      - {Variable: $.total, NumericGreaterThan: 100, Next: Call}
    Default: Done
  Call: {Type: Wait, Seconds: 60, Next: Done}
  Apologise: {Type: Fail, Error: Refused}
  Done: {Type: Succeed}
";
    sealed.write("order.yaml", yaml);
    assert_eq!(sealed.run(["sfn", "graph", "order.yaml"]).expect(0).stdout, drawn);
}

#[test]
fn without_utf_8_the_terminal_gets_ascii() {
    let mut sealed = Sealed::new();
    sealed.write("order.asl.json", ORDER);
    let ascii = sealed.run(["sfn", "graph", "order.asl.json", "--format", "ascii"]).expect(0).stdout;
    sealed.set("LANG", "C");
    assert_eq!(sealed.run(["sfn", "graph", "order.asl.json"]).expect(0).stdout, ascii);
    assert!(ascii.is_ascii(), "{ascii}");
}

#[test]
fn a_drawing_fits_the_terminal_it_is_on() {
    let sealed = Sealed::new();
    sealed.write("order.asl.json", ORDER);
    for (cols, shown, hidden) in [(80, "│ Charge the card │", "→"), (26, "Charge", "│"), (42, "▼", "→")]
    {
        let args = ["--no-pager", "sfn", "graph", "order.asl.json"];
        let (text, status, _) = Terminal::opsctl(&sealed, (cols, 60), &args).end();
        assert!(status.success(), "{text}");
        let plain = without_colour(&text);
        assert!(plain.contains(shown) && !plain.contains(hidden), "{cols}: {plain}");
        assert!(plain.lines().all(|line| line.trim_end().width() <= usize::from(cols)), "{cols}: {plain}");
        assert!(text.contains("\u{1b}[2m"), "{text:?}");
    }
    let args = ["--no-pager", "--color", "never", "sfn", "graph", "order.asl.json"];
    let (text, ..) = Terminal::opsctl(&sealed, (80, 60), &args).end();
    let drawn = sealed.run(["sfn", "graph", "order.asl.json"]).expect(0).stdout;
    assert_eq!(text.replace('\r', ""), drawn);
}

#[test]
fn everything_wrong_in_a_definition_is_told_with_its_place() {
    let sealed = Sealed::new();
    let cases: [(&str, &str, &[&str]); 4] = [
        ("cut.json", "{\"StartAt\": \"A\",\n \"States\": {", &["cut.json:2:12: EOF while parsing an object"]),
        (
            "two.json",
            "{\"StartAt\": \"A\",\n \"States\": {\n  \"A\": {\"Type\": \"Pass\", \"Next\": \"B\"},\n  \"C\": {\"Type\": \"Task\", \"End\": true}}}",
            &["two.json:3:25: MISSING_TRANSITION_TARGET", "two.json:4:3: SCHEMA_VALIDATION_FAILED"],
        ),
        (
            "two.yaml",
            "StartAt: A\nStates:\n  A: {Type: Pass, Next: B}\n  C:\n    Type: Task\n    End: true\n",
            &["two.yaml:3:19: MISSING_TRANSITION_TARGET", "two.yaml:4:3: SCHEMA_VALIDATION_FAILED"],
        ),
        ("empty.json", "", &["empty.json:1:1: "]),
    ];
    for (file, text, expected) in cases {
        sealed.write(file, text);
        let ran = sealed.run(["sfn", "graph", file]).expect(2);
        assert_eq!(ran.stdout, "", "{file}");
        let first = format!("error: the definition in {file} is wrong");
        assert!(ran.stderr.starts_with(&first), "{file}: {}", ran.stderr);
        for fault in expected {
            assert!(ran.stderr.contains(fault), "{file}: {fault}: {}", ran.stderr);
        }
    }
    let ran = sealed.run_with(["sfn", "graph", "-"], b"{\n\"StartAt\" 1}").expect(2);
    assert!(ran.stderr.contains("stdin:2:11: expected `:`"), "{}", ran.stderr);
    let ran = sealed.run_with(["sfn", "graph", "-"], b"\xff\xfe").expect(2);
    assert!(ran.stderr.contains("cannot read the definition stdin"), "{}", ran.stderr);
}

#[test]
fn what_stands_open_is_drawn() {
    let sealed = Sealed::new();
    let open = "{\"StartAt\": \"A\", \"States\": {\n\"A\": {\"Type\": \"Task\", \"Resource\": \"${Fn}\", \"TimeoutSeconds\": ${T}, \"Retry\": ${R},\n \"Next\": \"B\"}, \"B\": {\"Type\": \"Pass\", \"InputPath\": \"${P}\", \"Next\": \"${Where}\"}}}";
    sealed.write("open.asl.json", open);
    let ran = sealed.run(["sfn", "graph", "open.asl.json", "--format", "mermaid"]).expect(0);
    assert!(
        ran.stdout.contains("lambda $#123;Fn#125;") && ran.stdout.contains("[\"$#123;Where#125;"),
        "{ran:?}"
    );
    let told = "`${Fn}`, `${P}`, `${R}`, `${T}`, 1 more stand open in open.asl.json; what is drawn for them stands in";
    assert_eq!(ran.stderr, format!("warning: {told}\n"));
    sealed.run(["sfn", "lint", "open.asl.json"]).expect(0);
    // What is wrong beside it is told, and so is what it cannot be drawn without.
    sealed.write("wrong.asl.json", &open.replace("\"Next\": \"B\"", "\"Next\": \"C\""));
    let ran = sealed.run(["sfn", "graph", "wrong.asl.json"]).expect(2);
    assert!(ran.stderr.contains("wrong.asl.json:3:2: MISSING_TRANSITION_TARGET"), "{ran:?}");
    sealed.write("all.asl.json", r#"{"StartAt": "A", "States": ${States}}"#);
    let ran = sealed.run(["sfn", "graph", "all.asl.json"]).expect(2);
    assert!(ran.stderr.contains("too much of the definition in all.asl.json stands open"), "{ran:?}");
    // A run needs the values.
    let ran = sealed.run(["sfn", "local", "run", "open.asl.json"]).expect(2);
    for place in ["2:62: `${T}` stands open here", "2:77: `${R}` stands open here"] {
        assert!(
            ran.stderr
                .contains(&format!("open.asl.json:{place}, and is filled in when the machine is deployed")),
            "{ran:?}"
        );
    }
    sealed.write("quoted.asl.json", &open.replace("${T}", "5").replace("${R}", "[]"));
    let ran = sealed.run(["sfn", "local", "run", "quoted.asl.json"]).expect(2);
    for (place, written) in [("2:23", "Fn"), ("3:38", "P"), ("3:59", "Where")] {
        let line = ran.stderr.lines().find(|line| line.contains(&format!("quoted.asl.json:{place}: ")));
        assert!(
            line.is_some_and(|line| line.contains(&format!("`${{{written}}}` stands open here"))),
            "{place}: {ran:?}"
        );
    }
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let sealed = Sealed::new();
    let ran = sealed.run(["sfn", "graph", "none.json"]).expect(3);
    assert!(
        ran.stderr.starts_with("error: cannot read the definition none.json\n  cause: "),
        "{}",
        ran.stderr
    );
    let ran = sealed.run(["sfn", "graph", "none.json", "--format", "png"]).expect(2);
    assert!(ran.stderr.contains("svg"), "{}", ran.stderr);
    // Ways inside of each other: every one bends on every rank it passes.
    let count = 700;
    let mut states: Vec<String> = (0..count)
        .map(|number| {
            let catch = if number < count / 2 { count - number } else { count };
            format!(
                r#""s{number}": {{"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f",
                "Next": "s{}", "Catch": [{{"ErrorEquals": ["States.ALL"], "Next": "s{catch}"}}]}}"#,
                number + 1
            )
        })
        .collect();
    states.push(format!(r#""s{count}": {{"Type": "Succeed"}}"#));
    sealed.write("huge.json", &format!(r#"{{"StartAt": "s0", "States": {{{}}}}}"#, states.join(",")));
    let ran = sealed.run(["sfn", "graph", "huge.json", "--format", "svg"]).expect(1);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("hint: opsctl sfn graph huge.json --format dot"), "{}", ran.stderr);
    let told = sealed.run(["sfn", "graph", "huge.json"]).expect(0).stdout;
    assert!(told.contains("\ns699  Task") && told.contains("  ! States.ALL → s351\n"), "{told}");
    assert_eq!(sealed.run(["sfn", "graph", "huge.json", "--format", "dot"]).expect(0).code, 0);
}

#[test]
fn names_that_mean_harm_move_nothing() {
    let sealed = Sealed::new();
    let name = r"\u001b]0;x\u0007<b>\u202e";
    let text = format!(r#"{{"StartAt": "{name}", "States": {{"{name}": {{"Type": "Pass", "End": true}}}}}}"#);
    sealed.write("evil.json", &text);
    for format in ["terminal", "ascii", "mermaid", "dot", "svg"] {
        let ran = sealed.run(["sfn", "graph", "evil.json", "--format", format]);
        let shown = ran.stdout + &ran.stderr;
        assert!(
            !shown.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'),
            "{format}: {shown:?}"
        );
        assert!(!shown.contains("<b>") || !matches!(format, "svg" | "mermaid"), "{format}: {shown:?}");
    }
}
