//! `ssm exec` against the sandbox: real commands, over the real data channel.

mod documents;
mod faults;
mod fleet;
mod leaving;
mod pty;
mod quoting;
mod streams;

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process};

use crate::support::{Sandbox, Sealed};

const ONE_NODE: &str = "[[nodes]]\nname = \"web-1\"\n";

/// A sandbox and a place that is signed in to it.
fn rehearse(config: &str) -> (Sealed, Sandbox) {
    let sealed = Sealed::new();
    let sandbox = Sandbox::with_config(&sealed, Some(config));
    (sealed, sandbox)
}

fn home(sandbox: &Sandbox, node: &str) -> PathBuf {
    sandbox.dir.join("nodes").join(node)
}

/// The command line of `ssm exec` in the sandbox.
fn exec<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["--sandbox", "ssm", "exec"], words].concat()
}

/// Runs it with nothing on stdin; bytes as they are.
fn bytes(sealed: &Sealed, words: &[&str]) -> Output {
    let child = sealed.command(exec(words)).stdin(Stdio::null()).output();
    child.unwrap()
}

#[track_caller]
fn wait_until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::yield_now();
    }
}

/// The process that has written its number into `pid` of its home.
#[track_caller]
fn process_of(sandbox: &Sandbox, node: &str) -> Pid {
    let file = home(sandbox, node).join("pid");
    let text = wait_until("the command has said its number", || {
        std::fs::read_to_string(&file).ok().filter(|text| text.ends_with('\n'))
    });
    Pid::from_raw(text.trim().parse().unwrap()).unwrap()
}

#[track_caller]
fn assert_gone(process: Pid) {
    wait_until("the process is gone", || test_kill_process(process).is_err().then_some(()));
}
