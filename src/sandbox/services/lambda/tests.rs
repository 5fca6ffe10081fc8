//! The calls of Lambda, as a client sends them.

use super::*;
use crate::sandbox::services::testing;
use http::HeaderMap;

const FUNCTIONS: &str = r#"
[[functions]]
name = "echo"
timeout_ms = 20000
memory_mb = 256
command = ["sh", "-c", "echo seen >&2; cat"]
[[functions]]
name = "fails"
timeout_ms = 1500
command = ["sh", "-c", "exit 3"]
[[functions]]
name = "none"
concurrency = 0
command = ["cat"]
"#;

async fn call(
    account: &Account,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &[u8],
) -> Result<RestReply, ServiceError> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let path = format!("{PATH}{path}");
    let call = RestCall { method: &method, path: &path, query, headers: &headers, body, region: "us-east-1" };
    answer(account, &call).await
}

async fn invoke(account: &Account, name: &str, headers: &[(&'static str, &str)], body: &[u8]) -> RestReply {
    call(account, Method::POST, &format!("/{name}/invocations"), headers, body).await.unwrap()
}

async fn refused(account: &Account, name: &str, kind: &str, body: &[u8]) -> (u16, String, String) {
    let headers = [("x-amz-invocation-type", kind)];
    let path = format!("/{name}/invocations");
    let error = call(account, Method::POST, &path, &headers, body).await.unwrap_err();
    (error.status, error.code.into_owned(), error.message)
}

fn header<'a>(reply: &'a RestReply, name: &str) -> &'a str {
    reply.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn an_answer_comes_with_what_the_headers_of_lambda_say() {
    let account = testing::account(FUNCTIONS);
    let reply = invoke(&account, "echo", &[], b"{\"a\": 1}").await;
    assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, &b"{\"a\":1}"[..]));
    assert_eq!(header(&reply, "x-amz-executed-version"), "$LATEST");
    assert_eq!(header(&reply, "x-amzn-requestid").len(), 36);
    assert_eq!((header(&reply, "x-amz-function-error"), header(&reply, "x-amz-log-result")), ("", ""));
    // No event is an empty one.
    assert_eq!(&invoke(&account, "echo", &[], b"").await.body[..], b"{}");
    let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A111122223333%3Afunction%3Aecho%3Alive";
    assert_eq!(&invoke(&account, arn, &[], b"7").await.body[..], b"7");
}

#[tokio::test]
async fn a_failure_of_the_function_is_an_answer_with_a_mark() {
    let account = testing::account(FUNCTIONS);
    let reply = invoke(&account, "fails", &[], b"{}").await;
    assert_eq!((reply.status, header(&reply, "x-amz-function-error")), (StatusCode::OK, "Unhandled"));
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    let id = header(&reply, "x-amzn-requestid");
    assert_eq!(body["errorType"], "Runtime.ExitError");
    assert_eq!(
        body["errorMessage"],
        format!("RequestId: {id} Error: Runtime exited with error: exit status 3")
    );
}

#[tokio::test]
async fn the_end_of_the_log_is_given_to_who_asks_for_it() {
    let account = testing::account(FUNCTIONS);
    let reply = invoke(&account, "echo", &[("x-amz-log-type", "Tail")], b"{}").await;
    let log = STANDARD.decode(header(&reply, "x-amz-log-result")).unwrap();
    let log = String::from_utf8(log).unwrap();
    let id = header(&reply, "x-amzn-requestid");
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines[0], format!("START RequestId: {id} Version: $LATEST"));
    assert_eq!((lines[1], lines[2]), ("seen", format!("END RequestId: {id}").as_str()));
    assert!(lines[3].starts_with(&format!("REPORT RequestId: {id}\tDuration: ")), "{log}");
    assert!(lines[3].ends_with("\tMemory Size: 256 MB\t"), "{log}");
}

#[tokio::test]
async fn an_event_may_be_left_and_a_call_only_tried() {
    let account = testing::account(FUNCTIONS);
    let reply = invoke(&account, "echo", &[("x-amz-invocation-type", "Event")], b"{}").await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::ACCEPTED, 0));
    assert!(!account.deliveries.is_empty(), "it is on its way");
    let reply = invoke(&account, "none", &[("x-amz-invocation-type", "DryRun")], b"").await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_cannot_be_invoked_is_refused_with_lambdas_words() {
    let account = testing::account(FUNCTIONS);
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:nobody";
    let expected = |status: u16, code: &str, message: &str| (status, code.to_owned(), message.to_owned());
    for kind in ["RequestResponse", "Event", "DryRun"] {
        assert_eq!(
            refused(&account, "nobody", kind, b"{}").await,
            expected(404, "ResourceNotFoundException", &format!("Function not found: {arn}"))
        );
    }
    assert_eq!(
        refused(&account, "none", "RequestResponse", b"{}").await,
        expected(429, "TooManyRequestsException", "Rate Exceeded.")
    );
    let (status, code, message) = refused(&account, "echo", "RequestResponse", b"{no").await;
    assert_eq!((status, code.as_str()), (400, "InvalidRequestContentException"));
    assert!(message.starts_with("Could not parse request body into json: "), "{message}");
    let large = vec![b'1'; (1 << 20) + 1];
    assert_eq!(
        refused(&account, "echo", "Event", &large).await,
        expected(
            413,
            "RequestTooLargeException",
            "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"
        )
    );
    let (status, code, _) = refused(&account, "echo", "Later", b"{}").await;
    assert_eq!((status, code.as_str()), (400, "ValidationException"));
    let context = [("x-amz-client-context", "no base64")];
    let path = "/echo/invocations";
    assert!(call(&account, Method::POST, path, &context, b"{}").await.is_err());
    let denied = testing::account(&format!("{FUNCTIONS}[deny]\nactions = [\"lambda:InvokeFunction\"]"));
    let (status, code, message) = refused(&denied, "echo", "RequestResponse", b"{}").await;
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
    assert!(message.contains("function:echo"), "{message}");
}

#[tokio::test]
async fn functions_are_listed_in_pages_and_described() {
    let account = testing::account(&format!("page_size = 2\n{FUNCTIONS}"));
    let get = async |path: &str| -> Value {
        let reply = call(&account, Method::GET, path, &[], b"").await.unwrap();
        serde_json::from_slice(&reply.body).unwrap()
    };
    let first = get("/").await;
    let names = |page: &Value| -> Vec<String> {
        let functions = page["Functions"].as_array().unwrap();
        functions.iter().map(|function| function["FunctionName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&first), ["echo", "fails"]);
    let next = get(&format!("/?Marker={}", first["NextMarker"].as_str().unwrap())).await;
    assert_eq!((names(&next), &next["NextMarker"]), (vec!["none".to_owned()], &Value::Null));
    let described = get("/none").await;
    assert_eq!(described["Concurrency"]["ReservedConcurrentExecutions"], 0);
    let configuration = get("/fails/configuration").await;
    assert_eq!((&configuration["Timeout"], &configuration["MemorySize"]), (&json!(2), &json!(128)));
    assert_eq!(configuration["Role"], "arn:aws:iam::111122223333:role/sandbox");
    assert!(call(&account, Method::GET, "/nobody", &[], b"").await.is_err());
    assert!(call(&account, Method::GET, "/?MaxItems=many", &[], b"").await.is_err());
    assert!(call(&account, Method::DELETE, "/echo", &[], b"").await.is_err());
}
