//! The context object: `$$` of JSONPath, `$states.context` of JSONata.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::frame::Frame;
use super::run::Run;
use crate::asl::history::StateType;

/// A time as the service writes it: UTC, milliseconds.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The context object of a frame in its present state.
pub(super) fn context(run: &Run, frame: &Frame, token: Option<&str>) -> Value {
    let mut execution = json!({
        "Id": &*run.arn,
        "Input": run.input.value(),
        "StartTime": time(run.started),
        "Name": &*run.name,
        "RoleArn": &*run.role_arn,
        "RedriveCount": 0,
    });
    if execution["RoleArn"] == "" {
        execution.as_object_mut().map(|fields| fields.remove("RoleArn"));
    }
    let mut context = Map::new();
    context.insert("Execution".to_owned(), execution);
    context.insert("StateMachine".to_owned(), json!({"Id": &*run.machine_arn, "Name": &*run.machine_name}));
    if let Some(state) = frame.state() {
        let mut fields = json!({"Name": &*state.name, "EnteredTime": time(frame.entered_at)});
        let retries = matches!(state.kind, StateType::Task | StateType::Parallel | StateType::Map);
        if let (true, Some(fields)) = (retries, fields.as_object_mut()) {
            fields.insert("RetryCount".to_owned(), frame.retry_count.into());
        }
        context.insert("State".to_owned(), fields);
    }
    if let Some(token) = token {
        context.insert("Task".to_owned(), json!({"Token": token}));
    }
    if let Some(item) = &frame.item {
        let mut fields = json!({"Index": item.index, "Value": item.value.value()});
        if let Some(fields) = fields.as_object_mut() {
            if let Some(key) = &item.key {
                fields.insert("Key".to_owned(), key.as_str().into());
            }
            let source = item.source.as_deref().unwrap_or("STATE_DATA");
            fields.insert("Source".to_owned(), source.into());
        }
        context.insert("Map".to_owned(), json!({"Item": fields}));
    }
    Value::Object(context)
}
