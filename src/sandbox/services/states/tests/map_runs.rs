use super::{Sandbox, code, machine};
use serde_json::{Value, json};

/// A machine that works on each item of its input in a child.
fn each(task: &Value, more: Value) -> Value {
    let mut state = json!({"Type": "Map", "End": true, "Label": "Each", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "T", "States": {"T": task}}});
    super::super::machines::merge(&mut state, more);
    machine(json!({"M": state}))
}

async fn map_run(sandbox: &Sandbox, execution: &str) -> String {
    let listed = sandbox.call("ListMapRuns", json!({"executionArn": execution})).await.unwrap();
    listed["mapRuns"][0]["mapRunArn"].as_str().unwrap().to_owned()
}

async fn children(sandbox: &Sandbox, map_run: &str, more: Value) -> Vec<Value> {
    let mut request = json!({"mapRunArn": map_run});
    super::super::machines::merge(&mut request, more);
    let listed = sandbox.call("ListExecutions", request).await.unwrap();
    listed["executions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn children_are_counted_listed_and_described_and_go_on_after_a_redrive() {
    let sandbox = Sandbox::new();
    let worker = sandbox.worker("sign").await;
    let definition = each(&worker.task(), json!({"MaxConcurrency": 1}));
    let arn = sandbox.make("m", definition, "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!(["a", "b", "c"])).await.unwrap();
    assert_eq!(worker.succeed().await, "a");
    let (_, token) = worker.take().await;
    let run = map_run(&sandbox, &execution).await;
    let describe =
        async |sandbox: &Sandbox| sandbox.call("DescribeMapRun", json!({"mapRunArn": run})).await.unwrap();
    let going = describe(&sandbox).await;
    assert_eq!(going["executionArn"], execution.as_str());
    assert_eq!((&going["status"], &going["maxConcurrency"]), (&json!("RUNNING"), &json!(1)));
    let zero = json!({"pending": 0, "running": 0, "succeeded": 0, "failed": 0, "timedOut": 0, "aborted": 0,
        "total": 3, "resultsWritten": 0, "failuresNotRedrivable": 0, "pendingRedrive": 0});
    let counts = |more: Value| {
        let mut counts = zero.clone();
        super::super::machines::merge(&mut counts, more);
        counts
    };
    assert_eq!(going["itemCounts"], counts(json!({"pending": 1, "running": 1, "succeeded": 1})));

    let fail = json!({"taskToken": token, "error": "Broken", "cause": "as told"});
    sandbox.call("SendTaskFailure", fail).await.unwrap();
    sandbox.end(&execution).await;
    let failed = describe(&sandbox).await;
    assert_eq!(failed["status"], "FAILED");
    assert_eq!(failed["executionCounts"], counts(json!({"pending": 1, "failed": 1, "succeeded": 1})));
    assert!(failed["stopDate"].is_number());

    // All of it is told by the next sandbox, too.
    let sandbox = sandbox.again().await;
    assert_eq!(describe(&sandbox).await, failed);
    let bad = children(&sandbox, &run, json!({"statusFilter": "FAILED"})).await;
    assert_eq!(bad.len(), 1);
    assert_eq!((&bad[0]["itemCount"], &bad[0]["mapRunArn"]), (&json!(1), &json!(run)));
    assert_eq!(children(&sandbox, &run, json!({})).await.len(), 2);
    let child = bad[0]["executionArn"].as_str().unwrap().to_owned();
    assert!(child.starts_with("arn:aws:states:us-east-1:111111111111:execution:m/Each:"), "{child}");
    let described = sandbox.describe(&child).await;
    assert_eq!(described["error"], "Broken");
    assert_eq!((&described["input"], &described["cause"]), (&json!("\"b\""), &json!("as told")));
    assert_eq!(described["redriveStatus"], "REDRIVABLE_BY_MAP_RUN");
    assert_eq!(described["stateMachineArn"], "arn:aws:states:us-east-1:111111111111:stateMachine:m/Each");
    assert_eq!(described["mapRunArn"], run.as_str());
    let events = sandbox.types(&child).await;
    assert_eq!(events[0], "ExecutionStarted");
    assert_eq!(events[events.len() - 2..], ["ActivityFailed", "ExecutionFailed"]);
    let of = json!({"executionArn": child});
    let machine = sandbox.call("DescribeStateMachineForExecution", of.clone()).await.unwrap();
    assert_eq!((&machine["label"], &machine["mapRunArn"]), (&json!("Each"), &json!(run)));
    assert_eq!(code(sandbox.call("RedriveExecution", of).await), "ExecutionNotRedrivable");

    sandbox.call("RedriveExecution", json!({"executionArn": execution})).await.unwrap();
    let worker = sandbox.worker("sign").await;
    assert_eq!(worker.succeed().await, "b");
    assert_eq!(worker.succeed().await, "c");
    sandbox.end(&execution).await;
    assert_eq!(sandbox.describe(&execution).await["output"], "[\"a\",\"b\",\"c\"]");
    let done = describe(&sandbox).await;
    assert_eq!((&done["status"], &done["redriveCount"]), (&json!("SUCCEEDED"), &json!(1)));
    assert_eq!(done["itemCounts"], counts(json!({"succeeded": 3})));
    let again = children(&sandbox, &run, json!({"redriveFilter": "REDRIVEN"})).await;
    assert_eq!((again.len(), &again[0]["executionArn"]), (1, &json!(child)));
    let described = sandbox.describe(&child).await;
    assert_eq!((&described["status"], &described["output"]), (&json!("SUCCEEDED"), &json!("\"b\"")));
    assert_eq!(described["redriveStatusReason"], "Execution is SUCCEEDED and cannot be redriven");
    assert!(sandbox.types(&child).await.contains(&"ExecutionRedriven".to_owned()));
    let types = sandbox.types(&execution).await;
    assert!(types.contains(&"MapRunRedriven".to_owned()), "{types:?}");
}

#[tokio::test]
async fn children_wait_for_room_to_run_once_more() {
    let sandbox = Sandbox::new();
    let worker = sandbox.worker("sign").await;
    let definition = each(&worker.task(), json!({"MaxConcurrency": 2}));
    let arn = sandbox.make("m", definition, "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!(["a", "b"])).await.unwrap();
    worker.take().await;
    worker.fail().await;
    sandbox.end(&execution).await;
    let run = map_run(&sandbox, &execution).await;
    let statuses = async |more: Value| -> Vec<Value> {
        children(&sandbox, &run, more).await.iter().map(|child| child["status"].clone()).collect()
    };
    assert_eq!(statuses(json!({})).await, ["FAILED", "ABORTED"]);
    sandbox.call("RedriveExecution", json!({"executionArn": execution})).await.unwrap();
    worker.take().await;
    worker.take().await;
    assert_eq!(statuses(json!({})).await, ["RUNNING", "RUNNING"]);
    sandbox.call("StopExecution", json!({"executionArn": execution})).await.unwrap();
    assert_eq!(statuses(json!({})).await, ["ABORTED", "ABORTED"]);
}

#[tokio::test]
async fn a_map_run_is_changed_while_it_goes_on() {
    let sandbox = Sandbox::new();
    let worker = sandbox.worker("sign").await;
    let definition = each(&worker.task(), json!({"MaxConcurrency": 1}));
    let arn = sandbox.make("m", definition, "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!([1, 2, 3])).await.unwrap();
    worker.take().await;
    let run = map_run(&sandbox, &execution).await;
    let update = |more: Value| {
        let mut request = json!({"mapRunArn": run});
        super::super::machines::merge(&mut request, more);
        request
    };
    let change = json!({"maxConcurrency": 3, "toleratedFailurePercentage": 50.0});
    assert_eq!(sandbox.call("UpdateMapRun", update(change)).await.unwrap(), json!({}));
    worker.take().await;
    worker.take().await;
    let sandbox = sandbox.again().await;
    let described = sandbox.call("DescribeMapRun", json!({"mapRunArn": run})).await.unwrap();
    assert_eq!((&described["maxConcurrency"], &described["itemCounts"]["running"]), (&json!(3), &json!(3)));
    assert_eq!(described["toleratedFailurePercentage"], 50.0);
    for (more, expected) in [
        (json!({"maxConcurrency": -1}), "ValidationException"),
        (json!({"toleratedFailurePercentage": 101.0}), "ValidationException"),
        (json!({"mapRunArn": "x"}), "InvalidArn"),
        (json!({"mapRunArn": arn}), "InvalidArn"),
        (
            json!({"mapRunArn": "arn:aws:states:us-east-1:111111111111:mapRun:m/Each:none"}),
            "ResourceNotFound",
        ),
    ] {
        assert_eq!(code(sandbox.call("UpdateMapRun", update(more.clone())).await), expected, "{more}");
    }
    sandbox.call("StopExecution", json!({"executionArn": execution})).await.unwrap();
    let over = sandbox.call("UpdateMapRun", update(json!({"maxConcurrency": 1}))).await;
    assert_eq!(code(over), "ValidationException");
}

#[tokio::test]
async fn express_children_are_counted_and_in_no_list() {
    let sandbox = Sandbox::new();
    let mut definition = each(&json!({"Type": "Pass", "End": true}), json!({}));
    definition["States"]["M"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = json!("EXPRESS");
    let arn = sandbox.make("m", definition, "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!([1, 2, 3])).await.unwrap();
    sandbox.end(&execution).await;
    let run = map_run(&sandbox, &execution).await;
    let described = sandbox.call("DescribeMapRun", json!({"mapRunArn": run})).await.unwrap();
    assert_eq!(described["executionCounts"]["succeeded"], 3);
    let list = sandbox.call("ListExecutions", json!({"mapRunArn": run})).await;
    assert_eq!(code(list), "StateMachineTypeNotSupported");
}
