//! The one service that is ours: what `opsctl sandbox status`, `add`, `messages` and `down` ask of a running sandbox.

use super::{Reply, ServiceError, json};
use crate::input::Mistake;
use crate::sandbox::account::Account;
use crate::sandbox::config::Additions;
use crate::sandbox::deliveries::Destination;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListMessages {
    /// The number of the last that is known.
    #[serde(default)]
    after: u64,
}

/// A file as it is read by who asks: its name, whose folder functions run in, and its text.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Add {
    file: String,
    text: String,
}

pub fn answer(account: &Account, operation: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    match operation {
        "DescribeSandbox" => {
            let sessions = account.sessions.describe();
            let open = sessions.iter().filter(|session| !session.status.is_over()).count();
            let status = serde_json::json!({
                "Nodes": account.nodes.len(),
                "OpenSessions": open,
                "Sessions": sessions.len(),
            });
            Ok(Reply::Json(status.to_string().into_bytes()))
        }
        "AddToSandbox" => json::answer_own(body, |input: Add| add(account, &input)),
        "ListMessages" => json::answer_own(body, |input: ListMessages| {
            let (messages, has_more) = account.messages.after(input.after);
            Ok(serde_json::json!({ "Messages": messages, "HasMore": has_more }))
        }),
        "Shutdown" => {
            account.stop.notify_one();
            Ok(Reply::Json(b"{}".to_vec()))
        }
        operation => Err(ServiceError::unknown_operation(operation)),
    }
}

/// What is there already stays: a bucket keeps its objects. A function becomes what is said now.
fn add(account: &Account, input: &Add) -> Result<serde_json::Value, ServiceError> {
    let additions = Additions::parse(&input.file, &input.text, &account.identity.region)
        .map_err(|mistakes| ServiceError::new("ValidationException", first(&mistakes)))?;
    let is_added = |name: &String| additions.functions.iter().any(|added| added.function.name == *name);
    for notification in &additions.notifications {
        if let Destination::Function(name) = &notification.to
            && !is_added(name)
        {
            account.lambda.find(name)?;
        }
    }
    let mut added = Vec::new();
    for bucket in &additions.buckets {
        let is_new = account.s3.store.add_bucket(bucket)?;
        added.push(serde_json::json!({ "Kind": "bucket", "Name": bucket.name, "IsNew": is_new }));
    }
    for settings in &additions.functions {
        let name = &settings.function.name;
        let is_new = account.lambda.find(name).is_err();
        added.push(serde_json::json!({ "Kind": "function", "Name": name, "IsNew": is_new }));
    }
    account.lambda.deploy(&additions.functions);
    for notification in additions.notifications {
        let name = notification.description();
        let is_new = account.notifications.add(notification);
        added.push(serde_json::json!({ "Kind": "notification", "Name": name, "IsNew": is_new }));
    }
    Ok(serde_json::json!({ "Added": added }))
}

/// Who asks has looked for mistakes before.
fn first(mistakes: &[Mistake]) -> String {
    mistakes.first().map(ToString::to_string).unwrap_or_default()
}
