//! The states of an execution as they are drawn while it runs, and left on the terminal when it has ended: each with
//! what it is at.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use opsctl_engine::asl::definition::Machine;
use opsctl_engine::asl::execution::Execution;
use opsctl_engine::asl::graph::{Graph, Line, Overlay, Shows, fitted, tree};

use crate::output::{Progress, Reporter};

/// Lines of a terminal that does not say how many it has.
const LINES: usize = 24;
/// Between two drawings of a run that does not wait.
const INTERVAL: Duration = Duration::from_millis(100);

pub struct Watch<'a> {
    reporter: &'a Reporter,
    progress: Progress,
    graph: Graph,
    overlay: Overlay,
    /// Events that the overlay has seen.
    seen: usize,
    drawn: Option<Instant>,
}

impl<'a> Watch<'a> {
    pub fn new(reporter: &'a Reporter, name: &str, machine: &Machine) -> Self {
        let progress = reporter.progress(format!("running {name}"), None);
        let graph = Graph::of(machine);
        let overlay = Overlay::of(&graph);
        Watch { reporter, progress, graph, overlay, seen: 0, drawn: None }
    }

    /// Whether anybody sees it: only then are the events needed.
    pub fn is_drawn(&self) -> bool {
        self.progress.is_drawn()
    }

    pub fn look(&mut self, execution: &Execution, now: Timestamp, waits: bool) {
        let is_due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= INTERVAL);
        if !waits && !is_due {
            return;
        }
        self.progress.set(execution.history().count());
        if self.is_drawn() && is_due {
            let lines = self.lines(execution, now);
            self.progress.drawing(&lines);
            self.drawn = Some(Instant::now());
        }
    }

    /// After the end: the states as they were left, above the answer. Of more than a screen of them, what matters.
    pub fn leave(mut self, execution: &Execution) {
        if self.is_drawn() {
            let lines = self.lines(execution, execution.now());
            drop(self.progress);
            let screen = self.reporter.stream().height.unwrap_or(LINES);
            self.reporter.drawing(&fitted(lines, screen.saturating_sub(1)));
        }
    }

    fn lines(&mut self, execution: &Execution, now: Timestamp) -> Vec<Line> {
        let events = execution.history().events();
        for event in events.get(self.seen..).unwrap_or_default() {
            self.overlay.observe(event);
        }
        self.seen = events.len();
        let stderr = self.reporter.stream();
        let shows = Shows { width: stderr.limit(), is_ascii: !stderr.unicode, exits: false, now: Some(now) };
        tree(&self.graph, Some(&self.overlay), shows)
    }
}
