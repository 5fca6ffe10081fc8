//! Tags of alarms and mute rules.

use super::configuration::{check_count, read_tags};
use super::errors::{missing, no_resource};
use super::wire::Tag as GivenTag;
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    #[serde(rename = "ResourceARN")]
    arn: Option<String>,
    tags: Option<Vec<GivenTag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Untag {
    #[serde(rename = "ResourceARN")]
    arn: Option<String>,
    tag_keys: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub struct List {
    #[serde(rename = "ResourceARN")]
    arn: Option<String>,
}

pub fn tag(account: &Account, input: Tag) -> Result<Value, ServiceError> {
    let given = read_tags(input.tags.ok_or_else(|| missing("Tags"))?)?;
    change(account, input.arn, |tags| {
        let mut changed = tags.clone();
        changed.extend(given);
        check_count(&changed)?;
        *tags = changed;
        Ok(json!({}))
    })
}

pub fn untag(account: &Account, input: Untag) -> Result<Value, ServiceError> {
    let keys = input.tag_keys.ok_or_else(|| missing("TagKeys"))?;
    change(account, input.arn, |tags| {
        tags.retain(|key, _| !keys.contains(key));
        Ok(json!({}))
    })
}

pub fn list(account: &Account, input: List) -> Result<Value, ServiceError> {
    change(account, input.arn, |tags| {
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        Ok(json!({ "Tags": tags }))
    })
}

fn change(
    account: &Account,
    arn: Option<String>,
    change: impl FnOnce(&mut BTreeMap<String, String>) -> Result<Value, ServiceError>,
) -> Result<Value, ServiceError> {
    let arn = arn.ok_or_else(|| missing("ResourceARN"))?;
    let (alarms, mutes) = (&account.monitoring.alarms, &account.monitoring.mutes);
    let mut answer = None;
    if let Some(name) = alarms.named(&arn) {
        alarms.change(name, |alarm| answer = Some(change(&mut alarm.tags)));
    } else if let Some(name) = mutes.named(&arn) {
        answer = mutes.change_tags(name, change);
    }
    answer.unwrap_or_else(|| Err(no_resource(&arn)))
}
