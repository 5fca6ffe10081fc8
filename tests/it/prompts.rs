//! Questions on a terminal: every kind of them, every way out, every size; the terminal is whole afterwards.

use std::time::{Duration, Instant};

use opsctl::cli::{GlobalArgs, Origins};
use opsctl::config::Guards;
use opsctl::context::{Context, environment_of_this_process};
use opsctl::terminal::Choice;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{FakeAws, Reply, Sandbox, Sealed, Terminal};

const INSIDE: &str = "OPSCTL_TEST_PROMPTS";

/// Run by the tests below as a program of its own; does nothing otherwise. For the kinds of questions that no verb
/// asks yet.
#[test]
fn inside() {
    let Some(question) = std::env::var_os(INSIDE) else { return };
    let env = environment_of_this_process();
    let reporter = Context::early_reporter(&GlobalArgs::default(), &env);
    opsctl::panics::report_to(reporter, String::new(), None);
    let context = Context::new(GlobalArgs::default(), Origins::default(), Guards::default(), env).unwrap();
    let prompter = context.prompter("nothing is known", "--known").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match question.to_str().unwrap() {
            "text" => {
                let answer = prompter.text("what is its name?").await;
                eprintln!("answer: {:?}", answer.map_err(|error| error.to_string()));
            }
            "secret" => {
                let answer = prompter.secret("token:").await;
                let answer = answer.map(|answer| answer.map(|secret| secret.len()));
                eprintln!("answer: {:?}", answer.map_err(|error| error.to_string()));
            }
            "choose" => {
                let many = |n| Choice { line: format!("node-{n}"), preview: format!("the node {n}") };
                let choices: Vec<Choice> = (0..20_000).map(many).collect();
                let answer = prompter.choose("node", &choices).await;
                eprintln!("answer: {:?}", answer.map_err(|error| error.to_string()));
            }
            "panic" => {
                let question = prompter.text("what is its name?");
                tokio::select! {
                    _ = question => {}
                    () = async { panic!("on purpose") } => {}
                }
            }
            other => panic!("no question {other}"),
        }
    });
}

fn ask(question: &str, size: (u16, u16)) -> Terminal {
    let mut sealed = Sealed::new();
    sealed.set(INSIDE, question).set("NO_COLOR", "1");
    let test = std::env::current_exe().unwrap();
    let test = test.to_str().unwrap();
    Terminal::program(&sealed, size, &[test, "--exact", "prompts::inside", "--nocapture"])
}

/// The answer to a question, and whether the terminal is whole.
fn answer(question: &str, prompt: &str, typed: &str) -> (String, bool) {
    let mut terminal = ask(question, (80, 24));
    terminal.wait_for(prompt);
    terminal.type_text(typed);
    terminal.wait_for("answer: ");
    let (shown, _, echoes) = terminal.end();
    (shown.split("\r\n").next().unwrap().to_owned(), echoes)
}

#[test]
fn a_line_of_text_is_edited_and_taken() {
    for (typed, expected) in [
        ("web\r", r#"Ok(Some("web"))"#),
        ("wex\u{7f}b\n", r#"Ok(Some("web"))"#),
        ("no good\u{17}\u{17}日本\r", r#"Ok(Some("日本"))"#),
        ("wrong\u{15}right\r", r#"Ok(Some("right"))"#),
        ("\r", r#"Ok(Some(""))"#),
        ("\u{4}", "Ok(None)"),
        ("web\u{1b}", "Ok(None)"),
        ("web\u{3}", r#"Err("interrupted")"#),
    ] {
        assert_eq!(answer("text", "its name? ", typed), (expected.to_owned(), true), "{typed:?}");
    }
}

#[test]
fn a_secret_is_not_shown() {
    let mut terminal = ask("secret", (80, 24));
    terminal.wait_for("token: ");
    assert!(!terminal.echoes());
    terminal.type_text("hunter2x\u{7f}\r");
    let shown = terminal.wait_for("answer: ");
    assert!(!shown.contains("hunter") && !shown.contains('*'), "{shown}");
    let (shown, _, echoes) = terminal.end();
    assert!(shown.starts_with("Ok(Some(7))") && echoes, "{shown}");
}

#[test]
fn a_secret_given_up_leaves_a_whole_terminal() {
    for (typed, expected) in [("hunter2\u{3}", r#"Err("interrupted")"#), ("\u{4}", "Ok(None)")] {
        assert_eq!(answer("secret", "token: ", typed), (expected.to_owned(), true), "{typed:?}");
    }
}

#[test]
fn thousands_are_chosen_from_without_waiting() {
    let mut terminal = ask("choose", (80, 24));
    terminal.wait_for("node (20000/20000) > ");
    let start = Instant::now();
    terminal.type_text("node-19998\r");
    terminal.wait_for("answer: Ok(19998)");
    // Unoptimised, on a busy machine.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn a_panic_during_a_question_restores_the_terminal() {
    let terminal = ask("panic", (200, 24));
    let (shown, _, echoes) = terminal.end();
    assert!(echoes, "the terminal was left raw: {shown}");
    assert!(shown.contains("a bug in opsctl") && shown.contains("cause: on purpose"), "{shown}");
}

/// Three nodes in a sandbox, and a picker over them.
fn picker(config: &str, size: (u16, u16)) -> (Sealed, Sandbox, Terminal) {
    let mut sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    sealed.set("NO_COLOR", "1");
    let terminal = Terminal::opsctl(&sealed, size, &["--sandbox", "ssm", "connect"]);
    (sealed, sandbox, terminal)
}

const NODES: &str = "
[[nodes]]
name = \"web-1\"
ip = \"10.0.0.1\"
[[nodes]]
name = \"web-2\"
ip = \"10.0.0.2\"
[[nodes]]
name = \"db-1\"
ip = \"10.0.0.3\"
";

#[test]
fn the_picker_moves_pages_and_previews() {
    let config: String = (10..40).map(|number| format!("[[nodes]]\nname = \"web-{number}\"\n")).collect();
    let (_sealed, _sandbox, mut terminal) = picker(&config, (80, 24));
    let shown = terminal.wait_for("node (30/30) > ");
    assert!(!shown.contains("web-"), "{shown}");
    let first = terminal.wait_for("│ Amazon Linux 2023  agent ");
    assert!(
        first.contains("> web-10  i-") && first.contains("  web-19  i-") && !first.contains("web-20"),
        "{first}"
    );
    terminal.type_text("\u{1b}[6~\u{1b}[6~");
    terminal.wait_for("> web-30  i-");
    terminal.type_text("\u{1b}[F");
    terminal.wait_for("> web-39  i-");
    terminal.type_text("\u{1b}[5~");
    terminal.wait_for("> web-29  i-");
    terminal.type_text("\u{1b}[H\u{1b}[B\u{1b}[B\u{1b}[A");
    terminal.wait_for("> web-11  i-");
    terminal.type_text("\r");
    terminal.wait_for("web-11 $ ");
    terminal.type_text("exit\r");
    assert_eq!(terminal.end().1.code(), Some(0));
}

/// What is on a screen of `cols` columns after `bytes`: enough of a terminal for what a question draws. Panics where a
/// line would not fit.
fn screen(bytes: &str, cols: usize) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![String::new()], 0usize, 0usize);
    let mut rest = bytes.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\r' => column = 0,
            '\n' => {
                row += 1;
                if row == lines.len() {
                    lines.push(String::new());
                }
            }
            '\u{1b}' => {
                assert_eq!(rest.next(), Some('['));
                let mut parameter = String::new();
                let end = loop {
                    match rest.next().unwrap() {
                        end if end.is_ascii_alphabetic() => break end,
                        other => parameter.push(other),
                    }
                };
                let count = || parameter.parse::<usize>().unwrap_or(1);
                match end {
                    'A' => row -= count(),
                    'G' => column = count() - 1,
                    'J' => {
                        lines.truncate(row + 1);
                        let kept: String = lines[row].chars().take(column).collect();
                        lines[row] = kept;
                    }
                    'h' | 'l' | 'm' => {}
                    other => panic!("what is {parameter}{other}?"),
                }
            }
            other => {
                // Only what is written to the end of a line is written here.
                assert_eq!(lines[row].chars().count(), column, "{lines:?}");
                lines[row].push(other);
                column += 1;
                assert!(unicode_width::UnicodeWidthStr::width(lines[row].as_str()) <= cols, "{lines:?}");
            }
        }
    }
    lines
}

#[test]
fn the_picker_fits_forty_columns_and_follows_the_size() {
    let (_sealed, _sandbox, mut terminal) = picker(NODES, (40, 12));
    let mut shown = terminal.wait_for("\u{1b}[?7h");
    insta::assert_snapshot!(ids_hidden(&screen(&shown, 40)), @r"
    node (3/3) > 
    > db-1  ID  10.0.0.3
      web-1  ID  10.0.0.1
      web-2  ID  10.0.0.2
    │ Amazon Linux 2023  agent 3.3.2299.0 …
    ");
    terminal.resize(24, 4);
    shown += &terminal.wait_for("\u{1b}[?7h");
    insta::assert_snapshot!(ids_hidden(&screen(&shown, 40)), @r"
    node (3/3) > 
    > db-1  ID
    │ Amazon Linux 2023  a…
    ");
    terminal.type_text("web");
    while !screen(&shown, 40)[0].ends_with("web") {
        shown += &terminal.wait_for("\u{1b}[?7h");
    }
    terminal.resize(100, 30);
    shown += &terminal.wait_for("\u{1b}[?7h");
    assert!(screen(&shown, 100)[0].starts_with("node (2/3) > web"), "{shown:?}");
    terminal.type_text("\u{1b}");
    let (rest, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true), "{rest}");
    let left = screen(&(shown + rest.split("error").next().unwrap()), 100);
    assert_eq!(left.concat(), "", "the picker is taken away");
}

/// The ids of nodes are random.
fn ids_hidden(lines: &[String]) -> String {
    let hide = |line: &String| {
        let mut words: Vec<&str> = line.split(' ').collect();
        words.iter_mut().filter(|word| word.starts_with("i-")).for_each(|word| *word = "ID");
        words.join(" ")
    };
    lines.iter().map(hide).collect::<Vec<_>>().join("\n")
}

#[test]
fn names_from_aws_cannot_touch_the_terminal() {
    let answer = serde_json::json!({ "InstanceProperties": [
        { "InstanceId": "i-0aaaaaaaaaaaaaaa1", "Name": "evil\u{1b}[2J\u{202e}\r\nname", "PingStatus": "Online" },
        { "InstanceId": "i-0aaaaaaaaaaaaaaa2", "Name": "漢".repeat(300), "PingStatus": "Online" },
        { "InstanceId": "i-0aaaaaaaaaaaaaaa3", "Name": "👩‍💻".repeat(300), "PingStatus": "Online", "ComputerName": "a\u{7}b" },
    ]});
    let aws = FakeAws::start(move |_| Reply::json(answer.clone()));
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", &aws.endpoint).set("NO_COLOR", "1");
    let mut terminal = Terminal::opsctl(&sealed, (40, 12), &["ssm", "connect"]);
    let shown = terminal.wait_for("\u{1b}[?7h");
    let lines = screen(&shown, 40);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[1], r"> evil\x1b[2J\u{202e}\r\nname  i-0aaaa…", "{lines:?}");
    assert_eq!(lines[2], format!("  {}…", "漢".repeat(18)));
    terminal.type_text("\u{3}");
    assert_eq!(terminal.end().1.code(), Some(130));
}

#[test]
fn without_a_utf_8_locale_the_picker_is_ascii() {
    let mut sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some(NODES));
    sealed.set("LANG", "C");
    let mut terminal = Terminal::opsctl(&sealed, (30, 24), &["--sandbox", "ssm", "connect"]);
    let shown = terminal.wait_for("\u{1b}[?7h");
    assert!(shown.is_ascii() && shown.contains("| Amazon"), "{shown}");
    terminal.type_text("\u{3}");
    assert_eq!(terminal.end().1.code(), Some(130));
}

#[test]
fn a_signal_takes_the_question_away_and_restores_the_terminal() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let (_sealed, _sandbox, mut terminal) = picker(NODES, (80, 24));
        let shown = terminal.wait_for("\u{1b}[?7h");
        assert!(!terminal.echoes());
        kill_process(terminal.pid(), signal).unwrap();
        let (rest, status, echoes) = terminal.end();
        assert_eq!((status.code(), echoes), (Some(code), true), "{rest}");
        let left = screen(&(shown + rest.split("error").next().unwrap()), 80);
        assert_eq!(left.concat(), "", "the picker is taken away");
    }
}

#[test]
fn a_closed_terminal_ends_a_question() {
    // Whichever is seen first, the signal or the end of the input.
    for _ in 0..10 {
        let (_sealed, _sandbox, mut terminal) = picker(NODES, (80, 24));
        terminal.wait_for("\u{1b}[?7h");
        let mut child = terminal.hang_up();
        assert_eq!(child.wait().unwrap().code(), Some(129));
    }
}

/// A program that is told to outlive its terminal gets no signal: the end of the input is all it sees.
#[test]
fn a_terminal_closed_without_a_signal_ends_a_question_too() {
    let mut sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some(NODES));
    sealed.set("NO_COLOR", "1");
    let line = "trap '' HUP; exec opsctl --sandbox ssm connect";
    let mut terminal = Terminal::program(&sealed, (80, 24), &["sh", "-c", line]);
    terminal.wait_for("\u{1b}[?7h");
    let mut child = terminal.hang_up();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// The program that a shell runs in the foreground.
fn child_of(shell: Pid) -> Pid {
    let shell = shell.as_raw_nonzero();
    let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
    Pid::from_raw(children.split_whitespace().last().unwrap().parse().unwrap()).unwrap()
}

/// In a shell with job control, as a user stops it and brings it back.
#[test]
fn a_question_is_stopped_and_brought_back() {
    let mut sealed = Sealed::new();
    let _sandbox = Sandbox::with_config(&sealed, Some(NODES));
    sealed.set("PS1", "shell> ").set("NO_COLOR", "1");
    for by_key in [true, false] {
        let mut terminal = Terminal::program(&sealed, (80, 24), &["bash", "--norc", "--noprofile", "-i"]);
        terminal.wait_for("shell> ");
        terminal.type_text("opsctl --sandbox ssm connect\r");
        terminal.wait_for("node (3/3) > ");
        terminal.type_text("d");
        terminal.wait_for("> d\r");
        if by_key {
            terminal.type_text("\u{1a}");
        } else {
            kill_process(child_of(terminal.pid()), Signal::TSTP).unwrap();
        }
        terminal.wait_for("Stopped");
        terminal.wait_for("shell> ");
        terminal.type_text("stty -a | grep -o ' [-]*icanon'\r");
        terminal.wait_for(" icanon\r\n");
        terminal.type_text("fg\r");
        // What was typed is still there, and goes on.
        terminal.wait_for("> d\r");
        terminal.type_text("\u{7f}web-2");
        terminal.wait_for("> web-2\r");
        terminal.wait_for("> web-2  i-");
        terminal.type_text("\r");
        terminal.wait_for("web-2 $ ");
        terminal.type_text("exit\r");
        terminal.wait_for("shell> ");
        terminal.type_text("stty -a | grep -o ' [-]*echo '; exit\r");
        terminal.wait_for(" echo \r\n");
        terminal.end();
    }
}

/// Nobody could bring it back: it must not be stopped for ever.
#[test]
fn where_no_shell_waits_a_stop_is_ignored() {
    let (_sealed, _sandbox, mut terminal) = picker(NODES, (80, 24));
    terminal.wait_for("node (3/3) > ");
    terminal.type_text("\u{1a}web-1\r");
    terminal.wait_for("web-1 $ ");
    terminal.type_text("exit\r");
    assert_eq!(terminal.end().1.code(), Some(0));
}
