//! Composites: evaluated when they are put, and when one of their children changes.

use crate::sandbox::account::Account;
use crate::sandbox::monitoring::alarms::{Alarm, Kind};
use crate::sandbox::monitoring::{Found, transition};
use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::composite::{Rule, cycles, name_of};
use opsctl_engine::evaluation::reason::{Reason, TriggeringAlarm};
use serde_json::json;
use std::collections::BTreeMap;

/// Looks at those in whose rules an alarm is.
pub fn child_changed(account: &Account, child: &Alarm, now: Timestamp) {
    for parent in account.monitoring.alarms.parents(&child.name) {
        evaluate(account, &parent, Some(child), now);
    }
}

/// `child`: the one whose change is the reason; none when the composite itself is new.
pub fn evaluate(account: &Account, name: &str, child: Option<&Alarm>, now: Timestamp) {
    let alarms = &account.monitoring.alarms;
    let Some(alarm) = alarms.get(name) else { return };
    let Some(rule) = alarm.rule() else { return };
    // The service stops to evaluate those that wait for each other.
    if is_in_cycle(account, name) {
        return;
    }
    let value = alarms.look(|all| rule.state(|child| all.get(name_of(child)).map(|alarm| alarm.state.value)));
    // A child that is gone is in no state that a rule could ask for.
    let value = value.unwrap_or_else(|_| holds(account, &rule));
    if value == alarm.state.value && !alarm.is_unchecked() {
        return;
    }
    let (reason, data) = match child {
        Some(child) => {
            let reason = Reason::Composite {
                child: child.arn.clone(),
                to: child.state.value,
                at: Some(child.state.transitioned),
            };
            let triggering = TriggeringAlarm {
                arn: child.arn.clone(),
                state: Some(child.state.value),
                at: Some(child.state.transitioned),
            };
            (reason.to_string(), json!({ "triggeringAlarms": [triggering.to_value()] }))
        }
        None => {
            let verb = if alarm.created == alarm.configured { "created" } else { "updated" };
            let reason = format!("{} was {verb} and its alarm rule evaluates to {value}", alarm.arn);
            (reason, json!({ "triggeringAlarms": [] }))
        }
    };
    let found = Found { value, reason, reason_data: Some(data.to_string()), evaluation: None };
    transition::set(account, name, found, now);
}

fn holds(account: &Account, rule: &Rule) -> StateValue {
    let judgement = account
        .monitoring
        .alarms
        .look(|all| rule.judge(|child| all.get(name_of(child)).map(|alarm| alarm.state.value)));
    if judgement.holds { StateValue::Alarm } else { StateValue::Ok }
}

pub fn is_in_cycle(account: &Account, name: &str) -> bool {
    account.monitoring.alarms.look(|all| {
        let composites = all.values().filter(|alarm| alarm.kind == Kind::Composite);
        let rules: Vec<(&str, Rule)> =
            composites.filter_map(|alarm| Some((alarm.name.as_str(), alarm.rule()?))).collect();
        let children: BTreeMap<&str, Vec<&str>> =
            rules.iter().map(|(name, rule)| (*name, rule.children())).collect();
        cycles(&children).iter().any(|group| group.contains(&name))
    })
}
