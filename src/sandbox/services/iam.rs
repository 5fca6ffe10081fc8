//! IAM: Query in, XML out. No operation of it is there yet.

use super::{Reply, ServiceError};
use crate::sandbox::account::Account;

pub fn answer(_account: &Account, body: &[u8]) -> Result<Reply, ServiceError> {
    let action = url::form_urlencoded::parse(body).find(|(key, _)| key == "Action");
    Err(ServiceError::unknown_operation(&action.map(|(_, value)| value).unwrap_or_default()))
}
