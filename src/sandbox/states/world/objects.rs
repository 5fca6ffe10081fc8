//! What readers and writers of distributed Maps do with objects: a whole one read, all below a prefix listed, one
//! written.

use super::parameters;
use super::s3::{self, Place as Object};
use crate::sandbox::account::Account;
use crate::sandbox::s3::store::list::{Item, Place, Query};
use crate::sandbox::services::ServiceError;
use bytes::Bytes;
use opsctl_engine::asl::execution::{Answer, ObjectRequest, WriteRequest};
use opsctl_engine::asl::history::Failure;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// An object is read whole.
const MOST_BYTES: u64 = 1 << 30;
/// And a list is held whole.
const MOST_OBJECTS: usize = 500_000;
const PAGE: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Read {
    bucket: String,
    key: String,
    version_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    bucket: String,
    #[serde(default)]
    prefix: String,
}

pub async fn read(account: &Arc<Account>, request: &ObjectRequest) -> Answer {
    let given: Result<Read, Failure> = parameters::read(&request.arguments);
    let act = move |account: &Account, given: Read| {
        let object = Object { bucket: given.bucket, key: given.key, version_id: given.version_id };
        let (_, body) = object.read(account, MOST_BYTES)?;
        Ok(Answer::Object(Bytes::from(body)))
    };
    aside(account, given, act).await
}

pub async fn list(account: &Arc<Account>, request: &ObjectRequest) -> Answer {
    let given: Result<List, Failure> = parameters::read(&request.arguments);
    aside(account, given, |account, given| Ok(Answer::Listed(listed(account, &given)?))).await
}

pub async fn write(account: &Arc<Account>, request: &WriteRequest) -> Answer {
    let act = |account: &Account, request: WriteRequest| {
        let object = Object { bucket: request.bucket, key: request.key, version_id: None };
        object.write(account, &request.body, |draft| {
            draft.attributes.headers.content_type = Some("application/json".to_owned());
        })?;
        Ok(Answer::Written)
    };
    aside(account, Ok(request.clone()), act).await
}

/// Works on files where nobody else waits for the processor.
async fn aside<T: Send + 'static>(
    account: &Arc<Account>,
    given: Result<T, Failure>,
    act: impl FnOnce(&Account, T) -> Result<Answer, ServiceError> + Send + 'static,
) -> Answer {
    match given {
        Ok(given) => {
            s3::aside(account, move |account| act(account, given)).await.unwrap_or_else(Answer::Failed)
        }
        Err(failure) => Answer::Failed(failure),
    }
}

/// As ListObjectsV2 gives them.
fn listed(account: &Account, given: &List) -> Result<Vec<Value>, ServiceError> {
    let store = &account.s3.store;
    if store.settings(&given.bucket)?.denies(&given.prefix) {
        return Err(s3::denied());
    }
    let mut query = Query { prefix: &given.prefix, delimiter: None, after: Place::Start, most: PAGE };
    let mut found = Vec::new();
    loop {
        let page = store.list(&given.bucket, &query)?;
        for item in page.items {
            let Item::Object { key, version } = item else { continue };
            let Some(data) = version.data() else { continue };
            found.push(json!({
                "Etag": format!("\"{}\"", data.etag),
                "Key": key,
                "LastModified": version.modified / 1000,
                "Size": data.content.size(),
                "StorageClass": data.class.name(),
            }));
        }
        if found.len() > MOST_OBJECTS {
            let message = format!("this sandbox lists no more than {MOST_OBJECTS} objects for a Map");
            return Err(ServiceError::new("SlowDown", message));
        }
        match page.next {
            Some(next) => query.after = next,
            None => return Ok(found),
        }
    }
}
