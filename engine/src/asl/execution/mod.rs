//! The interpreter. An [`Execution`] never blocks, waits or calls out: [`Execution::step`] does what can be done now,
//! [`Execution::demand`] gives what it asks of the world, [`Execution::answer`] takes what the world says and
//! [`Execution::advance`] the time. The same definition, input and options, and the same answers and times in the same
//! order, give the same run.

mod attempt;
mod branches;
mod context;
mod demand;
mod distributed;
mod enter;
mod entry;
mod evaluate;
mod fail;
mod frame;
mod gathered;
mod inline;
mod leave;
mod map_runs;
mod options;
mod redrive;
mod run;
mod settle;
mod timers;
mod trial;
pub mod virtual_time;
mod waits;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

pub use demand::{Answer, Demand, DemandId, ObjectRequest, TaskRequest, WriteRequest};
pub use distributed::CHILD_PREFIX;
pub use entry::{Entry, What};
pub use map_runs::{Adjustment, Child, Counts, MapRunReport};
pub use options::{Identity, MAX_EVENTS, Options};
pub use redrive::{MAX_REDRIVES, NotRedrivable, Past};
pub use run::{Outcome, Status};

use super::Payload;
use super::coverage::Coverage;
use super::definition::{Machine, States};
use super::failure::{HEARTBEAT_TIMEOUT, TIMEOUT};
use super::history::{Failure, Happened, History};
use crate::random::Random;
use frame::{Doing, Frame, FrameId, Frames, Item, Place};
use run::Run;
use timers::{Timer, Timers};
pub(in crate::asl) use trial::{Seen, Trial};

/// One run of a machine.
pub struct Execution {
    options: Options,
    /// `TimeoutSeconds` of the machine.
    timeout: Option<u64>,
    machine_states: Arc<States>,
    /// The execution itself at 0, and the children of distributed Maps that run now.
    runs: Vec<Option<Run>>,
    free_runs: Vec<usize>,
    frames: Frames,
    ready: VecDeque<FrameId>,
    timers: Timers,
    demands: VecDeque<Demand>,
    open: HashMap<DemandId, FrameId>,
    next_demand: u64,
    now: Timestamp,
    random: Random,
    coverage: Option<Coverage>,
    outcome: Option<Outcome>,
    /// Every map run there was, in the order they started.
    map_runs: Vec<MapRunReport>,
    /// Of one state alone.
    trial: Option<Box<Trial>>,
    /// The history of the child that is told of, once that child is gone.
    told: Option<History>,
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There is more to do at once.
    Busy,
    /// Nothing goes on without an answer or the time.
    Idle,
    Ended,
}

impl Execution {
    pub fn start(machine: &Machine, input: Payload, options: Options) -> Self {
        let now = options.now;
        let identity = options.identity.clone();
        let run = Run {
            history: History::new(options.keep_history),
            input: input.clone(),
            started: now,
            arn: identity.execution_arn,
            name: identity.execution_name,
            role_arn: identity.role_arn,
            machine_arn: identity.machine_arn,
            machine_name: identity.machine_name,
            root: None,
            parent: None,
            items: 0,
            is_full: false,
            redrives: 0,
            redriven: None,
        };
        let mut execution = Execution {
            machine_states: Arc::clone(&machine.states),
            runs: vec![Some(run)],
            free_runs: Vec::new(),
            frames: Frames::default(),
            ready: VecDeque::new(),
            timers: Timers::default(),
            demands: VecDeque::new(),
            open: HashMap::new(),
            next_demand: 0,
            now,
            random: Random::new(options.seed),
            coverage: None,
            outcome: None,
            map_runs: Vec::new(),
            told: None,
            trial: None,
            timeout: machine.timeout,
            options,
        };
        execution.begin(input);
        execution
    }

    fn begin(&mut self, input: Payload) {
        let role_arn = Arc::clone(&self.options.identity.role_arn);
        self.add(0, 0, Happened::ExecutionStarted { input: input.clone(), role_arn });
        let most = if self.options.express { options::EXPRESS_SECONDS } else { options::STANDARD_SECONDS };
        let seconds = self.timeout.map_or(most, |timeout| timeout.min(most));
        self.timers.add(timers::after(self.now, seconds as f64), Timer::Execution);
        let states = Arc::clone(&self.machine_states);
        let root = self.spawn(0, Place::Root, states, input, Arc::default(), None, 0);
        if let Some(run) = self.run(0) {
            run.root = Some(root);
        }
    }

    /// Does up to `budget` pieces of work: entries of states, mostly.
    pub fn step(&mut self, budget: usize) -> Progress {
        for _ in 0..budget {
            if self.outcome.is_some() {
                return Progress::Ended;
            }
            let Some(id) = self.ready.pop_front() else { return Progress::Idle };
            let Some(mut frame) = self.frames.take(id) else { continue };
            let fate = match frame.doing {
                _ if frame.is_parked => frame::Fate::Blocked,
                Doing::Entering => self.enter(id, &mut frame),
                Doing::Resuming => self.work(id, &mut frame),
                Doing::Iterating(_) => self.resume_iterations(id, &mut frame),
                Doing::MapRun(_) => self.resume_map_run(id, &mut frame),
                _ => frame::Fate::Blocked,
            };
            self.settle(id, frame, fate);
        }
        match (self.outcome.is_some(), self.ready.is_empty()) {
            (true, _) => Progress::Ended,
            (false, true) => Progress::Idle,
            (false, false) => Progress::Busy,
        }
    }

    /// The next thing asked of the world, in the order asked.
    pub fn demand(&mut self) -> Option<Demand> {
        self.demands.pop_front()
    }

    /// Takes an answer; `false` when nobody waits for it any longer.
    pub fn answer(&mut self, demand: DemandId, answer: Answer) -> bool {
        if self.outcome.is_some() {
            return false;
        }
        let Some(id) = self.open.get(&demand).copied() else { return false };
        let Some(mut frame) = self.frames.take(id) else { return false };
        let fate = match frame.doing {
            Doing::Attempting(_) => self.answer_attempt(id, &mut frame, demand, answer),
            Doing::MapRun(_) => self.answer_map_run(id, &mut frame, demand, answer),
            _ => frame::Fate::Blocked,
        };
        self.settle(id, frame, fate);
        true
    }

    /// The earliest time at which something happens by itself.
    pub fn next_timer(&mut self) -> Option<Timestamp> {
        let frames = &self.frames;
        let ended = self.outcome.is_some();
        self.timers.skip_while(|timer| ended || is_over(frames, timer));
        self.timers.next()
    }

    /// The time is now `now`, and nothing happens by that alone.
    fn turn_clock(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// The time is now `now`: whatever is due by then happens, one thing after another. Time never goes back.
    pub fn advance(&mut self, now: Timestamp) {
        self.turn_clock(now);
        while self.outcome.is_none() {
            let Some(timer) = self.timers.due(self.now) else { return };
            self.fire(timer);
        }
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What it was started with.
    pub(in crate::asl) fn input(&self) -> Option<&Payload> {
        self.runs.first().and_then(Option::as_ref).map(|run| &run.input)
    }

    pub fn arn(&self) -> &Arc<str> {
        &self.options.identity.execution_arn
    }

    /// Ends the execution as StopExecution does.
    pub fn stop(&mut self, failure: Failure) {
        self.end_early(Status::Aborted, failure);
    }

    /// From here on it is noted which states are entered and which ways are taken.
    pub fn note_coverage(&mut self) {
        self.coverage.get_or_insert_default();
    }

    /// What was noted, if anything was.
    pub fn coverage(&self) -> Option<&Coverage> {
        self.coverage.as_ref()
    }

    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    pub fn history(&self) -> &History {
        // The run of the execution itself is there from its start and never taken away.
        static NONE: History = History::empty();
        self.runs.first().and_then(Option::as_ref).map_or(&NONE, |run| &run.history)
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Execution => {
                let failure = Failure { error: Some(Arc::from("States.Timeout")), cause: None };
                self.end_early(Status::TimedOut, failure);
            }
            Timer::Child { root } => {
                if is_over(&self.frames, &timer) {
                    return;
                }
                let Some((run, previous)) = self.frames.get(root).map(|frame| (frame.run, frame.previous))
                else {
                    return;
                };
                let failure = Failure { error: Some(Arc::from(TIMEOUT)), cause: None };
                if let Some((id, frame, fate)) = self.run_failed(run, previous, Status::TimedOut, failure) {
                    self.settle(id, frame, fate);
                }
            }
            Timer::Wake { frame: id, .. }
            | Timer::Timeout { frame: id, .. }
            | Timer::Heartbeat { frame: id, .. } => {
                if is_over(&self.frames, &timer) {
                    return;
                }
                let Some(mut frame) = self.frames.take(id) else { return };
                let fate = match timer {
                    Timer::Wake { .. } => self.wake(id, &mut frame),
                    Timer::Timeout { .. } => self.attempt_timed_out(id, &mut frame, TIMEOUT),
                    _ => self.attempt_timed_out(id, &mut frame, HEARTBEAT_TIMEOUT),
                };
                self.settle(id, frame, fate);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn spawn(
        &mut self,
        run: usize,
        place: Place,
        states: Arc<States>,
        input: Payload,
        variables: Arc<super::scope::Variables>,
        item: Option<Arc<Item>>,
        previous: u64,
    ) -> FrameId {
        let frame = Frame {
            run,
            place,
            current: states.start,
            states,
            input,
            variables,
            item,
            previous,
            before: previous,
            entered: previous,
            entered_at: self.now,
            retries: Vec::new(),
            retry_count: 0,
            doing: Doing::Entering,
            epoch: 0,
            is_parked: false,
        };
        let id = self.frames.add(frame);
        self.ready.push_back(id);
        id
    }

    fn run(&mut self, run: usize) -> Option<&mut Run> {
        self.runs.get_mut(run).and_then(Option::as_mut)
    }

    /// Adds an event to the history of a run and tells its id. The last one a run has room for is the end of the run:
    /// one that would take its place is not added, and the run is full. `settle` ends it then.
    fn add(&mut self, run: usize, previous: u64, happened: Happened) -> u64 {
        let now = self.now;
        let most = self.options.max_events;
        let Some(run) = self.run(run) else { return previous };
        if run.history.count().saturating_add(1) >= most && !happened.is_of_execution() {
            run.is_full = true;
            return previous;
        }
        run.history.add(previous, now, happened)
    }

    /// Whether an event of a run had no room.
    fn is_full(&self, run: usize) -> bool {
        self.runs.get(run).and_then(Option::as_ref).is_some_and(|run| run.is_full)
    }

    /// Adds an event that follows the last one of the frame.
    fn follow(&mut self, frame: &mut Frame, happened: Happened) {
        frame.previous = self.add(frame.run, frame.previous, happened);
    }

    /// Makes a demand in the name of a frame, unless its run is at its end.
    fn ask(&mut self, id: FrameId, frame: &Frame, demand: impl FnOnce(DemandId) -> Demand) -> DemandId {
        self.next_demand += 1;
        let number = DemandId(self.next_demand);
        if !self.is_full(frame.run) {
            self.open.insert(number, id);
            self.demands.push_back(demand(number));
        }
        number
    }
}

fn is_over(frames: &Frames, timer: &Timer) -> bool {
    match *timer {
        Timer::Execution => false,
        Timer::Child { root } => frames.get(root).is_none_or(|frame| frame.is_parked),
        Timer::Wake { frame, epoch } | Timer::Timeout { frame, epoch } => {
            frames.get(frame).is_none_or(|frame| frame.epoch != epoch)
        }
        Timer::Heartbeat { frame, epoch, beat } => frames.get(frame).is_none_or(|frame| {
            frame.epoch != epoch
                || !matches!(&frame.doing, Doing::Attempting(attempt) if attempt.beat == beat)
        }),
    }
}
