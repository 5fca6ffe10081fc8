//! Watching a command: the table on a terminal, leaving it, cancelling it, coming back to it.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Pid, Signal, kill_process};

use super::faults::{one_node, signed_in};
use super::{Rehearsal, nodes};
use crate::support::{FakeAws, Reply, Terminal};

/// Until a node has begun.
#[track_caller]
fn until_there(path: &std::path::Path) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !path.exists() {
        assert!(std::time::Instant::now() < deadline, "never there: {}", path.display());
        std::thread::yield_now();
    }
}

/// Writes `begun`, then waits for `go`.
const WAITING: &str = "touch begun; while [ ! -e go ]; do sleep 0.05; done; echo done";

fn on_terminal(rehearsal: &Rehearsal, size: (u16, u16), args: &[&str]) -> Terminal {
    Terminal::opsctl(&rehearsal.sealed, size, &[&["--sandbox", "ssm", "run"], args].concat())
}

fn go(rehearsal: &Rehearsal, node: &str) {
    std::fs::write(rehearsal.on(node, "go"), "").unwrap();
}

#[test]
fn a_command_is_sent_left_and_watched_again() {
    let rehearsal = Rehearsal::new();
    let sent = rehearsal.run(&["web-1", "web-2", "--no-wait", "--", "sh", "-c", WAITING]).expect(0);
    let id = sent.stdout.trim_end();
    assert_eq!(id.len(), 36, "{sent:?}");
    assert!(sent.stderr.contains(&format!("ssm run --resume {id}\n")), "{sent:?}");
    let late = rehearsal.run(&["--resume", id, "--timeout", "1s"]).expect(8);
    assert!(
        late.stderr.contains("error: gave up waiting for 2 nodes to end after 1s; it goes on\n"),
        "{late:?}"
    );
    assert!(late.stderr.ends_with(&format!("hint: opsctl --sandbox ssm run --resume {id}\n")), "{late:?}");
    for node in ["web-1", "web-2"] {
        go(&rehearsal, node);
    }
    let ran = rehearsal.run(&["--resume", id]).expect(0);
    assert!(ran.stdout.contains("==> web-1 (i-0") && ran.stdout.matches("\ndone\n").count() == 2, "{ran:?}");
    let unknown = rehearsal.run(&["--resume", "0123"]).expect(3);
    assert!(unknown.stderr.starts_with("error: there is no command 0123\n"), "{unknown:?}");
}

#[test]
fn a_script_that_never_comes_is_not_waited_for_beyond_the_limit() {
    let rehearsal = Rehearsal::new();
    let args = ["--timeout", "300ms", "--sandbox", "ssm", "run", "web-1", "-f", "-"];
    let mut command: Command = rehearsal.sealed.command(args);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It stays open, and nothing is written.
    let _stdin = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr, "error: gave up at the limit of --timeout\n");
    assert_eq!(output.status.code(), Some(8));
}

#[test]
fn without_a_terminal_an_interrupt_leaves_the_command_and_says_how_to_go_on() {
    let rehearsal = Rehearsal::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let _ = std::fs::remove_file(rehearsal.on("web-1", "go"));
        let _ = std::fs::remove_file(rehearsal.on("web-1", "begun"));
        let args = ["--sandbox", "ssm", "run", "web-1", "--", "sh", "-c", WAITING];
        let mut command: Command = rehearsal.sealed.command(args);
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        until_there(&rehearsal.on("web-1", "begun"));
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(stderr.contains("error: no longer waiting for 1 node to end; it goes on\n"), "{stderr}");
        let hint = stderr.lines().find_map(|line| line.strip_prefix("  hint: opsctl ")).unwrap();
        go(&rehearsal, "web-1");
        let ran = rehearsal.sealed.run(shlex::split(hint).unwrap()).expect(0);
        assert_eq!(ran.stdout, "done\n");
    }
}

#[test]
fn on_a_terminal_an_interrupt_offers_to_cancel() {
    let rehearsal = Rehearsal::new();
    let script = format!("echo $$ > pid; {WAITING}");
    let mut terminal = on_terminal(&rehearsal, (80, 24), &["web-1", "--", "sh", "-c", &script]);
    until_there(&rehearsal.on("web-1", "begun"));
    terminal.wait_for("InProgress");
    terminal.type_text("\u{3}");
    terminal.wait_for("cancel the command on 1 node? it goes on otherwise [y/N] ");
    terminal.type_text("y\r");
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true), "{shown}");
    assert!(shown.contains("the command was cancelled on 1 node\r\n"), "{shown}");
    let pid = std::fs::read_to_string(rehearsal.on("web-1", "pid")).unwrap();
    let state = std::fs::read_to_string(format!("/proc/{}/status", pid.trim())).unwrap_or_default();
    // Dead, and waited for or not.
    assert!(state.is_empty() || state.contains("State:\tZ"), "the script is still there: {state}");
}

#[test]
fn a_second_interrupt_or_a_no_leaves_it_running() {
    for answer in ["\u{3}", "n\r", "\r"] {
        let rehearsal = Rehearsal::new();
        let mut terminal = on_terminal(&rehearsal, (80, 24), &["web-1", "--", "sh", "-c", WAITING]);
        until_there(&rehearsal.on("web-1", "begun"));
        terminal.wait_for("InProgress");
        terminal.type_text("\u{3}");
        terminal.wait_for("[y/N] ");
        terminal.type_text(answer);
        let (shown, status, echoes) = terminal.end();
        assert_eq!((status.code(), echoes), (Some(130), true), "{shown}");
        assert!(shown.contains("no longer waiting for 1 node to end; it goes on"), "{shown}");
        let id = shown.split("--resume ").nth(1).unwrap().split_whitespace().next().unwrap();
        go(&rehearsal, "web-1");
        assert_eq!(rehearsal.run(&["--resume", id]).expect(0).stdout, "done\n");
    }
}

#[test]
fn the_table_is_there_on_every_terminal() {
    let name = format!("a-{}", "long-name-".repeat(6));
    let names = [name.as_str(), "b", "c"];
    for width in [60, 80, 200] {
        let rehearsal = Rehearsal::with(&nodes(&names.map(|name| (name, ""))));
        let listed =
            rehearsal.sealed.run(["--sandbox", "ssm", "list", "--query", "items[].instanceId", "-o", "text"]);
        let ids: Vec<&str> = listed.stdout.split_whitespace().collect();
        let args = ["--all", "--max-concurrency", "1", "--", "sh", "-c", WAITING];
        let mut terminal = on_terminal(&rehearsal, (width, 24), &args);
        terminal.wait_for("waiting for 3 nodes to end");
        until_there(&rehearsal.on(&name, "begun"));
        // Whole words and whole ids, however narrow it is; only a name is cut.
        terminal.wait_for("InProgress");
        terminal.wait_for(ids[0]);
        for id in &ids[1..] {
            terminal.wait_for("Pending");
            terminal.wait_for(id);
        }
        for node in names {
            std::fs::create_dir_all(rehearsal.on(node, "")).unwrap();
            go(&rehearsal, node);
        }
        let (shown, status, echoes) = terminal.end();
        assert_eq!((status.code(), echoes), (Some(0), true), "{shown}");
        assert_eq!(shown.matches("done\r\n").count(), 3, "{shown}");
    }
}

#[test]
fn output_cannot_touch_the_terminal() {
    let rehearsal = Rehearsal::new();
    let script = "printf 'a\\tb\\033[2J\\n'; printf 'c\\033]0;x\\007\\n' >&2";
    let (shown, status, _) = on_terminal(&rehearsal, (80, 24), &["web-1", "--", "sh", "-c", script]).end();
    assert_eq!(status.code(), Some(0), "{shown}");
    assert!(shown.contains("a\tb\\x1b[2J\r\n") && shown.contains("c\\x1b]0;x\\x07\r\n"), "{shown:?}");
    let piped = rehearsal.run(&["web-1", "--", "sh", "-c", script]).expect(0);
    assert_eq!(piped.stdout, "a\tb\u{1b}[2J\n");
}

/// The service forgets a node's output for a while: it is asked for until it is there.
#[test]
fn an_output_that_is_not_there_yet_is_waited_for() {
    let asked = std::sync::atomic::AtomicU32::new(0);
    let aws = FakeAws::start(move |request| match request.operation.as_str() {
        "GetCommandInvocation" if asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2 => {
            Reply::error(400, "InvocationDoesNotExist", "")
        }
        operation => one_node(operation),
    });
    let ran = signed_in(&aws).run(["ssm", "run", "web-1", "--interval", "100ms", "--", "id"]).expect(0);
    assert_eq!(ran.stdout, "out\n");
    let never = FakeAws::start(|request| match request.operation.as_str() {
        "GetCommandInvocation" => Reply::error(400, "InvocationDoesNotExist", ""),
        operation => one_node(operation),
    });
    let ran = signed_in(&never).run(["ssm", "run", "web-1", "--interval", "100ms", "--", "id"]).expect(0);
    assert!(
        ran.stderr.contains("warning: AWS does not know the output of web-1 (i-0123456789abcdef0)\n"),
        "{ran:?}"
    );
}

#[test]
fn an_interrupt_while_the_command_is_sent_loses_no_id() {
    let asked = Arc::new(AtomicBool::new(false));
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let aws = FakeAws::start({
        let asked = Arc::clone(&asked);
        move |request| {
            if request.operation == "SendCommand" {
                asked.store(true, Ordering::Relaxed);
                released.lock().unwrap().recv().unwrap();
            }
            one_node(&request.operation)
        }
    });
    let sealed = signed_in(&aws);
    let mut command: Command = sealed.command(["ssm", "run", "web-1", "--", "id"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !asked.load(Ordering::Relaxed) {
        assert!(std::time::Instant::now() < deadline, "the command is never sent");
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    release.send(()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("error: no longer waiting for 1 node to end; it goes on\n"), "{stderr}");
    assert!(stderr.ends_with("hint: opsctl ssm run --resume c-1\n"), "{stderr}");
}
