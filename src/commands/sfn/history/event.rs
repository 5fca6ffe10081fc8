//! An event of a history as it is shown: whole, as the service gave it, and what a line says of it.

use jiff::Timestamp;
use opsctl_engine::asl::graph::Visits;
use opsctl_engine::asl::history::{Happened, time};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::super::api::RawEvent;
use super::super::model::seconds_between;

#[derive(Debug)]
pub struct HistoryEvent {
    pub id: u64,
    pub previous: u64,
    pub at: Timestamp,
    /// Since the start of the execution.
    pub seconds: Option<f64>,
    /// The state it belongs to, and of an inline Map state the item.
    pub state: Option<String>,
    pub item: Option<u64>,
    pub kind: String,
    raw: Value,
}

/// Members that say how a task or an execution went wrong.
const FAILURE: [&str; 2] = ["error", "cause"];
/// Members that hold data, of which an event has one.
const DATA: [&str; 3] = ["input", "output", "parameters"];

/// As the service gave it, with its time in words.
impl Serialize for HistoryEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl HistoryEvent {
    /// `visits` have observed it.
    pub fn new(event: RawEvent, visits: &Visits, started: Option<Timestamp>) -> Self {
        let RawEvent { mut raw, event } = event;
        let visit = visits.of(event.id);
        let (state, item) = match &event.happened {
            Happened::StateEntered { name, .. } => (Some(&**name), visit.and_then(|visit| visit.item)),
            Happened::StateExited { name, .. } => (Some(&**name), None),
            Happened::IterationStarted { name, index }
            | Happened::IterationSucceeded { name, index }
            | Happened::IterationFailed { name, index }
            | Happened::IterationAborted { name, index } => (Some(&**name), Some(*index)),
            _ => (visit.map(|visit| &*visit.name), visit.and_then(|visit| visit.item)),
        };
        let (state, kind) = (state.map(str::to_owned), event.happened.name());
        if let Some(at) = raw.get_mut("timestamp") {
            *at = time(event.at).into();
        }
        HistoryEvent {
            id: event.id,
            previous: event.previous,
            at: event.at,
            seconds: seconds_between(started, Some(event.at)),
            state,
            item,
            kind,
            raw,
        }
    }

    pub fn is_failure(&self) -> bool {
        ["Failed", "TimedOut", "Aborted"].iter().any(|end| self.kind.ends_with(end))
            || self.kind == "FailStateEntered"
    }

    /// Whether the service gave less of its data than there is.
    pub fn is_cut(&self) -> bool {
        let details = self.details();
        ["inputDetails", "outputDetails", "assignedVariablesDetails"].iter().any(|partner| {
            let partner = details.and_then(|details| details.get(*partner));
            partner.and_then(|partner| partner.get("truncated")).and_then(Value::as_bool) == Some(true)
        })
    }

    /// What it says, in one line.
    pub fn detail(&self) -> Option<String> {
        let details = self.details()?;
        let text = |name: &str| details.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let failure: Vec<&str> = FAILURE.into_iter().filter_map(text).collect();
        if !failure.is_empty() {
            return Some(failure.join(": "));
        }
        let called = match (text("resourceType"), text("resource")) {
            (Some(service), Some(action)) => Some(format!("{service}:{action}")),
            (None, resource) => resource.map(str::to_owned),
            (service, None) => service.map(str::to_owned),
        };
        let number = |name: &str| details.get(name).and_then(Value::as_u64);
        let data = DATA.into_iter().find_map(text).map(str::to_owned);
        let cut = || self.is_cut().then(|| "(data left out)".to_owned());
        let said = data
            .or_else(cut)
            .or_else(|| number("index").map(|index| format!("item {index}")))
            .or_else(|| number("length").map(|length| format!("{length} items")))
            .or_else(|| number("redriveCount").map(|count| format!("redrive {count}")))
            .or_else(|| text("mapRunArn").or_else(|| text("workerName")).map(str::to_owned));
        let said: Vec<String> = called.into_iter().chain(said).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// They lie under a name of the kind of the event.
    fn details(&self) -> Option<&Map<String, Value>> {
        let mut members = self.raw.as_object()?.iter();
        members.find(|(name, _)| name.ends_with("EventDetails"))?.1.as_object()
    }
}

#[cfg(test)]
mod tests {
    use opsctl_engine::asl::history::Event;
    use serde_json::json;

    use super::*;

    fn event(kind: &str, key: &str, details: &Value) -> HistoryEvent {
        let mut raw = json!({"id": 2, "previousEventId": 1, "timestamp": 1_795_348_800.25, "type": kind});
        raw[key] = details.clone();
        let event = Event::read(&raw).unwrap();
        HistoryEvent::new(RawEvent { raw, event }, &Visits::default(), None)
    }

    #[test]
    fn a_line_says_what_an_event_is_about() {
        for (kind, key, details, expected) in [
            (
                "TaskFailed",
                "taskFailedEventDetails",
                json!({"resourceType": "lambda", "resource": "invoke", "error": "Busy", "cause": "later"}),
                Some("Busy: later"),
            ),
            (
                "TaskScheduled",
                "taskScheduledEventDetails",
                json!({"resourceType": "sqs", "resource": "sendMessage", "region": "r", "parameters": "{}"}),
                Some("sqs:sendMessage {}"),
            ),
            (
                "LambdaFunctionScheduled",
                "lambdaFunctionScheduledEventDetails",
                json!({"resource": "arn:f", "inputDetails": {"truncated": true}}),
                Some("arn:f (data left out)"),
            ),
            (
                "PassStateEntered",
                "stateEnteredEventDetails",
                json!({"name": "A", "input": "[1]"}),
                Some("[1]"),
            ),
            ("MapStateStarted", "mapStateStartedEventDetails", json!({"length": 3}), Some("3 items")),
            (
                "MapIterationStarted",
                "mapIterationStartedEventDetails",
                json!({"name": "A", "index": 0}),
                Some("item 0"),
            ),
            ("LambdaFunctionStarted", "other", json!({}), None),
        ] {
            assert_eq!(event(kind, key, &details).detail().as_deref(), expected, "{kind}");
        }
    }

    #[test]
    fn an_event_is_whole_with_its_time_in_words() {
        let details = json!({"name": "A", "new": [1]});
        let event = event("PassStateEntered", "stateEnteredEventDetails", &details);
        let shown = serde_json::to_value(&event).unwrap();
        assert_eq!(
            shown,
            json!({"id": 2, "previousEventId": 1, "timestamp": "2026-11-22T12:00:00.250Z",
                "type": "PassStateEntered", "stateEnteredEventDetails": details})
        );
        assert_eq!((event.state.as_deref(), event.is_failure()), (Some("A"), false));
    }
}
