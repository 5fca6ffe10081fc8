//! The evaluation of fields: what a template, a path or an expression sees in its state, and what a failure of it
//! means to the execution.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::Execution;
use super::context::context;
use super::frame::{Fate, Frame, FrameId};
use crate::asl::context::Context;
use crate::asl::definition::{State, Template};
use crate::asl::failure::{self, DATA_LIMIT_EXCEEDED, QUERY_EVALUATION_ERROR, RUNTIME};
use crate::asl::history::{Failure, Happened, StateType};
use crate::asl::jsonata::Bindings;
use crate::asl::path::Path;
use crate::asl::scope::{Scope, Variables};
use crate::random::Random;

/// What went wrong in a field.
pub(super) type Problem = failure::Failure;

/// A JSONata field whose value is of no use.
pub(super) fn unusable(cause: String, location: Option<&str>) -> Problem {
    Problem { location: location.map(str::to_owned), ..Problem::new(QUERY_EVALUATION_ERROR, cause) }
}

/// What the fields of a state see.
pub(super) struct Sight<'a> {
    /// `$` of JSONPath.
    pub dollar: &'a Value,
    /// `$states.input` of JSONata.
    pub input: &'a Value,
    pub context: Context,
    pub variables: Arc<Variables>,
    pub result: Option<&'a Value>,
    pub error_output: Option<&'a Value>,
    now: Timestamp,
}

impl Sight<'_> {
    pub fn scope(&self) -> Scope<'_> {
        Scope { input: self.dollar, context: &self.context, variables: &self.variables }
    }

    pub fn bindings(&self) -> Bindings<'_> {
        Bindings {
            input: self.input,
            context: &self.context,
            result: self.result,
            error_output: self.error_output,
            variables: &self.variables,
            now: self.now,
        }
    }

    pub fn template(&self, template: &Template, random: &mut Random) -> Result<Value, Problem> {
        match template {
            Template::Path(template) => template.render(&self.scope(), random),
            Template::Query(template) => template.render(&self.bindings(), random),
        }
    }

    /// What a path selects, for the fields that say `Invalid path` when it is nothing.
    pub fn path(&self, path: &Path) -> Result<Value, Problem> {
        match self.scope().select(path) {
            Ok(selected) => Ok(selected.into_value()?),
            Err(missing) if missing.is_excess() => Err(Problem::new(DATA_LIMIT_EXCEEDED, missing.detail())),
            Err(missing) => Err(Problem::runtime(missing.cause(path))),
        }
    }
}

impl Execution {
    /// What the fields of a frame's state see; `dollar` is what `$` stands for.
    pub(super) fn sight<'a>(
        &self,
        frame: &Frame,
        state: &State,
        input: &'a Value,
        token: Option<&str>,
    ) -> Sight<'a> {
        let context = match self.runs.get(frame.run).and_then(Option::as_ref) {
            Some(run) if state.reads_context => match &self.trial {
                Some(trial) => trial.context(frame),
                None => context(run, frame, token),
            },
            _ => Context::from(Value::Null),
        };
        let variables = Arc::clone(&frame.variables);
        Sight { dollar: input, input, context, variables, result: None, error_output: None, now: self.now }
    }

    /// A field of the present state could not be evaluated.
    pub(super) fn problem(&mut self, id: FrameId, frame: &mut Frame, problem: Problem) -> Fate {
        match self.told(frame, problem) {
            failure if failure.error.as_deref() == Some(RUNTIME) => Fate::Fatal(failure),
            failure => self.fail(id, frame, failure, None),
        }
    }

    /// What a problem is called in the history, where an expression that failed has an event of its own.
    pub(super) fn told(&mut self, frame: &mut Frame, problem: Problem) -> Failure {
        let Some(state) = frame.state() else { return Failure::default() };
        let name = Arc::clone(&state.name);
        let kind = state.kind;
        let cause = match problem.error {
            // What is too large is said in the same words wherever it is found (recorded: without the place).
            DATA_LIMIT_EXCEEDED => problem.cause,
            _ => format!(
                "An error occurred while executing the state '{name}' (entered at the event id #{}). {}",
                frame.entered, problem.cause
            ),
        };
        let failure = Failure { error: Some(Arc::from(problem.error)), cause: Some(Arc::from(cause)) };
        if problem.error == QUERY_EVALUATION_ERROR {
            // An evaluation that fails as a state is entered stands beside the entry, not behind it; a Wait state
            // evaluates a step later.
            let is_beside = frame.previous == frame.entered && kind != StateType::Wait;
            let previous = if is_beside { frame.before } else { frame.previous };
            let location = problem.location.map(Arc::from);
            let happened = Happened::EvaluationFailed { state: name, failure: failure.clone(), location };
            frame.previous = self.add(frame.run, previous, happened);
        }
        failure
    }
}
