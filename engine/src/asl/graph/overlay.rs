//! What a run did with each state, gathered from the events of its history as they come.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::visits::{Change, Visit, Visits};
use super::{Graph, Kind};
use crate::asl::history::{Event, Happened};

/// What became of a state. One that was entered several times is what its worst visit was; running comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    #[default]
    NotReached,
    Running,
    Succeeded,
    /// It failed and a catcher took the error.
    Caught,
    Failed,
    /// It was stopped because something else failed or time was up.
    Aborted,
}

/// The visits of a state so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateRun {
    pub entered: u64,
    pub running: u64,
    pub succeeded: u64,
    pub caught: u64,
    pub failed: u64,
    pub aborted: u64,
    pub retries: u64,
    /// What the visits that are over took together.
    pub took: SignedDuration,
    /// When the visit that runs was entered; the last one of several.
    pub since: Option<Timestamp>,
    pub items: Items,
}

/// Items of a Map state: of all its visits, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Items {
    pub total: u64,
    pub succeeded: u64,
    /// Without success for any reason.
    pub failed: u64,
}

#[derive(Debug)]
pub struct Overlay {
    states: HashMap<Arc<str>, usize>,
    runs: HashMap<usize, StateRun>,
    visits: Visits,
    map_runs: Vec<MapRun>,
}

/// The run of a distributed Map state.
#[derive(Debug)]
struct MapRun {
    arn: Arc<str>,
    state: Arc<str>,
    is_over: bool,
    /// As they were told last.
    items: Items,
    /// They were told when the run was over: nothing of them changes any more.
    is_final: bool,
}

impl Overlay {
    /// Of a run that has not begun.
    pub fn of(graph: &Graph) -> Self {
        let states = graph.states().into_iter().map(|node| (Arc::clone(&node.name), node.id)).collect();
        Overlay { states, runs: HashMap::new(), visits: Visits::default(), map_runs: Vec::new() }
    }

    /// What is known of a state by the id of its node.
    pub fn run(&self, id: usize) -> StateRun {
        self.runs.get(&id).copied().unwrap_or_default()
    }

    /// Takes the next event. Events come in the order of their ids.
    pub fn observe(&mut self, event: &Event) {
        let (states, runs) = (&self.states, &mut self.runs);
        self.visits.observe(event, &mut |visit, change| {
            if let Some(state) = states.get(&visit.name) {
                runs.entry(*state).or_default().count(visit, change);
            }
        });
        self.count_items(event);
    }

    pub fn visits(&self) -> &Visits {
        &self.visits
    }

    /// The runs of distributed Map states whose items may have changed since they were told: those that go on, then
    /// those that are over, the last one first.
    pub fn map_runs(&self) -> Vec<Arc<str>> {
        let arn = |run: &MapRun| Arc::clone(&run.arn);
        let going_on = self.map_runs.iter().filter(|run| !run.is_over).map(arn);
        let over = self.map_runs.iter().rev().filter(|run| run.is_over && !run.is_final).map(arn);
        going_on.chain(over).collect()
    }

    /// What is known of the items of a run, which the history does not tell.
    pub fn tell_items(&mut self, map_run: &str, items: Items) {
        let Some(run) = self.map_runs.iter_mut().find(|run| *run.arn == *map_run) else { return };
        run.items = items;
        run.is_final = run.is_over;
        let name = Arc::clone(&run.state);
        let Some(state) = self.states.get(&name) else { return };
        let told = self.map_runs.iter().filter(|run| run.state == name).map(|run| run.items);
        self.runs.entry(*state).or_default().items = told.fold(Items::default(), Items::and);
    }

    fn count_items(&mut self, event: &Event) {
        use Happened as H;
        let Some(map) = self.visits.map_of(event.id) else { return };
        let Some(state) = self.states.get(&map.name) else { return };
        let items = &mut self.runs.entry(*state).or_default().items;
        match &event.happened {
            H::MapStarted { length } => items.total += length,
            H::IterationSucceeded { .. } => items.succeeded += 1,
            H::IterationFailed { .. } => items.failed += 1,
            H::MapRunStarted { arn } | H::MapRunRedriven { arn, .. } => {
                self.map_runs.retain(|run| run.arn != *arn);
                let state = Arc::clone(&map.name);
                let items = Items::default();
                self.map_runs.push(MapRun {
                    arn: Arc::clone(arn),
                    state,
                    is_over: false,
                    items,
                    is_final: false,
                });
            }
            H::MapRunSucceeded | H::MapRunFailed(_) | H::MapRunAborted => {
                for run in self.map_runs.iter_mut().filter(|run| run.state == map.name) {
                    run.is_over = true;
                }
            }
            _ => {}
        }
    }
}

impl Items {
    fn and(self, other: Items) -> Items {
        Items {
            total: self.total.saturating_add(other.total),
            succeeded: self.succeeded.saturating_add(other.succeeded),
            failed: self.failed.saturating_add(other.failed),
        }
    }
}

impl StateRun {
    fn count(&mut self, visit: &Visit, change: Change) {
        match change {
            Change::Entered => {
                self.entered += 1;
                self.running += 1;
                self.since = Some(visit.entered);
            }
            Change::Retried => self.retries += 1,
            Change::Left => {
                self.running = self.running.saturating_sub(1);
                self.took = self.took.saturating_add(took(visit));
                if self.running == 0 {
                    self.since = None;
                }
                *self.ended(visit.outcome) += 1;
            }
            // It counts as one visit, from its entry to its last end.
            Change::Resumed => {
                self.running += 1;
                self.took = self.took.saturating_sub(took(visit));
                self.since = Some(visit.entered);
                let ended = self.ended(visit.outcome);
                *ended = ended.saturating_sub(1);
            }
        }
    }

    /// The number of visits that ended so.
    fn ended(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Succeeded => &mut self.succeeded,
            Outcome::Caught => &mut self.caught,
            Outcome::Failed => &mut self.failed,
            _ => &mut self.aborted,
        }
    }

    pub fn outcome(&self) -> Outcome {
        match self {
            StateRun { running: 1.., .. } => Outcome::Running,
            StateRun { failed: 1.., .. } => Outcome::Failed,
            StateRun { aborted: 1.., .. } => Outcome::Aborted,
            StateRun { caught: 1.., .. } => Outcome::Caught,
            StateRun { succeeded: 1.., .. } => Outcome::Succeeded,
            _ => Outcome::NotReached,
        }
    }
}

/// How long a visit took that is over.
fn took(visit: &Visit) -> SignedDuration {
    visit.left.map(|left| left.duration_since(visit.entered)).unwrap_or_default()
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Outcome::NotReached => "not reached",
            Outcome::Running => "running",
            Outcome::Succeeded => "succeeded",
            Outcome::Caught => "caught",
            Outcome::Failed => "failed",
            Outcome::Aborted => "aborted",
        }
    }

    /// A sign of one column.
    pub fn sign(self, ascii: bool) -> char {
        match (self, ascii) {
            (Outcome::NotReached, _) => ' ',
            (Outcome::Running, false) => '▸',
            (Outcome::Succeeded, false) => '✓',
            (Outcome::Failed, false) => '✗',
            (Outcome::Running, true) => '>',
            (Outcome::Succeeded, true) => '+',
            (Outcome::Failed, true) => 'x',
            (Outcome::Caught, _) => '!',
            (Outcome::Aborted, _) => '-',
        }
    }
}

/// The outcome of a node, where a run is laid over at all; marks have none.
pub fn outcome_of(overlay: Option<&Overlay>, kind: Kind, id: usize) -> Option<Outcome> {
    matches!(kind, Kind::State(_)).then_some(overlay?.run(id).outcome())
}
