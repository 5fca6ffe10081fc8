//! Calls of the service, as clients make them: its own cases, and the recorded sequences where they are at hand.

mod calls;
mod recorded;

use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::services::{Call, Reply, ServiceError, answer_later, testing};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

/// A sandbox with a folder of its own, which is gone when this is dropped.
struct Sandbox {
    account: Arc<Account>,
    folder: PathBuf,
}

impl Sandbox {
    fn new() -> Self {
        Sandbox::in_folder(std::env::temp_dir().join(format!("opsctl-states-{}", random::hex(16).unwrap())))
    }

    fn in_folder(folder: PathBuf) -> Self {
        let settings = "account = \"111111111111\"\npage_size = 1000";
        let account = Arc::new(testing::account_in(&folder, settings));
        account.states.resume(&account);
        Sandbox { account, folder }
    }

    /// Ends it and starts another one in the same folder.
    async fn again(self) -> Self {
        self.account.states.shutdown().await;
        let folder = self.folder.clone();
        std::mem::forget(self);
        Sandbox::in_folder(folder)
    }

    async fn call(&self, operation: &str, input: Value) -> Result<Value, ServiceError> {
        let (target, body) = (format!("AWSStepFunctions.{operation}"), input.to_string());
        let call = Call { service: "states", target: Some(&target), body: body.as_bytes() };
        match answer_later(&self.account, &call).await? {
            Reply::Json(body) => Ok(serde_json::from_slice(&body).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    /// Until an execution is over.
    async fn end(&self, arn: &str) {
        if let Some(known) = self.account.states.executions.get(arn) {
            known.end().await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
