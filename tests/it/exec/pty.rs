//! `--pty`: the command has a terminal, ours is lent to it, and its exit code comes all the same.

use std::process::Stdio;

use rustix::process::{Signal, kill_process};

use super::{ONE_NODE, assert_gone, bytes, exec, process_of, rehearse, wait_until};
use crate::support::Terminal;

#[test]
fn the_command_has_a_terminal_and_its_exit_code_comes() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    for (script, shown, code) in [
        ("test -t 0 && test -t 1 && test -t 2 && echo yes", "yes\r\n", 0),
        ("exit 7", "", 7),
        ("echo out; echo err >&2; exit 255", "out\r\nerr\r\n", 255),
        ("printf '[opsctl 0 0]['", "[opsctl 0 0][", 0),
        ("stty size", "100 300\r\n", 0),
    ] {
        let ran = bytes(&sealed, &["web-1", "--pty", "--", "sh", "-c", script]);
        assert_eq!(String::from_utf8_lossy(&ran.stdout), shown, "{script}");
        assert_eq!((ran.status.code(), ran.stderr.as_slice()), (Some(code), &b""[..]), "{script}");
    }
    // What the shell of the node does itself has a status too.
    for (words, code) in [(&["exit", "9"][..], 9), (&["no-such-program"], 127), (&["kill", "-9", "0"], 255)] {
        let ran = sealed.run([&exec(&["web-1", "--pty", "--"]), words].concat());
        assert_eq!(ran.code, code, "{ran:?}");
    }
}

#[test]
fn a_pipe_is_passed_on_and_its_end_told() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let script = "stty -echo; echo ready; cat; echo end; exit 3";
    let ran = sealed.run_with(exec(&["web-1", "--pty", "--", "sh", "-c", script]), b"one\ntwo\n").expect(3);
    assert!(ran.stdout.contains("one\r\ntwo\r\n") && ran.stdout.ends_with("end\r\n"), "{ran:?}");
}

#[test]
fn a_terminal_here_becomes_one_there() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let script = "trap 'stty size' WINCH; trap 'exit 12' INT; stty size; echo ready; read line; \
                  echo \"<$line>\"; while :; do sleep 0.05; done";
    let words = exec(&["web-1", "--pty", "--", "bash", "-c", script]);
    let mut terminal = Terminal::opsctl(&sealed, (91, 31), &words);
    terminal.wait_for("31 91\r\n");
    terminal.wait_for("ready");
    assert!(!terminal.echoes(), "it is in raw mode");
    terminal.type_text("hello\r");
    terminal.wait_for("<hello>");
    terminal.resize(72, 20);
    terminal.wait_for("20 72\r\n");
    terminal.type_text("\x03");
    let (shown, status, echoes) = terminal.end();
    assert_eq!(status.code(), Some(12), "{shown}");
    assert!(echoes, "the terminal is whole again");
    assert!(!shown.contains("opsctl"), "the trailer is not shown: {shown}");
}

#[test]
fn the_keys_go_to_the_command() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    for (script, code) in [
        ("trap 'exit 3' INT; echo $$ > pid; echo ready; while :; do sleep 0.05; done", 3),
        ("echo $$ > pid; echo ready; exec sleep 988", 130),
    ] {
        let words = exec(&["web-1", "--pty", "--", "sh", "-c", script]);
        let mut terminal = Terminal::opsctl(&sealed, (80, 24), &words);
        terminal.wait_for("ready");
        terminal.type_text("\x03");
        let (shown, status, echoes) = terminal.end();
        assert_eq!((status.code(), echoes), (Some(code), true), "{script}: {shown}");
        assert_gone(process_of(&sandbox, "web-1"));
    }
}

/// Such a session has no handshake: what says that it has started is what it writes.
#[test]
fn a_command_that_writes_nothing_has_the_terminal_too() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let words = exec(&["web-1", "--pty", "--", "sh", "-c", "echo $$ > pid; exec sleep 988"]);
    let mut terminal = Terminal::opsctl(&sealed, (80, 24), &words);
    let sleep = process_of(&sandbox, "web-1");
    wait_until("the terminal is in raw mode", || (!terminal.echoes()).then_some(()));
    terminal.type_text("\x03");
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true), "{shown}");
    assert!(!shown.contains("interrupted") && !shown.contains("opsctl"), "{shown}");
    assert_gone(sleep);
}

#[test]
fn a_signal_from_outside_ends_both_and_leaves_the_terminal_whole() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let script = "echo $$ > pid; echo ready; exec sleep 988";
    let mut terminal =
        Terminal::opsctl(&sealed, (80, 24), &exec(&["web-1", "--pty", "--", "sh", "-c", script]));
    terminal.wait_for("ready");
    kill_process(terminal.pid(), Signal::TERM).unwrap();
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(143), true), "{shown}");
    assert_gone(process_of(&sandbox, "web-1"));
}

#[test]
fn encrypted_it_is_the_same() {
    let (sealed, _sandbox) = rehearse("[preferences]\nkms_key_id = \"alias/sessions\"\n");
    let ran = sealed.run_with(exec(&["web-1", "--pty", "--", "sh", "-c", "tty; exit 6"]), b"").expect(6);
    assert!(ran.stdout.starts_with("/dev/"), "{ran:?}");
}

#[test]
fn with_a_bad_network_the_trailer_is_found_all_the_same() {
    let (sealed, _sandbox) = rehearse(&format!(
        "{ONE_NODE}[faults]\nloss = 0.05\nduplicate = 0.05\nreorder = 0.2\nflip = 0.01\ncut_every = 150\n"
    ));
    let script = "i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i + 1)); done; exit 42";
    let child = sealed
        .command([&["-q"], &exec(&["web-1", "--pty", "--", "sh", "-c", script])[..]].concat())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let expected: String = (0..20000).map(|number| format!("{number}\r\n")).collect();
    assert!(child.stdout == expected.as_bytes(), "{} bytes: {:?}", child.stdout.len(), child.stderr);
    assert_eq!(child.status.code(), Some(42), "{:?}", String::from_utf8_lossy(&child.stderr));
}

#[test]
fn it_is_for_one_node_and_for_no_record() {
    let (sealed, _sandbox) = rehearse("");
    let ran = sealed.run(exec(&["--all", "--pty", "--", "true"])).expect(255);
    assert!(ran.stderr.starts_with("error: --pty is for one node, and these are 3\n"), "{ran:?}");
    let ran = sealed.run(exec(&["web-1", "--pty", "-o", "yaml", "--", "true"])).expect(255);
    assert!(ran.stderr.starts_with("error: --pty shows a terminal"), "{ran:?}");
}
