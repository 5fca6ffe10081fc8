//! DescribeAlarmHistory.

use super::errors::invalid;
use super::wire::{Seconds, page, seconds};
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::alarms::Kind;
use crate::sandbox::monitoring::history::Item;
use crate::sandbox::services::ServiceError;
use serde::Deserialize;
use serde_json::{Value, json};

const TYPES: &[&str] = &[
    "ConfigurationUpdate",
    "StateUpdate",
    "Action",
    "AlarmContributorStateUpdate",
    "AlarmContributorAction",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Describe {
    alarm_name: Option<String>,
    alarm_contributor_id: Option<String>,
    alarm_types: Option<Vec<String>>,
    history_item_type: Option<String>,
    start_date: Option<Seconds>,
    end_date: Option<Seconds>,
    max_records: Option<i32>,
    next_token: Option<String>,
    scan_by: Option<String>,
}

pub fn describe(account: &Account, mut input: Describe) -> Result<Value, ServiceError> {
    let (max_records, token) = (input.max_records.take(), input.next_token.take());
    let list = format!("DescribeAlarmHistory {input:?}");
    let types = input.alarm_types.filter(|types| !types.is_empty());
    let types = types.unwrap_or_else(|| vec![Kind::Metric.name().to_owned()]);
    let mut known = vec![Kind::Metric.name(), Kind::Composite.name()];
    if !account.settings.cloudwatch.older {
        known.push(Kind::Log.name());
    }
    if let Some(unknown) = types.iter().find(|name| !known.contains(&name.as_str())) {
        let set = known.join(", ");
        return Err(invalid(format!(
            "1 validation error detected: Value '[{unknown}]' at 'alarmTypes' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [{set}]]"
        )));
    }
    if let Some(what) = &input.history_item_type
        && !TYPES.contains(&what.as_str())
    {
        return Err(invalid(format!("The type {what} of an item is not one of {}", TYPES.join(", "))));
    }
    let start = input.start_date.map(|at| at.timestamp("StartDate")).transpose()?;
    let end = input.end_date.map(|at| at.timestamp("EndDate")).transpose()?;
    let is_wanted = |item: &Item| {
        input.alarm_name.as_ref().is_none_or(|name| item.alarm == *name)
            && types.iter().any(|name| name == item.kind.name())
            && input.history_item_type.as_deref().is_none_or(|what| what == item.what.name())
            && start.is_none_or(|start| item.at >= start)
            && end.is_none_or(|end| item.at <= end)
            && input
                .alarm_contributor_id
                .as_ref()
                .is_none_or(|id| item.contributor.as_ref().is_some_and(|contributor| contributor.id == *id))
    };
    let mut items = account.monitoring.history.list(is_wanted);
    match input.scan_by.as_deref() {
        None | Some("TimestampDescending") => {}
        Some("TimestampAscending") => items.reverse(),
        Some(other) => return Err(invalid(format!("ScanBy cannot be {other}"))),
    }
    let page = page(account, &list, items, max_records.or(Some(100)), token.as_deref())?;
    let items: Vec<Value> = page.items.into_iter().map(show).collect();
    Ok(json!({ "AlarmHistoryItems": items, "NextToken": page.next_token }))
}

fn show(item: Item) -> Value {
    json!({
        "AlarmName": item.alarm,
        "AlarmType": item.kind.name(),
        "Timestamp": seconds(item.at),
        "HistoryItemType": item.what.name(),
        "HistorySummary": item.summary,
        "HistoryData": item.data,
        "AlarmContributorId": item.contributor.as_ref().map(|contributor| &contributor.id),
        "AlarmContributorAttributes": item.contributor.as_ref().map(|contributor| &contributor.attributes),
    })
}
