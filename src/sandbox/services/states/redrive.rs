//! RedriveExecution, and whether an execution can be redriven.

use super::refs::{self, Ran};
use super::wire::{required, seconds};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::{Known, NotRedriven};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const DELETED: &str = "State machine is in DELETING status";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Redrive {
    execution_arn: Option<String>,
    client_token: Option<String>,
}

pub fn redrive(account: &Arc<Account>, input: Redrive) -> Result<Value, ServiceError> {
    let arn = required(input.execution_arn, "executionArn")?;
    if let Some(token) = &input.client_token {
        ServiceError::check_length(token, "clientToken", 1, 64)?;
    }
    let known = match refs::ran(account, &arn)? {
        Ran::Execution(known) => known,
        Ran::Child(child) => {
            return Err(refused(format!(
                "Execution is redrivable by its map run only: redrive '{}'",
                child.parent.head.arn
            )));
        }
    };
    if is_deleted(account, &known) {
        return Err(refused(DELETED));
    }
    match account.states.executions.redrive(account, &known, input.client_token) {
        Ok(at) => Ok(json!({"redriveDate": seconds(at)})),
        Err(NotRedriven::Not(why)) => Err(refused(why.to_string())),
        Err(NotRedriven::Unreadable) => {
            Err(ServiceError::internal("the execution cannot be read any longer, or not be written"))
        }
    }
}

/// `redriveStatus` of an execution, and the reason when it is not redrivable.
pub fn status(account: &Account, known: &Known) -> (&'static str, Option<String>) {
    let reason = match known.check_redrive(Timestamp::now()) {
        Ok(()) if is_deleted(account, known) => Some(DELETED.to_owned()),
        Ok(()) => None,
        Err(why) => Some(why.to_string()),
    };
    (if reason.is_some() { "NOT_REDRIVABLE" } else { "REDRIVABLE" }, reason)
}

fn is_deleted(account: &Account, known: &Known) -> bool {
    account.states.machines.read(&known.head.machine, |_| ()).is_none()
}

fn refused(why: impl Into<String>) -> ServiceError {
    ServiceError::new("ExecutionNotRedrivable", why.into())
}
