//! The world a run was recorded in: its tasks answer as they did then, its functions and objects are as they were.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::compare::Placeholders;
use crate::asl::Payload;
use crate::asl::definition::Resource;
use crate::asl::execution::virtual_time::World;
use crate::asl::execution::{Answer, DemandId, ObjectRequest, TaskRequest, WriteRequest};
use crate::asl::history::Failure;

pub(super) struct Recorded<'a> {
    case: &'a Value,
    placeholders: Placeholders,
    tasks: Vec<&'a Value>,
    submitted: Vec<&'a Value>,
}

impl<'a> Recorded<'a> {
    pub(super) fn new(case: &'a Value) -> Self {
        let list = |value: &'a Value| value.as_array().map(Vec::as_slice).unwrap_or_default().iter();
        let submitted = list(&case["expected"]["events"]).filter(|event| event["type"] == "TaskSubmitted");
        Recorded {
            case,
            placeholders: Placeholders::of(case),
            tasks: list(&case["environment"]["tasks"]).collect(),
            submitted: submitted.map(|event| &event["details"]["output"]).collect(),
        }
    }

    /// The recorded attempt that this one repeats.
    fn recorded(&mut self, request: &TaskRequest) -> Option<&'a Value> {
        let of_state = |task: &&Value| task["state"] == *request.state;
        let same = |task: &&Value| {
            of_state(task) && self.placeholders.compare(&task["request"], request.input.value(), "").is_ok()
        };
        let at = self.tasks.iter().position(same).or_else(|| self.tasks.iter().position(of_state))?;
        Some(self.tasks.remove(at))
    }

    fn worker(&self) -> Option<Arc<str>> {
        let events = self.case["expected"]["events"].as_array()?;
        let started = events.iter().find(|event| event["type"] == "ActivityStarted")?;
        started["details"]["workerName"].as_str().map(Arc::from)
    }

    fn function(&self, arn: &str) -> Option<&'a Value> {
        let name = arn.rsplit(':').next()?;
        let lambdas = self.case["environment"]["lambdas"].as_array()?;
        lambdas.iter().find(|lambda| lambda["arn"].as_str().is_some_and(|arn| arn.ends_with(name)))
    }

    /// What a function without a recorded attempt does.
    fn invoke(&self, request: &TaskRequest) -> Option<Answer> {
        let input = request.input.value();
        let (arn, event, is_wrapped) = match &request.resource {
            Resource::Lambda { arn } => (arn.to_string(), input.clone(), false),
            Resource::Service(_) => {
                (input["FunctionName"].as_str()?.to_owned(), input["Payload"].clone(), true)
            }
            Resource::Activity { .. } => return None,
        };
        let behaviour = &self.function(&arn)?["behaviour"];
        let output = match behaviour["kind"].as_str()? {
            "identity" | "sleep_identity" => event,
            "return" => behaviour["value"].clone(),
            "return_repeated" => {
                let count = usize::try_from(behaviour["count"].as_u64()?).ok()?;
                behaviour["char"].as_str()?.repeat(count).into()
            }
            "raise" => {
                let (error, message) = (behaviour["error"].as_str()?, behaviour["message"].as_str()?);
                let raise = format!("    raise {error}(\"{message}\")\n");
                let cause = json!({
                    "errorMessage": message, "errorType": error, "requestId": "00000000-0000-0000-0000-000000000000",
                    "stackTrace": [format!("  File \"/var/task/handler.py\", line 2, in handler\n{raise}")],
                });
                return Some(failed(Some(error), Some(&cause)));
            }
            _ => return None,
        };
        let output = if is_wrapped { wrapped(output) } else { output };
        Some(Answer::Succeeded(Payload::new(output)))
    }
}

/// What `lambda:invoke` returns around the result of a function.
fn wrapped(output: Value) -> Value {
    // Python's encoder writes a blank after every colon and comma.
    let text = output.to_string();
    let length = (text.len() + text.matches("\":").count() + text.matches(",\"").count()).to_string();
    let headers = [
        ("Connection", "keep-alive"),
        ("Content-Length", &length),
        ("Content-Type", "application/json"),
        ("Date", "Wed, 01 Jan 2025 00:00:00 GMT"),
        ("X-Amz-Executed-Version", "$LATEST"),
        ("X-Amzn-Trace-Id", "X-Amzn-Trace-Id"),
        ("x-amzn-Remapped-Content-Length", "0"),
        ("x-amzn-RequestId", "x-amzn-RequestId"),
    ];
    let single: serde_json::Map<String, Value> =
        headers.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    let lists: serde_json::Map<String, Value> = headers
        .iter()
        .map(|(name, text)| {
            (
                (*name).to_owned(),
                if name.starts_with("X-Amzn-Tr") || *name == "x-amzn-RequestId" || *name == "Date" {
                    json!(text)
                } else {
                    json!([text])
                },
            )
        })
        .collect();
    json!({
        "ExecutedVersion": "$LATEST", "Payload": output, "StatusCode": 200,
        "SdkHttpMetadata": {"AllHttpHeaders": lists, "HttpHeaders": single, "HttpStatusCode": 200},
        "SdkResponseMetadata": {"RequestId": "RequestId"},
    })
}

fn failed(error: Option<&str>, cause: Option<&Value>) -> Answer {
    let cause = cause.map(|cause| match cause {
        Value::String(text) => Arc::from(text.as_str()),
        other => Arc::from(other.to_string()),
    });
    Answer::Failed(Failure { error: error.map(Arc::from), cause })
}

impl World for Recorded<'_> {
    fn task(&mut self, _: DemandId, request: &TaskRequest) -> Vec<(Duration, Answer)> {
        let mut answers = vec![(Duration::ZERO, Answer::Started { worker: self.worker() })];
        let recorded = self.recorded(request);
        if recorded.is_some() && request_is_submitted(request) && !self.submitted.is_empty() {
            let output = self.submitted.remove(0);
            answers.push((Duration::ZERO, Answer::Submitted(Payload::new(output.clone()))));
        }
        let last = match recorded.map(|task| &task["outcome"]) {
            Some(outcome) => match outcome["kind"].as_str() {
                Some("ok") => Some(Answer::Succeeded(Payload::new(outcome["output"].clone()))),
                Some("fail") => Some(failed(outcome["error"].as_str(), outcome.get("cause"))),
                _ => None,
            },
            None => self.invoke(request).or_else(|| Some(failed(Some("NotRecorded"), None))),
        };
        answers.extend(last.map(|last| (Duration::from_millis(100), last)));
        answers
    }

    fn read(&mut self, request: &ObjectRequest) -> Result<Bytes, Failure> {
        let objects = self.case["environment"]["objects"].as_array().map(Vec::as_slice).unwrap_or_default();
        let object = objects.iter().find(|object| {
            object["op"] == "put_object"
                && object["Bucket"] == request.arguments["Bucket"]
                && object["Key"] == request.arguments["Key"]
        });
        match object.and_then(|object| object["Body"].as_str()) {
            Some(body) => Ok(Bytes::from(body.to_owned())),
            None => Err(Failure { error: Some("S3.NoSuchKey".into()), cause: None }),
        }
    }

    fn list(&mut self, request: &ObjectRequest) -> Result<Vec<Value>, Failure> {
        let objects = self.case["environment"]["objects"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut listed: Vec<Value> = objects
            .iter()
            .filter(|object| object["op"] == "put_object" && object["Bucket"] == request.arguments["Bucket"])
            .map(|object| {
                let size = object["Body"].as_str().map_or(0, str::len);
                json!({
                    "Etag": "\"1\"", "Key": object["Key"], "LastModified": 1_735_689_600, "Size": size,
                    "StorageClass": "STANDARD",
                })
            })
            .collect();
        listed.sort_by(|one, other| one["Key"].as_str().cmp(&other["Key"].as_str()));
        Ok(listed)
    }

    fn write(&mut self, _request: &WriteRequest) -> Result<(), Failure> {
        Ok(())
    }
}

fn request_is_submitted(request: &TaskRequest) -> bool {
    use crate::asl::definition::Pattern;
    matches!(&request.resource, Resource::Service(integration) if integration.pattern != Pattern::RequestResponse)
}
