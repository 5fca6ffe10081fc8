//! Times: tasks that may take forever, heartbeats that do nothing, and what an Express execution is too short for.

use super::Linter;
use super::places::{Placed, Scope};
use super::rule::{
    CALLBACK_WITHOUT_TIMEOUT, EXPRESS_TOO_LONG, HEARTBEAT_WITHOUT_EFFECT, TASK_WITHOUT_TIMEOUT,
};
use crate::asl::definition::{Field, MachineType, Pattern, Resource, Task, Wait, Work};

/// Seconds an Express execution may take.
const EXPRESS_LIMIT: u64 = 300;

pub(super) fn of_machine(linter: &mut Linter<'_>) {
    if linter.machine_type == MachineType::Express
        && let Some(timeout) = linter.machine.timeout
    {
        too_long(linter, "/TimeoutSeconds".to_owned(), timeout);
    }
}

pub(super) fn check(linter: &mut Linter<'_>, scope: &Scope<'_>, placed: &Placed<'_>) {
    match &placed.state.work {
        Work::Task(task) => {
            heartbeat(linter, task, placed);
            if linter.machine_type == MachineType::Standard {
                unbounded(linter, scope, task, placed);
            } else if let Some(Field::Fixed(timeout)) = task.timeout {
                too_long(linter, format!("{}/TimeoutSeconds", placed.at), timeout);
            }
        }
        Work::Wait(Wait::Seconds(Field::Fixed(seconds))) if linter.machine_type == MachineType::Express => {
            too_long(linter, format!("{}/Seconds", placed.at), *seconds);
        }
        _ => {}
    }
}

fn too_long(linter: &mut Linter<'_>, at: String, seconds: u64) {
    if seconds > EXPRESS_LIMIT {
        let message = format!(
            "an Express execution ends after {EXPRESS_LIMIT} seconds, so these {seconds} are never over: \
             stay below, or make the machine a STANDARD one"
        );
        linter.add(&EXPRESS_TOO_LONG, at, message);
    }
}

/// Whether somebody else ends the task.
fn is_ended_from_outside(resource: &Resource) -> bool {
    match resource {
        Resource::Activity { .. } => true,
        Resource::Service(integration) => integration.pattern != Pattern::RequestResponse,
        Resource::Lambda { .. } => false,
    }
}

fn has_heartbeats(resource: &Resource) -> bool {
    match resource {
        Resource::Activity { .. } => true,
        Resource::Service(integration) => integration.pattern == Pattern::WaitForTaskToken,
        Resource::Lambda { .. } => false,
    }
}

fn unbounded(linter: &mut Linter<'_>, scope: &Scope<'_>, task: &Task, placed: &Placed<'_>) {
    if task.timeout.is_some() || (task.heartbeat.is_some() && has_heartbeats(&task.resource)) {
        return;
    }
    let name = &placed.state.name;
    // The execution's own time ends it as well, with everything else.
    if is_ended_from_outside(&task.resource) && scope.timeout.is_none() {
        let cure = if has_heartbeats(&task.resource) {
            "TimeoutSeconds or HeartbeatSeconds"
        } else {
            "TimeoutSeconds"
        };
        let message =
            format!("'{name}' waits for an answer from outside for up to 99,999,999 seconds: give it {cure}");
        linter.add(&CALLBACK_WITHOUT_TIMEOUT, placed.at.clone(), message);
    } else {
        let message = format!(
            "'{name}' may take as long as its execution: give it TimeoutSeconds, which also lets it be retried"
        );
        linter.add(&TASK_WITHOUT_TIMEOUT, placed.at.clone(), message);
    }
}

fn heartbeat(linter: &mut Linter<'_>, task: &Task, placed: &Placed<'_>) {
    if task.heartbeat.is_none() || has_heartbeats(&task.resource) {
        return;
    }
    let named = ["HeartbeatSeconds", "HeartbeatSecondsPath"];
    let field = named.into_iter().find(|name| placed.raw.get(name).is_some()).unwrap_or("HeartbeatSeconds");
    let message =
        "only activities and .waitForTaskToken tasks send heartbeats: use TimeoutSeconds".to_owned();
    linter.add(&HEARTBEAT_WITHOUT_EFFECT, format!("{}/{field}", placed.at), message);
}
