//! The rules by their ids, which users write into their definitions: an id never changes its meaning.

use super::Severity::{self, Error, Note, Warning};
use crate::asl::definition::diagnostic::{
    DUPLICATE_STATE_NAME, INVALID_JSON_DESCRIPTION, MISSING_TRANSITION_TARGET, SCHEMA_VALIDATION_FAILED,
};

#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: &'static str,
    pub severity: Severity,
    /// What the rule finds, in a sentence.
    pub summary: &'static str,
}

const fn rule(id: &'static str, severity: Severity, summary: &'static str) -> Rule {
    Rule { id, severity, summary }
}

pub(super) static UNREACHABLE_STATE: Rule =
    rule("unreachable-state", Warning, "A state that nothing leads to is never entered");
pub(super) static NO_PATH_TO_END: Rule =
    rule("no-path-to-end", Warning, "Once in these states, a run can only go round until a limit fails it");
pub(super) static LOOP_EVENT_LIMIT: Rule =
    rule("loop-event-limit", Warning, "A loop can make more than the 25,000 events an execution may have");
pub(super) static GROWING_PAYLOAD: Rule = rule(
    "growing-payload",
    Warning,
    "What a loop carries grows with every round, up to the limit of 256 KiB",
);
pub(super) static UNASSIGNED_VARIABLE: Rule =
    rule("unassigned-variable", Warning, "A variable is read that nothing before has given a value");
pub(super) static MAYBE_UNASSIGNED_VARIABLE: Rule =
    rule("maybe-unassigned-variable", Note, "A variable is read that not every way there has given a value");
pub(super) static RETRY_WITHOUT_JITTER: Rule =
    rule("retry-without-jitter", Note, "Retries of many executions come at the same moments");
pub(super) static LAMBDA_WITHOUT_RETRY: Rule = rule(
    "lambda-without-retry",
    Warning,
    "Passing failures of the Lambda service end the execution, because they are not retried",
);
pub(super) static UNKNOWN_ERROR_NAME: Rule =
    rule("unknown-error-name", Warning, "A name that begins with States. and that the service never gives");
pub(super) static UNREACHABLE_HANDLER: Rule =
    rule("unreachable-handler", Warning, "A retrier or catcher never matches, because earlier ones do");
pub(super) static RETRY_OF_RUNTIME: Rule =
    rule("retry-of-runtime", Warning, "States.Runtime is never retried");
pub(super) static CATCH_ALL_MISSES_RUNTIME: Rule = rule(
    "catch-all-misses-runtime",
    Note,
    "A catcher of States.ALL looks as if it caught everything, but lets States.Runtime through",
);
pub(super) static TASK_WITHOUT_TIMEOUT: Rule =
    rule("task-without-timeout", Note, "A task that never answers holds its execution up for years");
pub(super) static CALLBACK_WITHOUT_TIMEOUT: Rule = rule(
    "callback-without-timeout",
    Warning,
    "An activity, callback or job that nobody ends holds its execution up for years",
);
pub(super) static HEARTBEAT_WITHOUT_EFFECT: Rule =
    rule("heartbeat-without-effect", Warning, "A heartbeat that can never be missed");
pub(super) static EXPRESS_TOO_LONG: Rule =
    rule("express-too-long", Warning, "A time that is longer than the 5 minutes of an Express execution");
pub(super) static CHOICE_WITHOUT_DEFAULT: Rule =
    rule("choice-without-default", Note, "Input that no rule expects fails with States.NoChoiceMatched");
pub(super) static UNKNOWN_RULE: Rule =
    rule("unknown-rule", Warning, "A comment silences a rule that there is not");

/// Every rule of the linter's own.
pub static RULES: [&Rule; 18] = [
    &UNREACHABLE_STATE,
    &NO_PATH_TO_END,
    &LOOP_EVENT_LIMIT,
    &GROWING_PAYLOAD,
    &UNASSIGNED_VARIABLE,
    &MAYBE_UNASSIGNED_VARIABLE,
    &RETRY_WITHOUT_JITTER,
    &LAMBDA_WITHOUT_RETRY,
    &UNKNOWN_ERROR_NAME,
    &UNREACHABLE_HANDLER,
    &RETRY_OF_RUNTIME,
    &CATCH_ALL_MISSES_RUNTIME,
    &TASK_WITHOUT_TIMEOUT,
    &CALLBACK_WITHOUT_TIMEOUT,
    &HEARTBEAT_WITHOUT_EFFECT,
    &EXPRESS_TOO_LONG,
    &CHOICE_WITHOUT_DEFAULT,
    &UNKNOWN_RULE,
];

static DUPLICATE: Rule = rule(DUPLICATE_STATE_NAME, Error, "Two states of a machine have the same name");
static EXPRESSION: Rule =
    rule("INVALID_JSONATA_EXPRESSION", Error, "What stands between {% and %} is no JSONata");
static NO_JSON: Rule =
    rule(INVALID_JSON_DESCRIPTION, Error, "A definition is no JSON object, or has a field twice");
static TARGET: Rule =
    rule(MISSING_TRANSITION_TARGET, Error, "A transition leads to a state that there is not");
static SCHEMA: Rule = rule(
    SCHEMA_VALIDATION_FAILED,
    Error,
    "A field is missing, is not supported, or has a value it cannot have",
);
static UNSUPPORTED: Rule = rule(
    "UNSUPPORTED_JSONATA_EXPRESSION",
    Error,
    "A JSONata expression uses what the service does not allow",
);

/// What the service refuses, by its codes, which are written in capitals.
pub static CODES: [&Rule; 6] = [&DUPLICATE, &EXPRESSION, &NO_JSON, &TARGET, &SCHEMA, &UNSUPPORTED];
