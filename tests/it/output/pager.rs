//! Long answers for people go through a pager on a terminal, and nothing else does.

use std::path::{Path, PathBuf};

use super::*;

/// A pager that keeps what it is given, with the LESS it sees; then its own last words.
struct Script {
    program: String,
    kept: PathBuf,
}

fn pager(sealed: &Sealed) -> Script {
    let kept = sealed.path("paged");
    let text =
        format!("#!/bin/sh\n{{ echo \"LESS=$LESS\"; cat; }} > {}\necho paged \"$@\"\n", kept.display());
    Script { program: executable(sealed, "pager", &text), kept }
}

fn executable(sealed: &Sealed, name: &str, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = sealed.write(name, text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

impl Script {
    fn take(&self) -> Option<String> {
        let text = std::fs::read_to_string(&self.kept).ok();
        let _ = std::fs::remove_file(&self.kept);
        text
    }
}

#[test]
fn a_long_answer_for_people_goes_through_the_pager() {
    let (sealed, _aws) = numbered(60);
    let script = pager(&sealed);
    for (format, paged) in FORMATS.into_iter().zip([true, true, false, true, false, false]) {
        let args = ["ssm", "list", "-o", format, "--pager", &format!("{} -x 'a b'", script.program)];
        let shown = on_terminal(&sealed, (120, 24), &args, 0);
        let kept = script.take();
        assert_eq!(kept.is_some(), paged, "{format}");
        let text = kept.unwrap_or_else(|| shown.clone());
        assert!(text.contains("web-0") && text.contains("web-59"), "{format}: {text}");
        if paged {
            assert_eq!(shown, "paged -x a b\n", "{format}");
            assert!(text.starts_with("LESS=FRX\n"), "{format}: {text}");
        }
    }
    let page = on_terminal(&sealed, (80, 24), &["man", "ssm", "--pager", &script.program], 0);
    assert_eq!(page, "paged\n");
    assert!(script.take().unwrap().contains(".TH"));
}

#[test]
fn the_pager_is_left_alone_where_nobody_needs_it() {
    let (mut sealed, _aws) = numbered(60);
    let script = pager(&sealed);
    sealed.set("PAGER", &script.program).set("LESS", "-S");
    assert_eq!(on_terminal(&sealed, (120, 24), &["ssm", "list"], 0), "paged\n");
    assert!(script.take().unwrap().starts_with("LESS=-S\n"), "the user's own LESS is kept");
    for args in [
        &["ssm", "list", "--no-pager"][..],
        &["ssm", "list", "--pager", "cat"],
        &["ssm", "list", "--pager", ""],
        &["ssm", "list", "--limit", "3"],
        &["whoami"],
    ] {
        let shown = on_terminal(&sealed, (120, 24), args, 0);
        assert!(shown.contains("web-0") || shown.contains("ada"), "{args:?}: {shown}");
        assert_eq!(script.take(), None, "{args:?}");
    }
    let piped = sealed.run(["ssm", "list"]).expect(0);
    assert_eq!((piped.stdout.lines().count(), script.take()), (61, None));
    for nothing in ["", "cat"] {
        sealed.set("PAGER", nothing);
        assert!(on_terminal(&sealed, (120, 24), &["ssm", "list"], 0).contains("web-59"), "PAGER={nothing}");
    }
    // Where the answer goes decides, not whether some other stream is a terminal.
    sealed.set("PAGER", &script.program);
    let shell = format!("opsctl ssm list --pager {} | grep -c web-", script.program);
    let (shown, _, _) = Terminal::program(&sealed, (120, 24), &["sh", "-c", &shell]).end();
    assert_eq!((shown.as_str(), script.take()), ("60\r\n", None));
}

#[test]
fn a_pager_that_dies_or_is_left_early_is_no_error() {
    let (sealed, _aws) = numbered(2000);
    for command in ["true", "false", "sh -c 'kill -9 $$'", "sh -c 'read line; exit 1'"] {
        let shown = on_terminal(&sealed, (120, 24), &["ssm", "list", "--pager", command], 0);
        assert_eq!(shown, "", "{command}");
    }
}

#[test]
fn without_the_pager_that_was_asked_for_there_is_one_warning_and_the_answer() {
    let (mut sealed, _aws) = numbered(60);
    let missing = sealed.path("missing").display().to_string();
    let folder = sealed.path("home").display().to_string();
    for command in [missing.as_str(), &folder, "'open", "sh -c 'exit 127'"] {
        let shown = on_terminal(&sealed, (120, 24), &["ssm", "list", "--pager", command], 0);
        assert!(shown.starts_with(&format!("warning: cannot start the pager {command}: ")), "{shown}");
        assert_eq!((shown.matches("warning").count(), shown.matches("web-").count()), (1, 60), "{shown}");
        let quiet = on_terminal(&sealed, (120, 24), &["ssm", "list", "-q", "--pager", command], 0);
        assert!(quiet.starts_with("ID"), "{quiet}");
    }
    // Nobody asked for `less`: that it is missing is no news.
    sealed.set("PATH", "/nonexistent");
    assert!(on_terminal(&sealed, (120, 24), &["ssm", "list"], 0).starts_with("ID"));
}

#[test]
fn ctrl_c_in_the_pager_belongs_to_the_pager() {
    let (sealed, _aws) = numbered(60);
    // A `wait` ends whenever the signal comes, also just before it; a `read` would sleep then. And a terminal that has sent
    // a signal throws away what is written meanwhile, unless it is told not to.
    let text = "#!/bin/sh\nstty noflsh < /dev/tty\ntrap 'echo interrupted' INT\nread line < /dev/tty &\necho reading\n\
                until wait $!; do :; done\necho left\n";
    let script = executable(&sealed, "patient", text);
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &["ssm", "list", "--pager", &script]);
    terminal.wait_for("reading");
    terminal.type_text("\x03");
    terminal.wait_for("interrupted");
    terminal.type_text("\n");
    terminal.wait_for("left");
    let (_, status, echoes) = terminal.end();
    assert_eq!((status.code(), echoes), (Some(0), true));
}

#[test]
fn less_is_the_usual_pager() {
    if !Path::new("/usr/bin/less").exists() {
        eprintln!("there is no less here: not tested");
        return;
    }
    let (mut sealed, _aws) = numbered(60);
    let mut terminal = Terminal::opsctl(&sealed, (120, 24), &["ssm", "list"]);
    terminal.wait_for("web-10");
    terminal.wait_for(":");
    terminal.type_text("G");
    terminal.wait_for("web-59");
    terminal.type_text("q");
    assert_eq!(terminal.end().1.code(), Some(0));
    sealed.set("TERM", "dumb");
    assert!(on_terminal(&sealed, (120, 24), &["ssm", "list"], 0).ends_with("ago\n"), "no pager");
}

#[test]
fn sessions_and_commands_that_go_on_are_not_paged() {
    let mut sealed = Sealed::new();
    let script = pager(&sealed);
    sealed.set("PAGER", &script.program);
    let mut up = Terminal::opsctl(&sealed, (80, 2), &["sandbox", "up", "--dir", "home/rehearsal"]);
    up.wait_for("Process:");
    let mut session =
        Terminal::opsctl(&sealed, (80, 5), &["ssm", "connect", "web-1", "--sandbox=home/rehearsal"]);
    session.wait_for("$ ");
    session.type_text("seq 40; exit\n");
    session.wait_for("39");
    assert_eq!(session.end().1.code(), Some(0));
    sealed.run(["sandbox", "down", "--dir", "home/rehearsal"]).expect(0);
    assert_eq!(up.end().1.code(), Some(0));
    assert_eq!(script.take(), None);
}
