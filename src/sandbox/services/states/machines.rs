//! Making, changing, describing, listing and deleting machines.

use super::configuration as config;
use super::wire::{read, required, seconds};
use super::{page, refs};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::{Content, Created, Kind, NewMachine, Published, Target};
use jiff::Timestamp;
use opsctl_engine::asl::arn::{InvalidArn, Named, StatesArn};
use opsctl_engine::asl::create::check_request;
use opsctl_engine::asl::history::Failure;
use opsctl_engine::asl::lint::variable_references;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    name: Option<String>,
    definition: Option<String>,
    role_arn: Option<String>,
    r#type: Option<String>,
    logging_configuration: Option<Value>,
    tracing_configuration: Option<Value>,
    encryption_configuration: Option<Value>,
    tags: Option<Vec<config::Tag>>,
    publish: Option<bool>,
    version_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    state_machine_arn: Option<String>,
    definition: Option<String>,
    role_arn: Option<String>,
    logging_configuration: Option<Value>,
    tracing_configuration: Option<Value>,
    encryption_configuration: Option<Value>,
    publish: Option<bool>,
    version_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Describe {
    state_machine_arn: Option<String>,
    included_data: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delete {
    state_machine_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    max_results: Option<i32>,
    next_token: Option<String>,
}

pub fn create(account: &Account, request: Value) -> Result<Value, ServiceError> {
    check_request(&request)?;
    let input: Create = read(request)?;
    let name = required(input.name, "name")?;
    config::name(&name)?;
    let definition = required(input.definition, "definition")?;
    let role_arn = required(input.role_arn, "roleArn")?;
    config::role(&role_arn)?;
    let kind = kind(input.r#type.as_deref())?;
    config::definition(&definition, kind.into())?;
    let arn = account.states.arn(Named::Machine { name: name.clone() });
    let new = NewMachine {
        name: name.clone(),
        kind,
        content: Content {
            definition,
            role_arn,
            logging: config::logging(input.logging_configuration)?,
            is_traced: config::is_traced(input.tracing_configuration.as_ref()),
            encryption: config::encryption(input.encryption_configuration)?,
        },
        tags: config::tags(input.tags.unwrap_or_default())?,
        publish: (input.publish == Some(true)).then_some(input.version_description),
    };
    match account.states.machines.create(new, Timestamp::now())? {
        Created::Made { created, version } => Ok(json!({
            "stateMachineArn": arn.to_string(),
            "creationDate": seconds(created),
            "stateMachineVersionArn": version.map(|number| version_arn(account, &name, number)),
        })),
        Created::Taken => {
            let message = format!("State Machine Already Exists: '{arn}'");
            Err(ServiceError::new("StateMachineAlreadyExists", message))
        }
        Created::Full => {
            let message = "State Machine Limit Exceeded: this sandbox keeps no more";
            Err(ServiceError::new("StateMachineLimitExceeded", message))
        }
    }
}

pub fn update(account: &Account, input: Update) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_arn, "stateMachineArn")?;
    let name = refs::machine(account, &arn)?;
    let is_published = input.publish == Some(true);
    if input.version_description.is_some() && !is_published {
        check_request(&json!({"versionDescription": input.version_description}))?;
    }
    let is_empty = input.definition.is_none()
        && input.role_arn.is_none()
        && input.logging_configuration.is_none()
        && input.tracing_configuration.is_none()
        && input.encryption_configuration.is_none();
    if is_empty {
        let message = "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified";
        return Err(ServiceError::new("MissingRequiredParameter", message));
    }
    let machines = &account.states.machines;
    let kind = machines.read(&name, |machine| machine.kind).ok_or_else(|| refs::no_machine(&arn))?;
    if let Some(definition) = &input.definition {
        config::definition(definition, kind.into())?;
    }
    if let Some(role_arn) = &input.role_arn {
        config::role(role_arn)?;
    }
    let logging = input.logging_configuration.map(|given| config::logging(Some(given))).transpose()?;
    let encryption =
        input.encryption_configuration.map(|given| config::encryption(Some(given))).transpose()?;
    let is_traced = input.tracing_configuration.map(|given| config::is_traced(Some(&given)));
    let now = Timestamp::now();
    let change = |content: &mut Content| {
        content.definition = input.definition.unwrap_or(std::mem::take(&mut content.definition));
        content.role_arn = input.role_arn.unwrap_or(std::mem::take(&mut content.role_arn));
        content.logging = logging.unwrap_or(content.logging.take());
        content.encryption = encryption.unwrap_or(content.encryption.take());
        content.is_traced = is_traced.unwrap_or(content.is_traced);
    };
    let revision = machines.update(&name, change, now)?.ok_or_else(|| refs::no_machine(&arn))?;
    let version = match is_published {
        true => match machines.publish(&name, None, input.version_description, now) {
            Some(Published::Version(number)) => Some(version_arn(account, &name, number)),
            _ => return Err(super::versions::too_many()),
        },
        false => None,
    };
    Ok(json!({
        "updateDate": seconds(now),
        "revisionId": revision.id,
        "stateMachineVersionArn": version,
    }))
}

pub fn describe(account: &Account, input: Describe) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_arn, "stateMachineArn")?;
    let target = refs::target(account, &arn, 0)?;
    let machines = &account.states.machines;
    let found = machines.read(&target.machine, |machine| {
        let version = target.version.and_then(|number| machine.version(number));
        let created = version.map_or(machine.created, |version| version.created);
        (created, version.and_then(|version| version.description.clone()))
    });
    let (created, description) = found.ok_or_else(|| refs::no_machine(&arn))?;
    let shown = match target.version {
        Some(number) => version_arn(account, &target.machine, number),
        None => account.states.arn(Named::Machine { name: target.machine.clone() }).to_string(),
    };
    let mut output = configuration(&target);
    merge(
        &mut output,
        json!({
            "stateMachineArn": shown,
            "name": target.machine,
            "status": "ACTIVE",
            "type": target.kind.name(),
            "creationDate": seconds(created),
            "description": description,
        }),
    );
    if input.included_data.as_deref() == Some("METADATA_ONLY") {
        hide(&mut output);
    }
    Ok(output)
}

/// What a revision sets, as both descriptions of a machine have it.
pub fn configuration(target: &Target) -> Value {
    let Content { definition, role_arn, logging, is_traced, encryption } = &target.revision.content;
    let kind = target.kind.into();
    let references = target
        .revision
        .machine(kind)
        .map(|machine| variable_references(&machine, definition, kind))
        .filter(|references| !references.is_empty());
    json!({
        "definition": definition,
        "roleArn": role_arn,
        "loggingConfiguration": logging,
        "tracingConfiguration": {"enabled": is_traced},
        "encryptionConfiguration": encryption,
        "revisionId": target.revision.id,
        "variableReferences": references,
    })
}

/// Leaves out what only a key can read: the definition is shown empty.
pub fn hide(output: &mut Value) {
    merge(output, json!({"definition": "{}", "variableReferences": null}));
}

pub fn merge(output: &mut Value, more: Value) {
    if let (Value::Object(fields), Value::Object(more)) = (output, more) {
        fields.extend(more);
    }
}

/// Running executions of it are stopped. Deleting what is not there is fine.
pub fn delete(account: &Account, input: Delete) -> Result<Value, ServiceError> {
    let arn = required(input.state_machine_arn, "stateMachineArn")?;
    let parsed = StatesArn::parse(&arn)?;
    let Named::Machine { name } = &parsed.resource else {
        return Err(InvalidArn::unfit(&parsed.resource).into());
    };
    if account.states.named(&parsed).is_some() && account.states.machines.delete(name) {
        let executions =
            account.states.executions.list_of(|known| known.ended().is_none() && known.head.machine == *name);
        executions.iter().for_each(|known| known.stop(Failure::default()));
    }
    Ok(json!({}))
}

pub fn list(account: &Account, input: List) -> Result<Value, ServiceError> {
    let all = account.states.machines.list(|machine| {
        json!({
            "stateMachineArn": account.states.arn(Named::Machine { name: machine.name.clone() }).to_string(),
            "name": machine.name,
            "type": machine.kind.name(),
            "creationDate": seconds(machine.created),
        })
    });
    let page = page(account, "machines", all, input.max_results, input.next_token.as_deref(), None)?;
    Ok(json!({"stateMachines": page.items, "nextToken": page.next_token}))
}

pub fn version_arn(account: &Account, machine: &str, number: u64) -> String {
    account.states.arn(Named::Version { machine: machine.to_owned(), number }).to_string()
}

fn kind(given: Option<&str>) -> Result<Kind, ServiceError> {
    match given {
        None | Some("STANDARD") => Ok(Kind::Standard),
        Some("EXPRESS") => Ok(Kind::Express),
        Some(other) => {
            Err(ServiceError::constraint(other, "type", "satisfy enum value set: [STANDARD, EXPRESS]"))
        }
    }
}
