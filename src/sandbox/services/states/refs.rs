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

/// What the ARN of an execution names.
pub enum Ran {
    /// An execution of a Standard machine.
    Execution(Arc<Known>),
    /// A child of a map run.
    Child(Child),
}

/// A child of a map run that is part of an execution which is here.
pub struct Child {
    pub parent: Arc<Known>,
    pub label: String,
    pub name: String,
}

pub fn ran(account: &Account, arn: &str) -> Result<Ran, ServiceError> {
    let parsed = parse(arn)?;
    let executions = &account.states.executions;
    match &parsed.resource {
        Named::Execution { label: None, .. } => executions.get(arn).map(Ran::Execution),
        Named::Execution { machine, label: Some(label), name } => {
            let parent = account.states.named(&parsed).and_then(|_| executions.of_map_run(name));
            parent
                .filter(|parent| parent.head.machine == *machine)
                .map(|parent| Ran::Child(Child { parent, label: label.clone(), name: name.clone() }))
        }
        _ => return Err(InvalidArn::unfit(&parsed.resource).into()),
    }
    .ok_or_else(|| no_execution(arn))
}

/// An execution of a Standard machine, and no child of one.
pub fn execution(account: &Account, arn: &str) -> Result<Arc<Known>, ServiceError> {
    match ran(account, arn)? {
        Ran::Execution(known) => Ok(known),
        Ran::Child(_) => Err(ServiceError::validation(format!(
            "this sandbox does that to the execution a child belongs to, not to the child: '{arn}'"
        ))),
    }
}

/// The execution that a map run is part of.
pub fn map_run(account: &Account, arn: &str) -> Result<Arc<Known>, ServiceError> {
    let parsed = parse(arn)?;
    let Named::MapRun { machine, id, .. } = &parsed.resource else {
        return Err(InvalidArn::unfit(&parsed.resource).into());
    };
    let known = account.states.named(&parsed).and_then(|_| account.states.executions.of_map_run(id));
    known.filter(|known| known.head.machine == *machine).ok_or_else(|| not_found(arn))
}

/// The name in the ARN of an activity; `None` where it could not be here.
pub fn activity(account: &Account, arn: &str) -> Result<Option<String>, ServiceError> {
    let parsed = parse(arn)?;
    let Named::Activity { name } = &parsed.resource else {
        return Err(InvalidArn::unfit(&parsed.resource).into());
    };
    Ok(account.states.named(&parsed).map(|_| name.clone()))
}
