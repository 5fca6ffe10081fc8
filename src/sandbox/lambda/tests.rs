//! Functions that are commands, invoked as everybody does.

use super::*;
use crate::sandbox::account::Account;
use crate::sandbox::services::testing;
use serde_json::json;

const FUNCTIONS: &str = r#"
[[functions]]
name = "echo"
timeout_ms = 20000
command = ["cat"]
[[functions]]
name = "told"
timeout_ms = 20000
memory_mb = 256
environment = { STAGE = "test" }
command = ["sh", "-c", 'echo "[\"$AWS_LAMBDA_FUNCTION_NAME\", \"$AWS_LAMBDA_FUNCTION_MEMORY_SIZE\", \"$STAGE\", \"$AWS_ENDPOINT_URL\", \"${#AWS_SECRET_ACCESS_KEY}\", \"$AWS_CONFIG_FILE\"]"']
[[functions]]
name = "fails"
timeout_ms = 20000
command = ["sh", "-c", "echo broken >&2; exit 3"]
[[functions]]
name = "one"
timeout_ms = 20000
concurrency = 1
command = ["sh", "-c", 'read fifo; cat "$fifo" >/dev/null; echo 1']
"#;

fn event(text: &str) -> Bytes {
    text.to_owned().into()
}

async fn invoke(account: &Account, name: &str, text: &str) -> Invoked {
    account.lambda.invoke(name, event(text)).await.unwrap()
}

#[tokio::test]
async fn a_function_is_found_by_name_and_arn_and_answers() {
    let account = testing::account(FUNCTIONS);
    for name in [
        "echo",
        "function:echo",
        "111122223333:function:echo",
        "arn:aws:lambda:us-east-1:111122223333:function:echo",
        "arn:aws:lambda:us-east-1:111122223333:function:echo:live",
    ] {
        let invoked = invoke(&account, name, "{\"a\":1}").await;
        assert_eq!((invoked.result(), invoked.error), (Ok(json!({"a": 1})), None), "{name}");
        assert_eq!(invoked.request_id.len(), 36);
    }
    for name in
        ["nobody", "arn:aws:lambda:eu-west-1:111122223333:function:echo", "444455556666:function:echo", ""]
    {
        let refused = account.lambda.invoke(name, event("{}")).await.unwrap_err();
        assert_eq!(refused.code(), "ResourceNotFoundException", "{name}");
    }
    let refused = account.lambda.invoke("nobody", event("{}")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Function not found: arn:aws:lambda:us-east-1:111122223333:function:nobody"
    );
    let large = Bytes::from(vec![b' '; EVENT_LIMIT + 1]);
    let refused = account.lambda.invoke("echo", large).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.to_string().as_str()),
        (
            "RequestTooLargeException",
            "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)"
        )
    );
}

#[tokio::test]
async fn a_function_finds_what_lambda_gives_it_and_the_way_back() {
    let account = testing::account(FUNCTIONS);
    let told = invoke(&account, "told", "{}").await.result().unwrap();
    assert_eq!(told, json!(["told", "256", "test", "http://127.0.0.1:4566", "40", "/dev/null"]));
}

#[tokio::test]
async fn a_failure_is_the_function_s_and_says_why() {
    let account = testing::account(FUNCTIONS);
    let invoked = invoke(&account, "fails", "{}").await;
    assert_eq!((invoked.error.as_deref(), invoked.log.as_str()), (Some("Runtime.ExitError"), "broken"));
    assert_eq!(invoked.result().unwrap_err().payload["stackTrace"], json!(["broken"]));
}

#[tokio::test]
async fn beyond_its_concurrency_a_function_is_refused_and_it_goes_on_when_nobody_waits() {
    let account = testing::account(FUNCTIONS);
    let folder = std::env::temp_dir().join(format!("opsctl-fifo-{}", random::hex(16).unwrap()));
    std::fs::create_dir(&folder).unwrap();
    let fifo = folder.join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let first = account.lambda.invoke("one", event(&format!("{}\n", fifo.display())));
    let first = tokio::time::timeout(std::time::Duration::from_millis(1), first).await;
    assert!(first.is_err(), "it waits to be told");
    let refused = account.lambda.invoke("one", event("{}")).await.unwrap_err();
    assert_eq!((refused.code(), refused.status()), ("TooManyRequestsException", 429));
    // Opening waits for the one who reads.
    let open = fifo.clone();
    tokio::task::spawn_blocking(move || std::fs::OpenOptions::new().write(true).open(open))
        .await
        .unwrap()
        .unwrap();
    let places = Arc::clone(&account.lambda.find("one").unwrap().places);
    drop(tokio::time::timeout(std::time::Duration::from_secs(20), places.acquire()).await.unwrap().unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn functions_of_which_nothing_is_said_share_some_places() {
    let account = testing::account(FUNCTIONS);
    let all = u32::try_from(processors() * PER_PROCESSOR).unwrap();
    let taken = Arc::clone(&account.lambda.places).acquire_many_owned(all).await.unwrap();
    let mut turn = Box::pin(account.lambda.turn("echo", 2));
    let early = tokio::time::timeout(Duration::from_millis(1), &mut turn).await;
    assert!(early.is_err());
    // One with a limit of its own has its own places.
    drop(account.lambda.turn("one", 2).await.unwrap());
    drop(taken);
    let turn = turn.await.unwrap();
    assert_eq!(account.lambda.places.available_permits() + 1, processors() * PER_PROCESSOR);
    let echoed = account.lambda.invoke_at(turn, event("{}"), None).await.unwrap();
    assert_eq!(echoed.result(), Ok(json!({})));
}
