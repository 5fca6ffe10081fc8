//! The parts of a machine beside its definition: logging, tracing, encryption and names, as requests have them and as
//! they are kept and shown.

use crate::sandbox::services::ServiceError;
use crate::sandbox::states::Tags;
use opsctl_engine::asl::create::{Refusal, check_request};
use opsctl_engine::asl::definition::{MachineType, create_error, parse};
use opsctl_engine::asl::names::is_name;
use serde_json::{Value, json};

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        ServiceError::new(refusal.code, refusal.message)
    }
}

/// Logging with everything that was left out.
pub fn logging(given: Option<Value>) -> Result<Value, ServiceError> {
    let given = given.unwrap_or_default();
    check_request(&json!({ "loggingConfiguration": given }))?;
    Ok(json!({
        "level": given.get("level").filter(|level| !level.is_null()).cloned().unwrap_or("OFF".into()),
        "includeExecutionData": given.get("includeExecutionData").and_then(Value::as_bool).unwrap_or(false),
        "destinations": given.get("destinations").filter(|all| all.as_array().is_some_and(|all| !all.is_empty())),
    }))
}

pub fn is_traced(given: Option<&Value>) -> bool {
    given.and_then(|given| given.get("enabled")).and_then(Value::as_bool).unwrap_or(false)
}

/// Encryption with everything that was left out.
pub fn encryption(given: Option<Value>) -> Result<Value, ServiceError> {
    let Some(given) = given.filter(|given| !given.is_null()) else {
        return Ok(json!({"type": "AWS_OWNED_KEY"}));
    };
    let refuse = |why: &str| {
        let message = format!("Invalid Encryption Configuration: {why}");
        Err(ServiceError::new("InvalidEncryptionConfiguration", message))
    };
    match (given.get("type").and_then(Value::as_str), given.get("kmsKeyId").and_then(Value::as_str)) {
        (Some("AWS_OWNED_KEY"), None) => Ok(json!({"type": "AWS_OWNED_KEY"})),
        (Some("AWS_OWNED_KEY"), Some(_)) => refuse("a key cannot be given with the type AWS_OWNED_KEY"),
        (Some("CUSTOMER_MANAGED_KMS_KEY"), Some(key)) => Ok(json!({
            "type": "CUSTOMER_MANAGED_KMS_KEY",
            "kmsKeyId": key,
            "kmsDataKeyReusePeriodSeconds":
                given.get("kmsDataKeyReusePeriodSeconds").cloned().unwrap_or(300.into()),
        })),
        (Some("CUSTOMER_MANAGED_KMS_KEY"), None) => refuse("the type CUSTOMER_MANAGED_KMS_KEY needs a key"),
        (other, _) => Err(ServiceError::constraint(
            other.unwrap_or("null"),
            "encryptionConfiguration.type",
            "satisfy enum value set: [AWS_OWNED_KEY, CUSTOMER_MANAGED_KMS_KEY]",
        )),
    }
}

/// The name of a machine, an execution or an activity.
pub fn name(name: &str) -> Result<(), ServiceError> {
    ServiceError::check_length(name, "name", 1, 80)?;
    match is_name(name) {
        true => Ok(()),
        false => Err(ServiceError::new("InvalidName", format!("Invalid Name: '{name}'"))),
    }
}

pub fn role(arn: &str) -> Result<(), ServiceError> {
    ServiceError::check_length(arn, "roleArn", 1, 256)?;
    match opsctl_engine::batch::arn::role(arn) {
        Some(_) => Ok(()),
        None => Err(ServiceError::new("InvalidArn", format!("Invalid Role Arn: '{arn}'"))),
    }
}

pub fn definition(text: &str, kind: MachineType) -> Result<(), ServiceError> {
    match parse(text, kind) {
        Ok(_) => Ok(()),
        Err(diagnostics) => Err(ServiceError::new("InvalidDefinition", create_error(&diagnostics))),
    }
}

/// Tags as requests have them; the last of a key counts.
pub fn tags(given: Vec<Tag>) -> Result<Tags, ServiceError> {
    let tags: Result<Vec<(String, String)>, ServiceError> = given
        .into_iter()
        .map(|tag| {
            let key = super::wire::required(tag.key, "tags.1.member.key")?;
            ServiceError::check_length(&key, "tags.1.member.key", 1, 128)?;
            let value = tag.value.unwrap_or_default();
            ServiceError::check_length(&value, "tags.1.member.value", 0, 256)?;
            Ok((key, value))
        })
        .collect();
    tags.map(Tags::from)
}

#[derive(serde::Deserialize)]
pub struct Tag {
    key: Option<String>,
    value: Option<String>,
}
