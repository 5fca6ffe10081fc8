//! What comes back to a distributed Map, and how it ends.

use std::sync::Arc;

use super::source::Source;
use super::{ITEM_READER_FAILED, MapRun, Phase, RESULT_WRITER_FAILED};
use crate::asl::Payload;
use crate::asl::definition::{Mode, Reader, States, Work};
use crate::asl::execution::Execution;
use crate::asl::execution::demand::{Answer, Demand, DemandId};
use crate::asl::execution::frame::{Doing, Fate, Frame, FrameId};
use crate::asl::execution::run::Status;
use crate::asl::history::{Failure, Happened};

impl Execution {
    /// An object or a listing arrived, or a result was written.
    pub(in crate::asl::execution) fn answer_map_run(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        demand: DemandId,
        answer: Answer,
    ) -> Fate {
        let states = Arc::clone(&frame.states);
        let current = frame.current;
        let Doing::MapRun(map_run) = &mut frame.doing else { return Fate::Blocked };
        match (&mut map_run.phase, answer) {
            (Phase::Reading(_), Answer::Failed(failure)) => {
                self.open.remove(&demand);
                let cause = failure.cause.as_deref().unwrap_or("The object could not be read.");
                self.map_run_failed(id, frame, ITEM_READER_FAILED, cause)
            }
            (Phase::Reading(_), Answer::Object(bytes)) => {
                let most = map_run.most_items;
                let source = match reader(&states, current) {
                    Some(reader) => {
                        Source::read(bytes, &reader.format, reader.items_pointer.as_deref(), most)
                    }
                    None => return Fate::Blocked,
                };
                self.has_read(id, frame, demand, source)
            }
            (Phase::Reading(_), Answer::Listed(objects)) => {
                let source = Source::of_list(objects, map_run.most_items);
                self.has_read(id, frame, demand, Ok(source))
            }
            (Phase::Writing { .. }, Answer::Failed(failure)) => {
                self.open.remove(&demand);
                let cause = failure.cause.as_deref().unwrap_or("The results could not be written.");
                self.map_run_failed(id, frame, RESULT_WRITER_FAILED, cause)
            }
            (Phase::Writing { open, output, .. }, Answer::Written) => {
                self.open.remove(&demand);
                open.retain(|open| *open != demand);
                if !open.is_empty() {
                    return Fate::Blocked;
                }
                let output = output.clone();
                if let Some(report) = self.map_runs.get_mut(map_run.report) {
                    report.written = true;
                }
                self.map_run_succeeded(id, frame, Some(output))
            }
            _ => Fate::Blocked,
        }
    }

    fn has_read(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        demand: DemandId,
        source: Result<Source, String>,
    ) -> Fate {
        self.open.remove(&demand);
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

    pub(super) fn map_run_succeeded(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        output: Option<Payload>,
    ) -> Fate {
        if let Doing::MapRun(map_run) = &frame.doing {
            self.map_run_ended(map_run.report, Status::Succeeded);
        }
        self.turn_to(frame, Doing::Entering);
        let started = frame.previous;
        self.follow(frame, Happened::MapRunSucceeded);
        let ended = frame.previous;
        // The exit of a Map that other states came before stands behind the start of its run (seen since November
        // 2024), that of a Map in first place behind the run's end (last seen in June 2024).
        if frame.before > 0 {
            frame.previous = started;
        }
        self.leave_whole(id, frame, ended, output)
    }

    pub(super) fn map_run_failed(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        error: &str,
        cause: &str,
    ) -> Fate {
        if let Doing::MapRun(map_run) = &mut frame.doing {
            self.map_run_ended(map_run.report, Status::Failed);
            self.park_map_run(map_run);
        }
        let failure = Failure { error: Some(Arc::from(error)), cause: Some(Arc::from(cause)) };
        self.follow(frame, Happened::MapRunFailed(failure.clone()));
        self.fail(id, frame, failure, None)
    }

    /// Ends a map run for good.
    pub(in crate::asl::execution) fn cancel_map_run(&mut self, mut map_run: MapRun) {
        self.park_map_run(&mut map_run);
        for run in map_run.unsuccessful.into_values() {
            self.drop_run(run);
        }
    }

    pub(super) fn cancel(&mut self, demand: DemandId) {
        if self.open.remove(&demand).is_some() {
            self.demands.push_back(Demand::Cancel(demand));
        }
    }

    pub(super) fn drop_run(&mut self, run: usize) {
        let root = self.run(run).and_then(|run| run.root);
        if let Some(root) = root
            && let Some(frame) = self.frames.take(root)
        {
            self.drop_frame(root, *frame);
        }
        self.free_run(run);
    }

    pub(super) fn free_run(&mut self, run: usize) {
        let Some(gone) = self.runs.get_mut(run).and_then(Option::take) else { return };
        self.free_runs.push(run);
        if self.options.tell_of.as_ref() == Some(&gone.name) {
            self.told = Some(gone.history);
        }
    }
}

/// The ItemReader of a state.
fn reader(states: &States, state: usize) -> Option<&Reader> {
    match &states.list.get(state)?.work {
        Work::Map(map) => match &map.mode {
            Mode::Distributed(distributed) => distributed.reader.as_ref(),
            Mode::Inline => None,
        },
        _ => None,
    }
}
