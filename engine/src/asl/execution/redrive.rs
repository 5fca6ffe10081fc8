//! Going on after an end without success. What ended is not taken away but parked: frames stay where they were, with
//! nothing under way, until their parent turns to something else. A redrive resumes them, so that only what did not
//! succeed runs once more.
//!
//! Source of the rules: the guide of Step Functions, "Restarting state machine executions with redrive".

use jiff::{SignedDuration, Timestamp};

use super::frame::{Doing, Frame, FrameId};
use super::options::STANDARD_SECONDS;
use super::run::Status;
use super::timers::{Timer, after};
use super::{Execution, MAX_EVENTS};
use crate::asl::history::{Happened, StateType};

/// How long after its end an execution can be redriven.
const WITHIN: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How often an execution can be redriven.
pub const MAX_REDRIVES: u64 = 1000;

/// What decides whether an execution can be redriven.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    pub started: Timestamp,
    /// How and when it ended; `None` of one that runs.
    pub ended: Option<(Status, Timestamp)>,
    /// Events in its history.
    pub events: u64,
    pub redrives: u64,
}

/// Why an execution cannot be redriven, in the service's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRedrivable {
    #[error("Execution is RUNNING and cannot be redriven")]
    Running,
    #[error("Execution is SUCCEEDED and cannot be redriven")]
    Succeeded,
    #[error("Execution history event limit exceeded")]
    Events,
    #[error("Execution has exceeded the max execution time")]
    Time,
    #[error("Execution redrivable period exceeded")]
    Period,
    #[error("Execution redrive limit exceeded")]
    Redrives,
}

impl Past {
    /// Whether a Standard execution with this past can be redriven at a time.
    pub fn check(&self, now: Timestamp) -> Result<(), NotRedrivable> {
        let (status, ended) = self.ended.ok_or(NotRedrivable::Running)?;
        if status == Status::Succeeded {
            return Err(NotRedrivable::Succeeded);
        }
        // The redrive has an event of its own, and what it leads to at least one.
        if self.events >= MAX_EVENTS - 1 {
            return Err(NotRedrivable::Events);
        }
        if now >= after(self.started, STANDARD_SECONDS as f64) {
            return Err(NotRedrivable::Time);
        }
        if now.duration_since(ended) > WITHIN {
            return Err(NotRedrivable::Period);
        }
        match self.redrives < MAX_REDRIVES {
            true => Ok(()),
            false => Err(NotRedrivable::Redrives),
        }
    }
}

impl Execution {
    /// Goes on with an execution that ended without success; one that runs or succeeded, or is an Express one, stays as
    /// it is. Whether it may be redriven is asked of its [`Past`].
    pub fn redrive(&mut self) {
        let has_failed = self.outcome.as_ref().is_some_and(|outcome| outcome.status != Status::Succeeded);
        if !has_failed || self.options.express {
            return;
        }
        self.outcome = None;
        let year = after(self.options.now, STANDARD_SECONDS as f64);
        let end = self.timeout.map_or(year, |seconds| after(self.now, seconds as f64).min(year));
        self.timers.add(end, Timer::Execution);
        self.redrive_run(0);
    }

    /// How often the execution was redriven.
    pub fn redrives(&self) -> u64 {
        self.runs.first().and_then(Option::as_ref).map_or(0, |run| run.redrives)
    }

    pub(super) fn redrive_run(&mut self, number: usize) {
        let now = self.now;
        let Some(run) = self.run(number) else { return };
        run.redrives += 1;
        run.redriven = Some(now);
        let (count, root, last) = (run.redrives, run.root, run.history.count());
        let redriven = self.add(number, last, Happened::ExecutionRedriven { count });
        let Some(root) = root else { return };
        if let Some(mut frame) = self.frames.take(root) {
            frame.previous = redriven;
            self.frames.put(root, frame);
        }
        self.resume(root);
    }

    /// Lets a parked frame go on. Whatever it waited for comes anew, and its retriers count from their beginning.
    pub(super) fn resume(&mut self, id: FrameId) {
        let Some(mut frame) = self.frames.take(id) else { return };
        frame.is_parked = false;
        frame.retries.clear();
        frame.retry_count = 0;
        let is_fail = frame.state().is_some_and(|state| state.kind == StateType::Fail);
        let branches = match &frame.doing {
            Doing::Branching(branches) => Some(branches.frames.clone()),
            _ => None,
        };
        // A Fail state is entered and fails again.
        if is_fail && matches!(frame.doing, Doing::Resuming) {
            frame.doing = Doing::Entering;
        }
        self.frames.put(id, frame);
        match branches {
            // Those that succeeded are not there any longer.
            Some(branches) => branches.into_iter().for_each(|branch| self.resume(branch)),
            None => self.ready.push_back(id),
        }
    }

    /// Parks a frame whose present state failed.
    pub(super) fn park_failed(&mut self, id: FrameId, mut frame: Box<Frame>) {
        if matches!(frame.doing, Doing::Entering) {
            frame.doing = Doing::Resuming;
        }
        self.park(id, frame);
    }

    /// Ends what a frame and everything below it is doing, and keeps it for a redrive.
    pub(super) fn park(&mut self, id: FrameId, mut frame: Box<Frame>) {
        frame.epoch += 1;
        frame.is_parked = true;
        let mut below = Vec::new();
        match &mut frame.doing {
            // It has not entered its state yet.
            Doing::Entering => {}
            Doing::Branching(branches) => below.clone_from(&branches.frames),
            Doing::Iterating(iterations) => below = iterations.frames(),
            Doing::MapRun(map_run) if self.options.keep_children => self.park_map_run(map_run),
            Doing::MapRun(_)
            | Doing::Waiting
            | Doing::BackingOff
            | Doing::Resuming
            | Doing::Attempting(_) => self.turn_to(&mut frame, Doing::Resuming),
        }
        self.frames.put(id, frame);
        for child in below {
            if let Some(child_frame) = self.frames.take(child) {
                self.park(child, child_frame);
            }
        }
    }

    /// Parks all frames of a run.
    pub(super) fn park_run(&mut self, run: usize) {
        if let Some(root) = self.run(run).and_then(|run| run.root)
            && let Some(frame) = self.frames.take(root)
        {
            self.park(root, frame);
        }
    }
}
