//! What a function is told and what its answer means, in the invocation schemas 1.0 and 2.0. Pure.
//!
//! Source of the rules: the guide of S3 Batch Operations, "Invoke AWS Lambda function".

use opsctl_engine::manifest::key;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One task of one job.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// `1.0` or `2.0`.
    pub schema: &'a str,
    pub invocation_id: &'a str,
    pub job_id: &'a str,
    pub task_id: &'a str,
    pub bucket: &'a str,
    /// Raw; it is encoded in the event.
    pub key: &'a str,
    pub version_id: Option<&'a str>,
    /// Of schema 2.0.
    pub user_arguments: Option<&'a BTreeMap<String, String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Succeeded(String),
    /// It may be tried again.
    Temporary(String),
    Permanent(String),
}

impl Verdict {
    fn of_code(code: &str, text: String) -> Option<Self> {
        match code {
            "Succeeded" => Some(Verdict::Succeeded(text)),
            "TemporaryFailure" => Some(Verdict::Temporary(text)),
            "PermanentFailure" => Some(Verdict::Permanent(text)),
            _ => None,
        }
    }
}

/// The event as the function reads it.
pub fn event(task: &Event<'_>) -> Vec<u8> {
    let mut encoded = Vec::new();
    key::encode(task.key, &mut encoded);
    let encoded = String::from_utf8_lossy(&encoded);
    let mut job = Map::from_iter([("id".to_owned(), json!(task.job_id))]);
    let mut item = json!({ "taskId": task.task_id, "s3Key": encoded, "s3VersionId": task.version_id });
    if task.schema == "2.0" {
        item["s3Bucket"] = json!(task.bucket);
        if let Some(arguments) = task.user_arguments {
            job.insert("userArguments".to_owned(), json!(arguments));
        }
    } else {
        item["s3BucketArn"] = json!(format!("arn:aws:s3:::{}", task.bucket));
    }
    let event = json!({
        "invocationSchemaVersion": task.schema,
        "invocationId": task.invocation_id,
        "job": job,
        "tasks": [item],
    });
    event.to_string().into_bytes()
}

/// What an answer says of the task. One of any other shape fails it.
pub fn judge(answer: &[u8], task: &Event<'_>) -> Verdict {
    verdict(answer, task).unwrap_or_else(|why| {
        Verdict::Permanent(format!("Lambda returned an invalid JSON in payload: {why}"))
    })
}

fn verdict(answer: &[u8], task: &Event<'_>) -> Result<Verdict, String> {
    let answer: Value = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
    let answer = answer.as_object().ok_or("the answer is no object")?;
    for (name, expected) in [("invocationSchemaVersion", task.schema), ("invocationId", task.invocation_id)] {
        if answer.get(name).and_then(Value::as_str) != Some(expected) {
            return Err(format!("{name} is not {expected}"));
        }
    }
    let missing = match answer.get("treatMissingKeysAs") {
        None => "PermanentFailure",
        Some(code) => code.as_str().unwrap_or_default(),
    };
    let missing = Verdict::of_code(missing, "The result of the task is missing".to_owned())
        .ok_or("treatMissingKeysAs is no result code")?;
    let results = answer.get("results").and_then(Value::as_array).ok_or("results is no list")?;
    for result in results {
        let text = |name: &str| result.get(name).and_then(Value::as_str);
        let (id, code) =
            (text("taskId").ok_or("a result has no taskId")?, text("resultCode").unwrap_or_default());
        let verdict = Verdict::of_code(code, text("resultString").unwrap_or_default().to_owned())
            .ok_or("a result has no resultCode that is known")?;
        if id == task.task_id {
            return Ok(verdict);
        }
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task<'a>(schema: &'a str, version_id: Option<&'a str>) -> Event<'a> {
        Event {
            schema,
            invocation_id: "inv-1",
            job_id: "job-1",
            task_id: "task-1",
            bucket: "data-1",
            key: "a b+c/\u{e9},\"",
            version_id,
            user_arguments: None,
        }
    }

    #[test]
    fn both_schemas_are_told_as_the_guide_has_them() {
        let read = |event: Vec<u8>| serde_json::from_slice::<Value>(&event).unwrap();
        assert_eq!(
            read(event(&task("1.0", None))),
            json!({
                "invocationSchemaVersion": "1.0", "invocationId": "inv-1", "job": { "id": "job-1" },
                "tasks": [{ "taskId": "task-1", "s3Key": "a%20b%2Bc/%C3%A9%2C%22", "s3VersionId": null,
                            "s3BucketArn": "arn:aws:s3:::data-1" }],
            })
        );
        let arguments = BTreeMap::from([("mode".to_owned(), "dry".to_owned())]);
        let task = Event { user_arguments: Some(&arguments), ..task("2.0", Some("v1")) };
        assert_eq!(
            read(event(&task)),
            json!({
                "invocationSchemaVersion": "2.0", "invocationId": "inv-1",
                "job": { "id": "job-1", "userArguments": { "mode": "dry" } },
                "tasks": [{ "taskId": "task-1", "s3Key": "a%20b%2Bc/%C3%A9%2C%22", "s3VersionId": "v1",
                            "s3Bucket": "data-1" }],
            })
        );
    }

    fn answer(treat_missing_as: &str, results: Value) -> Vec<u8> {
        let answer = json!({
            "invocationSchemaVersion": "1.0", "invocationId": "inv-1",
            "treatMissingKeysAs": treat_missing_as, "results": results,
        });
        answer.to_string().into_bytes()
    }

    #[test]
    fn a_result_is_the_one_of_the_task_or_what_missing_ones_are_taken_for() {
        let result = |id: &str, code: &str| json!({ "taskId": id, "resultCode": code, "resultString": "so" });
        let missing = || "The result of the task is missing".to_owned();
        for (name, treat, results, expected) in [
            (
                "succeeded",
                "PermanentFailure",
                json!([result("task-1", "Succeeded")]),
                Verdict::Succeeded("so".into()),
            ),
            (
                "again",
                "Succeeded",
                json!([result("task-1", "TemporaryFailure")]),
                Verdict::Temporary("so".into()),
            ),
            (
                "failed",
                "Succeeded",
                json!([result("task-1", "PermanentFailure")]),
                Verdict::Permanent("so".into()),
            ),
            (
                "another's",
                "Succeeded",
                json!([result("task-2", "PermanentFailure")]),
                Verdict::Succeeded(missing()),
            ),
            ("none", "TemporaryFailure", json!([]), Verdict::Temporary(missing())),
            ("none either", "PermanentFailure", json!([]), Verdict::Permanent(missing())),
            (
                "without text",
                "Succeeded",
                json!([{ "taskId": "task-1", "resultCode": "Succeeded" }]),
                Verdict::Succeeded(String::new()),
            ),
        ] {
            assert_eq!(judge(&answer(treat, results), &task("1.0", None)), expected, "{name}");
        }
    }

    #[test]
    fn an_answer_of_another_shape_fails_the_task() {
        let code = json!([{ "taskId": "task-1", "resultCode": "Done" }]);
        let other_id = String::from_utf8(answer("Succeeded", json!([]))).unwrap().replace("inv-1", "inv-2");
        for answer in [
            b"".to_vec(),
            b"ok".to_vec(),
            b"[]".to_vec(),
            b"{}".to_vec(),
            answer("Succeeded", json!({})),
            answer("Succeeded", json!([{ "resultCode": "Succeeded" }])),
            answer("Succeeded", code),
            answer("Maybe", json!([])),
            other_id.into_bytes(),
        ] {
            let Verdict::Permanent(text) = judge(&answer, &task("1.0", None)) else {
                panic!("{}", String::from_utf8_lossy(&answer));
            };
            assert!(text.starts_with("Lambda returned an invalid JSON in payload: "), "{text}");
        }
    }
}
