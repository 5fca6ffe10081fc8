//! Runs an execution without waiting: the clock jumps to whatever happens next. What the world would do is asked of a
//! [`World`], which says it all at once, each answer with its delay.

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
    /// The answers to an attempt, each so long after it was given out.
    fn task(&mut self, request: &TaskRequest) -> Vec<(Duration, Answer)>;
    fn read(&mut self, request: &ObjectRequest) -> Result<Bytes, Failure>;
    fn list(&mut self, request: &ObjectRequest) -> Result<Vec<Value>, Failure>;
    fn write(&mut self, request: &WriteRequest) -> Result<(), Failure>;
    /// Asked now and then; an execution that is not to go on is left as it is.
    fn goes_on(&mut self) -> bool {
        true
    }
}

/// Runs an execution to its end, or until nothing could ever happen again or the world wants no more.
pub fn run(execution: &mut Execution, world: &mut impl World) {
    let mut answers = Answers::default();
    loop {
        let progress = execution.step(BUDGET);
        while let Some(demand) = execution.demand() {
            answers.take(execution.now(), demand, world);
        }
        if progress == Progress::Ended || !world.goes_on() {
            return;
        }
        if progress == Progress::Busy {
            continue;
        }
        let timer = execution.next_timer();
        let answer = answers.next();
        match (answer, timer) {
            (None, None) => return,
            // What is answered in time is in time: answers come before timers of the same moment.
            (Some(at), timer) if timer.is_none_or(|timer| at <= timer) => {
                execution.turn_clock(at);
                answers.give(at, execution);
            }
            (_, Some(timer)) => execution.advance(timer),
            (Some(_), None) => return,
        }
    }
}

/// Answers that are under way, by the time they come.
#[derive(Default)]
struct Answers {
    heap: BinaryHeap<Reverse<(Timestamp, u64)>>,
    waiting: HashMap<u64, (DemandId, Answer)>,
    count: u64,
}

impl Answers {
    fn take(&mut self, now: Timestamp, demand: Demand, world: &mut impl World) {
        let failed = |failure: Failure| Answer::Failed(failure);
        let (id, answers) = match demand {
            Demand::Task(id, request) => (id, world.task(&request)),
            Demand::Read(id, request) => {
                (id, at_once(world.read(&request).map_or_else(failed, Answer::Object)))
            }
            Demand::List(id, request) => {
                (id, at_once(world.list(&request).map_or_else(failed, Answer::Listed)))
            }
            Demand::Write(id, request) => {
                (id, at_once(world.write(&request).map_or_else(failed, |()| Answer::Written)))
            }
            Demand::Cancel(_) => return,
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
