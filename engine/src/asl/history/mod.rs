//! What happened in an execution, in the words of GetExecutionHistory: events with ids from 1, each with the event it
//! followed. Events hold payloads; their JSON text is made only when they are written out.

mod details;
mod event;
mod log;
mod read;
#[cfg(test)]
mod tests;

pub use event::{Assigned, Call, Credentials, Event, Failure, Happened, Scheduled, Service, StateType, time};
pub use log::LogLevel;
pub use read::NoEvent;

use jiff::Timestamp;

/// The events of one execution, append-only.
#[derive(Debug)]
pub struct History {
    events: Vec<Event>,
    count: u64,
    keep: bool,
}

impl History {
    /// A history that keeps its events, or one that only counts them, for children that nobody looks at.
    pub fn new(keep: bool) -> Self {
        History { events: Vec::new(), count: 0, keep }
    }

    /// A history in which nothing happened.
    pub const fn empty() -> Self {
        History { events: Vec::new(), count: 0, keep: false }
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many events happened, kept or not.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// From here on nothing has happened yet.
    pub(in crate::asl) fn clear(&mut self) {
        self.events.clear();
        self.count = 0;
    }

    /// Adds an event after `previous` (0: after none) and tells its id.
    pub fn add(&mut self, previous: u64, at: Timestamp, happened: Happened) -> u64 {
        self.count += 1;
        if self.keep {
            self.events.push(Event { id: self.count, previous, at, happened });
        }
        self.count
    }
}
