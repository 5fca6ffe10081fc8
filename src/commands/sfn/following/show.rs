//! How an execution is shown while it is followed: as a tree of its states where stderr is a terminal, which is left there
//! at the end; as lines elsewhere.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use opsctl_engine::asl::definition::{MachineType, parse};
use opsctl_engine::asl::graph::{Graph, Items, Line, Overlay, Shows, fitted, tree};
use opsctl_engine::asl::history::Event;
use tokio::time::Instant;

use super::lines;
use super::short;
use crate::commands::sfn::api::Sfn;
use crate::context::Context;
use crate::error::Result;
use crate::output::{Progress, Reporter};

/// Lines of a terminal that does not say how many it has.
const LINES: usize = 24;

pub struct Show<'a> {
    reporter: &'a Reporter,
    progress: Progress,
    name: String,
    graph: Graph,
    overlay: Overlay,
    /// What happened before somebody looked is summed up, not told.
    is_telling: bool,
    events: u64,
    /// When the last event happened, and when it was seen here.
    last: Option<(Timestamp, Instant)>,
    is_over: bool,
    /// Of map states, as they were told last.
    items: Vec<(Arc<str>, Items)>,
    now: Timestamp,
}

impl<'a> Show<'a> {
    /// An execution whose definition cannot be read is shown without its states.
    pub async fn open(sfn: &Sfn, arn: &str, is_new: bool, ctx: &'a Context) -> Result<Self> {
        let reporter = ctx.reporter();
        let machine = match sfn.definition_of(arn).await {
            Ok(definition) => parse(&definition, MachineType::Standard).ok(),
            Err(error) => {
                reporter.verbose(1, format_args!("{error:#}"));
                None
            }
        };
        let graph =
            machine.as_ref().map_or_else(|| Graph { nodes: Vec::new(), edges: Vec::new() }, Graph::of);
        let overlay = Overlay::of(&graph);
        Ok(Show {
            reporter,
            progress: reporter.progress(short(arn), None),
            name: short(arn).to_owned(),
            graph,
            overlay,
            is_telling: is_new,
            events: 0,
            last: None,
            is_over: false,
            items: Vec::new(),
            now: ctx.now(),
        })
    }

    pub fn is_drawn(&self) -> bool {
        self.progress.is_drawn()
    }

    /// Whether the last event is an end.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// How long nothing has happened.
    pub fn age(&self, now: Timestamp) -> Duration {
        let Some((at, seen)) = self.last else { return Duration::ZERO };
        // A clock that is off must not make it look older than it was seen here.
        let known = Duration::try_from(now.duration_since(at)).unwrap_or_default();
        if self.is_telling { seen.elapsed() } else { known.max(seen.elapsed()) }
    }

    pub fn take(&mut self, event: &Event) {
        self.overlay.observe(event);
        self.events = event.id;
        self.last = Some((event.at, Instant::now()));
        self.is_over = event.happened.ends_the_execution();
        if self.is_telling
            && !self.is_drawn()
            && let Some(line) = lines::line(event, self.overlay.visits())
        {
            self.reporter.status(line);
        }
    }

    pub fn map_runs(&self) -> Vec<Arc<str>> {
        self.overlay.map_runs()
    }

    pub fn items(&mut self, map_run: &str, items: Items) {
        self.overlay.tell_items(map_run, items);
    }

    /// After a look: everything that is known is shown.
    pub fn looked(&mut self, now: Timestamp) {
        self.progress.set(self.events);
        if !self.is_telling && !self.is_drawn() {
            self.reporter.status(format_args!("{}: {}", self.name, self.standing()));
        }
        self.tell_items();
        self.is_telling = true;
        self.draw(now);
    }

    pub fn draw(&mut self, now: Timestamp) {
        self.now = now;
        if self.is_drawn() {
            self.progress.label(&format!("{}  {}", self.name, self.standing()));
            let lines = self.lines();
            self.progress.drawing(&lines);
        }
    }

    /// After the end: the states as they were left. Of more than a screen of them, what matters.
    pub fn leave(mut self) {
        if self.is_drawn() {
            let lines = self.lines();
            drop(self.progress);
            let screen = self.reporter.stream().height.unwrap_or(LINES);
            self.reporter.drawing(&fitted(lines, screen.saturating_sub(1)));
        }
    }

    /// The state that an execution failed in.
    pub fn failed_in(&self) -> Option<String> {
        self.overlay.visits().failed().map(|visit| visit.name.to_string())
    }

    fn lines(&mut self) -> Vec<Line> {
        let stderr = self.reporter.stream();
        let now = Some(self.now);
        let shows = Shows { width: stderr.limit(), is_ascii: !stderr.unicode, exits: false, now };
        tree(&self.graph, Some(&self.overlay), shows)
    }

    fn standing(&self) -> String {
        let events = match self.events {
            1 => "1 event".to_owned(),
            many => format!("{many} events"),
        };
        let mut running = self.running();
        let more = running.len().saturating_sub(3);
        running.truncate(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        match running.is_empty() {
            true => events,
            false => format!("{events}, in {}{more}", running.join(", ")),
        }
    }

    /// The states that run; those around others are left to the tree.
    fn running(&self) -> Vec<String> {
        let runs = |id| self.overlay.run(id).running > 0;
        self.graph
            .states()
            .into_iter()
            .filter(|node| {
                runs(node.id) && !node.parts.iter().flat_map(Graph::states).any(|inner| runs(inner.id))
            })
            .map(|node| node.name.to_string())
            .collect()
    }

    /// A line for each Map state whose items went on.
    fn tell_items(&mut self) {
        if self.is_drawn() {
            return;
        }
        for node in self.graph.states() {
            let run = self.overlay.run(node.id);
            // Of one that is over, its end is told; how many items of a distributed one are done, its history does not.
            let items = run.items;
            if items.total == 0 || run.running == 0 && !node.is_distributed {
                continue;
            }
            let known = self.items.iter_mut().find(|(name, _)| *name == node.name);
            let is_news = known.as_ref().is_none_or(|(_, told)| *told != items);
            match known {
                Some(known) => known.1 = items,
                None => self.items.push((Arc::clone(&node.name), items)),
            }
            if is_news && self.is_telling {
                self.reporter.status(lines::items(&node.name, items));
            }
        }
    }
}
