//! Which members the configuration of an alarm of each kind has, and what the model and the engine have against it.

use super::errors::{invalid, missing};
use super::wire::{Tag, check_length};
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::alarms::Kind;
use crate::sandbox::services::ServiceError;
use crate::sandbox::services::json::malformed;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const MOST_TAGS: usize = 50;
const MOST_ACTIONS: usize = 5;

const COMMON: &[&str] = &[
    "ActionConfiguration",
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "InsufficientDataActions",
    "OKActions",
];
const METRIC: &[&str] = &[
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationCriteria",
    "EvaluationInterval",
    "EvaluationPeriods",
    "EvaluationWindow",
    "ExtendedStatistic",
    "MetricName",
    "Metrics",
    "Namespace",
    "Period",
    "Statistic",
    "Threshold",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
    "WarmUpConfiguration",
];
const COMPOSITE: &[&str] =
    &["ActionsSuppressor", "ActionsSuppressorExtensionPeriod", "ActionsSuppressorWaitPeriod", "AlarmRule"];
const LOG: &[&str] = &[
    "ActionLogLineCount",
    "ActionLogLineRoleArn",
    "ComparisonOperator",
    "QueryResultsToAlarm",
    "QueryResultsToEvaluate",
    "ScheduledQueryConfiguration",
    "Threshold",
    "TreatMissingData",
    "WarmUpConfiguration",
];

/// What a request says an alarm is to be.
pub struct Asked {
    pub name: String,
    pub configuration: Map<String, Value>,
    pub tags: BTreeMap<String, String>,
}

pub fn read(account: &Account, kind: Kind, input: Value) -> Result<Asked, ServiceError> {
    let Value::Object(mut members) = input else { return Err(malformed("a request is a structure")) };
    let name = match members.remove("AlarmName") {
        Some(Value::String(name)) => name,
        Some(_) => return Err(malformed("AlarmName is text")),
        None => return Err(missing("AlarmName")),
    };
    check_length(&name, "alarmName", 1, 255)?;
    if name.chars().any(|letter| letter.is_ascii_control()) {
        return Err(invalid("The name of an alarm must have no control characters"));
    }
    let tags = members.remove("Tags").map(super::wire::read::<Vec<Tag>>).transpose()?;
    let tags = read_tags(tags.unwrap_or_default())?;
    let known = match kind {
        Kind::Metric => METRIC,
        Kind::Composite => COMPOSITE,
        Kind::Log => LOG,
    };
    members.retain(|member, _| COMMON.contains(&member.as_str()) || known.contains(&member.as_str()));
    check_common(&members)?;
    check_older(account, &members)?;
    Ok(Asked { name, configuration: members, tags })
}

fn check_common(members: &Map<String, Value>) -> Result<(), ServiceError> {
    if let Some(description) = members.get("AlarmDescription") {
        let description = description.as_str().ok_or_else(|| malformed("AlarmDescription is text"))?;
        check_length(description, "alarmDescription", 0, 1024)?;
    }
    if members.get("ActionsEnabled").is_some_and(|enabled| !enabled.is_boolean()) {
        return Err(malformed("ActionsEnabled is true or false"));
    }
    for member in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
        let Some(actions) = members.get(member) else { continue };
        let actions = actions.as_array().filter(|actions| actions.iter().all(Value::is_string));
        let actions = actions.ok_or_else(|| malformed(format!("{member} is a list of ARNs")))?;
        if actions.len() > MOST_ACTIONS {
            return Err(invalid(format!("{member} must have no more than {MOST_ACTIONS} actions")));
        }
        for action in actions.iter().filter_map(Value::as_str) {
            check_length(action, member, 1, 1024)?;
        }
    }
    Ok(())
}

/// An endpoint of before 2026 does not know these.
fn check_older(account: &Account, members: &Map<String, Value>) -> Result<(), ServiceError> {
    if !account.settings.cloudwatch.older {
        return Ok(());
    }
    let newer = ["ActionConfiguration", "EvaluationWindow", "WarmUpConfiguration"];
    match newer.iter().find(|member| members.contains_key(**member)) {
        Some(member) => Err(malformed(format!("unknown member {member}"))),
        None => Ok(()),
    }
}

pub fn read_tags(given: Vec<Tag>) -> Result<BTreeMap<String, String>, ServiceError> {
    let mut tags = BTreeMap::new();
    for Tag { key, value } in given {
        let (key, value) = (key.unwrap_or_default(), value.unwrap_or_default());
        check_length(&key, "key", 1, 128)?;
        check_length(&value, "value", 0, 256)?;
        tags.insert(key, value);
    }
    check_count(&tags)?;
    Ok(tags)
}

pub fn check_count(tags: &BTreeMap<String, String>) -> Result<(), ServiceError> {
    match tags.len() > MOST_TAGS {
        true => Err(super::errors::invalid_value(format!("There may be {MOST_TAGS} tags at most"))),
        false => Ok(()),
    }
}
