//! Entering a state, and its work: at once for most types, given out or handed to children for the others.

use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::evaluate::{Problem, Sight};
use super::frame::{Doing, Fate, Frame, FrameId};
use super::leave::{beyond_limit, small_enough};
use crate::asl::Payload;
use crate::asl::definition::{ChoiceRule, QueryLanguage, State, Test, Text, Work};
use crate::asl::failure::DATA_LIMIT_EXCEEDED;
use crate::asl::history::{Failure, Happened};
use crate::asl::jsonata::Kind;
use crate::asl::payload::PAYLOAD_LIMIT;

impl Execution {
    pub(super) fn enter(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        let states = Arc::clone(&frame.states);
        let Some(state) = states.list.get(frame.current) else { return Fate::Blocked };
        frame.before = frame.previous;
        let entered = Happened::StateEntered {
            state: state.kind,
            name: Arc::clone(&state.name),
            input: frame.input.clone(),
        };
        self.follow(frame, entered);
        if self.is_full(frame.run) {
            return Fate::Blocked;
        }
        if let Some(coverage) = &mut self.coverage {
            coverage.entered(&state.name);
        }
        frame.entered = frame.previous;
        frame.entered_at = self.now;
        frame.retries.clear();
        frame.retry_count = 0;
        if let Some(trial) = &self.trial {
            frame.retries.resize(state.retry.len(), trial.retries);
            frame.retry_count = trial.retries;
        }
        self.work(id, frame)
    }

    /// The work of the present state, from its beginning: after the entry, and again for every retry.
    pub(super) fn work(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        let states = Arc::clone(&frame.states);
        let Some(state) = states.list.get(frame.current) else { return Fate::Blocked };
        let fate = match &state.work {
            Work::Pass { result } => {
                self.pass(frame, state, result.as_ref()).map(|result| self.leave(id, frame, result))
            }
            Work::Succeed => Ok(self.leave(id, frame, None)),
            Work::Fail { error, cause } => self.fail_state(frame, state, error.as_deref(), cause.as_deref()),
            Work::Wait(wait) => self.wait(id, frame, state, wait),
            Work::Choice { rules, default } => self.choose(id, frame, state, rules, *default),
            Work::Task(task) => self.attempt(id, frame, state, task),
            Work::Parallel { branches } => self.branch_out(id, frame, state, branches),
            Work::Map(map) => self.map(id, frame, state, map),
        };
        fate.unwrap_or_else(|problem| self.problem(id, frame, problem))
    }

    /// The result of a Pass state; JSONata has none.
    fn pass(
        &mut self,
        frame: &Frame,
        state: &State,
        result: Option<&Payload>,
    ) -> Result<Option<Payload>, Problem> {
        if state.language == QueryLanguage::Jsonata {
            return Ok(None);
        }
        match result {
            Some(result) => {
                self.note_payload("result", result);
                Ok(Some(result.clone()))
            }
            None => self.arguments(frame, state, None).map(Some),
        }
    }

    /// The effective input of a state after `Parameters` or `Arguments`. A JSONata state without `Arguments` passes
    /// its input on.
    pub(super) fn arguments(
        &mut self,
        frame: &Frame,
        state: &State,
        token: Option<&str>,
    ) -> Result<Payload, Problem> {
        let effective = self.effective(frame, state)?;
        self.note_effective(state, &effective);
        let arguments = match &state.flow.arguments {
            Some(template) => {
                let mut sight = self.sight(frame, state, frame.input.value(), token);
                sight.dollar = effective.value();
                small_enough(&state.name, Payload::new(sight.template(template, &mut self.random)?))?
            }
            None => effective,
        };
        self.note_arguments(state, &arguments);
        Ok(arguments)
    }

    fn fail_state(
        &mut self,
        frame: &Frame,
        state: &State,
        error: Option<&Text>,
        cause: Option<&Text>,
    ) -> Result<Fate, Problem> {
        let sight = self.sight(frame, state, frame.input.value(), None);
        let error = error.map(|text| self.text(&sight, text, "Error")).transpose()?;
        let cause = cause.map(|text| self.text(&sight, text, "Cause")).transpose()?;
        let length = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len());
        if length(&error) + length(&cause) > PAYLOAD_LIMIT {
            return Err(Problem::new(DATA_LIMIT_EXCEEDED, beyond_limit(&state.name)));
        }
        Ok(Fate::Failed(Failure { error, cause }))
    }

    fn text(&mut self, sight: &Sight<'_>, text: &Text, field: &str) -> Result<Arc<str>, Problem> {
        let value = match text {
            Text::Fixed(text) => return Ok(Arc::clone(text)),
            Text::Query(query) => {
                query.evaluate(&format!("{field}Path"), &sight.scope(), &mut self.random)?
            }
            Text::Expression(expression) => {
                expression.evaluate_as(Kind::String, &sight.bindings(), &mut self.random, field)?
            }
        };
        match value {
            Value::String(text) => Ok(Arc::from(text)),
            other => Err(Problem::runtime(format!(
                "The value for the field '{field}Path' must be a string but was: {other}"
            ))),
        }
    }

    fn choose(
        &mut self,
        id: FrameId,
        frame: &mut Frame,
        state: &State,
        rules: &[ChoiceRule],
        default: Option<usize>,
    ) -> Result<Fate, Problem> {
        let effective = self.effective(frame, state)?;
        self.note_effective(state, &effective);
        let input = frame.input.clone();
        let mut sight = self.sight(frame, state, input.value(), None);
        sight.dollar = effective.value();
        for (number, rule) in rules.iter().enumerate() {
            let is_true = match &rule.test {
                Test::Always(truth) => *truth,
                Test::Rule(condition) => condition.holds(&sight.scope())?,
                Test::Condition(condition) => {
                    let field = format!("Choices[{number}]/Condition");
                    let holds =
                        condition.evaluate_as(Kind::Boolean, &sight.bindings(), &mut self.random, &field)?;
                    holds == Value::Bool(true)
                }
            };
            if is_true {
                return Ok(self.leave_choice(id, frame, state, Some((number, rule)), rule.next));
            }
        }
        match default {
            Some(default) => Ok(self.leave_choice(id, frame, state, None, default)),
            None => Err(Problem::runtime(
                "Failed to transition out of the state. The state does not point to a next state.",
            )),
        }
    }

    /// A timer of a waiting frame is due: a Wait state is over, or a retry begins.
    pub(super) fn wake(&mut self, id: FrameId, frame: &mut Frame) -> Fate {
        frame.epoch += 1;
        match frame.doing {
            Doing::Waiting => self.leave(id, frame, None),
            Doing::BackingOff => self.work(id, frame),
            _ => Fate::Blocked,
        }
    }
}
