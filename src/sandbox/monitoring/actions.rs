//! What is done when an alarm changes its state: messages to topics and events to functions of the sandbox. It has nothing
//! else that an action can name, and says so in the history.

use super::alarms::{Alarm, State};
use super::record::{self, time};
use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::deliveries::{Delivery, Destination};
use crate::sandbox::messages::Said;
use crate::sandbox::services::sns;
use jiff::Timestamp;
use opsctl_engine::evaluation::actions::at_change;
use serde_json::{Map, Value, json};

const SUBJECT: usize = 100;

/// The actions of the state that an alarm has now.
pub fn run(account: &Account, alarm: &Alarm, now: Timestamp) {
    let (state, actions) = (alarm.state.value, alarm.actions(alarm.state.value));
    let before = alarm.memory.previous.as_ref().unwrap_or(&alarm.state);
    // What repeats while a state lasts needs services that the sandbox does not have: it is told of at the change.
    for target in at_change(alarm.has_actions(), state, &actions) {
        let ran = act(account, alarm, before, target, now);
        account.monitoring.history.add(record::action(alarm, target, &ran, now));
    }
}

/// What was published, or why nothing was.
fn act(
    account: &Account,
    alarm: &Alarm,
    before: &State,
    target: &str,
    now: Timestamp,
) -> Result<String, String> {
    match target.split(':').nth(2) {
        Some("sns") => notify(account, alarm, before, target, now),
        Some("lambda") => invoke(account, alarm, before, target, now),
        Some(service) if target.starts_with("arn:") => {
            Err(format!("this sandbox has no {service} for actions of alarms"))
        }
        _ => Err(format!("{target} is no ARN")),
    }
}

fn notify(
    account: &Account,
    alarm: &Alarm,
    before: &State,
    target: &str,
    now: Timestamp,
) -> Result<String, String> {
    let region = &account.identity.region;
    let subject = format!("{}: \"{}\" in {region}", alarm.state.value, alarm.name);
    let subject = subject.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let message = notification(account, alarm, before, now).to_string();
    let said = Said {
        subject: Some(subject.take(SUBJECT).collect()),
        message: Some(message.clone()),
        ..Said::default()
    };
    let draft = sns::draft(account, Some(target), None, said);
    let draft = draft.map_err(|error| match &*error.code {
        "NotFound" => format!("Resource: {target} does not exist"),
        _ => error.message,
    })?;
    account.messages.post(draft.from(alarm.arn.as_str())).map_err(|error| error.to_string())?;
    Ok(message)
}

/// As SNS is told of it.
fn notification(account: &Account, alarm: &Alarm, before: &State, now: Timestamp) -> Value {
    let list = |member: &str| alarm.configuration.get(member).cloned().unwrap_or_else(|| json!([]));
    let mut notification = json!({
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.text("AlarmDescription"),
        "AWSAccountId": account.identity.account,
        "AlarmConfigurationUpdatedTimestamp": time(alarm.configured),
        "NewStateValue": alarm.state.value.name(),
        "NewStateReason": alarm.state.reason,
        "StateChangeTime": time(now),
        "Region": account.identity.region,
        "AlarmArn": alarm.arn,
        "OldStateValue": before.value.name(),
        "OKActions": list("OKActions"),
        "AlarmActions": list("AlarmActions"),
        "InsufficientDataActions": list("InsufficientDataActions"),
    });
    match alarm.text("AlarmRule") {
        Some(rule) => notification["AlarmRule"] = rule.into(),
        None => notification["Trigger"] = trigger(alarm).into(),
    }
    notification
}

/// What a metric alarm looks at.
fn trigger(alarm: &Alarm) -> Map<String, Value> {
    const MEMBERS: &[&str] = &[
        "MetricName",
        "Namespace",
        "Statistic",
        "ExtendedStatistic",
        "Unit",
        "Period",
        "EvaluationPeriods",
        "DatapointsToAlarm",
        "ComparisonOperator",
        "Threshold",
        "TreatMissingData",
        "EvaluateLowSampleCountPercentile",
        "Metrics",
    ];
    let given = |member: &&str| Some(((*member).to_owned(), alarm.configuration.get(*member)?.clone()));
    let mut trigger: Map<String, Value> = MEMBERS.iter().filter_map(given).collect();
    if let Some(Value::String(statistic)) = trigger.get_mut("Statistic") {
        *statistic = statistic.to_uppercase();
        trigger.insert("StatisticType".to_owned(), "Statistic".into());
    }
    let dimensions = alarm.configuration.get("Dimensions").and_then(Value::as_array);
    let dimension = |dimension: &Value| json!({"value": dimension["Value"], "name": dimension["Name"]});
    trigger.insert("Dimensions".to_owned(), dimensions.into_iter().flatten().map(dimension).collect());
    trigger
}

/// The function is run later: whoever publishes need not wait for it.
fn invoke(
    account: &Account,
    alarm: &Alarm,
    before: &State,
    target: &str,
    now: Timestamp,
) -> Result<String, String> {
    let deployed = account.lambda.find(target).map_err(|refused| refused.to_string())?;
    let state = |state: &State| {
        json!({
            "value": state.value.name(),
            "reason": state.reason,
            "reasonData": state.reason_data,
            "timestamp": time(state.updated),
        })
    };
    let event = json!({
        "source": "aws.cloudwatch",
        "alarmArn": alarm.arn,
        "accountId": account.identity.account,
        "time": time(now),
        "region": account.identity.region,
        "alarmData": {
            "alarmName": alarm.name,
            "state": state(&alarm.state),
            "previousState": state(before),
            "configuration": {
                "description": alarm.text("AlarmDescription"),
                "alarmRule": alarm.text("AlarmRule"),
                "metrics": metrics(alarm),
            },
        },
    });
    let delivery = Delivery {
        id: random::uuid().map_err(|error| error.to_string())?,
        to: Destination::Function(deployed.settings.function.name.clone()),
        event: event.to_string(),
        taken: Timestamp::now().as_millisecond(),
    };
    account.deliveries.take(delivery).map_err(|_| "too many events are on their way".to_owned())?;
    Ok(event.to_string())
}

/// What it looks at, as functions are told of it.
fn metrics(alarm: &Alarm) -> Value {
    if let Some(metrics) = alarm.configuration.get("Metrics") {
        return metrics.clone();
    }
    let Some(name) = alarm.text("MetricName") else { return json!([]) };
    let dimensions = alarm.configuration.get("Dimensions").and_then(Value::as_array);
    let dimensions: Map<String, Value> = dimensions
        .into_iter()
        .flatten()
        .filter_map(|dimension| Some((dimension["Name"].as_str()?.to_owned(), dimension["Value"].clone())))
        .collect();
    let stat = alarm.text("Statistic").or(alarm.text("ExtendedStatistic"));
    json!([{
        "id": "m1",
        "metricStat": {
            "metric": { "namespace": alarm.text("Namespace"), "name": name, "dimensions": dimensions },
            "period": alarm.configuration.get("Period"),
            "stat": stat,
            "unit": alarm.text("Unit"),
        },
        "returnData": true,
    }])
}
