//! What is due when. Timers are never taken back: one whose frame went on in the meantime is ignored.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::{SignedDuration, Timestamp};

use super::frame::FrameId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// A wait or the delay of a retry is over.
    Wake {
        frame: FrameId,
        epoch: u64,
    },
    Timeout {
        frame: FrameId,
        epoch: u64,
    },
    Heartbeat {
        frame: FrameId,
        epoch: u64,
        beat: u64,
    },
    /// The longest that a child of a distributed Map may take, by its outermost frame.
    Child {
        root: FrameId,
    },
    /// `TimeoutSeconds` of the machine.
    Execution,
}

#[derive(Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(Timestamp, u64, Timer)>>,
    count: u64,
}

impl Timers {
    pub fn add(&mut self, at: Timestamp, timer: Timer) {
        self.count += 1;
        self.heap.push(Reverse((at, self.count, timer)));
    }

    pub fn next(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// The first timer that is due, in the order they were set.
    pub fn due(&mut self, now: Timestamp) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((_, _, timer))| timer)
    }

    /// Drops what is not wanted at the front, so that `next` tells a time at which something happens.
    pub fn skip_while(&mut self, mut is_over: impl FnMut(&Timer) -> bool) {
        while let Some(Reverse((_, _, timer))) = self.heap.peek() {
            if !is_over(timer) {
                return;
            }
            self.heap.pop();
        }
    }
}

/// A moment so many seconds later, or the last one there is.
pub(super) fn after(now: Timestamp, seconds: f64) -> Timestamp {
    let delay = SignedDuration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(SignedDuration::MAX);
    now.checked_add(delay).unwrap_or(Timestamp::MAX)
}
