//! A bug leaves a whole terminal, a line that asks for a report, a private crash log without secrets, and exit code 70.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use opsctl::cli::GlobalArgs;
use opsctl::context::{Context, environment_of_this_process, state_dir};
use opsctl::panics;
use opsctl::terminal::RawMode;

use crate::support::{Ran, Sealed, Terminal, finish};

const INSIDE: &str = "OPSCTL_TEST_PANICS";

/// Run by the tests below as a program of its own, which ends as opsctl does; does nothing otherwise.
#[test]
#[expect(clippy::exit, reason = "its exit code is what is tested")]
fn inside() {
    let Some(how) = std::env::var_os(INSIDE) else { return };
    let env = environment_of_this_process();
    let reporter = Context::early_reporter(&GlobalArgs::default(), &env);
    panics::report_to(reporter, "ssm connect".into(), state_dir(&env).ok());
    let ended = panics::contain(|| {
        let _raw = (how == "raw").then(|| RawMode::enter().unwrap());
        let token = std::env::var("AWS_SESSION_TOKEN").unwrap_or_default();
        panic!("on purpose, with SessionToken={token}");
    });
    let Err::<(), _>(code) = ended else { panic!("it was not contained") };
    std::process::exit(code.into());
}

fn this_program() -> String {
    std::env::current_exe().unwrap().to_str().unwrap().to_owned()
}

const ARGUMENTS: [&str; 3] = ["--exact", "panics::inside", "--nocapture"];

fn crashed(sealed: &Sealed) -> Ran {
    let mut command = Command::new(this_program());
    sealed.seal(&mut command);
    command.args(ARGUMENTS);
    finish(command, b"").expect(70)
}

#[test]
fn a_panic_in_raw_mode_restores_the_terminal_and_asks_for_a_report() {
    let mut sealed = Sealed::new();
    sealed.set(INSIDE, "raw").set("NO_COLOR", "1");
    let program = this_program();
    let (shown, status, echoes) =
        Terminal::program(&sealed, (200, 24), &[&[program.as_str()][..], &ARGUMENTS].concat()).end();
    assert!(echoes, "the terminal was left raw: {shown}");
    assert!(shown.contains("error: a bug in opsctl"), "{shown}");
    assert!(shown.contains("cause: on purpose") && shown.contains("hint: please report it"), "{shown}");
    assert_eq!(status.code(), Some(70));
}

#[test]
fn a_panic_leaves_a_private_crash_log_that_names_the_command_and_holds_no_secret() {
    let mut sealed = Sealed::new();
    sealed.set(INSIDE, "1").set("AWS_SESSION_TOKEN", "plantedSession");
    let ran = crashed(&sealed);
    let log = sealed.path("home/.local/state/opsctl/crash.log");
    let hint = format!("  hint: please report it with the command you typed and {}\n", log.display());
    assert!(ran.stderr.ends_with(&hint), "{ran:?}");
    let text = std::fs::read_to_string(&log).unwrap();
    let version = concat!("opsctl ", env!("CARGO_PKG_VERSION"), " (");
    assert!(text.starts_with(version), "{text}");
    for said in
        ["\ncommand: opsctl ssm connect\n", "\nplace: tests/it/panics.rs:", "\nmessage: on purpose, with"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(log.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    for written in [&ran.stdout, &ran.stderr, &text] {
        assert!(!written.contains("plantedSession"), "{written}");
    }
    // The next one takes its place.
    crashed(&sealed);
    assert_eq!(std::fs::read_dir(log.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_panic_where_nothing_can_be_written_is_told_all_the_same() {
    let mut sealed = Sealed::new();
    sealed.set(INSIDE, "1").set("XDG_STATE_HOME", "/dev/null");
    let ran = crashed(&sealed);
    assert!(ran.stderr.ends_with("  hint: please report it with the command you typed\n"), "{ran:?}");
}

#[test]
fn usage_errors_are_json_where_json_was_asked_for() {
    let sealed = Sealed::new();
    let ran = sealed.run(["ssm", "list", "-o", "json", "--nonsense"]).expect(2);
    let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((error["code"].as_i64(), error["kind"].as_str()), (Some(2), Some("usage")));
    assert!(error["message"].as_str().unwrap().contains("--nonsense"));
    assert!(
        sealed.run(["ssm", "list", "--nonsense"]).expect(2).stderr.starts_with("error: unexpected argument")
    );
    for (args, message, hint) in [
        (
            &["s3", "job", "show"][..],
            "the following required arguments were not provided: <JOB>",
            "usage: opsctl s3 job show --output <FORMAT> <JOB>",
        ),
        (
            &["s3", "job", "create", "untag"],
            "the following required arguments were not provided: --role <ROLE>, --report <S3-URI>, \
             <--manifest <S3-URI>|--inventory <S3-URI>|--generate <S3-URI>|--build <SOURCE>>",
            "usage: opsctl s3 job create untag --role <ROLE> <SOURCE> [OPTIONS]",
        ),
        (
            &["s3", "job", "create", "legal-hold", "maybe"],
            "invalid value 'maybe' for '<STATE>' [possible values: on, off]",
            "",
        ),
        (&["s3", "job", "shwo"], "unrecognized subcommand 'shwo'", "did you mean show?"),
    ] {
        let ran = sealed.run([args, &["-o", "json"]].concat()).expect(2);
        let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(error["message"], message, "{args:?}");
        assert_eq!(error["hint"].as_str().unwrap_or_default(), hint, "{args:?}");
    }
}
