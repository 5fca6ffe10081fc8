//! What happened in an execution: `sfn history`.

use serde_json::{Value, json};

use super::only;
use crate::support::machines::Machines;
use crate::support::{FakeAws, Reply, Sealed, Terminal};

/// Two items, each looked at and, if it is large, refused; one refusal is caught.
fn sorting() -> Value {
    json!({"StartAt": "Each", "States": {
        "Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "Next": "Done",
            "Catch": [{"ErrorEquals": ["TooLarge"], "ResultPath": "$.error", "Next": "Sorry"}],
            "ItemProcessor": {"StartAt": "Look", "States": {
                "Look": {"Type": "Choice", "Default": "Keep",
                    "Choices": [{"Variable": "$", "NumericGreaterThan": 5, "Next": "Refuse"}]},
                "Keep": {"Type": "Pass", "End": true},
                "Refuse": {"Type": "Fail", "Error": "TooLarge", "Cause": "five at most"},
            }}},
        "Sorry": {"Type": "Pass", "Next": "Done"},
        "Done": {"Type": "Succeed"},
    }})
}

fn sorted(machines: &Machines) -> String {
    let arn = machines.create("orders", &sorting());
    machines.ran(&arn, "run-1", &json!({"items": [1, 9]}))
}

#[test]
fn every_event_has_its_time_its_state_and_what_it_says() {
    let machines = Machines::new();
    let execution = sorted(&machines);
    for name in [&execution, "orders:run-1", "run-1"] {
        let table = machines.sfn(&["history", name]).expect(0);
        assert_eq!(table.stderr, "");
        assert!(table.stdout.lines().next().unwrap().starts_with("ID"), "{table:?}");
        for part in ["FailStateEntered", "MapIterationFailed", "ExecutionSucceeded", "{\"items\":[1,9]}"] {
            assert!(table.stdout.contains(part), "{part}: {table:?}");
        }
    }
    let columns = ["--columns", "state,type,detail,item", "-o", "text"];
    let lines = |args: &[&str]| {
        let ran = machines.sfn(&[&["history", "orders:run-1"], args, &columns].concat()).expect(0);
        ran.stdout.lines().map(|line| line.replace('\t', " ")).collect::<Vec<_>>()
    };
    assert_eq!(lines(&["--state", "Refuse"]), ["Refuse FailStateEntered 9 1"]);
    assert_eq!(lines(&["--type", "FailStateEntered"]), ["Refuse FailStateEntered 9 1"]);
    let iterations = lines(&["--type", "MapIteration"]);
    assert_eq!(iterations[0], "Each MapIterationStarted item 0 0");
    assert_eq!(iterations.len(), 4, "{iterations:?}");
    assert!(lines(&["--state", "Keep"]).iter().all(|line| line.starts_with("Keep PassState")));
    let failed: Vec<String> =
        lines(&["--failed"]).iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect();
    assert_eq!(failed, ["FailStateEntered", "MapIterationFailed", "MapStateFailed"]);
    assert_eq!(lines(&["--failed", "--limit", "1"]).len(), 1);
    assert_eq!(lines(&["--failed", "--type", "Map*", "--state", "Each"]).len(), 2);
    let typo = machines.sfn(&["history", "orders:run-1", "--state", "Refus"]).expect(0);
    assert!(typo.stderr.contains("no state Refus was reached; did you mean `Refuse`?"), "{typo:?}");
}

#[test]
fn events_are_streamed_whole() {
    let machines = Machines::new();
    sorted(&machines);
    let lines = machines.sfn(&["history", "orders:run-1", "-o", "ndjson"]).expect(0).stdout;
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["executionStartedEventDetails"]["input"], json!("{\"items\":[1,9]}"));
    assert_eq!(events[1]["stateEnteredEventDetails"]["name"], json!("Each"));
    assert!((1_u64..).zip(&events).all(|(id, event)| event["id"] == json!(id)));
    assert!(events.iter().all(|event| event["timestamp"].as_str().unwrap().ends_with('Z')));
    let document = machines.sfn(&["history", "orders:run-1", "-o", "json"]).expect(0).json();
    assert_eq!((&document["kind"], &document["items"][0]), (&json!("sfn.event"), &events[0]));
}

#[test]
fn a_history_without_its_data_is_one_still() {
    let machines = Machines::new();
    sorted(&machines);
    let lean = machines.sfn(&["history", "orders:run-1", "--no-data"]).expect(0);
    assert_eq!(lean.stderr, "");
    assert!(!lean.stdout.contains("{\"items\"") && lean.stdout.contains("(data left out)"), "{lean:?}");
    // What was thrown is no data.
    let said = machines.sfn(&["history", "orders:run-1", "--no-data", "--state", "Refuse"]).expect(0);
    assert!(said.stdout.contains("FailStateEntered"), "{said:?}");
}

/// The service cuts off what is too large to be told, and says so.
#[test]
fn data_that_the_service_left_out_is_told_of() {
    let aws = FakeAws::start(|_| {
        let cut = json!({"truncated": true});
        Reply::json(json!({"events": [
            {"id": 1, "previousEventId": 0, "timestamp": 1_795_348_800, "type": "ExecutionStarted",
                "executionStartedEventDetails": {"inputDetails": cut, "roleArn": "r"}},
            {"id": 2, "previousEventId": 1, "timestamp": 1_795_348_800.5, "type": "QuantumLeapStarted"},
        ]}))
    });
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    let arn = "arn:aws:states:eu-west-1:111122223333:execution:orders:run-1";
    let told = sealed.run(["sfn", "history", arn]).expect(0);
    assert!(
        told.stdout.contains("(data left out)") && told.stdout.contains("QuantumLeapStarted"),
        "{told:?}"
    );
    assert_eq!(told.stderr, "warning: the service has left out data of 1 event\n");
    let lean = sealed.run(["sfn", "history", arn, "--no-data"]).expect(0);
    assert_eq!(lean.stderr, "");
    let asked: Vec<bool> =
        aws.requests().iter().map(|request| request.body.contains("\"includeExecutionData\":true")).collect();
    assert_eq!(asked, [true, false]);
}

#[test]
fn a_timeline_has_a_bar_for_each_visit() {
    let machines = Machines::new();
    sorted(&machines);
    let drawn = machines.sfn(&["history", "orders:run-1", "--format", "timeline"]).expect(0);
    let names: Vec<String> =
        drawn.stdout.lines().map(|line| line.split_once("  +").unwrap().0.trim_end().to_owned()).collect();
    let expected =
        ["! Each", "  ✓ Look [0]", "  ✓ Keep [0]", "  ✓ Look [1]", "  ✗ Refuse [1]", "✓ Sorry", "✓ Done"];
    assert_eq!(names, expected, "{}", drawn.stdout);
    let some = machines.sfn(&["history", "run-1", "--format", "timeline", "--state", "Sorry"]).expect(0);
    assert_eq!(some.stdout.lines().count(), 1);
    let both = machines.sfn(&["history", "run-1", "--format", "timeline", "-o", "json"]).expect(2);
    assert!(both.stderr.contains("cannot be used with"), "{both:?}");
}

#[test]
fn a_timeline_fits_its_terminal() {
    let machines = Machines::new();
    sorted(&machines);
    let args = ["--sandbox", "sfn", "history", "orders:run-1", "--format", "timeline", "--color", "never"];
    let (shown, status, _) = Terminal::opsctl(&machines.sealed, (60, 24), &args).end();
    assert!(status.success(), "{shown}");
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines.len() == 7 && lines[4].trim_start().starts_with("✗ Refuse [1]"), "{shown}");
    assert!(lines.iter().all(|line| line.trim_end().chars().count() <= 60), "{shown}");
}

#[test]
fn a_history_that_is_nowhere_or_elsewhere_is_told_so() {
    let machines = Machines::new();
    let execution = sorted(&machines);
    machines.create("payments", &only(&json!({"Type": "Pass"})));
    let none = machines.sfn(&["history", "orders:run-7"]).expect(3);
    assert!(none.stderr.contains("the state machine orders has no execution called run-7"), "{none:?}");
    let mistyped = machines.sfn(&["history", "orders:run-1", "--type", "TaskFaild"]).expect(2);
    assert!(mistyped.stderr.contains("did you mean `TaskFailed`?"), "{mistyped:?}");
    let other = machines.sfn(&["history", "payments:run-1"]).expect(3);
    assert!(other.stderr.contains("hint: orders has one: orders:run-1"), "{other:?}");
    let other = machines.sfn(&["history", &execution, "--machine", "payments"]).expect(2);
    assert!(other.stderr.contains("is of the state machine orders, not of payments"), "{other:?}");
    let arn = machines.create_express("quick", &only(&json!({"Type": "Pass"})));
    let execution = machines.start(&arn, "e-1", &json!({}));
    let express = machines.sfn(&["history", &execution]).expect(2);
    assert!(express.stderr.contains("the logging of quick is off"), "{express:?}");
}
