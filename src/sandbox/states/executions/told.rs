//! What is told of an execution in detail: its events, its map runs, and the events of their children. Of one that runs
//! it is at hand; of one that is over, and of children, it is made once more from the journal.

use super::{Executions, Known, replay};
use crate::sandbox::account::Account;
use opsctl_engine::asl::execution::MapRunReport;
use opsctl_engine::asl::history::Event;
use std::collections::VecDeque;
use std::sync::{Arc, MutexGuard, PoisonError};

/// Executions and children that are kept in mind.
const MOST: usize = 4;

/// The last that somebody looked at.
#[derive(Default)]
pub struct Shown {
    executions: VecDeque<(Key, Arc<Told>)>,
    children: VecDeque<(Key, Arc<Vec<Event>>)>,
}

/// An execution and how often it was redriven, or the ARN of a child that is over.
type Key = (String, u64);

pub struct Told {
    pub events: Vec<Event>,
    pub map_runs: Vec<MapRunReport>,
}

impl Executions {
    /// Looks at events and map runs of an execution.
    pub fn look<T>(
        &self,
        account: &Account,
        known: &Known,
        look: impl FnOnce(&[Event], &[MapRunReport]) -> T,
    ) -> Option<T> {
        if let Some(run) = known.run() {
            return Some(run.look(look));
        }
        let key = (known.head.id.clone(), known.standing().redrives);
        let found = find(&self.shown().executions, &key);
        if let Some(told) = found {
            return Some(look(&told.events, &told.map_runs));
        }
        let story = self.story(known)?;
        let revision = account.states.machines.revision(&story.head.revision)?;
        let execution = replay::replay(&story, &revision, None)?.execution;
        let told = Arc::new(Told {
            events: execution.history().events().to_vec(),
            map_runs: execution.map_runs().to_vec(),
        });
        keep(&mut self.shown().executions, key, &told);
        Some(look(&told.events, &told.map_runs))
    }

    /// The events of a child of an execution so far; nothing where they cannot be had.
    pub fn events_of_child(&self, account: &Account, parent: &Known, child: &str) -> Option<Arc<Vec<Event>>> {
        let key = (format!("{} {child}", parent.head.id), parent.standing().redrives);
        let is_over = parent.ended().is_some();
        if is_over && let Some(events) = find(&self.shown().children, &key) {
            return Some(events);
        }
        let story = self.story(parent)?;
        let revision = account.states.machines.revision(&story.head.revision)?;
        let execution = replay::replay(&story, &revision, Some(child))?.execution;
        let events = Arc::new(execution.history_of_child()?.events().to_vec());
        if is_over {
            keep(&mut self.shown().children, key, &events);
        }
        Some(events)
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<T>(shown: &VecDeque<(Key, Arc<T>)>, key: &Key) -> Option<Arc<T>> {
    shown.iter().find(|(other, _)| other == key).map(|(_, told)| Arc::clone(told))
}

fn keep<T>(shown: &mut VecDeque<(Key, Arc<T>)>, key: Key, told: &Arc<T>) {
    shown.push_front((key, Arc::clone(told)));
    shown.truncate(MOST);
}
