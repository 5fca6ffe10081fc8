//! A command that runs while the ports are open.

use super::*;
use crate::support::Terminal;

fn run(sealed: &Sealed, args: &[&str], command: &[&str]) -> crate::support::Ran {
    let all = ["--sandbox", "ssm", "forward", "web-1"].iter().chain(args).chain(&["--"]).chain(command);
    sealed.run(all)
}

#[test]
fn it_finds_the_ports_has_stdout_for_itself_and_gives_its_exit_code() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let echo = echo();
    let script = "set -eu
        test $OPSCTL_FORWARD_PORT = $OPSCTL_FORWARD_1_PORT
        test $OPSCTL_FORWARD_1_HOST,$OPSCTL_FORWARD_2_HOST = 127.0.0.1,127.0.0.1
        test $OPSCTL_FORWARD_1_PORT != $OPSCTL_FORWARD_2_PORT
        exec 3<>/dev/tcp/$OPSCTL_FORWARD_2_HOST/$OPSCTL_FORWARD_2_PORT
        echo through >&3
        read line <&3
        echo $line
        exit 7";
    let args = ["-L", &format!("0:{echo}"), "-L", &format!("*:0:{echo}"), "-q"];
    let ran = run(&sealed, &args, &["bash", "-c", script]).expect(7);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("through\n", ""));
    assert_eq!(open_sessions(&sealed), 0);
}

#[test]
fn what_cannot_be_run_is_told_as_a_shell_tells_it() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let file = sealed.write("no-program", "");
    for (command, code) in [("no-such-program", 127), (file.to_str().unwrap(), 126)] {
        let ran = run(&sealed, &["-L", "0:80"], &[command]).expect(code);
        assert!(ran.stderr.starts_with(&format!("error: cannot run {command}\n")), "{ran:?}");
        assert_eq!(open_sessions(&sealed), 0);
    }
    run(&sealed, &["-L", "0:80"], &["sh", "-c", "kill -KILL $$"]).expect(137);
    assert_eq!(sealed.run(["--sandbox", "ssm", "forward", "nobody", "-L", "0:80", "--", "true"]).code, 255);
}

#[test]
fn signals_are_passed_on_and_its_code_counts() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let script = "trap 'exit 33' TERM; echo up; while :; do sleep 0.05; done";
    let mut forward = Running::forward(&sealed, &["-L", "0:80", "--", "sh", "-c", script]);
    assert_eq!(forward.line(), "up");
    forward.send(Signal::TERM);
    assert_eq!(forward.end().0, 33);
    assert_eq!(open_sessions(&sealed), 0);

    let timed = ["-L", "0:80", "--timeout", "1s", "--", "sleep", "1000"];
    let (code, said) = Running::forward(&sealed, &timed).end();
    assert_eq!(code, 255, "{said}");
    assert!(said.contains("the command was ended at the limit of --timeout"), "{said}");
    assert_eq!(open_sessions(&sealed), 0);
}

/// A terminal sends it to all of its programs: the command decides what it means.
#[test]
fn control_c_on_a_terminal_is_the_commands() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let script = "trap 'exit 40' INT; echo up; while :; do sleep 0.05; done";
    let forward = ["--sandbox", "ssm", "forward", "web-1", "-L", "0:80", "--", "sh", "-c", script];
    let mut terminal = Terminal::opsctl(&sealed, (80, 24), &forward);
    terminal.wait_for("up\r\n");
    terminal.type_text("\x03");
    let (shown, status, _) = terminal.end();
    assert_eq!(status.code(), Some(40), "{shown}");
    assert_eq!(open_sessions(&sealed), 0);
}

#[test]
fn it_goes_on_when_the_session_is_lost() {
    let sealed = Sealed::new();
    let _sandbox = Sandbox::up(&sealed);
    let script = "echo up; while [ ! -e go ]; do sleep 0.05; done; exit 5";
    let mut forward = Running::forward(&sealed, &["-L", "0:80", "--", "sh", "-c", script]);
    assert_eq!(forward.line(), "up");
    let ids = session_ids(&sealed);
    sealed.run(["--sandbox", "ssm", "session", "terminate", &ids[0], "--yes"]).expect(0);
    forward.wait_for("the command goes on");
    sealed.write("go", "");
    assert_eq!(forward.end().0, 5);
}
