//! Requests and what comes of them: what the recordings do not say, and what hostile requests come to.

use serde_json::{Value, json};

use super::*;
use crate::asl::history::Failure;

fn request(definition: Value, input: Value) -> Request {
    Request { definition: definition.to_string(), input: Some(input.to_string()), ..Request::default() }
}

fn mocked(definition: Value, input: Value, result: Value) -> Request {
    let mock = Mock { result: Some(result.to_string()), ..Mock::default() };
    Request { mock: Some(mock), ..request(definition, input) }
}

fn failing(definition: Value, error: &str) -> Request {
    let failure = Failure { error: Some(error.into()), cause: Some("why".into()) };
    let mock = Mock { error_output: Some(failure), ..Mock::default() };
    Request { mock: Some(mock), ..request(definition, json!({"a": 1})) }
}

fn some_options() -> Options {
    options("2030-01-01T00:00:00Z".parse().unwrap(), [1; 32], "eu-west-1", "111122223333", "")
}

/// Without a world: whatever waits, waits for its timers alone.
fn told(request: &Request) -> Value {
    let mut execution = begin(request, some_options()).unwrap();
    while execution.outcome().is_none() {
        execution.step(100);
        let Some(next) = execution.next_timer() else { break };
        execution.advance(next);
    }
    answer(&execution, Level::Debug).unwrap()
}

fn refused(request: &Request) -> (&'static str, String) {
    let refusal = begin(request, some_options()).err().unwrap();
    (refusal.code, refusal.message)
}

/// A member of the inspection data, decoded.
fn seen(answer: &Value, name: &str) -> Value {
    let member = &answer["inspectionData"][name];
    member.as_str().map_or_else(|| member.clone(), |text| serde_json::from_str(text).unwrap())
}

#[test]
fn a_wait_is_waited_for_and_at_most_as_long_as_an_express_execution() {
    let wait = |seconds: u64| json!({"Type": "Wait", "Seconds": seconds, "Next": "Then"});
    let answer = told(&request(wait(30), json!({"a": 1})));
    assert_eq!((&answer["status"], &answer["nextState"]), (&json!("SUCCEEDED"), &json!("Then")));
    assert_eq!(seen(&answer, "afterInputPath"), json!({"a": 1}));
    let answer = told(&request(wait(301), json!({})));
    assert_eq!((&answer["status"], &answer["error"]), (&json!("FAILED"), &json!("States.Timeout")));
}

#[test]
fn what_fails_in_a_field_fails_the_state() {
    let state = json!({"Type": "Pass", "Parameters": {"b.$": "$.none"}, "End": true});
    let answer = told(&request(state, json!({"a": 1})));
    assert_eq!((&answer["status"], &answer["error"]), (&json!("FAILED"), &json!("States.Runtime")));
    assert_eq!(seen(&answer, "afterInputPath"), json!({"a": 1}));
    assert!(answer["inspectionData"].get("afterParameters").is_none() && answer.get("output").is_none());
}

#[test]
fn a_state_that_goes_back_to_itself_is_left_once() {
    let state = json!({"Type": "Pass", "Next": "StateName"});
    assert_eq!(told(&request(state, json!({})))["nextState"], "StateName");
}

#[test]
fn variables_come_and_go() {
    let state = json!({
        "Type": "Pass", "QueryLanguage": "JSONata", "Next": "B",
        "Assign": {"sum": "{% $given + 1 %}"}, "Output": "{% $given %}",
    });
    let variables = Some(json!({"given": 2}).to_string());
    let answer = told(&Request { variables, ..request(state.clone(), json!({})) });
    assert_eq!(answer["output"], "2");
    assert_eq!(seen(&answer, "variables"), json!({"given": 2, "sum": 3}));
    let variables = Some("[1]".to_owned());
    assert_eq!(refused(&Request { variables, ..request(state, json!({})) }).0, "ValidationException");
}

#[test]
fn retriers_are_used_up_and_then_catchers_catch() {
    let state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName": "f"},
        "Retry": [{"ErrorEquals": ["Other"]}, {"ErrorEquals": ["E"], "MaxAttempts": 2, "IntervalSeconds": 3}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Caught"}],
    });
    for (used, status, details) in [
        (0, "RETRIABLE", json!({"retryIndex": 1, "retryBackoffIntervalSeconds": 3})),
        (1, "RETRIABLE", json!({"retryIndex": 1, "retryBackoffIntervalSeconds": 6})),
        (2, "CAUGHT_ERROR", json!({"catchIndex": 0})),
        (u64::MAX, "CAUGHT_ERROR", json!({"catchIndex": 0})),
    ] {
        let configuration = Configuration { retrier_retry_count: Some(used), ..Configuration::default() };
        let answer = told(&Request { configuration, ..failing(state.clone(), "E") });
        assert_eq!((&answer["status"], &answer["error"]), (&json!(status), &json!("E")), "{used}");
        assert_eq!(seen(&answer, "errorDetails"), details, "{used}");
        let is_caught = status == "CAUGHT_ERROR";
        assert_eq!(answer["nextState"] == "Caught", is_caught, "{used}");
        assert_eq!(
            answer["output"] == r#"{"a": 1, "e": {"Error": "E", "Cause": "why"}}"#,
            is_caught,
            "{answer}"
        );
    }
}

#[test]
fn a_timeout_is_mocked_by_its_name() {
    let state = |error: &str| {
        json!({
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
            "Catch": [{"ErrorEquals": [error], "Next": "Caught"}],
        })
    };
    assert_eq!(told(&failing(state("States.Timeout"), "States.Timeout"))["status"], "CAUGHT_ERROR");
    assert_eq!(told(&failing(state("States.TaskFailed"), "States.Timeout"))["status"], "FAILED");
}

#[test]
fn the_inputs_of_iterations_are_told() {
    let processor = |mode: &str| {
        json!({
            "ProcessorConfig": {"Mode": mode, "ExecutionType": "STANDARD"},
            "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}},
        })
    };
    let inline = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let selector = json!({"n.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index"});
    let selected = json!([{"n": 5, "at": 0}, {"n": 6, "at": 1}, {"n": 7, "at": 2}]);
    let map = |processor: Value| {
        json!({
            "Type": "Map", "End": true, "ItemsPath": "$.list", "ItemSelector": selector, "ItemProcessor": processor,
        })
    };
    let input = json!({"list": [5, 6, 7]});
    for processor in [inline, processor("DISTRIBUTED")] {
        let answer = told(&mocked(map(processor), input.clone(), json!([1])));
        assert_eq!(answer["output"], "[1]", "{answer}");
        assert_eq!(seen(&answer, "afterItemsPath"), json!([5, 6, 7]));
        assert_eq!(seen(&answer, "afterItemSelector"), selected);
        assert_eq!(seen(&answer, "maxConcurrency"), 0);
    }
    let mut batched = map(processor("DISTRIBUTED"));
    batched["ItemBatcher"] = json!({"MaxItemsPerBatch": 2});
    let answer = told(&mocked(batched, input, json!([1])));
    assert_eq!(seen(&answer, "afterItemSelector"), selected);
    let batches = json!([{"Items": [selected[0], selected[1]]}, {"Items": [selected[2]]}]);
    assert_eq!(seen(&answer, "afterItemBatcher"), batches);
}

#[test]
fn an_item_reader_reads_what_is_given_or_nothing_is_known_of_its_items() {
    let map = |config: Value, resource: &str| {
        json!({
            "Type": "Map", "End": true, "ToleratedFailurePercentage": 50,
            "ItemReader": {"Resource": resource, "ReaderConfig": config, "Parameters": {"Bucket": "b", "Key": "k"}},
            "ItemSelector": {"item.$": "$$.Map.Item.Value"},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}},
            },
        })
    };
    let object = "arn:aws:states:::s3:getObject";
    let tried = |config: Value, data: Option<&str>, failed: u64| {
        let configuration = Configuration {
            map_item_reader_data: data.map(str::to_owned),
            map_iteration_failure_count: Some(failed),
            ..Configuration::default()
        };
        Request { configuration, ..mocked(map(config, object), json!({}), json!([1, 1])) }
    };
    let csv = json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"});
    let answer = told(&tried(csv.clone(), Some("n\n5\n6\n"), 1));
    assert_eq!(answer["status"], "SUCCEEDED", "{answer}");
    assert_eq!(seen(&answer, "afterItemSelector"), json!([{"item": {"n": "5"}}, {"item": {"n": "6"}}]));
    assert_eq!(seen(&answer, "toleratedFailurePercentage"), 50.0);
    let answer = told(&tried(csv.clone(), Some("n\n5\n6\n"), 2));
    assert_eq!(answer["error"], "States.ExceedToleratedFailureThreshold");
    let too_many = "Map iteration failure count must be less than or equal to the number of Map iterations";
    assert_eq!(refused(&tried(csv.clone(), Some("n\n5\n"), 2)), ("ValidationException", too_many.to_owned()));
    let answer = told(&tried(csv, None, 1));
    assert_eq!(answer["status"], "SUCCEEDED", "{answer}");
    assert!(answer["inspectionData"].get("afterItemSelector").is_none());
    let answer = told(&tried(json!({"InputType": "JSON"}), Some("{"), 0));
    assert_eq!((&answer["status"], &answer["error"]), (&json!("FAILED"), &json!("States.ItemReaderFailed")));
    let listing = mocked(map(json!({}), "arn:aws:states:::s3:listObjectsV2"), json!({}), json!([1]));
    let given = json!({"Contents": [{"Key": "k"}]}).to_string();
    let configuration = Configuration { map_item_reader_data: Some(given), ..Configuration::default() };
    let answer = told(&Request { configuration, ..listing });
    assert_eq!(seen(&answer, "afterItemSelector"), json!([{"item": {"Key": "k"}}]), "{answer}");
}

#[test]
fn the_inputs_of_iterations_have_a_bound() {
    let map = json!({
        "Type": "Map", "End": true, "ItemsPath": "$.list", "ItemSelector": {"all.$": "$"},
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}},
    });
    let answer = told(&mocked(map, json!({"list": vec![0; 5_000], "pad": "x".repeat(100_000)}), json!([])));
    assert_eq!(answer["error"], "States.DataLimitExceeded");
}

#[test]
fn what_is_wrong_in_a_definition_is_placed_where_it_was_given() {
    let wrong = json!({"Type": "Pass", "End": true, "Nexd": "A"});
    let whole = json!({"StartAt": "A", "States": {"A": wrong}});
    let named = |definition: Value, name: &str| Request {
        state_name: Some(name.to_owned()),
        ..request(definition, json!({}))
    };
    let (code, message) = refused(&request(wrong, json!({})));
    assert_eq!(code, "InvalidDefinition");
    assert!(message.contains(" at /Nexd'") && !message.contains("StateName"), "{message}");
    assert!(refused(&named(whole, "A")).1.contains(" at /States/A/Nexd'"));
    for (request, code) in [
        (request(json!([]), json!({})), "InvalidDefinition"),
        (Request { definition: "{".to_owned(), ..Request::default() }, "InvalidDefinition"),
        (
            Request { definition: r#"{"Type":"Fail","Type":"Fail"}"#.to_owned(), ..Request::default() },
            "InvalidDefinition",
        ),
        (named(json!({"Type": "Succeed"}), "A"), "InvalidDefinition"),
        (
            Request { input: Some("{".to_owned()), ..request(json!({"Type": "Succeed"}), json!({})) },
            "InvalidExecutionInput",
        ),
    ] {
        assert_eq!(refused(&request).0, code, "{request:?}");
    }
}

#[test]
fn what_an_express_execution_cannot_call_is_not_called_without_a_mock() {
    let task = |resource: &str| Request {
        role_arn: Some("arn:aws:iam::111122223333:role/r".to_owned()),
        ..request(json!({"Type": "Task", "Resource": resource, "End": true}), json!({}))
    };
    assert_eq!(refused(&task("arn:aws:states:::sqs:sendMessage.waitForTaskToken")).0, "InvalidDefinition");
    let mut execution = begin(&task("arn:aws:states:::sqs:sendMessage"), some_options()).unwrap();
    execution.step(10);
    assert!(execution.demand().is_some() && answer(&execution, Level::Info).is_none());
}

#[test]
fn a_context_object_is_held_against_what_may_be_in_one() {
    let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"a.$": "$$.State"}, "End": true});
    let with = |context: &str| Request {
        context: Some(context.to_owned()),
        ..mocked(task.clone(), json!({}), json!({"b": 1}))
    };
    for (context, why) in [
        ("[]", "Context object must be a valid JSON object"),
        (r#"{"Map": {}}"#, "Field 'Map' is not allowed"),
        (r#"{"State": {"Nam": 1}}"#, "Field 'Nam' is not allowed"),
        (r#"{"State": 1}"#, "Field 'State' must be an object"),
        (r#"{"State": {"RetryCount": "1"}}"#, "Field 'RetryCount' must be a number"),
    ] {
        let expected = format!("Invalid Context object provided: {why}");
        assert_eq!(refused(&with(context)), ("ValidationException", expected), "{context}");
    }
    let answer = told(&with(r#"{"State": {"Name": "given"}}"#));
    assert_eq!(seen(&answer, "afterParameters"), json!({"a": {"Name": "given"}}));
    let unmocked =
        Request { context: Some("{}".to_owned()), ..request(json!({"Type": "Succeed"}), json!({})) };
    assert_eq!(refused(&unmocked).0, "ValidationException");
}

#[test]
fn an_error_comes_from_a_state_that_there_is() {
    let map = json!({
        "Type": "Map", "End": true,
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}},
    });
    let caused = |name: &str| Request {
        input: Some("[]".to_owned()),
        configuration: Configuration {
            error_caused_by_state: Some(name.to_owned()),
            ..Configuration::default()
        },
        ..failing(map.clone(), "E")
    };
    assert_eq!(told(&caused("P"))["status"], "FAILED");
    assert_eq!(refused(&caused("Q")), ("ValidationException", "State not found in definition: Q".to_owned()));
}
