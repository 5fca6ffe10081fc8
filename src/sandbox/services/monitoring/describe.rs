//! DescribeAlarms, DescribeAlarmsForMetric and DescribeAlarmContributors.

use super::errors::{combination, invalid, missing, no_resource};
use super::queries::dimensions;
use super::wire::{Dimension, page, seconds};
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::alarms::{Alarm, Kind};
use crate::sandbox::services::ServiceError;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::composite::SuppressedBy;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const MOST_NAMES: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Describe {
    alarm_names: Option<Vec<String>>,
    alarm_name_prefix: Option<String>,
    alarm_types: Option<Vec<String>>,
    children_of_alarm_name: Option<String>,
    parents_of_alarm_name: Option<String>,
    state_value: Option<String>,
    action_prefix: Option<String>,
    max_records: Option<i32>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ForMetric {
    metric_name: Option<String>,
    namespace: Option<String>,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    dimensions: Option<Vec<Dimension>>,
    period: Option<i64>,
    unit: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Contributors {
    alarm_name: Option<String>,
    next_token: Option<String>,
}

/// A page of what is asked for; `look` makes of each alarm what is shown.
fn answer(
    account: &Account,
    input: &Describe,
    is_asked: impl Fn(&Alarm) -> bool,
    look: impl Fn(&Alarm) -> Value,
) -> Result<Value, ServiceError> {
    let list = format!(
        "DescribeAlarms {input:?}",
        input = Describe { next_token: None, max_records: None, ..copy(input) }
    );
    account.monitoring.alarms.look(|all| {
        let asked: Vec<&Alarm> = all.values().filter(|alarm| is_asked(alarm)).collect();
        let page = page(account, &list, asked, input.max_records.or(Some(50)), input.next_token.as_deref())?;
        let of = |kind| -> Vec<Value> {
            page.items.iter().filter(|alarm| alarm.kind == kind).map(|alarm| look(alarm)).collect()
        };
        let mut answer = json!({
            "CompositeAlarms": of(Kind::Composite),
            "MetricAlarms": of(Kind::Metric),
            "NextToken": page.next_token,
        });
        let logs = of(Kind::Log);
        if !account.settings.cloudwatch.older {
            answer["LogAlarms"] = logs.into();
        }
        Ok(answer)
    })
}

fn copy(input: &Describe) -> Describe {
    Describe {
        alarm_names: input.alarm_names.clone(),
        alarm_name_prefix: input.alarm_name_prefix.clone(),
        alarm_types: input.alarm_types.clone(),
        children_of_alarm_name: input.children_of_alarm_name.clone(),
        parents_of_alarm_name: input.parents_of_alarm_name.clone(),
        state_value: input.state_value.clone(),
        action_prefix: input.action_prefix.clone(),
        max_records: None,
        next_token: None,
    }
}

pub fn alarms(account: &Account, input: Describe) -> Result<Value, ServiceError> {
    if input.children_of_alarm_name.is_some() || input.parents_of_alarm_name.is_some() {
        return family(account, &input);
    }
    let kinds = kinds(account, input.alarm_types.as_deref())?;
    let names = input.alarm_names.as_deref();
    if names.is_some() && input.alarm_name_prefix.is_some() {
        return Err(combination("AlarmNamePrefix and AlarmNames cannot both be given"));
    }
    if names.is_some_and(|names| names.len() > MOST_NAMES) {
        return Err(invalid(format!("AlarmNames must have no more than {MOST_NAMES} names")));
    }
    let state = input.state_value.as_deref().map(str::parse::<StateValue>).transpose();
    let state = state.map_err(|error| invalid(error.to_string()))?;
    let prefix = input.alarm_name_prefix.as_deref().unwrap_or_default();
    let is_asked = |alarm: &Alarm| {
        kinds.contains(&alarm.kind)
            && names.is_none_or(|names| names.contains(&alarm.name))
            && alarm.name.starts_with(prefix)
            && state.is_none_or(|state| alarm.state.value == state)
            && input.action_prefix.as_deref().is_none_or(|prefix| has_action(alarm, prefix))
    };
    answer(account, &input, is_asked, describe)
}

fn has_action(alarm: &Alarm, prefix: &str) -> bool {
    StateValue::ALL.iter().any(|state| alarm.actions(*state).iter().any(|action| action.starts_with(prefix)))
}

fn kinds(account: &Account, given: Option<&[String]>) -> Result<Vec<Kind>, ServiceError> {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(vec![Kind::Metric]) };
    let mut known = vec![Kind::Metric, Kind::Composite];
    if !account.settings.cloudwatch.older {
        known.push(Kind::Log);
    }
    let kind = |name: &String| {
        let kind = known.iter().copied().find(|kind| kind.name() == name);
        let names: Vec<&str> = known.iter().map(|kind| kind.name()).collect();
        kind.ok_or_else(|| {
            let shown = given.join(", ");
            let set = names.join(", ");
            invalid(format!("1 validation error detected: Value '[{shown}]' at 'alarmTypes' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [{set}]]"))
        })
    };
    given.iter().map(kind).collect()
}

/// The alarms in the rule of a composite, or the composites in whose rules an alarm is.
fn family(account: &Account, input: &Describe) -> Result<Value, ServiceError> {
    let alone = input.alarm_names.is_none()
        && input.alarm_name_prefix.is_none()
        && input.alarm_types.is_none()
        && input.state_value.is_none()
        && input.action_prefix.is_none();
    let name = match (&input.children_of_alarm_name, &input.parents_of_alarm_name) {
        (Some(name), None) | (None, Some(name)) if alone => account.monitoring.alarms.name(name).to_owned(),
        _ => {
            let message =
                "ChildrenOfAlarmName or ParentsOfAlarmName can be given with MaxRecords and NextToken alone";
            return Err(combination(message));
        }
    };
    let brief = |alarm: &Alarm| json!({"AlarmName": alarm.name, "AlarmArn": alarm.arn});
    if input.parents_of_alarm_name.is_some() {
        let is_asked = |alarm: &Alarm| account.monitoring.alarms.children(alarm).contains(&name);
        return answer(account, input, is_asked, brief);
    }
    let parent = account.monitoring.alarms.get(&name);
    let children = parent.map(|parent| account.monitoring.alarms.children(&parent)).unwrap_or_default();
    let with_state = |alarm: &Alarm| {
        let mut shown = brief(alarm);
        shown["StateValue"] = alarm.state.value.name().into();
        shown["StateUpdatedTimestamp"] = seconds(alarm.state.updated);
        shown["StateTransitionedTimestamp"] = seconds(alarm.state.transitioned);
        shown
    };
    answer(account, input, |alarm| children.contains(&alarm.name), with_state)
}

/// An alarm as it is answered: what it is, with what the service fills in, and how it stands.
pub fn describe(alarm: &Alarm) -> Value {
    let mut shown: Map<String, Value> = alarm.configuration.clone();
    for (member, default) in [
        ("ActionsEnabled", json!(true)),
        ("OKActions", json!([])),
        ("AlarmActions", json!([])),
        ("InsufficientDataActions", json!([])),
    ] {
        shown.entry(member).or_insert(default);
    }
    if alarm.text("MetricName").is_some() {
        shown.entry("Dimensions").or_insert(json!([]));
    }
    let state = &alarm.state;
    for (member, value) in [
        ("AlarmName", Value::from(alarm.name.as_str())),
        ("AlarmArn", alarm.arn.as_str().into()),
        ("AlarmConfigurationUpdatedTimestamp", seconds(alarm.configured)),
        ("StateValue", state.value.name().into()),
        ("StateReason", state.reason.as_str().into()),
        ("StateReasonData", state.reason_data.as_deref().into()),
        ("StateUpdatedTimestamp", seconds(state.updated)),
        ("StateTransitionedTimestamp", seconds(state.transitioned)),
        ("EvaluationState", state.evaluation.as_deref().into()),
    ] {
        shown.insert(member.to_owned(), value);
    }
    let by = alarm.memory.suppression.as_ref().and_then(|suppression| suppression.suppressed_by());
    if let Some(by) = by {
        let suppressor = alarm.suppressor().unwrap_or_default();
        let reason = match by {
            SuppressedBy::Alarm => format!("Actions suppressed by {suppressor}"),
            SuppressedBy::WaitPeriod => {
                format!("Actions suppressed by WaitPeriod: {suppressor} may come to ALARM yet")
            }
            SuppressedBy::ExtensionPeriod => {
                format!("Actions suppressed by ExtensionPeriod: {suppressor} was in ALARM")
            }
        };
        shown.insert("ActionsSuppressedBy".to_owned(), by.name().into());
        shown.insert("ActionsSuppressedReason".to_owned(), reason.into());
    }
    shown.into()
}

/// Alarms on this very metric; those on expressions are not found so, nor in the service.
pub fn for_metric(account: &Account, input: ForMetric) -> Result<Value, ServiceError> {
    let name = input.metric_name.ok_or_else(|| missing("MetricName"))?;
    let namespace = input.namespace.ok_or_else(|| missing("Namespace"))?;
    let dimensions = dimensions(&input.dimensions.unwrap_or_default());
    let is_asked = |alarm: &&Alarm| {
        let same =
            |member: &str, asked: Option<&str>| asked.is_none_or(|asked| alarm.text(member) == Some(asked));
        alarm.kind == Kind::Metric
            && same("MetricName", Some(&name))
            && same("Namespace", Some(&namespace))
            && same("Statistic", input.statistic.as_deref())
            && same("ExtendedStatistic", input.extended_statistic.as_deref())
            && same("Unit", input.unit.as_deref())
            && input.period.is_none_or(|period| {
                alarm.configuration.get("Period").and_then(Value::as_i64) == Some(period)
            })
            && of_alarm(alarm) == dimensions
    };
    let found: Vec<Value> =
        account.monitoring.alarms.look(|all| all.values().filter(is_asked).map(describe).collect());
    Ok(json!({ "MetricAlarms": found }))
}

/// Its dimensions, sorted.
fn of_alarm(alarm: &Alarm) -> Vec<(String, String)> {
    let text = |dimension: &Value, member: &str| {
        dimension.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let dimensions = alarm.configuration.get("Dimensions").and_then(Value::as_array);
    let mut dimensions: Vec<(String, String)> = dimensions
        .into_iter()
        .flatten()
        .map(|dimension| (text(dimension, "Name"), text(dimension, "Value")))
        .collect();
    dimensions.sort();
    dimensions
}

/// No alarm of the sandbox has contributors: those with several series are not evaluated in it.
pub fn contributors(account: &Account, input: Contributors) -> Result<Value, ServiceError> {
    let name = input.alarm_name.ok_or_else(|| missing("AlarmName"))?;
    if account.monitoring.alarms.get(&name).is_none() {
        return Err(no_resource(&name));
    }
    if input.next_token.is_some() {
        return Err(ServiceError::new("InvalidNextToken", "The specified token is not valid."));
    }
    Ok(json!({ "AlarmContributors": [] }))
}
