//! Commands without a terminal, as a client meets them.

use super::*;
use opsctl_engine::session::{ClientEvent, SessionType};

async fn started(house: &House, command: &str, separate: Option<Prefixes>) -> TestClient {
    let request = CommandRequest { command: command.to_owned(), separate };
    let started = house.start(SessionDocument::NonInteractiveCommands(request));
    TestClient::connect(house, &started, NODE).await
}

async fn apart(house: &House, command: &str) -> TestClient {
    started(house, command, Some(Prefixes::default())).await
}

/// To the end: stdout, stderr and the exit code, which comes last.
async fn ended(mut client: TestClient) -> (String, String, Option<i32>) {
    assert_eq!(client.until_closed().await, "");
    let (mut stderr, mut code) = (Vec::new(), None);
    for event in &client.events {
        match event {
            ClientEvent::StdErr(bytes) => stderr.extend_from_slice(bytes),
            ClientEvent::ExitCode(told) => code = Some(*told),
            ClientEvent::Started { session_type, .. } => {
                assert_eq!(*session_type, SessionType::NonInteractiveCommands);
            }
            _ => {}
        }
    }
    let last = client.events.iter().rev().nth(1);
    assert!(code.is_none() || matches!(last, Some(ClientEvent::ExitCode(_))), "{:?}", client.events);
    (client.text(), String::from_utf8(stderr).unwrap(), code)
}

fn expect(stdout: &str, stderr: &str, code: Option<i32>) -> (String, String, Option<i32>) {
    (stdout.to_owned(), stderr.to_owned(), code)
}

#[tokio::test]
async fn the_streams_are_apart_and_the_code_comes_last() {
    let house = House::new();
    let client = apart(&house, "echo out; echo err >&2; tty; cat; exit 3").await;
    assert_eq!(ended(client).await, expect("out\nnot a tty\n", "err\n", Some(3)));
    let client = apart(&house, "kill -KILL $$").await;
    assert_eq!(ended(client).await, expect("", "", Some(-1)));
}

#[tokio::test]
async fn it_runs_in_the_nodes_home_with_an_environment_made_from_nothing() {
    let house = House::new();
    let (stdout, _, _) = ended(apart(&house, "pwd; env | sort").await).await;
    let names: Vec<&str> =
        stdout.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    assert!(stdout.starts_with(&format!("{}\n", house.node.home.display())), "{stdout}");
    let ours = ["HOME", "LANG", "LOGNAME", "PATH", "PS1", "SHELL", "TERM", "USER"];
    // A shell adds its own.
    assert!(names.iter().all(|name| ours.contains(name) || ["PWD", "OLDPWD", "SHLVL", "_"].contains(name)));
    assert!(ours.iter().all(|name| names.contains(name)), "{stdout}");
}

#[tokio::test]
async fn lines_can_have_prefixes() {
    let house = House::new();
    let prefixes = Prefixes { stdout: "o: ".to_owned(), stderr: "e: ".to_owned() };
    let client = started(&house, "printf 'a\\nb'; printf 'c\\n\\n'; echo x >&2", Some(prefixes)).await;
    assert_eq!(ended(client).await, expect("o: a\no: bc\no: \n", "e: x\n", Some(0)));
}

#[tokio::test]
async fn together_they_come_after_the_end_and_without_a_code() {
    let house = House::new();
    let client = started(&house, "echo one; echo two >&2; echo three; exit 3", None).await;
    assert_eq!(ended(client).await, expect("one\ntwo\nthree\n", "", None));
    let text = "x".repeat(100_000);
    let client = started(&house, "head -c 100000 /dev/zero | tr '\\0' x", None).await;
    assert_eq!(ended(client).await, expect(&text, "", None));
    let left: Vec<_> = std::fs::read_dir(&house.node.home).unwrap().collect();
    assert!(left.is_empty(), "the file has no name: {left:?}");
}

fn ignored(signal: u32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() >> (signal - 1) & 1 == 1)
}

#[tokio::test]
async fn control_characters_are_signals() {
    let house = House::new();
    for (key, name, number) in [("\x03", "INT", 2), ("\x1c", "QUIT", 3), ("more\x1a\x03", "TSTP", 20)] {
        // As a script's background jobs have it: what is ignored from the start, no shell can trap.
        if ignored(number) {
            eprintln!("left out: who started the tests ignores SIG{name}");
            continue;
        }
        // No program of its own that Ctrl-Z would stop.
        let script = format!("trap 'echo {name}; exit 5' {name}; echo ready; while :; do :; done");
        let mut client = apart(&house, &script).await;
        client.until("ready").await;
        client.type_in("not read");
        client.type_in(key);
        let (stdout, _, code) = ended(client).await;
        assert_eq!((stdout, code), (format!("ready\n{name}\n"), Some(5)));
    }
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_on_its_stderr() {
    let house = House::new();
    std::fs::create_dir_all(house.folder.join("nodes")).unwrap();
    std::fs::write(&house.node.home, "a file").unwrap();
    let (stdout, stderr, code) = ended(apart(&house, "true").await).await;
    assert!(stderr.starts_with("Unable to start command: "), "{stderr}");
    assert_eq!((stdout.as_str(), code), ("", None));
}

#[tokio::test]
async fn its_whole_group_ends_with_the_session() {
    let house = House::with(|_, limits| limits.hang_up = Duration::from_millis(50));
    let script = "(trap '' HUP; exec sleep 987) & echo \"<$!>\"; wait";
    let mut client = apart(&house, script).await;
    client.until(">").await;
    let id = client.text().split(['<', '>']).nth(1).unwrap().parse().unwrap();
    assert!(house.sessions.terminate(&client.session_id));
    house.until_terminated(&client.session_id).await;
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let id = rustix::process::Pid::from_raw(id).unwrap();
    let gone = rustix::process::test_kill_process(id).is_err() || stat.contains(") Z ");
    assert!(gone || cfg!(not(target_os = "linux")), "{stat}");
}

/// What nobody takes stays in the command, behind its full pipe.
#[tokio::test]
async fn a_client_that_takes_nothing_makes_the_command_wait() {
    let house = House::new();
    let request = CommandRequest {
        command: "dd if=/dev/zero bs=1024 count=20000 2>/dev/null; echo > done".to_owned(),
        separate: Some(Prefixes::default()),
    };
    let started = house.start(SessionDocument::NonInteractiveCommands(request));
    let mut client = TestClient::connect(&house, &started, NODE).await;
    client.until_true(|client| client.output.len() > 100_000).await;
    // Nobody reads the socket now: window, socket and pipe fill up.
    let pause = tokio::time::timeout(Duration::from_millis(300), house.until_terminated(&client.session_id));
    assert!(pause.await.is_err());
    assert!(!house.node.home.join("done").exists(), "20 MB were taken from the command");
    assert_eq!(client.until_closed().await, "");
    assert_eq!(client.output.len(), 1024 * 20000);
}
