//! From the ARN in a request to what it names here, or to the refusal.

use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::{Known, Target};
use opsctl_engine::asl::arn::{InvalidArn, Named, StatesArn};
use std::sync::Arc;

impl From<InvalidArn> for ServiceError {
    fn from(error: InvalidArn) -> Self {
        ServiceError::new("InvalidArn", error.to_string())
    }
}

pub fn no_machine(arn: &str) -> ServiceError {
    ServiceError::new("StateMachineDoesNotExist", format!("State Machine Does Not Exist: '{arn}'"))
}

pub fn no_execution(arn: &str) -> ServiceError {
    ServiceError::new("ExecutionDoesNotExist", format!("Execution Does Not Exist: '{arn}'"))
}

pub fn no_activity(arn: &str) -> ServiceError {
    ServiceError::new("ActivityDoesNotExist", format!("Activity Does Not Exist: '{arn}'"))
}

pub fn not_found(arn: &str) -> ServiceError {
    ServiceError::new("ResourceNotFound", format!("Resource not found: '{arn}'"))
}

fn parse(arn: &str) -> Result<StatesArn, ServiceError> {
    ServiceError::check_length(arn, "arn", 1, 256)?;
    Ok(StatesArn::parse(arn)?)
}

/// The name of a machine that is here, by the ARN of itself, and of nothing else.
pub fn machine(account: &Account, arn: &str) -> Result<String, ServiceError> {
    let parsed = parse(arn)?;
    let Named::Machine { name } = &parsed.resource else {
        return Err(InvalidArn::unfit(&parsed.resource).into());
    };
    let is_here =
        account.states.named(&parsed).is_some() && account.states.machines.read(name, |_| ()).is_some();
    if is_here { Ok(name.clone()) } else { Err(no_machine(arn)) }
}

/// Machine and number of a version that an ARN names, whether it is here or not.
pub fn version(account: &Account, arn: &str) -> Result<Option<(String, u64)>, ServiceError> {
    let parsed = parse(arn)?;
    let Named::Version { machine, number } = &parsed.resource else {
        return Err(InvalidArn::unfit(&parsed.resource).into());
    };
    Ok(account.states.named(&parsed).map(|_| (machine.clone(), *number)))
}

/// Machine and name of an alias that an ARN names, whether it is here or not.
pub fn alias(account: &Account, arn: &str) -> Result<Option<(String, String)>, ServiceError> {
    let parsed = parse(arn)?;
    let Named::Alias { machine, alias } = &parsed.resource else {
        return Err(InvalidArn::unfit(&parsed.resource).into());
    };
    Ok(account.states.named(&parsed).map(|_| (machine.clone(), alias.clone())))
}

/// What runs by the ARN of a machine, a version or an alias; `draw` is below 100.
pub fn target(account: &Account, arn: &str, draw: u32) -> Result<Target, ServiceError> {
    let parsed = parse(arn)?;
    let machines = &account.states.machines;
    let found = match account.states.named(&parsed) {
        Some(Named::Machine { name } | Named::Children { machine: name, .. }) => machines.target(name),
        Some(Named::Version { machine, number }) => machines.target_of_version(machine, *number),
        Some(Named::Alias { machine, alias }) => machines.target_of_alias(machine, alias, draw),
        Some(other) => return Err(InvalidArn::unfit(other).into()),
        None => None,
    };
    found.ok_or_else(|| no_machine(arn))
}

/// An execution of a Standard machine.
pub fn execution(account: &Account, arn: &str) -> Result<Arc<Known>, ServiceError> {
    let parsed = parse(arn)?;
    if !matches!(parsed.resource, Named::Execution { .. }) {
        return Err(InvalidArn::unfit(&parsed.resource).into());
    }
    account.states.executions.get(arn).ok_or_else(|| no_execution(arn))
}

/// The name in the ARN of an activity; `None` where it could not be here.
pub fn activity(account: &Account, arn: &str) -> Result<Option<String>, ServiceError> {
    let parsed = parse(arn)?;
    let Named::Activity { name } = &parsed.resource else {
        return Err(InvalidArn::unfit(&parsed.resource).into());
    };
    Ok(account.states.named(&parsed).map(|_| name.clone()))
}
