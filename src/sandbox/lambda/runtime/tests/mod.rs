//! Functions on the Lambda Runtime API, from their start to their end.

mod program;
mod rust;

use super::IDLE;
use crate::sandbox::account::Account;
use crate::sandbox::lambda::Invoked;
use crate::sandbox::services::testing;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// An account with the one function, and what else its table says.
fn account(more: &str) -> Account {
    account_with(program::MODULE, more)
}

/// The program of another module.
fn account_with(module: &str, more: &str) -> Account {
    let command: Vec<String> = program::command(module).iter().map(|word| format!("{word:?}")).collect();
    let command = command.join(", ");
    let time = if more.contains("timeout_ms") { "" } else { "timeout_ms = 60000\n" };
    let text =
        format!("[[functions]]\nname = \"f\"\nruntime_api = true\ncommand = [{command}]\n{time}{more}\n");
    testing::account(&text)
}

async fn invoke(account: &Account, event: Value) -> Invoked {
    account.lambda.invoke("f", event.to_string().into()).await.unwrap()
}

/// The name of an error and what is said of it, without the id.
fn failure(invoked: &Invoked) -> (String, String) {
    let payload: Value = serde_json::from_slice(&invoked.payload).unwrap();
    let message = payload["errorMessage"].as_str().unwrap_or_default();
    (invoked.error.clone().unwrap(), message.replace(&invoked.request_id, "ID"))
}

fn failed(kind: &str, message: &str) -> (String, String) {
    (kind.to_owned(), message.to_owned())
}

#[tokio::test]
async fn an_instance_takes_one_event_after_the_other() {
    let account = account("");
    let context = Some("{\"client\":{}}".to_owned());
    let first = account.lambda.invoke_with("f", "{\"n\":1}".into(), context).await.unwrap();
    assert!(first.log.ends_with("seen {\"n\":1}\n"), "{}", first.log);
    let first_told = first.result().unwrap();
    let second = invoke(&account, json!({"n": 2})).await;
    assert_eq!(second.log, "seen {\"n\":2}\n");
    let second = second.result().unwrap();
    assert_eq!((&first_told["event"], &second["event"]), (&json!({"n": 1}), &json!({"n": 2})));
    assert_eq!((&first_told["count"], &second["count"]), (&json!(1), &json!(2)));
    assert_eq!(first_told["process"], second["process"]);
    assert_eq!(first_told["id"], first.request_id.as_str());
    let headers = first_told["headers"].as_array().unwrap();
    let left = headers[0].as_str().unwrap().parse::<i64>().unwrap() - Timestamp::now().as_millisecond();
    assert!((1..=60_000).contains(&left), "{left}");
    assert_eq!(headers[1], "arn:aws:lambda:us-east-1:111122223333:function:f");
    assert!(headers[2].as_str().unwrap().starts_with("Root=1-"), "{headers:?}");
    assert_eq!((&headers[3], &second["headers"][3]), (&json!("{\"client\":{}}"), &json!("")));
}

#[tokio::test]
async fn invocations_at_the_same_time_have_an_instance_each_and_no_more_than_the_limit() {
    let account = account("concurrency = 2");
    let both = tokio::join!(invoke(&account, json!({})), invoke(&account, json!({})));
    let process = |invoked: &Invoked| invoked.result().unwrap()["process"].clone();
    assert_ne!(process(&both.0), process(&both.1));
    // Once both places are free, both instances are kept.
    let deployed = account.lambda.find("f").unwrap();
    drop((deployed.wait_for_place().await.unwrap(), deployed.wait_for_place().await.unwrap()));
    let (one, two, third) = tokio::join!(
        invoke(&account, json!({})),
        invoke(&account, json!({})),
        account.lambda.invoke("f", "{}".into())
    );
    assert_eq!(third.unwrap_err().code(), "TooManyRequestsException");
    let mut warm = [process(&one), process(&two)].map(|process| process.to_string());
    let mut first = [process(&both.0), process(&both.1)].map(|process| process.to_string());
    warm.sort();
    first.sort();
    assert_eq!(warm, first, "they are kept");
}

#[tokio::test]
async fn an_answer_is_given_at_once_and_the_place_is_free_when_the_instance_asks_again() {
    let account = account("concurrency = 1\ntimeout_ms = 600000");
    let lingers = invoke(&account, json!({"do": "linger"}));
    let answered = tokio::time::timeout(Duration::from_secs(120), lingers).await.unwrap();
    assert_eq!(answered.result(), Ok(json!("done")));
    let refused = account.lambda.invoke("f", "{}".into()).await.unwrap_err();
    assert_eq!(refused.code(), "TooManyRequestsException");
    // It ends with the sandbox all the same.
    account.lambda.shutdown().await;
}

#[tokio::test]
async fn an_instance_that_nobody_uses_is_ended() {
    let account = account("concurrency = 1");
    let process = async || invoke(&account, json!({})).await.result().unwrap()["process"].clone();
    let first = process().await;
    assert_eq!(process().await, first);
    let deployed = account.lambda.find("f").unwrap();
    // Once there is a place, the instance is kept.
    drop(deployed.wait_for_place().await.unwrap());
    let now = tokio::time::Instant::now();
    assert!(deployed.warm.end_idle(now).is_some());
    assert_eq!(deployed.warm.end_idle(now + IDLE), None);
    assert_ne!(process().await, first);
}

#[tokio::test]
async fn a_program_that_does_not_ask_for_events_is_told_what_is_expected_of_it() {
    let hangs = invoke(&account("environment = { START = \"hang\" }"), json!({})).await;
    let (kind, message) = failure(&hangs);
    assert_eq!(kind, "Sandbox.Timedout");
    assert!(message.contains("INIT") && message.contains("10.00 seconds. Does it speak"), "{message}");
    assert!(message.contains("runtime_api"), "{message}");
}

#[tokio::test]
async fn what_a_function_says_of_its_failure_is_given_as_it_is() {
    let account = account("");
    let invoked = invoke(&account, json!({"do": "error"})).await;
    assert_eq!(failure(&invoked), failed("NoOrder", "no such order"));
    assert_eq!(invoked.payload, json!({"errorType": "NoOrder", "errorMessage": "no such order"}).to_string());
    let unnamed = invoke(&account, json!({"do": "unnamed"})).await;
    assert_eq!((unnamed.error.as_deref(), &unnamed.payload[..]), (Some("Own.Name"), &b"not even JSON"[..]));
    assert_eq!(unnamed.result().unwrap_err().error, "Own.Name");
    // A failure does not end the instance.
    assert_eq!(invoke(&account, json!({})).await.result().unwrap()["count"], 3);
    // An answer need not be JSON; who needs JSON is told.
    let text = invoke(&account, json!({"do": "text"})).await;
    assert_eq!((text.error.as_deref(), &text.payload[..]), (None, &b"  no JSON  "[..]));
    assert_eq!(text.result().unwrap_err().error, "Runtime.MarshalError");
}

#[tokio::test]
async fn an_instance_that_ends_fails_what_it_had_and_another_takes_its_place() {
    let account = account("");
    let exit = |how: &str| failed("Runtime.ExitError", &format!("RequestId: ID Error: {how}"));
    let before = invoke(&account, json!({})).await.result().unwrap()["process"].clone();
    let crashed = invoke(&account, json!({"do": "exit"})).await;
    assert_eq!(failure(&crashed), exit("Runtime exited with error: exit status 3"));
    let ended = invoke(&account, json!({"do": "end"})).await;
    assert_eq!(failure(&ended), exit("Runtime exited without providing a reason"));
    // It has answered before it ended.
    assert_eq!(invoke(&account, json!({"do": "leave"})).await.result(), Ok(json!("bye")));
    let after = invoke(&account, json!({})).await.result().unwrap();
    assert_eq!(after["count"], 1);
    assert_ne!(after["process"], before);
}

#[tokio::test]
async fn one_that_takes_too_long_is_killed() {
    let account = account("timeout_ms = 3000");
    let process = invoke(&account, json!({})).await.result().unwrap()["process"].as_i64().unwrap();
    let late = invoke(&account, json!({"do": "hang"})).await;
    let message = "RequestId: ID Error: Task timed out after 3.00 seconds";
    assert_eq!(failure(&late), failed("Sandbox.Timedout", message));
    let process = rustix::process::Pid::from_raw(process.try_into().unwrap()).unwrap();
    tokio::time::timeout(Duration::from_secs(60), async {
        while rustix::process::test_kill_process(process).is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(invoke(&account, json!({})).await.result().unwrap()["count"], 1);
}

#[tokio::test]
async fn an_answer_that_is_too_large_fails_the_invocation() {
    let account = account("");
    let large = failure(&invoke(&account, json!({"do": "large"})).await);
    let message = "Response payload size (6291557) exceeded maximum allowed payload size (6291556 bytes).";
    assert_eq!(large, failed("Function.ResponseSizeTooLarge", message));
    assert_eq!(invoke(&account, json!({})).await.result().unwrap()["count"], 2);
}

#[tokio::test]
async fn a_program_that_cannot_begin_says_why() {
    let broken = invoke(&account("environment = { START = \"error\" }"), json!({})).await;
    assert_eq!(failure(&broken), failed("Missing.Table", "no table"));
    let exit = invoke(&account("environment = { START = \"exit\" }"), json!({})).await;
    let message = "RequestId: ID Error: Runtime exited with error: exit status 4";
    assert_eq!(failure(&exit), failed("Runtime.ExitError", message));
    let end = invoke(&account("environment = { START = \"end\" }"), json!({})).await;
    let message = "RequestId: ID Error: Runtime exited without providing a reason";
    assert_eq!(failure(&end), failed("Runtime.ExitError", message));
    let text = "[[functions]]\nname = \"f\"\nruntime_api = true\ncommand = [\"/no/such/program\"]";
    let missing = invoke(&testing::account(text), json!({})).await;
    let (kind, message) = failure(&missing);
    assert_eq!(kind, "Runtime.InvalidEntrypoint");
    assert!(message.starts_with("RequestId: ID Error: /no/such/program cannot be started: "), "{message}");
}

#[tokio::test]
async fn what_a_program_may_not_say_is_refused_as_lambda_refuses_it() {
    let account = account("");
    let seen = invoke(&account, json!({"do": "misbehave"})).await.result().unwrap();
    assert_eq!(
        seen,
        json!([
            [403, "InvalidStateTransition"],
            [400, "InvalidRequestID"],
            [403, "InvalidStateTransition"],
            [405, "MethodNotAllowed"],
            [404, "NotFound"],
            [403, "AccessDenied"],
        ])
    );
}

#[tokio::test]
async fn all_instances_end_with_the_sandbox() {
    let account = account("");
    let process = invoke(&account, json!({})).await.result().unwrap()["process"].as_i64().unwrap();
    let process = rustix::process::Pid::from_raw(process.try_into().unwrap()).unwrap();
    assert!(rustix::process::test_kill_process(process).is_ok());
    account.lambda.shutdown().await;
    tokio::time::timeout(Duration::from_secs(60), async {
        while rustix::process::test_kill_process(process).is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    let refused = account.lambda.invoke("f", "{}".into()).await.unwrap_err();
    assert_eq!(refused.code(), "ServiceException");
}

#[tokio::test]
async fn the_runtime_of_rust_takes_it_for_lambda() {
    let account = account_with(rust::MODULE, "memory_mb = 512");
    let first = invoke(&account, json!({"n": 1})).await;
    let told = first.result().unwrap();
    assert_eq!((&told["event"], told["id"].as_str()), (&json!({"n": 1}), Some(first.request_id.as_str())));
    assert_eq!(told["arn"], "arn:aws:lambda:us-east-1:111122223333:function:f");
    assert_eq!((&told["function"], &told["memory"]), (&json!("f"), &json!(512)));
    let failed = invoke(&account, json!({"do": "fail"})).await.result().unwrap_err();
    assert_eq!(failed.payload["errorMessage"], "no such order");
    let panicked = invoke(&account, json!({"do": "panic"})).await.result().unwrap_err();
    assert!(panicked.payload["errorMessage"].as_str().unwrap().contains("out of orders"), "{panicked:?}");
    // It outlives both.
    assert_eq!(invoke(&account, json!({})).await.result().unwrap()["process"], told["process"]);
}
