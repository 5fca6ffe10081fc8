//! What a run did with each state, gathered from the events of its history as they come.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Graph, Kind};
use crate::asl::history::{Event, Happened, StateType};

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
}

#[derive(Debug)]
pub struct Overlay {
    states: HashMap<Arc<str>, usize>,
    runs: HashMap<usize, StateRun>,
    visits: Vec<Visit>,
    open: BTreeSet<usize>,
    /// The visit each event belongs to, by its id.
    owners: Vec<Option<usize>>,
}

/// One time a state was entered.
#[derive(Debug)]
struct Visit {
    state: usize,
    kind: StateType,
    /// The visit of the Parallel or Map state this one is inside of.
    inside: Option<usize>,
    since: Timestamp,
    attempts: u64,
    went_wrong: bool,
}

impl Overlay {
    /// Of a run that has not begun.
    pub fn of(graph: &Graph) -> Self {
        let states = graph.states().into_iter().map(|node| (Arc::clone(&node.name), node.id)).collect();
        Overlay {
            states,
            runs: HashMap::new(),
            visits: Vec::new(),
            open: BTreeSet::new(),
            // Ids count from 1; 0 is before everything.
            owners: vec![None],
        }
    }

    /// What is known of a state by the id of its node.
    pub fn run(&self, id: usize) -> StateRun {
        self.runs.get(&id).copied().unwrap_or_default()
    }

    /// Takes the next event. Events come in the order of their ids.
    pub fn observe(&mut self, event: &Event) {
        use Happened as H;
        let before = usize::try_from(event.previous).ok().and_then(|id| *self.owners.get(id)?);
        let mut owner = before;
        match &event.happened {
            H::StateEntered { state, name, .. } => owner = self.enter(*state, name, before, event.at),
            H::StateExited { name, .. } => {
                let left = self.nearest(before, |visit, states| states.get(name) == Some(&visit.state));
                if let Some(visit) = left {
                    let outcome = if self.went_wrong(visit) { Outcome::Caught } else { Outcome::Succeeded };
                    self.abort_inside(visit, event.at);
                    self.close(visit, outcome, event.at);
                }
                // What follows is beside the state that was left, not inside of it.
                owner = left.and_then(|visit| self.visits.get(visit)?.inside);
            }
            H::Scheduled(_) | H::ParallelStarted | H::MapStarted { .. } => self.attempt(before),
            H::StateFailed { state } => {
                let failed = self.nearest(before, |visit, _| visit.kind == *state && !visit.went_wrong);
                if let Some(visit) = failed {
                    self.abort_inside(visit, event.at);
                }
                self.wrong(failed);
                owner = failed.or(before);
            }
            H::TaskFailed { .. }
            | H::TaskTimedOut { .. }
            | H::LambdaFailed(_)
            | H::LambdaTimedOut(_)
            | H::ActivityFailed(_)
            | H::ActivityTimedOut(_)
            | H::MapRunFailed(_) => self.wrong(before),
            // A task that could not be started has a kind of its own.
            H::Other { kind, .. } if kind.ends_with("Failed") => self.wrong(before),
            // It names its state, and may follow what was before that.
            H::EvaluationFailed { state, .. } => {
                let id = self.states.get(state).copied();
                let is_of_state = |visit: &&usize| self.visits.get(**visit).map(|visit| visit.state) == id;
                owner = self.open.iter().rev().find(is_of_state).copied().or(before);
                self.wrong(owner);
            }
            H::ExecutionFailed(_) => {
                // What is open last is what failed when no event says so.
                let failed = before.filter(|visit| self.open.contains(visit));
                self.wrong(failed.or_else(|| self.open.last().copied()));
                self.end(event.at);
            }
            H::ExecutionAborted(_) | H::ExecutionTimedOut(_) | H::ExecutionSucceeded { .. } => {
                self.end(event.at);
            }
            _ => {}
        }
        if let Ok(id) = usize::try_from(event.id)
            && id <= self.owners.len()
        {
            self.owners.resize(self.owners.len().max(id + 1), None);
            self.owners[id] = owner;
        }
    }

    fn enter(&mut self, kind: StateType, name: &str, inside: Option<usize>, at: Timestamp) -> Option<usize> {
        let state = *self.states.get(name)?;
        let visit = self.visits.len();
        let went_wrong = kind == StateType::Fail;
        self.visits.push(Visit { state, kind, inside, since: at, attempts: 0, went_wrong });
        self.open.insert(visit);
        let run = self.runs.entry(state).or_default();
        run.entered += 1;
        run.running += 1;
        run.since = Some(at);
        Some(visit)
    }

    /// The visit itself or the nearest one around it that is still open and asked for.
    fn nearest(
        &self,
        from: Option<usize>,
        is_wanted: impl Fn(&Visit, &HashMap<Arc<str>, usize>) -> bool,
    ) -> Option<usize> {
        let mut next = from;
        while let Some(number) = next {
            let visit = self.visits.get(number)?;
            if self.open.contains(&number) && is_wanted(visit, &self.states) {
                return Some(number);
            }
            next = visit.inside;
        }
        None
    }

    fn went_wrong(&self, visit: usize) -> bool {
        self.visits.get(visit).is_some_and(|visit| visit.went_wrong)
    }

    fn wrong(&mut self, visit: Option<usize>) {
        if let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) {
            visit.went_wrong = true;
        }
    }

    fn attempt(&mut self, visit: Option<usize>) {
        let Some(visit) = visit.and_then(|visit| self.visits.get_mut(visit)) else { return };
        visit.attempts += 1;
        visit.went_wrong = false;
        if visit.attempts > 1 {
            self.runs.entry(visit.state).or_default().retries += 1;
        }
    }

    /// Ends what is still open inside of a visit.
    fn abort_inside(&mut self, outer: usize, at: Timestamp) {
        let kind = self.visits.get(outer).map(|visit| visit.kind);
        if !matches!(kind, Some(StateType::Parallel | StateType::Map)) {
            return;
        }
        // Visits inside of it are younger.
        let younger: Vec<usize> = self.open.range(outer + 1..).copied().collect();
        for visit in younger {
            if self.is_inside(visit, outer) {
                let outcome = if self.went_wrong(visit) { Outcome::Failed } else { Outcome::Aborted };
                self.close(visit, outcome, at);
            }
        }
    }

    fn is_inside(&self, visit: usize, outer: usize) -> bool {
        let mut next = self.visits.get(visit).and_then(|visit| visit.inside);
        while let Some(number) = next {
            if number == outer {
                return true;
            }
            next = self.visits.get(number).and_then(|visit| visit.inside);
        }
        false
    }

    fn close(&mut self, number: usize, outcome: Outcome, at: Timestamp) {
        let Some(visit) = self.visits.get(number) else { return };
        if !self.open.remove(&number) {
            return;
        }
        let run = self.runs.entry(visit.state).or_default();
        run.running = run.running.saturating_sub(1);
        run.took = run.took.saturating_add(at.duration_since(visit.since));
        if run.running == 0 {
            run.since = None;
        }
        match outcome {
            Outcome::Succeeded => run.succeeded += 1,
            Outcome::Caught => run.caught += 1,
            Outcome::Failed => run.failed += 1,
            _ => run.aborted += 1,
        }
    }

    fn end(&mut self, at: Timestamp) {
        for visit in std::mem::take(&mut self.open) {
            self.open.insert(visit);
            let outcome = if self.went_wrong(visit) { Outcome::Failed } else { Outcome::Aborted };
            self.close(visit, outcome, at);
        }
    }
}

impl StateRun {
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
