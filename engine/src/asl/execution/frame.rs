//! Frames: a sequence of states that is being walked (the machine itself, a branch, an iteration, a child of a
//! distributed Map), with what its present state waits for.

use std::sync::Arc;

use jiff::Timestamp;

use super::attempt::Attempt;
use super::distributed::MapRun;
use super::gathered::Gathered;
use super::inline::Iterations;
use crate::asl::Payload;
use crate::asl::definition::{State, States};
use crate::asl::history::Failure;
use crate::asl::scope::Variables;

pub(super) struct Frame {
    /// The execution it is part of.
    pub run: usize,
    pub place: Place,
    pub states: Arc<States>,
    pub current: usize,
    pub input: Payload,
    pub variables: Arc<Variables>,
    pub item: Option<Arc<Item>>,
    /// The event that the next one follows.
    pub previous: u64,
    /// The event the present state's entry followed, and the entry itself.
    pub before: u64,
    pub entered: u64,
    pub entered_at: Timestamp,
    /// How often each retrier was used in this visit, and how often any was.
    pub retries: Vec<u64>,
    pub retry_count: u64,
    pub doing: Doing,
    /// Grows whenever what the frame waits for changes, so that old timers are known as such.
    pub epoch: u64,
    /// It ended without success, and nothing of it goes on before a redrive.
    pub is_parked: bool,
}

/// What a frame's end means to whom.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// The states of a run itself.
    Root,
    Branch {
        parent: FrameId,
        index: usize,
    },
    Iteration {
        parent: FrameId,
        index: usize,
    },
}

/// What `$$.Map.Item` is.
#[derive(Debug)]
pub(super) struct Item {
    pub index: u64,
    pub value: Payload,
    pub key: Option<String>,
    /// The object or bucket it was read from; `None` when it came with the state's input.
    pub source: Option<Arc<str>>,
}

pub(super) enum Doing {
    /// About to enter its present state.
    Entering,
    /// A Wait state until its timer.
    Waiting,
    /// Until the timer of a retry.
    BackingOff,
    Attempting(Box<Attempt>),
    Branching(Branches),
    Iterating(Box<Iterations>),
    MapRun(Box<MapRun>),
    /// The work of its present state begins anew, without another entry.
    Resuming,
}

pub(super) struct Branches {
    pub frames: Vec<FrameId>,
    pub results: Gathered,
    pub open: usize,
}

/// How a frame goes on after a piece of work.
pub(super) enum Fate {
    /// It waits for a timer, an answer or its children.
    Blocked,
    /// It has a next step at once.
    Ready,
    Succeeded(Payload),
    Failed(Failure),
    /// The whole run fails: nothing catches this.
    Fatal(Failure),
}

impl Frame {
    pub fn state(&self) -> Option<&State> {
        self.states.list.get(self.current)
    }
}

/// The number of a frame. Numbers are used again; `generation` tells the uses apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FrameId {
    index: usize,
    generation: u64,
}

/// All frames of an execution. A frame that is being worked on is taken out and put back.
#[derive(Default)]
pub(super) struct Frames {
    slots: Vec<Slot>,
    free: Vec<usize>,
    generations: u64,
}

struct Slot {
    generation: u64,
    frame: Option<Box<Frame>>,
}

impl Frames {
    pub fn add(&mut self, frame: Frame) -> FrameId {
        self.generations += 1;
        let generation = self.generations;
        let slot = Slot { generation, frame: Some(Box::new(frame)) };
        match self.free.pop() {
            Some(index) if index < self.slots.len() => {
                self.slots[index] = slot;
                FrameId { index, generation }
            }
            _ => {
                self.slots.push(slot);
                FrameId { index: self.slots.len() - 1, generation }
            }
        }
    }

    pub fn get(&self, id: FrameId) -> Option<&Frame> {
        self.slots.get(id.index).filter(|slot| slot.generation == id.generation)?.frame.as_deref()
    }

    pub fn take(&mut self, id: FrameId) -> Option<Box<Frame>> {
        self.slots.get_mut(id.index).filter(|slot| slot.generation == id.generation)?.frame.take()
    }

    pub fn put(&mut self, id: FrameId, frame: Box<Frame>) {
        if let Some(slot) = self.slots.get_mut(id.index).filter(|slot| slot.generation == id.generation) {
            slot.frame = Some(frame);
        }
    }

    /// Every frame that is there, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (FrameId, &Frame)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let id = FrameId { index, generation: slot.generation };
            slot.frame.as_deref().map(|frame| (id, frame))
        })
    }

    /// Frees the number of a frame that was taken out for good.
    pub fn remove(&mut self, id: FrameId) {
        if let Some(slot) = self.slots.get_mut(id.index).filter(|slot| slot.generation == id.generation) {
            slot.frame = None;
            slot.generation = 0;
            self.free.push(id.index);
        }
    }
}
