//! Children of a distributed Map: started as room allows, counted as they end.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{EXCEEDED, EXCEEDED_CAUSE, ITEM_READER_FAILED, MapRun, Phase};
use crate::asl::definition::{State, States, Work};
use crate::asl::execution::Execution;
use crate::asl::execution::evaluate::Problem;
use crate::asl::execution::frame::{Doing, Fate, Frame, FrameId, Item, Place};
use crate::asl::execution::leave::small_enough;
use crate::asl::execution::map_runs::Child;
use crate::asl::execution::options::{EXPRESS_SECONDS, STANDARD_SECONDS};
use crate::asl::execution::run::{Parent, Run, Status};
use crate::asl::execution::timers::{self, Timer};
use crate::asl::history::{Failure, Happened, History};
use crate::asl::{PAYLOAD_LIMIT, Payload};

/// What the name of a child and the id of its map run begin with alike: so many characters.
pub const CHILD_PREFIX: usize = "xxxxxxxx-xxxx-xxxx".len();

pub(super) enum Taken {
    Input(Payload, u64),
    /// No item is left.
    Nothing,
    Unreadable(String),
}

/// The name of a child, a UUID whose first half is that of its map run: so is told where a child belongs.
fn child_name(map_run: &str, own: &str) -> Arc<str> {
    match (map_run.get(..CHILD_PREFIX), own.get(CHILD_PREFIX..)) {
        (Some(first), Some(second)) => Arc::from([first, second].concat()),
        _ => Arc::from(own),
    }
}

/// The input of a child that has a batch of items.
fn batch(items: Vec<Value>, given: Option<Value>) -> Value {
    let mut input = json!({"Items": items});
    if let (Some(given), Some(fields)) = (given, input.as_object_mut()) {
        fields.insert("BatchInput".to_owned(), given);
    }
    input
}

impl Execution {
    /// Starts children until there is no room or no item, and ends the map run when all are through.
    pub(super) fn start_children(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        let states = Arc::clone(&frame.states);
        let Some(state) = states.list.get(frame.current) else { return Fate::Blocked };
        if self.trial.is_some() {
            return self.try_children(id, frame, state);
        }
        loop {
            let Doing::MapRun(map_run) = &mut frame.doing else { return Fate::Blocked };
            if !matches!(map_run.phase, Phase::Running(_)) || map_run.running.len() >= map_run.at_once {
                self.count_waiting(frame);
                return Fate::Blocked;
            }
            if let Some((number, run)) = map_run.pending.pop_front() {
                self.redrive_child(frame, state, number, run);
                continue;
            }
            match self.take(frame, state) {
                Ok(Taken::Input(input, items)) => self.start_child(id, frame, state, input, items),
                Ok(Taken::Nothing) => break,
                Ok(Taken::Unreadable(cause)) => {
                    return self.map_run_failed(id, frame, ITEM_READER_FAILED, &cause);
                }
                Err(problem) => {
                    self.turn_to(frame, Doing::Entering);
                    return self.problem(id, frame, problem);
                }
            }
        }
        self.count_waiting(frame);
        match &frame.doing {
            Doing::MapRun(map_run) if map_run.running.is_empty() => self.children_ended(id, frame),
            _ => Fate::Blocked,
        }
    }

    /// The input of the next child: an item, or a batch of them.
    pub(super) fn take(&mut self, frame: &mut Frame, state: &State) -> Result<Taken, Problem> {
        let Doing::MapRun(map_run) = &mut frame.doing else { return Ok(Taken::Nothing) };
        let Some(batches) = map_run.batches.clone() else {
            return self.take_item(frame, state).map(|taken| match taken {
                Ok(Some(input)) => Taken::Input(input, 1),
                Ok(None) => Taken::Nothing,
                Err(cause) => Taken::Unreadable(cause),
            });
        };
        let mut items: Vec<Value> = Vec::new();
        let mut bytes = batches.input.as_ref().map_or(0, |input| Payload::new(input.clone()).length());
        // What is around the items counts for the limit of payloads.
        let around = Payload::new(batch(Vec::new(), batches.input.clone())).length().saturating_sub(bytes);
        let most_bytes = batches.most_bytes.min(PAYLOAD_LIMIT.saturating_sub(around));
        while items.len() < batches.most_items {
            let item = match self.take_item(frame, state)? {
                Ok(Some(item)) => item,
                Ok(None) => break,
                Err(cause) => return Ok(Taken::Unreadable(cause)),
            };
            let length = item.length() + 1;
            if !items.is_empty() && bytes + length > most_bytes {
                if let Doing::MapRun(map_run) = &mut frame.doing {
                    map_run.held = Some(item);
                }
                break;
            }
            bytes += length;
            items.push(item.into_value());
        }
        if items.is_empty() {
            return Ok(Taken::Nothing);
        }
        let count = items.len() as u64;
        let input = Payload::new(batch(items, batches.input));
        Ok(Taken::Input(small_enough(&state.name, input)?, count))
    }

    /// The next item after `ItemSelector`.
    fn take_item(
        &mut self,
        frame: &mut Frame,
        state: &State,
    ) -> Result<Result<Option<Payload>, String>, Problem> {
        let Work::Map(map) = &state.work else { return Ok(Ok(None)) };
        let Doing::MapRun(map_run) = &mut frame.doing else { return Ok(Ok(None)) };
        if let Some(held) = map_run.held.take() {
            return Ok(Ok(Some(held)));
        }
        let effective = map_run.effective.clone();
        let source = map_run.origin.clone();
        let Phase::Running(items) = &mut map_run.phase else { return Ok(Ok(None)) };
        let next = match items.next() {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(Ok(None)),
            Err(cause) => return Ok(Err(cause)),
        };
        let index = map_run.items;
        map_run.items += 1;
        let value = match (&map.selector, &next.key) {
            // Without a selector, a field of an object is given with its name.
            (None, Some(key)) => json!({"Key": key, "Value": next.value}),
            _ => next.value,
        };
        let item = Arc::new(Item { index, value: Payload::new(value), key: next.key, source });
        self.item_input(frame, state, map, &effective, &item).map(|input| Ok(Some(input)))
    }

    fn start_child(&mut self, id: FrameId, frame: &mut Frame, state: &State, input: Payload, items: u64) {
        let Work::Map(map) = &state.work else { return };
        let own = self.random.uuid().to_string();
        let now = self.now;
        let keep_children = self.options.keep_children;
        let identity = &self.options.identity;
        let Doing::MapRun(map_run) = &mut frame.doing else { return };
        let number = map_run.started;
        map_run.started += 1;
        let name = child_name(&map_run.uuid, &own);
        let label = map_run
            .arn
            .rsplit_once('/')
            .and_then(|(_, rest)| rest.split_once(':'))
            .map_or("", |(label, _)| label);
        let machine_arn: Arc<str> = Arc::from(format!("{}/{label}", identity.machine_arn));
        let is_told = self.options.tell_of.as_deref() == Some(&*name);
        let child = Child {
            name: Arc::clone(&name),
            items,
            started: now,
            ended: None,
            is_pending: false,
            is_redrivable: true,
            redrives: 0,
            redriven: None,
        };
        if let Some(report) = self.map_runs.get_mut(map_run.report).filter(|_| keep_children) {
            report.children.push(child);
        }
        let run = Run {
            history: History::new(is_told),
            input: input.clone(),
            started: now,
            arn: Arc::from(format!("{}:{name}", machine_arn.replacen(":stateMachine:", ":execution:", 1))),
            name,
            role_arn: Arc::clone(&identity.role_arn),
            machine_arn,
            machine_name: Arc::from(format!("{}/{label}", identity.machine_name)),
            root: None,
            parent: Some(Parent { map: id, number }),
            items,
            is_full: false,
            redrives: 0,
            redriven: None,
        };
        let number_of_run = match self.free_runs.pop() {
            Some(free) if free < self.runs.len() => {
                self.runs[free] = Some(run);
                free
            }
            _ => {
                self.runs.push(Some(run));
                self.runs.len() - 1
            }
        };
        map_run.running.insert(number, number_of_run);
        let express = map_run.express;
        self.begin_child(number_of_run, &map.processor, input, express);
    }

    fn begin_child(&mut self, run: usize, states: &Arc<States>, input: Payload, express: bool) {
        let role_arn = Arc::clone(&self.options.identity.role_arn);
        self.add(run, 0, Happened::ExecutionStarted { input: input.clone(), role_arn });
        let root = self.spawn(run, Place::Root, Arc::clone(states), input, Arc::default(), None, 0);
        if let Some(run) = self.run(run) {
            run.root = Some(root);
        }
        self.limit_child(root, self.now, express);
    }

    fn limit_child(&mut self, root: FrameId, from: Timestamp, express: bool) {
        let most = if express { EXPRESS_SECONDS } else { STANDARD_SECONDS };
        self.timers.add(timers::after(from, most as f64), Timer::Child { root });
    }

    /// Lets a child that did not succeed go on; an Express one starts once more.
    fn redrive_child(&mut self, frame: &mut Frame, state: &State, number: usize, run: usize) {
        let Work::Map(map) = &state.work else { return };
        let Doing::MapRun(map_run) = &mut frame.doing else { return };
        map_run.running.insert(number, run);
        let (express, report, now) = (map_run.express, map_run.report, self.now);
        if let Some(child) = self.child(report, number) {
            child.is_pending = false;
            child.ended = None;
            if !express {
                child.redrives += 1;
                child.redriven = Some(now);
            }
        }
        let Some(kept) = self.run(run) else { return };
        if express {
            let input = kept.input.clone();
            kept.history.clear();
            self.begin_child(run, &map.processor, input, true);
        } else {
            let (root, started) = (kept.root, kept.started);
            self.redrive_run(run);
            if let Some(root) = root {
                self.limit_child(root, started, false);
            }
        }
    }

    /// Notes what no child has yet.
    fn count_waiting(&mut self, frame: &Frame) {
        let Doing::MapRun(map_run) = &frame.doing else { return };
        let Some(report) = self.map_runs.get_mut(map_run.report) else { return };
        let held = u64::from(map_run.held.is_some());
        report.items_waiting = match &map_run.phase {
            Phase::Running(source) => source.left() + held,
            _ => 0,
        };
        let in_one = map_run.batches.as_ref().map_or(1, |batches| batches.most_items as u64);
        report.children_waiting = report.items_waiting.div_ceil(in_one.max(1));
    }

    pub(in crate::asl::execution) fn child_succeeded(
        &mut self,
        run: usize,
        output: Payload,
    ) -> Option<(FrameId, Box<Frame>, Fate)> {
        self.child_ended(run, Status::Succeeded, Ok(output))
    }

    pub(in crate::asl::execution) fn child_failed(
        &mut self,
        run: usize,
        status: Status,
        failure: Failure,
    ) -> Option<(FrameId, Box<Frame>, Fate)> {
        self.child_ended(run, status, Err(failure))
    }

    /// A child came to its end.
    fn child_ended(
        &mut self,
        run: usize,
        status: Status,
        result: Result<Payload, Failure>,
    ) -> Option<(FrameId, Box<Frame>, Fate)> {
        let now = self.now;
        let child = self.runs.get(run).and_then(Option::as_ref)?;
        let Parent { map: id, number } = child.parent?;
        let mut frame = self.frames.take(id)?;
        let Doing::MapRun(map_run) = &mut frame.doing else {
            self.frames.put(id, frame);
            return None;
        };
        let (items, is_full) = (child.items, child.is_full);
        map_run.running.remove(&number);
        map_run.results.add(number, child, result, now);
        if let Some(child) =
            self.map_runs.get_mut(map_run.report).and_then(|run| run.children.get_mut(number))
        {
            child.ended = Some((status, now));
            child.is_redrivable = !is_full;
        }
        if status == Status::Succeeded {
            self.free_run(run);
        } else {
            map_run.failed_items += items;
            if is_full || !self.options.keep_children {
                map_run.lost_items += items;
                self.drop_run(run);
            } else {
                self.keep_child(map_run, number, run);
            }
        }
        let fate = match map_run.is_past_count() {
            true => self.exceeded(id, &mut frame),
            false => self.start_children(id, &mut frame),
        };
        Some((id, frame, fate))
    }

    /// Every item is through.
    fn children_ended(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        let Doing::MapRun(map_run) = &mut frame.doing else { return Fate::Blocked };
        if map_run.is_past_count() || map_run.is_past_percentage() {
            return self.exceeded(id, frame);
        }
        self.write_results(id, frame)
    }

    fn exceeded(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        self.map_run_failed(id, frame, EXCEEDED, EXCEEDED_CAUSE)
    }
}

impl MapRun {
    /// Without any tolerance, one failure is too many.
    fn is_past_count(&self) -> bool {
        match (self.tolerance.count, self.tolerance.percentage) {
            (Some(count), _) => self.failed_items > count,
            (None, Some(_)) => false,
            (None, None) => self.failed_items > 0,
        }
    }

    /// A share is known only when all items are.
    fn is_past_percentage(&self) -> bool {
        self.tolerance
            .percentage
            .is_some_and(|most| self.items > 0 && self.failed_items as f64 * 100.0 / self.items as f64 > most)
    }
}
