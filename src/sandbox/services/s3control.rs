//! S3 Control: the calls of jobs. None is there yet.

use super::{RestCall, RestReply, ServiceError};
use crate::sandbox::account::Account;
use std::sync::Arc;

/// Every path of the service begins so.
pub const PATH: &str = "/v20180820/";

pub fn answer(_account: &Arc<Account>, call: &RestCall<'_>) -> Result<RestReply, ServiceError> {
    let operation = format!("{} {}", call.method, call.path);
    Err(ServiceError::unknown_operation(&operation).status(404))
}
