//! A bug leaves a whole terminal and a line that asks for a report.

use opsctl::cli::GlobalArgs;
use opsctl::context::Context;
use opsctl::settings::Environment;
use opsctl::terminal::RawMode;

use crate::support::{Sealed, Terminal};

const INSIDE: &str = "OPSCTL_TEST_PANICS";

/// Run by the test below as a program of its own; does nothing otherwise.
#[test]
fn inside() {
    if std::env::var_os(INSIDE).is_some() {
        opsctl::panics::report_to(Context::early_reporter(&GlobalArgs::default(), &Environment::default()));
        let _raw = RawMode::enter().unwrap();
        panic!("on purpose");
    }
}

#[test]
fn a_panic_in_raw_mode_restores_the_terminal_and_asks_for_a_report() {
    let mut sealed = Sealed::new();
    sealed.set(INSIDE, "1").set("NO_COLOR", "1");
    let test = std::env::current_exe().unwrap();
    let test = test.to_str().unwrap();
    let (shown, _, echoes) =
        Terminal::program(&sealed, (200, 24), &[test, "--exact", "panics::inside", "--nocapture"]).end();
    assert!(echoes, "the terminal was left raw: {shown}");
    assert!(shown.contains("error: a bug in opsctl"), "{shown}");
    assert!(shown.contains("cause: on purpose") && shown.contains("hint: please report it"), "{shown}");
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
}
