//! What the names of errors mean, in a sentence each.
//!
//! Source: the guide of Step Functions, "Handling errors"; that of Lambda for what its runtimes throw.

use crate::asl::failure::RUNTIME;

const MEANINGS: &[(&str, &str)] = &[
    ("States.ALL", "an error that no other name fits"),
    ("States.BranchFailed", "a branch of a Parallel state failed, and with it the state"),
    ("States.DataLimitExceeded", "a result, an input or an output is larger than 256 KiB"),
    (
        "States.ExceedToleratedFailureThreshold",
        "more items of a Map state failed than ToleratedFailureCount or ToleratedFailurePercentage allow",
    ),
    ("States.HeartbeatTimeout", "no heartbeat came within HeartbeatSeconds"),
    ("States.Http.Socket", "an HTTP task got no answer within 60 seconds, or no connection"),
    ("States.IntrinsicFailure", "an intrinsic function (States.…) was given what it cannot take"),
    ("States.ItemReaderFailed", "the items of a Map state could not be read from where ItemReader says"),
    ("States.NoChoiceMatched", "no rule of a Choice state fits its input, and it has no Default"),
    ("States.ParameterPathFailure", "a path in Parameters, ResultSelector or ItemSelector leads nowhere"),
    ("States.Permissions", "the role of the machine may not do what the task asks for"),
    (
        "States.QueryEvaluationError",
        "a JSONata expression failed, or gave a value of a type that the field does not take",
    ),
    ("States.ResultPathMatchFailure", "ResultPath does not fit the input that it would change"),
    (
        "States.ResultWriterFailed",
        "the results of a Map state could not be written to where ResultWriter says",
    ),
    (
        "States.Runtime",
        "the definition does not fit the data: no Retry and no Catch with States.ALL takes this error",
    ),
    ("States.TaskFailed", "a task failed: its cause says why"),
    ("States.Timeout", "a state, or the execution, ran longer than its TimeoutSeconds"),
    ("Sandbox.Timedout", "the function ran longer than its own time limit"),
    ("Lambda.AWSLambdaException", "Lambda itself could not serve the call: worth a Retry"),
    ("Lambda.ClientExecutionTimeoutException", "Lambda did not answer in time: worth a Retry"),
    ("Lambda.SdkClientException", "Lambda could not be reached: worth a Retry"),
    ("Lambda.ServiceException", "Lambda itself could not serve the call: worth a Retry"),
    (
        "Lambda.TooManyRequestsException",
        "the function runs as often at once as it may: worth a Retry with a longer interval",
    ),
    (
        "Lambda.Unknown",
        "the function ended without saying how: out of memory, out of time or killed; its log says more",
    ),
    ("Lambda.ResourceNotFoundException", "there is no such function, version or alias"),
    ("Runtime.ExitError", "the program of the function ended before it answered"),
    ("Runtime.ImportModuleError", "the code of the function could not be loaded: a module is missing"),
    ("Runtime.HandlerNotFound", "the function has no handler of the configured name"),
];

/// What an error means; nothing is known of names that users give.
pub fn meaning(error: &str, cause: Option<&str>) -> Option<&'static str> {
    if error == RUNTIME && cause.is_some_and(|cause| cause.contains("maximum number of history events")) {
        return Some("an execution has 25,000 events at most: long loops go on in an execution of their own");
    }
    if error.starts_with("States.Http.StatusCode.") {
        return Some("an HTTP task was answered with this status");
    }
    MEANINGS.iter().find(|(name, _)| *name == error).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_service_have_a_meaning() {
        use crate::asl::failure as known;
        for name in [
            known::RUNTIME,
            known::TASK_FAILED,
            known::TIMEOUT,
            known::HEARTBEAT_TIMEOUT,
            known::DATA_LIMIT_EXCEEDED,
            known::INTRINSIC_FAILURE,
            known::QUERY_EVALUATION_ERROR,
            known::RESULT_PATH_MATCH_FAILURE,
        ] {
            assert!(meaning(name, None).is_some(), "{name}");
        }
        assert_eq!(meaning("EmptyOrder", None), None);
        assert!(meaning("States.Http.StatusCode.404", None).is_some());
        let limit = "The execution reached the maximum number of history events (25000).";
        assert_ne!(meaning(known::RUNTIME, Some(limit)), meaning(known::RUNTIME, Some("no path")));
    }
}
