//! Retriers and catchers: what they leave out, and what of them never matches.

use std::sync::Arc;

use super::Linter;
use super::places::Placed;
use super::rule::{
    CATCH_ALL_MISSES_RUNTIME, LAMBDA_WITHOUT_RETRY, RETRY_OF_RUNTIME, RETRY_WITHOUT_JITTER,
    UNKNOWN_ERROR_NAME, UNREACHABLE_HANDLER,
};
use crate::asl::definition::{Integration, QueryLanguage, Resource, State, Work};
use crate::asl::failure::{ALL, DATA_LIMIT_EXCEEDED, HEARTBEAT_TIMEOUT, RUNTIME, TASK_FAILED, TIMEOUT};
use crate::asl::history::StateType;
use crate::nearest;

/// The names that the service gives to errors of its own. Those of `States.Http.StatusCode.` go on with a number.
const RESERVED: &[&str] = &[
    ALL,
    DATA_LIMIT_EXCEEDED,
    "States.BranchFailed",
    "States.ExceedToleratedFailureThreshold",
    HEARTBEAT_TIMEOUT,
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    RUNTIME,
    TASK_FAILED,
    TIMEOUT,
];

/// What the Lambda service fails with when a second try is likely to do.
const LAMBDA: &[&str] =
    &["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"];

pub(super) fn check(linter: &mut Linter<'_>, placed: &Placed<'_>) {
    let state = placed.state;
    let retry: Vec<&[Arc<str>]> = state.retry.iter().map(|retrier| retrier.errors.as_slice()).collect();
    let catch: Vec<&[Arc<str>]> = state.catch.iter().map(|catcher| catcher.errors.as_slice()).collect();
    names(linter, placed, "Retry", &retry);
    names(linter, placed, "Catch", &catch);
    for (number, retrier) in state.retry.iter().enumerate() {
        let at = format!("{}/Retry/{number}", placed.at);
        if retrier.max_attempts > 0 && !retrier.full_jitter {
            let message = "executions that failed together retry together: add \"JitterStrategy\": \"FULL\"";
            linter.add(&RETRY_WITHOUT_JITTER, at.clone(), message.to_owned());
        }
        if retrier.errors.iter().any(|name| &**name == RUNTIME) {
            let message = format!("{RUNTIME} is never retried: mend what fails, or catch it");
            linter.add(&RETRY_OF_RUNTIME, format!("{at}/ErrorEquals"), message);
        }
    }
    lambda(linter, placed);
    catch_all(linter, placed);
}

fn names(linter: &mut Linter<'_>, placed: &Placed<'_>, field: &str, handlers: &[&[Arc<str>]]) {
    for (number, errors) in handlers.iter().enumerate() {
        let at = format!("{}/{field}/{number}/ErrorEquals", placed.at);
        for (position, name) in errors.iter().enumerate() {
            let is_reserved = RESERVED.contains(&&**name) || name.starts_with("States.Http.StatusCode.");
            if name.starts_with("States.") && !is_reserved {
                let near = nearest(name, RESERVED.iter().copied());
                let cure = near.map_or_else(
                    || "names that begin so are the service's own".to_owned(),
                    |near| format!("did you mean {near}?"),
                );
                linter.add(
                    &UNKNOWN_ERROR_NAME,
                    format!("{at}/{position}"),
                    format!("no error is called {name}: {cure}"),
                );
            }
        }
        let earlier = &handlers[..number];
        let is_taken = |name: &Arc<str>| {
            earlier.iter().any(|errors| errors.iter().any(|taken| covers(placed.state, taken, name)))
        };
        if !errors.is_empty() && errors.iter().all(is_taken) {
            let message = format!(
                "never matches: earlier elements of {field} take {}; move it before them or take it out",
                errors.join(", ")
            );
            linter.add(&UNREACHABLE_HANDLER, format!("{}/{field}/{number}", placed.at), message);
        }
    }
}

/// Whether every error that `name` stands for is one that `taken` stands for.
fn covers(state: &State, taken: &str, name: &str) -> bool {
    match taken {
        _ if taken == name => true,
        TASK_FAILED => {
            state.kind == StateType::Task
                && ![ALL, RUNTIME, TIMEOUT, DATA_LIMIT_EXCEEDED, HEARTBEAT_TIMEOUT].contains(&name)
        }
        _ => taken == TIMEOUT && name == HEARTBEAT_TIMEOUT,
    }
}

/// The Lambda service's own failures, where a function is called.
fn lambda(linter: &mut Linter<'_>, placed: &Placed<'_>) {
    let Work::Task(task) = &placed.state.work else { return };
    let is_lambda = match &task.resource {
        Resource::Lambda { .. } => true,
        Resource::Service(Integration { resource_type, resource, .. }) => {
            &**resource_type == "lambda" && resource.starts_with("invoke")
        }
        Resource::Activity { .. } => false,
    };
    if !is_lambda {
        return;
    }
    let retry = &placed.state.retry;
    let is_retried = |error: &&str| {
        retry
            .iter()
            .flat_map(|retrier| &retrier.errors)
            .any(|name| [ALL, TASK_FAILED, *error].contains(&&**name))
    };
    let missing: Vec<&str> = LAMBDA.iter().copied().filter(|error| !is_retried(error)).collect();
    if !missing.is_empty() {
        let message = format!(
            "'{}' does not retry {}, which pass: add a Retry of Lambda.ServiceException, \
             Lambda.AWSLambdaException, Lambda.SdkClientException and Lambda.TooManyRequestsException",
            placed.state.name,
            missing.join(", ")
        );
        linter.add(&LAMBDA_WITHOUT_RETRY, placed.at.clone(), message);
    }
}

/// In JSONata nothing is `States.Runtime` that a definition can be blamed for.
fn catch_all(linter: &mut Linter<'_>, placed: &Placed<'_>) {
    let state = placed.state;
    let is_named =
        |wanted: &str| state.catch.iter().flat_map(|catcher| &catcher.errors).any(|name| &**name == wanted);
    if state.language != QueryLanguage::JsonPath || is_named(RUNTIME) || !super::reads::has_paths(placed.raw)
    {
        return;
    }
    let all = state.catch.iter().position(|catcher| catcher.errors.iter().any(|name| &**name == ALL));
    if let Some(number) = all {
        let message = format!(
            "{ALL} does not stand for {RUNTIME}, with which a path that selects nothing fails the execution: \
             catch {RUNTIME} by its name before it, or test the input with IsPresent"
        );
        linter.add(&CATCH_ALL_MISSES_RUNTIME, format!("{}/Catch/{number}/ErrorEquals", placed.at), message);
    }
}
