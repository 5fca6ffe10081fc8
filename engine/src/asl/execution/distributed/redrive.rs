//! A map run that stops without success keeps its children, and goes on with those that did not succeed.

use std::sync::Arc;

use super::{ITEM_READER_FAILED, MapRun, Phase};
use crate::asl::definition::{Mode, Work};
use crate::asl::execution::Execution;
use crate::asl::execution::demand::Demand;
use crate::asl::execution::frame::{Doing, Fate, Frame, FrameId};
use crate::asl::execution::map_runs::Adjustment;
use crate::asl::execution::run::Status;
use crate::asl::history::{Failure, Happened};

impl Execution {
    /// Ends whatever a map run is doing. Children that run are aborted, and kept.
    pub(in crate::asl::execution) fn park_map_run(&mut self, map_run: &mut MapRun) {
        if std::mem::replace(&mut map_run.is_parked, true) {
            return;
        }
        match &map_run.phase {
            Phase::Reading(demand) => self.cancel(*demand),
            Phase::Writing { open, .. } => open.iter().for_each(|demand| self.cancel(*demand)),
            Phase::Running(_) => {}
        }
        let now = self.now;
        for (number, run) in std::mem::take(&mut map_run.running) {
            let root = self.run(run).and_then(|run| run.root);
            let previous = root.and_then(|root| self.frames.get(root)).map_or(0, |frame| frame.previous);
            self.add(run, previous, Happened::ExecutionAborted(Failure::default()));
            if let Some(child) = self.child(map_run.report, number) {
                child.ended = Some((Status::Aborted, now));
            }
            self.keep_child(map_run, number, run);
        }
        for (number, run) in std::mem::take(&mut map_run.pending) {
            if let Some(child) = self.child(map_run.report, number) {
                child.is_pending = false;
            }
            map_run.unsuccessful.insert(number, run);
        }
        self.map_run_ended(map_run.report, Status::Aborted);
    }

    /// Keeps a child that did not succeed. An Express one would start from its beginning.
    pub(super) fn keep_child(&mut self, map_run: &mut MapRun, number: usize, run: usize) {
        if map_run.express {
            if let Some(root) = self.run(run).and_then(|run| run.root.take())
                && let Some(frame) = self.frames.take(root)
            {
                self.drop_frame(root, *frame);
            }
        } else {
            self.park_run(run);
        }
        map_run.unsuccessful.insert(number, run);
    }

    /// Goes on with a map run: with what there is to do where it stopped.
    pub(in crate::asl::execution) fn resume_map_run(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        let now = self.now;
        let Doing::MapRun(map_run) = &mut frame.doing else { return Fate::Blocked };
        if !std::mem::replace(&mut map_run.is_parked, false) {
            return Fate::Blocked;
        }
        let (number, arn) = (map_run.report, Arc::clone(&map_run.arn));
        let mut count = 0;
        if let Some(report) = self.map_runs.get_mut(number) {
            report.redrives += 1;
            report.redriven = Some(now);
            report.ended = None;
            count = report.redrives;
        }
        self.follow(frame, Happened::MapRunRedriven { arn, count });
        let Doing::MapRun(map_run) = &mut frame.doing else { return Fate::Blocked };
        match &mut map_run.phase {
            Phase::Reading(_) => self.read_again(id, frame),
            Phase::Writing { requests, .. } => {
                let requests = requests.clone();
                let asked = requests
                    .into_iter()
                    .map(|request| self.ask(id, frame, |demand| Demand::Write(demand, request)))
                    .collect();
                if let Doing::MapRun(map_run) = &mut frame.doing
                    && let Phase::Writing { open, .. } = &mut map_run.phase
                {
                    *open = asked;
                }
                Fate::Blocked
            }
            Phase::Running(_) => {
                map_run.failed_items = map_run.lost_items;
                let pending = std::mem::take(&mut map_run.unsuccessful);
                map_run.results.forget_failures(&pending);
                map_run.pending = pending.into_iter().collect();
                let waiting: Vec<usize> = map_run.pending.iter().map(|(number, _)| *number).collect();
                for child in waiting {
                    if let Some(child) = self.child(number, child) {
                        child.is_pending = true;
                    }
                }
                self.start_children(id, frame)
            }
        }
    }

    fn read_again(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        let states = Arc::clone(&frame.states);
        let Some(state) = states.list.get(frame.current) else { return Fate::Blocked };
        let Work::Map(map) = &state.work else { return Fate::Blocked };
        let Mode::Distributed(distributed) = &map.mode else { return Fate::Blocked };
        let Some(reader) = &distributed.reader else { return Fate::Blocked };
        let Doing::MapRun(map_run) = &frame.doing else { return Fate::Blocked };
        let effective = map_run.effective.clone();
        match self.reading(frame, state, reader, &effective) {
            Ok(Ok(reading)) => {
                let demand = self.ask(id, frame, reading.demand);
                if let Doing::MapRun(map_run) = &mut frame.doing {
                    map_run.phase = Phase::Reading(demand);
                }
                Fate::Blocked
            }
            Ok(Err(cause)) => self.map_run_failed(id, frame, ITEM_READER_FAILED, &cause),
            Err(problem) => {
                self.turn_to(frame, Doing::Entering);
                self.problem(id, frame, problem)
            }
        }
    }

    /// Changes how a map run goes on. One that is over stays as it is.
    pub(in crate::asl::execution) fn adjust(&mut self, adjustment: &Adjustment) {
        let is_meant = |frame: &Frame| matches!(&frame.doing, Doing::MapRun(map_run) if map_run.arn == adjustment.map_run && !map_run.is_parked);
        let Some(id) = self.frames.iter().find(|(_, frame)| is_meant(frame)).map(|(id, _)| id) else {
            return;
        };
        let Some(mut frame) = self.frames.take(id) else { return };
        if let Doing::MapRun(map_run) = &mut frame.doing {
            let report = self.map_runs.get_mut(map_run.report);
            map_run.adjust(adjustment);
            if let Some(report) = report {
                report.max_concurrency = adjustment.max_concurrency.unwrap_or(report.max_concurrency);
                report.tolerated_count = adjustment.tolerated_count.unwrap_or(report.tolerated_count);
                report.tolerated_percentage =
                    adjustment.tolerated_percentage.unwrap_or(report.tolerated_percentage);
            }
        }
        let fate = self.start_children(id, &mut frame);
        self.settle(id, frame, fate);
    }
}
