//! Whether an execution can be redriven, as far as it is known before it is tried. Pure.
//!
//! Source of the rules: the guide of Step Functions, "Restarting state machine executions with redrive".

use jiff::{SignedDuration, Timestamp};

use super::model::Execution;

/// From its end on.
const WITHIN: SignedDuration = SignedDuration::from_hours(14 * 24);
/// From its first start on.
const OPEN: SignedDuration = SignedDuration::from_hours(365 * 24);
const MOST: u64 = 1000;

/// Why it cannot be, in a few words.
pub fn check(execution: &Execution, now: Timestamp) -> Result<(), String> {
    let is_older =
        |at: Option<Timestamp>, than: SignedDuration| at.is_some_and(|at| now.duration_since(at) > than);
    let on = |at: Option<Timestamp>| at.map(|at| format!(", on {at:.0}")).unwrap_or_default();
    let redrives = &execution.redrives;
    match execution.status.as_str() {
        "RUNNING" => return Err("it still runs".to_owned()),
        "PENDING_REDRIVE" => return Err("it is about to be redriven".to_owned()),
        "SUCCEEDED" => return Err("it succeeded".to_owned()),
        _ => {}
    }
    if redrives.redrive_status.as_deref() == Some("REDRIVABLE_BY_MAP_RUN") {
        return Err("it is a child of a map run: redrive the execution that the map run is of".to_owned());
    }
    if is_older(execution.stopped, WITHIN) {
        return Err(format!("it ended more than 14 days ago{}", on(execution.stopped)));
    }
    if is_older(execution.started, OPEN) {
        return Err(format!("it was started more than a year ago{}", on(execution.started)));
    }
    if redrives.redrive_count >= MOST {
        return Err(format!("it was redriven {} times, which is as often as can be", redrives.redrive_count));
    }
    match redrives.redrive_status.as_deref() {
        Some("NOT_REDRIVABLE") => {
            let reason = redrives.redrive_status_reason.as_deref();
            Err(reason.unwrap_or("the service says that it cannot be").to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::sfn::model::Redrives;

    #[test]
    fn what_cannot_be_redriven_has_a_reason() {
        let at = |text: &str| text.parse::<Timestamp>().ok();
        let now = at("2026-11-22T12:00:00Z").unwrap();
        let execution =
            |status: &str, stopped: &str, redrive_count: u64, redrive_status: Option<&str>| Execution {
                name: "run-1".to_owned(),
                status: status.to_owned(),
                started: at(stopped),
                stopped: at(stopped),
                error: None,
                cause: None,
                input: None,
                output: None,
                redrives: Redrives {
                    redrive_count,
                    redrive_date: None,
                    redrive_status: redrive_status.map(str::to_owned),
                    redrive_status_reason: Some("as the service says".to_owned()),
                },
                state_machine_arn: String::new(),
                state_machine_version_arn: None,
                state_machine_alias_arn: None,
                map_run_arn: None,
                trace_header: None,
                execution_arn: String::new(),
            };
        let today = "2026-11-22T11:00:00Z";
        for (execution, expected) in [
            (execution("FAILED", today, 0, Some("REDRIVABLE")), Ok(())),
            (execution("TIMED_OUT", today, 999, None), Ok(())),
            (execution("ABORTED", "2026-11-08T12:00:00Z", 0, None), Ok(())),
            (execution("RUNNING", today, 0, None), Err("it still runs")),
            (execution("PENDING_REDRIVE", today, 0, None), Err("it is about to be redriven")),
            (execution("SUCCEEDED", today, 0, Some("NOT_REDRIVABLE")), Err("it succeeded")),
            (
                execution("FAILED", "2026-11-08T11:59:59Z", 0, Some("NOT_REDRIVABLE")),
                Err("it ended more than 14 days ago, on 2026-11-08T11:59:59Z"),
            ),
            (
                execution("FAILED", today, 1000, None),
                Err("it was redriven 1000 times, which is as often as can be"),
            ),
            (execution("FAILED", today, 0, Some("NOT_REDRIVABLE")), Err("as the service says")),
            (
                execution("FAILED", today, 0, Some("REDRIVABLE_BY_MAP_RUN")),
                Err("it is a child of a map run: redrive the execution that the map run is of"),
            ),
        ] {
            let status = execution.status.clone();
            assert_eq!(check(&execution, now), expected.map_err(str::to_owned), "{status}");
        }
        let old = Execution { started: at("2025-11-21T00:00:00Z"), ..execution("FAILED", today, 0, None) };
        assert!(check(&old, now).unwrap_err().starts_with("it was started more than a year ago"));
    }
}
