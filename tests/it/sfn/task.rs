//! Answers to tasks: `sfn task`.

use serde_json::{Value, json};

use super::only;
use crate::support::machines::Machines;

/// A machine whose only state waits for a worker, an execution of it, and the token of its task.
fn asking(machines: &Machines, name: &str) -> (String, String) {
    let activity = machines.activity(name);
    let arn = machines.create(name, &only(&json!({"Type": "Task", "Resource": activity})));
    let execution = machines.start(&arn, "run-1", &json!({}));
    (execution, machines.token(&activity))
}

fn shown(machines: &Machines, arn: &str) -> Value {
    machines.sfn(&["get", arn, "-o", "json"]).expect(0).json()["item"].take()
}

#[test]
fn a_task_is_answered_by_its_token_from_a_file_stdin_or_a_variable() {
    let mut machines = Machines::new();
    let (first, token) = asking(&machines, "by-file");
    machines.sealed.write("token.txt", &format!("{token}\n"));
    let ran = machines.sfn(&["task", "heartbeat", "token.txt"]).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "the task goes on\n"));
    machines.sealed.write("result.json", "{\"approved\": true}");
    machines.sfn(&["task", "success", "token.txt", "--result", "@result.json"]).expect(0);
    assert_eq!(machines.until_over(&first), "SUCCEEDED");
    assert_eq!(shown(&machines, &first)["output"], json!("{\"approved\":true}"));

    let (second, token) = asking(&machines, "by-stdin");
    let args = ["--sandbox", "-q", "sfn", "task", "success", "-", "--result", "7"];
    let ran = machines.sealed.run_with(args, token.as_bytes()).expect(0);
    assert_eq!(ran.stderr, "");
    assert_eq!(machines.until_over(&second), "SUCCEEDED");

    let (third, token) = asking(&machines, "by-variable");
    machines.sealed.set("MY_TOKEN", token);
    let words = ["task", "failure", "--token-env", "MY_TOKEN", "--error", "Rejected", "--cause", "too dear"];
    machines.sfn(&words).expect(0);
    assert_eq!(machines.until_over(&third), "FAILED");
    let item = shown(&machines, &third);
    assert_eq!((&item["error"], &item["cause"]), (&json!("Rejected"), &json!("too dear")));
}

#[test]
fn a_token_that_has_expired_is_a_conflict() {
    let mut machines = Machines::new();
    let (execution, token) = asking(&machines, "orders");
    machines.sfn(&["stop", &execution, "-y"]).expect(0);
    machines.sealed.set("TASK_TOKEN", token.clone());
    for verb in [&["success", "--result", "{}"][..], &["failure"], &["heartbeat"]] {
        let ran = machines.sfn(&[&["task"], verb, &["--token-env", "TASK_TOKEN"]].concat()).expect(9);
        assert!(ran.stderr.contains("the token has expired: nobody waits for this task any more"), "{ran:?}");
        assert!(ran.stderr.contains("TaskTimedOut") && !ran.stderr.contains(&token), "{ran:?}");
    }
}

#[test]
fn what_is_no_token_or_no_result_is_refused() {
    let mut machines = Machines::new();
    machines.sealed.set("NO_TOKEN", "made-up").write("empty.txt", "\n");
    for (args, expected) in [
        (&["heartbeat", "--token-env", "NO_TOKEN"][..], "this is no task token"),
        (&["heartbeat", "--token-env", "UNSET"], "no task token is in the variable UNSET"),
        (&["heartbeat", "empty.txt"], "no task token is in empty.txt"),
        (&["heartbeat"], "<TOKEN_FILE>"),
        (&["success", "--token-env", "NO_TOKEN", "--result", "{"], "the result is not JSON"),
        (&["success", "-", "--result", "-"], "the token and the result cannot both be stdin"),
    ] {
        let ran = machines.sfn(&[&["task"], args].concat()).expect(2);
        assert!(ran.stderr.contains(expected), "{args:?}: {ran:?}");
    }
    machines.sfn(&["task", "heartbeat", "none.txt"]).expect(3);
    let large = format!("\"{}\"", "x".repeat(256 * 1024));
    machines.sealed.write("large.json", &large);
    let ran = machines.sfn(&["task", "success", "--token-env", "NO_TOKEN", "--result", "@large.json"]);
    assert!(ran.expect(2).stderr.contains("the result is too large: 262146 bytes"));
}
