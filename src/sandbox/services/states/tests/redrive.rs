use super::{Sandbox, code, machine};
use serde_json::{Value, json};

fn redrive(arn: &str) -> Value {
    json!({"executionArn": arn})
}

#[tokio::test]
async fn a_failed_execution_goes_on_from_the_state_that_failed() {
    let sandbox = Sandbox::new();
    let worker = sandbox.worker("sign").await;
    let mut first = worker.task();
    first.as_object_mut().unwrap().remove("End");
    first["Next"] = json!("B");
    let arn = sandbox.make("m", machine(json!({"A": first, "B": worker.task()})), "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!({"n": 1})).await.unwrap();
    let running = sandbox.call("RedriveExecution", redrive(&execution)).await.unwrap_err();
    assert_eq!(running.code, "ExecutionNotRedrivable");
    assert_eq!(running.message, "Execution is RUNNING and cannot be redriven");
    worker.succeed().await;
    worker.fail().await;
    sandbox.end(&execution).await;
    let described = sandbox.describe(&execution).await;
    assert_eq!((&described["redriveStatus"], &described["redriveCount"]), (&json!("REDRIVABLE"), &json!(0)));

    let request = json!({"executionArn": execution, "clientToken": "once"});
    let answer = sandbox.call("RedriveExecution", request.clone()).await.unwrap();
    // The same token is the same redrive, whatever has become of it.
    assert_eq!(sandbox.call("RedriveExecution", request).await.unwrap(), answer);
    let described = sandbox.describe(&execution).await;
    assert_eq!(described["status"], "RUNNING");
    assert_eq!(described["redriveCount"], 1);
    assert_eq!(described["redriveDate"], answer["redriveDate"]);
    for gone in ["stopDate", "error", "cause"] {
        assert!(described.get(gone).is_none(), "{gone}");
    }
    worker.succeed().await;
    sandbox.end(&execution).await;
    let described = sandbox.describe(&execution).await;
    assert_eq!((&described["status"], &described["output"]), (&json!("SUCCEEDED"), &json!("{\"n\":1}")));
    let history = sandbox.call("GetExecutionHistory", json!({"executionArn": execution})).await.unwrap();
    let events = history["events"].as_array().unwrap();
    let at = events.iter().position(|event| event["type"] == "ExecutionRedriven").unwrap();
    assert_eq!(events[at]["executionRedrivenEventDetails"], json!({"redriveCount": 1}));
    assert_eq!(events[at - 1]["type"], "ExecutionFailed");
    assert_eq!(events[at + 1]["type"], "ActivityScheduled");
    let again = sandbox.call("RedriveExecution", redrive(&execution)).await.unwrap_err();
    assert_eq!(again.message, "Execution is SUCCEEDED and cannot be redriven");

    let list = async |filter: &str| {
        let request = json!({"stateMachineArn": arn, "redriveFilter": filter});
        let listed = sandbox.call("ListExecutions", request).await;
        listed.map(|listed| listed["executions"].as_array().unwrap().len())
    };
    assert_eq!(list("REDRIVEN").await.unwrap(), 1);
    assert_eq!(list("NOT_REDRIVEN").await.unwrap(), 0);
    assert_eq!(list("redriven").await.unwrap_err().code, "ValidationException");
}

#[tokio::test]
async fn a_redrive_is_known_to_the_next_sandbox() {
    let sandbox = Sandbox::new();
    let worker = sandbox.worker("sign").await;
    let arn = sandbox.make("m", machine(json!({"A": worker.task()})), "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!({"n": 1})).await.unwrap();
    worker.fail().await;
    sandbox.end(&execution).await;
    let sandbox = sandbox.again().await;
    sandbox.call("RedriveExecution", redrive(&execution)).await.unwrap();
    let sandbox = sandbox.again().await;
    let described = sandbox.describe(&execution).await;
    assert_eq!((&described["status"], &described["redriveCount"]), (&json!("RUNNING"), &json!(1)));
    let worker = sandbox.worker("sign").await;
    worker.fail().await;
    sandbox.end(&execution).await;
    sandbox.call("RedriveExecution", redrive(&execution)).await.unwrap();
    worker.succeed().await;
    sandbox.end(&execution).await;
    let types = sandbox.types(&execution).await;
    let sandbox = sandbox.again().await;
    let described = sandbox.describe(&execution).await;
    assert_eq!((&described["status"], &described["redriveCount"]), (&json!("SUCCEEDED"), &json!(2)));
    assert_eq!(sandbox.types(&execution).await, types);
    assert_eq!(types.iter().filter(|name| *name == "ExecutionRedriven").count(), 2);
}

#[tokio::test]
async fn an_execution_that_was_stopped_goes_on() {
    let sandbox = Sandbox::new();
    let worker = sandbox.worker("sign").await;
    let arn = sandbox.make("m", machine(json!({"A": worker.task()})), "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!(1)).await.unwrap();
    let (_, token) = worker.take().await;
    sandbox.call("StopExecution", redrive(&execution)).await.unwrap();
    sandbox.call("RedriveExecution", redrive(&execution)).await.unwrap();
    // What was under way before is nobody's business any longer.
    let stale = json!({"taskToken": token, "output": "1"});
    assert_eq!(code(sandbox.call("SendTaskSuccess", stale).await), "TaskTimedOut");
    worker.succeed().await;
    sandbox.end(&execution).await;
    assert_eq!(sandbox.describe(&execution).await["status"], "SUCCEEDED");
}

#[tokio::test]
async fn what_cannot_be_redriven_says_why() {
    let sandbox = Sandbox::new();
    let fails = machine(json!({"F": {"Type": "Fail", "Error": "E"}}));
    let arn = sandbox.make("m", fails.clone(), "STANDARD").await;
    let old = sandbox.start(&arn, "old", json!({})).await.unwrap();
    sandbox.end(&old).await;
    for (given, expected) in [
        ("arn:aws:states:us-east-1:111111111111:execution:m:none", "ExecutionDoesNotExist"),
        ("arn:aws:states:us-east-1:111111111111:execution:m/Each:none", "ExecutionDoesNotExist"),
        ("arn:aws:states:us-east-1:111111111111:express:m:a:b", "InvalidArn"),
        (&arn, "InvalidArn"),
    ] {
        assert_eq!(code(sandbox.call("RedriveExecution", redrive(given)).await), expected, "{given}");
    }
    let long = json!({"executionArn": old, "clientToken": "t".repeat(65)});
    assert_eq!(code(sandbox.call("RedriveExecution", long).await), "ValidationException");

    // As if it had ended more than fourteen days ago.
    let folder = sandbox.folder.join("states/executions");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let journal = std::fs::read_to_string(&file).unwrap();
    let lines = journal.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if let Some(end) = line.get_mut("End") {
            end["at"] = json!("2024-01-01T00:00:00Z");
        }
        line.to_string() + "\n"
    });
    std::fs::write(&file, lines.collect::<String>()).unwrap();
    let sandbox = sandbox.again().await;
    let described = sandbox.describe(&old).await;
    assert_eq!(described["redriveStatus"], "NOT_REDRIVABLE");
    assert_eq!(described["redriveStatusReason"], "Execution redrivable period exceeded");
    let refused = sandbox.call("RedriveExecution", redrive(&old)).await.unwrap_err();
    assert_eq!(refused.message, "Execution redrivable period exceeded");

    let young = sandbox.start(&arn, "young", json!({})).await.unwrap();
    sandbox.end(&young).await;
    sandbox.call("DeleteStateMachine", json!({"stateMachineArn": arn})).await.unwrap();
    let refused = sandbox.call("RedriveExecution", redrive(&young)).await.unwrap_err();
    assert_eq!(refused.message, "State machine is in DELETING status");
}
