//! The queue of events a driver has not taken yet, weighed, so that a slow consumer shows as a full queue and not as memory.

use std::collections::VecDeque;

/// What an event costs besides its bytes: many tiny messages must fill the queue too.
const OVERHEAD: usize = 64;

pub(super) struct Events<E> {
    queue: VecDeque<(E, usize)>,
    weight: usize,
    budget: usize,
}

impl<E> Events<E> {
    pub(super) fn new(budget: usize) -> Self {
        Events { queue: VecDeque::new(), weight: 0, budget }
    }

    /// `bytes`: the data the event carries.
    pub(super) fn push(&mut self, event: E, bytes: usize) {
        let weight = bytes + OVERHEAD;
        self.weight += weight;
        self.queue.push_back((event, weight));
    }

    pub(super) fn pop(&mut self) -> Option<E> {
        let (event, weight) = self.queue.pop_front()?;
        self.weight -= weight;
        Some(event)
    }

    pub(super) fn is_full(&self) -> bool {
        self.weight > self.budget
    }
}
