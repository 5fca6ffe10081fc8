//! What is told of map runs: how far each of them is, how its children stand, and how it is told to go on.

use std::sync::Arc;

use jiff::Timestamp;

use super::run::Status;
use super::{Execution, History};

/// A map run as it stands.
#[derive(Debug, Clone)]
pub struct MapRunReport {
    pub arn: Arc<str>,
    pub started: Timestamp,
    /// How and when it ended; `None` of one that goes on.
    pub ended: Option<(Status, Timestamp)>,
    /// 0 without a bound.
    pub max_concurrency: u64,
    pub tolerated_count: u64,
    /// Between 0 and 100.
    pub tolerated_percentage: f64,
    /// Whether the children are Express executions.
    pub express: bool,
    /// Items that no child has yet, and the children that are to have them. 0 of items that are read one by one: how many
    /// those are is known at their end.
    pub items_waiting: u64,
    pub children_waiting: u64,
    /// Whether a ResultWriter wrote the results.
    pub written: bool,
    pub redrives: u64,
    pub redriven: Option<Timestamp>,
    /// In the order they were started; none where the options keep none.
    pub children: Vec<Child>,
}

/// A child execution.
#[derive(Debug, Clone)]
pub struct Child {
    pub name: Arc<str>,
    pub items: u64,
    pub started: Timestamp,
    pub ended: Option<(Status, Timestamp)>,
    /// It failed, and waits for room to run once more.
    pub is_pending: bool,
    /// Whether a redrive of its map run can do something for it.
    pub is_redrivable: bool,
    pub redrives: u64,
    pub redriven: Option<Timestamp>,
}

/// How many items or children of a map run stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub pending: u64,
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub aborted: u64,
    pub total: u64,
    pub results_written: u64,
    pub failures_not_redrivable: u64,
    pub pending_redrive: u64,
}

/// What of a map run is to be another.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    /// The ARN of the map run.
    pub map_run: Arc<str>,
    /// 0 is no bound.
    pub max_concurrency: Option<u64>,
    pub tolerated_count: Option<u64>,
    pub tolerated_percentage: Option<f64>,
}

impl MapRunReport {
    /// `RUNNING`, or how it ended.
    pub fn status(&self) -> &'static str {
        self.ended.map_or("RUNNING", |(status, _)| status.name())
    }

    pub fn items(&self) -> Counts {
        self.count(self.items_waiting, |child| child.items)
    }

    pub fn executions(&self) -> Counts {
        self.count(self.children_waiting, |_| 1)
    }

    fn count(&self, waiting: u64, weight: impl Fn(&Child) -> u64) -> Counts {
        let mut counts = Counts { pending: waiting, total: waiting, ..Counts::default() };
        for child in &self.children {
            let weight = weight(child);
            counts.total += weight;
            *match child.ended {
                _ if child.is_pending => &mut counts.pending_redrive,
                None => &mut counts.running,
                Some((Status::Succeeded, _)) => &mut counts.succeeded,
                Some((Status::Failed, _)) => &mut counts.failed,
                Some((Status::TimedOut, _)) => &mut counts.timed_out,
                Some((Status::Aborted, _)) => &mut counts.aborted,
            } += weight;
            if self.written && child.ended.is_some() {
                counts.results_written += weight;
            }
            if child.has_failed() && !child.is_redrivable {
                counts.failures_not_redrivable += weight;
            }
        }
        counts
    }
}

impl Child {
    /// `PENDING_REDRIVE`, `RUNNING`, or how it ended.
    pub fn status(&self) -> &'static str {
        match self.ended {
            _ if self.is_pending => "PENDING_REDRIVE",
            None => "RUNNING",
            Some((status, _)) => status.name(),
        }
    }

    fn has_failed(&self) -> bool {
        self.ended.is_some_and(|(status, _)| status != Status::Succeeded)
    }
}

impl Execution {
    /// Every map run there was, in the order they started.
    pub fn map_runs(&self) -> &[MapRunReport] {
        &self.map_runs
    }

    /// The history of the child that the options name.
    pub fn history_of_child(&self) -> Option<&History> {
        let name = self.options.tell_of.as_ref()?;
        let mut runs = self.runs.iter().skip(1).flatten();
        runs.find(|run| run.name == *name).map(|run| &run.history).or(self.told.as_ref())
    }
}
