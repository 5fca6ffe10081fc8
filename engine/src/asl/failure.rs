//! What the evaluation of a field fails with, and what is wrong with a field that cannot be compiled. Knows neither
//! states nor events: the interpreter puts the name of the state in front of a cause.

/// `States.Runtime`: never retried, not matched by `States.ALL`.
pub const RUNTIME: &str = "States.Runtime";
/// Matches every error but those that nothing matches.
pub const ALL: &str = "States.ALL";
pub const TASK_FAILED: &str = "States.TaskFailed";
pub const TIMEOUT: &str = "States.Timeout";
pub const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
pub const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
pub const INTRINSIC_FAILURE: &str = "States.IntrinsicFailure";
pub const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";
pub const RESULT_PATH_MATCH_FAILURE: &str = "States.ResultPathMatchFailure";

/// An evaluation that failed, in the service's words, without its
/// `An error occurred while executing the state …` in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One of the service's error names.
    pub error: &'static str,
    pub cause: String,
    /// The field whose JSONata expression failed (`Output/x[0]`), which the event of the failure names.
    pub location: Option<String>,
}

impl Failure {
    pub fn new(error: &'static str, cause: impl Into<String>) -> Self {
        Failure { error, cause: cause.into(), location: None }
    }

    pub fn runtime(cause: impl Into<String>) -> Self {
        Failure::new(RUNTIME, cause)
    }
}

/// A fault of a definition's field, found before anything runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON-pointer-like place below the compiled value: empty for the value itself, `/a/0` below it.
    pub pointer: String,
    /// The service's code where one is known: `SCHEMA_VALIDATION_FAILED`, `INVALID_JSONATA_EXPRESSION`, ….
    pub code: &'static str,
    pub message: String,
}

pub const SCHEMA_VALIDATION_FAILED: &str = "SCHEMA_VALIDATION_FAILED";
