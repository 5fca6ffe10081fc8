//! Calls of the service, as clients make them in either protocol.

mod calls;
mod data;
mod evaluation;

use super::{Codec, answer, cbor};
use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::services::{Reply, ServiceError, testing};
use serde_json::Value;
use std::path::PathBuf;

/// A sandbox with a folder of its own, which is gone when this is dropped.
struct Sandbox {
    account: Account,
    folder: PathBuf,
    settings: &'static str,
}

impl Sandbox {
    fn new() -> Self {
        Sandbox::with("page_size = 1000")
    }

    fn with(settings: &'static str) -> Self {
        let folder = std::env::temp_dir().join(format!("opsctl-monitoring-{}", random::hex(16).unwrap()));
        Sandbox { account: testing::account_in(&folder, settings), folder, settings }
    }

    /// Another one in the same folder, as after a kill.
    fn again(mut self) -> Self {
        self.account = testing::account_in(&self.folder, self.settings);
        self
    }

    /// The same in both protocols.
    fn call(&self, operation: &str, input: Value) -> Result<Value, ServiceError> {
        match answer(&self.account, operation, Codec::Cbor, &cbor::write(&input))? {
            Reply::Cbor(body) => Ok(cbor::read(&body).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    fn call_json(&self, operation: &str, input: &Value) -> Result<Value, ServiceError> {
        match answer(&self.account, operation, Codec::Json, input.to_string().as_bytes())? {
            Reply::Json(body) => Ok(serde_json::from_slice(&body).unwrap()),
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
