//! The states of an execution as they are drawn while it runs: each with what it is at.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opsctl_engine::asl::execution::Execution;
use opsctl_engine::asl::history::{Event, Happened};

use crate::output::{Cell, Column, Progress, Reporter, Tone};

/// Between two drawings of a run that does not wait.
const INTERVAL: Duration = Duration::from_millis(100);

pub struct Watch {
    progress: Progress,
    states: States,
    drawn: Option<Instant>,
}

impl Watch {
    pub fn new(reporter: &Reporter, name: &str) -> Self {
        let progress = reporter.progress(format!("running {name}"), None);
        Watch { progress, states: States::default(), drawn: None }
    }

    /// Whether anybody sees it: only then are the events needed.
    pub fn is_drawn(&self) -> bool {
        self.progress.is_drawn()
    }

    pub fn look(&mut self, execution: &Execution, waits: bool) {
        let is_due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= INTERVAL);
        if !waits && !is_due {
            return;
        }
        self.progress.set(execution.history().count());
        if self.is_drawn() && is_due {
            self.states.take(execution.history().events());
            self.progress.table(COLUMNS, &self.states.rows);
            self.drawn = Some(Instant::now());
        }
    }
}

#[derive(Default)]
struct States {
    rows: Vec<Row>,
    by_name: HashMap<Arc<str>, usize>,
    seen: usize,
}

struct Row {
    name: Arc<str>,
    entered: u64,
    left: u64,
}

const COLUMNS: &[Column<Row>] = &[
    Column::new("state", "STATE", |row: &Row| (*row.name).into()).cut(),
    Column::new("status", "STATUS", |row: &Row| match row.entered.saturating_sub(row.left) {
        0 => Cell::state("done", Tone::Good),
        _ => Cell::state("running", Tone::Attention),
    }),
    Column::new("visits", "VISITS", |row: &Row| row.entered.into()),
];

impl States {
    /// Takes the events that are new.
    fn take(&mut self, events: &[Event]) {
        for event in events.get(self.seen..).unwrap_or_default() {
            match &event.happened {
                Happened::StateEntered { name, .. } => self.row(name).entered += 1,
                Happened::StateExited { name, .. } => self.row(name).left += 1,
                _ => {}
            }
        }
        self.seen = events.len();
    }

    fn row(&mut self, name: &Arc<str>) -> &mut Row {
        let index = *self.by_name.entry(Arc::clone(name)).or_insert(self.rows.len());
        if index == self.rows.len() {
            self.rows.push(Row { name: Arc::clone(name), entered: 0, left: 0 });
        }
        &mut self.rows[index]
    }
}
