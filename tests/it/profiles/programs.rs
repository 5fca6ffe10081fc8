use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::world;
use crate::support::Sealed;

fn with_program(line: &str) -> Sealed {
    let sealed = Sealed::new();
    let text = format!("[profile tool]\nregion = us-east-1\ncredential_process = {line}\n");
    sealed.write("home/.aws/config", &text);
    sealed
}

#[test]
fn a_program_gives_the_keys() {
    let (sealed, sandbox) =
        world("", "[profile tool]\nregion = us-east-1\ncredential_process = sh keys.sh\n");
    let file = std::fs::read_to_string(sandbox.dir.join("credentials")).unwrap();
    let value = |key: &str| {
        file.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ")).unwrap().to_owned()
    };
    let (id, secret) = (value("aws_access_key_id"), value("aws_secret_access_key"));
    let answer = format!(r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "{secret}"}}"#);
    sealed.write("keys.sh", &format!("echo '{answer}'\n"));
    let ran = sealed.run(["whoami", "--profile", "tool", "-o", "json"]).expect(0);
    assert_eq!(ran.json()["item"]["arn"], "arn:aws:iam::111122223333:user/rehearsal");
}

#[test]
fn a_program_that_fails_is_named_and_its_answer_is_not_told() {
    for (line, told) in [
        ("sh -c 'echo plantedSecret; echo no key here >&2; exit 3'", "cause: no key here"),
        (
            "echo plantedSecret",
            "echo, which gives the credentials of the profile tool, has not answered in JSON",
        ),
        (
            "/no/such/tool plantedSecret",
            "tool, which gives the credentials of the profile tool, cannot be run",
        ),
    ] {
        for way in [&["-q"][..], &["--debug", "--log", "trace"]] {
            let sealed = with_program(line);
            let ran = sealed.run(way.iter().chain(&["whoami", "--profile", "tool"])).expect(4);
            assert!(ran.stderr.contains(told) && !ran.stderr.contains("planted"), "{ran:?}");
        }
    }
}

#[test]
fn the_limit_of_a_command_ends_a_program_that_hangs() {
    let sealed = with_program("sleep 600");
    sealed.run(["whoami", "--profile", "tool", "--timeout", "1s"]).expect(8);
}

/// The pipe is closed when the program is gone.
#[test]
fn an_interruption_ends_the_program_with_opsctl() {
    let sealed = with_program("sh wait.sh");
    sealed.write("wait.sh", "exec 3>alive\necho here >&3\nexec sleep 600\n");
    let pipe = sealed.path("alive");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = sealed.command(["whoami", "--profile", "tool"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut alive = File::open(pipe).unwrap();
    let mut here = [0; 5];
    alive.read_exact(&mut here).unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(alive.read(&mut here).unwrap(), 0);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{ended:?}");
}

/// As where Ctrl-C on a terminal reaches both.
#[test]
fn a_program_that_is_interrupted_is_an_interruption() {
    let sealed = with_program("sh -c 'kill -INT $$; sleep 600'");
    let ran = sealed.run(["whoami", "--profile", "tool"]).expect(130);
    assert!(!ran.stderr.contains("has failed"), "{ran:?}");
}
