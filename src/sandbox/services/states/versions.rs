//! Versions of machines.

use super::machines::version_arn;
use super::wire::{required, seconds};
use super::{page, refs};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::Published;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Publish {
    state_machine_arn: Option<String>,
    revision_id: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    state_machine_arn: Option<String>,
    max_results: Option<i32>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delete {
    state_machine_version_arn: Option<String>,
}

pub fn publish(account: &Account, input: Publish) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_arn, "stateMachineArn")?;
    let name = refs::machine(account, &arn)?;
    if let Some(description) = &input.description {
        ServiceError::check_length(description, "description", 0, 256)?;
    }
    let machines = &account.states.machines;
    let meant = input.revision_id.as_deref();
    match machines.publish(&name, meant, input.description, Timestamp::now()) {
        Some(Published::Version(number)) => {
            let created =
                machines.read(&name, |machine| machine.version(number).map(|version| version.created));
            Ok(json!({
                "creationDate": created.flatten().map(seconds),
                "stateMachineVersionArn": version_arn(account, &name, number),
            }))
        }
        Some(Published::Moved(id)) => Err(ServiceError::new(
            "ConflictException",
            format!(
                "Failed to publish the State Machine version for revision {}. The current State Machine revision is {}.",
                meant.unwrap_or_default(),
                id.as_deref().unwrap_or("INITIAL")
            ),
        )),
        Some(Published::Full) => Err(too_many()),
        None => Err(refs::no_machine(&arn)),
    }
}

/// Newest first.
pub fn list(account: &Account, input: List) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_arn, "stateMachineArn")?;
    let name = refs::machine(account, &arn)?;
    let versions =
        account.states.machines.read(&name, |machine| machine.versions.clone()).unwrap_or_default();
    let all = versions.iter().rev().map(|version| {
        json!({
            "stateMachineVersionArn": version_arn(account, &name, version.number),
            "creationDate": seconds(version.created),
        })
    });
    let list = format!("versions {arn}");
    let page = page(account, &list, all.collect(), input.max_results, input.next_token.as_deref(), None)?;
    Ok(json!({"stateMachineVersions": page.items, "nextToken": page.next_token}))
}

/// Deleting what is not there is fine.
pub fn delete(account: &Account, input: Delete) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_version_arn, "stateMachineVersionArn")?;
    let Some((name, number)) = refs::version(account, &arn)? else { return Ok(json!({})) };
    let refused = account.states.machines.change(&name, |machine| {
        let aliases: Vec<String> = machine.aliases_of(number).map(|alias| alias.name.clone()).collect();
        if aliases.is_empty() {
            machine.versions.retain(|version| version.number != number);
        }
        aliases
    });
    match refused {
        Some(aliases) if !aliases.is_empty() => Err(ServiceError::new(
            "ConflictException",
            format!(
                "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]",
                aliases.join(", ")
            ),
        )),
        _ => Ok(json!({})),
    }
}

pub fn too_many() -> ServiceError {
    let message = "The maximum number of versions of a state machine has been reached: 1000";
    ServiceError::new("ServiceQuotaExceededException", message)
}
