//! What Lambda reports of an invocation: the result, or {errorMessage, errorType, stackTrace} of a function that failed.
//!
//! A program says what its failure is as Lambda's runtimes do: that object on stdout, and an exit code other than 0.

use serde_json::{Value, json};

use super::Finished;

/// A function that failed: the name of its error, and what Lambda answers in the place of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionError {
    pub error: String,
    pub payload: Value,
}

pub type Result = std::result::Result<Value, FunctionError>;

/// What came of one invocation. A function that says nothing gives null.
pub fn result(finished: Finished, request_id: &str) -> Result {
    let failed = |error: &str, message: String, stack: Vec<&str>| {
        let payload = json!({"errorMessage": message, "errorType": error, "stackTrace": stack});
        Err(FunctionError { error: error.to_owned(), payload })
    };
    match finished {
        Finished::Answered { answer, .. } if answer.trim_ascii().is_empty() => Ok(Value::Null),
        Finished::Answered { answer, .. } => match serde_json::from_slice(&answer) {
            Ok(value) => Ok(value),
            Err(fault) => {
                failed("Runtime.MarshalError", format!("the function printed no JSON: {fault}"), Vec::new())
            }
        },
        Finished::Exited { how, answer, complaint } => match own_words(&answer) {
            Some(error) => Err(error),
            None => failed(
                "Runtime.ExitError",
                format!("RequestId: {request_id} Error: Runtime exited with error: {how}"),
                complaint.lines().collect(),
            ),
        },
        Finished::Failed { kind, message } => {
            failed(kind, format!("RequestId: {request_id} Error: {message}"), Vec::new())
        }
    }
}

/// What a function itself said of its failure.
fn own_words(answer: &[u8]) -> Option<FunctionError> {
    let payload: Value = serde_json::from_slice(answer).ok()?;
    let error = payload.get("errorType")?.as_str()?.to_owned();
    Some(FunctionError { error, payload })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_failures_are_as_lambda_reports_them() {
        let failed = |error: &str, payload: Value| Err(FunctionError { error: error.into(), payload });
        let exited = |answer: &str, complaint: &str| Finished::Exited {
            how: "exit status 3".into(),
            answer: answer.into(),
            complaint: complaint.into(),
        };
        let exit = |stack: Value| {
            let message = "RequestId: r-1 Error: Runtime exited with error: exit status 3";
            failed(
                "Runtime.ExitError",
                json!({"errorMessage": message, "errorType": "Runtime.ExitError", "stackTrace": stack}),
            )
        };
        let own = r#"{"errorType":"Refused","errorMessage":"no"}"#;
        let answered = |answer: &str| Finished::Answered { answer: answer.into(), said: String::new() };
        for (name, finished, expected) in [
            ("a result", answered("{\"a\":1}\n"), Ok(json!({"a": 1}))),
            ("nothing", answered(" \n"), Ok(Value::Null)),
            ("a crash", exited("half", "a\nb"), exit(json!(["a", "b"]))),
            ("JSON that is no failure", exited("{}", ""), exit(json!([]))),
            (
                "its own words",
                exited(own, "log"),
                failed("Refused", json!({"errorType": "Refused", "errorMessage": "no"})),
            ),
            (
                "too late",
                Finished::Failed {
                    kind: "Sandbox.Timedout",
                    message: "Task timed out after 3.00 seconds".into(),
                },
                failed(
                    "Sandbox.Timedout",
                    json!({"errorMessage": "RequestId: r-1 Error: Task timed out after 3.00 seconds",
                        "errorType": "Sandbox.Timedout", "stackTrace": []}),
                ),
            ),
        ] {
            assert_eq!(result(finished, "r-1"), expected, "{name}");
        }
        let no_json = result(answered("hello"), "r-1").unwrap_err();
        assert_eq!(no_json.error, "Runtime.MarshalError");
    }
}
