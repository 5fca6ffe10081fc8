//! Mute rules: put, got, listed and deleted. What they hold back is `sandbox::monitoring`'s business.

use super::configuration::read_tags;
use super::errors::{faulty, invalid, missing, no_resource};
use super::wire::{Seconds, Tag, page, seconds};
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::mutes::Mute;
use crate::sandbox::monitoring::transition;
use crate::sandbox::services::ServiceError;
use opsctl_engine::evaluation::mute::{MuteRule, MuteStatus, MuteTargets, Rule, check};
use serde::Deserialize;
use serde_json::{Value, json};

const MOST: usize = 2000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Put {
    name: Option<String>,
    description: Option<String>,
    rule: Option<Rule>,
    mute_targets: Option<MuteTargets>,
    start_date: Option<Seconds>,
    expire_date: Option<Seconds>,
    tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Name {
    alarm_mute_rule_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct List {
    alarm_name: Option<String>,
    statuses: Option<Vec<String>>,
    max_records: Option<i32>,
    next_token: Option<String>,
}

/// An endpoint of before 2026 has no mute rules.
fn known(account: &Account, operation: &str) -> Result<(), ServiceError> {
    match account.settings.cloudwatch.older {
        true => Err(ServiceError::unknown_operation(operation)),
        false => Ok(()),
    }
}

pub fn put(account: &Account, input: Put) -> Result<Value, ServiceError> {
    known(account, "PutAlarmMuteRule")?;
    let monitoring = &account.monitoring;
    let now = monitoring.clock.now();
    let rule = MuteRule {
        name: input.name.ok_or_else(|| missing("Name"))?,
        description: input.description,
        rule: input.rule.ok_or_else(|| missing("Rule"))?,
        mute_targets: input.mute_targets,
        start_date: input.start_date.map(|at| at.timestamp("StartDate")).transpose()?,
        expire_date: input.expire_date.map(|at| at.timestamp("ExpireDate")).transpose()?,
    };
    faulty(&check(&rule, now), invalid)?;
    let schedule = rule.rule.schedule.read().map_err(|_| invalid("the schedule cannot be read"))?;
    let before = monitoring.mutes.get(&rule.name, now).map(|(mute, _)| mute);
    if before.is_none() && monitoring.mutes.count() >= MOST {
        return Err(ServiceError::new("LimitExceeded", format!("There may be {MOST} mute rules")));
    }
    // As with alarms, tags are those that it was made with.
    let tags = match before {
        Some(before) => before.tags,
        None => read_tags(input.tags.unwrap_or_default())?,
    };
    monitoring.mutes.put(Mute { rule, updated: now, tags }, schedule);
    // An alarm that is no target any more, or whose window has ended with the change, goes on at once.
    transition::unmute(account, now);
    Ok(json!({}))
}

pub fn get(account: &Account, input: Name) -> Result<Value, ServiceError> {
    known(account, "GetAlarmMuteRule")?;
    let name = input.alarm_mute_rule_name.ok_or_else(|| missing("AlarmMuteRuleName"))?;
    let found = account.monitoring.mutes.get(&name, account.monitoring.clock.now());
    let (mute, status) = found.ok_or_else(|| no_resource(&account.monitoring.mutes.arn(&name)))?;
    let mut shown = summary(account, &mute, status);
    shown["Name"] = name.into();
    shown["Description"] = mute.rule.description.as_deref().into();
    shown["Rule"] = json!(mute.rule.rule);
    shown["MuteTargets"] = json!(mute.rule.mute_targets);
    shown["StartDate"] = mute.rule.start_date.map(seconds).into();
    Ok(shown)
}

pub fn list(account: &Account, mut input: List) -> Result<Value, ServiceError> {
    known(account, "ListAlarmMuteRules")?;
    let (max_records, token) = (input.max_records.take(), input.next_token.take());
    let list = format!("ListAlarmMuteRules {input:?}");
    if let Some(unknown) = input
        .statuses
        .iter()
        .flatten()
        .find(|status| !["SCHEDULED", "ACTIVE", "EXPIRED"].contains(&status.as_str()))
    {
        return Err(invalid(format!("The status {unknown} is not one of SCHEDULED, ACTIVE, EXPIRED")));
    }
    let statuses = input.statuses.filter(|statuses| !statuses.is_empty());
    let mut found = account.monitoring.mutes.list(account.monitoring.clock.now());
    found.retain(|(mute, status)| {
        input.alarm_name.as_ref().is_none_or(|name| mute.rule.alarm_names().contains(name))
            && statuses.as_ref().is_none_or(|statuses| statuses.iter().any(|name| name == status.name()))
    });
    let page = page(account, &list, found, max_records.or(Some(50)), token.as_deref())?;
    let summaries: Vec<Value> =
        page.items.iter().map(|(mute, status)| summary(account, mute, *status)).collect();
    Ok(json!({ "AlarmMuteRuleSummaries": summaries, "NextToken": page.next_token }))
}

/// One that is not there is deleted already.
pub fn delete(account: &Account, input: Name) -> Result<Value, ServiceError> {
    known(account, "DeleteAlarmMuteRule")?;
    let name = input.alarm_mute_rule_name.ok_or_else(|| missing("AlarmMuteRuleName"))?;
    account.monitoring.mutes.remove(&name);
    transition::unmute(account, account.monitoring.clock.now());
    Ok(json!({}))
}

fn summary(account: &Account, mute: &Mute, status: MuteStatus) -> Value {
    json!({
        "AlarmMuteRuleArn": account.monitoring.mutes.arn(&mute.rule.name),
        "ExpireDate": mute.rule.expire_date.map(seconds),
        "Status": status.name(),
        "MuteType": mute.rule.mute_type(),
        "LastUpdatedTimestamp": seconds(mute.updated),
    })
}
