//! Runs an execution in virtual time: the clock jumps to whatever happens next. What the world would do is asked of a
//! [`World`], which says it at once, each answer with its delay. A [`Driver`] does one piece after another, for those who
//! pace the clock themselves or whose answers take their own time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::{Answer, Demand, DemandId, Execution, ObjectRequest, Progress, TaskRequest, WriteRequest};
use crate::asl::history::Failure;

/// Pieces of work between two looks at the demands.
const BUDGET: usize = 1000;

/// Everything outside an execution. A task that gets no final answer is one that never ends.
pub trait World {
    /// The answers to an attempt, each so long after it was given out. Those that are not known yet are handed to the
    /// driver when they are.
    fn task(&mut self, demand: DemandId, request: &TaskRequest) -> Vec<(Duration, Answer)>;
    fn read(&mut self, request: &ObjectRequest) -> Result<Bytes, Failure>;
    fn list(&mut self, request: &ObjectRequest) -> Result<Vec<Value>, Failure>;
    fn write(&mut self, request: &WriteRequest) -> Result<(), Failure>;
    /// Nobody waits for this attempt any longer.
    fn cancel(&mut self, _demand: DemandId) {}
    /// Asked now and then; an execution that is not to go on is left as it is.
    fn goes_on(&mut self) -> bool {
        true
    }
}

/// Runs an execution to its end, or until nothing could ever happen again or the world wants no more.
pub fn run(execution: &mut Execution, world: &mut impl World) {
    let mut driver = Driver::default();
    loop {
        match driver.work(execution, world) {
            Standing::Busy => {}
            Standing::Waiting(Some(at)) => driver.reach(at, execution),
            Standing::Waiting(None) | Standing::Ended | Standing::Left => return,
        }
    }
}

/// Where an execution stands after a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is more to do at once.
    Busy,
    /// Something happens by itself at this time; without one, never.
    Waiting(Option<Timestamp>),
    Ended,
    /// The world wants no more.
    Left,
}

/// Answers that are under way, by the time they come.
#[derive(Default)]
pub struct Driver {
    heap: BinaryHeap<Reverse<(Timestamp, u64)>>,
    waiting: HashMap<u64, (DemandId, Answer)>,
    count: u64,
}

impl Driver {
    /// Does what can be done now, up to a bound, and takes the demands to the world. The time does not go on.
    pub fn work(&mut self, execution: &mut Execution, world: &mut impl World) -> Standing {
        let progress = execution.step(BUDGET);
        while let Some(demand) = execution.demand() {
            self.take(execution.now(), demand, world);
        }
        match progress {
            Progress::Ended => Standing::Ended,
            _ if !world.goes_on() => Standing::Left,
            Progress::Busy => Standing::Busy,
            Progress::Idle => {
                let timer = execution.next_timer();
                Standing::Waiting(match (self.next(), timer) {
                    (Some(answer), Some(timer)) => Some(answer.min(timer)),
                    (answer, timer) => answer.or(timer),
                })
            }
        }
    }

    /// The time is now `at`, at which something happens. What is answered in time is in time: answers come before
    /// timers of the same moment.
    pub fn reach(&mut self, at: Timestamp, execution: &mut Execution) {
        if self.next().is_some_and(|answer| answer <= at) {
            execution.turn_clock(at);
            self.give(at, execution);
        } else {
            execution.advance(at);
        }
    }

    /// An answer that took its own time arrives `at`.
    pub fn answer(&mut self, at: Timestamp, demand: DemandId, answer: Answer, execution: &mut Execution) {
        execution.turn_clock(at);
        execution.answer(demand, answer);
    }

    fn take(&mut self, now: Timestamp, demand: Demand, world: &mut impl World) {
        let failed = |failure: Failure| Answer::Failed(failure);
        let (id, answers) = match demand {
            Demand::Task(id, request) => (id, world.task(id, &request)),
            Demand::Read(id, request) => {
                (id, at_once(world.read(&request).map_or_else(failed, Answer::Object)))
            }
            Demand::List(id, request) => {
                (id, at_once(world.list(&request).map_or_else(failed, Answer::Listed)))
            }
            Demand::Write(id, request) => {
                (id, at_once(world.write(&request).map_or_else(failed, |()| Answer::Written)))
            }
            Demand::Cancel(id) => return world.cancel(id),
        };
        for (delay, answer) in answers {
            self.count += 1;
            let at = now.checked_add(delay).unwrap_or(Timestamp::MAX);
            self.heap.push(Reverse((at, self.count)));
            self.waiting.insert(self.count, (id, answer));
        }
    }

    fn next(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Gives every answer that is due.
    fn give(&mut self, now: Timestamp, execution: &mut Execution) {
        while self.next().is_some_and(|at| at <= now) {
            let Some(Reverse((_, number))) = self.heap.pop() else { return };
            if let Some((id, answer)) = self.waiting.remove(&number) {
                execution.answer(id, answer);
            }
        }
    }
}

fn at_once(answer: Answer) -> Vec<(Duration, Answer)> {
    vec![(Duration::ZERO, answer)]
}
