//! TestState: recorded requests over the wire where they are at hand, and tasks that are really called.

use super::recorded::{recorded, same};
use super::{ROLE, Sandbox, code};
use serde_json::{Value, json};

/// The share in percent that may not be lost again.
const FLOOR: f64 = 100.0;

/// The function of the recordings says so, whatever it is given.
const SETTINGS: &str = "\
account = \"111111111111\"
topics = [\"done\"]
[[functions]]
name = \"lambda_func_id000001\"
timeout_ms = 20000
command = [\"echo\", '\"HelloWorld!\"']
[[functions]]
name = \"fails\"
timeout_ms = 20000
command = [\"sh\", \"-c\", \"echo '{\\\"errorType\\\":\\\"Refused\\\",\\\"errorMessage\\\":\\\"no\\\"}'; exit 1\"]
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recorded_tests_of_states_score_what_they_did() {
    let Some(cases) = recorded("test-state") else { return };
    let explained = std::env::var("ASL_VECTORS").ok();
    let sandbox = Sandbox::with(SETTINGS);
    let mut passed = 0_u32;
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        match play(&sandbox, case).await {
            Ok(()) => passed += 1,
            Err(why) => {
                if explained.as_ref().is_some_and(|text| id.contains(text.as_str())) {
                    println!("{id}\n    {why}");
                }
            }
        }
    }
    let total = cases.len();
    println!("test-state: {passed} of {total}");
    let share = 100.0 * f64::from(passed) / total as f64;
    assert!(share >= FLOOR, "{share:.1} %, was {FLOOR} %");
}

async fn play(sandbox: &Sandbox, case: &Value) -> Result<(), String> {
    let mut request = case["request"].clone();
    if !request["definition"].is_string() {
        request["definition"] = request["definition"].to_string().into();
    }
    let told = match sandbox.call("TestState", request).await {
        Ok(answer) => json!({"response": answer}),
        Err(error) => json!({"error": {"code": error.code, "message": error.message}}),
    };
    let mut wanted = case["expected"].clone();
    if let Some(response) = wanted.get_mut("response").and_then(Value::as_object_mut) {
        response.remove("ResponseMetadata");
    }
    if let Some(message) = wanted["error"]["message"].as_str()
        && let Some((_, bare)) = message.split_once(" operation: ")
    {
        wanted["error"]["message"] = bare.into();
    }
    let placeholders: Vec<&str> =
        case["placeholders"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    same(&wanted, &told, &placeholders, "")
}

async fn test(sandbox: &Sandbox, state: Value, input: Value) -> Value {
    let request = json!({
        "definition": state.to_string(), "input": input.to_string(), "roleArn": ROLE, "inspectionLevel": "DEBUG",
    });
    sandbox.call("TestState", request).await.unwrap()
}

#[tokio::test]
async fn a_task_without_a_mock_is_really_called() {
    let sandbox = Sandbox::with(SETTINGS);
    let publish = json!({
        "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": "Then",
        "Parameters": {"TopicArn": "arn:aws:sns:us-east-1:111111111111:done", "Message.$": "$.text"},
        "ResultSelector": {"id.$": "$.MessageId"},
    });
    let told = test(&sandbox, publish, json!({"text": "hello"})).await;
    let (messages, _) = sandbox.account.messages.after(0);
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(message.message, "hello");
    assert!(message.sender.contains(":express:"), "{}", message.sender);
    assert_eq!((&told["status"], &told["nextState"]), (&json!("SUCCEEDED"), &json!("Then")));
    let output: Value = serde_json::from_str(told["output"].as_str().unwrap()).unwrap();
    assert_eq!(output, json!({"id": message.message_id}));

    let failing = |more: Value| {
        let mut state = json!({
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:111111111111:function:fails", "End": true,
        });
        state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        state
    };
    let retry = json!({"Retry": [{"ErrorEquals": ["Refused"], "IntervalSeconds": 7}]});
    let catch = json!({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]});
    for (more, status) in [(json!({}), "FAILED"), (retry, "RETRIABLE"), (catch, "CAUGHT_ERROR")] {
        let told = test(&sandbox, failing(more), json!({})).await;
        assert_eq!((&told["status"], &told["error"]), (&json!(status), &json!("Refused")), "{told}");
    }
    let arn = "arn:aws:states:us-east-1:111111111111:stateMachine:none";
    let start = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": true,
        "Parameters": {"StateMachineArn": arn},
    });
    let told = test(&sandbox, start, json!({})).await;
    assert_eq!(told["error"], "StepFunctions.StateMachineDoesNotExistException", "{told}");
    assert_eq!(sandbox.account.states.executions.list_of(|_| true).len(), 0);
}

#[tokio::test]
async fn requests_that_the_model_does_not_allow_are_refused() {
    let sandbox = Sandbox::new();
    let succeed = json!({"Type": "Succeed"}).to_string();
    let with = |more: Value| {
        let mut request = json!({"definition": succeed});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    for (request, expected) in [
        (json!({}), "ValidationException"),
        (with(json!({"inspectionLevel": "ALL"})), "ValidationException"),
        (with(json!({"input": "x".repeat(300_000)})), "ValidationException"),
        (with(json!({"input": "{"})), "InvalidExecutionInput"),
        (with(json!({"roleArn": "role"})), "InvalidArn"),
        (with(json!({"stateName": ""})), "ValidationException"),
        (with(json!({"mock": {}})), "ValidationException"),
        (with(json!({"mock": {"result": "1", "fieldValidationMode": "LAX"}})), "ValidationException"),
        (with(json!({"stateConfiguration": {"retrierRetryCount": -1}})), "ValidationException"),
        (with(json!({"stateConfiguration": 1})), "SerializationException"),
        (with(json!({"definition": "{}"})), "InvalidDefinition"),
    ] {
        assert_eq!(code(sandbox.call("TestState", request.clone()).await), expected, "{request}");
    }
    let told = sandbox.call("TestState", json!({"definition": succeed, "input": "[1,2]"})).await.unwrap();
    assert_eq!(told, json!({"status": "SUCCEEDED", "output": "[1, 2]"}));
}
