//! Step Functions with an answer for every call of opsctl's. It keeps nothing.

use serde_json::{Value, json};

use crate::support::{FakeAws, Reply};

pub const MACHINE: &str = "arn:aws:states:eu-west-1:111122223333:stateMachine:orders";
pub const EXECUTION: &str = "arn:aws:states:eu-west-1:111122223333:execution:orders:run-1";
pub const MAP_RUN: &str = "arn:aws:states:eu-west-1:111122223333:mapRun:orders/Items:7";
/// One that has failed.
const OVER: &str = "arn:aws:states:eu-west-1:111122223333:execution:orders:over";
const STARTED: u64 = 1_795_348_800;

pub fn start() -> FakeAws {
    FakeAws::start(|request| match answer(&request.operation, &request.body) {
        Some(answer) => Reply::json(answer),
        None => Reply::error(400, "UnknownOperationException", &request.operation),
    })
}

fn answer(operation: &str, body: &str) -> Option<Value> {
    Some(match operation {
        "ListStateMachines" => json!({"stateMachines": [{
            "stateMachineArn": MACHINE, "name": "orders", "type": "STANDARD", "creationDate": STARTED,
        }]}),
        "DescribeStateMachine" => json!({
            "stateMachineArn": MACHINE, "name": "orders", "type": "STANDARD", "creationDate": STARTED,
            "status": "ACTIVE", "roleArn": "arn:aws:iam::111122223333:role/machines",
            "definition": r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#,
        }),
        "ListStateMachineVersions" => json!({"stateMachineVersions": [
            {"stateMachineVersionArn": format!("{MACHINE}:2"), "creationDate": STARTED},
            {"stateMachineVersionArn": format!("{MACHINE}:1"), "creationDate": STARTED},
        ]}),
        "ValidateStateMachineDefinition" => json!({"result": "OK", "diagnostics": []}),
        "UpdateStateMachine" => json!({
            "updateDate": STARTED, "revisionId": "r-2", "stateMachineVersionArn": format!("{MACHINE}:3"),
        }),
        "DescribeStateMachineAlias" => json!({"name": "PROD", "routingConfiguration": [
            {"stateMachineVersionArn": format!("{MACHINE}:2"), "weight": 100},
        ]}),
        "UpdateStateMachineAlias" => json!({"updateDate": STARTED}),
        "DeleteStateMachineAlias" => json!({}),
        "ListStateMachineAliases" => json!({"stateMachineAliases": []}),
        "ListTagsForResource" => json!({"tags": []}),
        "ListExecutions" => json!({"executions": [execution()]}),
        "DescribeExecution" if body.contains(OVER) => over(),
        "DescribeExecution" => execution(),
        "StartExecution" => json!({"executionArn": OVER, "startDate": STARTED}),
        "RedriveExecution" => json!({"redriveDate": STARTED}),
        "DescribeStateMachineForExecution" => json!({
            "stateMachineArn": MACHINE, "name": "orders", "updateDate": STARTED,
            "roleArn": "arn:aws:iam::111122223333:role/machines",
            "definition": r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#,
        }),
        "GetExecutionHistory" if body.contains(OVER) => {
            let events = [
                json!({"id": 1, "previousEventId": 0, "timestamp": STARTED, "type": "ExecutionStarted"}),
                json!({"id": 2, "previousEventId": 1, "timestamp": STARTED, "type": "ExecutionFailed"}),
            ];
            match body.contains("\"reverseOrder\":true") {
                true => json!({"events": [events[1], events[0]]}),
                false => json!({"events": events}),
            }
        }
        "GetExecutionHistory" => json!({"events": [{
            "id": 1, "previousEventId": 0, "timestamp": STARTED, "type": "ExecutionStarted",
            "executionStartedEventDetails": {"input": "{}", "roleArn": "arn:aws:iam::111122223333:role/r"},
        }]}),
        "StopExecution" => json!({"stopDate": STARTED}),
        "ListMapRuns" => json!({"mapRuns": [{
            "executionArn": EXECUTION, "mapRunArn": MAP_RUN, "stateMachineArn": MACHINE,
            "startDate": STARTED,
        }]}),
        "DescribeMapRun" => json!({
            "executionArn": EXECUTION, "mapRunArn": MAP_RUN, "status": "SUCCEEDED", "startDate": STARTED,
            "maxConcurrency": 1, "toleratedFailurePercentage": 0, "toleratedFailureCount": 0,
            "itemCounts": counts(), "executionCounts": counts(),
        }),
        "SendTaskSuccess" | "SendTaskFailure" | "SendTaskHeartbeat" => json!({}),
        _ => return None,
    })
}

fn execution() -> Value {
    json!({
        "executionArn": EXECUTION, "stateMachineArn": MACHINE, "name": "run-1", "status": "RUNNING",
        "startDate": STARTED, "input": "{}",
    })
}

fn counts() -> Value {
    json!({"pending": 0, "running": 1, "succeeded": 0, "failed": 0, "timedOut": 0, "aborted": 0, "total": 1,
        "resultsWritten": 0})
}

fn over() -> Value {
    json!({
        "executionArn": OVER, "stateMachineArn": MACHINE, "name": "over", "status": "FAILED",
        "startDate": STARTED, "stopDate": STARTED, "error": "E", "input": "{}", "redriveStatus": "REDRIVABLE",
    })
}
