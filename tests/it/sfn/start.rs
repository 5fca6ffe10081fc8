//! `sfn start`: what is started, under which name, with which input.

use serde_json::{Value, json};

use super::only;
use crate::support::Ran;
use crate::support::machines::Machines;

fn echo() -> Value {
    only(&json!({"Type": "Pass"}))
}

fn waiting() -> Value {
    only(&json!({"Type": "Wait", "Seconds": 3600}))
}

/// The one execution that a verb told of.
#[track_caller]
fn item(ran: Ran) -> Value {
    ran.expect(0).json()["item"].clone()
}

#[test]
fn the_arn_of_what_was_started_is_the_answer() {
    let machines = Machines::new();
    let machine = machines.create("orders", &echo());
    let ran = machines.sfn(&["start", "orders", "--input", "{\"total\": 12}", "--name", "one"]).expect(0);
    let arn = machine.replace(":stateMachine:", ":execution:") + ":one";
    assert_eq!(ran.stdout, format!("{arn}\n"));
    assert_eq!(ran.stderr, format!("started orders:one\nhint: opsctl --sandbox sfn watch {arn}\n"));
    assert_eq!(machines.until_over(&arn), "SUCCEEDED");
    let two = item(machines.sfn(&["start", "orders", "--name", "two", "-o", "json"]));
    assert_eq!(
        (&two["name"], &two["status"], &two["input"]),
        (&json!("two"), &json!("RUNNING"), &json!("{}"))
    );
    // A name is made up where none is given.
    let made_up = item(machines.sfn(&["start", &machine, "-o", "json"]));
    assert_eq!(made_up["name"].as_str().unwrap().len(), 36, "{made_up}");
}

#[test]
fn the_input_comes_from_the_line_a_file_or_stdin_and_arrives_as_it_was_written() {
    let machines = Machines::new();
    machines.create("orders", &echo());
    let text = "{ \"total\": 12.50, \"id\": 123456789012345678 }";
    machines.sealed.write("in.json", text);
    let arguments = ["--sandbox", "sfn", "start", "orders", "--wait", "-o", "json", "--input"];
    for (given, stdin) in [(text, ""), ("@in.json", ""), ("-", text)] {
        let ran = machines.sealed.run_with([&arguments[..], &[given]].concat(), stdin.as_bytes());
        let item = item(ran);
        assert_eq!(item["status"], "SUCCEEDED", "{given}");
        let input: Value = serde_json::from_str(item["input"].as_str().unwrap()).unwrap();
        assert_eq!(input["id"], json!(123_456_789_012_345_678_u64), "{given}");
    }
}

#[test]
fn inputs_and_names_that_cannot_be_are_refused_before_anything_is_started() {
    let machines = Machines::new();
    machines.create("orders", &echo());
    machines.sealed.write("large.json", &json!("x".repeat(262_143)).to_string());
    for (args, expected) in [
        (&["--input", "{\"a\": }"][..], "--input:1:7: expected value"),
        (&["--input", "@large.json"], "the input is too large: 262145 bytes"),
        (&["--input", "@none.json"], "cannot read the input none.json"),
        (&["--name", "a b"], "no execution can be called \"a b\"; a-b can"),
        (&["--name", "a", "--name-from-hash"], "cannot be used with"),
        (&["--input", "1", "--again", "orders:one"], "cannot be used with"),
    ] {
        let ran = machines.sfn(&[&["start", "orders"], args].concat());
        assert_eq!(ran.code, if args[1] == "@none.json" { 3 } else { 2 }, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(expected), "{args:?}: {ran:?}");
    }
    let listed = machines.with_client(async |client| {
        let machine = "arn:aws:states:eu-west-1:111122223333:stateMachine:orders";
        client.list_executions().state_machine_arn(machine).send().await.unwrap().executions.len()
    });
    assert_eq!(listed, 0);
}

#[test]
fn the_same_input_is_started_once_when_its_name_follows_from_it() {
    let machines = Machines::new();
    machines.create("orders", &echo());
    let start =
        |input: &str| machines.sfn(&["start", "orders", "--name-from-hash", "--wait", "--input", input]);
    let first = start("{\"a\": 1}").expect(0);
    let second = start("{\"a\":1}").expect(0);
    assert_eq!(first.stdout, second.stdout);
    assert!(
        second.stderr.contains("was started before and is SUCCEEDED: nothing is started twice"),
        "{second:?}"
    );
    assert_ne!(start("{\"a\": 2}").expect(0).stdout, first.stdout);
}

#[test]
fn a_name_that_is_taken_is_a_conflict_unless_the_same_still_runs() {
    let machines = Machines::new();
    machines.create("orders", &waiting());
    let start = |input: &str| machines.sfn(&["start", "orders", "--name", "one", "--input", input]);
    let first = start("{}").expect(0);
    assert_eq!(start("{}").expect(0).stdout, first.stdout);
    let other = start("[1]").expect(9);
    assert!(other.stderr.contains("has, or had, an execution called one"), "{other:?}");
}

#[test]
fn an_execution_is_started_again_with_its_input_and_its_alias() {
    let machines = Machines::new();
    let machine = machines.create("orders", &echo());
    let alias = machines.with_client(async |client| {
        let version =
            client.publish_state_machine_version().state_machine_arn(&machine).send().await.unwrap();
        let route = aws_sdk_sfn::types::RoutingConfigurationListItem::builder()
            .state_machine_version_arn(version.state_machine_version_arn)
            .weight(100)
            .build()
            .unwrap();
        let alias = client.create_state_machine_alias().name("PROD").routing_configuration(route);
        alias.send().await.unwrap().state_machine_alias_arn
    });
    let first = machines.ran(&alias, "one", &json!({"total": 12}));
    for args in [&["--again", first.as_str()][..], &["--again", "orders:one"], &["orders", "--again", "one"]]
    {
        let again = item(machines.sfn(&[&["start", "--wait", "-o", "json"], args].concat()));
        assert_eq!(again["input"], "{\"total\":12}", "{args:?}");
        assert_eq!(again["stateMachineAliasArn"], json!(alias), "{args:?}");
        assert_ne!(again["executionArn"], json!(first), "{args:?}");
    }
    // The input of one machine, in another.
    machines.create("trial", &echo());
    for execution in ["orders:one", "one"] {
        let trial = item(machines.sfn(&["start", "trial", "--again", execution, "-o", "json"]));
        assert!(trial["stateMachineArn"].as_str().unwrap().ends_with(":trial"), "{trial}");
        assert_eq!(trial["input"], "{\"total\":12}");
    }
    let none = machines.sfn(&["start", "--again", "orders:none"]).expect(3);
    assert!(none.stderr.contains("orders:none") || none.stderr.contains("called none"), "{none:?}");
    machines.sfn(&["start"]).expect(2);
}

#[test]
fn a_dry_run_says_what_would_be_sent_and_sends_nothing() {
    let machines = Machines::new();
    let machine = machines.create("orders", &echo());
    for verb in ["start", "run"] {
        let ran = machines.sfn(&[verb, "orders", "--dry-run", "--name", "one", "-o", "json"]).expect(0);
        let step = &ran.json()["items"][0];
        assert_eq!((&step["action"], &step["resource"]), (&json!("states:StartExecution"), &json!(machine)));
        assert_eq!(step["parameters"], json!({"stateMachineArn": machine, "name": "one", "input": "{}"}));
    }
    let none = machines.with_client(async |client| {
        let arn = machine.replace(":stateMachine:", ":execution:") + ":one";
        client.describe_execution().execution_arn(arn).send().await.is_err()
    });
    assert!(none, "it was started");
}

#[test]
fn an_express_machine_is_started_and_left_or_run_to_its_end() {
    let machines = Machines::new();
    let express = machines.create_express("quick", &only(&json!({"Type": "Pass", "Result": 7})));
    machines.create_express("broken", &only(&json!({"Type": "Fail", "Error": "Broken", "Cause": "as made"})));
    let started = machines.sfn(&["start", "quick"]).expect(0);
    assert!(started.stdout.contains(":express:quick:"), "{started:?}");
    assert!(!started.stderr.contains("sfn watch"), "there is nothing to watch: {started:?}");
    let refused = machines.sfn(&["start", "quick", "--wait"]).expect(2);
    assert!(refused.stderr.contains("opsctl --sandbox sfn run runs it to its end"), "{refused:?}");
    for machine in ["quick", express.as_str()] {
        let ran = item(machines.sfn(&["run", machine, "-o", "json"]));
        assert_eq!((&ran["status"], &ran["output"]), (&json!("SUCCEEDED"), &json!("7")));
    }
    let broken = machines.sfn(&["run", "broken", "-o", "json"]).expect(6);
    assert_eq!(broken.json()["item"]["error"], "Broken");
    let ran = machines.sfn(&["run", "broken"]).expect(6);
    assert!(ran.stderr.contains(": Broken\n  cause: as made\n"), "{ran:?}");
    assert!(!ran.stderr.contains("sfn explain"), "nothing is kept that could be explained: {ran:?}");
}
