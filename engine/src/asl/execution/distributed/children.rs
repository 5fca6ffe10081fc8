//! Children of a distributed Map: started as room allows, counted as they end.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{EXCEEDED, ITEM_READER_FAILED, MapRun, Phase};
use crate::asl::definition::{Mode, State, Work};
use crate::asl::execution::Execution;
use crate::asl::execution::evaluate::Problem;
use crate::asl::execution::frame::{Doing, Fate, Frame, FrameId, Item, Place};
use crate::asl::execution::leave::small_enough;
use crate::asl::execution::options::{EXPRESS_SECONDS, STANDARD_SECONDS};
use crate::asl::execution::run::Run;
use crate::asl::execution::timers::{self, Timer};
use crate::asl::history::{Failure, Happened, History};
use crate::asl::{PAYLOAD_LIMIT, Payload};

enum Taken {
    Input(Payload, u64),
    /// No item is left.
    Nothing,
    Unreadable(String),
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
        loop {
            let Doing::MapRun(map_run) = &frame.doing else { return Fate::Blocked };
            if !matches!(map_run.phase, Phase::Running(_)) || map_run.running.len() >= map_run.at_once {
                return Fate::Blocked;
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
        match &frame.doing {
            Doing::MapRun(map_run) if map_run.running.is_empty() => self.children_ended(id, frame),
            _ => Fate::Blocked,
        }
    }

    /// The input of the next child: an item, or a batch of them.
    fn take(&mut self, frame: &mut Frame, state: &State) -> Result<Taken, Problem> {
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
        let name = self.random.uuid().to_string();
        let now = self.now;
        let identity = &self.options.identity;
        let Doing::MapRun(map_run) = &mut frame.doing else { return };
        let number = map_run.started;
        map_run.started += 1;
        let label = map_run
            .arn
            .rsplit_once('/')
            .and_then(|(_, rest)| rest.split_once(':'))
            .map_or("", |(label, _)| label);
        let machine_arn: Arc<str> = Arc::from(format!("{}/{label}", identity.machine_arn));
        let run = Run {
            history: History::new(false),
            input: input.clone(),
            started: now,
            arn: Arc::from(format!("{}:{name}", machine_arn.replacen(":stateMachine:", ":execution:", 1))),
            name: Arc::from(name),
            role_arn: Arc::clone(&identity.role_arn),
            machine_arn,
            machine_name: Arc::from(format!("{}/{label}", identity.machine_name)),
            root: None,
            parent: Some((id, number)),
            items,
            is_full: false,
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
        let role_arn = Arc::clone(&self.options.identity.role_arn);
        self.add(number_of_run, 0, Happened::ExecutionStarted { input: input.clone(), role_arn });
        let states = Arc::clone(&map.processor);
        let root = self.spawn(number_of_run, Place::Root, states, input, Arc::default(), None, 0);
        if let Some(run) = self.run(number_of_run) {
            run.root = Some(root);
        }
        let is_express = matches!(&map.mode, Mode::Distributed(distributed) if distributed.express);
        let most = if is_express { EXPRESS_SECONDS } else { STANDARD_SECONDS };
        self.timers.add(timers::after(now, most as f64), Timer::Child { root });
    }

    /// A child came to its end.
    pub(in crate::asl::execution) fn child_ended(
        &mut self,
        run: usize,
        result: Result<Payload, Failure>,
    ) -> Option<(FrameId, Box<Frame>, Fate)> {
        let child = self.runs.get_mut(run).and_then(Option::take)?;
        self.free_runs.push(run);
        let (id, number) = child.parent?;
        let mut frame = self.frames.take(id)?;
        let Doing::MapRun(map_run) = &mut frame.doing else {
            self.frames.put(id, frame);
            return None;
        };
        map_run.running.remove(&number);
        if result.is_err() {
            map_run.failed_items += child.items;
        }
        let is_too_much = map_run.is_past_count();
        map_run.results.add(number, &child, result, self.now);
        let fate = match is_too_much {
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
        let cause = "The specified tolerated failure threshold was exceeded";
        self.map_run_failed(id, frame, EXCEEDED, cause)
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
