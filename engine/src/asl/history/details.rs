//! The details of an event as GetExecutionHistory gives them: under which field, and which fields. Payloads are JSON
//! text there; the partners `inputDetails` and `outputDetails` are left out.

use serde_json::{Map, Value, json};

use super::event::{Call, Event, Failure, Happened, Scheduled, Service, time};

/// A payload appears as its text in the history, and not at all in a log without execution data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Data {
    Shown,
    Hidden,
}

impl Event {
    /// The details as the history has them; `None` where the service gives no such object at all.
    pub fn details(&self) -> Option<Value> {
        self.details_with(Data::Shown)
    }

    /// The event as one object: {id, previousEventId, type, timestamp, details}. The timestamp is RFC 3339 with
    /// milliseconds; kinds of events without details have none.
    pub fn document(&self) -> Value {
        let mut document = json!({
            "id": self.id,
            "previousEventId": self.previous,
            "type": self.happened.name(),
            "timestamp": time(self.at),
        });
        if let (Some(details), Some(fields)) = (self.details(), document.as_object_mut()) {
            fields.insert("details".to_owned(), details);
        }
        document
    }

    pub(super) fn details_with(&self, data: Data) -> Option<Value> {
        self.happened.details_key()?;
        let mut fields = Fields { map: Map::new(), data };
        fields.of(&self.happened);
        Some(Value::Object(fields.map))
    }
}

impl Happened {
    /// The name of the field that holds the details of this kind of event.
    pub fn details_key(&self) -> Option<&'static str> {
        use Happened as H;
        Some(match self {
            H::ExecutionStarted { .. } => "executionStartedEventDetails",
            H::ExecutionSucceeded { .. } => "executionSucceededEventDetails",
            H::ExecutionFailed(_) => "executionFailedEventDetails",
            H::ExecutionAborted(_) => "executionAbortedEventDetails",
            H::ExecutionTimedOut(_) => "executionTimedOutEventDetails",
            H::ExecutionRedriven { .. } => "executionRedrivenEventDetails",
            H::StateEntered { .. } => "stateEnteredEventDetails",
            H::StateExited { .. } => "stateExitedEventDetails",
            H::MapStarted { .. } => "mapStateStartedEventDetails",
            H::IterationStarted { .. } => "mapIterationStartedEventDetails",
            H::IterationSucceeded { .. } => "mapIterationSucceededEventDetails",
            H::IterationFailed { .. } => "mapIterationFailedEventDetails",
            H::IterationAborted { .. } => "mapIterationAbortedEventDetails",
            H::MapRunStarted { .. } => "mapRunStartedEventDetails",
            H::MapRunFailed(_) => "mapRunFailedEventDetails",
            H::MapRunRedriven { .. } => "mapRunRedrivenEventDetails",
            H::Scheduled(scheduled) => match scheduled.call {
                Call::Lambda { .. } => "lambdaFunctionScheduledEventDetails",
                Call::Activity { .. } => "activityScheduledEventDetails",
                Call::Service { .. } => "taskScheduledEventDetails",
            },
            H::TaskStarted { .. } => "taskStartedEventDetails",
            H::TaskSubmitted { .. } => "taskSubmittedEventDetails",
            H::TaskSucceeded { .. } => "taskSucceededEventDetails",
            H::TaskFailed { .. } => "taskFailedEventDetails",
            H::TaskTimedOut { .. } => "taskTimedOutEventDetails",
            H::LambdaSucceeded { .. } => "lambdaFunctionSucceededEventDetails",
            H::LambdaFailed(_) => "lambdaFunctionFailedEventDetails",
            H::LambdaTimedOut(_) => "lambdaFunctionTimedOutEventDetails",
            H::ActivityStarted { .. } => "activityStartedEventDetails",
            H::ActivitySucceeded { .. } => "activitySucceededEventDetails",
            H::ActivityFailed(_) => "activityFailedEventDetails",
            H::ActivityTimedOut(_) => "activityTimedOutEventDetails",
            H::EvaluationFailed { .. } => "evaluationFailedEventDetails",
            H::StateAborted { .. }
            | H::ParallelStarted
            | H::StateSucceeded { .. }
            | H::StateFailed { .. }
            | H::MapRunSucceeded
            | H::MapRunAborted
            | H::LambdaStarted
            | H::Other { .. } => return None,
        })
    }
}

struct Fields {
    map: Map<String, Value>,
    data: Data,
}

impl Fields {
    fn of(&mut self, happened: &Happened) {
        use Happened as H;
        match happened {
            H::ExecutionStarted { input, role_arn } => {
                self.payload("input", input);
                self.set("roleArn", role_arn.as_ref());
            }
            H::ExecutionSucceeded { output }
            | H::LambdaSucceeded { output }
            | H::ActivitySucceeded { output } => self.payload("output", output),
            H::ExecutionFailed(failure)
            | H::ExecutionAborted(failure)
            | H::ExecutionTimedOut(failure)
            | H::MapRunFailed(failure)
            | H::LambdaFailed(failure)
            | H::LambdaTimedOut(failure)
            | H::ActivityFailed(failure)
            | H::ActivityTimedOut(failure) => self.failure(failure),
            H::StateEntered { name, input, .. } => {
                self.set("name", name.as_ref());
                self.payload("input", input);
            }
            H::StateExited { name, output, assigned, .. } => {
                self.set("name", name.as_ref());
                self.payload("output", output);
                if !assigned.is_empty() && self.data == Data::Shown {
                    let assigned =
                        assigned.iter().map(|(name, value)| (name.to_string(), value.text().into()));
                    self.set("assignedVariables", Value::Object(assigned.collect()));
                }
            }
            H::MapStarted { length } => self.set("length", *length),
            H::IterationStarted { name, index }
            | H::IterationSucceeded { name, index }
            | H::IterationFailed { name, index }
            | H::IterationAborted { name, index } => {
                self.set("name", name.as_ref());
                self.set("index", *index);
            }
            H::MapRunStarted { arn } => self.set("mapRunArn", arn.as_ref()),
            H::ExecutionRedriven { count } => self.set("redriveCount", *count),
            H::MapRunRedriven { arn, count } => {
                self.set("mapRunArn", arn.as_ref());
                self.set("redriveCount", *count);
            }
            H::Scheduled(scheduled) => self.scheduled(scheduled),
            H::TaskStarted { service } => self.service(service),
            H::TaskSubmitted { service, output } | H::TaskSucceeded { service, output } => {
                self.service(service);
                self.payload("output", output);
            }
            H::TaskFailed { service, failure } | H::TaskTimedOut { service, failure } => {
                self.service(service);
                self.failure(failure);
            }
            H::ActivityStarted { worker } => {
                if let Some(worker) = worker {
                    self.set("workerName", worker.as_ref());
                }
            }
            H::EvaluationFailed { state, failure, location } => {
                self.set("state", state.as_ref());
                self.failure(failure);
                if let Some(location) = location {
                    self.set("location", location.as_ref());
                }
            }
            H::StateAborted { .. }
            | H::ParallelStarted
            | H::StateSucceeded { .. }
            | H::StateFailed { .. }
            | H::MapRunSucceeded
            | H::MapRunAborted
            | H::LambdaStarted
            | H::Other { .. } => {}
        }
    }

    fn scheduled(&mut self, scheduled: &Scheduled) {
        match &scheduled.call {
            Call::Lambda { arn } | Call::Activity { arn } => {
                self.set("resource", arn.as_ref());
                self.payload("input", &scheduled.input);
            }
            Call::Service { service, region } => {
                self.service(service);
                self.set("region", region.as_ref());
                self.payload("parameters", &scheduled.input);
            }
        }
        if let Some(seconds) = scheduled.timeout {
            self.set("timeoutInSeconds", seconds);
        }
        if let Some(seconds) = scheduled.heartbeat {
            self.set("heartbeatInSeconds", seconds);
        }
        if let Some(credentials) = &scheduled.credentials {
            self.set("taskCredentials", serde_json::json!({"roleArn": credentials.role_arn}));
        }
    }

    fn service(&mut self, service: &Service) {
        self.set("resourceType", service.resource_type.as_ref());
        self.set("resource", service.resource.as_ref());
    }

    fn failure(&mut self, failure: &Failure) {
        if let Some(error) = &failure.error {
            self.set("error", error.as_ref());
        }
        if let Some(cause) = &failure.cause {
            self.set("cause", cause.as_ref());
        }
    }

    fn payload(&mut self, field: &str, payload: &crate::asl::Payload) {
        if self.data == Data::Shown {
            self.set(field, payload.text());
        }
    }

    fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.map.insert(field.to_owned(), value.into());
    }
}
