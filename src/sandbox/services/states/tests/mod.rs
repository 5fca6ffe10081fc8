//! Calls of the service, as clients make them: its own cases, and the recorded sequences where they are at hand.

mod calls;
mod recorded;
mod world;

use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::services::{Call, Reply, ServiceError, answer_later, testing};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A sandbox with a folder of its own, which is gone when this is dropped.
struct Sandbox {
    account: Arc<Account>,
    folder: PathBuf,
    settings: &'static str,
}

impl Sandbox {
    fn new() -> Self {
        Sandbox::with("account = \"111111111111\"\npage_size = 1000")
    }

    fn with(settings: &'static str) -> Self {
        let folder = std::env::temp_dir().join(format!("opsctl-states-{}", random::hex(16).unwrap()));
        Sandbox::in_folder(folder, settings)
    }

    fn in_folder(folder: PathBuf, settings: &'static str) -> Self {
        let account = Arc::new(testing::account_in(&folder, settings));
        account.states.resume(&account);
        Sandbox { account, folder, settings }
    }

    /// Ends it and starts another one in the same folder.
    async fn again(self) -> Self {
        self.again_after(|_| ()).await
    }

    /// The same, with something done to the folder meanwhile.
    async fn again_after(self, change: impl FnOnce(&Path)) -> Self {
        self.account.states.shutdown().await;
        let (folder, settings) = (self.folder.clone(), self.settings);
        std::mem::forget(self);
        change(&folder);
        Sandbox::in_folder(folder, settings)
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
