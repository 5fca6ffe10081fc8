//! Executions outlive a sandbox that is killed: all of them are there in the next one, and all come to their end.

use std::collections::BTreeMap;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::ExecutionStatus;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::machines::States;
use crate::support::{Sandbox, Sealed, until};

const ALL: usize = 100;

/// States of all kinds; every third execution waits for a second and then for a worker, every third fails in a branch.
fn mixed(activity: &str) -> Value {
    json!({"StartAt": "Begin", "States": {
        "Begin": {"Type": "Pass", "ResultPath": "$.begun", "Result": true, "Next": "Both"},
        "Both": {"Type": "Parallel", "ResultPath": "$.both", "Next": "End", "Branches": [
            {"StartAt": "Kind", "States": {
                "Kind": {"Type": "Choice", "Default": "Quick", "Choices": [
                    {"Variable": "$.kind", "NumericEquals": 1, "Next": "Slow"},
                    {"Variable": "$.kind", "NumericEquals": 2, "Next": "Bad"}]},
                "Quick": {"Type": "Pass", "End": true},
                "Slow": {"Type": "Wait", "Seconds": 1, "Next": "Held"},
                "Held": {"Type": "Task", "Resource": activity, "End": true},
                "Bad": {"Type": "Fail", "Error": "Bad", "Cause": "it is its kind"},
            }},
            {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemsPath": "$.items", "End": true,
                "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}}}},
        ]},
        "End": {"Type": "Pass", "Parameters": {"n.$": "$.n", "items.$": "$.both[1]"}, "End": true},
    }})
}

fn name(number: usize) -> String {
    format!("run-{number:03}")
}

/// Starts executions until one is refused or nobody answers: how many were.
async fn start(client: &Client, machine: &str, numbers: std::ops::Range<usize>) -> usize {
    let mut answered = 0;
    for number in numbers {
        let input = json!({"n": number, "kind": number % 3, "items": [1, 2, 3]});
        let call = client.start_execution().state_machine_arn(machine).name(name(number));
        if call.input(input.to_string()).send().await.is_err() {
            break;
        }
        answered += 1;
    }
    answered
}

/// All executions by their names.
async fn listed(client: &Client, machine: &str) -> BTreeMap<String, ExecutionStatus> {
    let pages = client.list_executions().state_machine_arn(machine).into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    all.into_iter().map(|one| (one.name, one.status)).collect()
}

#[test]
fn none_is_lost_when_the_sandbox_is_killed_in_the_midst_of_them() {
    let sealed = Sealed::new();
    let sandbox = Sandbox::up(&sealed);
    let states = States::of(&sandbox);
    let activity = states.activity("hold");
    let machine = states.create("mixed", &mixed(&activity));
    let folder = sandbox.dir.join("states/executions");
    let pid = Pid::from_raw(i32::try_from(sandbox.pid()).unwrap()).unwrap();
    let killer = std::thread::spawn(move || {
        until(|| std::fs::read_dir(&folder).is_ok_and(|files| files.count() >= ALL / 2).then_some(()));
        kill_process(pid, Signal::KILL).unwrap();
    });
    let answered = states.with_client(async |client| start(client, &machine, 0..ALL).await);
    killer.join().unwrap();
    assert!((ALL / 2 - 1..ALL).contains(&answered), "{answered} had been started");
    sandbox.wait();

    let sandbox = Sandbox::up(&sealed);
    let states = States::of(&sandbox);
    let before = states.with_client(async |client| listed(client, &machine).await);
    for number in 0..answered {
        assert!(before.contains_key(&name(number)), "{number} is lost: {before:?}");
    }
    let held = before.values().filter(|status| **status == ExecutionStatus::Running).count();
    assert!(held >= answered / 3, "{before:?}");
    // The one that nobody was told of may be there as well.
    let next = before.len();
    assert!(next <= answered + 1);
    let rest = states.with_client(async |client| start(client, &machine, next..ALL).await);
    assert_eq!(next + rest, ALL);
    for _ in (0..ALL).filter(|number| number % 3 == 1) {
        let token = states.token(&activity);
        states.with_client(async |client| {
            client.send_task_success().task_token(token).output("true").send().await.unwrap();
        });
    }
    let after = until(|| {
        let all = states.with_client(async |client| listed(client, &machine).await);
        all.values().all(|status| *status != ExecutionStatus::Running).then_some(all)
    });
    assert_eq!(after.len(), ALL);
    for number in 0..ALL {
        let expected = if number % 3 == 2 { ExecutionStatus::Failed } else { ExecutionStatus::Succeeded };
        assert_eq!(after[&name(number)], expected, "{number}");
    }
    // One that waited when the sandbox was killed has one history, and its own output.
    let slow = before.iter().find(|(_, status)| **status == ExecutionStatus::Running).unwrap().0;
    let arn = format!("{}:{slow}", machine.replacen(":stateMachine:", ":execution:", 1));
    let (output, events) = states.with_client(async |client| {
        let described = client.describe_execution().execution_arn(&arn).send().await.unwrap();
        let history = client.get_execution_history().execution_arn(&arn).send().await.unwrap();
        (described.output.unwrap(), history.events)
    });
    let number: usize = slow.trim_start_matches("run-").parse().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&output).unwrap(), json!({"n": number, "items": [1, 2, 3]}));
    let entered = |name: &str| events.iter().filter(|event| event.r#type.as_str() == name).count();
    assert_eq!((entered("WaitStateEntered"), entered("WaitStateExited")), (1, 1));
    assert_eq!((entered("ActivitySucceeded"), entered("ExecutionSucceeded")), (1, 1));
}
