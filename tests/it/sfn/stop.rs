//! Ending executions: `sfn stop`.

use serde_json::{Value, json};

use super::only;
use crate::support::Terminal;
use crate::support::machines::Machines;

/// A machine whose executions wait, and two of them.
fn waiting() -> (Machines, [String; 2]) {
    let machines = Machines::new();
    let arn = machines.create("orders", &only(&json!({"Type": "Wait", "Seconds": 3600})));
    let started = ["run-1", "run-2"].map(|name| machines.start(&arn, name, &json!({})));
    (machines, started)
}

fn shown(machines: &Machines, name: &str) -> Value {
    machines.sfn(&["get", name, "-o", "json"]).expect(0).json()["item"].take()
}

#[test]
fn an_execution_is_stopped_with_an_error_and_a_cause() {
    let (machines, [arn, _]) = waiting();
    let args = ["stop", "orders:run-1", "--error", "Cancelled", "--cause", "-- by hand", "--yes"];
    let ran = machines.sfn(&args).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr), ("", format!("the execution {arn} is stopped\n")));
    let item = shown(&machines, "orders:run-1");
    assert_eq!((&item["status"], &item["error"]), (&json!("ABORTED"), &json!("Cancelled")));
    assert_eq!(item["cause"], json!("-- by hand"));
    assert_eq!(shown(&machines, "orders:run-2")["status"], json!("RUNNING"));
}

#[test]
fn several_are_stopped_at_once_and_each_once() {
    let (machines, [first, _]) = waiting();
    let begun = machines.sfn(&["stop", "order:run-1", "-y"]).expect(3);
    assert!(
        begun.stderr.contains("no state machine is called order\n  hint: did you mean orders?"),
        "{begun:?}"
    );
    let args = ["stop", "run-1", "run-2", &first, "--machine", "orders", "-y", "-o", "json"];
    let ran = machines.sfn(&args).expect(0);
    assert_eq!(ran.stderr.lines().count(), 2, "{ran:?}");
    let document = ran.json();
    assert_eq!(
        (&document["kind"], &document["items"][1]["status"]),
        (&json!("sfn.execution"), &json!("ABORTED"))
    );
    for name in ["orders:run-1", "orders:run-2"] {
        assert_eq!(shown(&machines, name)["status"], json!("ABORTED"));
    }
}

#[test]
fn one_that_is_over_is_a_conflict_and_nothing_is_stopped() {
    let (machines, _) = waiting();
    machines.sfn(&["stop", "orders:run-1", "-y"]).expect(0);
    let over = machines.sfn(&["stop", "orders:run-1", "-y"]).expect(9);
    assert!(over.stderr.contains("the execution run-1 is over already: ABORTED"), "{over:?}");
    let both = machines.sfn(&["stop", "orders:run-1", "orders:run-2", "-y"]).expect(9);
    assert!(both.stderr.contains("1 of 2 executions cannot be stopped, and none was"), "{both:?}");
    assert_eq!(shown(&machines, "orders:run-2")["status"], json!("RUNNING"));
    machines.sfn(&["stop", "orders:run-7", "-y"]).expect(3);
    let none = machines.sfn(&["stop", "orders:run-2", "orders:run-7", "-y"]).expect(3);
    let expected = "error: none of 2 executions was stopped\n  cause: the state machine orders has no execution called run-7";
    assert!(none.stderr.contains(expected), "{none:?}");
}

#[test]
fn nothing_is_sent_without_a_yes_and_a_dry_run_prints_the_plan() {
    let (machines, [arn, _]) = waiting();
    let plan = machines.sfn(&["stop", "orders:run-1", "--cause", "c", "-n", "-o", "json"]).expect(0).json();
    let step = &plan["items"][0];
    assert_eq!((&step["action"], &step["resource"]), (&json!("states:StopExecution"), &json!(arn)));
    assert_eq!((&step["parameters"]["cause"], &step["account"]), (&json!("c"), &json!("111122223333")));
    let refused = machines.sfn(&["stop", "orders:run-1"]).expect(2);
    assert!(refused.stderr.contains("--yes says it"), "{refused:?}");
    let args = ["--sandbox", "sfn", "stop", "orders:run-1"];
    let mut terminal = Terminal::opsctl(&machines.sealed, (120, 24), &args);
    terminal.wait_for("stop 1 execution?");
    terminal.type_text("n\r");
    let (said, status, _) = terminal.end();
    assert_eq!(status.code(), Some(1), "{said}");
    assert_eq!(shown(&machines, "orders:run-1")["status"], json!("RUNNING"));
}

#[test]
fn an_error_and_a_cause_are_no_longer_than_the_service_takes() {
    let (machines, _) = waiting();
    let long = "x".repeat(257);
    let ran = machines.sfn(&["stop", "orders:run-1", "--error", &long, "-y"]).expect(2);
    assert!(ran.stderr.contains("the service takes at most 256 characters, not 257"), "{ran:?}");
}
