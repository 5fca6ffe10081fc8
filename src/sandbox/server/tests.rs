use super::*;
use crate::sandbox::client::Connection;
use crate::sandbox::config::Settings;
use crate::sandbox::ground::Surroundings;
use crate::sandbox::services::testing;
use crate::sandbox::start::{Running, start};
use http::StatusCode;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::SystemTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use zeroize::Zeroizing;

async fn sandbox() -> (Running, Connection) {
    sandbox_with(Settings::default()).await
}

async fn sandbox_with(settings: Settings) -> (Running, Connection) {
    let surroundings = Surroundings {
        // Nothing can be made there, not even by root.
        folder: "/dev/null/sandbox".into(),
        program: "/nonexistent/opsctl".into(),
        user: "tester".into(),
        path: "/usr/bin:/bin".into(),
        is_region: |region| region != "xx-none-1",
    };
    let running = start(settings, surroundings, 0).await.unwrap();
    let connection = running.connection();
    (running, connection)
}

fn request(target: &str, body: &Value) -> Request<Bytes> {
    let request = Request::post("/").header("x-amz-target", target);
    request.body(Bytes::from(body.to_string())).unwrap()
}

async fn send(connection: &Connection, service: &str, request: Request<Bytes>) -> (StatusCode, Value) {
    let signed = connection.signed(request, service, SystemTime::now()).unwrap();
    let (status, body) = connection.send(signed).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn signed_calls_reach_their_service() {
    let (running, connection) = sandbox().await;
    let list = request("AmazonSSM.DescribeInstanceInformation", &json!({}));
    let (status, body) = send(&connection, "ssm", list).await;
    assert_eq!((status, body["InstanceInformationList"].as_array().unwrap().len()), (StatusCode::OK, 3));

    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    let request = Request::post("/").body(Bytes::from(form)).unwrap();
    let signed = connection.signed(request, "sts", SystemTime::now()).unwrap();
    let (status, body) = connection.send(signed).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert_eq!(status, StatusCode::OK);
    assert!(
        body.contains("<GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/rehearsal</Arn>"),
        "{body}"
    );
    running.stop().await;
}

#[tokio::test]
async fn every_answer_of_a_service_comes_as_late_as_is_asked_for() {
    let latency = Duration::from_millis(60);
    let (running, connection) = sandbox_with(Settings { latency, ..Settings::default() }).await;
    for operation in ["AmazonSSM.DescribeInstanceInformation", "AmazonSSM.NoSuchOperation"] {
        let asked = std::time::Instant::now();
        send(&connection, "ssm", request(operation, &json!({}))).await;
        assert!(asked.elapsed() >= latency, "{operation}: {:?}", asked.elapsed());
    }
    running.stop().await;
}

#[tokio::test]
async fn what_is_not_signed_for_it_is_refused() {
    let (running, connection) = sandbox().await;
    let call = || request("AmazonSSM.DescribeInstanceInformation", &json!({}));
    let unsigned = {
        let mut request = call();
        request.headers_mut().insert("host", "127.0.0.1".parse().unwrap());
        request
    };
    let other_key = Connection { access_key_id: "AKIAABCDEFGHIJKLMNOP".into(), ..connection.clone() };
    let other_secret = Connection { secret_access_key: Zeroizing::new("no".into()), ..connection.clone() };
    let now = SystemTime::now();
    let late = now - Duration::from_secs(600);
    let mut rebound = connection.signed(call(), "ssm", now).unwrap();
    rebound.headers_mut().insert("host", "evil.example".parse().unwrap());
    for (case, request, code) in [
        ("unsigned", unsigned, "MissingAuthenticationTokenException"),
        ("another key", other_key.signed(call(), "ssm", now).unwrap(), "UnrecognizedClientException"),
        ("another secret", other_secret.signed(call(), "ssm", now).unwrap(), "InvalidSignatureException"),
        ("an old signature", connection.signed(call(), "ssm", late).unwrap(), "InvalidSignatureException"),
        ("a foreign host", rebound, "AccessDeniedException"),
    ] {
        let (status, body) = connection.send(request).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, body["__type"].as_str()), (StatusCode::FORBIDDEN, Some(code)), "{case}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_target_goes_only_to_the_service_it_was_signed_for() {
    let (running, connection) = sandbox().await;
    for (service, target) in [
        ("kms", "AmazonSSM.StartSession"),
        ("ssm", "TrentService.Decrypt"),
        ("dynamodb", "DynamoDB_20120810.ListTables"),
    ] {
        let (status, body) = send(&connection, service, request(target, &json!({}))).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{service} {target}");
        assert_eq!(body["__type"], "UnknownOperationException", "{service} {target}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let (running, connection) = sandbox().await;
    let request = Request::post("/").body(Bytes::from(vec![b' '; BODY_LIMIT + 1])).unwrap();
    let signed = connection.signed(request, "ssm", SystemTime::now()).unwrap();
    let mut head = String::from("POST / HTTP/1.1\r\n");
    for (name, value) in signed.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", BODY_LIMIT + 1));
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", connection.port)).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn shutting_down_over_the_wire_answers_first() {
    let (running, connection) = sandbox().await;
    let status = connection.control("DescribeSandbox").await.unwrap();
    assert_eq!(status, json!({"Nodes": 3, "OpenSessions": 0, "Sessions": 0}));
    assert_eq!(connection.control("Shutdown").await.unwrap(), json!({}));
    running.asked_to_stop().await;
    running.stop().await;
    assert!(connection.control("DescribeSandbox").await.is_err());
}

const UPGRADE: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// The status line and headers that answer an upgrade request with these headers.
async fn upgrade(port: u16, path: &str, headers: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(answer).unwrap()
}

async fn started(connection: &Connection, running: &Running) -> String {
    let target = &running.realm.first.nodes[0].node.id;
    let start = request("AmazonSSM.StartSession", &json!({"Target": target}));
    let (_, body) = send(connection, "ssm", start).await;
    body["SessionId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_data_channel_opens_unsigned_for_an_open_session_only() {
    let (running, connection) = sandbox().await;
    let id = started(&connection, &running).await;
    let path = format!("/v1/data-channel/{id}?role=publish_subscribe");
    let answer = upgrade(connection.port, &path, UPGRADE).await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert!(answer.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{answer}");
    let from_a_page = format!("{UPGRADE}origin: http://evil.example\r\n");
    let old_version = UPGRADE.replace("13", "8");
    let short_key = UPGRADE.replace("dGhlIHNhbXBsZSBub25jZQ==", "dGhl");
    for (case, path, headers, status) in [
        ("another session", "/v1/data-channel/rehearsal-0", UPGRADE, 403),
        ("no session", "/v1/data-channel/", UPGRADE, 403),
        ("a page", &path, &from_a_page, 403),
        ("no upgrade", &path, "", 400),
        ("an old version", &path, &old_version, 400),
        ("a short key", &path, &short_key, 400),
        ("a bad signature", &path, &format!("{UPGRADE}authorization: x\r\n"), 403),
    ] {
        let answer = upgrade(connection.port, path, headers).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{case}: {answer}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_signed_data_channel_must_be_signed_for_ssmmessages() {
    let (running, connection) = sandbox().await;
    let id = started(&connection, &running).await;
    let path = format!("/v1/data-channel/{id}?role=publish_subscribe&cell-number=AAEAAQ");
    for (path, service, status) in [
        (path.as_str(), "ssmmessages", 101),
        (path.as_str(), "ssm", 403),
        ("/v1/data-channel/rehearsal-0", "ssmmessages", 404),
    ] {
        let request = Request::get(path).body(Bytes::new()).unwrap();
        let signed = connection.signed(request, service, SystemTime::now()).unwrap();
        let mut headers = UPGRADE.to_owned();
        for (name, value) in signed.headers().iter().filter(|(name, _)| *name != "host") {
            headers.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        let answer = upgrade(connection.port, path, &headers).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path} {service}: {answer}");
    }
    running.stop().await;
}

/// A sandbox that waits so many milliseconds for a request.
fn impatient(milliseconds: u64) -> Arc<Realm> {
    let mut realm = testing::realm("/dev/null/nowhere".as_ref(), "");
    Arc::get_mut(&mut realm.first).unwrap().request_timeout = Duration::from_millis(milliseconds);
    Arc::new(realm)
}

/// Sends these bytes on a connection of their own and takes down what comes back until it is closed.
async fn exchange(realm: Arc<Realm>, bytes: &[u8]) -> String {
    let permit = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
    let (mut client, server) = tokio::io::duplex(1024);
    let serving = tokio::spawn(connection(server, realm, Arc::new(permit)));
    // The server may hang up on bytes that make no sense.
    let _ = client.write_all(bytes).await;
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    serving.await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn who_does_not_finish_a_request_is_hung_up_on() {
    let realm = impatient(50);
    for begun in ["", "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n"] {
        let answer = exchange(Arc::clone(&realm), begun.as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{begun:?}: {answer}");
    }
    let client = Connection::of(&realm.first.identity, realm.first.port);
    let request = Request::post("/").body(Bytes::from_static(b"{}")).unwrap();
    let signed = client.signed(request, "ssm", SystemTime::now()).unwrap();
    let mut head = String::from("POST / HTTP/1.1\r\ncontent-length: 2\r\n");
    for (name, value) in signed.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    let answer = exchange(realm, format!("{head}\r\n{{").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

proptest! {
    /// Whatever bytes come in, what comes out refuses them, and nothing panics.
    #[test]
    fn no_bytes_are_let_in(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..256),
            "(GET|POST|PUT) [!-~]{1,20} HTTP/1\\.[01]\r\n(([a-zA-Z-]{1,20}|Host|Authorization|Content-Length|X-Amz-Date|Upgrade): [ -~]{0,40}\r\n){0,6}\r\n.{0,20}"
                .prop_map(String::into_bytes),
        ],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // A request that is not finished is given up soon.
        let answer = runtime.block_on(exchange(impatient(1), &bytes));
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4");
        prop_assert!(refused, "{}", answer);
    }
}

async fn text(
    connection: &Connection,
    service: &str,
    request: http::request::Builder,
) -> (StatusCode, String) {
    let signed = connection.signed(request.body(Bytes::new()).unwrap(), service, SystemTime::now()).unwrap();
    let (status, body) = connection.send(signed).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn calls_of_jobs_go_by_their_path_and_are_refused_in_their_own_form() {
    let (running, connection) = sandbox().await;
    let host = Request::get("/v20180820/nothing?a=b").header("x-amz-account-id", "111122223333");
    let (status, body) = text(&connection, "s3", host).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let start = "<ErrorResponse><Error><Code>UnknownOperationException</Code><Message>";
    assert!(body.starts_with(start) && body.contains("</Error><RequestId>"), "{body}");
    let other = Connection { secret_access_key: Zeroizing::new("no".into()), ..connection.clone() };
    let (status, body) = text(&other, "s3", Request::get("/v20180820/nothing")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body.starts_with("<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code>"), "{body}");
    running.stop().await;
}

#[tokio::test]
async fn iam_is_reached_by_its_own_protocol() {
    let (running, connection) = sandbox().await;
    let request = Request::post("/").body(Bytes::from("Action=NoSuchThing&Version=2010-05-08")).unwrap();
    let signed = connection.signed(request, "iam", SystemTime::now()).unwrap();
    let (status, body) = connection.send(signed).await.unwrap();
    let body = String::from_utf8_lossy(&body);
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body.contains("<Code>InvalidAction</Code>") && body.contains("NoSuchThing"), "{body}");
    running.stop().await;
}

#[tokio::test]
async fn cloudwatch_speaks_two_protocols_and_what_is_packed_is_unpacked_in_limits() {
    let (running, connection) = sandbox().await;
    let packed = |text: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, text).unwrap();
        Bytes::from(encoder.finish().unwrap())
    };
    let json = || Request::post("/").header("x-amz-target", "GraniteServiceVersion20100801.DescribeAlarms");
    let json = || json().header("content-type", "application/x-amz-json-1.0");
    let gzip = || json().header("content-encoding", "gzip");
    let huge = vec![b' '; BODY_LIMIT + 1];
    for (case, request, expected, code) in [
        ("plain", json().body(Bytes::from("{}")), 200, ""),
        ("packed", gzip().body(packed(b"{\"MaxRecords\": 1}")), 200, ""),
        ("no gzip", gzip().body(Bytes::from("{}")), 400, "SerializationException"),
        ("a bomb", gzip().body(packed(&huge)), 413, "RequestEntityTooLargeException"),
        (
            "another",
            json().header("content-encoding", "br").body(Bytes::new()),
            415,
            "UnsupportedMediaTypeException",
        ),
        ("wrong", json().body(Bytes::from("{\"StateValue\": \"X\"}")), 400, "ValidationException"),
    ] {
        let (status, body) = send(&connection, "monitoring", request.unwrap()).await;
        assert_eq!(
            (status.as_u16(), body["__type"].as_str().unwrap_or_default()),
            (expected, code),
            "{case}"
        );
    }
    let path = "/service/GraniteServiceVersion20100801/operation/SetAlarmState";
    let cbor = Request::post(path).header("smithy-protocol", "rpc-v2-cbor").body(Bytes::from_static(&[0xa0]));
    let signed = connection.signed(cbor.unwrap(), "monitoring", SystemTime::now()).unwrap();
    let (status, body) = connection.send(signed).await.unwrap();
    let text = String::from_utf8_lossy(&body);
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body[0] == 0xa2 && text.contains("MissingRequiredParameterException"), "{text}");
    running.stop().await;
}

/// Sign-in is unsigned by nature; nothing else is, and it takes what was issued here.
#[tokio::test]
async fn what_nobody_signs_is_answered_on_the_paths_of_sign_in_only() {
    let (running, connection) = sandbox().await;
    let host = format!("127.0.0.1:{}", connection.port);
    for (method, path, body, status, error) in [
        ("GET", "/start", "", 200, ""),
        ("GET", "/start/0123", "", 200, ""),
        ("GET", "/starts", "", 403, ""),
        ("POST", "/client/register", "{\"clientName\":\"a\",\"clientType\":\"public\"}", 200, ""),
        ("POST", "/client/register", "{}", 400, "invalid_client_metadata"),
        ("POST", "/token", "{}", 400, "invalid_request"),
        ("GET", "/assignment/accounts", "", 401, "unauthorized"),
        ("GET", "/federation/credentials", "", 401, "unauthorized"),
        ("POST", "/logout", "", 401, "unauthorized"),
        ("GET", "/token", "", 403, ""),
        ("POST", "/token/", "{}", 403, ""),
        ("GET", "/assignment", "", 403, ""),
        ("POST", "/", "Action=AssumeRole&Version=2011-06-15", 403, ""),
        ("GET", "/2015-03-31/functions", "", 403, ""),
    ] {
        let request = Request::builder().method(method).uri(path).header("host", &host);
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let (given, answer) = connection.send(request).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let name = answer["error"].as_str().unwrap_or_default();
        assert_eq!((given.as_u16(), name), (status, error), "{method} {path}");
    }
    let length = services::sso::BODY_LIMIT + 1;
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", connection.port)).await.unwrap();
    let head = format!("POST /token HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    running.stop().await;
}
