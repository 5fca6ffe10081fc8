//! Making, describing, listing and deleting activities.

use super::configuration::{self, Tag};
use super::wire::{required, seconds};
use super::{page, refs};
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::Activity;
use jiff::Timestamp;
use opsctl_engine::asl::arn::Named;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    name: Option<String>,
    tags: Option<Vec<Tag>>,
    encryption_configuration: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Only {
    activity_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    max_results: Option<i32>,
    next_token: Option<String>,
}

pub fn create(account: &Account, input: Create) -> Result<Value, ServiceError> {
    let name = required(input.name, "name")?;
    configuration::name(&name)?;
    let activity = account.states.activities.create(Activity {
        name: name.clone(),
        created: Timestamp::now(),
        encryption: configuration::encryption(input.encryption_configuration)?,
        tags: configuration::tags(input.tags.unwrap_or_default())?,
    });
    Ok(json!({"activityArn": arn(account, &name), "creationDate": seconds(activity.created)}))
}

pub fn describe(account: &Account, input: Only) -> Result<Value, ServiceError> {
    let arn = required(input.activity_arn, "activityArn")?;
    let name = refs::activity(account, &arn)?;
    let activity = name.and_then(|name| account.states.activities.get(&name));
    let activity = activity.ok_or_else(|| refs::no_activity(&arn))?;
    Ok(json!({
        "activityArn": arn,
        "name": activity.name,
        "creationDate": seconds(activity.created),
        "encryptionConfiguration": activity.encryption,
    }))
}

/// Deleting what is not there is fine.
pub fn delete(account: &Account, input: Only) -> Result<Value, ServiceError> {
    let arn = required(input.activity_arn, "activityArn")?;
    if let Some(name) = refs::activity(account, &arn)? {
        account.states.activities.delete(&name);
    }
    Ok(json!({}))
}

pub fn list(account: &Account, input: List) -> Result<Value, ServiceError> {
    let all = account.states.activities.list().into_iter().map(|activity| {
        json!({
            "activityArn": arn(account, &activity.name),
            "name": activity.name,
            "creationDate": seconds(activity.created),
        })
    });
    let next_token = input.next_token.as_deref();
    let page = page(account, "activities", all.collect(), input.max_results, next_token, None)?;
    Ok(json!({"activities": page.items, "nextToken": page.next_token}))
}

fn arn(account: &Account, name: &str) -> String {
    account.states.arn(Named::Activity { name: name.to_owned() }).to_string()
}
