//! PutMetricAlarm, PutCompositeAlarm and PutLogAlarm: each replaces the whole configuration of an alarm, and leaves its
//! state.

use super::configuration::{Asked, read};
use super::errors::{faulty, invalid, missing};
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::alarms::{Alarm, Kind, Memory, State};
use crate::sandbox::monitoring::evaluator::composite;
use crate::sandbox::monitoring::record;
use crate::sandbox::services::ServiceError;
use opsctl_engine::document::Fault;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::actions::{self, AlarmKind};
use opsctl_engine::evaluation::alarm::{
    ExpressionFault, MetricAlarm, check_expressions, check_log, check_metric,
};
use opsctl_engine::evaluation::composite::{Rule, Suppression, name_of};
use serde_json::{Value, json};

/// More than anybody rehearses with.
const MOST: usize = 20_000;
const WAIT: &str = "ActionsSuppressorWaitPeriod";
const EXTENSION: &str = "ActionsSuppressorExtensionPeriod";

pub fn put_metric(account: &Account, input: Value) -> Result<Value, ServiceError> {
    let asked = read(account, Kind::Metric, input)?;
    check(&asked, AlarmKind::Metric, |document| {
        let mut faults = check_metric(document);
        let read = MetricAlarm::read(document).unwrap_or_default();
        faults.extend(check_expressions(&read).iter().map(ExpressionFault::fault));
        faults
    })?;
    put(account, Kind::Metric, asked)
}

pub fn put_composite(account: &Account, input: Value) -> Result<Value, ServiceError> {
    let asked = read(account, Kind::Composite, input)?;
    let rule =
        asked.configuration.get("AlarmRule").and_then(Value::as_str).ok_or_else(|| missing("AlarmRule"))?;
    let read = Rule::parse(rule).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        invalid(format!("AlarmRule: {}", errors.join("; ")))
    })?;
    check(&asked, AlarmKind::Composite, |_| Vec::new())?;
    let is_there = |name: &str| account.monitoring.alarms.look(|all| all.contains_key(name));
    let absent: Vec<&str> =
        read.children().into_iter().filter(|child| *child != asked.name && !is_there(child)).collect();
    if !absent.is_empty() {
        let message = format!(
            "Could not save the composite alarm as alarms [{}] in the alarm rule do not exist",
            absent.join(", ")
        );
        return Err(invalid(message));
    }
    check_suppressor(&asked, is_there)?;
    put(account, Kind::Composite, asked)
}

fn check_suppressor(asked: &Asked, is_there: impl Fn(&str) -> bool) -> Result<(), ServiceError> {
    let seconds = |member: &str| {
        asked.configuration.get(member).map(|value| value.as_u64().and_then(|n| u32::try_from(n).ok()))
    };
    let periods = [seconds(WAIT), seconds(EXTENSION)];
    match asked.configuration.get("ActionsSuppressor").map(Value::as_str) {
        None if periods.iter().any(Option::is_some) => {
            Err(invalid(format!("{WAIT} and {EXTENSION} go with an ActionsSuppressor alone")))
        }
        None => Ok(()),
        Some(None) => Err(invalid("ActionsSuppressor must be the name or the ARN of an alarm")),
        Some(Some(name)) if !is_there(name_of(name)) => {
            Err(invalid(format!("The alarm {name} that is to suppress actions does not exist")))
        }
        Some(Some(_)) if !periods.iter().all(|period| matches!(period, Some(Some(_)))) => {
            Err(invalid(format!("An ActionsSuppressor needs {WAIT} and {EXTENSION}, in seconds")))
        }
        Some(Some(_)) => Ok(()),
    }
}

/// The suppression that a configuration asks for. One that asks for the same as before goes on.
fn suppression(account: &Account, before: Option<&Alarm>, alarm: &Alarm) -> Option<Suppression> {
    let same = |member: &str| {
        before.is_some_and(|before| before.configuration.get(member) == alarm.configuration.get(member))
    };
    if let Some(before) = before
        && ["ActionsSuppressor", WAIT, EXTENSION].into_iter().all(same)
    {
        return before.memory.suppression.clone();
    }
    let seconds = |member: &str| {
        alarm.configuration.get(member).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok())
    };
    let suppressor = account.monitoring.alarms.get(alarm.suppressor()?)?;
    let state = alarm.state.value;
    Some(Suppression::new(seconds(WAIT)?, seconds(EXTENSION)?, state, suppressor.state.value))
}

/// All that the engine has against a configuration.
fn check(asked: &Asked, kind: AlarmKind, rules: impl Fn(&Value) -> Vec<Fault>) -> Result<(), ServiceError> {
    let mut document = asked.configuration.clone();
    document.insert("AlarmName".to_owned(), asked.name.as_str().into());
    let document = Value::Object(document);
    let mut faults = rules(&document);
    faults.extend(actions::check(kind, &document));
    faulty(&faults, invalid)
}

pub fn put_log(account: &Account, input: Value) -> Result<Value, ServiceError> {
    if account.settings.cloudwatch.older {
        return Err(ServiceError::unknown_operation("PutLogAlarm"));
    }
    let asked = read(account, Kind::Log, input)?;
    check(&asked, AlarmKind::Log, check_log)?;
    put(account, Kind::Log, asked)
}

fn put(account: &Account, kind: Kind, asked: Asked) -> Result<Value, ServiceError> {
    let Asked { name, configuration, tags } = asked;
    let (monitoring, now) = (&account.monitoring, account.monitoring.clock.now());
    let before = monitoring.alarms.get(&name);
    let alarm = match &before {
        Some(other) if other.kind != kind => {
            let message =
                format!("There is an alarm of this name already, of the type {}", other.kind.name());
            return Err(invalid(message));
        }
        // Tags that are given with an alarm that is there are left alone, as the service does it.
        Some(before) => {
            let state = match resets(before, &configuration) {
                true => State::first(now),
                false => before.state.clone(),
            };
            Alarm { configuration, configured: now, state, ..before.clone() }
        }
        None if monitoring.alarms.look(|all| all.len()) >= MOST => {
            return Err(ServiceError::new("LimitExceeded", format!("There may be {MOST} alarms")));
        }
        None => {
            let mut state = State::first(now);
            if configuration.contains_key("EvaluationCriteria") {
                state.value = StateValue::Ok;
            }
            let arn = monitoring.alarms.arn(&name);
            let memory = Memory::default();
            Alarm { kind, name, arn, configuration, created: now, configured: now, state, tags, memory }
        }
    };
    let memory =
        Memory { suppression: suppression(account, before.as_ref(), &alarm), ..alarm.memory.clone() };
    let alarm = Alarm { memory, ..alarm };
    monitoring.history.add(record::configured(before.as_ref(), &alarm, now));
    let name = alarm.name.clone();
    monitoring.alarms.put(alarm);
    // A new rule may hold at once; what a new alarm is to be is found by its first evaluation.
    if kind == Kind::Composite && before.is_some() {
        composite::evaluate(account, &name, None, now);
    }
    Ok(json!({}))
}

/// A log alarm that asks for something else knows nothing any more.
fn resets(before: &Alarm, configuration: &serde_json::Map<String, Value>) -> bool {
    const QUERY: &str = "ScheduledQueryConfiguration";
    before.kind == Kind::Log && before.configuration.get(QUERY) != configuration.get(QUERY)
}
