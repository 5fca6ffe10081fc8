//! The one way by which the state of an alarm changes: it is written into the history, what is to be done is done unless
//! something holds it back, and the composites that look at the alarm are looked at.

use super::alarms::{Alarm, Kind};
use super::evaluator::composite;
use super::{actions, record};
use crate::sandbox::account::Account;
use jiff::Timestamp;
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::evaluation::composite::{ActionRun, Suppression};

/// What somebody found of an alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub value: StateValue,
    pub reason: String,
    /// JSON.
    pub reason_data: Option<String>,
    pub evaluation: Option<String>,
}

/// `false`: there is no such alarm. A state that it has already changes nothing but its reason.
pub fn set(account: &Account, name: &str, found: Found, now: Timestamp) -> bool {
    let monitoring = &account.monitoring;
    let changed = monitoring.alarms.change(name, |alarm| {
        let before = alarm.state.clone();
        let state = &mut alarm.state;
        state.value = found.value;
        state.reason = found.reason;
        state.reason_data = found.reason_data;
        state.evaluation = found.evaluation;
        state.updated = now;
        if state.value != before.value {
            state.transitioned = now;
            alarm.memory.previous = Some(before);
        }
    });
    let Some((before, alarm)) = changed else { return false };
    if before.state.value != alarm.state.value {
        monitoring.history.add(record::changed(&alarm, &before.state, now));
        act(account, &alarm, now);
        for suppressed in monitoring.alarms.suppressed_by(name) {
            suppress(account, &suppressed, now, |suppression, second| {
                suppression.suppressor_is(second, alarm.state.value)
            });
        }
        composite::child_changed(account, &alarm, now);
    }
    true
}

/// What is to be done in the state that an alarm has come to.
fn act(account: &Account, alarm: &Alarm, now: Timestamp) {
    if alarm.kind == Kind::Composite && alarm.memory.suppression.is_some() {
        suppress(account, &alarm.name, now, |suppression, second| {
            suppression.composite_is(second, alarm.state.value)
        });
    } else {
        release(account, &alarm.name, now);
    }
}

/// Tells the suppression of a composite what happened, and does what it lets go.
pub fn suppress(
    account: &Account,
    name: &str,
    now: Timestamp,
    tell: impl FnOnce(&mut Suppression, i64) -> Vec<ActionRun>,
) {
    let mut runs = Vec::new();
    account.monitoring.alarms.change(name, |alarm| {
        if let Some(suppression) = &mut alarm.memory.suppression {
            runs = tell(suppression, now.as_second());
        }
    });
    if let Some(run) = runs.last()
        && account.monitoring.alarms.get(name).is_some_and(|alarm| alarm.state.value == run.state)
    {
        release(account, name, now);
    }
}

/// Runs the actions of the state that an alarm has, unless a mute rule holds them back.
fn release(account: &Account, name: &str, now: Timestamp) {
    let is_muted = account.monitoring.mutes.is_muted(name, now);
    let mut runs = false;
    let changed = account.monitoring.alarms.change(name, |alarm| {
        runs = alarm.memory.muting.changed_to(alarm.state.value, is_muted);
    });
    if let Some((_, alarm)) = changed
        && runs
    {
        actions::run(account, &alarm, now);
    }
}

/// Does what mute rules have held back of alarms that none of them covers any more.
pub fn unmute(account: &Account, now: Timestamp) {
    let held: Vec<String> = account.monitoring.alarms.look(|all| {
        let held = all.values().filter(|alarm| alarm.memory.muting.is_holding());
        held.map(|alarm| alarm.name.clone()).collect()
    });
    for name in held.iter().filter(|name| !account.monitoring.mutes.is_muted(name, now)) {
        let mut runs = None;
        let changed = account
            .monitoring
            .alarms
            .change(name, |alarm| runs = alarm.memory.muting.unmuted(alarm.state.value));
        if let Some((_, alarm)) = changed
            && runs.is_some()
        {
            actions::run(account, &alarm, now);
        }
    }
}
