//! The Task state: attempts given out, their answers, their timeouts.

use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::demand::{Answer, Demand, DemandId, TaskRequest};
use super::evaluate::Problem;
use super::frame::{Doing, Fate, Frame, FrameId};
use super::leave::too_large;
use super::timers::{Timer, after};
use crate::asl::Payload;
use crate::asl::definition::{Field, Integration, Pattern, Resource, State, Task};
use crate::asl::failure::DATA_LIMIT_EXCEEDED;
use crate::asl::failure::{HEARTBEAT_TIMEOUT, TIMEOUT};
use crate::asl::history::{Call, Credentials, Failure, Happened, Scheduled, Service};

/// An attempt that was given out and is not over.
pub(super) struct Attempt {
    demand: DemandId,
    resource: Resource,
    started: bool,
    submitted: bool,
    timeout: Option<u64>,
    heartbeat: Option<u64>,
    /// Counts heartbeats, so that only the timer of the last one matters.
    pub beat: u64,
}

impl Execution {
    pub(super) fn attempt(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        state: &State,
        task: &Task,
    ) -> Result<Fate, Problem> {
        let token = self.token(&task.resource);
        let input = self.arguments(frame, state, token.as_deref())?;
        let timeout = self.seconds(frame, state, task.timeout.as_ref(), "TimeoutSeconds")?;
        let heartbeat = self.seconds(frame, state, task.heartbeat.as_ref(), "HeartbeatSeconds")?;
        let credentials = self.credentials(frame, state, task)?;
        let call = match &task.resource {
            Resource::Lambda { arn } => Call::Lambda { arn: Arc::clone(arn) },
            Resource::Activity { arn } => Call::Activity { arn: Arc::clone(arn) },
            Resource::Service(integration) => Call::Service {
                service: service(integration),
                region: Arc::clone(&self.options.identity.region),
            },
        };
        let scheduled =
            Scheduled { call, input: input.clone(), timeout, heartbeat, credentials: credentials.clone() };
        self.follow(frame, Happened::Scheduled(Box::new(scheduled)));
        let request = TaskRequest {
            state: Arc::clone(&state.name),
            attempt: frame.retry_count,
            is_iteration: frame.item.is_some() || frame.run != 0,
            resource: task.resource.clone(),
            input,
            timeout,
            heartbeat,
            token,
            credentials,
        };
        let demand = self.ask(id, frame, |demand| Demand::Task(demand, Box::new(request)));
        frame.epoch += 1;
        if let Some(seconds) = timeout {
            let at = after(self.now, seconds as f64);
            self.timers.add(at, Timer::Timeout { frame: id, epoch: frame.epoch });
        }
        let resource = task.resource.clone();
        let attempt =
            Attempt { demand, resource, started: false, submitted: false, timeout, heartbeat, beat: 0 };
        self.turn_to(frame, Doing::Attempting(Box::new(attempt)));
        self.expect_heartbeat(id, frame);
        Ok(Fate::Blocked)
    }

    fn token(&mut self, resource: &Resource) -> Option<Arc<str>> {
        let is_needed = match resource {
            Resource::Activity { .. } => true,
            Resource::Service(integration) => integration.pattern != Pattern::RequestResponse,
            Resource::Lambda { .. } => false,
        };
        is_needed.then(|| Arc::from(self.random.uuid().to_string()))
    }

    fn seconds(
        &mut self,
        frame: &Frame,
        state: &State,
        field: Option<&Field<u64>>,
        name: &str,
    ) -> Result<Option<u64>, Problem> {
        let Some(seconds) = self.whole_field(frame, state, field, name)? else { return Ok(None) };
        match u64::try_from(seconds) {
            Ok(seconds) if seconds > 0 => Ok(Some(seconds)),
            _ => Err(Problem::runtime(format!("{name} must be a positive integer but was: {seconds}"))),
        }
    }

    fn credentials(
        &mut self,
        frame: &Frame,
        state: &State,
        task: &Task,
    ) -> Result<Option<Credentials>, Problem> {
        let Some(template) = &task.credentials else { return Ok(None) };
        let effective = self.effective(frame, state)?;
        let mut sight = self.sight(frame, state, frame.input.value(), None);
        sight.dollar = effective.value();
        let rendered = sight.template(template, &mut self.random)?;
        Ok(Some(Credentials { role_arn: rendered.get("RoleArn").cloned().unwrap_or(Value::Null) }))
    }

    fn expect_heartbeat(&mut self, id: FrameId, frame: &Frame) {
        if let Doing::Attempting(attempt) = &frame.doing
            && let Some(seconds) = attempt.heartbeat
        {
            let at = after(self.now, seconds as f64);
            self.timers.add(at, Timer::Heartbeat { frame: id, epoch: frame.epoch, beat: attempt.beat });
        }
    }

    pub(super) fn answer_attempt(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        demand: DemandId,
        answer: Answer,
    ) -> Fate {
        let Doing::Attempting(attempt) = &mut frame.doing else { return Fate::Blocked };
        if attempt.demand != demand {
            return Fate::Blocked;
        }
        match answer {
            Answer::Started { worker } => {
                // Whoever runs the task may have let it wait: its time begins when it does. Work that no worker takes
                // times out.
                let begins = !attempt.started && !matches!(attempt.resource, Resource::Activity { .. });
                let timeout = attempt.timeout.filter(|_| begins);
                self.started(frame, worker);
                if let Some(seconds) = timeout {
                    frame.epoch += 1;
                    let at = after(self.now, seconds as f64);
                    self.timers.add(at, Timer::Timeout { frame: id, epoch: frame.epoch });
                    self.expect_heartbeat(id, frame);
                }
                Fate::Blocked
            }
            Answer::Submitted(output) => {
                self.started(frame, None);
                self.submitted(frame, output);
                Fate::Blocked
            }
            Answer::Heartbeat => {
                attempt.beat += 1;
                self.started(frame, None);
                self.expect_heartbeat(id, frame);
                Fate::Blocked
            }
            Answer::Succeeded(output) => {
                self.started(frame, None);
                let Some(what) = task_name(frame) else { return Fate::Blocked };
                if let Some(cause) = too_large(&what, &output) {
                    self.submitted(frame, Payload::empty());
                    let failure = Failure {
                        error: Some(Arc::from(DATA_LIMIT_EXCEEDED)),
                        cause: Some(Arc::from(cause)),
                    };
                    return self.attempt_failed(id, frame, failure);
                }
                self.note_payload("result", &output);
                // A job or callback that succeeded was submitted, whether its runner said so or not.
                self.submitted(frame, output.clone());
                self.close(frame, |resource| match resource {
                    Resource::Lambda { .. } => Happened::LambdaSucceeded { output: output.clone() },
                    Resource::Activity { .. } => Happened::ActivitySucceeded { output: output.clone() },
                    Resource::Service(integration) => {
                        Happened::TaskSucceeded { service: service(integration), output: output.clone() }
                    }
                });
                self.leave(id, frame, Some(output))
            }
            Answer::Failed(failure) => {
                self.started(frame, None);
                self.attempt_failed(id, frame, failure)
            }
            Answer::TimedOut(failure) => {
                self.started(frame, None);
                self.end_timed_out(id, frame, failure, None)
            }
            Answer::Object(_) | Answer::Listed(_) | Answer::Written => Fate::Blocked,
        }
    }

    fn attempt_failed(&mut self, id: FrameId, frame: &mut Frame, failure: Failure) -> Fate {
        let event = failure.clone();
        self.close(frame, |resource| match resource {
            Resource::Lambda { .. } => Happened::LambdaFailed(event),
            Resource::Activity { .. } => Happened::ActivityFailed(event),
            Resource::Service(integration) => {
                Happened::TaskFailed { service: service(integration), failure: event }
            }
        });
        self.fail(id, frame, failure, None)
    }

    /// The attempt took too long, or its worker was silent for too long (`alias` is HeartbeatTimeout). Both are
    /// `States.Timeout` in the history, without a cause.
    pub(super) fn attempt_timed_out(&mut self, id: FrameId, frame: &mut Frame, alias: &str) -> Fate {
        let Doing::Attempting(attempt) = &frame.doing else { return Fate::Blocked };
        let demand = attempt.demand;
        self.demands.push_back(Demand::Cancel(demand));
        let failure = Failure { error: Some(Arc::from(TIMEOUT)), cause: None };
        self.end_timed_out(id, frame, failure, (alias == HEARTBEAT_TIMEOUT).then_some(HEARTBEAT_TIMEOUT))
    }

    fn end_timed_out(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        failure: Failure,
        alias: Option<&str>,
    ) -> Fate {
        let event = failure.clone();
        self.close(frame, |resource| match resource {
            Resource::Lambda { .. } => Happened::LambdaTimedOut(event),
            Resource::Activity { .. } => Happened::ActivityTimedOut(event),
            Resource::Service(integration) => {
                Happened::TaskTimedOut { service: service(integration), failure: event }
            }
        });
        self.fail(id, frame, failure, alias)
    }

    /// Writes the start of the attempt, once.
    fn started(&mut self, frame: &mut Frame, worker: Option<Arc<str>>) {
        let Doing::Attempting(attempt) = &mut frame.doing else { return };
        if attempt.started {
            return;
        }
        attempt.started = true;
        let happened = match &attempt.resource {
            Resource::Lambda { .. } => Happened::LambdaStarted,
            Resource::Activity { .. } => Happened::ActivityStarted { worker },
            Resource::Service(integration) => Happened::TaskStarted { service: service(integration) },
        };
        self.follow(frame, happened);
    }

    /// Writes what the call of a job or a callback returned, once.
    fn submitted(&mut self, frame: &mut Frame, output: Payload) {
        let Doing::Attempting(attempt) = &mut frame.doing else { return };
        let Resource::Service(integration) = &attempt.resource else { return };
        if attempt.submitted || integration.pattern == Pattern::RequestResponse {
            return;
        }
        attempt.submitted = true;
        let service = service(integration);
        self.follow(frame, Happened::TaskSubmitted { service, output });
    }

    /// Writes the end of the attempt.
    fn close(&mut self, frame: &mut Frame, happened: impl FnOnce(&Resource) -> Happened) {
        frame.epoch += 1;
        let doing = std::mem::replace(&mut frame.doing, Doing::Entering);
        if let Doing::Attempting(attempt) = doing {
            self.open.remove(&attempt.demand);
            self.follow(frame, happened(&attempt.resource));
        }
    }

    /// The attempt is not waited for any longer.
    pub(super) fn cancel_attempt(&mut self, attempt: &Attempt) {
        if self.open.remove(&attempt.demand).is_some() {
            self.demands.push_back(Demand::Cancel(attempt.demand));
        }
    }
}

fn service(integration: &Integration) -> Service {
    Service {
        resource_type: Arc::clone(&integration.resource_type),
        resource: Arc::clone(&integration.resource),
    }
}

/// What the service calls a task whose result is too large: the service, or the ARN.
fn task_name(frame: &Frame) -> Option<String> {
    let Doing::Attempting(attempt) = &frame.doing else { return None };
    Some(match &attempt.resource {
        Resource::Lambda { arn } | Resource::Activity { arn } => arn.to_string(),
        Resource::Service(integration) => integration.resource_type.to_string(),
    })
}
