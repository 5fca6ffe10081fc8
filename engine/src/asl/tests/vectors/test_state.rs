//! A recorded test of one state: the same request, with the recorded result where a task is really called.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::compare::Placeholders;
use crate::asl::Payload;
use crate::asl::execution::virtual_time::{self, World};
use crate::asl::execution::{Answer, DemandId, ObjectRequest, TaskRequest, WriteRequest};
use crate::asl::history::Failure;
use crate::asl::test_state::{Configuration, Level, Mock, Request, Validation, answer, begin, options};

pub(super) fn score(case: &Value, placeholders: &Placeholders) -> Result<(), String> {
    let request = &case["request"];
    let (wanted, place) = match case["expected"].get("error") {
        Some(error) => {
            let message = error["message"].as_str().unwrap_or_default();
            let message = message.split_once(" operation: ").map_or(message, |(_, message)| message);
            (json!({"code": error["code"], "message": message}), "error")
        }
        None => {
            let mut wanted = case["expected"]["response"].clone();
            wanted.as_object_mut().map(|fields| fields.remove("ResponseMetadata"));
            (wanted, "response")
        }
    };
    let role = request["roleArn"].as_str().unwrap_or_default();
    let options =
        options("2025-01-01T00:00:00Z".parse().unwrap(), [7; 32], "us-east-1", "111111111111", role);
    let level = match request["inspectionLevel"].as_str() {
        Some("DEBUG") => Level::Debug,
        Some("TRACE") => Level::Trace,
        _ => Level::Info,
    };
    let told = match begin(&read(request), options) {
        Ok(mut execution) => {
            virtual_time::run(&mut execution, &mut Called(&wanted["inspectionData"]["result"]));
            answer(&execution, level).ok_or("it did not end")?
        }
        Err(refusal) => json!({"code": refusal.code, "message": refusal.message}),
    };
    placeholders.compare(&wanted, &told, place)
}

fn read(request: &Value) -> Request {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    };
    let mock = &request["mock"];
    let error = &mock["errorOutput"];
    let configuration = &request["stateConfiguration"];
    Request {
        definition: text(&request["definition"]).unwrap(),
        state_name: text(&request["stateName"]),
        input: text(&request["input"]),
        role_arn: text(&request["roleArn"]),
        variables: text(&request["variables"]),
        context: text(&request["context"]),
        reveals_secrets: request["revealSecrets"] == true,
        mock: mock.is_object().then(|| Mock {
            result: text(&mock["result"]),
            error_output: error.is_object().then(|| Failure {
                error: text(&error["error"]).map(Arc::from),
                cause: text(&error["cause"]).map(Arc::from),
            }),
            validation: match mock["fieldValidationMode"].as_str() {
                Some("PRESENT") => Validation::Present,
                Some("NONE") => Validation::None,
                _ => Validation::Strict,
            },
        }),
        configuration: Configuration {
            retrier_retry_count: configuration["retrierRetryCount"].as_u64(),
            error_caused_by_state: text(&configuration["errorCausedByState"]),
            map_iteration_failure_count: configuration["mapIterationFailureCount"].as_u64(),
            map_item_reader_data: text(&configuration["mapItemReaderData"]),
        },
    }
}

/// The world of a recording: a task comes to what is recorded.
struct Called<'a>(&'a Value);

impl World for Called<'_> {
    fn task(&mut self, _: DemandId, _: &TaskRequest) -> Vec<(Duration, Answer)> {
        let text = self.0.as_str().unwrap_or_default();
        let result = serde_json::from_str(text).unwrap_or_else(|_| self.0.clone());
        vec![(Duration::ZERO, Answer::Succeeded(Payload::new(result)))]
    }

    fn read(&mut self, _: &ObjectRequest) -> Result<Bytes, Failure> {
        Err(Failure::default())
    }

    fn list(&mut self, _: &ObjectRequest) -> Result<Vec<Value>, Failure> {
        Err(Failure::default())
    }

    fn write(&mut self, _: &WriteRequest) -> Result<(), Failure> {
        Err(Failure::default())
    }
}
