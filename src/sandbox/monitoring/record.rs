//! Items of the history as the service writes them.

use super::alarms::{Alarm, State};
use super::history::{Item, What};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// An alarm that is new, or was changed.
pub fn configured(before: Option<&Alarm>, alarm: &Alarm, now: Timestamp) -> Item {
    let verb = if before.is_none() { "created" } else { "updated" };
    let shown = configuration(alarm);
    let data = match before.map(configuration) {
        None => json!({"version": "1.0", "type": "Create", "createdAlarm": shown}),
        Some(old) => {
            let mut changed = Map::new();
            for (member, value) in &old {
                if shown.get(member) != Some(value) {
                    changed.insert(member.clone(), value.clone());
                }
            }
            for member in shown.keys().filter(|member| !old.contains_key(*member)) {
                changed.insert(member.clone(), Value::Null);
            }
            json!({"version": "1.0", "type": "Update", "updatedAlarm": shown, "originalUpdatedFields": changed})
        }
    };
    item(alarm, now, What::ConfigurationUpdate, format!("Alarm \"{}\" {verb}", alarm.name), &data)
}

pub fn deleted(alarm: &Alarm, now: Timestamp) -> Item {
    let data = json!({"version": "1.0", "type": "Delete", "deletedAlarm": configuration(alarm)});
    item(alarm, now, What::ConfigurationUpdate, format!("Alarm \"{}\" deleted", alarm.name), &data)
}

/// An alarm as it is now, and the state it had.
pub fn changed(alarm: &Alarm, before: &State, now: Timestamp) -> Item {
    let data = json!({"version": "1.0", "oldState": state(before), "newState": state(&alarm.state)});
    let summary = format!("Alarm updated from {} to {}", before.value, alarm.state.value);
    item(alarm, now, What::StateUpdate, summary, &data)
}

/// An action that was run, with what was published, or why it could not be.
pub fn action(alarm: &Alarm, target: &str, ran: &Result<String, String>, now: Timestamp) -> Item {
    let data = json!({
        "actionState": if ran.is_ok() { "Succeeded" } else { "Failed" },
        "stateUpdateTimestamp": alarm.state.updated.as_millisecond(),
        "notificationResource": target,
        "publishedMessage": ran.as_ref().ok(),
        "error": ran.as_ref().err(),
    });
    let summary = match ran {
        Ok(_) => format!("Successfully executed action {target}"),
        Err(error) => format!("Failed to execute action {target}. Received error: \"{error}\""),
    };
    item(alarm, now, What::Action, summary, &data)
}

fn item(alarm: &Alarm, now: Timestamp, what: What, summary: String, data: &Value) -> Item {
    let alarm_name = alarm.name.clone();
    let summary = summary.chars().take(255).collect();
    Item {
        alarm: alarm_name,
        kind: alarm.kind,
        at: now,
        what,
        summary,
        data: data.to_string(),
        contributor: None,
    }
}

fn state(state: &State) -> Value {
    let data = state.reason_data.as_deref().and_then(|data| serde_json::from_str::<Value>(data).ok());
    let mut shown = json!({"stateValue": state.value.name(), "stateReason": state.reason});
    if let Some(data) = data {
        shown["stateReasonData"] = data;
    }
    shown
}

/// What an alarm is, in the words that the history has for it.
fn configuration(alarm: &Alarm) -> Map<String, Value> {
    let mut shown = Map::new();
    for (member, value) in &alarm.configuration {
        match (member.as_str(), value.as_str()) {
            // Both kinds of statistics are under one name there.
            ("Statistic", Some(statistic)) => {
                shown.insert("extendedStatistic".to_owned(), statistic.to_uppercase().into());
            }
            ("OKActions", _) => drop(shown.insert("okactions".to_owned(), value.clone())),
            _ => drop(shown.insert(lower_first(member), lower(value))),
        }
    }
    for member in ["okactions", "alarmActions", "insufficientDataActions"] {
        shown.entry(member).or_insert_with(|| json!([]));
    }
    shown.entry("actionsEnabled").or_insert(true.into());
    shown.insert("alarmName".to_owned(), alarm.name.as_str().into());
    shown.insert("alarmArn".to_owned(), alarm.arn.as_str().into());
    shown
}

/// The same with the members of all structures as the history spells them.
fn lower(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (lower_first(name), lower(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(lower).collect(),
        other => other.clone(),
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// A time as the service writes it in its JSON.
pub fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::alarms::Kind;
    use super::*;
    use opsctl_engine::evaluation::StateValue;

    fn alarm(configuration: Value) -> Alarm {
        let now: Timestamp = "2026-11-22T12:00:00.5Z".parse().unwrap();
        let Value::Object(configuration) = configuration else { panic!() };
        let state = State::first(now);
        let arn = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:cpu".to_owned();
        Alarm {
            kind: Kind::Metric,
            name: "cpu".into(),
            arn,
            configuration,
            created: now,
            configured: now,
            state,
            tags: Default::default(),
            memory: Default::default(),
        }
    }

    fn data(item: &Item) -> Value {
        serde_json::from_str(&item.data).unwrap()
    }

    #[test]
    fn a_change_has_what_was_before_of_the_members_that_changed() {
        let before = alarm(json!({"Statistic": "Average", "Threshold": 80.0, "Unit": "Percent",
            "Dimensions": [{"Name": "a", "Value": "B"}]}));
        let after = alarm(json!({"Statistic": "Sum", "Threshold": 80.0, "Period": 60,
            "Dimensions": [{"Name": "a", "Value": "B"}]}));
        let item = configured(Some(&before), &after, before.configured);
        assert_eq!(item.summary, "Alarm \"cpu\" updated");
        let data = data(&item);
        assert_eq!(
            data["originalUpdatedFields"],
            json!({"extendedStatistic": "AVERAGE", "unit": "Percent", "period": null})
        );
        assert_eq!(data["updatedAlarm"]["dimensions"], json!([{"name": "a", "value": "B"}]));
        assert_eq!(data["updatedAlarm"]["okactions"], json!([]));
    }

    #[test]
    fn a_state_has_its_data_and_an_action_what_came_of_it() {
        let mut alarm = alarm(json!({}));
        let before = alarm.state.clone();
        alarm.state.value = StateValue::Alarm;
        alarm.state.reason_data = Some("{\"period\":60}".into());
        let item = changed(&alarm, &before, before.updated);
        assert_eq!(item.summary, "Alarm updated from INSUFFICIENT_DATA to ALARM");
        assert_eq!(data(&item)["newState"]["stateReasonData"]["period"], 60);
        let failed = action(&alarm, "arn:x", &Err("no such topic".into()), before.updated);
        assert_eq!(data(&failed)["actionState"], "Failed");
        assert_eq!(failed.summary, "Failed to execute action arn:x. Received error: \"no such topic\"");
    }
}
