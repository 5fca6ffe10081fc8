//! An event: its kinds and what each of them carries.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::asl::Payload;

/// A time as the service writes it: UTC, milliseconds.
pub fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[derive(Debug, Clone)]
pub struct Event {
    pub id: u64,
    /// The event this one followed; 0 for none.
    pub previous: u64,
    pub at: Timestamp,
    pub happened: Happened,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StateType {
    Task,
    Wait,
    Pass,
    Succeed,
    Fail,
    Choice,
    Parallel,
    Map,
}

impl StateType {
    pub const ALL: [StateType; 8] = [
        StateType::Task,
        StateType::Wait,
        StateType::Pass,
        StateType::Succeed,
        StateType::Fail,
        StateType::Choice,
        StateType::Parallel,
        StateType::Map,
    ];

    pub fn name(self) -> &'static str {
        match self {
            StateType::Task => "Task",
            StateType::Wait => "Wait",
            StateType::Pass => "Pass",
            StateType::Succeed => "Succeed",
            StateType::Fail => "Fail",
            StateType::Choice => "Choice",
            StateType::Parallel => "Parallel",
            StateType::Map => "Map",
        }
    }
}

/// The role a task runs with when it is not the execution's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Credentials {
    pub role_arn: Value,
}

/// Variables a state assigned, with their values.
pub type Assigned = Arc<[(Arc<str>, Payload)]>;

/// An error and its cause, either of which may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
}

#[derive(Debug, Clone)]
pub enum Happened {
    ExecutionStarted {
        input: Payload,
        role_arn: Arc<str>,
    },
    ExecutionSucceeded {
        output: Payload,
    },
    ExecutionFailed(Failure),
    ExecutionAborted(Failure),
    ExecutionTimedOut(Failure),
    /// It goes on after its end, for the `count`th time.
    ExecutionRedriven {
        count: u64,
    },
    StateEntered {
        state: StateType,
        name: Arc<str>,
        input: Payload,
    },
    StateExited {
        state: StateType,
        name: Arc<str>,
        output: Payload,
        assigned: Assigned,
    },
    StateAborted {
        state: StateType,
    },
    ParallelStarted,
    MapStarted {
        length: u64,
    },
    /// A Parallel or Map state is done with its branches or items.
    StateSucceeded {
        state: StateType,
    },
    StateFailed {
        state: StateType,
    },
    IterationStarted {
        name: Arc<str>,
        index: u64,
    },
    IterationSucceeded {
        name: Arc<str>,
        index: u64,
    },
    IterationFailed {
        name: Arc<str>,
        index: u64,
    },
    IterationAborted {
        name: Arc<str>,
        index: u64,
    },
    MapRunStarted {
        arn: Arc<str>,
    },
    MapRunSucceeded,
    MapRunFailed(Failure),
    MapRunAborted,
    MapRunRedriven {
        arn: Arc<str>,
        count: u64,
    },
    Scheduled(Box<Scheduled>),
    TaskStarted {
        service: Service,
    },
    TaskSubmitted {
        service: Service,
        output: Payload,
    },
    TaskSucceeded {
        service: Service,
        output: Payload,
    },
    TaskFailed {
        service: Service,
        failure: Failure,
    },
    TaskTimedOut {
        service: Service,
        failure: Failure,
    },
    LambdaStarted,
    LambdaSucceeded {
        output: Payload,
    },
    LambdaFailed(Failure),
    LambdaTimedOut(Failure),
    ActivityStarted {
        worker: Option<Arc<str>>,
    },
    ActivitySucceeded {
        output: Payload,
    },
    ActivityFailed(Failure),
    ActivityTimedOut(Failure),
    EvaluationFailed {
        state: Arc<str>,
        failure: Failure,
        location: Option<Arc<str>>,
    },
    /// Of a kind that no execution here has; only what is read from the service.
    Other {
        kind: Arc<str>,
        failure: Failure,
    },
}

/// The integration of a Task state as events name it: `lambda` and `invoke`, `sqs` and `sendMessage.waitForTaskToken`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub resource_type: Arc<str>,
    pub resource: Arc<str>,
}

/// An attempt at a task, given out.
#[derive(Debug, Clone)]
pub struct Scheduled {
    pub call: Call,
    pub input: Payload,
    pub timeout: Option<u64>,
    pub heartbeat: Option<u64>,
    pub credentials: Option<Credentials>,
}

#[derive(Debug, Clone)]
pub enum Call {
    Lambda { arn: Arc<str> },
    Activity { arn: Arc<str> },
    Service { service: Service, region: Arc<str> },
}

impl Happened {
    /// Whether nothing happens after it, unless the execution is redriven.
    pub fn ends_the_execution(&self) -> bool {
        matches!(
            self,
            Happened::ExecutionSucceeded { .. }
                | Happened::ExecutionFailed(_)
                | Happened::ExecutionAborted(_)
                | Happened::ExecutionTimedOut(_)
        )
    }

    /// Whether it is about the execution as a whole: its start, its end, its going on after that.
    pub(in crate::asl) fn is_of_execution(&self) -> bool {
        matches!(self, Happened::ExecutionStarted { .. } | Happened::ExecutionRedriven { .. })
            || self.ends_the_execution()
    }

    /// The type of the event, as the service writes it.
    pub fn name(&self) -> String {
        use Happened as H;
        let fixed = match self {
            H::StateEntered { state, .. } => return format!("{}StateEntered", state.name()),
            H::StateExited { state, .. } => return format!("{}StateExited", state.name()),
            H::StateAborted { state } => return format!("{}StateAborted", state.name()),
            H::StateSucceeded { state } => return format!("{}StateSucceeded", state.name()),
            H::StateFailed { state } => return format!("{}StateFailed", state.name()),
            H::ExecutionStarted { .. } => "ExecutionStarted",
            H::ExecutionSucceeded { .. } => "ExecutionSucceeded",
            H::ExecutionFailed(_) => "ExecutionFailed",
            H::ExecutionAborted(_) => "ExecutionAborted",
            H::ExecutionTimedOut(_) => "ExecutionTimedOut",
            H::ExecutionRedriven { .. } => "ExecutionRedriven",
            H::ParallelStarted => "ParallelStateStarted",
            H::MapStarted { .. } => "MapStateStarted",
            H::IterationStarted { .. } => "MapIterationStarted",
            H::IterationSucceeded { .. } => "MapIterationSucceeded",
            H::IterationFailed { .. } => "MapIterationFailed",
            H::IterationAborted { .. } => "MapIterationAborted",
            H::MapRunStarted { .. } => "MapRunStarted",
            H::MapRunSucceeded => "MapRunSucceeded",
            H::MapRunFailed(_) => "MapRunFailed",
            H::MapRunAborted => "MapRunAborted",
            H::MapRunRedriven { .. } => "MapRunRedriven",
            H::Scheduled(scheduled) => match scheduled.call {
                Call::Lambda { .. } => "LambdaFunctionScheduled",
                Call::Activity { .. } => "ActivityScheduled",
                Call::Service { .. } => "TaskScheduled",
            },
            H::TaskStarted { .. } => "TaskStarted",
            H::TaskSubmitted { .. } => "TaskSubmitted",
            H::TaskSucceeded { .. } => "TaskSucceeded",
            H::TaskFailed { .. } => "TaskFailed",
            H::TaskTimedOut { .. } => "TaskTimedOut",
            H::LambdaStarted => "LambdaFunctionStarted",
            H::LambdaSucceeded { .. } => "LambdaFunctionSucceeded",
            H::LambdaFailed(_) => "LambdaFunctionFailed",
            H::LambdaTimedOut(_) => "LambdaFunctionTimedOut",
            H::ActivityStarted { .. } => "ActivityStarted",
            H::ActivitySucceeded { .. } => "ActivitySucceeded",
            H::ActivityFailed(_) => "ActivityFailed",
            H::ActivityTimedOut(_) => "ActivityTimedOut",
            H::EvaluationFailed { .. } => "EvaluationFailed",
            H::Other { kind, .. } => kind,
        };
        fixed.to_owned()
    }
}
