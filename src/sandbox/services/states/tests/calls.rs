use super::{Sandbox, code, machine};
use serde_json::{Value, json};

#[tokio::test]
async fn a_name_and_an_input_are_one_execution_while_it_runs() {
    let sandbox = Sandbox::new();
    let arn = sandbox
        .make("m", machine(json!({"W": {"Type": "Wait", "Seconds": 3600, "End": true}})), "STANDARD")
        .await;
    let first = sandbox.start(&arn, "a", json!({"x": 1})).await.unwrap();
    assert_eq!(first, "arn:aws:states:us-east-1:111111111111:execution:m:a");
    assert_eq!(sandbox.start(&arn, "a", json!({"x": 1})).await.unwrap(), first);
    let refused = sandbox.start(&arn, "a", json!({"x": 2})).await.unwrap_err();
    assert_eq!(refused.code, "ExecutionAlreadyExists");
    assert_eq!(refused.message, format!("Execution Already Exists: '{first}'"));

    let stop = json!({"executionArn": first, "error": "Enough", "cause": "of it"});
    sandbox.call("StopExecution", stop).await.unwrap();
    let described = sandbox.describe(&first).await;
    assert_eq!(described["status"], "ABORTED");
    assert_eq!(described["error"], "Enough");
    assert_eq!(described["redriveStatus"], "REDRIVABLE");
    assert!(described.get("output").is_none());
    let again = sandbox.start(&arn, "a", json!({"x": 1})).await.unwrap_err();
    assert_eq!(again.code, "ExecutionAlreadyExists");
}

#[tokio::test]
async fn executions_are_listed_newest_first_by_what_became_of_them() {
    let sandbox = Sandbox::new();
    let definition = machine(json!({"C": {"Type": "Choice", "Default": "F", "Choices": [
            {"Variable": "$.good", "BooleanEquals": true, "Next": "S"}]},
        "S": {"Type": "Succeed"}, "F": {"Type": "Fail", "Error": "E", "Cause": "C"}}));
    let arn = sandbox.make("m", definition, "STANDARD").await;
    for number in 0..5 {
        let execution =
            sandbox.start(&arn, &format!("e{number}"), json!({"good": number % 2 == 0})).await.unwrap();
        sandbox.end(&execution).await;
    }
    let list = async |request: Value| {
        let mut names = Vec::new();
        let mut request = request;
        loop {
            let page = sandbox.call("ListExecutions", request.clone()).await.unwrap();
            names.extend(page["executions"].as_array().unwrap().iter().map(|one| one["name"].clone()));
            match page.get("nextToken") {
                Some(token) => request["nextToken"] = token.clone(),
                None => return names,
            }
        }
    };
    let request = |more: Value| {
        let mut request = json!({"stateMachineArn": arn});
        super::super::machines::merge(&mut request, more);
        request
    };
    assert_eq!(list(request(json!({"maxResults": 2}))).await, ["e4", "e3", "e2", "e1", "e0"]);
    assert_eq!(list(request(json!({"statusFilter": "FAILED"}))).await, ["e3", "e1"]);
    assert_eq!(list(request(json!({"statusFilter": "RUNNING"}))).await, Vec::<Value>::new());
    assert_eq!(list(request(json!({"redriveFilter": "REDRIVEN"}))).await, Vec::<Value>::new());
    for (more, expected) in [
        (json!({"statusFilter": "failed"}), "ValidationException"),
        (json!({"nextToken": "x"}), "InvalidToken"),
        (json!({"mapRunArn": "x"}), "ValidationException"),
    ] {
        assert_eq!(code(sandbox.call("ListExecutions", request(more)).await), expected);
    }
}

#[tokio::test]
async fn a_history_is_paged_both_ways_and_shown_without_its_data() {
    let sandbox = Sandbox::new();
    let definition = machine(json!({"P": {"Type": "Pass", "Assign": {"v": 1}, "End": true}}));
    let arn = sandbox.make("m", definition, "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!({"a": 1})).await.unwrap();
    sandbox.end(&execution).await;
    assert_eq!(
        sandbox.types(&execution).await,
        ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    );
    let request = json!({"executionArn": execution, "reverseOrder": true, "maxResults": 3});
    let page = sandbox.call("GetExecutionHistory", request.clone()).await.unwrap();
    let ids: Vec<&Value> = page["events"].as_array().unwrap().iter().map(|event| &event["id"]).collect();
    assert_eq!(ids, [4, 3, 2]);
    let mut next = request;
    next["nextToken"] = page["nextToken"].clone();
    let page = sandbox.call("GetExecutionHistory", next).await.unwrap();
    assert_eq!(page["events"][0]["executionStartedEventDetails"]["input"], "{\"a\":1}");
    assert!(page.get("nextToken").is_none());
    let bare = json!({"executionArn": execution, "includeExecutionData": false});
    let bare = sandbox.call("GetExecutionHistory", bare).await.unwrap();
    assert_eq!(
        bare["events"][2]["stateExitedEventDetails"],
        json!({"name": "P", "outputDetails": {"truncated": true}, "assignedVariablesDetails": {"truncated": true}})
    );
}

#[tokio::test]
async fn workers_take_work_and_answer_by_its_token() {
    let sandbox = Sandbox::new();
    let made = sandbox.call("CreateActivity", json!({"name": "sign"})).await.unwrap();
    let activity = made["activityArn"].as_str().unwrap();
    let definition = machine(json!({"A": {"Type": "Task", "Resource": activity, "End": true}}));
    let arn = sandbox.make("m", definition, "STANDARD").await;
    let poll = json!({"activityArn": activity, "workerName": "ann"});
    // A worker that waits is served as soon as there is work.
    let (task, execution) = tokio::join!(
        sandbox.call("GetActivityTask", poll.clone()),
        sandbox.start(&arn, "e", json!({"n": 1}))
    );
    let (task, execution) = (task.unwrap(), execution.unwrap());
    assert_eq!(task["input"], "{\"n\":1}");
    let token = task["taskToken"].clone();
    sandbox.call("SendTaskHeartbeat", json!({"taskToken": token})).await.unwrap();
    let bad = json!({"taskToken": token, "output": "{"});
    assert_eq!(code(sandbox.call("SendTaskSuccess", bad).await), "InvalidOutput");
    let success = json!({"taskToken": token, "output": "{\"done\":true}"});
    sandbox.call("SendTaskSuccess", success.clone()).await.unwrap();
    sandbox.end(&execution).await;
    assert_eq!(sandbox.describe(&execution).await["output"], "{\"done\":true}");
    assert_eq!(code(sandbox.call("SendTaskSuccess", success).await), "TaskTimedOut");
    let unknown = json!({"taskToken": "x", "error": "E"});
    assert_eq!(code(sandbox.call("SendTaskFailure", unknown).await), "InvalidToken");
    let types = sandbox.types(&execution).await;
    assert!(types.contains(&"ActivityStarted".to_owned()), "{types:?}");
    let gone = json!({"activityArn": "arn:aws:states:us-east-1:111111111111:activity:none"});
    assert_eq!(code(sandbox.call("GetActivityTask", gone).await), "ActivityDoesNotExist");
}

#[tokio::test]
async fn what_the_sandbox_has_not_fails_and_says_so() {
    let sandbox = Sandbox::new();
    let definition = machine(json!({"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:us-east-1:111111111111:activity:none"}}));
    let arn = sandbox.make("m", definition, "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!({})).await.unwrap();
    sandbox.end(&execution).await;
    let described = sandbox.describe(&execution).await;
    assert_eq!(described["status"], "FAILED");
    assert_eq!(
        described["cause"],
        "Activity Does Not Exist: 'arn:aws:states:us-east-1:111111111111:activity:none'"
    );
}

#[tokio::test]
async fn executions_go_on_and_are_told_of_in_the_next_sandbox() {
    let sandbox = Sandbox::new();
    let made = sandbox.call("CreateActivity", json!({"name": "sign"})).await.unwrap();
    let activity = made["activityArn"].as_str().unwrap().to_owned();
    let definition = machine(json!({
        "A": {"Type": "Task", "Resource": activity, "ResultPath": "$.a", "Next": "B"},
        "B": {"Type": "Task", "Resource": activity, "ResultPath": "$.b", "End": true},
    }));
    let arn = sandbox.make("m", definition, "STANDARD").await;
    let waiting = sandbox.start(&arn, "waiting", json!({"w": 1})).await.unwrap();
    let poll = json!({"activityArn": activity});
    let first = sandbox.call("GetActivityTask", poll.clone()).await.unwrap();
    let success = json!({"taskToken": first["taskToken"], "output": "1"});
    sandbox.call("SendTaskSuccess", success).await.unwrap();
    // It is B's turn: the second attempt was given out when its work is there.
    let second = sandbox.call("GetActivityTask", poll.clone()).await.unwrap();
    assert_eq!(second["input"], "{\"w\":1,\"a\":1}");

    let sandbox = sandbox.again().await;
    assert_eq!(sandbox.describe(&waiting).await["status"], "RUNNING");
    // The worker of before answers by the token that it has.
    let success = json!({"taskToken": second["taskToken"], "output": "2"});
    sandbox.call("SendTaskSuccess", success).await.unwrap();
    sandbox.end(&waiting).await;
    let types = sandbox.types(&waiting).await;

    let sandbox = sandbox.again().await;
    let described = sandbox.describe(&waiting).await;
    assert_eq!(described["status"], "SUCCEEDED");
    assert_eq!(described["output"], "{\"w\":1,\"a\":1,\"b\":2}");
    assert_eq!(sandbox.types(&waiting).await, types);
    assert_eq!(types.iter().filter(|name| *name == "ActivitySucceeded").count(), 2);
}

#[tokio::test]
async fn express_machines_are_run_while_the_caller_waits() {
    let sandbox = Sandbox::new();
    let definition = machine(json!({"F": {"Type": "Fail", "Error": "E"}}));
    let arn = sandbox.make("x", definition, "EXPRESS").await;
    let answer =
        sandbox.call("StartSyncExecution", json!({"stateMachineArn": arn, "name": "n"})).await.unwrap();
    assert_eq!(answer["status"], "FAILED");
    assert_eq!(answer["error"], "E");
    assert_eq!(answer["billingDetails"]["billedMemoryUsedInMB"], 64);
    let execution = answer["executionArn"].as_str().unwrap();
    assert!(execution.starts_with("arn:aws:states:us-east-1:111111111111:express:x:n:"), "{execution}");
    let refused = sandbox.call("DescribeExecution", json!({"executionArn": execution})).await.unwrap_err();
    assert_eq!(refused.message, "Invalid Arn: 'Resource type not valid in this context: express'");
    let list = sandbox.call("ListExecutions", json!({"stateMachineArn": arn})).await;
    assert_eq!(code(list), "StateMachineTypeNotSupported");
    let standard = sandbox.make("s", machine(json!({"S": {"Type": "Succeed"}})), "STANDARD").await;
    let sync = sandbox.call("StartSyncExecution", json!({"stateMachineArn": standard})).await;
    assert_eq!(code(sync), "StateMachineTypeNotSupported");
}

#[tokio::test]
async fn a_machine_that_is_deleted_takes_its_executions_with_it() {
    let sandbox = Sandbox::new();
    let definition = machine(json!({"W": {"Type": "Wait", "Seconds": 3600, "End": true}}));
    let arn = sandbox.make("m", definition, "STANDARD").await;
    let execution = sandbox.start(&arn, "e", json!({})).await.unwrap();
    sandbox.call("DeleteStateMachine", json!({"stateMachineArn": arn})).await.unwrap();
    sandbox.end(&execution).await;
    assert_eq!(sandbox.describe(&execution).await["status"], "ABORTED");
    let gone = sandbox.call("DescribeStateMachine", json!({"stateMachineArn": arn})).await;
    assert_eq!(code(gone), "StateMachineDoesNotExist");
}

#[tokio::test]
async fn an_answer_to_a_task_is_on_disk_when_it_is_taken() {
    let sandbox = Sandbox::new();
    let worker = sandbox.worker("hold").await;
    let machine = sandbox.make("m", machine(json!({"A": worker.task()})), "STANDARD").await;
    sandbox.start(&machine, "e", json!({"order": "told-7"})).await.unwrap();
    let (_, token) = worker.take().await;
    let answer = json!({"taskToken": token, "output": "{\"answer\":\"told-8\"}"});
    sandbox.call("SendTaskSuccess", answer).await.unwrap();
    // Nobody has had the time for anything since.
    let journals = std::fs::read_dir(sandbox.folder.join("states/executions")).unwrap();
    let text: String =
        journals.map(|journal| std::fs::read_to_string(journal.unwrap().path()).unwrap()).collect();
    assert!(text.contains("told-7") && text.contains("told-8"), "{text}");
}
