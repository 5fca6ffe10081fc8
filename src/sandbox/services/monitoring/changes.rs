//! DeleteAlarms, EnableAlarmActions, DisableAlarmActions and SetAlarmState.

use super::errors::{invalid, missing, no_alarm};
use super::wire::check_length;
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::alarms::Kind;
use crate::sandbox::monitoring::{Found, record, transition};
use crate::sandbox::services::ServiceError;
use opsctl_engine::evaluation::StateValue;
use serde::Deserialize;
use serde_json::{Value, json};

const MOST_NAMES: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Names {
    alarm_names: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetState {
    alarm_name: Option<String>,
    state_value: Option<String>,
    state_reason: Option<String>,
    state_reason_data: Option<String>,
}

impl Names {
    fn read(self) -> Result<Vec<String>, ServiceError> {
        let names = self.alarm_names.ok_or_else(|| missing("AlarmNames"))?;
        if names.len() > MOST_NAMES {
            return Err(invalid(format!("AlarmNames must have no more than {MOST_NAMES} names")));
        }
        Ok(names)
    }
}

pub fn delete(account: &Account, input: Names) -> Result<Value, ServiceError> {
    let names = input.read()?;
    let alarms = &account.monitoring.alarms;
    let kind = |name: &String| alarms.look(|all| all.get(name).map(|alarm| alarm.kind));
    let count = |wanted| names.iter().filter(|name| kind(name) == Some(wanted)).count();
    if count(Kind::Composite) > 1 {
        return Err(invalid("Only one composite alarm can be deleted at a time"));
    }
    if names.len() > 1 && count(Kind::Log) > 0 {
        return Err(invalid("A log alarm is deleted by itself"));
    }
    for name in &names {
        let parents = alarms.parents(name);
        if !parents.is_empty() {
            let message = format!(
                "Cannot delete {name} as there are composite alarm(s) depending on it: {}",
                parents.join(", ")
            );
            return Err(invalid(message));
        }
    }
    let now = account.monitoring.clock.now();
    let mut absent = None;
    for name in &names {
        match alarms.remove(name) {
            Some(alarm) => {
                account.monitoring.evaluator.forget(name);
                account.monitoring.history.add(record::deleted(&alarm, now));
            }
            None => absent = absent.or(Some(name)),
        }
    }
    absent.map_or(Ok(json!({})), |name| Err(no_alarm(name)))
}

/// Names of alarms that are not there are left alone.
pub fn enable(account: &Account, input: Names, is_enabled: bool) -> Result<Value, ServiceError> {
    let now = account.monitoring.clock.now();
    for name in input.read()? {
        let changed = account.monitoring.alarms.change(&name, |alarm| {
            if alarm.has_actions() != is_enabled {
                alarm.configuration.insert("ActionsEnabled".to_owned(), is_enabled.into());
                alarm.configured = now;
            }
        });
        if let Some((before, after)) = changed
            && before != after
        {
            account.monitoring.history.add(record::configured(Some(&before), &after, now));
        }
    }
    Ok(json!({}))
}

pub fn set_state(account: &Account, input: SetState) -> Result<Value, ServiceError> {
    let name = input.alarm_name.ok_or_else(|| missing("AlarmName"))?;
    let value = input.state_value.ok_or_else(|| missing("StateValue"))?;
    let reason = input.state_reason.ok_or_else(|| missing("StateReason"))?;
    let value: StateValue = value.parse().map_err(|_| {
        let set = StateValue::ALL.map(StateValue::name).join(", ");
        invalid(format!("1 validation error detected: Value '{value}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [{set}]"))
    })?;
    check_length(&reason, "stateReason", 0, 1023)?;
    if let Some(data) = &input.state_reason_data {
        check_length(data, "stateReasonData", 0, 4000)?;
        if serde_json::from_str::<serde::de::IgnoredAny>(data).is_err() {
            return Err(ServiceError::new("InvalidFormat", "StateReasonData is not JSON"));
        }
    }
    let found = Found { value, reason, reason_data: input.state_reason_data, evaluation: None };
    let now = account.monitoring.clock.now();
    match transition::set(account, &name, found, now) {
        true => Ok(json!({})),
        false => Err(no_alarm(&name)),
    }
}
