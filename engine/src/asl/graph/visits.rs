//! The visits of states in a run, gathered from the events of its history as they come: which was inside of which, how
//! each ended, and to which of them an event belongs. Needs no definition.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::overlay::Outcome;
use crate::asl::history::{Event, Happened, StateType};

/// One time a state was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub name: Arc<str>,
    pub kind: StateType,
    /// The visit of the Parallel or Map state this one is inside of.
    pub inside: Option<usize>,
    /// Of an inline Map state: which of its items this is for.
    pub item: Option<u64>,
    pub entered: Timestamp,
    /// Absent while it runs.
    pub left: Option<Timestamp>,
    pub attempts: u64,
    pub outcome: Outcome,
    went_wrong: bool,
}

/// What became of a visit just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Entered,
    /// Another attempt at what it does, after one that failed.
    Retried,
    /// With its outcome.
    Left,
    /// It is to go on after it was left without success, and has its outcome for the last time.
    Resumed,
}

#[derive(Debug)]
pub struct Visits {
    all: Vec<Visit>,
    open: BTreeSet<usize>,
    /// Where each event is, by its id.
    places: Vec<Place>,
    /// The visit that the last event is about.
    last: Option<usize>,
    is_redriven: bool,
}

/// Where an event is: in which visit, and in which item of it.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    visit: Option<usize>,
    item: Option<u64>,
}

impl Default for Visits {
    /// Of a run that has not begun.
    fn default() -> Self {
        // Ids count from 1; 0 is before everything.
        Visits {
            all: Vec::new(),
            open: BTreeSet::new(),
            places: vec![Place::default()],
            last: None,
            is_redriven: false,
        }
    }
}

impl Visits {
    /// In the order they began.
    pub fn all(&self) -> &[Visit] {
        &self.all
    }

    /// The visit that an event belongs to, once it has been observed. An exit belongs to what is around its state.
    pub fn of(&self, event: u64) -> Option<&Visit> {
        let place = self.places.get(usize::try_from(event).ok()?)?;
        self.all.get(place.visit?)
    }

    /// The visit that the last event is about: of an exit, the one that was left.
    pub fn last(&self) -> Option<&Visit> {
        self.all.get(self.last?)
    }

    /// The visit of a Map state that an event is of, or inside of.
    pub fn map_of(&self, event: u64) -> Option<&Visit> {
        let mut visit = self.of(event)?;
        while visit.kind != StateType::Map {
            visit = self.all.get(visit.inside?)?;
        }
        Some(visit)
    }

    /// Whether it is one of the items of a Map state, of which there may be any number.
    pub fn is_of_item(&self, visit: &Visit) -> bool {
        let mut next = Some(visit);
        while let Some(visit) = next {
            if visit.item.is_some() {
                return true;
            }
            next = visit.inside.and_then(|outer| self.all.get(outer));
        }
        false
    }

    /// The visit that failed, of a run that did: the last one, followed down into what failed inside of it.
    pub fn failed(&self) -> Option<&Visit> {
        let inside = |outer: Option<usize>| {
            let failed = |visit: &Visit| visit.inside == outer && visit.outcome == Outcome::Failed;
            self.all.iter().rposition(failed)
        };
        let mut found = inside(None)?;
        while let Some(deeper) = inside(Some(found)) {
            found = deeper;
        }
        self.all.get(found)
    }

    /// How many visits this one is inside of.
    pub fn depth(&self, visit: &Visit) -> usize {
        let mut depth = 0;
        let mut next = visit.inside;
        while let Some(outer) = next.and_then(|outer| self.all.get(outer)) {
            depth += 1;
            next = outer.inside;
        }
        depth
    }

    /// Takes the next event, and tells what changed by it. Events come in the order of their ids.
    pub fn observe(&mut self, event: &Event, told: &mut dyn FnMut(&Visit, Change)) {
        use Happened as H;
        let at = usize::try_from(event.previous).ok().and_then(|id| self.places.get(id).copied());
        let Place { visit: before, item } = at.unwrap_or_default();
        let mut owner = before;
        let mut left_now = None;
        let mut place_item = item;
        if self.is_redriven && is_progress(&event.happened) {
            self.resume(before, told);
        }
        match &event.happened {
            H::StateEntered { state, name, .. } => {
                owner = Some(self.enter(*state, name, before, item, event.at, told));
                place_item = None;
            }
            H::StateExited { name, .. } => {
                let left = self.nearest(before, |visit| visit.name == *name);
                if let Some(visit) = left {
                    let outcome = if self.went_wrong(visit) { Outcome::Caught } else { Outcome::Succeeded };
                    self.end_inside(visit, event.at, told);
                    self.close(visit, outcome, event.at, told);
                }
                left_now = left;
                // What follows is beside the state that was left, not inside of it.
                let left = left.and_then(|visit| self.all.get(visit));
                owner = left.and_then(|visit| visit.inside);
                place_item = left.and_then(|visit| visit.item);
            }
            H::Scheduled(_) | H::ParallelStarted | H::MapStarted { .. } => self.attempt(before, told),
            H::IterationStarted { index, .. } => place_item = Some(*index),
            H::StateFailed { state } => {
                let failed = self.nearest(before, |visit| visit.kind == *state && !visit.went_wrong);
                if let Some(visit) = failed {
                    self.end_inside(visit, event.at, told);
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
                let is_of_state = |visit: &&usize| self.all.get(**visit).is_some_and(|it| it.name == *state);
                owner = self.open.iter().rev().find(is_of_state).copied().or(before);
                self.wrong(owner);
            }
            H::ExecutionFailed(_) => {
                // What is open last is what failed when no event says so.
                let failed = before.filter(|visit| self.open.contains(visit));
                self.wrong(failed.or_else(|| self.open.last().copied()));
                self.end(event.at, told);
            }
            // It goes on in the state that was entered last outside of all others.
            H::ExecutionRedriven { .. } => {
                self.is_redriven = true;
                let last = self.all.iter().rposition(|visit| visit.inside.is_none());
                // A Fail state is entered once more.
                let is_entered = |visit: &Visit| visit.kind == StateType::Fail;
                owner = last.filter(|last| !self.all.get(*last).is_some_and(is_entered));
                place_item = None;
                self.resume(owner, told);
            }
            H::ExecutionAborted(_) | H::ExecutionTimedOut(_) | H::ExecutionSucceeded { .. } => {
                self.end(event.at, told);
            }
            _ => {}
        }
        self.last = left_now.or(owner);
        if let Ok(id) = usize::try_from(event.id)
            && id <= self.places.len()
        {
            self.places.resize(self.places.len().max(id + 1), Place::default());
            self.places[id] = Place { visit: owner, item: place_item };
        }
    }

    fn enter(
        &mut self,
        kind: StateType,
        name: &Arc<str>,
        inside: Option<usize>,
        item: Option<u64>,
        at: Timestamp,
        told: &mut dyn FnMut(&Visit, Change),
    ) -> usize {
        let number = self.all.len();
        let visit = Visit {
            name: Arc::clone(name),
            kind,
            inside,
            item,
            entered: at,
            left: None,
            attempts: 0,
            outcome: Outcome::Running,
            went_wrong: kind == StateType::Fail,
        };
        told(&visit, Change::Entered);
        self.all.push(visit);
        self.open.insert(number);
        number
    }

    /// The visit itself or the nearest one around it that is still open and asked for.
    fn nearest(&self, from: Option<usize>, is_wanted: impl Fn(&Visit) -> bool) -> Option<usize> {
        let mut next = from;
        while let Some(number) = next {
            let visit = self.all.get(number)?;
            if self.open.contains(&number) && is_wanted(visit) {
                return Some(number);
            }
            next = visit.inside;
        }
        None
    }

    fn went_wrong(&self, visit: usize) -> bool {
        self.all.get(visit).is_some_and(|visit| visit.went_wrong)
    }

    fn wrong(&mut self, visit: Option<usize>) {
        if let Some(visit) = visit.and_then(|visit| self.all.get_mut(visit)) {
            visit.went_wrong = true;
        }
    }

    fn attempt(&mut self, visit: Option<usize>, told: &mut dyn FnMut(&Visit, Change)) {
        let Some(visit) = visit.and_then(|visit| self.all.get_mut(visit)) else { return };
        visit.attempts += 1;
        visit.went_wrong = false;
        if visit.attempts > 1 {
            told(visit, Change::Retried);
        }
    }

    /// Ends what is still open inside of a visit.
    fn end_inside(&mut self, outer: usize, at: Timestamp, told: &mut dyn FnMut(&Visit, Change)) {
        let kind = self.all.get(outer).map(|visit| visit.kind);
        if !matches!(kind, Some(StateType::Parallel | StateType::Map)) {
            return;
        }
        // Visits inside of it are younger.
        let younger: Vec<usize> = self.open.range(outer + 1..).copied().collect();
        for visit in younger {
            if self.is_inside(visit, outer) {
                self.abandon(visit, at, told);
            }
        }
    }

    fn is_inside(&self, visit: usize, outer: usize) -> bool {
        let mut next = self.all.get(visit).and_then(|visit| visit.inside);
        while let Some(number) = next {
            if number == outer {
                return true;
            }
            next = self.all.get(number).and_then(|visit| visit.inside);
        }
        false
    }

    fn abandon(&mut self, visit: usize, at: Timestamp, told: &mut dyn FnMut(&Visit, Change)) {
        let outcome = if self.went_wrong(visit) { Outcome::Failed } else { Outcome::Aborted };
        self.close(visit, outcome, at, told);
    }

    fn close(
        &mut self,
        number: usize,
        outcome: Outcome,
        at: Timestamp,
        told: &mut dyn FnMut(&Visit, Change),
    ) {
        let Some(visit) = self.all.get_mut(number) else { return };
        if !self.open.remove(&number) {
            return;
        }
        visit.left = Some(at);
        visit.outcome = outcome;
        told(visit, Change::Left);
    }

    /// A visit that ended without success goes on, and with it those around it.
    fn resume(&mut self, from: Option<usize>, told: &mut dyn FnMut(&Visit, Change)) {
        let mut next = from;
        while let Some(number) = next {
            let Some(visit) = self.all.get_mut(number) else { return };
            next = visit.inside;
            if matches!(visit.outcome, Outcome::Failed | Outcome::Aborted) {
                told(visit, Change::Resumed);
                visit.outcome = Outcome::Running;
                visit.left = None;
                visit.attempts = 0;
                visit.went_wrong = false;
                self.open.insert(number);
            }
        }
    }

    fn end(&mut self, at: Timestamp, told: &mut dyn FnMut(&Visit, Change)) {
        for visit in self.open.clone() {
            self.abandon(visit, at, told);
        }
    }
}

/// Whether an event is one of a state at work.
fn is_progress(happened: &Happened) -> bool {
    use Happened as H;
    matches!(
        happened,
        H::StateEntered { .. }
            | H::StateExited { .. }
            | H::Scheduled(_)
            | H::ParallelStarted
            | H::MapStarted { .. }
            | H::IterationStarted { .. }
            | H::MapRunStarted { .. }
            | H::MapRunRedriven { .. }
            | H::EvaluationFailed { .. }
    )
}
