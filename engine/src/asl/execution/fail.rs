//! Errors in a state: who retries them, who catches them, and how they go up.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Execution;
use super::evaluate::Problem;
use super::frame::{Doing, Fate, Frame, FrameId};
use super::leave::{place, small_enough};
use super::timers::{Timer, after};
use crate::asl::Payload;
use crate::asl::definition::{Catcher, Exit, Next, QueryLanguage, Retrier, State};
use crate::asl::failure::{ALL, HEARTBEAT_TIMEOUT, RUNTIME, TASK_FAILED, TIMEOUT};
use crate::asl::history::{Failure, Happened, StateType};

impl Execution {
    /// The present state failed. `alias` is a second name under which the error can be caught.
    pub(super) fn fail(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        failure: Failure,
        alias: Option<&str>,
    ) -> Fate {
        let states = Arc::clone(&frame.states);
        let Some(state) = states.list.get(frame.current) else { return Fate::Failed(failure) };
        self.note(|seen| seen.failure = Some(failure.clone()));
        let is_caught = |errors: &[Arc<str>]| matches(errors, failure.error.as_deref(), alias);
        let retrier = state.retry.iter().enumerate().find(|(_, retrier)| is_caught(&retrier.errors));
        if let Some((number, retrier)) = retrier {
            frame.retries.resize(state.retry.len(), 0);
            let used = frame.retries[number];
            if used < retrier.max_attempts {
                frame.retries[number] += 1;
                frame.retry_count += 1;
                let delay = self.delay(retrier, used);
                if self.trial.is_some() {
                    self.note(|seen| seen.retried = Some((number, delay)));
                    return Fate::Fatal(failure);
                }
                frame.epoch += 1;
                self.turn_to(frame, Doing::BackingOff);
                self.timers.add(after(self.now, delay), Timer::Wake { frame: id, epoch: frame.epoch });
                return Fate::Blocked;
            }
        }
        if matches!(state.kind, StateType::Map | StateType::Parallel) {
            self.follow(frame, Happened::StateFailed { state: state.kind });
        }
        match state.catch.iter().enumerate().find(|(_, catcher)| is_caught(&catcher.errors)) {
            // A catcher that fails is not tried again, nor is any other.
            Some(catcher) => match self.caught(frame, state, catcher, &failure) {
                Ok(fate) => fate,
                Err(problem) => match self.told(frame, problem) {
                    failure if failure.error.as_deref() == Some(RUNTIME) => Fate::Fatal(failure),
                    failure => Fate::Failed(failure),
                },
            },
            None => Fate::Failed(failure),
        }
    }

    /// Seconds before the retry after `used` earlier ones.
    fn delay(&mut self, retrier: &Retrier, used: u64) -> f64 {
        let exponent = i32::try_from(used).unwrap_or(i32::MAX);
        let delay = retrier.interval as f64 * retrier.backoff_rate.powi(exponent);
        let most = retrier.max_delay.map_or(f64::from(u32::MAX), |most| most as f64);
        let delay = if delay.is_finite() { delay.min(most) } else { most };
        if retrier.full_jitter {
            let draw = u64::from_le_bytes(self.random.bytes()) >> 11;
            return delay * (draw as f64 / (1_u64 << 53) as f64);
        }
        delay
    }

    fn caught(
        &mut self,
        frame: &mut Frame,
        state: &State,
        (number, catcher): (usize, &Catcher),
        failure: &Failure,
    ) -> Result<Fate, Problem> {
        let error_output = error_output(failure);
        let input = frame.input.clone();
        let mut sight = self.sight(frame, state, input.value(), None);
        sight.dollar = &error_output;
        sight.error_output = Some(&error_output);
        let assign = catcher.assign.as_ref();
        let assigned = assign.map(|assign| sight.template(assign, &mut self.random)).transpose()?;
        let output = match (&catcher.output, state.language) {
            (Some(output), _) => Payload::new(sight.template(output, &mut self.random)?),
            (None, QueryLanguage::Jsonata) => Payload::new(error_output.clone()),
            (None, QueryLanguage::JsonPath) => {
                place(&catcher.result_path, &frame.input, Payload::new(error_output.clone()))?
            }
        };
        let output = small_enough(&state.name, output)?;
        self.note(|seen| seen.caught = Some(number));
        let way = (Exit::Catcher(number + 1), Next::State(catcher.next));
        Ok(self.go(frame, state, output, assigned, way))
    }
}

/// What a catcher is given: an error that was named without a cause, or not at all, has `null` there.
fn error_output(failure: &Failure) -> Value {
    json!({"Error": failure.error.as_deref(), "Cause": failure.cause.as_deref()})
}

/// Whether a list of names stands for an error. `States.ALL` was seen to catch `States.DataLimitExceeded`, whatever the
/// guide says; `States.TaskFailed` is any error but a timeout, and a missing heartbeat is one.
fn matches(errors: &[Arc<str>], error: Option<&str>, alias: Option<&str>) -> bool {
    let is_timeout = matches!(error, Some(TIMEOUT | HEARTBEAT_TIMEOUT));
    errors.iter().any(|name| match &**name {
        ALL => error != Some(RUNTIME),
        TASK_FAILED => !is_timeout && error != Some(RUNTIME),
        TIMEOUT => is_timeout,
        name => Some(name) == error || Some(name) == alias,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_errors() {
        for (names, error, expected) in [
            (&["States.ALL"][..], Some("Anything"), true),
            (&["States.ALL"], None, true),
            (&["States.ALL"], Some("States.Runtime"), false),
            (&["States.TaskFailed"], Some("Anything"), true),
            (&["States.TaskFailed"], Some("States.Timeout"), false),
            (&["States.TaskFailed"], Some("States.HeartbeatTimeout"), false),
            (&["States.Timeout"], Some("States.Timeout"), true),
            (&["States.Timeout"], Some("States.HeartbeatTimeout"), true),
            (&["States.HeartbeatTimeout"], Some("States.HeartbeatTimeout"), true),
            (&["States.HeartbeatTimeout"], Some("States.Timeout"), false),
            (&["A", "B"], Some("B"), true),
            (&["A", "B"], Some("C"), false),
            (&["A"], None, false),
        ] {
            let names: Vec<Arc<str>> = names.iter().map(|name| Arc::from(*name)).collect();
            assert_eq!(matches(&names, error, None), expected, "{names:?} {error:?}");
        }
        let names = [Arc::from(HEARTBEAT_TIMEOUT)];
        assert!(matches(&names, Some(TIMEOUT), Some(HEARTBEAT_TIMEOUT)));
    }
}
