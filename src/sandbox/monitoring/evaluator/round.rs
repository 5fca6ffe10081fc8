//! One step: every alarm that is due.

use super::{composite, metric};
use crate::sandbox::account::Account;
use crate::sandbox::monitoring::alarms::{Alarm, Kind};
use crate::sandbox::monitoring::{Found, transition};
use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;

/// Seconds to the next step: fewer while something hurries.
pub fn pace(account: &Account) -> i64 {
    let hurries = |alarm: &Alarm| {
        alarm.memory.suppression.as_ref().is_some_and(|suppression| suppression.next().is_some())
            || (alarm.kind == Kind::Metric && account.monitoring.evaluator.plan(alarm).interval() < 60)
    };
    let hurried = account.monitoring.alarms.look(|all| all.values().any(hurries));
    if hurried { super::STEP } else { 60 }
}

pub fn evaluate(account: &Account, second: i64) {
    let Ok(now) = Timestamp::from_second(second) else { return };
    let alarms = &account.monitoring.alarms;
    // What was held back until now goes out before anything new happens.
    transition::unmute(account, now);
    let waiting: Vec<String> = alarms.look(|all| {
        let is_due = |alarm: &&Alarm| {
            let next = alarm.memory.suppression.as_ref().and_then(|suppression| suppression.next());
            next.is_some_and(|next| next <= second)
        };
        all.values().filter(is_due).map(|alarm| alarm.name.clone()).collect()
    });
    for name in waiting {
        transition::suppress(account, &name, now, |suppression, second| {
            suppression.due(second).into_iter().collect()
        });
    }
    let due: Vec<Alarm> =
        alarms.look(|all| all.values().filter(|alarm| is_due(account, alarm, second)).cloned().collect());
    for alarm in due {
        match alarm.kind {
            Kind::Metric => metric::evaluate(account, &alarm, now),
            Kind::Composite => composite::evaluate(account, &alarm.name, None, now),
            Kind::Log => not_evaluated(account, &alarm, now),
        }
    }
}

/// A composite is looked at when a child changes, and once in the beginning.
fn is_due(account: &Account, alarm: &Alarm, second: i64) -> bool {
    match alarm.kind {
        Kind::Metric => {
            alarm.is_unchecked()
                || second.rem_euclid(account.monitoring.evaluator.plan(alarm).interval()) == 0
        }
        Kind::Composite | Kind::Log => alarm.is_unchecked(),
    }
}

fn not_evaluated(account: &Account, alarm: &Alarm, now: Timestamp) {
    let found = Found {
        value: StateValue::InsufficientData,
        reason: "Not evaluated: this sandbox keeps log alarms and has no logs that they could query"
            .to_owned(),
        reason_data: None,
        evaluation: Some("EVALUATION_ERROR".to_owned()),
    };
    transition::set(account, &alarm.name, found, now);
}
