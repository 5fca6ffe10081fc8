//! The one service that is ours: what `opsctl sandbox status`, `add`, `messages` and `down` ask of a running sandbox.

use super::{Reply, ServiceError, json};
use crate::sandbox::account::Account;
use crate::sandbox::additions;
use crate::sandbox::realm::Realm;
use jiff::SignedDuration;
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

/// Where the clock of alarms is to go: ahead of this machine's.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetClock {
    offset_ms: i64,
}

/// What is said of all worlds is the same for everybody; the rest is about the one that was asked.
pub fn answer(realm: &Realm, account: &Account, operation: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    match operation {
        "DescribeSandbox" => {
            let worlds = realm.all();
            let sessions: Vec<_> = worlds.iter().flat_map(|world| world.sessions.describe()).collect();
            let open = sessions.iter().filter(|session| !session.status.is_over()).count();
            let status = serde_json::json!({
                "Nodes": realm.node_count(),
                "OpenSessions": open,
                "Sessions": sessions.len(),
            });
            Ok(Reply::Json(status.to_string().into_bytes()))
        }
        "AddToSandbox" => json::answer_own(body, |Add { file, text }| additions::add(account, file, text)),
        "DescribeClock" => {
            json::answer_own(body, |_: serde_json::Value| Ok(account.monitoring.clock.describe()))
        }
        "SetClock" => json::answer_own(body, |SetClock { offset_ms }| {
            let set = account.monitoring.evaluator.set_clock(account, SignedDuration::from_millis(offset_ms));
            let mut clock = account.monitoring.clock.describe();
            clock["Steps"] = set.steps.into();
            clock["IsThere"] = set.is_there.into();
            Ok(clock)
        }),
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
