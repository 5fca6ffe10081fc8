//! The Lambda Runtime API (2018-06-01) over HTTP, for one instance: the next invocation, its answer or error, and an
//! error of the start. What is to happen next is the exchange's business.
//!
//! The port is the instance's alone. Like Lambda's it is not signed: other users of the machine, where they can be told,
//! and what a web page could send are refused.

use super::exchange::{Exchange, Invocation, Outcome, RESPONSE_LIMIT, Refused};
use super::peer::is_a_stranger;
use crate::sandbox::http::check_host;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const VERSION: &str = "/2018-06-01/runtime/";
/// One that waits, one that answers, and some that a program keeps open.
const CONNECTIONS: usize = 16;
/// For the head of a request.
const HEAD: Duration = Duration::from_secs(30);
/// For its body.
const BODY: Duration = Duration::from_secs(60);
/// A listener that cannot accept tries again after this.
const PAUSE: Duration = Duration::from_millis(50);
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";

type Answer = Response<Full<Bytes>>;

/// Until it is aborted, with all of its connections.
pub async fn serve(listener: TcpListener, exchange: Arc<Exchange>, function_arn: String) {
    let function_arn: Arc<str> = function_arn.into();
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= CONNECTIONS {
            connections.join_next().await;
        }
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, peer)) => {
                if stream.local_addr().is_ok_and(|own| is_a_stranger(peer, own)) {
                    tracing::warn!("another user of this machine is not let in to a function");
                    continue;
                }
                let _ = stream.set_nodelay(true);
                let (exchange, arn) = (Arc::clone(&exchange), Arc::clone(&function_arn));
                let service = service_fn(move |request| {
                    let (exchange, arn) = (Arc::clone(&exchange), Arc::clone(&arn));
                    async move { Ok::<_, Infallible>(answer(&exchange, &arn, request).await) }
                });
                connections.spawn(async move {
                    let mut builder = http1::Builder::new();
                    builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
                    if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
                        tracing::debug!(%error, "a function's connection ended badly");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a function's connection cannot be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn answer(exchange: &Exchange, arn: &str, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    if check_host(&parts).is_err() || parts.headers.contains_key("sec-fetch-site") {
        return error(StatusCode::FORBIDDEN, "AccessDenied", "only the function itself is answered here");
    }
    let Some(path) = parts.uri.path().strip_prefix(VERSION) else { return unknown() };
    if path == "invocation/next" {
        return match parts.method {
            Method::GET => match exchange.next().await {
                Ok(invocation) => event(invocation, arn),
                Err(refused) => refuse(refused),
            },
            _ => error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "only GET is known here"),
        };
    }
    let of_invocation = path.strip_prefix("invocation/").and_then(|rest| rest.split_once('/'));
    let is_known = path == "init/error" || matches!(of_invocation, Some((_, "response" | "error")));
    if !is_known {
        return unknown();
    }
    if parts.method != Method::POST {
        return error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "only POST is known here");
    }
    let body = match read(body).await {
        Ok(body) => body,
        Err(Unread::TooLarge(size)) => {
            if let Some((id, _)) = of_invocation {
                // It is told below in any case.
                let _ = exchange.answer(id, Outcome::TooLarge(size));
            }
            let message = format!("Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).");
            return error(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
        }
        Err(Unread::Broken) => {
            return error(StatusCode::BAD_REQUEST, "InvalidRequest", "the body did not arrive");
        }
    };
    let said = match of_invocation {
        None => exchange.break_off(told_error(&parts, body, "Runtime.Unknown")),
        Some((id, "error")) => exchange.answer(id, told_error(&parts, body, "Function.Unknown")),
        Some((id, _)) => exchange.answer(id, Outcome::Response(body)),
    };
    match said {
        Ok(()) => json_answer(StatusCode::ACCEPTED, json!({ "status": "OK" }).to_string()),
        Err(refused) => refuse(refused),
    }
}

fn event(invocation: Invocation, arn: &str) -> Answer {
    let mut answer = json_answer(StatusCode::OK, invocation.event);
    let deadline = invocation.deadline.as_millisecond().to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", Some(invocation.request_id.as_str())),
        ("lambda-runtime-deadline-ms", Some(&deadline)),
        ("lambda-runtime-invoked-function-arn", Some(arn)),
        ("lambda-runtime-trace-id", Some(&invocation.trace_id)),
        ("lambda-runtime-client-context", invocation.client_context.as_deref()),
    ];
    for (name, value) in headers {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            answer.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    answer
}

/// The name of an error is in a header or in what is said of it.
fn told_error(parts: &Parts, payload: Bytes, unnamed: &str) -> Outcome {
    let in_header = parts.headers.get(ERROR_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let in_body = || {
        let said: serde_json::Value = serde_json::from_slice(&payload).ok()?;
        said.get("errorType")?.as_str().map(str::to_owned)
    };
    let kind = in_body().or(in_header).filter(|kind| !kind.is_empty());
    Outcome::Error { kind: kind.unwrap_or_else(|| unnamed.to_owned()), payload }
}

enum Unread {
    TooLarge(usize),
    Broken,
}

async fn read(body: Incoming) -> Result<Bytes, Unread> {
    let told = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if told > RESPONSE_LIMIT {
        return Err(Unread::TooLarge(told));
    }
    match tokio::time::timeout(BODY, Limited::new(body, RESPONSE_LIMIT).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLarge(RESPONSE_LIMIT + 1)),
        _ => Err(Unread::Broken),
    }
}

fn refuse(refused: Refused) -> Answer {
    match refused {
        Refused::UnknownId => error(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
        Refused::NotNow => {
            error(StatusCode::FORBIDDEN, "InvalidStateTransition", "State transition is not allowed")
        }
    }
}

fn unknown() -> Answer {
    error(StatusCode::NOT_FOUND, "NotFound", "this sandbox does not know the path")
}

fn error(status: StatusCode, kind: &str, message: &str) -> Answer {
    json_answer(status, json!({ "errorType": kind, "errorMessage": message }).to_string())
}

fn json_answer(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
