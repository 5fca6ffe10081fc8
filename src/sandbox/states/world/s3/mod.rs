//! Calls of S3 by `aws-sdk:s3`: objects read, written, copied, deleted, listed and tagged, in the store itself.

mod change;
mod describe;
mod object;
mod read;

pub use object::{Place, denied};

use super::{failures, parameters};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use opsctl_engine::asl::history::Failure;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

type Outcome = Result<Value, ServiceError>;

pub async fn call(account: &Arc<Account>, action: &str, input: &Value) -> Result<Value, Failure> {
    match action {
        "getObject" => act(account, input, read::get).await,
        "headObject" => act(account, input, read::head).await,
        "listObjectsV2" => act(account, input, read::list).await,
        "getObjectTagging" => act(account, input, read::tags).await,
        "putObject" => act(account, input, change::put).await,
        "copyObject" => act(account, input, change::copy).await,
        "deleteObject" => act(account, input, change::delete).await,
        "deleteObjects" => act(account, input, change::delete_many).await,
        "putObjectTagging" => act(account, input, change::put_tags).await,
        _ => Err(failures::failure(
            "Sandbox.NoSuchResource",
            format!(
                "this sandbox has no aws-sdk:s3:{action} for tasks; it has getObject, headObject, listObjectsV2, \
                 getObjectTagging, putObject, copyObject, deleteObject, deleteObjects and putObjectTagging"
            ),
        )),
    }
}

async fn act<T: DeserializeOwned + Send + 'static>(
    account: &Arc<Account>,
    input: &Value,
    act: fn(&Account, T) -> Outcome,
) -> Result<Value, Failure> {
    let given: T = parameters::read(input)?;
    aside(account, move |account| act(account, given)).await
}

/// Works on files where nobody else waits for the processor.
pub async fn aside<T: Send + 'static>(
    account: &Arc<Account>,
    work: impl FnOnce(&Account) -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, Failure> {
    let account = Arc::clone(account);
    let done = tokio::task::spawn_blocking(move || work(&account)).await;
    done.unwrap_or_else(|error| Err(ServiceError::internal(error)))
        .map_err(|error| failures::sdk("S3", &error))
}
