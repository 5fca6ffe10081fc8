//! What an execution finds outside: mocks first, then functions, and objects in a folder. What neither mocks nor
//! functions have ends the run, with the lines to add.

use std::time::Duration;

use bytes::Bytes;
use opsctl_engine::asl::definition::Resource;
use opsctl_engine::asl::execution::virtual_time::World;
use opsctl_engine::asl::execution::{Answer, DemandId, ObjectRequest, TaskRequest, WriteRequest};
use opsctl_engine::asl::history::Failure;
use opsctl_engine::asl::mocks::{Mocks, RanOut};
use serde_json::Value;

use super::functions::Functions;
use super::objects::Objects;
use crate::error::Error;
use crate::functions::{Function, Invocation, Kind};

/// How to say what can be added, and where.
pub struct Advice {
    /// What gives a run objects.
    pub objects: &'static str,
    /// What the file of functions is called.
    pub functions: &'static str,
    /// What mocks a state; its name is in quotes.
    pub mocks: fn(state: &str) -> String,
}

pub struct Local<'a> {
    pub advice: &'a Advice,
    pub mocks: Mocks,
    pub functions: &'a Functions,
    pub objects: Option<Objects>,
    /// Every attempt that was asked for, where somebody looks at them.
    pub requests: Option<Vec<TaskRequest>>,
    /// Calls that were asked for since somebody looked, and those that nobody waits for any longer.
    pub calls: Vec<Call<'a>>,
    pub cancelled: Vec<DemandId>,
    /// Why the run cannot go on.
    pub problem: Option<Error>,
}

/// A function to be run.
pub struct Call<'a> {
    pub demand: DemandId,
    pub invocation: Invocation,
    pub function: &'a Function,
}

impl<'a> Local<'a> {
    pub fn new(advice: &'a Advice, mocks: Mocks, functions: &'a Functions, objects: Option<Objects>) -> Self {
        Local {
            advice,
            mocks,
            functions,
            objects,
            requests: None,
            calls: Vec::new(),
            cancelled: Vec::new(),
            problem: None,
        }
    }

    fn unmapped(&self, request: &TaskRequest) -> Error {
        let state = &request.state;
        match invocation(request) {
            Some(Invocation { function, .. }) => {
                Error::usage(format!("nothing runs the task {state}, which calls the function {function}"))
                    .hint(self.functions.advice(&function, self.advice.functions))
            }
            None => Error::usage(format!(
                "nothing runs the task {state}, which calls {}",
                name(&request.resource)
            ))
            .because(
                "only mocks can stand for it: functions stand for calls of Lambda whose result ends the task",
            ),
        }
        .hint((self.advice.mocks)(&Value::from(&**state).to_string()))
    }

    /// Ends the run: what the execution would make of the failure is not looked at.
    fn no_objects(&mut self, state: &str) -> Failure {
        let problem = Error::usage(format!("the state {state} reads or writes objects, and there are none"));
        self.stop(problem.hint(self.advice.objects));
        Failure { error: None, cause: None }
    }

    fn stop(&mut self, problem: Error) {
        self.problem.get_or_insert(problem);
    }
}

fn ran_out(out: &RanOut) -> Error {
    let next = out.attempt;
    let response = out.response.as_deref().map_or_else(String::new, |name| format!(" to {name}"));
    Error::usage(out.to_string())
        .hint(format!("add{response} an outcome, as \"{next}\": {{\"Return\": {{}}}}"))
}

/// The call of a function whose result ends the task.
fn invocation(request: &TaskRequest) -> Option<Invocation> {
    Invocation::of(request).filter(|invocation| !invocation.is_callback)
}

fn name(resource: &Resource) -> String {
    match resource {
        Resource::Lambda { arn } | Resource::Activity { arn } => arn.to_string(),
        Resource::Service(service) => {
            format!("arn:aws:states:::{}:{}", service.resource_type, service.resource)
        }
    }
}

impl World for Local<'_> {
    fn task(&mut self, demand: DemandId, request: &TaskRequest) -> Vec<(Duration, Answer)> {
        if let Some(requests) = &mut self.requests {
            requests.push(request.clone());
        }
        match self.mocks.answer(request) {
            Some(Ok(answers)) => {
                return answers.into_iter().map(|answer| (Duration::ZERO, answer)).collect();
            }
            Some(Err(out)) => {
                self.stop(ran_out(&out));
                return Vec::new();
            }
            None => {}
        }
        let found = invocation(request)
            .and_then(|invocation| Some((self.functions.find(&invocation.function)?, invocation)));
        match found {
            Some((_, invocation)) if invocation.kind() == Kind::DryRun => {
                vec![(Duration::ZERO, invocation.answer(Ok(Value::Null), ""))]
            }
            Some((function, invocation)) => {
                self.calls.push(Call { demand, invocation, function });
                vec![(Duration::ZERO, Answer::Started { worker: None })]
            }
            None => {
                self.stop(self.unmapped(request));
                Vec::new()
            }
        }
    }

    fn read(&mut self, request: &ObjectRequest) -> Result<Bytes, Failure> {
        match &self.objects {
            Some(objects) => objects.read(request),
            None => Err(self.no_objects(&request.state)),
        }
    }

    fn list(&mut self, request: &ObjectRequest) -> Result<Vec<Value>, Failure> {
        match &self.objects {
            Some(objects) => objects.list(request),
            None => Err(self.no_objects(&request.state)),
        }
    }

    fn write(&mut self, request: &WriteRequest) -> Result<(), Failure> {
        match &mut self.objects {
            Some(objects) => objects.write(request),
            None => Err(self.no_objects(&request.state)),
        }
    }

    fn cancel(&mut self, demand: DemandId) {
        self.calls.retain(|call| call.demand != demand);
        self.cancelled.push(demand);
    }

    fn goes_on(&mut self) -> bool {
        self.problem.is_none()
    }
}
