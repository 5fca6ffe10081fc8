//! The engine as a whole: definitions are read and run in virtual time, in a world that a test describes.

mod children;
mod definitions;
mod drawings;
mod errors;
mod explained;
mod flow;
mod hostile;
mod redrive;
mod tasks;
mod vectors;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::Payload;
use super::definition::{MachineType, parse};
use super::execution::virtual_time::{self, World};
use super::execution::{
    Answer, DemandId, Execution, Identity, MAX_EVENTS, ObjectRequest, Options, Status, TaskRequest,
    WriteRequest,
};
use super::history::Failure;

const START: &str = "2030-01-01T00:00:00Z";

/// A world of scripted tasks by state, and of objects by key.
#[derive(Default)]
struct Script {
    tasks: HashMap<String, VecDeque<Vec<(Duration, Answer)>>>,
    objects: HashMap<String, Bytes>,
    requests: Vec<TaskRequest>,
    written: Vec<WriteRequest>,
}

impl Script {
    /// The next attempt of a state ends at once in this.
    fn answer(&mut self, state: &str, answer: Answer) -> &mut Self {
        self.answers(state, vec![(Duration::ZERO, answer)])
    }

    fn answers(&mut self, state: &str, answers: Vec<(Duration, Answer)>) -> &mut Self {
        self.tasks.entry(state.to_owned()).or_default().push_back(answers);
        self
    }
}

impl World for Script {
    /// Attempts that are not scripted give their input back.
    fn task(&mut self, _: DemandId, request: &TaskRequest) -> Vec<(Duration, Answer)> {
        self.requests.push(request.clone());
        let scripted = self.tasks.get_mut(&*request.state).and_then(VecDeque::pop_front);
        scripted.unwrap_or_else(|| vec![(Duration::ZERO, Answer::Succeeded(request.input.clone()))])
    }

    fn read(&mut self, request: &ObjectRequest) -> Result<Bytes, Failure> {
        let key = request.arguments["Key"].as_str().unwrap_or_default();
        self.objects.get(key).cloned().ok_or_else(|| failure("S3.NoSuchKey", "no such object"))
    }

    fn list(&mut self, _request: &ObjectRequest) -> Result<Vec<Value>, Failure> {
        Ok(self.objects.keys().map(|key| json!({"Key": key})).collect())
    }

    fn write(&mut self, request: &WriteRequest) -> Result<(), Failure> {
        self.written.push(request.clone());
        Ok(())
    }
}

fn failure(error: &str, cause: &str) -> Failure {
    Failure { error: Some(Arc::from(error)), cause: Some(Arc::from(cause)) }
}

fn failed(error: &str) -> Answer {
    Answer::Failed(failure(error, "as scripted"))
}

fn succeeded(output: Value) -> Answer {
    Answer::Succeeded(Payload::new(output))
}

fn options() -> Options {
    Options {
        now: START.parse().unwrap(),
        seed: [1; 32],
        identity: Identity::new(
            "eu-west-1",
            "111122223333",
            "machine",
            "run",
            "arn:aws:iam::111122223333:role/r",
        ),
        express: false,
        max_events: MAX_EVENTS,
        keep_history: true,
        keep_children: true,
        tell_of: None,
    }
}

/// Runs a definition in a world.
fn run_in(world: &mut Script, definition: &Value, input: Value) -> Execution {
    run_with(world, definition, input, options())
}

fn run_with(world: &mut Script, definition: &Value, input: Value, options: Options) -> Execution {
    let machine =
        parse(&definition.to_string(), MachineType::Standard).unwrap_or_else(|faults| panic!("{faults:?}"));
    let mut execution = Execution::start(&machine, Payload::new(input), options);
    virtual_time::run(&mut execution, world);
    execution
}

fn run(definition: &Value, input: Value) -> Execution {
    run_in(&mut Script::default(), definition, input)
}

/// The output of a run that succeeded.
fn output(execution: &Execution) -> Value {
    let outcome = execution.outcome().unwrap();
    assert_eq!(outcome.status, Status::Succeeded, "{:?}", outcome.failure);
    outcome.output.clone().unwrap().into_value()
}

/// Error and cause of a run that failed.
fn error(execution: &Execution) -> (String, String) {
    let outcome = execution.outcome().unwrap();
    assert_eq!(outcome.status, Status::Failed, "{:?}", outcome.output);
    let text = |text: &Option<Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
    (text(&outcome.failure.error), text(&outcome.failure.cause))
}

/// The events as `TYPE<PREVIOUS`.
fn trail(execution: &Execution) -> Vec<String> {
    let events = execution.history().events();
    events.iter().map(|event| format!("{}<{}", event.happened.name(), event.previous)).collect()
}

/// A machine of one state, which ends it.
fn only(state: Value) -> Value {
    json!({"StartAt": "S", "States": {"S": state}})
}
