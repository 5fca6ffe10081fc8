//! Runs that nobody watches: a lock against the second one, a delay before the first, a limit on all waiting, and
//! an environment with almost nothing in it.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::cli::COMMANDS;
use crate::support::session_aws::{connect, granting};
use crate::support::{FakeAws, Gateway, Node, Ran, Reply, Sandbox, Sealed, finish};

/// The clock of sealed places.
const SINCE: &str = "2026-11-22T12:00:00Z";

/// A program that holds a lock until its stdin ends.
struct Holder {
    child: Child,
}

impl Holder {
    fn of(sealed: &Sealed, lock: &str) -> Self {
        let mut command =
            sealed.command(["--lock", lock, "sandbox", "run", "--", "sh", "-c", "echo held; cat"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        Holder { child }
    }

    fn held(&self, lock: &str) -> String {
        format!("the lock {lock} is held by process {} since {SINCE}", self.child.id())
    }

    fn let_go(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn a_lock_that_is_held_is_temporary_and_says_by_whom() {
    let sealed = Sealed::new();
    let holder = Holder::of(&sealed, "nightly");
    let ran = sealed.run(["--lock", "nightly", "version"]).expect(75);
    let hint = "  hint: --lock-wait 10m waits for it, at most so long\n";
    assert_eq!((ran.stdout.as_str(), ran.stderr), ("", format!("error: {}\n{hint}", holder.held("nightly"))));
    let ran = sealed.run(["--lock", "nightly", "version", "-o", "json"]).expect(75);
    let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((&error["kind"], &error["retryable"]), (&"temporary".into(), &true.into()));
    // Another lock is another lock.
    sealed.run(["--lock", "weekly", "version"]).expect(0);
    holder.let_go();
    sealed.run(["--lock", "nightly", "version"]).expect(0);
}

#[test]
fn a_lock_is_a_private_file_that_stays() {
    let sealed = Sealed::new();
    sealed.run(["--lock", "nightly", "version"]).expect(0);
    let folder = sealed.path("home/.local/state/opsctl/locks");
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("nightly.lock"))), (0o700, 0o600));
}

/// What a dead holder wrote is not believed, however it died.
#[test]
fn the_lock_of_a_killed_holder_is_free() {
    let sealed = Sealed::new();
    let mut holder = Holder::of(&sealed, "nightly");
    kill_process(Pid::from_child(&holder.child), Signal::KILL).unwrap();
    holder.child.wait().unwrap();
    sealed.run(["--lock", "nightly", "version"]).expect(0);
}

/// The command inside outlives the opsctl that held the lock, and has not inherited it.
#[test]
fn a_child_does_not_inherit_the_lock() {
    let sealed = Sealed::new();
    let mut holder = Holder::of(&sealed, "nightly");
    let stdin = holder.child.stdin.take();
    kill_process(Pid::from_child(&holder.child), Signal::KILL).unwrap();
    holder.child.wait().unwrap();
    let mut stdout = holder.child.stdout.take().unwrap();
    sealed.run(["--lock", "nightly", "version"]).expect(0);
    // It lived until now: its side of the pipe was open.
    drop(stdin);
    stdout.read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn lock_wait_gets_the_lock_when_it_is_let_go() {
    let sealed = Sealed::new();
    let holder = Holder::of(&sealed, "nightly");
    let mut command = sealed.command(["--lock", "nightly", "--lock-wait", "2m", "-v", "version"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("{}; waiting for it\n", holder.held("nightly")));
    assert!(child.try_wait().unwrap().is_none(), "it has not waited");
    holder.let_go();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"opsctl "), "{output:?}");
}

#[test]
fn lock_wait_is_a_limit() {
    let sealed = Sealed::new();
    let holder = Holder::of(&sealed, "nightly");
    let start = Instant::now();
    let ran = sealed.run(["--lock", "nightly", "--lock-wait", "300ms", "version"]).expect(75);
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert!(ran.stderr.starts_with(&format!("error: {}\n", holder.held("nightly"))), "{ran:?}");
    // So is the limit of everything that waits.
    sealed.run(["--lock", "nightly", "--lock-wait", "1h", "--timeout", "300ms", "version"]).expect(75);
}

#[test]
fn a_wait_for_a_lock_can_be_interrupted() {
    let sealed = Sealed::new();
    let _holder = Holder::of(&sealed, "nightly");
    let mut command = sealed.command(["--lock", "nightly", "--lock-wait", "1h", "-v", "version"]);
    assert_interrupted(command.stderr(Stdio::piped()).spawn().unwrap());
}

#[test]
fn a_delay_can_be_interrupted_and_is_said() {
    let sealed = Sealed::new();
    // Less than a tenth of a second comes once in 300 million runs.
    let mut command = sealed.command(["--jitter", "365d", "-v", "version"]);
    let line = assert_interrupted(command.stderr(Stdio::piped()).spawn().unwrap());
    assert!(line.starts_with("starting in ") && line.ends_with("s (--jitter)\n"), "{line}");
}

/// Interrupts it when it has said its first line; gives the line.
fn assert_interrupted(mut child: Child) -> String {
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!((child.wait().unwrap().code(), rest.as_str()), (Some(130), "error: interrupted\n"));
    line
}

/// The lock is asked for when the delay is over: one that is late keeps no other out.
#[test]
fn the_delay_comes_before_the_lock() {
    let sealed = Sealed::new();
    let mut command = sealed.command(["--jitter", "365d", "--lock", "nightly", "-v", "version"]);
    let mut late = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(late.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    sealed.run(["--lock", "nightly", "version"]).expect(0);
    late.kill().unwrap();
    late.wait().unwrap();
}

#[test]
fn a_bad_lock_is_a_usage_error_and_runs_nothing() {
    let sealed = Sealed::new();
    for name in ["", ".", "..", "../x", "a/b", "a b", "a\nb"] {
        let ran = sealed.run(["--lock", name, "version"]).expect(2);
        assert_eq!(ran.stdout, "", "{name:?}");
        assert!(ran.stderr.contains("is not the name of a lock\n  hint: a name is 1 to 100"), "{ran:?}");
    }
    assert!(!sealed.path("home/.local").exists());
    for alone in [["--lock-wait", "5s", "version"], ["version", "--lock-wait", "5s"]] {
        assert!(sealed.run(alone).expect(2).stderr.contains("needs '--lock <NAME>'"));
    }
    sealed.run(["--lock", "nightly", "version", "--lock-wait", "5s"]).expect(0);
}

#[test]
fn a_folder_for_locks_that_cannot_be_used_is_told_and_nothing_runs_unlocked() {
    let mut sealed = Sealed::new();
    let file = sealed.write("file", "").display().to_string();
    sealed.set("XDG_STATE_HOME", file.clone());
    let ran = sealed.run(["--lock", "nightly", "version"]).expect(1);
    let expected = format!(
        "error: cannot take the lock nightly: {file}/opsctl/locks/nightly.lock cannot be used\n  \
         cause: Not a directory (os error 20)\n  \
         hint: set XDG_STATE_HOME to a folder that you may write to\n"
    );
    assert_eq!((ran.stdout.as_str(), ran.stderr), ("", expected));
    // A folder in the place of the file.
    let sealed = Sealed::new();
    std::fs::create_dir_all(sealed.path("home/.local/state/opsctl/locks/nightly.lock")).unwrap();
    assert_eq!(sealed.run(["--lock", "nightly", "version"]).expect(1).stdout, "");
    let mut command = sealed.command(["--lock", "nightly", "version"]);
    let ran = finish_without(&mut command, &["HOME"]).expect(1);
    let expected = "error: cannot take the lock nightly\n  \
                    cause: cannot tell the folder for state: HOME is not set\n  \
                    hint: set HOME, or XDG_STATE_HOME to an absolute path\n";
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", expected));
}

fn finish_without(command: &mut Command, names: &[&str]) -> Ran {
    for name in names {
        command.env_remove(name);
    }
    finish(std::mem::replace(command, Command::new("true")), b"")
}

/// An AWS that takes calls and never answers.
fn silence() -> (std::net::TcpListener, Sealed) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", format!("http://{}", listener.local_addr().unwrap()));
    (listener, sealed)
}

#[test]
fn the_timeout_ends_every_wait_with_8() {
    let (_aws, sealed) = silence();
    for command in [&["ssm", "list"][..], &["whoami"]] {
        let ran = sealed.run(command.iter().chain(&["--timeout", "300ms"])).expect(8);
        let expected = "error: gave up waiting at the limit of --timeout; what was started goes on\n";
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", expected), "{command:?}");
    }
    let ran = sealed.run(["--timeout", "300ms", "whoami", "-o", "json"]).expect(8);
    let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((error["code"].as_i64(), error["kind"].as_str()), (Some(8), Some("timedOut")));
}

#[test]
fn a_command_that_is_in_time_knows_no_timeout() {
    let aws = FakeAws::start(|_| Reply::json(serde_json::json!({ "InstanceProperties": [] })));
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    let ran = sealed.run(["--timeout", "1h", "ssm", "list"]).expect(0);
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_timeout_ends_a_session_in_order() {
    let gateway = Gateway::start(|door| {
        let mut peer = door.accept();
        let mut node = Node::shell();
        node.connected();
        node.serve_until_started(&mut peer);
        node.say(b"welcome\r\n");
        node.serve_until_acknowledged(&mut peer);
        peer.wait_for_the_end();
    });
    let aws = granting(gateway.stream_url());
    let ran = connect(&aws, &["--no-eof", "--timeout", "1s"], "").expect(8);
    gateway.end();
    assert_eq!(ran.stderr, "error: gave up at the limit of --timeout\n");
    assert_eq!(aws.operations(), ["StartSession", "TerminateSession"]);
}

#[test]
fn the_timeout_ends_the_command_inside_a_sandbox() {
    let sealed = Sealed::new();
    let run = |script: &str| {
        sealed.run(["--timeout", "500ms", "sandbox", "run", "--", "sh", "-c", script]).expect(255)
    };
    let ran = run("trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.02; done");
    assert_eq!(ran.stdout, "ready\ntold\n");
    assert_eq!(ran.stderr, "error: the command was ended at the limit of --timeout\n");
    let ran = run("trap '' TERM; while :; do sleep 0.02; done");
    assert_eq!(ran.stderr, "error: the command was killed at the limit of --timeout\n");
}

#[test]
fn the_timeout_ends_a_sandbox_in_order() {
    let sealed = Sealed::new();
    let ran = sealed.run(["--timeout", "500ms", "sandbox", "up", "--dir", "kept", "-o", "json"]).expect(8);
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    assert!(ran.json()["item"]["endpoint"].is_string());
    assert!(!sealed.path("kept/credentials").exists());
}

/// cron: `/bin/sh -c LINE` with next to nothing in the environment, and a mail of whatever was printed.
struct Cron<'a> {
    sealed: &'a Sealed,
    sandbox: &'a Sandbox,
}

impl Cron<'_> {
    fn job(&self, line: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        let set = |name: &str, value: &Path| format!("{name}={}", value.display());
        let env = [
            "exec env -i PATH=/usr/bin:/bin".to_owned(),
            set("XDG_STATE_HOME", &self.sealed.path("state")),
            set("XDG_CONFIG_HOME", &self.sealed.path("settings")),
            set("AWS_CONFIG_FILE", &self.sandbox.dir.join("config")),
            set("AWS_SHARED_CREDENTIALS_FILE", &self.sandbox.dir.join("credentials")),
            "AWS_EC2_METADATA_DISABLED=true".to_owned(),
            crate::support::BINARY.to_owned(),
            line.to_owned(),
        ];
        command.arg("-c").arg(env.join(" ")).current_dir("/").stdin(Stdio::null());
        command
    }

    fn mail(&self, line: &str) -> (i32, String) {
        let output = self.job(line).output().unwrap();
        (output.status.code().unwrap(), mail(&output))
    }
}

fn mail(output: &std::process::Output) -> String {
    String::from_utf8([output.stdout.as_slice(), &output.stderr].concat()).unwrap()
}

#[test]
fn cron_gets_mail_only_when_something_is_wrong() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some("[[nodes]]\nname = \"a\"\nping = \"offline\"\n"));
    let cron = Cron { sealed: &sealed, sandbox: &sandbox };
    let quiet = "--quiet --lock nightly ssm list -o text --columns name";
    assert_eq!(cron.mail(quiet), (0, String::new()));
    assert_eq!(cron.mail("--quiet ssm list --all -o text --columns name"), (0, "a\n".to_owned()));
    let (code, text) = cron.mail("--quiet ssm connect b");
    assert_eq!((code, text.lines().next()), (3, Some("error: no node is called b")));

    // Two at once: the first holds the lock while the second is started.
    let mut holder = cron.job("--lock nightly sandbox run -- sh -c 'echo held; cat'");
    let mut holder = holder.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let (code, held) = cron.mail(quiet);
    assert_eq!((line.as_str(), code), ("held\n", 75));
    let error = format!("error: the lock nightly is held by process {} since 2", holder.id());
    assert!(held.starts_with(&error) && held.lines().count() == 2, "{held}");
    let waiting = cron.job(&format!("{quiet} --lock-wait 2m"));
    let waiting = { waiting }.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(holder.stdin.take());
    assert!(holder.wait().unwrap().success());
    let output = waiting.wait_with_output().unwrap();
    assert_eq!((output.status.code(), mail(&output)), (Some(0), String::new()));
}

/// Two that start at the same moment: one runs, and the other says why it does not, or waits.
#[test]
fn of_two_runs_at_once_one_waits_or_says_why_it_does_not() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some("[[nodes]]\nname = \"a\"\n"));
    let cron = Cron { sealed: &sealed, sandbox: &sandbox };
    sealed.write("settings/opsctl/config.toml", "[alias]\nnodes = 'ssm list -o text --columns name'\n");
    let both = |command: &str, options: &str| {
        let line = format!("--lock nightly {command} {options}");
        let start = || cron.job(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        [start(), start()].map(|child| {
            let output = child.wait_with_output().unwrap();
            (output.status.code().unwrap(), mail(&output))
        })
    };
    for command in ["ssm list -o text --columns name", "nodes"] {
        let waited = both(command, "--quiet --lock-wait 1m");
        assert_eq!(waited, [(0, "a\n".to_owned()), (0, "a\n".to_owned())], "{command}");
        for (code, text) in both(command, "--quiet") {
            match code {
                0 => assert_eq!(text, "a\n", "{command}"),
                code => assert!(code == 75 && text.starts_with("error: the lock nightly is held"), "{text}"),
            }
        }
    }
}

/// What each command is given to do where there is nothing at all.
fn bare(command: &[&str]) -> Vec<&'static str> {
    match command {
        ["sandbox", "run"] => vec!["--", "true"],
        ["sandbox", "up"] => vec!["--timeout", "300ms"],
        ["completions"] => vec!["bash"],
        _ => vec![],
    }
}

#[test]
fn every_command_answers_in_an_empty_environment_with_closed_streams() {
    for streams in ["", "<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        for command in COMMANDS {
            let sealed = Sealed::new();
            let words = [command.to_vec(), bare(command)].concat().join(" ");
            let mut shell = Command::new("/bin/sh");
            let line = format!("exec env -i PATH=/usr/bin:/bin {} {words} {streams}", crate::support::BINARY);
            shell.arg("-c").arg(&line).current_dir(sealed.path("home"));
            let ran = finish(shell, b"");
            assert!([0, 1, 2, 3, 4, 8].contains(&ran.code), "{line}: {ran:?}");
            let explained = ran.stdout.is_empty() && !streams.contains("2>") && ran.code != 0;
            assert!(!explained || !ran.stderr.is_empty(), "{line}: {ran:?}");
            assert!(!ran.stderr.contains("a bug in") && !ran.stderr.contains("panicked"), "{line}: {ran:?}");
        }
    }
}
