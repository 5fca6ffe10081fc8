//! `sfn explain`: why an execution failed, from the end of its history, followed down.

use serde_json::{Value, json};

use super::only;
use crate::support::machines::Machines;
use crate::support::{FakeAws, Reply, Request, Sealed};

const EXECUTION: &str = "arn:aws:states:eu-west-1:111122223333:execution:orders:run-1";

/// Text of stdout without runs of spaces.
fn squeezed(text: &str) -> String {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

fn retried() -> Value {
    json!({"StartAt": "Note", "States": {
        "Note": {"Type": "Pass", "Parameters": {"total.$": "$.total"}, "Next": "Call"},
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": {"FunctionName": "none", "Payload.$": "$"},
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]},
    }})
}

#[test]
fn the_failing_state_its_attempt_its_input_and_the_way_on_are_shown() {
    let machines = Machines::new();
    let machine = machines.create("orders", &retried());
    let arn = machines.ran(&machine, "run-1", &json!({"total": 12}));
    let ran = machines.sfn(&["explain", "orders:run-1"]).expect(0);
    let told = squeezed(&ran.stdout);
    for expected in [
        "orders:run-1 FAILED after 1.",
        "failed in Call (Task)\n",
        "calls lambda:invoke\n",
        "attempt 2 of 2, after 1 retry\n",
        "input {\"total\":12}\n",
        "called with {\"FunctionName\":\"none\",\"Payload\":{\"total\":12}}\n",
        &format!("redrive opsctl --sandbox sfn redrive {arn}\n"),
    ] {
        assert!(told.contains(expected), "{expected} is missing: {ran:#?}");
    }
    assert!(ran.stdout.lines().count() < 24, "it is one screen: {ran:#?}");
    let document = machines.sfn(&["explain", &arn, "-o", "json"]).expect(0).json();
    assert_eq!(
        (&document["kind"], &document["item"]["status"]),
        (&json!("sfn.explanation"), &json!("FAILED"))
    );
    let failed = &document["item"]["failed"];
    assert_eq!((&failed["state"], &failed["attempts"]), (&json!("Call"), &json!(2)));
    assert_eq!((&failed["input"], failed["errors"].as_array().unwrap().len()), (&json!({"total": 12}), 2));
    let state = machines.sfn(&["explain", &arn, "--columns", "state,attempts", "-o", "text"]).expect(0);
    assert_eq!(state.stdout, "Call\t2\n");
}

#[test]
fn what_has_not_failed_is_explained_too() {
    let machines = Machines::new();
    let fine = machines.create("fine", &only(&json!({"Type": "Pass"})));
    machines.ran(&fine, "done", &json!({}));
    let ran = machines.sfn(&["explain", "fine:done"]).expect(0);
    assert!(squeezed(&ran.stdout).starts_with("fine:done SUCCEEDED after "), "{ran:?}");
    let slow = machines.create("slow", &only(&json!({"Type": "Wait", "Seconds": 3600})));
    let arn = machines.start(&slow, "one", &json!({}));
    let ran = machines.sfn(&["explain", "slow:one"]).expect(0);
    let told = squeezed(&ran.stdout);
    assert!(
        told.contains("runs S (Wait), since ") && told.contains("next opsctl --sandbox sfn watch"),
        "{ran:?}"
    );
    machines.with_client(async |client| {
        client.stop_execution().execution_arn(&arn).error("Enough").cause("late").send().await.unwrap()
    });
    machines.until_over(&arn);
    let told = squeezed(&machines.sfn(&["explain", "slow:one"]).expect(0).stdout);
    for expected in ["slow:one ABORTED after ", "error Enough\n", "cause late\n", "ran S (Wait), since "] {
        assert!(told.contains(expected), "{expected} is missing: {told}");
    }
}

#[test]
fn caught_errors_and_what_names_mean_are_told() {
    let machines = Machines::new();
    let machine = machines.create(
        "orders",
        &json!({"StartAt": "Ask", "States": {
            "Ask": {"Type": "Pass", "Parameters": {"a.$": "$.none"}, "Next": "Ask"},
        }}),
    );
    machines.ran(&machine, "lost", &json!({}));
    let told = squeezed(&machines.sfn(&["explain", "lost"]).expect(0).stdout);
    assert!(told.contains("error States.Runtime\nthe definition does not fit the data"), "{told}");
    assert!(told.contains("failed in Ask (Pass)\n"), "{told}");
    let mut caught = retried();
    caught["States"]["Call"]["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]);
    caught["States"]["Sorry"] = json!({"Type": "Fail", "Error": "Sorry", "Cause": "gave up"});
    let machine = machines.create("caught", &caught);
    machines.ran(&machine, "one", &json!({"total": 1}));
    let told = squeezed(&machines.sfn(&["explain", "one"]).expect(0).stdout);
    assert!(
        told.contains("failed in Sorry (Fail)\n")
            && told.contains("caught Lambda.ResourceNotFoundException in Call"),
        "{told}"
    );
}

#[test]
fn a_child_that_failed_is_followed_down() {
    let machines = Machines::new();
    let child =
        machines.create("child", &only(&json!({"Type": "Fail", "Error": "Deep", "Cause": "down here"})));
    let parent = machines.create(
        "parent",
        &only(&json!({"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": child, "Name": "inner", "Input": {"n": 7}}})),
    );
    machines.ran(&parent, "outer", &json!({}));
    let told = squeezed(&machines.sfn(&["explain", "parent:outer"]).expect(0).stdout);
    for expected in [
        "parent:outer FAILED",
        "failed in S (Task)",
        "child:inner FAILED",
        "error Deep\n",
        "cause down here\n",
        "input {\"n\":7}",
    ] {
        assert!(told.contains(expected), "{expected} is missing: {told}");
    }
    let document = machines.sfn(&["explain", "outer", "-o", "json"]).expect(0).json();
    assert_eq!(document["item"]["below"]["execution"]["error"], "Deep");
}

#[test]
fn the_failed_children_of_a_map_run_are_followed_down() {
    let machines = Machines::new();
    let processor = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Item", "States": {"Item": {"Type": "Fail", "Error": "BadItem", "Cause": "as made"}}});
    let machine = machines.create(
        "orders",
        &only(&json!({"Type": "Map", "Label": "Items", "ItemProcessor": processor, "MaxConcurrency": 1})),
    );
    let arn = machines.ran(&machine, "run-1", &json!([1, 2]));
    let told = squeezed(&machines.sfn(&["explain", &arn]).expect(0).stdout);
    for expected in [
        "error States.ExceedToleratedFailureThreshold\n",
        "failed in S (Map)",
        "orders/Items:",
        "error BadItem\n",
        "failed in Item (Fail)",
    ] {
        assert!(told.contains(expected), "{expected} is missing: {told}");
    }
    let map_run = machines.sfn(&["map-run", "list", &arn, "--columns", "arn", "-o", "text"]).expect(0).stdout;
    // In the words of the map run itself.
    let args = ["map-run", "show", map_run.trim_end(), "--columns", "items,children", "-o", "text"];
    let shown = machines.sfn(&args).expect(0).stdout;
    let (items, children) = shown.trim_end().split_once('\t').unwrap();
    assert!(items.starts_with("2: 1 failed, 1 "), "{items}");
    let counts = format!("map run items {items}\nchild executions {children}\n");
    assert!(told.contains(&counts), "{counts} is missing: {told}");
    let watched = machines.sfn(&["map-run", "watch", map_run.trim_end()]).expect(6);
    assert!(watched.stderr.contains("the map run FAILED: 2: "), "{watched:?}");
    assert!(watched.stderr.contains(&format!("hint: opsctl --sandbox sfn explain {arn}\n")), "{watched:?}");
}

#[test]
fn of_express_children_the_counts_are_told_and_where_their_events_are() {
    let machines = Machines::new();
    let processor = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "Item", "States": {"Item": {"Type": "Fail", "Error": "BadItem"}}});
    let machine = machines
        .create("orders", &only(&json!({"Type": "Map", "Label": "Items", "ItemProcessor": processor})));
    let arn = machines.ran(&machine, "run-1", &json!([1]));
    let unkept = "the children of the map run are Express executions: no history of them is kept: the logging of \
        orders is off";
    let told = squeezed(&machines.sfn(&["explain", &arn]).expect(0).stdout);
    assert!(told.contains("map run items 1: 1 failed\n") && told.contains(unkept), "{told}");
    let map_run = machines.sfn(&["map-run", "list", &arn, "--columns", "arn", "-o", "text"]).expect(0).stdout;
    let shown = machines.sfn(&["map-run", "show", map_run.trim_end()]).expect(0);
    assert!(shown.stderr.starts_with(unkept) && !shown.stderr.contains("hint"), "{shown:?}");
    let listed = machines.sfn(&["executions", map_run.trim_end()]).expect(2);
    assert!(listed.stderr.contains("the children of the map run are Express executions"), "{listed:?}");
}

#[test]
fn what_is_long_is_cut_into_a_pipe_too() {
    let machines = Machines::new();
    let machine =
        machines.create("orders", &only(&json!({"Type": "Fail", "Error": "Long", "CausePath": "$.why"})));
    let why = "y".repeat(22_500);
    let arn = machines.ran(&machine, "run-1", &json!({"why": why}));
    let told = machines.sfn(&["explain", &arn]).expect(0).stdout;
    assert!(told.contains("yyy... 22 KB more; -o json has it all\n"), "{told}");
    assert!(told.len() < 3000, "{told}");
    let document = machines.sfn(&["explain", &arn, "-o", "json"]).expect(0).json();
    assert_eq!(document["item"]["decoded"]["message"], why);
    let watched = machines.sfn(&["watch", &arn]).expect(6);
    assert!(watched.stderr.len() < 1500 && watched.stderr.contains("yyy... 22 KB more"), "{watched:?}");
}

/// A history of so many events: a loop, and a task that fails in the end.
fn long(events: u64) -> impl Fn(&Request) -> Reply + Send + Sync {
    move |request| {
        let asked: Value = serde_json::from_str(&request.body).unwrap_or_default();
        match request.operation.as_str() {
            "DescribeExecution" => Reply::json(json!({
                "executionArn": EXECUTION, "stateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:orders",
                "name": "run-1", "status": "TIMED_OUT", "startDate": 1_795_000_000, "stopDate": 1_795_000_004,
            })),
            "GetExecutionHistory" => {
                if asked["includeExecutionData"] == true && events == 3 {
                    return Reply::error(400, "KmsAccessDeniedException", "the key is not for you");
                }
                let last = asked["nextToken"].as_str().map_or(events, |token| token.parse().unwrap());
                let first = last.saturating_sub(1000);
                let page: Vec<Value> = (first + 1..=last).rev().map(|id| event(id, events)).collect();
                let mut answer = json!({ "events": page });
                if first > 0 {
                    answer["nextToken"] = json!(first.to_string());
                }
                Reply::json(answer)
            }
            other => Reply::error(400, "UnknownOperationException", other),
        }
    }
}

fn event(id: u64, last: u64) -> Value {
    let (kind, details) = match id {
        1 => ("ExecutionStarted", json!({})),
        2 => ("WaitStateEntered", json!({"stateEnteredEventDetails": {"name": "Rest"}})),
        id if id == last => ("ExecutionTimedOut", json!({})),
        id if id % 2 == 1 => ("PassStateEntered", json!({"stateEnteredEventDetails": {"name": "Loop"}})),
        _ => ("PassStateExited", json!({"stateExitedEventDetails": {"name": "Loop"}})),
    };
    let previous = if id <= 3 { 0 } else { id - 1 };
    let mut event = json!({"id": id, "previousEventId": previous, "type": kind, "timestamp": 1_795_000_000});
    if let Some((name, details)) = details.as_object().and_then(|details| details.iter().next()) {
        event[name] = details.clone();
    }
    event
}

fn asked(aws: &FakeAws) -> Vec<Value> {
    let requests = aws.requests();
    let history = requests.iter().filter(|request| request.operation == "GetExecutionHistory");
    history.map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

#[test]
fn a_history_of_25_000_events_takes_no_more_than_26_calls() {
    let aws = FakeAws::start(long(25_000));
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    let ran = sealed.run(["sfn", "explain", EXECUTION]).expect(0);
    let told = squeezed(&ran.stdout);
    assert!(told.contains("ran Rest (Wait), since ") && told.contains("Loop was entered 12"), "{ran:?}");
    let asked = asked(&aws);
    assert!(asked.len() <= 26, "{} calls", asked.len());
    assert!(asked.iter().all(|asked| asked["maxResults"] == 1000 && asked["reverseOrder"] == true));
}

#[test]
fn a_history_whose_data_is_left_out_is_explained_without() {
    let aws = FakeAws::start(long(3));
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    let ran = sealed.run(["sfn", "explain", EXECUTION]).expect(0);
    let told = squeezed(&ran.stdout);
    assert!(
        told.contains("ran Rest (Wait)") && told.contains("input not shown: the data is encrypted"),
        "{ran:?}"
    );
    assert_eq!(asked(&aws).last().unwrap()["includeExecutionData"], false);
    let document = sealed.run(["sfn", "explain", EXECUTION, "-o", "json"]).expect(0).json();
    assert_eq!(
        (&document["item"]["dataLeftOut"], &document["item"]["running"][0]["input"]),
        (&json!(true), &json!(null))
    );
}
