//! Tags of machines and activities.

use super::configuration::{self, Tag as GivenTag};
use super::refs;
use super::wire::required;
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use crate::sandbox::states::Tags;
use opsctl_engine::asl::arn::{InvalidArn, Named, StatesArn};
use serde::Deserialize;
use serde_json::{Value, json};

const MOST: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    resource_arn: Option<String>,
    tags: Option<Vec<GivenTag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Untag {
    resource_arn: Option<String>,
    tag_keys: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    resource_arn: Option<String>,
}

pub fn tag(account: &Account, input: Tag) -> Result<Value, ServiceError> {
    let arn = required(input.resource_arn, "resourceArn")?;
    let given = configuration::tags(required(input.tags, "tags")?)?;
    change(account, &arn, |tags| {
        let mut changed = tags.clone();
        changed.put(given.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect());
        if changed.iter().count() > MOST {
            return Err(ServiceError::new("TooManyTags", format!("A resource can have {MOST} tags")));
        }
        *tags = changed;
        Ok(json!({}))
    })
}

pub fn untag(account: &Account, input: Untag) -> Result<Value, ServiceError> {
    let arn = required(input.resource_arn, "resourceArn")?;
    let keys = required(input.tag_keys, "tagKeys")?;
    change(account, &arn, |tags| {
        tags.remove(&keys);
        Ok(json!({}))
    })
}

pub fn list(account: &Account, input: List) -> Result<Value, ServiceError> {
    let arn = required(input.resource_arn, "resourceArn")?;
    change(account, &arn, |tags| {
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        Ok(json!({"tags": tags}))
    })
}

fn change(
    account: &Account,
    arn: &str,
    change: impl FnOnce(&mut Tags) -> Result<Value, ServiceError>,
) -> Result<Value, ServiceError> {
    let parsed = StatesArn::parse(arn)?;
    let states = &account.states;
    let changed = match states.named(&parsed) {
        Some(Named::Machine { name }) => states.machines.change(name, |machine| change(&mut machine.tags)),
        Some(Named::Activity { name }) => {
            states.activities.change(name, |activity| change(&mut activity.tags))
        }
        Some(other) => return Err(InvalidArn::unfit(other).into()),
        None => None,
    };
    changed.unwrap_or_else(|| Err(refs::not_found(arn)))
}
