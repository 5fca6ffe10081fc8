//! The distributed Map: its items from the input or from objects, each (or each batch) in a child execution of its own.
//! Children leave nothing behind but their results; their histories are only counted.

mod children;
mod csv;
mod results;
mod source;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::demand::{Answer, Demand, DemandId, ObjectRequest};
use super::evaluate::Problem;
use super::frame::{Doing, Fate, Frame, FrameId};
use crate::asl::Payload;
use crate::asl::definition::{Batcher, Distributed, Map, State, Work};
use crate::asl::history::{Failure, Happened, StateType};
use results::Results;
use source::Source;

/// Children that run at once when nothing bounds them. The service goes up to 10,000.
const MOST_AT_ONCE: usize = 1000;
const ITEM_READER_FAILED: &str = "States.ItemReaderFailed";
const RESULT_WRITER_FAILED: &str = "States.ResultWriterFailed";
const EXCEEDED: &str = "States.ExceedToleratedFailureThreshold";

/// A distributed Map that is under way.
pub(super) struct MapRun {
    arn: Arc<str>,
    uuid: String,
    effective: Payload,
    phase: Phase,
    /// Children that run, by their number, with their run.
    running: BTreeMap<usize, usize>,
    /// Items read, children started and items in them.
    started: usize,
    items: u64,
    failed_items: u64,
    results: Results,
    tolerance: Tolerance,
    batches: Option<Batches>,
    at_once: usize,
    /// An item that was read and did not fit into the batch before.
    held: Option<Payload>,
}

enum Phase {
    Reading(DemandId),
    Running(Box<Source>),
    Writing { open: Vec<DemandId>, output: Payload },
}

#[derive(Debug, Clone, Copy, Default)]
struct Tolerance {
    count: Option<u64>,
    percentage: Option<f64>,
}

/// How items are put together, with what every batch is given beside them.
#[derive(Debug, Clone)]
struct Batches {
    most_items: usize,
    most_bytes: usize,
    input: Option<Value>,
}

impl Execution {
    pub(super) fn map_distributed(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        state: &State,
        map: &Map,
        distributed: &Distributed,
    ) -> Result<Fate, Problem> {
        let effective = self.effective(frame, state)?;
        let items = match &distributed.reader {
            Some(_) => None,
            None => Some(Source::of_value(self.items(frame, state, &map.items, &effective)?)),
        };
        let length = items.as_ref().map_or(0, |items| items.length());
        self.follow(frame, Happened::MapStarted { length });
        let at_once =
            self.max_concurrency(frame, state, map)?.map_or(MOST_AT_ONCE, |most| most.min(MOST_AT_ONCE));
        let tolerance = self.tolerance(frame, state, distributed)?;
        let batches = match &distributed.batcher {
            Some(batcher) => Some(self.batches(frame, state, batcher, &effective)?),
            None => None,
        };
        let results = self.results(frame, state, distributed.writer.as_ref(), &effective)?;
        let uuid = self.random.uuid().to_string();
        let arn = self.map_run_arn(distributed, &uuid);
        let request = match &distributed.reader {
            Some(reader) => {
                let arguments = match &reader.arguments {
                    Some(template) => {
                        let mut sight = self.sight(frame, state, frame.input.value(), None);
                        sight.dollar = effective.value();
                        sight.template(template, &mut self.random)?
                    }
                    None => Value::Object(serde_json::Map::new()),
                };
                Some((reader, arguments))
            }
            None => None,
        };
        self.follow(frame, Happened::MapRunStarted { arn: Arc::clone(&arn) });
        let phase = match (items, request) {
            (Some(source), _) => Phase::Running(Box::new(source)),
            (None, Some((reader, arguments))) => {
                let most = self.whole_field(frame, state, reader.max_items.as_ref(), "MaxItems")?;
                if most.is_some_and(|most| most < 0) {
                    return Ok(self.map_run_failed(
                        id,
                        frame,
                        ITEM_READER_FAILED,
                        "field MaxItems must be positive",
                    ));
                }
                if reader.flattens {
                    let cause = "The transformation LOAD_AND_FLATTEN is not supported here.";
                    return Ok(self.map_run_failed(id, frame, ITEM_READER_FAILED, cause));
                }
                let request = ObjectRequest { state: Arc::clone(&state.name), arguments };
                let listing = reader.listing;
                Phase::Reading(self.ask(id, |demand| match listing {
                    true => Demand::List(demand, request),
                    false => Demand::Read(demand, request),
                }))
            }
            (None, None) => {
                Phase::Running(Box::new(Source::of_value(Payload::new(Value::Array(Vec::new())))))
            }
        };
        frame.doing = Doing::MapRun(Box::new(MapRun {
            arn,
            uuid,
            effective,
            phase,
            running: BTreeMap::new(),
            started: 0,
            items: 0,
            failed_items: 0,
            results,
            tolerance,
            batches,
            at_once,
            held: None,
        }));
        Ok(self.start_children(id, frame))
    }

    fn tolerance(
        &mut self,
        frame: &Frame,
        state: &State,
        distributed: &Distributed,
    ) -> Result<Tolerance, Problem> {
        let count = distributed.tolerated_count.as_ref();
        let count = match self.whole_field(frame, state, count, "ToleratedFailureCount")? {
            Some(count) => match u64::try_from(count) {
                Ok(count) => Some(count),
                Err(_) => return Err(Problem::runtime("ToleratedFailureCount cannot be negative.")),
            },
            None => None,
        };
        let percentage = distributed.tolerated_percentage.as_ref();
        let percentage = self.number_field(frame, state, percentage, "ToleratedFailurePercentage")?;
        if percentage.is_some_and(|percentage| !(0.0..=100.0).contains(&percentage)) {
            return Err(Problem::runtime("ToleratedFailurePercentage must be between 0 and 100."));
        }
        Ok(Tolerance { count, percentage })
    }

    fn batches(
        &mut self,
        frame: &Frame,
        state: &State,
        batcher: &Batcher,
        effective: &Payload,
    ) -> Result<Batches, Problem> {
        let most_items = self.whole_field(frame, state, batcher.max_items.as_ref(), "MaxItemsPerBatch")?;
        let most_bytes =
            self.whole_field(frame, state, batcher.max_bytes.as_ref(), "MaxInputBytesPerBatch")?;
        let positive = |name: &str, most: Option<i64>| match most {
            None => Ok(usize::MAX),
            Some(most) => match usize::try_from(most) {
                Ok(most) if most > 0 => Ok(most),
                _ => Err(Problem::runtime(format!("field {name} must be positive"))),
            },
        };
        let most_items = positive("MaxItemsPerBatch", most_items)?;
        let most_bytes =
            positive("MaxInputBytesPerBatch", most_bytes)?.min(crate::asl::payload::PAYLOAD_LIMIT);
        let input = match &batcher.input {
            Some(template) => {
                let mut sight = self.sight(frame, state, frame.input.value(), None);
                sight.dollar = effective.value();
                Some(sight.template(template, &mut self.random)?)
            }
            None => None,
        };
        Ok(Batches { most_items, most_bytes, input })
    }

    fn map_run_arn(&self, distributed: &Distributed, uuid: &str) -> Arc<str> {
        let machine = &self.options.identity.machine_arn;
        let base = machine.replacen(":stateMachine:", ":mapRun:", 1);
        let label = distributed.label.as_deref().unwrap_or(uuid);
        Arc::from(format!("{base}/{label}:{uuid}"))
    }

    /// An object or a listing arrived, or a result was written.
    pub(super) fn answer_map_run(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        demand: DemandId,
        answer: Answer,
    ) -> Fate {
        self.open.remove(&demand);
        let states = Arc::clone(&frame.states);
        let Some(Work::Map(map)) = states.list.get(frame.current).map(|state| &state.work) else {
            return Fate::Blocked;
        };
        let Some(state) = states.list.get(frame.current) else { return Fate::Blocked };
        let Doing::MapRun(map_run) = &mut frame.doing else { return Fate::Blocked };
        match (&mut map_run.phase, answer) {
            (Phase::Reading(_), Answer::Failed(failure)) => {
                let cause = failure.cause.as_deref().unwrap_or("The object could not be read.");
                self.map_run_failed(id, frame, ITEM_READER_FAILED, cause)
            }
            (Phase::Reading(_), answer) => {
                let crate::asl::definition::Mode::Distributed(distributed) = &map.mode else {
                    return Fate::Blocked;
                };
                let Some(reader) = &distributed.reader else { return Fate::Blocked };
                let most = match self.whole_field(frame, state, reader.max_items.as_ref(), "MaxItems") {
                    Ok(most) => most.and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0),
                    Err(problem) => return self.problem(id, frame, problem),
                };
                let source = match answer {
                    Answer::Object(bytes) => {
                        Source::read(bytes, &reader.format, reader.items_pointer.as_deref(), most)
                    }
                    Answer::Listed(objects) => Ok(Source::of_list(objects, most)),
                    _ => return Fate::Blocked,
                };
                match source {
                    Ok(source) => {
                        if let Doing::MapRun(map_run) = &mut frame.doing {
                            map_run.phase = Phase::Running(Box::new(source));
                        }
                        self.start_children(id, frame)
                    }
                    Err(cause) => self.map_run_failed(id, frame, ITEM_READER_FAILED, &cause),
                }
            }
            (Phase::Writing { .. }, Answer::Failed(failure)) => {
                let cause = failure.cause.as_deref().unwrap_or("The results could not be written.");
                self.map_run_failed(id, frame, RESULT_WRITER_FAILED, cause)
            }
            (Phase::Writing { open, output }, _) => {
                open.retain(|open| *open != demand);
                if !open.is_empty() {
                    return Fate::Blocked;
                }
                let output = output.clone();
                self.map_run_succeeded(id, frame, output)
            }
            _ => Fate::Blocked,
        }
    }

    fn map_run_succeeded(&mut self, id: FrameId, frame: &mut Frame, output: Payload) -> Fate {
        frame.doing = Doing::Entering;
        let started = frame.previous;
        self.follow(frame, Happened::MapRunSucceeded);
        self.add(frame.run, frame.previous, Happened::StateSucceeded { state: StateType::Map });
        // The exit of a Map that other states came before stands behind the start of its run (seen since November
        // 2024), that of a Map in first place behind the run's end (last seen in June 2024).
        if frame.before > 0 {
            frame.previous = started;
        }
        self.leave(id, frame, Some(output))
    }

    fn map_run_failed(&mut self, id: FrameId, frame: &mut Frame, error: &str, cause: &str) -> Fate {
        if let Doing::MapRun(map_run) = std::mem::replace(&mut frame.doing, Doing::Entering) {
            self.cancel_map_run(*map_run);
        }
        let failure = Failure { error: Some(Arc::from(error)), cause: Some(Arc::from(cause)) };
        self.follow(frame, Happened::MapRunFailed(failure.clone()));
        self.fail(id, frame, failure, None)
    }

    /// Ends every child of a distributed Map, and what it reads or writes.
    pub(super) fn cancel_map_run(&mut self, map_run: MapRun) {
        match map_run.phase {
            Phase::Reading(demand) => self.cancel(demand),
            Phase::Writing { open, .. } => open.into_iter().for_each(|demand| self.cancel(demand)),
            Phase::Running(_) => {}
        }
        for run in map_run.running.into_values() {
            self.drop_run(run);
        }
    }

    fn cancel(&mut self, demand: DemandId) {
        if self.open.remove(&demand).is_some() {
            self.demands.push_back(Demand::Cancel(demand));
        }
    }

    fn drop_run(&mut self, run: usize) {
        let root = self.run(run).and_then(|run| run.root);
        if let Some(root) = root
            && let Some(frame) = self.frames.take(root)
        {
            self.drop_frame(root, *frame);
        }
        self.free_run(run);
    }

    fn free_run(&mut self, run: usize) {
        if let Some(slot) = self.runs.get_mut(run)
            && slot.take().is_some()
        {
            self.free_runs.push(run);
        }
    }
}
