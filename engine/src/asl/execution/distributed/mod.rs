//! The distributed Map: its items from the input or from objects, each (or each batch) in a child execution of its own.
//! Children leave behind their results and how they ended; their histories are only counted.

mod children;
mod csv;
mod ending;
mod redrive;
mod results;
mod settings;
mod source;
mod trial;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::demand::{DemandId, WriteRequest};
use super::evaluate::Problem;
use super::frame::{Doing, Fate, Frame, FrameId};
use super::map_runs::{Adjustment, Child, MapRunReport};
use super::run::Status;
use crate::asl::Payload;
use crate::asl::definition::{Distributed, Map, State};
use crate::asl::history::Happened;
pub use children::CHILD_PREFIX;
use results::Results;
use source::Source;

/// Children that run at once when nothing bounds them. The service goes up to 10,000.
const MOST_AT_ONCE: usize = 1000;
const ITEM_READER_FAILED: &str = "States.ItemReaderFailed";
const RESULT_WRITER_FAILED: &str = "States.ResultWriterFailed";
pub(super) const EXCEEDED: &str = "States.ExceedToleratedFailureThreshold";
pub(super) const EXCEEDED_CAUSE: &str = "The specified tolerated failure threshold was exceeded";

/// A distributed Map that is under way.
pub(super) struct MapRun {
    arn: Arc<str>,
    uuid: String,
    effective: Payload,
    phase: Phase,
    /// Children that run, by their number, with their run.
    running: BTreeMap<usize, usize>,
    /// Those that did not succeed and are kept, and of these the ones that wait to run once more.
    unsuccessful: BTreeMap<usize, usize>,
    pending: VecDeque<(usize, usize)>,
    /// Items read, children started and items in them.
    started: usize,
    items: u64,
    failed_items: u64,
    /// Items in children that failed and cannot be redriven.
    lost_items: u64,
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
    express: bool,
    /// The place of its report.
    report: usize,
    /// It stopped without success; nothing of it goes on before a redrive.
    is_parked: bool,
}

enum Phase {
    Reading(DemandId),
    Running(Box<Source>),
    Writing { requests: Vec<WriteRequest>, open: Vec<DemandId>, output: Payload },
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
        self.note_effective(state, &effective);
        let source = match distributed.reader {
            Some(_) => None,
            None => {
                let items = self.items(frame, state, &map.items, &effective)?;
                self.note_items(state, &items);
                Some(Source::of_value(items))
            }
        };
        let length = source.as_ref().map_or(0, Source::length);
        self.follow(frame, Happened::MapStarted { length });
        let most_at_once = self.max_concurrency(frame, state, map)?;
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
        let report = self.map_runs.len();
        self.map_runs.push(MapRunReport {
            arn: Arc::clone(&arn),
            started: self.now,
            ended: None,
            max_concurrency: most_at_once.map_or(0, |most| most as u64),
            tolerated_count: tolerance.count.unwrap_or_default(),
            tolerated_percentage: tolerance.percentage.unwrap_or_default(),
            express: distributed.express,
            items_waiting: 0,
            children_waiting: 0,
            written: false,
            redrives: 0,
            redriven: None,
            children: Vec::new(),
        });
        let (phase, most_items, origin) = match (source, reading) {
            (Some(source), _) => (Phase::Running(Box::new(source)), None, None),
            (None, Some(Ok(reading))) => (
                Phase::Reading(self.ask(id, frame, reading.demand)),
                reading.most_items,
                Some(reading.origin),
            ),
            (None, Some(Err(cause))) => {
                self.map_run_ended(report, Status::Failed);
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
            unsuccessful: BTreeMap::new(),
            pending: VecDeque::new(),
            started: 0,
            items: 0,
            failed_items: 0,
            lost_items: 0,
            results,
            tolerance,
            batches,
            at_once: at_once(most_at_once),
            held: None,
            most_items,
            origin,
            express: distributed.express,
            report,
            is_parked: false,
        };
        self.turn_to(frame, Doing::MapRun(Box::new(map_run)));
        Ok(self.start_children(id, frame))
    }

    /// What is told of a child.
    fn child(&mut self, map_run: usize, number: usize) -> Option<&mut Child> {
        self.map_runs.get_mut(map_run)?.children.get_mut(number)
    }

    fn map_run_ended(&mut self, map_run: usize, status: Status) {
        let now = self.now;
        if let Some(report) = self.map_runs.get_mut(map_run)
            && report.ended.is_none()
        {
            report.ended = Some((status, now));
        }
    }
}

impl MapRun {
    fn adjust(&mut self, adjustment: &Adjustment) {
        if let Some(most) = adjustment.max_concurrency {
            self.at_once = at_once(usize::try_from(most).ok().filter(|most| *most > 0));
        }
        if let Some(count) = adjustment.tolerated_count {
            self.tolerance.count = Some(count);
        }
        if let Some(percentage) = adjustment.tolerated_percentage {
            self.tolerance.percentage = Some(percentage);
        }
    }
}

fn at_once(bound: Option<usize>) -> usize {
    bound.map_or(MOST_AT_ONCE, |most| most.min(MOST_AT_ONCE))
}
