//! The context object of a state on trial: the one that is given, or the usual one of an Express execution.

use serde_json::{Map, Value, json};

use super::fields::{self, Fault, Kind};
use super::refusal;
use crate::asl::Payload;
use crate::asl::create::Refusal;
use crate::asl::definition::{Pattern, Resource, State, Work};
use crate::asl::execution::Options;
use crate::asl::history::{StateType, time};
use crate::random::Random;

/// What may be in a context object, by its parts.
const PARTS: &[(&str, &[(&str, Kind)])] = &[
    (
        "Execution",
        &[
            ("Id", Kind::String),
            ("Input", Kind::Any),
            ("Name", Kind::String),
            ("RedriveCount", Kind::Number),
            ("RedriveTime", Kind::String),
            ("RoleArn", Kind::String),
            ("StartTime", Kind::String),
        ],
    ),
    ("State", &[("EnteredTime", Kind::String), ("Name", Kind::String), ("RetryCount", Kind::Number)]),
    ("StateMachine", &[("Id", Kind::String), ("Name", Kind::String)]),
    ("Task", &[("Token", Kind::String)]),
];

/// A context object from a request.
pub(super) fn given(text: &str, state: &State) -> Result<Value, Refusal> {
    let invalid = |why: String| refusal(format!("Invalid Context object provided: {why}"));
    let Ok(Value::Object(parts)) = serde_json::from_str::<Value>(text) else {
        return Err(invalid("Context object must be a valid JSON object".to_owned()));
    };
    check(&parts).map_err(|fault| invalid(fault.to_string()))?;
    if parts.contains_key("Task") && !has_token(state) {
        return Err(invalid(
            "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern".to_owned(),
        ));
    }
    Ok(parts.into())
}

fn check(parts: &Map<String, Value>) -> Result<(), Fault> {
    for (name, part) in parts {
        let Some((_, known)) = PARTS.iter().find(|(known, _)| known == name) else {
            return Err(Fault::NotAllowed(name.clone()));
        };
        fields::check(name, Kind::Object, part)?;
        for (name, field) in part.as_object().into_iter().flatten() {
            let Some((_, kind)) = known.iter().find(|(known, _)| known == name) else {
                return Err(Fault::NotAllowed(name.clone()));
            };
            fields::check(name, *kind, field)?;
        }
    }
    Ok(())
}

/// The context object where none is given.
pub(super) fn usual(state: &State, input: &Payload, options: &Options) -> Value {
    let identity = &options.identity;
    let now = time(options.now);
    let mut execution = json!({
        "Id": &*identity.execution_arn,
        "Input": input.value(),
        "Name": &*identity.execution_name,
        "StartTime": now,
    });
    if !identity.role_arn.is_empty() {
        execution["RoleArn"] = (&*identity.role_arn).into();
    }
    let mut entered = json!({"EnteredTime": now, "Name": &*state.name});
    if matches!(state.kind, StateType::Task | StateType::Parallel | StateType::Map) {
        entered["RetryCount"] = 0.into();
    }
    let mut context = json!({
        "Execution": execution,
        "State": entered,
        "StateMachine": {"Id": &*identity.machine_arn, "Name": &*identity.machine_name},
    });
    if has_token(state) {
        context["Task"] = json!({"Token": Random::new(options.seed).uuid().to_string()});
    }
    context
}

/// Whether an attempt at the state is named by a token.
fn has_token(state: &State) -> bool {
    match &state.work {
        Work::Task(task) => match &task.resource {
            Resource::Service(integration) => integration.pattern != Pattern::RequestResponse,
            Resource::Activity { .. } | Resource::Lambda { .. } => false,
        },
        _ => false,
    }
}
