//! What comes of a state in place of its work: whether it may be said at all, and whether it is what the work could give.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::{refusal, shapes};
use crate::asl::Payload;
use crate::asl::create::Refusal;
use crate::asl::definition::{Mode, Resource, State, Work};
use crate::asl::execution::virtual_time;
use crate::asl::execution::{Answer, DemandId, ObjectRequest, TaskRequest, WriteRequest};
use crate::asl::history::Failure;
use crate::asl::mocks::{Case, Mocks, Reply, Response};

#[derive(Debug, Clone, Default)]
pub struct Mock {
    /// JSON text.
    pub result: Option<String>,
    pub error_output: Option<Failure>,
    pub validation: Validation,
}

/// How far a result is held against what the call could answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Validation {
    #[default]
    Strict,
    /// Only the fields that are there.
    Present,
    None,
}

impl Mock {
    /// What can be said before the state is known.
    pub(super) fn check_alone(&self, reveals_secrets: bool) -> Result<(), Refusal> {
        if reveals_secrets {
            return Err(refusal("TestState does not support RevealSecrets when a mock is specified."));
        }
        match (&self.result, &self.error_output) {
            (Some(_), Some(_)) => Err(refusal(
                "A test mock should have only one of the following fields: [result, errorOutput].",
            )),
            (None, None) => {
                Err(refusal("A test mock should have one of the following fields: [result, errorOutput]."))
            }
            _ => Ok(()),
        }
    }

    /// What comes of a state.
    pub(super) fn reply(&self, state: &State) -> Result<Reply, Refusal> {
        if !matches!(state.work, Work::Task(_) | Work::Map(_) | Work::Parallel { .. }) {
            let kind = state.kind.name();
            return Err(refusal(format!("State type '{kind}' is not supported when a mock is specified")));
        }
        if let Some(failure) = &self.error_output {
            return Ok(Reply::Throw(failure.clone()));
        }
        let result = self.result.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let Some(result) = result else { return Err(refusal("Mocked result must be valid JSON")) };
        self.check_result(&result, state)?;
        Ok(Reply::Return(Payload::new(result)))
    }

    fn check_result(&self, result: &Value, state: &State) -> Result<(), Refusal> {
        let no_list = || Err(refusal("Mocked result must be an array."));
        let no_object = || Err(refusal("Mocked result must be a JSON object."));
        match &state.work {
            Work::Parallel { branches } => match result.as_array() {
                None => no_list(),
                Some(results) if results.len() != branches.len() => Err(refusal(
                    "Mocked result must contain the same number of items as number of Parallel branches.",
                )),
                Some(_) => Ok(()),
            },
            Work::Map(map) => {
                let is_written = matches!(&map.mode, Mode::Distributed(distributed)
                    if distributed.writer.as_ref().is_some_and(|writer| writer.arguments.is_some()));
                match is_written {
                    true if !result.is_object() => no_object(),
                    false if !result.is_array() => no_list(),
                    _ => Ok(()),
                }
            }
            Work::Task(task) => {
                let Resource::Service(integration) = &task.resource else { return Ok(()) };
                let shape = shapes::of(integration).filter(|_| self.validation != Validation::None);
                let Some(shape) = shape else { return Ok(()) };
                if !result.is_object() {
                    return no_object();
                }
                shapes::validate(result, shape, self.validation == Validation::Strict)
                    .map_err(|fault| refusal(format!("Mock result schema validation error: {fault}")))
            }
            _ => Ok(()),
        }
    }
}

/// The world of a mock: the task comes to what is said, and an ItemReader reads what is given.
pub(super) struct World<'a> {
    mocks: Mocks,
    items: &'a str,
}

impl<'a> World<'a> {
    pub fn new(state: &str, reply: Reply, items: &'a str) -> Self {
        let response = Response { name: None, attempts: vec![(0..=u64::MAX, reply)] };
        let case = BTreeMap::from([(state.to_owned(), Arc::new(response))]);
        World { mocks: Mocks::new(Case(case)), items }
    }
}

impl virtual_time::World for World<'_> {
    fn task(&mut self, _: DemandId, request: &TaskRequest) -> Vec<(Duration, Answer)> {
        let answers = self.mocks.answer(request).and_then(Result::ok).unwrap_or_default();
        answers.into_iter().map(|answer| (Duration::ZERO, answer)).collect()
    }

    fn read(&mut self, _: &ObjectRequest) -> Result<Bytes, Failure> {
        Ok(Bytes::copy_from_slice(self.items.as_bytes()))
    }

    fn list(&mut self, _: &ObjectRequest) -> Result<Vec<Value>, Failure> {
        let listed: Option<Value> = serde_json::from_str(self.items).ok();
        match listed {
            Some(Value::Array(objects)) => Ok(objects),
            Some(mut answer) if answer["Contents"].is_array() => {
                Ok(answer["Contents"].as_array_mut().map(std::mem::take).unwrap_or_default())
            }
            _ => Err(Failure { error: None, cause: Some(Arc::from("The listing is no list of objects.")) }),
        }
    }

    fn write(&mut self, _: &WriteRequest) -> Result<(), Failure> {
        Ok(())
    }
}
