//! Tasks that call a Lambda function: what the function is given, and what the task gets for its result. How functions
//! are found and run is for whoever runs the task.

use opsctl_engine::asl::Payload;
use opsctl_engine::asl::definition::{Pattern, Resource};
use opsctl_engine::asl::execution::{Answer, TaskRequest};
use opsctl_engine::asl::history::Failure;
use serde_json::{Map, Value, json};
use std::sync::Arc;

use super::{FunctionError, Result};

/// A call of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// Name or ARN.
    pub function: String,
    pub event: Value,
    /// The task ends by its token: what the call gives only says that it was made.
    pub is_callback: bool,
    form: Form,
    kind: Kind,
}

/// How a function is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    RequestResponse,
    /// Nobody waits for the result.
    Event,
    /// Only whether it could be called is asked.
    DryRun,
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
}

impl Invocation {
    /// What a task calls, if that is a function.
    pub fn of(request: &TaskRequest) -> Option<Self> {
        let input = request.input.value();
        let service = match &request.resource {
            Resource::Lambda { arn } => {
                return Some(Invocation {
                    function: arn.to_string(),
                    event: input.clone(),
                    is_callback: false,
                    form: Form::Bare,
                    kind: Kind::RequestResponse,
                });
            }
            Resource::Service(service) => service,
            Resource::Activity { .. } => return None,
        };
        let action = service.resource.split('.').next()?;
        let form = match (&*service.resource_type, action) {
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
        let kind = match input.get("InvocationType").and_then(Value::as_str) {
            Some("Event") => Kind::Event,
            Some("DryRun") => Kind::DryRun,
            _ => Kind::RequestResponse,
        };
        let is_callback = service.pattern == Pattern::WaitForTaskToken;
        Some(Invocation { function, event, is_callback, form, kind })
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether failures are told as the SDK tells them.
    pub fn is_by_sdk(&self) -> bool {
        self.form == Form::Sdk
    }

    /// What the call gives: the result of the task, unless that comes by its token. Of a function that nobody waits for
    /// the result is not looked at.
    pub fn output(&self, result: Result, request_id: &str) -> std::result::Result<Value, Failure> {
        match (self.kind, self.form, result) {
            (Kind::DryRun, ..) => Ok(json!({"StatusCode": 204, "Payload": ""})),
            (Kind::Event, ..) => Ok(json!({"StatusCode": 202, "Payload": ""})),
            (_, Form::Bare, Ok(value)) => Ok(value),
            (_, Form::Optimized, Ok(value)) => Ok(wrapped(value, request_id)),
            (_, Form::Sdk, Ok(value)) => {
                Ok(json!({"ExecutedVersion": "$LATEST", "Payload": value.to_string(), "StatusCode": 200}))
            }
            (_, Form::Sdk, Err(FunctionError { payload, .. })) => Ok(json!({
                "ExecutedVersion": "$LATEST", "FunctionError": "Unhandled", "Payload": payload.to_string(),
                "StatusCode": 200,
            })),
            (_, Form::Bare | Form::Optimized, Err(FunctionError { error, payload })) => {
                let cause = Some(Arc::from(payload.to_string()));
                Err(Failure { error: Some(Arc::from(error)), cause })
            }
        }
    }

    /// The answer to a task that the result of its function ends.
    pub fn answer(&self, result: Result, request_id: &str) -> Answer {
        match self.output(result, request_id) {
            Ok(output) => Answer::Succeeded(Payload::new(output)),
            Err(failure) => Answer::Failed(failure),
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
        assert_eq!((dry.kind(), event.kind()), (Kind::DryRun, Kind::Event));
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
    fn a_call_that_is_ended_by_a_token_is_one_too() {
        let resource = "arn:aws:states:::lambda:invoke.waitForTaskToken";
        let called = Invocation::of(&request(resource, json!({"FunctionName": "f"}))).unwrap();
        assert!(called.is_callback);
        assert_eq!(called.output(Ok(json!(1)), "r-1").unwrap()["Payload"], 1);
    }

    #[test]
    fn what_is_no_function_is_no_invocation() {
        for (resource, input) in [
            ("arn:aws:states:::sqs:sendMessage", json!({"FunctionName": "f"})),
            ("arn:aws:states:::lambda:invoke", json!({})),
            ("arn:aws:states:eu-west-1:111122223333:activity:sign", json!({})),
        ] {
            assert_eq!(Invocation::of(&request(resource, input)), None, "{resource}");
        }
    }
}
