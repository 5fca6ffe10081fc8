//! TestState: one state on trial, with what it is told and what comes of it. From a request to an execution of that
//! state alone, and from its end to an answer; the wire, and what a task really calls, are the caller's business.
//!
//! Source of the rules: the reference of the API, and what the service was recorded to answer.

mod answer;
mod context;
mod definition;
mod fields;
mod mock;
mod shapes;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

pub use answer::answer;
pub use mock::{Mock, Validation};

use super::create::Refusal;
use super::definition::{MachineType, Work};
use super::execution::virtual_time;
use super::execution::{Execution, Identity, MAX_EVENTS, Options, Trial};
use super::scope::Variables;
use super::{PAYLOAD_LIMIT, Payload, input};
use crate::random::Random;
use definition::Subject;

/// What a state is tested with, as on the wire: payloads are JSON text.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Of the state, or of a whole machine where `state_name` says which of its states.
    pub definition: String,
    pub state_name: Option<String>,
    pub input: Option<String>,
    pub role_arn: Option<String>,
    pub variables: Option<String>,
    pub context: Option<String>,
    pub reveals_secrets: bool,
    pub mock: Option<Mock>,
    pub configuration: Configuration,
}

/// `stateConfiguration`: what happened before the part that is tested.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    pub retrier_retry_count: Option<u64>,
    pub error_caused_by_state: Option<String>,
    pub map_iteration_failure_count: Option<u64>,
    /// What the ItemReader reads, as it is stored.
    pub map_item_reader_data: Option<String>,
}

/// How much an answer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    #[default]
    Info,
    Debug,
    /// With requests and answers of HTTP tasks, of which there are none without a mock.
    Trace,
}

/// The options of a trial at a time and a place: it is an Express execution of a machine without a name.
pub fn options(now: Timestamp, seed: [u8; 32], region: &str, account: &str, role_arn: &str) -> Options {
    let mut random = Random::new(seed);
    let (machine, execution) = (random.uuid().to_string(), random.uuid().to_string());
    let mut identity = Identity::new(region, account, &machine, &execution, role_arn);
    identity.execution_arn = Arc::from(identity.execution_arn.replacen(":execution:", ":express:", 1));
    Options {
        now,
        seed,
        identity,
        express: true,
        max_events: MAX_EVENTS,
        keep_history: false,
        keep_children: false,
        tell_of: None,
    }
}

/// The state on trial. With a mock it is over; without one it is at its start, and whoever has a world drives it to its
/// end. `options` say when it starts, how everything is called, and what is drawn by chance.
pub fn begin(request: &Request, options: Options) -> Result<Execution, Refusal> {
    if let Some(mock) = &request.mock {
        mock.check_alone(request.reveals_secrets)?;
    }
    let read = |kind| Subject::read(&request.definition, request.state_name.as_deref(), kind);
    let subject = read(MachineType::Standard)?;
    let state = subject.state();
    let reply = match &request.mock {
        Some(mock) => Some(mock.reply(state)?),
        None => {
            let is_whole = matches!(state.work, Work::Map(_) | Work::Parallel { .. });
            if is_whole {
                return Err(invalid_definition(
                    "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
                ));
            }
            if matches!(state.work, Work::Task(_)) && request.role_arn.is_none() {
                return Err(refusal("RoleArn must be specified when testing a Task state"));
            }
            // What is really called has to be what an Express execution can call.
            read(MachineType::Express)?;
            None
        }
    };
    if let Some(name) = &request.configuration.error_caused_by_state
        && !subject.has_inside(name)
    {
        return Err(refusal(format!("State not found in definition: {name}")));
    }
    let input = payload(request.input.as_deref().unwrap_or("{}"))?;
    let context = match &request.context {
        Some(_) if request.mock.is_none() => {
            return Err(refusal("A Context object can only be specified when a mock is specified"));
        }
        Some(text) => context::given(text, state)?,
        None => context::usual(state, &input, &options),
    };
    let trial = Trial {
        context,
        variables: variables(request.variables.as_deref().unwrap_or("{}"))?,
        retries: request.configuration.retrier_retry_count.unwrap_or_default(),
        mock: reply.clone(),
        failed_iterations: request.configuration.map_iteration_failure_count.unwrap_or_default(),
        has_items_to_read: request.configuration.map_item_reader_data.is_some(),
        ..Trial::default()
    };
    let mut execution = Execution::start_trial(&subject.machine, input, options, trial);
    if let Some(reply) = reply {
        let items = request.configuration.map_item_reader_data.as_deref().unwrap_or_default();
        virtual_time::run(&mut execution, &mut mock::World::new(&state.name, reply, items));
        if execution.seen().is_some_and(|seen| seen.has_too_many_failures) {
            return Err(refusal(
                "Map iteration failure count must be less than or equal to the number of Map iterations",
            ));
        }
    }
    Ok(execution)
}

fn payload(text: &str) -> Result<Payload, Refusal> {
    let refused = |message: String| Refusal { code: "InvalidExecutionInput", message };
    let value = input::parse(text)
        .map_err(|why| refused(format!("Invalid State Machine Execution Input: '{why}'")))?;
    Ok(Payload::new(value))
}

/// The variables the state sees; what an execution could not have assigned is refused.
fn variables(text: &str) -> Result<Variables, Refusal> {
    let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
        return Err(refusal("Variables must be a valid JSON object"));
    };
    if text.len() > PAYLOAD_LIMIT {
        return Err(refusal(format!("Variables must not have more than {PAYLOAD_LIMIT} bytes")));
    }
    let mut variables = Variables::default();
    fields.into_iter().for_each(|(name, value)| variables.assign(&name, Payload::new(value)));
    Ok(variables)
}

fn refusal(message: impl Into<String>) -> Refusal {
    Refusal { code: "ValidationException", message: message.into() }
}

fn invalid_definition(message: impl Into<String>) -> Refusal {
    Refusal { code: "InvalidDefinition", message: message.into() }
}
