//! The hidden subcommand behind a sandbox node's shell: its terminal is a controlling one, so that signals and
//! hang-ups reach what runs on it.

use crate::support::{Sealed, Terminal};

fn run(sealed: &Sealed, script: &str) -> Terminal {
    Terminal::program(sealed, (80, 24), &["sh", "-c", script])
}

#[test]
fn the_program_has_the_terminal_and_its_own_exit_code() {
    let sealed = Sealed::new();
    let (shown, status, _) = run(&sealed, "echo to the terminal > /dev/tty; stty size; exit 7").end();
    assert_eq!(shown, "to the terminal\r\n24 80\r\n");
    assert_eq!(status.code(), Some(7));
}

#[test]
fn typed_control_characters_are_signals() {
    let sealed = Sealed::new();
    let mut terminal =
        run(&sealed, "trap 'echo interrupted; exit 3' INT; echo ready; while :; do sleep 0.05; done");
    terminal.wait_for("ready");
    terminal.type_text("\x03");
    terminal.wait_for("interrupted");
    assert_eq!(terminal.end().1.code(), Some(3));
}

#[test]
fn what_a_sandbox_was_started_to_ignore_its_shells_do_not() {
    if !std::path::Path::new("/proc/self/status").exists() {
        eprintln!("nothing here tells which signals are ignored: not tested");
        return;
    }
    let sealed = Sealed::new();
    let mut shell = std::process::Command::new("sh");
    sealed.seal(&mut shell);
    let ask = "echo 'grep SigIgn /proc/self/status' | opsctl ssm connect web-1";
    shell.args(["-c", "trap '' HUP INT QUIT TERM; exec opsctl sandbox run -- sh -c \"$1\"", "sh", ask]);
    let ran = crate::support::finish(shell, b"").expect(0);
    let mask = ran.stdout.lines().filter_map(|line| line.split_once("SigIgn:")).map(|(_, mask)| mask);
    let mask = mask.filter_map(|mask| u64::from_str_radix(mask.trim(), 16).ok()).next_back();
    let mask = mask.unwrap_or_else(|| panic!("no mask was shown: {ran:?}"));
    assert_eq!(mask & 0x4007, 0, "HUP, INT, QUIT and TERM are the first bits and the fifteenth");
}

#[test]
fn arguments_pass_as_they_are() {
    let sealed = Sealed::new();
    let command_line = ["sh", "-c", "printf '<%s>' \"$@\"", "sh", "--help", "-o", "json", "", "a b"];
    let (shown, _, _) = Terminal::program(&sealed, (80, 24), &command_line).end();
    assert_eq!(shown, "<--help><-o><json><><a b>");
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    let sealed = Sealed::new();
    let (shown, status, _) = Terminal::program(&sealed, (80, 24), &["no-such-shell"]).end();
    assert!(shown.contains("cannot start the shell of a node"), "{shown}");
    assert!(!status.success());
}
