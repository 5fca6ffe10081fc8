//! S3 over its own protocol, signed and not.

use crate::sandbox::client::Connection;
use crate::sandbox::config::Settings;
use crate::sandbox::ground::Surroundings;
use crate::sandbox::start::{Running, start};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use opsctl_engine::hex::hex;
use ring::digest;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use zeroize::Zeroizing;

/// A sandbox with a folder that goes with it.
struct Rehearsal {
    running: Option<Running>,
    connection: Connection,
    folder: PathBuf,
}

impl Rehearsal {
    async fn start(settings: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("opsctl-s3-{}-{number}", std::process::id()));
        let surroundings = Surroundings {
            folder: folder.clone(),
            program: "/nonexistent/opsctl".into(),
            user: "tester".into(),
            path: "/usr/bin:/bin".into(),
            is_region: |region| region != "xx-none-1",
        };
        let settings = Settings::parse("sandbox.toml", settings).unwrap();
        let running = start(settings, surroundings, 0).await.unwrap();
        let connection = running.connection();
        Rehearsal { running: Some(running), connection, folder }
    }

    async fn call(&self, method: Method, path: &str, body: &str) -> (StatusCode, String) {
        send(&self.connection, signed(&self.connection, method, path, &[], body)).await
    }

    async fn call_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (StatusCode, String) {
        send(&self.connection, signed(&self.connection, method, path, headers, body)).await
    }

    async fn end(mut self) {
        self.running.take().unwrap().stop().await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn hex_sha256(body: &str) -> String {
    let hash = digest::digest(&digest::SHA256, body.as_bytes());
    hex(hash.as_ref())
}

fn signed(
    connection: &Connection,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Request<Bytes> {
    let mut request =
        Request::builder().method(method).uri(path).header("x-amz-content-sha256", hex_sha256(body));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Bytes::from(body.to_owned())).unwrap();
    connection.signed(request, "s3", SystemTime::now()).unwrap()
}

async fn send(connection: &Connection, request: Request<Bytes>) -> (StatusCode, String) {
    let (status, body) = connection.send(request).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn code(body: &str) -> &str {
    body.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next()).unwrap_or_default()
}

#[tokio::test]
async fn what_is_not_signed_for_it_is_refused_in_the_words_of_s3() {
    let rehearsal = Rehearsal::start("").await;
    let connection = &rehearsal.connection;
    let path = "/rehearsal-data/logs/01.txt";
    assert_eq!(rehearsal.call(Method::GET, path, "").await, (StatusCode::OK, "a line of a log\n".into()));
    let get = |connection: &Connection| signed(connection, Method::GET, path, &[], "");
    let unsigned = Request::get(path).header("host", format!("127.0.0.1:{}", connection.port));
    let other_key = Connection { access_key_id: "AKIAABCDEFGHIJKLMNOP".into(), ..connection.clone() };
    let other_secret = Connection { secret_access_key: Zeroizing::new("no".into()), ..connection.clone() };
    let mut changed = get(connection);
    *changed.uri_mut() = "/rehearsal-data/logs/02.txt".parse().unwrap();
    let mut added = get(connection);
    added.headers_mut().insert("x-amz-acl", "public-read".parse().unwrap());
    let mut rebound = get(connection);
    rebound.headers_mut().insert("host", "evil.example".parse().unwrap());
    let mut body = signed(connection, Method::PUT, "/rehearsal-data/new", &[], "text");
    *body.body_mut() = Bytes::from_static(b"tixt");
    let late = SystemTime::now() - Duration::from_secs(3600);
    let old = Request::get(path).header("x-amz-content-sha256", hex_sha256("")).body(Bytes::new()).unwrap();
    let old = connection.signed(old, "s3", late).unwrap();
    let twice =
        format!("{path}?X-Amz-Credential=AKIAABCDEFGHIJKLMNOP%2F20260101%2Fus-east-1%2Fs3%2Faws4_request");
    let form = [("content-type", "multipart/form-data; boundary=x")];
    for (case, request, status, expected) in [
        ("unsigned", unsigned.body(Bytes::new()).unwrap(), 403, "AccessDenied"),
        ("another key", get(&other_key), 403, "InvalidAccessKeyId"),
        ("another secret", get(&other_secret), 403, "SignatureDoesNotMatch"),
        ("another object", changed, 403, "SignatureDoesNotMatch"),
        ("a header more", added, 403, "SignatureDoesNotMatch"),
        ("a foreign host", rebound, 403, "AccessDenied"),
        ("another body", body, 400, "XAmzContentSHA256Mismatch"),
        ("an old signature", old, 403, "RequestTimeTooSkewed"),
        (
            "a token of somebody else",
            signed(connection, Method::GET, path, &[("x-amz-security-token", "x")], ""),
            400,
            "InvalidToken",
        ),
        ("two keys", signed(connection, Method::GET, &twice, &[], ""), 400, "InvalidArgument"),
        ("a form", signed(connection, Method::POST, "/rehearsal-data", &form, ""), 501, "NotImplemented"),
    ] {
        let (found, text) = send(connection, request).await;
        assert_eq!((found.as_u16(), code(&text)), (status, expected), "{case}: {text}");
    }
    let (status, _) = rehearsal.call(Method::HEAD, "/rehearsal-data/new", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nothing of a refused body is kept");
    rehearsal.end().await;
}

#[tokio::test]
async fn what_is_not_there_is_refused_by_its_name() {
    let rehearsal = Rehearsal::start("").await;
    for (method, path, expected) in [
        (Method::GET, "/rehearsal-data?policy", "GetBucketPolicy"),
        (Method::GET, "/rehearsal-data?lifecycle", "GetBucketLifecycleConfiguration"),
        (Method::GET, "/rehearsal-data?tagging", "GetBucketTagging"),
        (Method::GET, "/rehearsal-data?inventory", "ListBucketInventoryConfigurations"),
    ] {
        let (status, text) = rehearsal.call(method, path, "").await;
        assert_eq!((status.as_u16(), code(&text)), (501, "NotImplemented"), "{path}: {text}");
        assert!(text.contains(expected), "{path}: {text}");
    }
    let customers = [("x-amz-server-side-encryption-customer-algorithm", "AES256")];
    let (status, text) = rehearsal.call_with(Method::PUT, "/rehearsal-data/x", &customers, "x").await;
    assert_eq!((status.as_u16(), code(&text)), (501, "NotImplemented"), "{text}");
    rehearsal.end().await;
}

#[tokio::test]
async fn denials_are_those_of_the_policy_and_of_prefixes() {
    let settings = "[deny]\nactions = [\"s3:GetObject\", \"s3:PutObjectTagging\", \"s3:BypassGovernance*\"]\n\
                    [[buckets]]\nname = \"data\"\ndenied_prefixes = [\"secret/\"]\n\
                    objects = [{ key = \"a\", body = \"x\" }, { key = \"secret/b\", body = \"x\" }]\n";
    let rehearsal = Rehearsal::start(settings).await;
    let by_policy = "User: arn:aws:iam::111122223333:user/rehearsal is not authorized to perform: s3:GetObject on \
                     resource: arn:aws:s3:::data/a with an explicit deny in an identity-based policy";
    let (status, text) = rehearsal.call(Method::GET, "/data/a", "").await;
    assert_eq!((status, code(&text)), (StatusCode::FORBIDDEN, "AccessDenied"));
    assert!(text.contains(by_policy), "{text}");
    let source = [("x-amz-copy-source", "data/a")];
    let bypass = [("x-amz-bypass-governance-retention", "true")];
    for (case, method, path, headers, expected) in [
        (
            "copied from",
            Method::PUT,
            "/data/copy",
            &source[..],
            "s3:GetObject on resource: arn:aws:s3:::data/a",
        ),
        ("another action", Method::PUT, "/data/a?tagging", &[], "s3:PutObjectTagging"),
        ("a bypass", Method::DELETE, "/data/a", &bypass, "s3:BypassGovernanceRetention"),
        (
            "a key below",
            Method::PUT,
            "/data/secret/c",
            &[],
            "s3:PutObject on resource: arn:aws:s3:::data/secret/c",
        ),
        ("a list of it", Method::GET, "/data?list-type=2&prefix=secret/", &[], "s3:ListBucket"),
        ("its versions", Method::GET, "/data?versions&prefix=secret/b", &[], "s3:ListBucketVersions"),
    ] {
        let (status, text) = rehearsal.call_with(method, path, headers, "").await;
        assert_eq!((status, code(&text)), (StatusCode::FORBIDDEN, "AccessDenied"), "{case}: {text}");
        assert!(text.contains(expected), "{case}: {text}");
    }
    let delete = "<Delete><Object><Key>secret/b</Key></Object><Object><Key>a</Key></Object></Delete>";
    let (status, text) = rehearsal.call(Method::POST, "/data?delete", delete).await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("<Error><Code>AccessDenied</Code><Key>secret/b</Key>"), "{text}");
    assert!(text.contains("<Deleted><Key>a</Key></Deleted>"), "{text}");
    let (status, text) = rehearsal.call(Method::GET, "/data?list-type=2", "").await;
    assert_eq!((status, text.contains("<Key>secret/b</Key>")), (StatusCode::OK, true), "{text}");
    rehearsal.end().await;
}

#[tokio::test]
async fn a_bucket_is_reached_by_its_own_region() {
    let settings =
        "[[buckets]]\nname = \"far\"\nregion = \"eu-west-1\"\nobjects = [{ key = \"a\", body = \"x\" }]\n";
    let rehearsal = Rehearsal::start(settings).await;
    let request = signed(&rehearsal.connection, Method::GET, "/far/a", &[], "");
    let (status, text) = send(&rehearsal.connection, request).await;
    assert_eq!((status, code(&text)), (StatusCode::MOVED_PERMANENTLY, "PermanentRedirect"), "{text}");
    let head =
        raw(&rehearsal.connection, &signed(&rehearsal.connection, Method::HEAD, "/far", &[], "")).await;
    assert!(
        head.starts_with("HTTP/1.1 301 ") && head.contains("x-amz-bucket-region: eu-west-1\r\n"),
        "{head}"
    );
    let (_, text) = rehearsal.call(Method::GET, "/far?location", "").await;
    assert!(text.contains("eu-west-1</LocationConstraint>"), "{text}");
    let there = Connection { region: "eu-west-1".into(), ..rehearsal.connection.clone() };
    let (status, text) = send(&there, signed(&there, Method::GET, "/far/a", &[], "")).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "x"));
    let (status, _) = send(&there, signed(&there, Method::PUT, "/made-there", &[], "")).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = rehearsal.call(Method::GET, "/made-there", "").await;
    assert_eq!(status, StatusCode::MOVED_PERMANENTLY);
    rehearsal.end().await;
}

/// The head of an answer.
async fn raw(connection: &Connection, request: &Request<Bytes>) -> String {
    let mut head = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", connection.port)).await.unwrap();
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn versions_and_delete_markers_come_in_one_order() {
    let settings = "[[buckets]]\nname = \"data\"\nversioning = \"enabled\"\n";
    let rehearsal = Rehearsal::start(settings).await;
    for (method, key) in [
        (Method::PUT, "a"),
        (Method::DELETE, "a"),
        (Method::PUT, "a"),
        (Method::DELETE, "b"),
        (Method::PUT, "c/d"),
        (Method::DELETE, "c/e"),
    ] {
        assert!(rehearsal.call(method, &format!("/data/{key}"), "").await.0.is_success());
    }
    let (_, all) = rehearsal.call(Method::GET, "/data?versions", "").await;
    let kinds = |text: &str| -> Vec<String> {
        let elements = text.split('<').filter(|part| {
            ["Version>", "DeleteMarker>", "CommonPrefixes>"].contains(part) || part.starts_with("Key>")
        });
        elements.map(|element| element.replace('>', " ").trim().to_owned()).collect()
    };
    let expected = [
        "Version",
        "Key a",
        "DeleteMarker",
        "Key a",
        "Version",
        "Key a",
        "DeleteMarker",
        "Key b",
        "Version",
        "Key c/d",
        "DeleteMarker",
        "Key c/e",
    ];
    assert_eq!(kinds(&all), expected, "{all}");
    let field = |text: &str, name: &str| -> Option<String> {
        let rest = text.split(&format!("<{name}>")).nth(1)?;
        rest.split('<').next().map(str::to_owned)
    };
    let (mut pages, mut marker) = (Vec::new(), String::new());
    loop {
        let path = format!("/data?versions&max-keys=2{marker}");
        let (_, page) = rehearsal.call(Method::GET, &path, "").await;
        pages.extend(kinds(&page));
        let Some(key) = field(&page, "NextKeyMarker") else { break };
        let id = field(&page, "NextVersionIdMarker").unwrap();
        marker = format!("&key-marker={}&version-id-marker={id}", key.replace('/', "%2F"));
    }
    assert_eq!(pages, expected);
    let (_, rolled) = rehearsal.call(Method::GET, "/data?versions&delimiter=%2F&key-marker=b", "").await;
    assert_eq!(kinds(&rolled), ["CommonPrefixes"], "{rolled}");
    let (status, _) = rehearsal.call(Method::GET, "/data?versions&version-id-marker=null", "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    rehearsal.end().await;
}

#[tokio::test]
async fn more_requests_than_the_limit_are_told_to_slow_down() {
    let rehearsal = Rehearsal::start("[s3]\nslow_down_per_s = 3\n").await;
    let list = async || {
        let (status, text) = rehearsal.call(Method::GET, "/rehearsal-data?list-type=2", "").await;
        (status.as_u16(), code(&text).to_owned())
    };
    for _ in 0..3 {
        assert_eq!(list().await, (200, String::new()));
    }
    // However long the calls take, the requests of the next hour have been used up.
    let in_an_hour = Instant::now() + Duration::from_secs(3600);
    let rate = &rehearsal.running.as_ref().unwrap().realm.first.s3.rate;
    while rate.allows(in_an_hour) {}
    assert_eq!(list().await, (503, "SlowDown".to_owned()));
    rehearsal.end().await;
}

#[tokio::test]
async fn s3_has_a_latency_of_its_own() {
    let rehearsal = Rehearsal::start("[s3]\nlatency_ms = 60\n").await;
    let asked = Instant::now();
    rehearsal.call(Method::GET, "/rehearsal-data/nothing", "").await;
    assert!(asked.elapsed() >= Duration::from_millis(60));
    rehearsal.end().await;
}

#[tokio::test]
async fn reads_depend_on_conditions_and_ranges() {
    let rehearsal = Rehearsal::start(
        "[[buckets]]\nname = \"data\"\nobjects = [{ key = \"a\", body = \"0123456789\" }]\n",
    )
    .await;
    let etag = "\"781e5e245d69b566979b86e28d23f2c7\"";
    for (name, value, status, body) in [
        ("if-match", etag, 200, "0123456789"),
        ("if-match", "\"x\"", 412, ""),
        ("if-none-match", etag, 304, ""),
        ("if-none-match", "\"x\"", 200, "0123456789"),
        ("if-modified-since", "Wed, 21 Oct 2015 07:28:00 GMT", 200, "0123456789"),
        ("if-unmodified-since", "Wed, 21 Oct 2015 07:28:00 GMT", 412, ""),
        ("range", "bytes=2-4", 206, "234"),
        ("range", "bytes=8-", 206, "89"),
        ("range", "bytes=-3", 206, "789"),
        ("range", "bytes=10-", 416, ""),
    ] {
        let (found, text) = rehearsal.call_with(Method::GET, "/data/a", &[(name, value)], "").await;
        assert_eq!(found.as_u16(), status, "{name}: {value}: {text}");
        assert!(text == body || body.is_empty(), "{name}: {value}: {text}");
    }
    for (name, value, status, expected) in [
        ("if-none-match", "*", 412, "PreconditionFailed"),
        ("if-match", "\"x\"", 412, "PreconditionFailed"),
        ("if-match", etag, 200, ""),
        ("content-md5", "eB5eJF1ptWaXm4bijSPyxw==", 200, ""),
        ("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==", 400, "BadDigest"),
        ("content-md5", "x", 400, "InvalidDigest"),
        ("x-amz-checksum-crc32", "phRIxg==", 400, "BadDigest"),
        ("x-amz-checksum-sha256", "hNiYd/CUBB77a/kaFvAkjy/VcyJq+9Gcr/jlLCbrbS8=", 400, "BadDigest"),
        ("x-amz-storage-class", "FROZEN", 400, "InvalidStorageClass"),
        ("x-amz-tagging", "a=1&a=2", 400, "InvalidTag"),
        ("x-amz-object-lock-legal-hold", "ON", 400, "InvalidRequest"),
        ("x-amz-acl", "public-read", 400, "AccessControlListNotSupported"),
    ] {
        let (found, text) = rehearsal.call_with(Method::PUT, "/data/a", &[(name, value)], "0123456789").await;
        assert_eq!((found.as_u16(), code(&text)), (status, expected), "{name}: {value}: {text}");
    }
    rehearsal.end().await;
}
