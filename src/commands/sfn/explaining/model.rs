//! An explanation as a document.

use jiff::Timestamp;
use opsctl_engine::asl::Payload;
use opsctl_engine::asl::explain::{
    AttemptError, Attempts, Cause, Explanation, FailedState, Unfinished, meaning,
};
use opsctl_engine::asl::history::Failure;
use serde::Serialize;
use serde_json::Value;

use super::decoded;
use crate::commands::sfn::model::{Counts, Execution};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    #[serde(flatten)]
    pub execution: Execution,
    /// What the name of the error means, where it is one of the service.
    pub meaning: Option<&'static str>,
    /// The cause, taken apart.
    pub decoded: Option<Decoded>,
    pub failed: Option<Failed>,
    /// What ran at a stop, or runs.
    pub running: Vec<At>,
    pub caught: Vec<Caught>,
    pub events: u64,
    /// The state that was entered most often, of a history near its limit.
    pub busiest: Option<Busiest>,
    /// Inputs are not shown: the key of the machine is not for whoever asks.
    pub data_left_out: bool,
    pub below: Option<Below>,
    pub next: Option<Next>,
}

/// The state that failed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failed {
    #[serde(flatten)]
    pub at: At,
    pub inside: Vec<Outer>,
    pub location: Option<String>,
}

/// A state that failed or did not end.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct At {
    pub state: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub entered: Timestamp,
    pub attempts: u64,
    pub calls: Option<String>,
    pub input: Option<Value>,
    pub arguments: Option<Value>,
    /// The error of each attempt, the last one first.
    pub errors: Vec<Attempt>,
    pub map_run_arn: Option<String>,
    pub child_arn: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outer {
    pub state: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub index: Option<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    pub at: Timestamp,
    pub error: Option<String>,
    pub cause: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Caught {
    pub state: String,
    #[serde(flatten)]
    pub attempt: Attempt,
    pub message: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decoded {
    pub message: String,
    pub thrown: Option<String>,
    pub trace: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Busiest {
    pub state: String,
    pub entered: u64,
}

/// What failed below.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Below {
    pub map_run: Option<MapRunFailed>,
    pub execution: Option<Box<Explained>>,
    /// Why it cannot be told.
    pub unread: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MapRunFailed {
    pub arn: String,
    pub items: Counts,
    /// Child executions.
    pub executions: Counts,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Next {
    /// Whether it can be redriven.
    pub redrive: Option<bool>,
    /// Why not.
    pub reason: Option<String>,
    pub command: String,
}

impl Explained {
    pub fn new(mut execution: Execution, explanation: Option<Explanation>, has_data: bool) -> Self {
        let told = explanation.as_ref().map(|explanation| explanation.failure.clone()).unwrap_or_default();
        // Whichever of the two knows it.
        let text = |text: Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        execution.error = execution.error.take().or_else(|| text(told.error));
        execution.cause = execution.cause.take().or_else(|| text(told.cause));
        let meaning = execution.error.as_deref().and_then(|error| meaning(error, execution.cause.as_deref()));
        let decoded = decoded(execution.cause.as_deref()).map(|cause| {
            let Cause { message, thrown, trace, .. } = cause;
            Decoded { message, thrown, trace }
        });
        let mut explained = Explained {
            execution,
            meaning,
            decoded,
            failed: None,
            running: Vec::new(),
            caught: Vec::new(),
            events: 0,
            busiest: None,
            data_left_out: !has_data,
            below: None,
            next: None,
        };
        if let Some(explanation) = explanation {
            explained.failed = explanation.failed.map(|state| Failed::new(state, has_data));
            explained.running =
                explanation.running.into_iter().map(|state| At::new(state, has_data)).collect();
            let caught = explanation.caught.into_iter().map(|caught| Caught {
                state: caught.state.to_string(),
                message: super::decoded(caught.failure.cause.as_deref()).map(|cause| cause.message),
                attempt: Attempt::new(caught.at, caught.failure),
            });
            explained.caught = caught.collect();
            explained.events = explanation.events;
            let busiest = explanation.busiest;
            explained.busiest = busiest.map(|(state, entered)| Busiest { state: state.to_string(), entered });
        }
        explained
    }

    /// The map run that failed, or goes on.
    pub fn map_run(&self) -> Option<&str> {
        self.states().find_map(|at| at.map_run_arn.as_deref())
    }

    /// The child execution that failed, or goes on.
    pub fn child(&self) -> Option<String> {
        let named = |cause: Option<&str>| decoded(cause)?.child.map(|child| child.arn);
        let from_errors = self
            .failed
            .as_ref()
            .and_then(|failed| failed.at.errors.first().and_then(|attempt| named(attempt.cause.as_deref())));
        let caught = || self.caught.last().and_then(|caught| named(caught.attempt.cause.as_deref()));
        from_errors
            .or_else(|| named(self.execution.cause.as_deref()))
            .or_else(|| self.states().find_map(|at| at.child_arn.clone()))
            // A Fail state passes on what another one met.
            .or_else(|| self.failed.as_ref().filter(|failed| failed.at.kind == "Fail").and_then(|_| caught()))
    }

    fn states(&self) -> impl Iterator<Item = &At> {
        self.failed.as_ref().map(|failed| &failed.at).into_iter().chain(&self.running)
    }
}

impl Failed {
    fn new(failed: FailedState, has_data: bool) -> Self {
        let inside = failed.inside.iter().map(|outer| Outer {
            state: outer.name.to_string(),
            kind: outer.kind.name(),
            index: outer.index,
        });
        Failed {
            inside: inside.collect(),
            location: failed.location.as_deref().map(str::to_owned),
            at: At::new(failed.state, has_data),
        }
    }
}

impl At {
    fn new(state: Unfinished, has_data: bool) -> Self {
        let Attempts { count, errors, calls, arguments, map_run, child } = state.attempts;
        let payload = |payload: Payload| has_data.then(|| payload.into_value());
        let attempt = |error: AttemptError| Attempt::new(error.at, error.failure);
        At {
            state: state.name.to_string(),
            kind: state.kind.name(),
            entered: state.entered,
            attempts: count,
            calls,
            input: payload(state.input),
            arguments: arguments.and_then(payload),
            errors: errors.into_iter().map(attempt).collect(),
            map_run_arn: map_run.as_deref().map(str::to_owned),
            child_arn: child,
        }
    }
}

impl Attempt {
    fn new(at: Timestamp, failure: Failure) -> Self {
        Attempt {
            at,
            error: failure.error.as_deref().map(str::to_owned),
            cause: failure.cause.as_deref().map(str::to_owned),
        }
    }
}
