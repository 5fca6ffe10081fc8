//! Events as GetExecutionHistory gives them: read leniently, because the service adds kinds and members. What is not
//! known here is kept by its name.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::event::{Call, Credentials, Event, Failure, Happened, Scheduled, Service, StateType};
use crate::asl::Payload;
use crate::asl::json;

/// Why an event is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an event of the history has no {0}")]
pub struct NoEvent(&'static str);

impl Event {
    /// Reads an event of an answer: its details lie under a name of their kind, as the service has it, or under
    /// `details`, as [`document`](Event::document) has it. Times are seconds since 1970, or RFC 3339. A payload that was
    /// left out reads as `null`.
    pub fn read(event: &Value) -> Result<Self, NoEvent> {
        let number = |name: &str| event.get(name).and_then(Value::as_u64);
        let kind = event.get("type").and_then(Value::as_str).ok_or(NoEvent("type"))?;
        let none = Map::new();
        let members = event.as_object().ok_or(NoEvent("members"))?;
        let details = members
            .iter()
            .find(|(name, value)| (*name == "details" || name.ends_with("EventDetails")) && value.is_object())
            .and_then(|(_, details)| details.as_object());
        Ok(Event {
            id: number("id").ok_or(NoEvent("id"))?,
            previous: number("previousEventId").unwrap_or_default(),
            at: event.get("timestamp").and_then(time).ok_or(NoEvent("timestamp"))?,
            happened: Details(details.unwrap_or(&none)).happened(kind),
        })
    }
}

fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok(),
        // Seconds with three places; the whole of them is exact in a double.
        #[allow(clippy::cast_possible_truncation)]
        Value::Number(seconds) => {
            Timestamp::from_millisecond((seconds.as_f64()? * 1000.0).round() as i64).ok()
        }
        _ => None,
    }
}

struct Details<'a>(&'a Map<String, Value>);

impl Details<'_> {
    fn happened(&self, kind: &str) -> Happened {
        use Happened as H;
        if let Some(happened) = self.of_state(kind) {
            return happened;
        }
        match kind {
            "ExecutionStarted" => {
                H::ExecutionStarted { input: self.payload("input"), role_arn: self.text("roleArn") }
            }
            "ExecutionSucceeded" => H::ExecutionSucceeded { output: self.payload("output") },
            "ExecutionFailed" => H::ExecutionFailed(self.failure()),
            "ExecutionAborted" => H::ExecutionAborted(self.failure()),
            "ExecutionTimedOut" => H::ExecutionTimedOut(self.failure()),
            "ExecutionRedriven" => {
                H::ExecutionRedriven { count: self.number("redriveCount").unwrap_or_default() }
            }
            "ParallelStateStarted" => H::ParallelStarted,
            "MapStateStarted" => H::MapStarted { length: self.number("length").unwrap_or_default() },
            "MapIterationStarted" => H::IterationStarted { name: self.text("name"), index: self.index() },
            "MapIterationSucceeded" => H::IterationSucceeded { name: self.text("name"), index: self.index() },
            "MapIterationFailed" => H::IterationFailed { name: self.text("name"), index: self.index() },
            "MapIterationAborted" => H::IterationAborted { name: self.text("name"), index: self.index() },
            "MapRunStarted" => H::MapRunStarted { arn: self.text("mapRunArn") },
            "MapRunSucceeded" => H::MapRunSucceeded,
            "MapRunFailed" => H::MapRunFailed(self.failure()),
            "MapRunAborted" => H::MapRunAborted,
            "MapRunRedriven" => H::MapRunRedriven {
                arn: self.text("mapRunArn"),
                count: self.number("redriveCount").unwrap_or_default(),
            },
            "LambdaFunctionScheduled" => self.scheduled(Call::Lambda { arn: self.text("resource") }, "input"),
            "ActivityScheduled" => self.scheduled(Call::Activity { arn: self.text("resource") }, "input"),
            "TaskScheduled" => {
                let call = Call::Service { service: self.service(), region: self.text("region") };
                self.scheduled(call, "parameters")
            }
            "TaskStarted" => H::TaskStarted { service: self.service() },
            "TaskSubmitted" => H::TaskSubmitted { service: self.service(), output: self.payload("output") },
            "TaskSucceeded" => H::TaskSucceeded { service: self.service(), output: self.payload("output") },
            "TaskFailed" => H::TaskFailed { service: self.service(), failure: self.failure() },
            "TaskTimedOut" => H::TaskTimedOut { service: self.service(), failure: self.failure() },
            "LambdaFunctionStarted" => H::LambdaStarted,
            "LambdaFunctionSucceeded" => H::LambdaSucceeded { output: self.payload("output") },
            "LambdaFunctionFailed" => H::LambdaFailed(self.failure()),
            "LambdaFunctionTimedOut" => H::LambdaTimedOut(self.failure()),
            "ActivityStarted" => H::ActivityStarted { worker: self.some_text("workerName") },
            "ActivitySucceeded" => H::ActivitySucceeded { output: self.payload("output") },
            "ActivityFailed" => H::ActivityFailed(self.failure()),
            "ActivityTimedOut" => H::ActivityTimedOut(self.failure()),
            "EvaluationFailed" => H::EvaluationFailed {
                state: self.text("state"),
                failure: self.failure(),
                location: self.some_text("location"),
            },
            _ => self.other(kind),
        }
    }

    /// The kinds that begin with the type of a state.
    fn of_state(&self, kind: &str) -> Option<Happened> {
        use Happened as H;
        let (state, rest) = StateType::ALL
            .into_iter()
            .find_map(|state| Some((state, kind.strip_prefix(state.name())?.strip_prefix("State")?)))?;
        Some(match rest {
            "Entered" => H::StateEntered { state, name: self.text("name"), input: self.payload("input") },
            "Exited" => H::StateExited {
                state,
                name: self.text("name"),
                output: self.payload("output"),
                assigned: self.assigned(),
            },
            "Aborted" => H::StateAborted { state },
            "Succeeded" => H::StateSucceeded { state },
            "Failed" => H::StateFailed { state },
            _ => return None,
        })
    }

    fn other(&self, kind: &str) -> Happened {
        Happened::Other { kind: kind.into(), failure: self.failure() }
    }

    fn assigned(&self) -> Arc<[(Arc<str>, Payload)]> {
        let variables = self.0.get("assignedVariables").and_then(Value::as_object);
        variables
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str().into(), payload(Some(value))))
            .collect()
    }

    fn scheduled(&self, call: Call, input: &str) -> Happened {
        let role = self.0.get("taskCredentials").and_then(|credentials| credentials.get("roleArn"));
        Happened::Scheduled(Box::new(Scheduled {
            call,
            input: self.payload(input),
            timeout: self.number("timeoutInSeconds"),
            heartbeat: self.number("heartbeatInSeconds"),
            credentials: role.map(|role| Credentials { role_arn: role.clone() }),
        }))
    }

    fn service(&self) -> Service {
        Service { resource_type: self.text("resourceType"), resource: self.text("resource") }
    }

    fn failure(&self) -> Failure {
        Failure { error: self.some_text("error"), cause: self.some_text("cause") }
    }

    fn payload(&self, name: &str) -> Payload {
        payload(self.0.get(name))
    }

    fn index(&self) -> u64 {
        self.number("index").unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(Value::as_u64)
    }

    fn some_text(&self, name: &str) -> Option<Arc<str>> {
        self.0.get(name).and_then(Value::as_str).map(Into::into)
    }

    fn text(&self, name: &str) -> Arc<str> {
        self.some_text(name).unwrap_or_else(|| "".into())
    }
}

/// What is no JSON, a payload that was cut, is taken for text.
fn payload(text: Option<&Value>) -> Payload {
    match text {
        Some(Value::String(text)) => {
            Payload::new(json::parse(text.as_bytes()).unwrap_or_else(|_| Value::from(text.as_str())))
        }
        Some(value) => Payload::new(value.clone()),
        None => Payload::new(Value::Null),
    }
}
