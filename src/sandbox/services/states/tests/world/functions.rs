//! Functions that tasks call.

use super::super::Sandbox;
use super::{SETTINGS, forget, task};
use serde_json::{Value, json};

#[tokio::test]
async fn tasks_call_functions_in_every_form() {
    let sandbox = Sandbox::with(SETTINGS);
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:111111111111:function:{name}");
    let bare = |name: &str| json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": arn(name), "Parameters": {"a": 1}, "End": true}}});
    assert_eq!(sandbox.run(bare("echo")).await, Ok(json!({"a": 1})));
    let types = sandbox.call(
        "GetExecutionHistory",
        json!({"executionArn": "arn:aws:states:us-east-1:111111111111:execution:m0:e"}),
    );
    let types: Vec<Value> = types.await.unwrap()["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].clone())
        .collect();
    assert_eq!(types[2..5], ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"]);

    let call = |name: &str| json!({"FunctionName": name, "Payload": {"a": 1}});
    let optimized = sandbox.call_of("lambda:invoke", call("echo")).await.unwrap();
    assert_eq!((&optimized["Payload"], &optimized["StatusCode"]), (&json!({"a": 1}), &json!(200)));
    assert!(optimized["SdkHttpMetadata"].is_object());
    let sdk = sandbox.call_of("aws-sdk:lambda:invoke", call(&arn("echo"))).await.unwrap();
    assert_eq!(sdk["Payload"], "{\"a\":1}");
    let failed = sandbox.call_of("aws-sdk:lambda:invoke", call("fails")).await.unwrap();
    assert_eq!(failed["FunctionError"], "Unhandled");
    for (kind, status) in [("Event", 202), ("DryRun", 204)] {
        let call = json!({"FunctionName": "echo", "InvocationType": kind});
        assert_eq!(sandbox.call_of("lambda:invoke", call).await.unwrap()["StatusCode"], status);
    }

    let refused = ("Refused", "{\"errorType\":\"Refused\",\"errorMessage\":\"no\"}");
    let missing = format!("Function not found: {} (Service: AWSLambda; Status Code: 404; ", arn("none"));
    let missing_by_sdk = format!("Function not found: {} (Service: Lambda, Status Code: 404, ", arn("none"));
    for (definition, error, cause) in [
        (bare("fails"), refused.0, refused.1),
        (task("lambda:invoke", call("fails")), refused.0, refused.1),
        (bare("none"), "Lambda.ResourceNotFoundException", missing.as_str()),
        (task("lambda:invoke", call("none")), "Lambda.ResourceNotFoundException", missing.as_str()),
        (
            task("aws-sdk:lambda:invoke", call("none")),
            "Lambda.ResourceNotFoundException",
            missing_by_sdk.as_str(),
        ),
        (bare("slow"), "Sandbox.Timedout", "{\"errorMessage\":\"RequestId: "),
        (
            task("lambda:invoke", json!({"Payload": 1})),
            "States.Runtime",
            "The Parameters '{\"Payload\":1}' could not be used",
        ),
    ] {
        let failed = sandbox.run(definition.clone()).await.unwrap_err();
        assert!(failed.0 == error && failed.1.starts_with(cause), "{definition}: {failed:?}");
    }
}

#[tokio::test]
async fn a_function_is_given_a_token_and_the_task_ends_by_it() {
    let sandbox = Sandbox::with(SETTINGS);
    let parameters = json!({"FunctionName": "echo", "Payload": {"token.$": "$$.Task.Token"}});
    let machine = sandbox.machine("m", task("lambda:invoke.waitForTaskToken", parameters)).await;
    let execution = sandbox.begin(&machine, "e", json!({})).await;
    let submitted = sandbox.has(&execution, "TaskSubmitted").await;
    let output = submitted["taskSubmittedEventDetails"]["output"].as_str().unwrap();
    let token = serde_json::from_str::<Value>(output).unwrap()["Payload"]["token"].clone();
    sandbox.call("SendTaskSuccess", json!({"taskToken": token, "output": "7"})).await.unwrap();
    sandbox.end(&execution).await;
    assert_eq!(sandbox.described(&execution).await["output"], "7");
    let parameters = json!({"FunctionName": "fails", "Payload": {}});
    let failed = sandbox.call_of("lambda:invoke.waitForTaskToken", parameters).await.unwrap_err();
    assert_eq!(failed.0, "Refused");
}

#[tokio::test]
async fn a_function_that_ran_when_the_sandbox_was_killed_is_run_again() {
    let sandbox = Sandbox::with(SETTINGS);
    let machine =
        sandbox.machine("m", task("lambda:invoke", json!({"FunctionName": "echo", "Payload": 5}))).await;
    let execution = sandbox.begin(&machine, "e", json!({})).await;
    sandbox.end(&execution).await;
    let sandbox = sandbox.again_after(|folder| forget(folder, &execution, "Succeeded")).await;
    assert_eq!(sandbox.described(&execution).await["status"], "RUNNING");
    sandbox.end(&execution).await;
    let output = sandbox.described(&execution).await;
    assert_eq!(serde_json::from_str::<Value>(output["output"].as_str().unwrap()).unwrap()["Payload"], 5);
}
