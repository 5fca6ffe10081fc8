//! Tasks that call a Lambda function: what the function is given, and what the task gets for its result.

use opsctl_engine::asl::Payload;
use opsctl_engine::asl::definition::{Pattern, Resource};
use opsctl_engine::asl::execution::{Answer, TaskRequest};
use opsctl_engine::asl::history::Failure;
use serde_json::{Map, Value, json};
use std::sync::Arc;

use crate::functions::{FunctionError, Result};

/// A call of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// Name or ARN.
    pub function: String,
    pub event: Value,
    form: Form,
}

/// What is around a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A function by its plain ARN: nothing.
    Bare,
    /// `lambda:invoke`.
    Optimized,
    /// `aws-sdk:lambda:invoke`: the payload is text, and a failure is an answer too.
    Sdk,
    /// Nobody waits for the result.
    Event,
    /// Only whether it could be called is asked.
    DryRun,
}

impl Invocation {
    /// What a task calls, if that is a function whose result ends it.
    pub fn of(request: &TaskRequest) -> Option<Self> {
        let input = request.input.value();
        let service = match &request.resource {
            Resource::Lambda { arn } => {
                return Some(Invocation {
                    function: arn.to_string(),
                    event: input.clone(),
                    form: Form::Bare,
                });
            }
            Resource::Service(service) if service.pattern == Pattern::RequestResponse => service,
            _ => return None,
        };
        let form = match (&*service.resource_type, &*service.resource) {
            ("lambda", "invoke") => Form::Optimized,
            ("aws-sdk:lambda", "invoke") => Form::Sdk,
            _ => return None,
        };
        let function = input.get("FunctionName")?.as_str()?.to_owned();
        let event = match (form, input.get("Payload")) {
            (_, None) => json!({}),
            (Form::Sdk, Some(Value::String(text))) => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()))
            }
            (_, Some(payload)) => payload.clone(),
        };
        let form = match input.get("InvocationType").and_then(Value::as_str) {
            Some("Event") => Form::Event,
            Some("DryRun") => Form::DryRun,
            _ => form,
        };
        Some(Invocation { function, event, form })
    }

    /// Whether the function is to be run at all.
    pub fn runs(&self) -> bool {
        self.form != Form::DryRun
    }

    /// The answer to the task.
    pub fn answer(&self, result: Result, request_id: &str) -> Answer {
        let succeeded = |value: Value| Answer::Succeeded(Payload::new(value));
        match (self.form, result) {
            (Form::DryRun, _) => succeeded(json!({"StatusCode": 204, "Payload": ""})),
            (Form::Event, _) => succeeded(json!({"StatusCode": 202, "Payload": ""})),
            (Form::Bare, Ok(value)) => succeeded(value),
            (Form::Optimized, Ok(value)) => succeeded(wrapped(value, request_id)),
            (Form::Sdk, Ok(value)) => succeeded(
                json!({"ExecutedVersion": "$LATEST", "Payload": value.to_string(), "StatusCode": 200}),
            ),
            (Form::Sdk, Err(FunctionError { payload, .. })) => succeeded(json!({
                "ExecutedVersion": "$LATEST", "FunctionError": "Unhandled", "Payload": payload.to_string(),
                "StatusCode": 200,
            })),
            (Form::Bare | Form::Optimized, Err(FunctionError { error, payload })) => {
                let cause = Some(Arc::from(payload.to_string()));
                Answer::Failed(Failure { error: Some(Arc::from(error)), cause })
            }
        }
    }
}

/// What `lambda:invoke` gives: the payload among the metadata of the call.
fn wrapped(payload: Value, request_id: &str) -> Value {
    let length = payload.to_string().len().to_string();
    let headers =
        [("Connection", "keep-alive"), ("Content-Length", &length), ("Content-Type", "application/json")];
    let single: Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let lists: Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!([value]))).collect();
    json!({
        "ExecutedVersion": "$LATEST",
        "Payload": payload,
        "SdkHttpMetadata": {"AllHttpHeaders": lists, "HttpHeaders": single, "HttpStatusCode": 200},
        "SdkResponseMetadata": {"RequestId": request_id},
        "StatusCode": 200,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(resource: &str, input: Value) -> TaskRequest {
        TaskRequest {
            state: "S".into(),
            attempt: 0,
            is_iteration: false,
            resource: Resource::parse(resource).unwrap(),
            input: Payload::new(input),
            timeout: None,
            heartbeat: None,
            token: None,
            credentials: None,
        }
    }

    fn output(answer: Answer) -> Value {
        let Answer::Succeeded(output) = answer else { panic!("{answer:?}") };
        output.into_value()
    }

    #[test]
    fn the_forms_of_a_call_differ_in_what_is_around_the_result() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:pay";
        let bare = Invocation::of(&request(arn, json!({"a": 1}))).unwrap();
        assert_eq!((bare.function.as_str(), &bare.event), (arn, &json!({"a": 1})));
        assert_eq!(output(bare.answer(Ok(json!([2])), "r-1")), json!([2]));

        let input = json!({"FunctionName": "pay", "Payload": {"a": 1}});
        let optimized = Invocation::of(&request("arn:aws:states:::lambda:invoke", input.clone())).unwrap();
        assert_eq!((optimized.function.as_str(), &optimized.event), ("pay", &json!({"a": 1})));
        let wrapped = output(optimized.answer(Ok(json!([2])), "r-1"));
        assert_eq!((&wrapped["Payload"], &wrapped["StatusCode"]), (&json!([2]), &json!(200)));
        assert_eq!(wrapped["SdkResponseMetadata"]["RequestId"], "r-1");

        let input = json!({"FunctionName": "pay", "Payload": "{\"a\":1}"});
        let sdk = Invocation::of(&request("arn:aws:states:::aws-sdk:lambda:invoke", input)).unwrap();
        assert_eq!(sdk.event, json!({"a": 1}));
        assert_eq!(output(sdk.answer(Ok(json!([2])), "r-1"))["Payload"], "[2]");

        let input = json!({"FunctionName": "pay", "InvocationType": "Event"});
        let event = Invocation::of(&request("arn:aws:states:::lambda:invoke", input)).unwrap();
        assert_eq!(output(event.answer(Ok(json!(1)), "r-1"))["StatusCode"], 202);

        let input = json!({"FunctionName": "pay", "InvocationType": "DryRun"});
        let dry = Invocation::of(&request("arn:aws:states:::lambda:invoke", input)).unwrap();
        assert!(!dry.runs() && event.runs());
        assert_eq!(output(dry.answer(Ok(Value::Null), "r-1"))["StatusCode"], 204);

        let error = || Err(FunctionError { error: "E".into(), payload: json!({"errorType": "E"}) });
        assert_eq!(output(sdk.answer(error(), "r-1"))["FunctionError"], "Unhandled");
        for call in [&bare, &optimized] {
            let Answer::Failed(failure) = call.answer(error(), "r-1") else { panic!() };
            let told = (failure.error.as_deref(), failure.cause.as_deref());
            assert_eq!(told, (Some("E"), Some("{\"errorType\":\"E\"}")));
        }
    }

    #[test]
    fn what_is_no_function_is_no_invocation() {
        for (resource, input) in [
            ("arn:aws:states:::sqs:sendMessage", json!({"FunctionName": "f"})),
            ("arn:aws:states:::lambda:invoke.waitForTaskToken", json!({"FunctionName": "f"})),
            ("arn:aws:states:::lambda:invoke", json!({})),
            ("arn:aws:states:eu-west-1:111122223333:activity:sign", json!({})),
        ] {
            assert_eq!(Invocation::of(&request(resource, input)), None, "{resource}");
        }
    }
}
