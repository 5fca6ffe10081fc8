//! What asks opsctl to end, and how it does: at once, in order, or not at all.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::session_aws::signed_in_to;
use crate::support::{FakeAws, Gateway, Node, Reply, Sandbox, Sealed, hang_ups_are_ignored};

/// A place whose AWS never answers, and what tells that it has been asked.
fn asking() -> (Sealed, Receiver<()>) {
    let (asked, was_asked) = channel();
    let aws = FakeAws::start(move |_| {
        asked.send(()).unwrap();
        loop {
            std::thread::park();
        }
    });
    (signed_in_to(&aws), was_asked)
}

fn start(mut command: Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// How it ended, and what it said.
fn ended(child: Child) -> (i32, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn each_signal_ends_a_wait_at_once_with_its_own_code() {
    let cases = [
        (Signal::INT, 130, "error: interrupted\n"),
        (Signal::TERM, 143, "error: terminated\n"),
        (Signal::HUP, 129, "error: the terminal was closed\n"),
    ];
    for (signal, code, said) in cases {
        if signal == Signal::HUP && hang_ups_are_ignored() {
            continue;
        }
        let (sealed, asked) = asking();
        let child = start(sealed.command(["whoami"]));
        asked.recv().unwrap();
        send(&child, signal);
        assert_eq!(ended(child), (code, said.to_owned()));
    }
}

#[test]
fn with_json_an_interruption_is_an_object() {
    let (sealed, asked) = asking();
    let child = start(sealed.command(["whoami", "-o", "json"]));
    asked.recv().unwrap();
    send(&child, Signal::INT);
    let (code, stderr) = ended(child);
    let error: serde_json::Value = serde_json::from_str(&stderr).unwrap();
    assert_eq!((code, &error["code"], &error["kind"]), (130, &130.into(), &"interrupted".into()));
}

#[test]
fn a_hang_up_that_is_ignored_stays_ignored() {
    if !cfg!(target_os = "linux") {
        eprintln!("nothing tells here which signals are ignored: not tried");
        return;
    }
    let (sealed, asked) = asking();
    let mut command = Command::new("/bin/sh");
    sealed.seal(&mut command);
    // What nohup does.
    command.args(["-c", "trap '' HUP; exec opsctl whoami"]);
    let child = start(command);
    asked.recv().unwrap();
    send(&child, Signal::HUP);
    send(&child, Signal::TERM);
    // The hang-up came first: had it been taken, it would be the reason.
    assert_eq!(ended(child), (143, "error: terminated\n".to_owned()));
}

/// More than a pipe takes.
fn many_nodes() -> FakeAws {
    let node = |number: u32| json!({ "InstanceId": format!("i-{number:017x}"), "PingStatus": "Online" });
    FakeAws::start(move |_| {
        Reply::json(json!({ "InstanceProperties": (0..2000).map(node).collect::<Vec<_>>() }))
    })
}

/// A list that is stuck in the write of its answer, where it takes no signal up by itself.
fn stuck(sealed: &Sealed) -> Child {
    let child = start(sealed.command(["ssm", "list", "-o", "json"]));
    while rustix::io::ioctl_fionread(child.stdout.as_ref().unwrap()).unwrap() < 60 * 1024 {
        std::thread::yield_now();
    }
    child
}

#[test]
fn a_program_that_is_stuck_in_a_write_ends_all_the_same() {
    let aws = many_nodes();
    let sealed = signed_in_to(&aws);
    for (signals, code) in [(&[Signal::TERM][..], 143), (&[Signal::INT, Signal::INT], 130)] {
        let mut child = stuck(&sealed);
        // Waiting closes what it holds itself.
        let stdout = child.stdout.take();
        for signal in signals {
            send(&child, *signal);
        }
        assert_eq!(child.wait().unwrap().code(), Some(code));
        drop(stdout);
    }
}

/// What it is at after the first one is the end of its session, which the far side does not confirm.
#[test]
fn a_second_interrupt_leaves_a_session_at_once() {
    let (farewell, said) = channel();
    let (go, gone) = channel::<()>();
    let gateway = Gateway::start(move |door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        node.say(b"welcome\r\n");
        node.serve_until_acknowledged(&mut peer);
        gone.recv().unwrap();
    });
    let url = gateway.stream_url();
    let aws = FakeAws::start(move |request| match request.operation.as_str() {
        "StartSession" => Reply::json(json!({ "SessionId": "s", "StreamUrl": url, "TokenValue": "t" })),
        _ => {
            farewell.send(()).unwrap();
            loop {
                std::thread::park();
            }
        }
    });
    let sealed = signed_in_to(&aws);
    let mut child = start(sealed.command(["ssm", "connect", "i-0123456789abcdef0", "--no-eof"]));
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    send(&child, Signal::INT);
    // The far side did not answer; now the API is asked, and does not answer either.
    said.recv().unwrap();
    let start = std::time::Instant::now();
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(start.elapsed().as_secs() < 3, "it has waited for the farewell");
    go.send(()).unwrap();
    gateway.end();
}

/// A Ctrl-C that ends the reader of the last page comes with the end of ours, and is not meant for us.
#[test]
fn an_outcome_wins_over_a_signal_that_comes_with_it() {
    let aws = many_nodes();
    let sealed = signed_in_to(&aws);
    let mut child = stuck(&sealed);
    send(&child, Signal::INT);
    let mut answer = String::new();
    child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["items"].as_array().unwrap().len(), 2000);
    assert_eq!(ended(child), (0, String::new()));
}

#[test]
fn an_interrupt_in_a_terminal_leaves_a_whole_terminal() {
    let (mut sealed, asked) = asking();
    sealed.set("NO_COLOR", "1");
    let mut terminal = crate::support::Terminal::opsctl(&sealed, (80, 24), &["whoami"]);
    asked.recv().unwrap();
    terminal.type_text("\u{3}");
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true));
    assert!(shown.contains("error: interrupted"), "{shown}");
}

/// Its own terminal sends Ctrl-C to the command inside too, which decides.
#[test]
fn interrupts_are_the_commands_own_inside_a_sandbox() {
    let sealed = Sealed::new();
    let script = "trap 'echo told' INT; echo ready; read line; echo $line";
    let mut command = sealed.command(["sandbox", "run", "--", "sh", "-c", script]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    for _ in 0..2 {
        send(&child, Signal::INT);
    }
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"alive\n").unwrap();
    stdout.read_to_string(&mut line).unwrap();
    assert_eq!((line.as_str(), child.wait().unwrap().code()), ("ready\nalive\n", Some(0)));
}

#[test]
fn a_command_inside_a_sandbox_has_sigpipe_as_it_should_be() {
    let sealed = Sealed::new();
    let ran = sealed.run(["sandbox", "run", "--", "sh", "-c", "(yes; echo $? >&2) | head -n 1"]).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("y\n", "141\n"));
}

/// On a terminal in raw mode Ctrl-C is a key: pressed twice it leaves all the same.
#[test]
fn a_second_ctrl_c_gives_up_the_farewell_of_a_lost_session() {
    let (farewell, said) = channel();
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
    });
    let url = gateway.stream_url();
    let aws = FakeAws::start(move |request| match request.operation.as_str() {
        "StartSession" => Reply::json(json!({ "SessionId": "s", "StreamUrl": url, "TokenValue": "t" })),
        "ResumeSession" => Reply::error(500, "InternalServerError", "not now"),
        _ => {
            farewell.send(()).unwrap();
            loop {
                std::thread::park();
            }
        }
    });
    let sealed = signed_in_to(&aws);
    let args = ["ssm", "connect", "i-0123456789abcdef0"];
    let mut terminal = crate::support::Terminal::opsctl(&sealed, (120, 24), &args);
    terminal.wait_for("resuming... (Ctrl-C gives up)");
    terminal.type_text("\u{3}");
    said.recv().unwrap();
    let start = std::time::Instant::now();
    terminal.type_text("\u{3}");
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true), "{shown}");
    assert!(start.elapsed().as_secs() < 3, "it has waited for the farewell");
    gateway.end();
}

#[test]
fn a_second_signal_does_not_wait_for_the_shells_of_a_sandbox() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some("[[nodes]]\nname = \"web-1\"\n"));
    let gateway_shell = sealed
        .command(["--sandbox", "ssm", "connect", "web-1", "--no-eof"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut session = gateway_shell.unwrap();
    // A shell that no hang-up ends.
    let mut stdin = session.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"trap '' HUP TERM; echo deaf''ened\n").unwrap();
    let mut stdout = BufReader::new(session.stdout.take().unwrap());
    let mut line = String::new();
    while !line.ends_with("deafened\r\n") {
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "{line}");
    }
    let pid = Pid::from_raw(i32::try_from(sandbox.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    let _ = kill_process(pid, Signal::TERM);
    assert_eq!(sandbox.wait(), Some(143));
    session.kill().unwrap();
    session.wait().unwrap();
}

/// A closed stdin, stdout or stderr is none of the three next files that are opened.
#[test]
fn nothing_is_written_into_a_file_by_mistake_when_the_streams_are_closed() {
    let sealed = Sealed::new();
    let mut shell = Command::new("/bin/sh");
    sealed.seal(&mut shell);
    shell.args(["-c", "exec opsctl --lock closed version >&- 2>&- <&-"]);
    assert!(shell.status().unwrap().success());
    let mut text = String::new();
    let lock = sealed.path("home/.local/state/opsctl/locks/closed.lock");
    File::open(lock).unwrap().read_to_string(&mut text).unwrap();
    assert!(text.starts_with("process ") && text.lines().count() == 1, "{text}");
}
