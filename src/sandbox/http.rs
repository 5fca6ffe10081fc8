//! The HTTP of the API: which requests are let in, and how answers and refusals look in each protocol. Knows no
//! service and no socket.

use super::services::{Reply, RestReply, ServiceError, lambda, monitoring, s3control, sso};
use super::sigv4::{self, Refusal};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;
use std::error::Error;
use std::fmt::Write as _;

/// What S3 sends can be larger than memory, and can fail on its way.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;
pub type Answer = Response<Body>;

/// How a client wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// With the content type of its version.
    Json(&'static str),
    /// One of the two of CloudWatch.
    Monitoring(monitoring::Codec),
    /// Query in, XML out.
    Query,
    /// XML, with errors as S3 Control has them.
    S3Control,
    /// XML and streams.
    S3,
    /// JSON in REST.
    Lambda,
    /// JSON in REST that nobody signs, and pages.
    SignIn,
}

const JSON_1_0: &str = "application/x-amz-json-1.0";
const JSON_1_1: &str = "application/x-amz-json-1.1";
const CBOR: &str = "application/cbor";
const SMITHY_PROTOCOL: &str = "smithy-protocol";
const RPC_V2_CBOR: &str = "rpc-v2-cbor";

impl Protocol {
    pub fn of(parts: &Parts) -> Self {
        let form = parts.method == http::Method::POST && parts.uri.path() == "/";
        let scope = sigv4::claimed_scope(parts);
        match scope.as_ref().map(|scope| scope.service.as_str()) {
            _ if parts.uri.path().starts_with(monitoring::PATH) => {
                Protocol::Monitoring(monitoring::Codec::Cbor)
            }
            _ if target(parts).starts_with(monitoring::TARGET) => {
                Protocol::Monitoring(monitoring::Codec::Json)
            }
            _ if parts.headers.contains_key("x-amz-target") => Protocol::Json(json_version(parts)),
            _ if parts.uri.path().starts_with(s3control::PATH) => Protocol::S3Control,
            None if !parts.headers.contains_key(AUTHORIZATION) && sso::is_asked(parts) => Protocol::SignIn,
            Some("lambda") => Protocol::Lambda,
            None if parts.uri.path().starts_with(lambda::PATH) => Protocol::Lambda,
            Some("s3") => Protocol::S3,
            // Whatever else is not signed at all could only be meant for S3.
            None if !form && !parts.headers.contains_key(AUTHORIZATION) => Protocol::S3,
            _ => Protocol::Query,
        }
    }
}

fn target(parts: &Parts) -> &str {
    parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default()
}

/// The operation of CloudWatch that is asked for in a protocol.
pub fn monitoring_operation(parts: &Parts, codec: monitoring::Codec) -> &str {
    let operation = match codec {
        monitoring::Codec::Cbor => parts.uri.path().strip_prefix(monitoring::PATH),
        monitoring::Codec::Json => target(parts).strip_prefix(monitoring::TARGET),
    };
    operation.unwrap_or_default()
}

/// A service is asked and answers in one of them.
fn json_version(parts: &Parts) -> &'static str {
    match parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes) {
        Some(given) if given == JSON_1_0.as_bytes() => JSON_1_0,
        _ => JSON_1_1,
    }
}

/// A body that is in memory.
pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// Refuses requests that a web page could send through a name of its own (DNS rebinding), or that were meant for a
/// proxy.
pub fn check_host(parts: &Parts) -> Result<(), ServiceError> {
    let mut hosts = parts.headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or_default(),
        _ => "",
    };
    if parts.uri.scheme().is_none() && parts.uri.authority().is_none() && is_own_host(host) {
        return Ok(());
    }
    let message = "this sandbox answers to 127.0.0.1 and localhost only";
    Err(ServiceError::new("AccessDeniedException", message).status(403))
}

/// The names that clients make of a loopback endpoint; none of the prefixed ones resolves elsewhere.
fn is_own_host(host: &str) -> bool {
    let name = match host.split_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) => return false,
        None => host,
    };
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.strip_suffix("127.0.0.1") {
        Some(prefix) => matches!(prefix, "" | "sync-") || prefix.strip_suffix('.').is_some_and(is_account),
        None => name.eq_ignore_ascii_case("localhost"),
    }
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        if refusal == Refusal::Expired {
            return ServiceError::expired_token();
        }
        let code = match &refusal {
            Refusal::Missing => "MissingAuthenticationTokenException",
            Refusal::Incomplete(_) => "IncompleteSignatureException",
            Refusal::UnknownKey | Refusal::Expired => "UnrecognizedClientException",
            Refusal::Invalid(_) => "InvalidSignatureException",
        };
        ServiceError::new(code, refusal.to_string()).status(403)
    }
}

/// The name an error has in the Query protocol.
pub fn query_code(code: &str) -> &str {
    match code {
        "AccessDeniedException" => "AccessDenied",
        "ExpiredTokenException" => "ExpiredToken",
        "IncompleteSignatureException" => "IncompleteSignature",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "UnknownOperationException" => "InvalidAction",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "ValidationException" => "ValidationError",
        code => code,
    }
}

/// The status an error has in the Query protocol, where it is not that of the JSON protocols.
fn query_status(error: &ServiceError) -> u16 {
    if error.code == "ExpiredTokenException" { 403 } else { error.status }
}

/// The name an error has in S3, by the one it has in the JSON protocols.
fn s3_code(code: &str) -> &str {
    match code {
        "AccessDeniedException" | "MissingAuthenticationTokenException" => "AccessDenied",
        "ExpiredTokenException" => "ExpiredToken",
        "IncompleteSignatureException" => "AuthorizationHeaderMalformed",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "UnrecognizedClientException" => "InvalidAccessKeyId",
        code => code,
    }
}

pub fn response(protocol: Protocol, request_id: &str, result: Result<Reply, ServiceError>) -> Answer {
    let (status, content_type, body) = match (result, protocol) {
        (Ok(Reply::Json(body)), Protocol::Json(content_type)) => (200, content_type, body),
        (Ok(Reply::Json(body)), Protocol::Monitoring(_)) => (200, JSON_1_0, body),
        (Ok(Reply::Json(body)), _) => (200, JSON_1_1, body),
        (Ok(Reply::Cbor(body)), _) => (200, CBOR, body),
        (Ok(Reply::Xml { action, namespace, result }), _) => {
            (200, "text/xml", success(action, namespace, &result, request_id).into_bytes())
        }
        (Ok(Reply::Rest(reply)), protocol) => return rest(reply, protocol, request_id),
        (Err(error), Protocol::Json(content_type)) => {
            let body = serde_json::json!({ "__type": error.code, "message": error.message });
            (error.status, content_type, body.to_string().into_bytes())
        }
        (Err(error), Protocol::Monitoring(codec)) => return monitoring_error(&error, codec, request_id),
        (Err(error), Protocol::Query) => {
            (query_status(&error), "text/xml", failure(&error, request_id).into_bytes())
        }
        (Err(error), Protocol::S3Control) => {
            let body = format!(
                "<ErrorResponse>{}<RequestId>{request_id}</RequestId></ErrorResponse>",
                element(&error)
            );
            (error.status, "application/xml", body.into_bytes())
        }
        (Err(error), Protocol::Lambda) => return lambda_error(&error, request_id),
        (Err(error), Protocol::SignIn) => return sign_in_error(&error, request_id),
        (Err(error), Protocol::S3) => (error.status, "application/xml", element(&error).into_bytes()),
    };
    let mut response = Response::new(whole(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if content_type == CBOR {
        response.headers_mut().insert(SMITHY_PROTOCOL, HeaderValue::from_static(RPC_V2_CBOR));
    }
    name(&mut response, protocol, request_id);
    response
}

/// An error has the name it had in the protocol of before in a header.
fn monitoring_error(error: &ServiceError, codec: monitoring::Codec, request_id: &str) -> Answer {
    let mut response = Response::new(whole(monitoring::refusal(codec, error)));
    *response.status_mut() = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    match codec {
        monitoring::Codec::Cbor => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(CBOR));
            headers.insert(SMITHY_PROTOCOL, HeaderValue::from_static(RPC_V2_CBOR));
        }
        monitoring::Codec::Json => drop(headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON_1_0))),
    }
    let side = if error.status < 500 { "Sender" } else { "Receiver" };
    let (_, older) = monitoring::names(&error.code);
    if let Ok(code) = HeaderValue::from_str(&format!("{older};{side}")) {
        headers.insert("x-amzn-query-error", code);
    }
    name(&mut response, Protocol::Monitoring(codec), request_id);
    response
}

/// The name of an error is in a header.
fn lambda_error(error: &ServiceError, request_id: &str) -> Answer {
    let side = if error.status < 500 { "User" } else { "Service" };
    let mut body = serde_json::json!({ "Type": side, "message": error.message });
    if error.code == "TooManyRequestsException" {
        body["Reason"] = "ReservedFunctionConcurrentInvocationLimitExceeded".into();
    }
    rest_error(error, &body, Protocol::Lambda, request_id)
}

/// Here, too; the portal tells the message, the OIDC endpoint the name of OAuth and a description.
fn sign_in_error(error: &ServiceError, request_id: &str) -> Answer {
    let mut name = String::new();
    for letter in error.code.strip_suffix("Exception").unwrap_or(&error.code).chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    let message = &error.message;
    let body = serde_json::json!({ "message": message, "error": name, "error_description": message });
    rest_error(error, &body, Protocol::SignIn, request_id)
}

fn rest_error(error: &ServiceError, body: &Value, protocol: Protocol, request_id: &str) -> Answer {
    let mut response = Response::new(whole(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(code) = HeaderValue::from_str(&error.code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    name(&mut response, protocol, request_id);
    response
}

fn rest(reply: RestReply, protocol: Protocol, request_id: &str) -> Answer {
    let mut response = Response::new(whole(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    let xml = HeaderValue::from_static("application/xml");
    response.headers_mut().entry(CONTENT_TYPE).or_insert(xml);
    name(&mut response, protocol, request_id);
    response
}

/// Gives an answer its id, under the name that the service has for it. One that has an id of its own keeps it.
pub fn name(response: &mut Answer, protocol: Protocol, request_id: &str) {
    let header = match protocol {
        Protocol::S3 | Protocol::S3Control => "x-amz-request-id",
        _ => "x-amzn-requestid",
    };
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().entry(header).or_insert(id);
    }
}

/// An error as S3 has it, alone or inside of another element.
fn element(error: &ServiceError) -> String {
    let code = s3_code(&error.code);
    format!("<Error><Code>{code}</Code><Message>{}</Message></Error>", escape(&error.message))
}

/// The whole answer of an action of the Query protocol.
pub fn success(action: &str, namespace: &str, result: &str, request_id: &str) -> String {
    format!(
        "<{action}Response xmlns=\"{namespace}\"><{action}Result>{result}</{action}Result>\
         <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
}

fn failure(error: &ServiceError, request_id: &str) -> String {
    let side = if error.status < 500 { "Sender" } else { "Receiver" };
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>{side}</Type><Code>{}</Code>\
         <Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        query_code(&error.code),
        escape(&error.message)
    )
}

pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\t' | '\n' | '\r' | ' '.. => escaped.push(letter),
            // XML has no way to write the others.
            control => drop(write!(escaped, "\\u{:04x}", u32::from(control))),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(uri: &str, hosts: &[&str]) -> Parts {
        let mut request = http::Request::builder().uri(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn only_names_of_loopback_are_answered() {
        for (host, expected) in [
            ("127.0.0.1", true),
            ("127.0.0.1:4566", true),
            ("localhost", true),
            ("LOCALHOST:80", true),
            ("sync-127.0.0.1:1", true),
            ("111122223333.127.0.0.1", true),
            ("11112222333.127.0.0.1", false),
            ("111122223333127.0.0.1", false),
            ("111122223333.localhost", false),
            ("evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("x127.0.0.1", false),
            ("127.0.0.1:", false),
            ("127.0.0.1:80:90", false),
            ("127.0.0.1:8o", false),
            ("[::1]:80", false),
            ("", false),
        ] {
            assert_eq!(check_host(&parts("/", &[host])).is_ok(), expected, "{host}");
        }
        assert!(check_host(&parts("/", &[])).is_err());
        assert!(check_host(&parts("/", &["127.0.0.1", "127.0.0.1"])).is_err());
        assert!(check_host(&parts("http://127.0.0.1/", &["127.0.0.1"])).is_err());
    }

    #[test]
    fn json_is_answered_in_the_version_it_was_asked_in() {
        for asked in [JSON_1_0, JSON_1_1] {
            let request = http::Request::post("/").header("x-amz-target", "a.B").header(CONTENT_TYPE, asked);
            let protocol = Protocol::of(&request.body(()).unwrap().into_parts().0);
            for result in [Ok(Reply::Json(b"{}".to_vec())), Err(ServiceError::new("No", "no"))] {
                assert_eq!(response(protocol, "id-1", result).headers()[CONTENT_TYPE], asked);
            }
        }
    }

    #[tokio::test]
    async fn an_error_of_lambda_has_its_name_in_a_header_and_says_whose_it_is() {
        let error = || ServiceError::new("TooManyRequestsException", "Rate Exceeded.").status(429);
        let answer = response(Protocol::Lambda, "id-1", Err(error()));
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["x-amzn-requestid"]),
            (429, &"id-1".parse().unwrap())
        );
        assert_eq!(answer.headers()["x-amzn-errortype"], "TooManyRequestsException");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
        assert_eq!(body, serde_json::json!({"Type": "User", "message": "Rate Exceeded.", "Reason": reason}));
    }

    #[tokio::test]
    async fn an_error_of_sign_in_has_the_name_of_oauth_too() {
        let error = ServiceError::new("AuthorizationPendingException", "wait");
        let answer = response(Protocol::SignIn, "id-1", Err(error));
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.headers()["x-amzn-errortype"], "AuthorizationPendingException");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let expected = ("authorization_pending", "wait", "wait");
        let given = ["error", "error_description", "message"].map(|name| body[name].as_str().unwrap());
        assert_eq!((given[0], given[1], given[2]), expected);
    }

    #[test]
    fn errors_are_spelled_as_the_protocol_spells_them() {
        let error = || ServiceError::from(Refusal::Invalid("<a> & \u{1b}".into()));
        let json = response(Protocol::Json(JSON_1_0), "id-1", Err(error()));
        assert_eq!(json.status(), 403);
        assert_eq!(json.headers()["x-amzn-requestid"], "id-1");
        let xml = failure(&error(), "id-1");
        assert!(xml.contains("<Code>SignatureDoesNotMatch</Code>"), "{xml}");
        assert!(xml.contains("<Message>&lt;a&gt; &amp; \\u001b</Message>"), "{xml}");
    }
}
