//! The two forms in which an object that came to be is told: S3's own notification, and EventBridge's "Object Created".
//! Pure.

use crate::sandbox::identity::Identity;
use crate::sandbox::s3::store::arrival::{Arrival, Cause};
use crate::sandbox::s3::store::version::VersionId;
use jiff::Timestamp;
use opsctl_engine::hex::hex;
use opsctl_engine::manifest::partition;
use ring::digest;
use serde_json::{Value, json};

/// As much of a key is in the name of an execution.
const SLUG: usize = 47;

/// What is told beside the object itself.
pub struct Circumstances<'a> {
    pub identity: &'a Identity,
    pub now: Timestamp,
    /// Of the event.
    pub id: &'a str,
}

/// The event that a function is invoked with. The key is encoded as in an address.
pub fn notification(arrival: &Arrival<'_>, around: &Circumstances<'_>) -> Value {
    let Arrival { bucket, region, version, .. } = *arrival;
    let name = match arrival.cause {
        Cause::Put => "ObjectCreated:Put",
        Cause::Copy => "ObjectCreated:Copy",
        Cause::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
    };
    let key: String = url::form_urlencoded::byte_serialize(arrival.key.as_bytes()).collect();
    let mut object = json!({
        "key": key.replace("%2F", "/"),
        "size": version.size(),
        "eTag": etag(arrival),
        "sequencer": sequencer(arrival),
    });
    if version.id != VersionId::NULL {
        object["versionId"] = json!(version.id.to_string());
    }
    let user = format!("AWS:{}", around.identity.user_id);
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": region,
        "eventTime": around.now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "eventName": name,
        "userIdentity": { "principalId": user },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": around.id, "x-amz-id-2": around.id },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "sandbox",
            "bucket": {
                "name": bucket,
                "ownerIdentity": { "principalId": around.identity.account },
                "arn": format!("arn:{}:s3:::{bucket}", partition(region)),
            },
            "object": object,
        },
    }] })
}

/// The event that a machine is started with. The key is as it is.
pub fn object_created(arrival: &Arrival<'_>, around: &Circumstances<'_>) -> Value {
    let Arrival { bucket, region, key, version, .. } = *arrival;
    let reason = match arrival.cause {
        Cause::Put => "PutObject",
        Cause::Copy => "CopyObject",
        Cause::CompleteMultipartUpload => "CompleteMultipartUpload",
    };
    let mut object = json!({ "key": key, "size": version.size(), "etag": etag(arrival) });
    if version.id != VersionId::NULL {
        object["version-id"] = json!(version.id.to_string());
    }
    object["sequencer"] = json!(sequencer(arrival));
    let account = &around.identity.account;
    json!({
        "version": "0",
        "id": around.id,
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": account,
        "time": around.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": region,
        "resources": [format!("arn:{}:s3:::{bucket}", partition(region))],
        "detail": {
            "version": "0",
            "bucket": { "name": bucket },
            "object": object,
            "request-id": around.id,
            "requester": account,
            "source-ip-address": "127.0.0.1",
            "reason": reason,
        },
    })
}

/// The name of the execution that an object starts: the same for the same object, so that an event that comes again
/// starts no second one.
pub fn execution_name(arrival: &Arrival<'_>) -> String {
    let last = arrival.key.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let plain =
        |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '-' };
    let mut name: String = last.chars().take(SLUG).map(plain).collect();
    let whole = format!("{}\0{}\0{}", arrival.bucket, arrival.key, sequencer(arrival));
    let hash = digest::digest(&digest::SHA256, whole.as_bytes());
    name.push('-');
    name.push_str(&hex(hash.as_ref().iter().take(16)));
    name
}

fn sequencer(arrival: &Arrival<'_>) -> String {
    format!("{:018X}", arrival.sequencer)
}

fn etag(arrival: &Arrival<'_>) -> Option<String> {
    arrival.version.data().map(|data| data.etag.to_string())
}
