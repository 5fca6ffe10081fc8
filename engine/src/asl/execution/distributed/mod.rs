//! The distributed Map: its items from the input or from objects, each (or each batch) in a child execution of its own.
//! Children leave nothing behind but their results; their histories are only counted.

mod children;
mod csv;
mod ending;
mod results;
mod settings;
mod source;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::demand::DemandId;
use super::evaluate::Problem;
use super::frame::{Doing, Fate, Frame, FrameId};
use crate::asl::Payload;
use crate::asl::definition::{Distributed, Map, State};
use crate::asl::history::Happened;
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
    /// `MaxItems` of the reader.
    most_items: Option<usize>,
    /// What the reader reads, as `$$.Map.Item.Source` has it.
    origin: Option<Arc<str>>,
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
        let source = match distributed.reader {
            Some(_) => None,
            None => Some(Source::of_value(self.items(frame, state, &map.items, &effective)?)),
        };
        let length = source.as_ref().map_or(0, Source::length);
        self.follow(frame, Happened::MapStarted { length });
        let at_once =
            self.max_concurrency(frame, state, map)?.map_or(MOST_AT_ONCE, |most| most.min(MOST_AT_ONCE));
        let tolerance = self.tolerance(frame, state, distributed)?;
        let batches = self.batches(frame, state, distributed.batcher.as_ref(), &effective)?;
        let results = self.results(frame, state, distributed.writer.as_ref(), &effective)?;
        let reading = match &distributed.reader {
            Some(reader) => Some(self.reading(frame, state, reader, &effective)?),
            None => None,
        };
        let uuid = self.random.uuid().to_string();
        let arn = self.map_run_arn(distributed, &uuid);
        self.follow(frame, Happened::MapRunStarted { arn: Arc::clone(&arn) });
        let (phase, most_items, origin) = match (source, reading) {
            (Some(source), _) => (Phase::Running(Box::new(source)), None, None),
            (None, Some(Ok(reading))) => (
                Phase::Reading(self.ask(id, frame, reading.demand)),
                reading.most_items,
                Some(reading.origin),
            ),
            (None, Some(Err(cause))) => {
                return Ok(self.map_run_failed(id, frame, ITEM_READER_FAILED, &cause));
            }
            (None, None) => (Phase::Running(Box::new(Source::of_list(Vec::new(), None))), None, None),
        };
        let map_run = MapRun {
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
            most_items,
            origin,
        };
        self.turn_to(frame, Doing::MapRun(Box::new(map_run)));
        Ok(self.start_children(id, frame))
    }
}
