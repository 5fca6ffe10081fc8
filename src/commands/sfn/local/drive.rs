//! Drives an execution to its end. The clock is virtual and jumps to whatever comes next; while functions run, and with
//! `--real-time`, it goes as fast as that of the wall. Dropping the drive ends every function that runs.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use opsctl_engine::asl::execution::virtual_time::{Driver, Standing};
use opsctl_engine::asl::execution::{Answer, DemandId, Execution};
use opsctl_engine::random::Random;

use super::options::ACCOUNT;
use super::world::{Call, Local};
use crate::error::{Error, Result};
use crate::functions::{self, Finished, Function, Place};

/// Between two looks at a run in which nothing happens.
const TICK: Duration = Duration::from_millis(500);
/// Programs that run at once; more wait for their turn.
const AT_ONCE: usize = 64;

/// How a run is paced, and where its functions are.
pub struct Pace<'a> {
    pub place: &'a Place,
    pub real_time: bool,
    /// Somebody looks on, also while nothing happens.
    pub is_watched: bool,
    /// Of the ids of requests.
    pub seed: [u8; 32],
}

/// Until the end, or until nothing could ever happen again. `look` is called now and then, with the time and whether the
/// run is about to wait.
pub async fn drive(
    execution: &mut Execution,
    world: &mut Local<'_>,
    pace: &Pace<'_>,
    mut look: impl FnMut(&Execution, Timestamp, bool),
) -> Result<()> {
    let mut driver = Driver::default();
    let mut running = FuturesUnordered::new();
    let mut handles: HashMap<DemandId, AbortHandle> = HashMap::new();
    let mut waiting: VecDeque<Call<'_>> = VecDeque::new();
    let mut random = Random::new(pace.seed);
    let mut clock = Clock { anchor: None };
    loop {
        let standing = driver.work(execution, world);
        if let Some(problem) = world.problem.take() {
            return Err(problem.into());
        }
        waiting.extend(world.calls.drain(..));
        for demand in world.cancelled.drain(..) {
            waiting.retain(|call| call.demand != demand);
            if let Some(handle) = handles.remove(&demand) {
                handle.abort();
            }
        }
        while running.len() < AT_ONCE
            && let Some(call) = waiting.pop_front()
        {
            let (handle, registration) = AbortHandle::new_pair();
            handles.insert(call.demand, handle);
            let request_id = random.uuid().to_string();
            running.push(Abortable::new(invoke(call, request_id, pace.place), registration));
        }
        let now = if clock.anchor.is_some() { clock.now(execution.now()) } else { execution.now() };
        look(execution, now, standing != Standing::Busy);
        let next = match standing {
            Standing::Ended => return Ok(()),
            Standing::Busy | Standing::Left => {
                // Signals and limits are seen to in between.
                tokio::task::yield_now().await;
                continue;
            }
            Standing::Waiting(next) => next,
        };
        if !pace.real_time && running.is_empty() {
            clock.anchor = None;
            let Some(next) = next else { return Err(stuck()) };
            driver.reach(next, execution);
            // A wait in every round of a loop takes no time either.
            tokio::task::yield_now().await;
            continue;
        }
        if next.is_none() && running.is_empty() {
            return Err(stuck());
        }
        tokio::select! {
            biased;
            () = clock.until(next, execution.now()) => {
                if let Some(next) = next {
                    driver.reach(next, execution);
                }
            }
            () = tokio::time::sleep(TICK), if pace.is_watched => {}
            Some(ended) = running.next() => {
                // One that was cut off has nobody who waits for it.
                if let Ok((demand, answer)) = ended {
                    handles.remove(&demand);
                    driver.answer(clock.now(execution.now()), demand, answer, execution);
                }
            }
        }
    }
}

fn stuck() -> anyhow::Error {
    Error::failed("the execution waits for something that never comes").into()
}

async fn invoke(call: Call<'_>, request_id: String, place: &Place) -> (DemandId, Answer) {
    let Call { demand, invocation, function } = call;
    let mut function = Function::clone(function);
    let seconds = function.timeout.as_secs_f64().to_string();
    let arn = arn(&invocation.function, &place.region);
    for (name, value) in [
        ("AWS_REQUEST_ID", &request_id),
        ("AWS_LAMBDA_FUNCTION_ARN", &arn),
        ("AWS_LAMBDA_FUNCTION_TIMEOUT", &seconds),
    ] {
        function.environment.entry(name.to_owned()).or_insert_with(|| value.clone());
    }
    tracing::info!(function = %invocation.function, "invoking {:?}", function.command.first());
    let finished = functions::run(place, &function, invocation.event.to_string().into_bytes()).await;
    match &finished {
        Finished::Answered { said, .. } => {
            said.lines().for_each(|line| tracing::info!(function = %invocation.function, "it says: {line}"))
        }
        Finished::Exited { complaint, .. } => {
            tracing::info!(function = %invocation.function, "it failed: {complaint}");
        }
        Finished::Failed { .. } => {}
    }
    (demand, invocation.answer(functions::result(finished, &request_id), &request_id))
}

/// The ARN of what a task calls a function.
fn arn(asked: &str, region: &str) -> String {
    if asked.starts_with("arn:") {
        return asked.to_owned();
    }
    let name = asked.rsplit_once("function:").map_or(asked, |(_, name)| name);
    format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}")
}

/// The time of the execution beside that of the wall, from the moment that both go equally fast.
struct Clock {
    anchor: Option<(Timestamp, Instant)>,
}

impl Clock {
    fn anchor(&mut self, now: Timestamp) -> (Timestamp, Instant) {
        *self.anchor.get_or_insert_with(|| (now, Instant::now()))
    }

    /// `now` is the time that the execution knows of.
    fn now(&mut self, now: Timestamp) -> Timestamp {
        let (at, since) = self.anchor(now);
        at.checked_add(since.elapsed()).unwrap_or(Timestamp::MAX)
    }

    async fn until(&mut self, next: Option<Timestamp>, now: Timestamp) {
        let Some(next) = next else { return std::future::pending().await };
        let left = Duration::try_from(next.duration_since(self.now(now))).unwrap_or(Duration::ZERO);
        tokio::time::sleep(left).await;
    }
}
