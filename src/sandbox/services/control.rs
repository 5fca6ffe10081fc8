//! The one service that is ours: what `opsctl sandbox status` and `down` ask of a running sandbox.

use super::{Reply, ServiceError};
use crate::sandbox::account::Account;
use serde_json::json;

pub fn answer(account: &Account, operation: &str) -> Result<Reply, ServiceError> {
    match operation {
        "DescribeSandbox" => {
            let sessions = account.sessions.describe();
            let open = sessions.iter().filter(|session| !session.status.is_over()).count();
            let status = json!({
                "Nodes": account.nodes.len(),
                "OpenSessions": open,
                "Sessions": sessions.len(),
            });
            Ok(Reply::Json(status.to_string().into_bytes()))
        }
        "Shutdown" => {
            account.stop.notify_one();
            Ok(Reply::Json(b"{}".to_vec()))
        }
        operation => Err(ServiceError::unknown_operation(operation)),
    }
}
