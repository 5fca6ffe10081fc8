//! TestState: one state, by the engine. Without a mock a task really calls what this sandbox has.

use super::configuration as config;
use super::wire::required;
use crate::random;
use crate::sandbox::account::Account;
use crate::sandbox::services::ServiceError;
use jiff::Timestamp;
use opsctl_engine::asl::PAYLOAD_LIMIT;
use opsctl_engine::asl::definition::DEFINITION_LIMIT;
use opsctl_engine::asl::history::Failure;
use opsctl_engine::asl::test_state::{
    Configuration, Level, Mock, Request, Validation, answer, begin, options,
};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestState {
    definition: Option<String>,
    role_arn: Option<String>,
    input: Option<String>,
    inspection_level: Option<String>,
    reveal_secrets: Option<bool>,
    variables: Option<String>,
    state_name: Option<String>,
    mock: Option<MockInput>,
    context: Option<String>,
    state_configuration: Option<StateConfiguration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MockInput {
    result: Option<String>,
    error_output: Option<ErrorOutput>,
    field_validation_mode: Option<String>,
}

#[derive(Deserialize)]
struct ErrorOutput {
    error: Option<String>,
    cause: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StateConfiguration {
    retrier_retry_count: Option<i64>,
    error_caused_by_state: Option<String>,
    map_iteration_failure_count: Option<i64>,
    map_item_reader_data: Option<String>,
}

pub async fn test(account: &Arc<Account>, input: TestState) -> Result<Value, ServiceError> {
    let level = level(input.inspection_level.as_deref())?;
    let request = request(input)?;
    let identity = &account.identity;
    let role = request.role_arn.as_deref().unwrap_or_default();
    let options = options(Timestamp::now(), random::bytes()?, &identity.region, &identity.account, role);
    let execution = begin(&request, options)?;
    let answer = match answer(&execution, level) {
        Some(answer) => Some(answer),
        None => account.states.executions.try_state(account, execution, level).await?,
    };
    answer.ok_or_else(|| ServiceError::internal("the state was lost"))
}

fn request(input: TestState) -> Result<Request, ServiceError> {
    let definition = required(input.definition, "definition")?;
    bounded(Some(&definition), "definition", DEFINITION_LIMIT)?;
    bounded(input.input.as_ref(), "input", PAYLOAD_LIMIT)?;
    bounded(input.context.as_ref(), "context", PAYLOAD_LIMIT)?;
    if let Some(name) = &input.state_name {
        ServiceError::check_length(name, "stateName", 1, 80)?;
    }
    if let Some(role) = &input.role_arn {
        config::role(role)?;
    }
    let configuration = input.state_configuration.map(configuration).transpose()?;
    Ok(Request {
        definition,
        state_name: input.state_name,
        input: input.input,
        role_arn: input.role_arn,
        variables: input.variables,
        context: input.context,
        reveals_secrets: input.reveal_secrets == Some(true),
        mock: input.mock.map(mock).transpose()?,
        configuration: configuration.unwrap_or_default(),
    })
}

fn level(given: Option<&str>) -> Result<Level, ServiceError> {
    match given {
        None | Some("INFO") => Ok(Level::Info),
        Some("DEBUG") => Ok(Level::Debug),
        Some("TRACE") => Ok(Level::Trace),
        Some(other) => Err(ServiceError::constraint(
            other,
            "inspectionLevel",
            "satisfy enum value set: [INFO, DEBUG, TRACE]",
        )),
    }
}

fn mock(input: MockInput) -> Result<Mock, ServiceError> {
    bounded(input.result.as_ref(), "mock.result", PAYLOAD_LIMIT)?;
    let validation = match input.field_validation_mode.as_deref() {
        None | Some("STRICT") => Validation::Strict,
        Some("PRESENT") => Validation::Present,
        Some("NONE") => Validation::None,
        Some(other) => {
            return Err(ServiceError::constraint(
                other,
                "mock.fieldValidationMode",
                "satisfy enum value set: [STRICT, PRESENT, NONE]",
            ));
        }
    };
    let error_output = match input.error_output {
        Some(ErrorOutput { error, cause }) => {
            let error = required(error, "mock.errorOutput.error")?;
            ServiceError::check_length(&error, "mock.errorOutput.error", 0, 256)?;
            let told = cause.as_deref().unwrap_or_default();
            ServiceError::check_length(told, "mock.errorOutput.cause", 0, 32_768)?;
            Some(Failure { error: Some(error.into()), cause: cause.map(Into::into) })
        }
        None => None,
    };
    Ok(Mock { result: input.result, error_output, validation })
}

fn configuration(input: StateConfiguration) -> Result<Configuration, ServiceError> {
    let count = |given: Option<i64>, member: &str| match given.map(u64::try_from).transpose() {
        Ok(count) => Ok(count),
        Err(_) => Err(ServiceError::constraint(
            given.unwrap_or_default(),
            member,
            "have value greater than or equal to 0",
        )),
    };
    Ok(Configuration {
        retrier_retry_count: count(input.retrier_retry_count, "stateConfiguration.retrierRetryCount")?,
        error_caused_by_state: input.error_caused_by_state,
        map_iteration_failure_count: count(
            input.map_iteration_failure_count,
            "stateConfiguration.mapIterationFailureCount",
        )?,
        map_item_reader_data: input.map_item_reader_data,
    })
}

/// Refuses a text that is longer than the model allows, without saying all of it again.
fn bounded(text: Option<&String>, member: &str, most: usize) -> Result<(), ServiceError> {
    match text.map(String::len).filter(|length| *length > most) {
        Some(length) => {
            let constraint = format!("have length less than or equal to {most}");
            Err(ServiceError::constraint(format!("{length} bytes"), member, constraint))
        }
        None => Ok(()),
    }
}
