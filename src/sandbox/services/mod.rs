//! The services, one module each. A call comes in verified and goes to the service it was signed for; what nobody
//! here knows is refused as AWS refuses an unknown operation. Services must not know HTTP.

mod control;
mod error;
mod iam;
mod json;
mod kms;
pub mod lambda;
pub mod monitoring;
mod paging;
mod rest;
pub mod s3control;
pub mod sns;
pub mod sqs;
mod ssm;
pub mod sso;
pub mod states;
mod sts;

pub use error::ServiceError;
pub use paging::{PageRequest, Pages};
pub use rest::{RestCall, RestReply};
pub use states::start_execution;

use super::account::Account;
use super::realm::Realm;
use std::sync::Arc;
use std::time::Instant;

/// The sandbox's own service.
pub const CONTROL: &str = "opsctl";

/// A call whose signature was checked.
pub struct Call<'a> {
    /// What it was signed for.
    pub service: &'a str,
    /// The header `X-Amz-Target`, as JSON protocols have it.
    pub target: Option<&'a str>,
    pub body: &'a [u8],
}

impl<'a> Call<'a> {
    /// The operation, if the target begins as those of the service do.
    fn operation(&self, prefix: &str) -> Result<&'a str, ServiceError> {
        let target = self.target.unwrap_or_default();
        target.strip_prefix(prefix).ok_or_else(|| ServiceError::unknown_operation(target))
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    Json(Vec<u8>),
    Cbor(Vec<u8>),
    /// What stands in the result element of an action.
    Xml {
        action: &'static str,
        namespace: &'static str,
        result: String,
    },
    Rest(RestReply),
}

/// A call of a service whose operations are methods and paths: S3's jobs.
pub fn answer_rest(account: &Arc<Account>, call: &RestCall<'_>) -> Result<Reply, ServiceError> {
    if !account.call_rate.allows(Instant::now()) {
        return Err(ServiceError::new("TooManyRequestsException", "Rate exceeded"));
    }
    s3control::answer(account, call).map(Reply::Rest)
}

/// A call of Lambda: REST, and its answers can be long in coming.
pub async fn answer_lambda(account: &Account, call: &RestCall<'_>) -> Result<Reply, ServiceError> {
    if !account.call_rate.allows(Instant::now()) {
        return Err(ServiceError::new("TooManyRequestsException", "Rate Exceeded.").status(429));
    }
    lambda::answer(account, call).await.map(Reply::Rest)
}

/// A call of a service whose answers can be long in coming: Step Functions.
pub async fn answer_later(account: &Arc<Account>, call: &Call<'_>) -> Result<Reply, ServiceError> {
    if !account.call_rate.allows(Instant::now()) {
        return Err(ServiceError::new("ThrottlingException", "Rate exceeded"));
    }
    states::answer(account, call.operation("AWSStepFunctions.")?, call.body).await
}

/// A call of CloudWatch, which has two protocols.
pub fn answer_monitoring(
    account: &Account,
    operation: &str,
    codec: monitoring::Codec,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    if !account.call_rate.allows(Instant::now()) {
        return Err(ServiceError::new("Throttling", "Rate exceeded"));
    }
    monitoring::answer(account, operation, codec, body)
}

/// What a sandbox is asked about itself.
pub fn answer_control(realm: &Realm, account: &Account, call: &Call<'_>) -> Result<Reply, ServiceError> {
    control::answer(realm, account, call.operation("OpsctlSandbox.")?, call.body)
}

pub fn answer(account: &Account, call: &Call<'_>) -> Result<Reply, ServiceError> {
    let operation = |prefix: &str| call.operation(prefix);
    if !account.call_rate.allows(Instant::now()) {
        return Err(ServiceError::new("ThrottlingException", "Rate exceeded"));
    }
    match call.service {
        "iam" => iam::answer(account, call.body),
        "kms" => kms::answer(account, operation("TrentService.")?, call.body),
        "sns" => sns::answer(account, call.body),
        "sqs" => sqs::answer(account, operation("AmazonSQS.")?, call.body),
        "ssm" => ssm::answer(account, operation("AmazonSSM.")?, call.body),
        "sts" => sts::answer(account, call.body),
        service => Err(ServiceError::new(
            "UnknownOperationException",
            format!("this sandbox has no service {service}"),
        )),
    }
}

#[cfg(test)]
pub mod testing;
