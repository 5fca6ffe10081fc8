//! Lambda: REST-JSON. Invoke in its three forms, and what can be asked of functions. Running them is
//! `sandbox::lambda`'s business.

use super::{PageRequest, RestCall, RestReply, ServiceError};
use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::deliveries::{Delivery, Destination};
use crate::sandbox::identity::Identity;
use crate::sandbox::lambda::{Deployed, EVENT_LIMIT, Invoked, Refused};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use opsctl_engine::manifest::partition;
use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::Arc;

pub const PATH: &str = "/2015-03-31/functions";
/// What Lambda takes for an invocation that nobody waits for.
const ASYNC_EVENT_LIMIT: usize = 1 << 20;
/// As much of a log goes into an answer.
const TAIL: usize = 4096;

pub async fn answer(account: &Account, call: &RestCall<'_>) -> Result<RestReply, ServiceError> {
    let path = call.path.strip_prefix(PATH).unwrap_or_default();
    let parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match (call.method, parts.as_slice()) {
        (&Method::POST, [name, "invocations"]) => invoke(account, call, name).await,
        (&Method::GET, []) => list(account, call),
        (&Method::GET, [name]) => {
            let deployed = allowed(account, "lambda:GetFunction", name)?;
            let concurrency =
                deployed.settings.concurrency.map(|count| json!({ "ReservedConcurrentExecutions": count }));
            let mut answer = json!({ "Configuration": configuration(account, &deployed) });
            if let (Some(answer), Some(concurrency)) = (answer.as_object_mut(), concurrency) {
                answer.insert("Concurrency".into(), concurrency);
            }
            Ok(reply(StatusCode::OK, answer.to_string()))
        }
        (&Method::GET, [name, "configuration"]) => {
            let deployed = allowed(account, "lambda:GetFunctionConfiguration", name)?;
            Ok(reply(StatusCode::OK, configuration(account, &deployed).to_string()))
        }
        (method, _) => Err(ServiceError::unknown_operation(&format!("{method} {}", call.path))),
    }
}

async fn invoke(account: &Account, call: &RestCall<'_>, name: &str) -> Result<RestReply, ServiceError> {
    let deployed = allowed(account, "lambda:InvokeFunction", name)?;
    let name = deployed.settings.function.name.as_str();
    let event = if call.body.is_empty() { b"{}" } else { call.body };
    let check = |kind, limit| {
        if event.len() > limit {
            return Err(ServiceError::from(Refused::TooLarge { size: event.len(), kind, limit }));
        }
        serde_json::from_slice::<IgnoredAny>(event)
            .map_err(|error| ServiceError::from(Refused::NotJson(error.to_string())))
    };
    match call.header("x-amz-invocation-type").unwrap_or("RequestResponse") {
        "RequestResponse" => {
            check("RequestResponse", EVENT_LIMIT)?;
            let context = client_context(call)?;
            let invoked = account.lambda.invoke_with(name, Bytes::copy_from_slice(event), context).await?;
            let wants_log = call.header("x-amz-log-type") == Some("Tail");
            answered(&deployed, invoked, wants_log)
        }
        "Event" => {
            check("Event", ASYNC_EVENT_LIMIT)?;
            let delivery = Delivery {
                id: random::uuid()?,
                to: Destination::Function(name.to_owned()),
                event: String::from_utf8_lossy(event).into_owned(),
                taken: Timestamp::now().as_millisecond(),
            };
            let id = delivery.id.clone();
            account.deliveries.take(delivery).map_err(|_| ServiceError::from(Refused::Throttled))?;
            Ok(with_id(reply(StatusCode::ACCEPTED, String::new()), &id))
        }
        "DryRun" => Ok(reply(StatusCode::NO_CONTENT, String::new())),
        other => {
            let constraint = "satisfy enum value set: [Event, RequestResponse, DryRun]";
            Err(ServiceError::constraint(other, "invocationType", constraint))
        }
    }
}

/// JSON in base64 in a header; the function gets it as it is.
fn client_context(call: &RestCall<'_>) -> Result<Option<String>, ServiceError> {
    let Some(encoded) = call.header("x-amz-client-context") else { return Ok(None) };
    let wrong = |_| {
        let message = "Client context must be a valid Base64-encoded JSON object.";
        ServiceError::new("InvalidRequestContentException", message)
    };
    let decoded = STANDARD.decode(encoded).map_err(|_| wrong(()))?;
    let value: Value = serde_json::from_slice(&decoded).map_err(|_| wrong(()))?;
    // In one line.
    Ok(Some(value.to_string()))
}

fn answered(deployed: &Deployed, invoked: Invoked, wants_log: bool) -> Result<RestReply, ServiceError> {
    let log = wants_log.then(|| STANDARD.encode(log(deployed, &invoked)));
    let mut reply = with_id(reply(StatusCode::OK, invoked.payload), &invoked.request_id);
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            reply.headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-amz-executed-version", "$LATEST");
    if invoked.error.is_some() {
        set("x-amz-function-error", "Unhandled");
    }
    if let Some(log) = log {
        set("x-amz-log-result", &log);
    }
    Ok(reply)
}

/// The end of the log, between the lines that Lambda writes.
fn log(deployed: &Deployed, invoked: &Invoked) -> Vec<u8> {
    let id = &invoked.request_id;
    let mut log = format!("START RequestId: {id} Version: $LATEST\n{}", invoked.log);
    if !log.ends_with('\n') {
        log.push('\n');
    }
    let took = invoked.took.as_secs_f64() * 1000.0;
    let memory = deployed.settings.memory_mb;
    // Writing to a text does not fail.
    let _ = write!(
        log,
        "END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {took:.2} ms\tBilled Duration: {:.0} ms\t\
         Memory Size: {memory} MB\t\n",
        took.ceil()
    );
    let log = log.into_bytes();
    let start = log.len().saturating_sub(TAIL);
    log.get(start..).unwrap_or_default().to_vec()
}

fn list(account: &Account, call: &RestCall<'_>) -> Result<RestReply, ServiceError> {
    account.authorize("lambda:ListFunctions", "*").map_err(|denial| denial.status(403))?;
    let max_results = match call.query("MaxItems").map(str::parse) {
        None => None,
        Some(Ok(most)) => Some(most),
        Some(Err(_)) => {
            return Err(ServiceError::validation("MaxItems must be a number").status(400));
        }
    };
    let functions = account.lambda.all().iter().map(|deployed| configuration(account, deployed)).collect();
    let request = PageRequest { max_results, next_token: call.query("Marker"), sizes: 1..=10_000 };
    let page = account
        .pages
        .page("lambda:ListFunctions", functions, &request)
        .map_err(|error| ServiceError::new("InvalidParameterValueException", error.message))?;
    let answer = json!({ "Functions": page.items, "NextMarker": page.next_token });
    Ok(reply(StatusCode::OK, answer.to_string()))
}

fn configuration(sandbox: &Account, deployed: &Deployed) -> Value {
    let settings = &deployed.settings;
    let Identity { account, region, .. } = &sandbox.identity;
    let started = Timestamp::try_from(sandbox.started).unwrap_or(Timestamp::UNIX_EPOCH);
    json!({
        "FunctionName": settings.function.name,
        "FunctionArn": deployed.arn,
        "Runtime": "provided.al2023",
        "Handler": settings.function.command.first(),
        "Role": format!("arn:{}:iam::{account}:role/sandbox", partition(region)),
        "CodeSize": 0,
        "Timeout": settings.function.timeout.as_secs_f64().ceil() as u64,
        "MemorySize": settings.memory_mb,
        "LastModified": started.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string(),
        "Version": "$LATEST",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }],
    })
}

/// The function of this name, if the caller may do this with it.
fn allowed(account: &Account, action: &str, name: &str) -> Result<Arc<Deployed>, ServiceError> {
    let found = account.lambda.find(name);
    let arn = match &found {
        Ok(deployed) => deployed.arn.clone(),
        Err(_) => account.lambda.arn(name),
    };
    account.authorize(action, &arn).map_err(|denial| denial.status(403))?;
    Ok(found?)
}

fn reply(status: StatusCode, body: impl Into<Bytes>) -> RestReply {
    let mut reply = RestReply { status, body: body.into(), ..RestReply::default() };
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

fn with_id(mut reply: RestReply, id: &str) -> RestReply {
    if let Ok(id) = HeaderValue::from_str(id) {
        reply.headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
    }
    reply
}

impl From<Refused> for ServiceError {
    fn from(refused: Refused) -> Self {
        ServiceError::new(refused.code(), refused.to_string()).status(refused.status())
    }
}

#[cfg(test)]
mod tests;
