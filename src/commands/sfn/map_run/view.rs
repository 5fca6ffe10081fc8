//! How map runs are shown.

use super::super::model::{Counts, MapRun, MapRunSummary};
use super::super::view::{last_part, seconds, status};
use crate::output::{Cell, Column};

/// The columns of `sfn map-run list`.
pub const MAP_RUNS: &[Column<MapRunSummary>] = &[
    Column::new("label", "LABEL", |it: &MapRunSummary| label(&it.map_run_arn).into()),
    Column::new("started", "STARTED", |it: &MapRunSummary| it.started.into()),
    Column::new("seconds", "SECONDS", |it: &MapRunSummary| seconds(it.duration_seconds)),
    Column::new("arn", "ARN", |it: &MapRunSummary| it.map_run_arn.as_str().into()),
    Column::new("ended", "ENDED", |it: &MapRunSummary| it.stopped.into()).hidden(),
];

/// One map run.
pub const MAP_RUN: &[Column<MapRun>] = &[
    Column::new("label", "Map run", |it: &MapRun| label(&it.map_run_arn).into()),
    Column::new("status", "Status", |it: &MapRun| status(&it.status)),
    Column::new("items", "Items", |it: &MapRun| counts(&it.item_counts)),
    Column::new("children", "Executions", |it: &MapRun| counts(&it.execution_counts)),
    Column::new("tolerated", "May fail", |it: &MapRun| tolerated(it).into()),
    Column::new("concurrency", "At a time", |it: &MapRun| match it.max_concurrency {
        0 => "as many as there are".into(),
        most => most.into(),
    }),
    Column::new("started", "Started", |it: &MapRun| it.started.into()),
    Column::new("ended", "Ended", |it: &MapRun| it.stopped.into()),
    Column::new("seconds", "Seconds", |it: &MapRun| seconds(it.duration_seconds)),
    Column::new("redrives", "Redrives", |it: &MapRun| {
        Some(it.redrive_count).filter(|count| *count > 0).into()
    }),
    Column::new("redriven", "Redriven", |it: &MapRun| it.redrive_date.into()),
    Column::new("execution", "Execution", |it: &MapRun| last_part(&it.execution_arn).into()),
    Column::new("arn", "ARN", |it: &MapRun| it.map_run_arn.as_str().into()),
];

/// `mapRun:MACHINE/LABEL:ID`
fn label(arn: &str) -> &str {
    let name = arn.rsplit(':').nth(1).unwrap_or_default();
    name.split_once('/').map_or(name, |(_, label)| label)
}

/// "200: 150 succeeded, 3 failed, 47 pending".
fn counts(counts: &Counts) -> Cell {
    match parts(counts).is_empty() {
        true => counts.total.into(),
        false => summary(counts).into(),
    }
}

/// The same in words.
pub fn summary(counts: &Counts) -> String {
    format!("{}: {}", counts.total, parts(counts).join(", "))
}

fn parts(counts: &Counts) -> Vec<String> {
    [
        (counts.succeeded, "succeeded"),
        (counts.failed, "failed"),
        (counts.timed_out, "timed out"),
        (counts.aborted, "aborted"),
        (counts.running, "running"),
        (counts.pending, "pending"),
        (counts.pending_redrive, "to be redriven"),
        (counts.failures_not_redrivable, "not to be redriven"),
        (counts.results_written, "written"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect()
}

fn tolerated(map_run: &MapRun) -> String {
    match (map_run.tolerated_failure_percentage, map_run.tolerated_failure_count) {
        (0.0, 0) => "none".to_owned(),
        (percentage, 0) => format!("{percentage} % of the items"),
        (0.0, count) => format!("{count} of the items"),
        (percentage, count) => format!("{count} of the items, and {percentage} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_leave_out_what_there_is_none_of() {
        assert_eq!(counts(&Counts::default()), Cell::from(0_u64));
        let some = Counts { total: 9, succeeded: 5, failed: 3, running: 1, ..Counts::default() };
        assert_eq!(counts(&some), Cell::from("9: 5 succeeded, 3 failed, 1 running"));
    }

    #[test]
    fn the_label_of_a_map_run_is_in_its_arn() {
        assert_eq!(label("arn:aws:states:eu-west-1:111122223333:mapRun:orders/Items:7"), "Items");
        assert_eq!(label(""), "");
    }
}
