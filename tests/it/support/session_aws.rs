//! The API half of a scripted session: grants it, gives a new token at every resume, and lets it be terminated.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use serde_json::json;

use super::fake_aws::{FakeAws, Reply, Request};
use super::node::{SESSION_ID, TARGET};
use super::sealed::{Ran, Sealed};

/// The token of the n-th socket; the planted mark is looked for in what opsctl says.
pub fn token(number: u32) -> String {
    format!("AAEAAplantedToken{number}plantedToken")
}

/// Grants a session at this address.
pub fn granting(stream_url: String) -> FakeAws {
    let resumed = AtomicU32::new(0);
    granting_and_resuming(stream_url, move |_| {
        let number = resumed.fetch_add(1, Ordering::Relaxed) + 1;
        Reply::json(json!({ "SessionId": SESSION_ID, "TokenValue": token(number) }))
    })
}

/// Grants a session whose ResumeSession is the test's.
pub fn granting_and_resuming(
    stream_url: String,
    resume: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> FakeAws {
    FakeAws::start(move |request| match request.operation.as_str() {
        "StartSession" => {
            Reply::json(json!({ "SessionId": SESSION_ID, "StreamUrl": stream_url, "TokenValue": token(0) }))
        }
        "ResumeSession" => resume(request),
        "TerminateSession" => Reply::json(json!({ "SessionId": SESSION_ID })),
        other => Reply::error(400, "UnknownOperationException", other),
    })
}

/// Grants a session whose data key is this.
pub fn granting_with_data_key(stream_url: String, data_key: &[u8]) -> FakeAws {
    let key = base64::engine::general_purpose::STANDARD.encode(data_key);
    let resumed = AtomicU32::new(0);
    FakeAws::start(move |request| match request.operation.as_str() {
        "GenerateDataKey" => {
            Reply::json(json!({ "KeyId": "key", "Plaintext": key, "CiphertextBlob": "Y2lwaGVydGV4dA==" }))
        }
        "StartSession" => {
            Reply::json(json!({ "SessionId": SESSION_ID, "StreamUrl": stream_url, "TokenValue": token(0) }))
        }
        "ResumeSession" => {
            let number = resumed.fetch_add(1, Ordering::Relaxed) + 1;
            Reply::json(json!({ "SessionId": SESSION_ID, "TokenValue": token(number) }))
        }
        "DescribeInstanceProperties" => {
            Reply::json(json!({ "InstanceProperties": [{ "InstanceId": TARGET, "PingStatus": "Online" }] }))
        }
        "TerminateSession" => Reply::json(json!({ "SessionId": SESSION_ID })),
        "DescribeSessions" => Reply::json(json!({ "Sessions": [{
            "SessionId": SESSION_ID,
            "Target": TARGET,
            "Status": "Connected",
            "StartDate": 1_763_800_000,
            "Owner": "arn:aws:iam::111122223333:user/me",
        }] })),
        "GetCallerIdentity" => Reply::xml(
            "<GetCallerIdentityResponse><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::111122223333:user/me</Arn><UserId>AIDAEXAMPLE</UserId>\
             <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
        other => Reply::error(400, "UnknownOperationException", other),
    })
}

/// A place that is signed in to this AWS.
pub fn signed_in_to(aws: &FakeAws) -> Sealed {
    let mut sealed = Sealed::new();
    sealed.signed_in().set("AWS_ENDPOINT_URL", aws.endpoint.clone());
    sealed
}

/// `ssm connect` to the scripted node, with `input` on stdin.
pub fn connect(aws: &FakeAws, options: &[&str], input: &str) -> Ran {
    connect_in(&signed_in_to(aws), options, input)
}

pub fn connect_in(sealed: &Sealed, options: &[&str], input: &str) -> Ran {
    let args = ["ssm", "connect", TARGET].iter().chain(options);
    sealed.run_with(args, input.as_bytes())
}
