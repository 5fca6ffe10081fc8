//! One node: what the command writes, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use opsctl_engine::session::SessionType;

use super::{ONE_NODE, assert_gone, bytes, exec, home, process_of, rehearse};
use crate::support::session_aws::{granting, signed_in_to};
use crate::support::{BINARY, Gateway, Node, Ran, Sealed, finish};

/// `ssm exec` on a scripted node, which does what `script` says once it is there.
fn scripted(script: impl FnOnce(&mut Node) + Send + 'static) -> Ran {
    let gateway = Gateway::start(move |door| {
        let mut peer = door.accept();
        let mut node = Node::new(|options| {
            options.handshake = true;
            options.session_type = SessionType::NonInteractiveCommands;
        });
        node.connected();
        node.serve_until_started(&mut peer);
        script(&mut node);
        node.close(peer, "");
    });
    let aws = granting(gateway.stream_url());
    let ran = signed_in_to(&aws).run(["ssm", "exec", "i-0123456789abcdef0", "--", "true"]);
    gateway.end();
    ran
}

#[test]
fn each_stream_has_its_own_bytes() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let script = r"printf 'a\377\000b'; printf 'c\n\342\202' >&2; printf '\r\n[x'";
    let ran = bytes(&sealed, &["web-1", "--", "sh", "-c", script]);
    assert_eq!(ran.stdout, b"a\xff\0b\r\n[x");
    assert_eq!(ran.stderr, b"c\n\xe2\x82");
    assert_eq!(ran.status.code(), Some(0));
}

#[test]
fn what_is_written_comes_before_the_command_ends() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let script = "mkfifo gate; echo early; read line < gate; echo late";
    let mut child = sealed
        .command(exec(&["web-1", "--", "sh", "-c", script]))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "early\n");
    std::fs::write(home(&sandbox, "web-1").join("gate"), "go\n").unwrap();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "early\nlate\n");
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_exit_code_is_the_commands() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    for (words, code) in [
        (&["true"][..], 0),
        (&["false"], 1),
        (&["sh", "-c", "exit 2"], 2),
        (&["sh", "-c", "exit 255"], 255),
        (&["exit", "7"], 7),
        (&["no-such-program"], 127),
        (&["sh", "-c", "kill -KILL $$"], 137),
        (&["sh", "-c", "kill -TERM $$"], 143),
    ] {
        let ran = sealed.run([&exec(&["web-1", "--"]), words].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{words:?}: {ran:?}");
        assert!(!ran.stderr.contains("error:"), "{words:?}: {ran:?}");
    }
}

/// An agent tells -1 for a shell that a signal has ended; Windows has codes beyond a byte.
#[test]
fn a_code_that_is_no_byte_is_255() {
    for (told, code) in [(0, 0), (3, 3), (-1, 255), (256, 255), (i32::MIN, 255)] {
        let ran = scripted(move |node| {
            node.say(b"out\n");
            let now = node.now();
            assert_eq!(node.agent.send_stderr(b"err\n", now), 4);
            node.agent.send_exit_code(told, now);
        });
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (code, "out\n", "err\n"), "{told}");
    }
}

#[test]
fn a_session_that_ends_without_the_code_is_a_failure() {
    let ran = scripted(|node| node.say(b"half of it")).expect(255);
    assert_eq!(ran.stdout, "half of it");
    assert!(
        ran.stderr.starts_with("error: the session on i-0123456789abcdef0 ended without the exit code"),
        "{ran:?}"
    );
}

#[test]
fn stdin_is_left_to_others() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let mut shell = Command::new("sh");
    sealed.seal(&mut shell);
    shell.args(["-c", "opsctl --sandbox ssm exec web-1 -- cat; cat"]);
    let ran = finish(shell, b"for the next one\n").expect(0);
    assert_eq!(ran.stdout, "for the next one\n", "the remote cat has no stdin: {ran:?}");
}

#[test]
fn a_reader_who_takes_his_time_loses_nothing() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let script = "head -c 3000000 /dev/urandom > sent; cat sent";
    let mut child = sealed
        .command(exec(&["web-1", "--", "sh", "-c", script]))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (mut received, mut buffer) = (Vec::new(), [0; 700]);
    while let Ok(length @ 1..) = stdout.read(&mut buffer) {
        received.extend_from_slice(&buffer[..length]);
        for _ in 0..20 {
            std::thread::yield_now();
        }
    }
    assert!(child.wait().unwrap().success());
    assert!(received == std::fs::read(home(&sandbox, "web-1").join("sent")).unwrap(), "{}", received.len());
}

#[test]
fn a_reader_who_leaves_ends_the_command_without_a_word() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let mut child = sealed
        .command(exec(&["web-1", "--", "sh", "-c", "echo $$ > pid; exec yes"]))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "y\n");
    let yes = process_of(&sandbox, "web-1");
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    assert_gone(yes);
}

#[test]
fn what_is_left_in_the_background_holds_nothing_up() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let ran =
        sealed.run(exec(&["web-1", "--", "sh", "-c", "sleep 988 & echo $! > pid; echo done"])).expect(0);
    assert_eq!(ran.stdout, "done\n");
    assert_gone(process_of(&sandbox, "web-1"));
}

#[test]
fn failures_of_its_own_are_255_and_say_why() {
    let config = "[[nodes]]\nname = \"web-1\"\n[[nodes]]\nname = \"off\"\nping = \"offline\"\n";
    let (sealed, _sandbox) = rehearse(config);
    for (words, expected) in [
        (&["wbe-1", "--", "true"][..], "error: no node is called wbe-1\n  hint: did you mean web-1?\n"),
        (&["off", "--", "true"], "the node is not connected"),
        (&["i-0123456789abcdef0", "--", "true"], "error: no node is called i-0123456789abcdef0\n"),
        (&["--tag", "role=none", "--", "true"], "error: there is no node with the tag role=none\n"),
        (&["--", "true"], "error: no node is given"),
        (&["web-1", "--document", "Nope"], "Document with name Nope does not exist."),
    ] {
        let ran = sealed.run(exec(words)).expect(255);
        assert!(ran.stderr.contains(expected), "{words:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{words:?}");
    }
    // A line that cannot be understood is one as everywhere.
    for words in [&["web-1"][..], &["web-1", "--max-concurrency", "0", "--", "true"]] {
        sealed.run(exec(words)).expect(2);
    }
}

#[test]
fn a_denial_is_told() {
    let (sealed, _sandbox) = rehearse("[deny]\nactions = [\"ssm:StartSession\"]\n");
    let ran = sealed.run(exec(&["web-1", "--", "true"])).expect(255);
    assert!(ran.stderr.contains("is not authorized to perform: ssm:StartSession"), "{ran:?}");
}

#[test]
fn the_reason_is_in_the_history() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    sealed.run(exec(&["web-1", "--reason", "ticket 4711", "--", "true"])).expect(0);
    let list =
        ["--sandbox", "ssm", "session", "list", "--history", "--query", "items[].[reason, documentName]"];
    let list = sealed.run([&list[..], &["-o", "text"]].concat()).expect(0);
    assert_eq!(list.stdout, "ticket 4711\tAWS-StartNonInteractiveCommand\n");
}

#[test]
fn encrypted_streams_are_the_same_and_the_key_may_be_denied() {
    let config = "[preferences]\nkms_key_id = \"alias/sessions\"\n";
    let (sealed, _sandbox) = rehearse(config);
    let ran = sealed.run(exec(&["web-1", "--", "sh", "-c", "echo out; echo err >&2; exit 4"])).expect(4);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("out\n", "err\n"));
    let (sealed, _sandbox) = rehearse(&format!("{config}[deny]\nactions = [\"kms:GenerateDataKey\"]\n"));
    let ran = sealed.run(exec(&["web-1", "--", "true"])).expect(255);
    assert!(ran.stderr.contains("kms:GenerateDataKey"), "{ran:?}");
}

/// As cron runs it.
#[test]
fn an_almost_empty_environment_is_enough() {
    let sealed = Sealed::new();
    let sandbox = crate::support::Sandbox::up(&sealed);
    let mut command = Command::new(BINARY);
    command.env_clear().env("PATH", "/usr/bin:/bin").arg(format!("--sandbox={}", sandbox.dir.display()));
    command.args(["-q", "ssm", "exec", "web-1", "--", "echo", "from cron"]);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "from cron\n", "{output:?}");
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{output:?}");
}

#[test]
fn a_full_disk_is_told_and_ends_the_command() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let full = std::fs::File::options().write(true).open("/dev/full");
    let Ok(full) = full else {
        eprintln!("there is no /dev/full here: not tried");
        return;
    };
    let mut command = sealed.command(exec(&["web-1", "--", "sh", "-c", "echo $$ > pid; exec yes"]));
    let output = command.stdin(Stdio::null()).stdout(full).output().unwrap();
    let _ = std::io::stderr().write_all(&output.stderr);
    assert!(String::from_utf8_lossy(&output.stderr).contains("error: cannot write to stdout"), "{output:?}");
    assert_eq!(output.status.code(), Some(255));
    assert_gone(process_of(&sandbox, "web-1"));
}
