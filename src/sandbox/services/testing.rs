//! An account to call services of in tests.

use super::{Call, Reply, ServiceError, answer};
use crate::sandbox::account::Account;
use crate::sandbox::config::Settings;
use crate::sandbox::ground::Surroundings;
use crate::sandbox::realm::Realm;
use std::path::Path;
use std::sync::Arc;

/// The account that a `sandbox.toml` describes. Nothing can run in it.
pub fn account(settings: &str) -> Account {
    account_in("/dev/null/nowhere".as_ref(), settings)
}

/// The same with homes for its nodes.
pub fn account_in(folder: &Path, settings: &str) -> Account {
    let realm = realm(folder, settings);
    Arc::into_inner(realm.first).unwrap()
}

/// All of it.
pub fn realm(folder: &Path, settings: &str) -> Realm {
    let settings = Settings::parse("sandbox.toml", settings).unwrap();
    let surroundings = Surroundings {
        folder: folder.to_owned(),
        program: "/nonexistent/opsctl".into(),
        user: "tester".into(),
        path: "/usr/bin:/bin".into(),
        is_region: |region| region != "xx-none-1",
    };
    Realm::new(settings, surroundings, 4566).unwrap()
}

pub fn call(
    account: &Account,
    service: &str,
    target: &str,
    body: serde_json::Value,
) -> Result<serde_json::Value, ServiceError> {
    let body = body.to_string();
    match answer(account, &Call { service, target: Some(target), body: body.as_bytes() })? {
        Reply::Json(body) => Ok(serde_json::from_slice(&body).unwrap()),
        Reply::Xml { result, .. } => Ok(result.into()),
        Reply::Cbor(body) => Ok(format!("{} bytes", body.len()).into()),
        Reply::Rest(reply) => Ok(String::from_utf8_lossy(&reply.body).into()),
    }
}
