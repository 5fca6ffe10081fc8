//! Aliases of machines, and the rules of their routes.

use super::machines::version_arn;
use super::wire::{required, seconds};
use super::{page, refs};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::{Alias, MOST_ALIASES, Machine, Route};
use jiff::Timestamp;
use opsctl_engine::asl::arn::{Named, StatesArn};
use opsctl_engine::asl::names::is_alias;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    name: Option<String>,
    description: Option<String>,
    routing_configuration: Option<Vec<Routing>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    state_machine_alias_arn: Option<String>,
    description: Option<String>,
    routing_configuration: Option<Vec<Routing>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Only {
    state_machine_alias_arn: Option<String>,
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
pub struct Routing {
    state_machine_version_arn: Option<String>,
    weight: Option<i64>,
}

pub fn create(account: &Account, input: Create) -> Result<Value, ServiceError> {
    let name = required(input.name, "name")?;
    if !is_alias(&name) {
        ServiceError::check_length(&name, "name", 1, 80)?;
        let constraint = r"satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$";
        return Err(ServiceError::constraint(&name, "name", constraint));
    }
    describes(input.description.as_deref())?;
    let (machine, routes) = routes(account, &required(input.routing_configuration, "routingConfiguration")?)?;
    let now = Timestamp::now();
    let arn = account.states.arn(Named::Alias { machine: machine.clone(), alias: name.clone() }).to_string();
    let made = account.states.machines.change(&machine, |machine| {
        exist(account, machine, &routes)?;
        if let Some(known) = machine.alias(&name) {
            return match known.routes == routes && known.description == input.description {
                true => Ok(known.created),
                false => Err(ServiceError::new(
                    "ConflictException",
                    format!("Failed to create alias because an alias with the same name and a different routing configuration already exists: '{arn}'"),
                )),
            };
        }
        if machine.aliases.len() >= MOST_ALIASES {
            let message = format!("The maximum number of aliases of a state machine has been reached: {MOST_ALIASES}");
            return Err(ServiceError::new("ServiceQuotaExceededException", message));
        }
        let description = input.description.clone();
        machine.aliases.push(Alias { name: name.clone(), description, routes: routes.clone(), created: now, updated: now });
        Ok(now)
    });
    let created = made.unwrap_or_else(|| Err(refs::not_found(&arn)))?;
    Ok(json!({"stateMachineAliasArn": arn, "creationDate": seconds(created)}))
}

pub fn update(account: &Account, input: Update) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_alias_arn, "stateMachineAliasArn")?;
    let (machine, name) = refs::alias(account, &arn)?.ok_or_else(|| refs::not_found(&arn))?;
    describes(input.description.as_deref())?;
    let routes = input.routing_configuration.map(|given| routes(account, &given)).transpose()?;
    if routes.as_ref().is_some_and(|(of, _)| *of != machine) {
        return Err(ServiceError::validation(format!(
            "Routing configuration must contain versions of the state machine {machine}"
        )));
    }
    if routes.is_none() && input.description.is_none() {
        return Err(ServiceError::validation(
            "Either the description or the routing configuration must be specified",
        ));
    }
    let now = Timestamp::now();
    let updated = account.states.machines.change(&machine, |machine| {
        if let Some((_, routes)) = &routes {
            exist(account, machine, routes)?;
        }
        let Some(alias) = machine.aliases.iter_mut().find(|alias| alias.name == name) else {
            return Err(refs::not_found(&arn));
        };
        if let Some((_, routes)) = routes {
            alias.routes = routes;
        }
        alias.description = input.description.or(alias.description.take());
        alias.updated = now;
        Ok(())
    });
    updated.unwrap_or_else(|| Err(refs::not_found(&arn)))?;
    Ok(json!({"updateDate": seconds(now)}))
}

pub fn describe(account: &Account, input: Only) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_alias_arn, "stateMachineAliasArn")?;
    let (machine, name) = refs::alias(account, &arn)?.ok_or_else(|| refs::not_found(&arn))?;
    let alias = account.states.machines.read(&machine, |machine| machine.alias(&name).cloned()).flatten();
    let alias = alias.ok_or_else(|| refs::not_found(&arn))?;
    let routing: Vec<Value> = alias
        .routes
        .iter()
        .map(|route| {
            json!({
                "stateMachineVersionArn": version_arn(account, &machine, route.version),
                "weight": route.weight,
            })
        })
        .collect();
    Ok(json!({
        "stateMachineAliasArn": arn,
        "name": name,
        "description": alias.description,
        "routingConfiguration": routing,
        "creationDate": seconds(alias.created),
        "updateDate": seconds(alias.updated),
    }))
}

pub fn delete(account: &Account, input: Only) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_alias_arn, "stateMachineAliasArn")?;
    let (machine, name) = refs::alias(account, &arn)?.ok_or_else(|| refs::not_found(&arn))?;
    let is_gone = account.states.machines.change(&machine, |machine| {
        let before = machine.aliases.len();
        machine.aliases.retain(|alias| alias.name != name);
        machine.aliases.len() < before
    });
    if is_gone == Some(true) { Ok(json!({})) } else { Err(refs::not_found(&arn)) }
}

/// Oldest first: of a machine, or of one of its versions.
pub fn list(account: &Account, input: List) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_arn, "stateMachineArn")?;
    let target = refs::target(account, &arn, 0)?;
    let aliases = account.states.machines.read(&target.machine, |machine| match target.version {
        Some(number) => machine.aliases_of(number).cloned().collect(),
        None => machine.aliases.clone(),
    });
    let all = aliases.unwrap_or_default().into_iter().map(|alias| {
        let resource = Named::Alias { machine: target.machine.clone(), alias: alias.name };
        json!({
            "stateMachineAliasArn": account.states.arn(resource).to_string(),
            "creationDate": seconds(alias.created),
        })
    });
    let list = format!("aliases {arn}");
    let page = page(account, &list, all.collect(), input.max_results, input.next_token.as_deref(), None)?;
    Ok(json!({"stateMachineAliases": page.items, "nextToken": page.next_token}))
}

fn describes(description: Option<&str>) -> Result<(), ServiceError> {
    description.map_or(Ok(()), |text| ServiceError::check_length(text, "description", 0, 256))
}

/// One or two distinct versions of one machine, whose weights are a hundred together.
fn routes(account: &Account, given: &[Routing]) -> Result<(String, Vec<Route>), ServiceError> {
    let mut pairs = Vec::new();
    for (number, routing) in given.iter().enumerate() {
        let place = format!("routingConfiguration.{}.member", number + 1);
        let arn = required(
            routing.state_machine_version_arn.as_deref(),
            &format!("{place}.stateMachineVersionArn"),
        )?;
        let weight = required(routing.weight, &format!("{place}.weight"))?;
        let constraint = match weight {
            ..0 => "have value greater than or equal to 0",
            0..=100 => "",
            _ => "have value less than or equal to 100",
        };
        if !constraint.is_empty() {
            return Err(ServiceError::constraint(weight, &format!("{place}.weight"), constraint));
        }
        pairs.push((arn, u32::try_from(weight).unwrap_or_default()));
    }
    if !(1..=2).contains(&pairs.len()) {
        let items = pairs.iter().map(|(arn, weight)| {
            format!("RoutingConfigurationListItem(stateMachineVersionArn={arn}, weight={weight})")
        });
        let value = format!("[{}]", items.collect::<Vec<_>>().join(", "));
        let constraint = match pairs.is_empty() {
            true => "have length greater than or equal to 1",
            false => "have length less than or equal to 2",
        };
        return Err(ServiceError::constraint(value, "routingConfiguration", constraint));
    }
    let arns = pairs.iter().map(|(arn, _)| *arn).collect::<Vec<_>>().join(", ");
    let mut routes = Vec::new();
    let mut machines = Vec::new();
    for (arn, weight) in &pairs {
        let parsed = StatesArn::parse(arn)?;
        let Some(Named::Version { machine, number }) = account.states.named(&parsed) else {
            return Err(ServiceError::validation(format!(
                "Routing configuration must contain state machine version ARNs. Received: [{arns}]"
            )));
        };
        machines.push(machine.clone());
        routes.push(Route { version: *number, weight: *weight });
    }
    machines.dedup();
    let versions: std::collections::BTreeSet<u64> = routes.iter().map(|route| route.version).collect();
    let refuse = |message: String| Err(ServiceError::validation(message));
    let sum: u32 = routes.iter().map(|route| route.weight).sum();
    match machines.pop() {
        Some(machine) if machines.is_empty() => {
            if versions.len() < routes.len() {
                return refuse(format!(
                    "Routing configuration must contain distinct state machine version ARNs. Received: [{arns}]"
                ));
            }
            if sum != 100 {
                let weights: Vec<String> = routes.iter().map(|route| route.weight.to_string()).collect();
                return refuse(format!(
                    "Sum of routing configuration weights must equal 100. Received: [{}]",
                    weights.join(", ")
                ));
            }
            Ok((machine, routes))
        }
        _ => refuse(format!(
            "Routing configuration must contain versions of the same state machine. Received: [{arns}]"
        )),
    }
}

/// Whether the machine has the versions.
fn exist(account: &Account, machine: &Machine, routes: &[Route]) -> Result<(), ServiceError> {
    let missing = routes.iter().find(|route| machine.version(route.version).is_none());
    missing.map_or(Ok(()), |route| Err(refs::not_found(&version_arn(account, &machine.name, route.version))))
}
