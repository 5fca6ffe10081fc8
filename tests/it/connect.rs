//! `ssm connect` against the sandbox: real shells, over the real data channel.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::support::{Sandbox, Sealed, Terminal, hang_ups_are_ignored};

/// A sandbox and a place that is signed in to it.
fn rehearse(config: &str) -> (Sealed, Sandbox) {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    (sealed, sandbox)
}

const ONE_NODE: &str = "[[nodes]]\nname = \"web-1\"\ntags = { role = \"web\" }\n";

fn home(sandbox: &Sandbox, node: &str) -> std::path::PathBuf {
    sandbox.dir.join("nodes").join(node)
}

/// The shell that wrote its number into `pid` of its home.
fn shell_of(sandbox: &Sandbox) -> Pid {
    let file = home(sandbox, "web-1").join("pid");
    let text = wait_until("the shell has said its number", || {
        std::fs::read_to_string(&file).ok().filter(|text| text.ends_with('\n'))
    });
    Pid::from_raw(text.trim().parse().unwrap()).unwrap()
}

#[track_caller]
fn wait_until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::yield_now();
    }
}

#[track_caller]
fn assert_gone(shell: Pid) {
    wait_until("the shell is gone", || test_kill_process(shell).is_err().then_some(()));
}

#[test]
fn a_pipe_types_into_the_shell_and_ends_with_it() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let ran = sealed.run_with(["--sandbox", "ssm", "connect", "web-1"], b"echo $((6 * 7))\n").expect(0);
    assert!(ran.stdout.contains("42\r\n"), "{ran:?}");
    assert!(ran.stdout.starts_with("sandbox node web-1"), "{ran:?}");
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_last_line_of_a_pipe_needs_no_line_end() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let ran = sealed.run_with(["--sandbox", "ssm", "connect", "web-1"], b"echo $((6 * 7))").expect(0);
    assert!(ran.stdout.contains("42\r\n"), "{ran:?}");
}

#[test]
fn an_empty_stdin_ends_the_shell_at_once() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    sealed.run(["--sandbox", "ssm", "connect", "web-1"]).expect(0);
}

/// The reference client leaves at the end of its input, before any output has come.
#[test]
fn nothing_is_lost_when_stdin_ends_long_before_the_command() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let script = "mkfifo gate; (read line < gate; echo late) && exit\n";
    let mut command = sealed.command(["--sandbox", "ssm", "connect", "web-1"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), script.as_bytes()).unwrap();
    let gate = home(&sandbox, "web-1").join("gate");
    wait_until("the command waits", || gate.exists().then_some(()));
    std::fs::write(&gate, "go\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("late\r\n"), "{output:?}");
    assert!(output.status.success());
}

#[test]
fn every_name_of_a_node_connects() {
    let config = "[[nodes]]\nname = \"web-1\"\nip = \"10.1.2.3\"\ntags = { role = \"web\" }\n[[nodes]]\nname = \"db-1\"\n";
    let (sealed, _sandbox) = rehearse(config);
    let list = sealed.run(["--sandbox", "ssm", "list", "-o", "json"]).expect(0).json();
    let node = list["items"].as_array().unwrap().iter().find(|node| node["name"] == "web-1").unwrap();
    let (id, host) = (node["instanceId"].as_str().unwrap(), node["computerName"].as_str().unwrap());
    for name in ["web-1", "Name=web-1", "role=web", "10.1.2.3", id, host] {
        let ran = sealed.run_with(["--sandbox", "ssm", "connect", name], b"pwd\n").expect(0);
        assert!(ran.stdout.contains("/nodes/web-1\r\n"), "{name}: {ran:?}");
    }
}

#[test]
fn a_hybrid_node_connects_by_its_id() {
    let (sealed, _sandbox) = rehearse("[[nodes]]\nname = \"barn\"\nkind = \"hybrid\"\n");
    let id =
        sealed.run(["--sandbox", "ssm", "list", "--query", "items[0].instanceId", "-o", "text"]).expect(0);
    let id = id.stdout.trim();
    assert!(id.starts_with("mi-"), "{id}");
    sealed.run_with(["--sandbox", "ssm", "connect", id], b"exit\n").expect(0);
}

#[test]
fn a_name_that_does_not_exist_gets_a_near_match() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let ran = sealed.run(["--sandbox", "ssm", "connect", "wbe-1"]).expect(3);
    assert_eq!(ran.stderr, "error: no node is called wbe-1\n  hint: did you mean web-1?\n");
    let ran = sealed.run(["--sandbox", "ssm", "connect", "i-0123456789abcdef0"]).expect(3);
    assert!(ran.stderr.starts_with("error: no node is called i-0123456789abcdef0\n"), "{ran:?}");
}

#[test]
fn several_nodes_of_a_name_are_listed() {
    let config = "[[nodes]]\nname = \"web-1\"\ntags = { role = \"web\" }\n[[nodes]]\nname = \"web-2\"\ntags = { role = \"web\" }\n";
    let (sealed, _sandbox) = rehearse(config);
    let ran = sealed.run(["--sandbox", "ssm", "connect", "role=web"]).expect(2);
    assert!(ran.stderr.starts_with("error: role=web names 2 nodes: web-1 (i-"), "{ran:?}");
    assert!(ran.stderr.contains("hint: give the id of one of them"), "{ran:?}");
}

#[test]
fn an_offline_node_is_named_as_such() {
    let (sealed, _sandbox) = rehearse("[[nodes]]\nname = \"web-1\"\nping = \"offline\"\n");
    let ran = sealed.run(["--sandbox", "ssm", "connect", "web-1"]).expect(9);
    assert!(ran.stderr.starts_with("error: cannot start a session on web-1 (i-"), "{ran:?}");
    assert!(ran.stderr.contains("the node is not connected"), "{ran:?}");
    assert!(ran.stderr.contains("hint: its ping status is"), "{ran:?}");
}

#[test]
fn without_a_target_and_a_terminal_it_is_a_usage_error() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let ran = sealed.run(["--sandbox", "ssm", "connect"]).expect(2);
    assert!(ran.stderr.contains("hint: opsctl ssm connect TARGET"), "{ran:?}");
}

#[test]
fn a_command_document_runs_its_command() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let args = ["--sandbox", "ssm", "connect", "web-1", "--document", "AWS-StartInteractiveCommand"];
    let ran = sealed.run(args.iter().chain(&["--parameter", "command=echo $((6 * 7))"])).expect(0);
    assert!(ran.stdout.ends_with("42\r\n"), "{ran:?}");
    let ran = sealed.run(["--sandbox", "ssm", "connect", "web-1", "--document", "No-Such"]).expect(3);
    assert!(ran.stderr.contains("InvalidDocument"), "{ran:?}");
}

#[test]
fn an_encrypted_session_works_and_its_key_may_be_denied() {
    let config = format!("{ONE_NODE}[preferences]\nkms_key_id = \"alias/sessions\"\n");
    let (sealed, _sandbox) = rehearse(&config);
    let ran = sealed.run_with(["--sandbox", "ssm", "connect", "web-1"], b"echo $((6 * 7))\n").expect(0);
    assert!(ran.stdout.contains("42\r\n"), "{ran:?}");
    drop(_sandbox);

    let (sealed, _sandbox) = rehearse(&format!("{config}[deny]\nactions = [\"kms:GenerateDataKey\"]\n"));
    let ran = sealed.run_with(["--sandbox", "ssm", "connect", "web-1"], b"exit\n").expect(5);
    assert!(ran.stderr.starts_with("error: cannot make the session's data key with the KMS key"), "{ran:?}");
}

#[test]
fn a_start_that_is_denied_says_so() {
    let (sealed, _sandbox) = rehearse(&format!("{ONE_NODE}[deny]\nactions = [\"ssm:StartSession\"]\n"));
    let ran = sealed.run(["--sandbox", "ssm", "connect", "web-1"]).expect(5);
    assert!(ran.stderr.contains("is not authorized to perform: ssm:StartSession"), "{ran:?}");
}

/// Every moment of an encrypted start is cut: the handshake goes on over the next socket.
#[test]
fn a_cut_during_the_handshake_is_survived() {
    for frames in 2..8 {
        let faults = format!(
            "[preferences]\nkms_key_id = \"alias/sessions\"\n[faults]\ncut_every = {frames}\nseed = 1\n"
        );
        let (sealed, _sandbox) = rehearse(&format!("{ONE_NODE}{faults}"));
        let ran = sealed.run_with(["--sandbox", "ssm", "connect", "web-1"], b"echo $((6 * 7)); exit\n");
        assert!(ran.stdout.contains("42\r\n"), "cut every {frames}: {ran:?}");
        // The last cut may take the end of the session with it; then that is said.
        assert!(ran.code == 0 || ran.stderr.contains("has ended while the connection was down"), "{ran:?}");
    }
}

#[test]
fn a_terminal_is_raw_in_the_session_and_whole_after_it() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let mut terminal = Terminal::opsctl(&sealed, (90, 30), &["--sandbox", "ssm", "connect", "web-1"]);
    terminal.wait_for("web-1 $ ");
    assert!(!terminal.echoes());
    terminal.type_text("stty size\r");
    terminal.wait_for("30 90\r\n");
    terminal.resize(70, 20);
    terminal.type_text("until [ \"$(stty size)\" = '20 70' ]; do :; done; echo re''sized\r");
    terminal.wait_for("resized\r\n");
    // The shell changes the terminal's mode before its first word: what is typed into that may be lost.
    terminal.type_text("echo re''ady; cat\r");
    terminal.wait_for("ready\r\n");
    terminal.type_text("hello\r");
    terminal.wait_for("hello\r\nhello\r\n");
    terminal.type_text("\u{3}");
    terminal.wait_for("web-1 $ ");
    terminal.type_text("echo status $?\r");
    terminal.wait_for("status 130\r\n");
    terminal.type_text("exit\r");
    let (_, status, echoes) = terminal.end();
    assert_eq!(status.code(), Some(0));
    assert!(echoes, "the terminal was left raw");
}

#[test]
fn the_picker_takes_what_is_typed() {
    let config = "[[nodes]]\nname = \"web-1\"\n[[nodes]]\nname = \"db-1\"\n";
    let (sealed, _sandbox) = rehearse(config);
    let mut terminal = Terminal::opsctl(&sealed, (60, 20), &["--sandbox", "ssm", "connect"]);
    terminal.wait_for("node (2/2) > ");
    terminal.type_text("db");
    terminal.wait_for("node (1/2) > db");
    terminal.type_text("\r");
    terminal.wait_for("db-1 $ ");
    terminal.type_text("exit\r");
    assert_eq!(terminal.end().1.code(), Some(0));
}

#[test]
fn the_picker_given_up_leaves_a_whole_terminal() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let mut terminal = Terminal::opsctl(&sealed, (60, 20), &["--sandbox", "ssm", "connect"]);
    terminal.wait_for("node (1/1) > ");
    terminal.type_text("\u{3}");
    let (_, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true));
}

#[test]
fn a_terminated_client_ends_the_session_and_restores_the_terminal() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let mut terminal = Terminal::opsctl(&sealed, (80, 24), &["--sandbox", "ssm", "connect", "web-1"]);
    terminal.wait_for("web-1 $ ");
    terminal.type_text("echo $$ > pid\r");
    let shell = shell_of(&sandbox);
    kill_process(terminal.pid(), Signal::TERM).unwrap();
    let (_, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(143), true));
    assert_gone(shell);
}

#[test]
fn a_closed_terminal_ends_the_session() {
    if hang_ups_are_ignored() {
        return;
    }
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let mut terminal = Terminal::opsctl(&sealed, (80, 24), &["--sandbox", "ssm", "connect", "web-1"]);
    terminal.wait_for("web-1 $ ");
    terminal.type_text("echo $$ > pid\r");
    let shell = shell_of(&sandbox);
    let mut child = terminal.hang_up();
    assert_eq!(child.wait().unwrap().code(), Some(129));
    assert_gone(shell);
}

#[test]
fn an_interrupt_without_a_terminal_ends_the_session() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let mut command = sealed.command(["--sandbox", "ssm", "connect", "web-1"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"echo $$ > pid\n").unwrap();
    let shell = shell_of(&sandbox);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_gone(shell);
}

#[test]
fn a_closed_stdout_ends_the_session_quietly() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let mut command = sealed.command(["--sandbox", "ssm", "connect", "web-1"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"echo $$ > pid\n").unwrap();
    let shell = shell_of(&sandbox);
    drop(child.stdout.take());
    std::io::Write::write_all(&mut stdin, b"yes\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "");
    assert_gone(shell);
}

#[test]
fn a_full_disk_is_told() {
    let (sealed, _sandbox) = rehearse(ONE_NODE);
    let mut command = sealed.command(["--sandbox", "ssm", "connect", "web-1"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdin(Stdio::null()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to stdout"), "{output:?}");
}

/// One signal is all that cron and systemd send before they kill.
#[test]
fn one_signal_ends_a_session_whose_output_nobody_takes() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let mut command = sealed.command(["--sandbox", "ssm", "connect", "web-1"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"echo $$ > pid; yes\n").unwrap();
    let shell = shell_of(&sandbox);
    // How much fits depends on the sizes of the writes; a part of it shows that the flood has begun.
    let stdout = child.stdout.take().unwrap();
    let waiting = |stdout: &std::process::ChildStdout| rustix::io::ioctl_fionread(stdout).unwrap();
    wait_until("output is waiting", || (waiting(&stdout) >= 16 * 1024).then_some(()));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_gone(shell);
}

#[test]
fn control_c_leaves_while_the_agent_has_not_answered() {
    let (sealed, _sandbox) = rehearse(&format!("{ONE_NODE}[faults]\nloss = 1.0\nseed = 1\n"));
    let mut terminal = Terminal::opsctl(&sealed, (80, 24), &["-v", "--sandbox", "ssm", "connect", "web-1"]);
    terminal.wait_for("session rehearsal-");
    terminal.type_text("\u{3}");
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true), "{shown}");
}

#[test]
fn control_c_gives_up_a_session_that_cannot_be_resumed() {
    let (sealed, sandbox) = rehearse(ONE_NODE);
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &["--sandbox", "ssm", "connect", "web-1"]);
    terminal.wait_for("web-1 $ ");
    let pid = Pid::from_raw(i32::try_from(sandbox.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    terminal.wait_for("resuming... (Ctrl-C gives up)");
    terminal.type_text("\u{3}");
    let (shown, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(130), true), "{shown}");
}
