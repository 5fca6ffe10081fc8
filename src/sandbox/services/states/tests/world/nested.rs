//! Executions that tasks start, and wait for.

use super::super::Sandbox;
use super::{SETTINGS, forget, task};
use serde_json::{Value, json};
use std::path::Path;

#[tokio::test]
async fn executions_start_others_and_wait_for_them() {
    let sandbox = Sandbox::with(SETTINGS);
    let pass = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": {"r": 1}, "End": true}}});
    let child = sandbox.machine("child", pass).await;
    let start = |name: &str, input: Value| json!({"StateMachineArn": child, "Name": name, "Input": input});
    let begun = sandbox.call_of("states:startExecution", start("c1", Value::Null)).await.unwrap();
    assert_eq!(begun["ExecutionArn"], "arn:aws:states:us-east-1:111111111111:execution:child:c1");
    assert!(begun["StartDate"].is_u64() && begun["SdkHttpMetadata"].is_object(), "{begun}");
    let sync = sandbox.call_of("states:startExecution.sync", start("c2", json!({"a": 1}))).await.unwrap();
    assert_eq!((&sync["Input"], &sync["Output"]), (&json!("{\"a\":1}"), &json!("{\"r\":1}")));
    assert_eq!((&sync["Status"], &sync["InputDetails"]), (&json!("SUCCEEDED"), &json!({"Included": true})));
    assert_eq!((&sync["Name"], &sync["StateMachineArn"]), (&json!("c2"), &json!(child)));
    assert!(sync["StartDate"].is_u64() && sync["StopDate"].is_u64());
    let decoded = sandbox.call_of("states:startExecution.sync:2", start("c3", Value::Null)).await.unwrap();
    assert_eq!((&decoded["Input"], &decoded["Output"]), (&json!({}), &json!({"r": 1})));
    let unnamed = json!({"StateMachineArn": child});
    let unnamed = sandbox.call_of("states:startExecution.sync:2", unnamed).await.unwrap();
    assert_eq!(unnamed["Name"].as_str().map(str::len), Some(36));
    let sdk =
        sandbox.call_of("aws-sdk:sfn:startExecution", start("c4", json!({"key": "value"}))).await.unwrap();
    assert_eq!(sdk.as_object().unwrap().keys().collect::<Vec<_>>(), ["ExecutionArn", "StartDate"]);
    assert!(sdk["StartDate"].as_str().unwrap().ends_with('Z'));

    let fail =
        json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "SomeFailure", "Cause": "why"}}});
    let failing = sandbox.machine("failing", fail).await;
    let parameters = json!({"StateMachineArn": failing, "Name": "f"});
    let (error, cause) = sandbox.call_of("states:startExecution.sync", parameters).await.unwrap_err();
    let cause: Value = serde_json::from_str(&cause).unwrap();
    assert_eq!(
        (error.as_str(), &cause["Error"], &cause["Cause"]),
        ("States.TaskFailed", &json!("SomeFailure"), &json!("why"))
    );
    assert_eq!((&cause["Status"], &cause["Name"]), (&json!("FAILED"), &json!("f")));
    for (resource, parameters, error, cause) in [
        (
            "states:startExecution",
            start("c1", json!({"other": 1})),
            "StepFunctions.ExecutionAlreadyExistsException",
            "Execution Already Exists: 'arn:aws:states:us-east-1:111111111111:execution:child:c1' (Service: AWSStepFunctions; \
             Status Code: 400; Error Code: ExecutionAlreadyExists; Request ID: ",
        ),
        (
            "states:startExecution.sync",
            json!({"StateMachineArn": child.replace("child", "none")}),
            "StepFunctions.StateMachineDoesNotExistException",
            "State Machine Does Not Exist: ",
        ),
        (
            "states:startExecution",
            start("c5", json!("no JSON")),
            "StepFunctions.InvalidExecutionInputException",
            "Invalid State Machine",
        ),
        (
            "aws-sdk:sfn:describeExecution",
            json!({"ExecutionArn": child.replace("stateMachine", "execution") + ":none"}),
            "Sfn.ExecutionDoesNotExistException",
            "Execution Does Not Exist: ",
        ),
    ] {
        let failed = sandbox.call_of(resource, parameters).await.unwrap_err();
        assert!(failed.0 == error && failed.1.starts_with(cause), "{resource}: {failed:?}");
    }
}

/// A child that waits for a worker, and its parent.
async fn family(sandbox: &Sandbox, name: Option<&str>) -> (String, String, String) {
    let activity = sandbox.call("CreateActivity", json!({"name": "a"})).await.unwrap();
    let activity = activity["activityArn"].as_str().unwrap().to_owned();
    let wait = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": activity, "End": true}}});
    let child = sandbox.machine("child", wait).await;
    let mut parameters = json!({"StateMachineArn": child, "Input": {"n": 1}});
    if let Some(name) = name {
        parameters["Name"] = name.into();
    }
    let parent = sandbox.machine("parent", task("states:startExecution.sync:2", parameters)).await;
    let parent = sandbox.begin(&parent, "p", json!({})).await;
    let submitted = sandbox.has(&parent, "TaskSubmitted").await;
    let output: Value =
        serde_json::from_str(submitted["taskSubmittedEventDetails"]["output"].as_str().unwrap()).unwrap();
    (activity, parent, output["ExecutionArn"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_child_is_followed_after_a_restart_and_started_once() {
    for (name, is_forgotten) in [(None, false), (None, true), (Some("mine"), true)] {
        let sandbox = Sandbox::with(SETTINGS);
        let (activity, parent, child) = family(&sandbox, name).await;
        sandbox.has(&child, "ActivityScheduled").await;
        let change = |folder: &Path| {
            if is_forgotten {
                forget(folder, &parent, "Submitted");
            }
        };
        let sandbox = sandbox.again_after(change).await;
        let work = sandbox.call("GetActivityTask", json!({"activityArn": activity})).await.unwrap();
        let done = json!({"taskToken": work["taskToken"], "output": "{\"done\":true}"});
        sandbox.call("SendTaskSuccess", done).await.unwrap();
        sandbox.end(&parent).await;
        let output: Value =
            serde_json::from_str(sandbox.described(&parent).await["output"].as_str().unwrap()).unwrap();
        assert_eq!((&output["ExecutionArn"], &output["Output"]), (&json!(child), &json!({"done": true})));
        let children = sandbox.account.states.executions.list_of(|known| known.head.machine == "child");
        assert_eq!(children.len(), 1);
    }
}

#[tokio::test]
async fn a_child_ends_with_its_parent_and_not_with_the_sandbox() {
    let sandbox = Sandbox::with(SETTINGS);
    let (_, parent, child) = family(&sandbox, None).await;
    let sandbox = sandbox.again().await;
    assert_eq!(sandbox.described(&child).await["status"], "RUNNING");
    // Followed once more, before the parent is stopped.
    sandbox.has(&child, "ActivityScheduled").await;
    sandbox.call("StopExecution", json!({"executionArn": parent})).await.unwrap();
    sandbox.end(&child).await;
    assert_eq!(sandbox.described(&child).await["status"], "ABORTED");
}
