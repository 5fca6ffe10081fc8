//! What the cause of an error says. Causes are text, and often JSON text with more JSON text inside: what a Lambda
//! function threw, how a child execution ended, why a job stopped. Read leniently; what is none of these stays text.

use serde_json::{Map, Value};

use crate::asl::arn::{Named, StatesArn};
use crate::asl::json;

/// How deep JSON text in JSON text is followed.
const DEEPEST: usize = 8;
/// Lines of a stack trace that are kept.
const TRACE: usize = 50;

/// A cause, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// In words. May be empty where nothing says any.
    pub message: String,
    /// The type of what was thrown: `ValueError`.
    pub thrown: Option<String>,
    /// The stack trace, a line each.
    pub trace: Vec<String>,
    /// The execution that failed and made the task fail.
    pub child: Option<Child>,
}

/// A child execution as the cause of its parent's task tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    pub arn: String,
    /// `FAILED`, `TIMED_OUT`, `ABORTED`.
    pub status: Option<String>,
    pub error: Option<String>,
    /// Its own cause, taken apart too.
    pub cause: Option<Box<Cause>>,
}

impl Cause {
    pub fn read(text: &str) -> Self {
        of_text(text, DEEPEST)
    }
}

/// The ARN of an execution that a value names, as the answer of a started child does.
pub(super) fn execution_arn(value: &Value) -> Option<String> {
    let arn = value.get("ExecutionArn").or_else(|| value.get("executionArn"))?.as_str()?;
    let is_one = |named: Named| matches!(named, Named::Execution { .. } | Named::Express { .. });
    StatesArn::parse(arn).ok().filter(|parsed| is_one(parsed.resource.clone())).map(|_| arn.to_owned())
}

fn of_text(text: &str, deeper: usize) -> Cause {
    if deeper > 0 {
        // Words, and then what was given back: the service puts both into one cause.
        let payload = text.find('{').filter(|at| *at == 0 || text.trim_end().ends_with('}'));
        match json::parse(text.trim().as_bytes()) {
            Ok(Value::String(inner)) => return of_text(&inner, deeper - 1),
            Ok(Value::Object(members)) => return of_object(&members, text, deeper - 1),
            Ok(_) => {}
            Err(_) => {
                if let Some((words, payload)) = payload.and_then(|at| text.split_at_checked(at))
                    && let Ok(Value::Object(members)) = json::parse(payload.trim().as_bytes())
                    && let inner = of_object(&members, payload, deeper - 1)
                    && inner != Cause::plain(payload)
                {
                    let message = format!("{}: {}", words.trim().trim_end_matches(':'), inner.message);
                    return Cause { message, ..inner };
                }
            }
        }
    }
    Cause::plain(text)
}

/// What says it in words, by service: Lambda; Glue, SDKs; ECS; Batch; SageMaker, EMR; CodeBuild.
const MESSAGES: [&str; 10] = [
    "errorMessage",
    "ErrorMessage",
    "message",
    "Message",
    "StoppedReason",
    "StatusReason",
    "FailureReason",
    "StateChangeReason",
    "reason",
    "Reason",
];

fn of_object(members: &Map<String, Value>, text: &str, deeper: usize) -> Cause {
    let some_text = |name: &str| members.get(name).and_then(Value::as_str);
    if let Some(arn) = execution_arn(&Value::Object(members.clone())) {
        let named =
            |upper: &str, lower: &str| some_text(upper).or_else(|| some_text(lower)).map(str::to_owned);
        let cause = named("Cause", "cause").map(|cause| Box::new(of_text(&cause, deeper)));
        let child = Child { arn, status: named("Status", "status"), error: named("Error", "error"), cause };
        let said = child.cause.as_ref().map_or("", |cause| cause.message.as_str());
        return Cause { message: said.to_owned(), child: Some(child), ..Cause::default() };
    }
    let told = MESSAGES.iter().find_map(|name| members.get(*name));
    let Some(told) = told else { return Cause::plain(text) };
    let mut cause = match told {
        Value::String(message) => of_text(message, deeper),
        Value::Object(inner) => of_object(inner, &told.to_string(), deeper),
        other => Cause::plain(&other.to_string()),
    };
    if let Some(thrown) = some_text("errorType").or_else(|| some_text("name")) {
        cause.thrown = Some(thrown.to_owned());
    }
    let trace = members.get("stackTrace").or_else(|| members.get("trace"));
    if let Some(trace) = trace {
        cause.trace = lines(trace);
    }
    cause
}

/// A trace is a list of lines, of texts with several of them, or of lists of place and name; or one text.
fn lines(trace: &Value) -> Vec<String> {
    let entries: Vec<String> = match trace {
        Value::Array(entries) => entries
            .iter()
            .take(TRACE)
            .map(|entry| match entry {
                Value::String(line) => line.clone(),
                Value::Array(parts) => {
                    let part = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
                    parts.iter().map(part).collect::<Vec<_>>().join(" ")
                }
                other => other.to_string(),
            })
            .collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    };
    let lines = entries.iter().flat_map(|entry| entry.lines());
    lines.map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).take(TRACE).collect()
}

impl Cause {
    fn plain(text: &str) -> Self {
        Cause { message: text.to_owned(), ..Cause::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: impl ToString) -> Cause {
        Cause::read(&text.to_string())
    }

    #[test]
    fn what_a_function_threw_is_taken_apart() {
        let python = json!({"errorMessage": "'total'", "errorType": "KeyError", "requestId": "r", "stackTrace": [
            "  File \"/var/task/app.py\", line 7, in handler\n    return event['total']\n"]});
        let cause = read(&python);
        assert_eq!((cause.message.as_str(), cause.thrown.as_deref()), ("'total'", Some("KeyError")));
        let expected = ["  File \"/var/task/app.py\", line 7, in handler", "    return event['total']"];
        assert_eq!(cause.trace, expected);
        let node = json!({"errorType": "Error", "errorMessage": "no", "trace": ["Error: no", "    at f (/a.js:1:1)"]});
        assert_eq!(read(&node).trace, ["Error: no", "    at f (/a.js:1:1)"]);
        let old = json!({"errorMessage": "no", "stackTrace": [["/a.py", 7, "f", "raise"]]});
        assert_eq!(read(&old).trace, ["/a.py 7 f raise"]);
    }

    #[test]
    fn json_text_in_json_text_is_followed() {
        let inner = json!({"errorMessage": "deep", "errorType": "Inner"}).to_string();
        let outer = json!({"errorMessage": json!({"message": inner}).to_string(), "errorType": "Outer"});
        let cause = read(&outer);
        assert_eq!((cause.message.as_str(), cause.thrown.as_deref()), ("deep", Some("Outer")));
        assert_eq!(read(json!("said twice")).message, "said twice");
        let mut nested = "the end".to_owned();
        for _ in 0..100 {
            nested = json!({ "message": nested }).to_string();
            if nested.len() > 100_000 {
                break;
            }
        }
        assert!(read(&nested).message.starts_with("{\"message\""), "it stops somewhere");
    }

    #[test]
    fn a_child_is_named_with_its_own_cause() {
        let arn = "arn:aws:states:eu-west-1:111122223333:execution:pay:7";
        let own = json!({"errorMessage": "no funds", "errorType": "Broke"}).to_string();
        let cause = read(json!({
            "ExecutionArn": arn, "Input": "{}", "Name": "7", "Status": "FAILED", "Error": "Broke", "Cause": own,
        }));
        let child = cause.child.unwrap();
        assert_eq!(
            (child.arn.as_str(), child.status.as_deref(), child.error.as_deref()),
            (arn, Some("FAILED"), Some("Broke"))
        );
        assert_eq!(child.cause.unwrap().thrown.as_deref(), Some("Broke"));
        assert_eq!(cause.message, "no funds");
        assert_eq!(read(json!({"ExecutionArn": "no arn", "x": 1})).child, None);
    }

    #[test]
    fn services_say_it_under_names_of_their_own() {
        for (cause, message) in [
            (
                json!({"TaskArn": "t", "StoppedReason": "Essential container exited"}),
                "Essential container exited",
            ),
            (json!({"JobName": "j", "StatusReason": "Host terminated"}), "Host terminated"),
            (json!({"JobRunState": "FAILED", "ErrorMessage": "out of memory"}), "out of memory"),
            (json!({"message": {"message": "inner"}}), "inner"),
            (json!({"message": 7}), "7"),
        ] {
            assert_eq!(read(&cause).message, message, "{cause}");
        }
    }

    #[test]
    fn text_stays_text() {
        for text in [
            "",
            "no such thing (Service: S3, Status Code: 404)",
            "{not json}",
            "[1]",
            "7",
            "{\"a\":1}",
            "a {b} c",
            "{",
        ] {
            assert_eq!(read(text), Cause::plain(text), "{text}");
        }
        let words = "Lambda did not return an error type. Returned payload: {\"errorMessage\":\"late\"}";
        let expected = "Lambda did not return an error type. Returned payload: late";
        assert_eq!(read(words).message, expected);
    }
}
