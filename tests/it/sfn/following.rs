//! Executions that are followed to their end: `sfn run`, `sfn watch`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Stdio};
use std::sync::Mutex;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::only;
use crate::support::machines::Machines;
use crate::support::{FakeAws, Reply, Request, Sealed, Terminal};

const EXECUTION: &str = "arn:aws:states:eu-west-1:111122223333:execution:orders:run-1";

fn waiting() -> Value {
    json!({"StartAt": "Note", "States": {
        "Note": {"Type": "Pass", "Next": "Rest"},
        "Rest": {"Type": "Wait", "Seconds": 3600, "End": true},
    }})
}

/// Lines of stderr without their times.
fn lines(stderr: &str) -> Vec<&str> {
    stderr.lines().map(|line| line.split_once("Z  ").map_or(line, |(_, text)| text)).collect()
}

#[test]
fn what_happens_is_told_in_lines_where_there_is_no_terminal() {
    let machines = Machines::new();
    let item = json!({"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}});
    machines.create(
        "orders",
        &json!({"StartAt": "Each", "States": {
            "Each": {"Type": "Map", "ItemProcessor": item, "Next": "Call"},
            "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Parameters": {"FunctionName": "none"},
                "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]},
            "Sorry": {"Type": "Fail", "Error": "Sorry", "Cause": "{\"errorMessage\": \"said inside\"}"},
        }}),
    );
    let ran = machines.sfn(&["run", "orders", "--name", "run-1", "--input", "[1, 2]"]).expect(6);
    let told = lines(&ran.stderr);
    let at = |text: &str| {
        let found = told.iter().position(|line| line.starts_with(text));
        found.unwrap_or_else(|| panic!("{text} is missing: {ran:#?}"))
    };
    let order = [
        "started orders:run-1",
        "Each begins",
        "Each is done after ",
        "Call begins",
        "Call failed: ",
        "Call failed in its attempt 2: ",
        "Call goes on with the error caught after ",
        "Sorry is reached, a Fail state",
        "error: the execution orders:run-1 FAILED in Sorry after ",
        "  cause: said inside",
        "  hint: opsctl --sandbox sfn explain arn:",
    ];
    assert!(order.map(at).is_sorted(), "{told:#?}");
    assert!(!told.iter().any(|line| line.contains("Item")), "items are counted, not told: {told:#?}");
    assert!(ran.stdout.contains("FAILED") && ran.stdout.contains("said inside"), "{ran:#?}");
}

#[test]
fn what_was_before_is_summed_up_and_the_end_is_the_exit_code() {
    let machines = Machines::new();
    let machine = machines.create("orders", &only(&json!({"Type": "Pass", "Result": {"ok": true}})));
    let arn = machines.ran(&machine, "run-1", &json!({}));
    let ran = machines.sfn(&["watch", "orders:run-1"]).expect(0);
    assert_eq!(lines(&ran.stderr)[0], "orders:run-1: 4 events");
    assert!(ran.stderr.contains("the execution orders:run-1 SUCCEEDED after "), "{ran:?}");
    assert_eq!(ran.stdout, "");
    let ran = machines.sfn(&["watch", &arn, "-o", "json"]).expect(0);
    assert_eq!(ran.json()["item"]["output"], "{\"ok\":true}");
    let stopped = machines.create("slow", &waiting());
    let arn = machines.start(&stopped, "one", &json!({}));
    machines.with_client(async |client| {
        client.stop_execution().execution_arn(&arn).error("Enough").cause("it is late").send().await.unwrap()
    });
    let ran = machines.sfn(&["watch", "one"]).expect(6);
    assert!(ran.stderr.contains("the execution slow:one ABORTED after "), "{ran:?}");
    assert!(ran.stderr.contains(": Enough\n  cause: it is late\n"), "{ran:?}");
}

#[test]
fn the_tree_is_drawn_on_a_terminal_and_left_there() {
    let machines = Machines::new();
    let machine = machines.create("slow", &waiting());
    let arn = machines.start(&machine, "run-1", &json!({}));
    let mut terminal =
        Terminal::opsctl(&machines.sealed, (100, 30), &["--sandbox", "sfn", "watch", "slow:run-1"]);
    terminal.wait_for("▸ Rest");
    machines.with_client(async |client| client.stop_execution().execution_arn(&arn).send().await.unwrap());
    let (screen, status, _) = terminal.end();
    assert_eq!(status.code(), Some(6), "{screen}");
    let left = screen.rsplit("✓ Note").next().unwrap();
    assert!(left.contains("- Rest") && left.contains("ABORTED"), "{screen}");
}

fn distributed() -> Value {
    only(&json!({"Type": "Map", "Label": "Items", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": true}}}}))
}

#[test]
fn the_items_of_a_distributed_map_are_counted_to_the_end() {
    let machines = Machines::new();
    let machine = machines.create("orders", &distributed());
    let ran = machines.sfn(&["run", "orders", "--input", "[1, 2, 3]"]).expect(0);
    let told = lines(&ran.stderr);
    assert_eq!(told.iter().rfind(|line| line.starts_with("S: ")), Some(&"S: 3 of 3 items"), "{ran:#?}");
    machines.ran(&machine, "run-1", &json!([1, 2, 3]));
    let args = ["--sandbox", "sfn", "watch", "orders:run-1"];
    let (screen, status, _) = Terminal::opsctl(&machines.sealed, (100, 30), &args).end();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert!(screen.contains("succeeded 3 of 3"), "{screen}");
}

#[test]
fn a_tree_taller_than_the_screen_leaves_the_state_that_failed() {
    let machines = Machines::new();
    let mut states = serde_json::Map::new();
    for number in 1..30 {
        states.insert(
            format!("State{number}"),
            json!({"Type": "Pass", "Next": format!("State{}", number + 1)}),
        );
    }
    states.insert("State30".to_owned(), json!({"Type": "Fail", "Error": "Late"}));
    let machine = machines.create("tall", &json!({"StartAt": "State1", "States": states}));
    machines.ran(&machine, "run-1", &json!({}));
    let args = ["--sandbox", "sfn", "watch", "tall:run-1"];
    let (screen, status, _) = Terminal::opsctl(&machines.sealed, (100, 12), &args).end();
    assert_eq!(status.code(), Some(6), "{screen}");
    let left = screen.rsplit("✓ State1 ").next().unwrap();
    assert!(left.contains("✗ State30") && left.contains("and 20 more"), "{screen}");
    assert!(left.contains("the execution tall:run-1 FAILED in State30 after "), "{screen}");
}

#[test]
fn ages_are_those_of_the_moment_they_are_shown_at() {
    let mut machines = Machines::new();
    machines.create("slow", &only(&json!({"Type": "Wait", "Seconds": 2})));
    machines.sealed.set("OPSCTL_FIXED_CLOCK", "");
    let (screen, status, _) =
        Terminal::opsctl(&machines.sealed, (100, 30), &["--sandbox", "sfn", "run", "slow"]).end();
    assert_eq!(status.code(), Some(0), "{screen}");
    let ended = screen.lines().rfind(|line| line.starts_with("Ended")).unwrap_or_default();
    assert!(!ended.is_empty() && !ended.contains(" in "), "{screen}");
}

#[test]
fn an_aws_that_is_away_for_a_while_is_told_of() {
    let looks = Mutex::new(0);
    let known = growing(Mutex::new(2));
    let aws = FakeAws::start(move |request| {
        if request.operation == "GetExecutionHistory" {
            let mut looks = looks.lock().unwrap();
            *looks += 1;
            if *looks == 3 {
                return Reply::none();
            }
        }
        known(request)
    });
    let sealed = signed_in_to(&aws);
    let args = ["sfn", "watch", EXECUTION, "--interval", "100ms", "--max-attempts", "1"];
    let ran = sealed.run(args).expect(0);
    let told = lines(&ran.stderr);
    let away =
        told.iter().position(|line| line.starts_with("warning: AWS cannot be reached, and is tried again: "));
    let back = told.iter().position(|line| *line == "AWS answers again");
    assert!(away.is_some() && away < back, "{ran:#?}");
}

/// `sfn` in the background, and what it says.
fn spawned(machines: &Machines, args: &[&str]) -> (Child, BufReader<ChildStderr>) {
    let mut command = machines.sealed.command([&["--sandbox", "sfn"], args].concat());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    (child, stderr)
}

#[test]
fn ctrl_c_leaves_the_execution_alone_and_says_how_to_come_back() {
    let machines = Machines::new();
    machines.create("slow", &waiting());
    let arn = "arn:aws:states:eu-west-1:111122223333:execution:slow:run-1";
    for args in [&["run", "slow", "--name", "run-1"][..], &["watch", "slow:run-1"]] {
        let (mut child, mut stderr) = spawned(&machines, args);
        let mut said = String::new();
        while !said.contains("Rest") {
            assert!(stderr.read_line(&mut said).unwrap() > 0, "it ended: {said}");
        }
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        stderr.read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
        assert!(said.contains("no longer waiting for the execution slow:run-1 to end; it goes on"), "{said}");
        assert!(said.contains(&format!("hint: opsctl --sandbox sfn watch {arn}\n")), "{said}");
    }
    let ran = machines.sfn(&["watch", "slow:run-1", "--timeout", "1s"]).expect(8);
    assert!(ran.stderr.contains("it goes on\n  hint: opsctl --sandbox sfn watch "), "{ran:?}");
    let status = machines.with_client(async |client| {
        client.describe_execution().execution_arn(arn).send().await.unwrap().status
    });
    assert_eq!(status.as_str(), "RUNNING");
}

fn event(id: u64, kind: &str, details: Value) -> Value {
    let mut event = json!({"id": id, "previousEventId": id - 1, "type": kind, "timestamp": 1_795_000_000});
    if let Some((name, details)) = details.as_object().and_then(|details| details.iter().next()) {
        event[name] = details.clone();
    }
    event
}

/// A history that grows by one event a look, and ends.
fn growing(looks: Mutex<u64>) -> impl Fn(&Request) -> Reply + Send + Sync {
    let entered = json!({"stateEnteredEventDetails": {"name": "Rest"}});
    let all = [
        event(1, "ExecutionStarted", json!({})),
        event(2, "WaitStateEntered", entered),
        event(3, "WaitStateExited", json!({"stateExitedEventDetails": {"name": "Rest"}})),
        event(4, "ExecutionSucceeded", json!({})),
    ];
    move |request| {
        let asked: Value = serde_json::from_str(&request.body).unwrap_or_default();
        match request.operation.as_str() {
            "GetExecutionHistory" if asked["reverseOrder"] == true => {
                let mut looks = looks.lock().unwrap();
                *looks += 1;
                // Busy for once.
                if *looks == 2 {
                    return Reply::error(400, "ThrottlingException", "Rate exceeded");
                }
                let last = if *looks < 4 { 3 } else { 4 };
                let events: Vec<&Value> = all[..last].iter().rev().collect();
                Reply::json(json!({ "events": events }))
            }
            "GetExecutionHistory" if asked["nextToken"] == "second" => {
                Reply::json(json!({"events": all[1..2]}))
            }
            "GetExecutionHistory" => Reply::json(json!({"events": all[..1], "nextToken": "second"})),
            "DescribeStateMachineForExecution" => Reply::json(json!({
                "stateMachineArn": "m", "name": "orders", "roleArn": "r", "updateDate": 1_795_000_000,
                "definition": only(&json!({"Type": "Wait", "Seconds": 9})).to_string().replace("\"S\"", "\"Rest\""),
            })),
            "DescribeExecution" => Reply::json(json!({
                "executionArn": EXECUTION, "stateMachineArn": "m", "name": "run-1", "status": "SUCCEEDED",
                "startDate": 1_795_000_000, "stopDate": 1_795_000_004,
            })),
            other => Reply::error(400, "UnknownOperationException", other),
        }
    }
}

fn signed_in_to(aws: &FakeAws) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    sealed
}

#[test]
fn only_what_is_new_is_fetched_and_without_its_data() {
    let aws = FakeAws::start(growing(Mutex::new(0)));
    let sealed = signed_in_to(&aws);
    let ran = sealed.run(["sfn", "watch", EXECUTION, "--interval", "100ms"]).expect(0);
    assert_eq!(lines(&ran.stderr)[..2], ["orders:run-1: 2 events, in Rest", "Rest is done after 0 ms"]);
    let asked: Vec<Value> = aws
        .requests()
        .iter()
        .filter(|request| request.operation == "GetExecutionHistory")
        .map(|request| serde_json::from_str(&request.body).unwrap())
        .collect();
    assert!(asked.iter().all(|asked| asked["includeExecutionData"] == false), "{asked:#?}");
    let sizes: Vec<_> =
        asked.iter().map(|asked| (asked["reverseOrder"] == true, asked["maxResults"].as_u64())).collect();
    let (forward, backward) = ((false, Some(1000)), (true, Some(25)));
    assert_eq!(sizes[..3], [forward, forward, backward]);
    assert!(sizes[3..].iter().all(|size| *size == backward), "{sizes:?}");
    let described = aws.operations().iter().filter(|operation| *operation == "DescribeExecution").count();
    assert_eq!(described, 1, "it is described when it is over: {:?}", aws.operations());
}

#[test]
fn what_cannot_be_followed_says_why() {
    let machines = Machines::new();
    machines.create("orders", &waiting());
    machines.create_express("quick", &only(&json!({"Type": "Pass"})));
    for (execution, code, expected) in [
        ("orders:none", 3, "the state machine orders has no execution called none"),
        ("quick:run-1", 2, "EXPRESS"),
        ("arn:aws:states:eu-west-1:111122223333:express:quick:run-1:7", 2, "EXPRESS"),
        ("arn:aws:states:us-east-2:111122223333:execution:orders:run-1", 2, "--region us-east-2"),
        (
            "arn:aws:states:eu-west-1:999999999999:execution:orders:run-1",
            3,
            "hint: the ARN is of the account 999999999999, and the credentials are of 111122223333",
        ),
        ("orders:none", 3, "hint: opsctl --sandbox sfn executions orders\n"),
    ] {
        let ran = machines.sfn(&["watch", execution]).expect(code);
        assert!(ran.stderr.contains(expected), "{execution}: {ran:?}");
    }
}
