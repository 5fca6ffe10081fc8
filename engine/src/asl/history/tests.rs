use std::sync::Arc;

use serde_json::{Value, json};

use super::{Event, Failure, Happened, History, LogLevel, StateType};
use crate::asl::Payload;

fn history() -> History {
    let mut history = History::new(true);
    let at = "2030-01-01T00:00:00.5Z".parse().unwrap();
    let input = Payload::new(json!({"a": 1}));
    let name: Arc<str> = Arc::from("F");
    history.add(0, at, Happened::ExecutionStarted { input: input.clone(), role_arn: Arc::from("role") });
    history.add(0, at, Happened::StateEntered { state: StateType::Fail, name, input });
    history.add(2, at, Happened::StateFailed { state: StateType::Map });
    history.add(2, at, Happened::ExecutionFailed(Failure { error: Some(Arc::from("E")), cause: None }));
    history
}

#[test]
fn an_event_is_one_object_with_its_payloads_as_text() {
    let documents: Vec<_> = history().events().iter().map(Event::document).collect();
    assert_eq!(
        documents[1],
        json!({
            "id": 2, "previousEventId": 0, "type": "FailStateEntered", "timestamp": "2030-01-01T00:00:00.500Z",
            "details": {"name": "F", "input": "{\"a\":1}"},
        })
    );
    assert_eq!(documents[2].get("details"), None);
    assert_eq!(documents[3]["details"], json!({"error": "E"}));
}

#[test]
fn levels_choose_events_and_data_is_left_out() {
    let history = history();
    for (level, ids) in [
        (LogLevel::All, vec![1, 2, 3, 4]),
        (LogLevel::Error, vec![2, 3, 4]),
        (LogLevel::Fatal, vec![4]),
        (LogLevel::Off, vec![]),
    ] {
        let logged = history.events().iter().filter(|event| level.has(&event.happened));
        assert_eq!(logged.map(|event| event.id).collect::<Vec<_>>(), ids, "{level:?}");
    }
    let line = |include_data| history.events()[1].log_line("arn", include_data);
    assert_eq!(line(false)["details"], json!({"name": "F"}));
    assert_eq!(line(true)["details"], json!({"name": "F", "input": "{\"a\":1}"}));
    assert_eq!((&line(true)["id"], &line(true)["event_timestamp"]), (&json!("2"), &json!("1893456000500")));
}

#[test]
fn a_history_that_is_not_kept_counts_all_the_same() {
    let mut history = History::new(false);
    let at = "2030-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(history.add(0, at, Happened::ParallelStarted), 1);
    assert_eq!(history.add(1, at, Happened::MapRunSucceeded), 2);
    assert_eq!((history.count(), history.events().len()), (2, 0));
}

#[test]
fn what_is_written_of_an_event_is_read_from_it() {
    for event in history().events() {
        let document = event.document();
        assert_eq!(Event::read(&document).unwrap().document(), document);
    }
}

#[test]
fn an_event_is_read_as_the_service_gives_it() {
    let event = json!({
        "timestamp": 1893456000.5, "type": "TaskScheduled", "id": 7, "previousEventId": 6, "newer": [1],
        "taskScheduledEventDetails": {
            "resourceType": "lambda", "resource": "invoke", "region": "eu-west-1", "timeoutInSeconds": 9,
            "parameters": "{\"a\":1}", "taskCredentials": {"roleArn": "r"}, "newer": 1,
        },
    });
    let read = Event::read(&event).unwrap();
    assert_eq!((read.id, read.previous, super::time(read.at).as_str()), (7, 6, "2030-01-01T00:00:00.500Z"));
    assert_eq!(
        read.document()["details"],
        json!({
            "resourceType": "lambda", "resource": "invoke", "region": "eu-west-1", "timeoutInSeconds": 9,
            "parameters": "{\"a\":1}", "taskCredentials": {"roleArn": "r"},
        })
    );
}

#[test]
fn what_is_new_left_out_or_cut_is_read_all_the_same() {
    let event =
        |kind: &str, details: Value| json!({"timestamp": 1, "type": kind, "id": 1, "details": details});
    let read = |kind: &str, details: Value| Event::read(&event(kind, details)).unwrap().happened;
    let failure = json!({"error": "E", "cause": "C"});
    assert!(matches!(read("TaskSubmitFailed", failure), Happened::Other { kind, failure }
        if &*kind == "TaskSubmitFailed" && failure.error.as_deref() == Some("E")));
    assert!(matches!(read("SomethingStateDone", json!(null)), Happened::Other { .. }));
    assert!(matches!(read("ExecutionSucceeded", json!({})), Happened::ExecutionSucceeded { output }
        if output.value().is_null()));
    assert!(matches!(read("ExecutionSucceeded", json!({"output": "{\"a\": [1"})),
        Happened::ExecutionSucceeded { output } if output.value() == "{\"a\": [1"));
    for none in
        [json!(null), json!([]), json!({"type": "X"}), json!({"type": "X", "id": 1, "timestamp": 1e300})]
    {
        assert!(Event::read(&none).is_err(), "{none}");
    }
}
