//! How a local execution and its events are shown.

use std::fmt;

use opsctl_engine::asl::Payload;
use opsctl_engine::asl::execution::{Execution, Outcome, Status};
use opsctl_engine::asl::history::Event;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::output::{Cell, Column, Tone};

pub const KIND: &str = "localExecution";

#[derive(Debug, Serialize)]
pub struct LocalExecution {
    pub status: &'static str,
    pub output: Option<Value>,
    pub error: Option<String>,
    pub cause: Option<String>,
    /// Where they are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Events>,
}

/// The events of an execution, each made a document when it is written: all at once would take several times the room
/// of the history.
pub struct Events(pub Execution);

impl Events {
    fn documents(&self) -> impl ExactSizeIterator<Item = Value> {
        self.0.history().events().iter().map(Event::document)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Events").field(&self.0.history().count()).finish()
    }
}

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.documents())
    }
}

impl LocalExecution {
    pub fn new(outcome: &Outcome, events: Option<Events>) -> Self {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        LocalExecution {
            status: outcome.status.name(),
            output: outcome.output.clone().map(Payload::into_value),
            error: text(&outcome.failure.error),
            cause: text(&outcome.failure.cause),
            events,
        }
    }
}

/// The colour of a status.
pub fn status(status: &str) -> Cell {
    let tone = if status == Status::Succeeded.name() { Tone::Good } else { Tone::Bad };
    Cell::state(status, tone)
}

pub const COLUMNS: &[Column<LocalExecution>] = &[
    Column::new("status", "Status", |it: &LocalExecution| status(it.status)),
    Column::new("output", "Output", |it: &LocalExecution| it.output.as_ref().map(Value::to_string).into()),
    Column::new("error", "Error", |it: &LocalExecution| it.error.as_deref().into()),
    Column::new("cause", "Cause", |it: &LocalExecution| it.cause.as_deref().into()),
];

/// An event as a line.
#[derive(Debug, Serialize)]
pub struct Line {
    event: Value,
}

impl Line {
    pub fn all(execution: &LocalExecution) -> Vec<Line> {
        let events = execution.events.iter().flat_map(Events::documents);
        events.map(|event| Line { event }).collect()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.event.get(name).and_then(Value::as_str)
    }

    fn detail(&self, name: &str) -> Option<&str> {
        self.event.get("details").and_then(|details| details.get(name)).and_then(Value::as_str)
    }
}

pub const EVENTS: &[Column<Line>] = &[
    Column::new("id", "ID", |it: &Line| it.event.get("id").and_then(Value::as_u64).into()),
    Column::new("previous", "PREVIOUS", |it: &Line| {
        it.event.get("previousEventId").and_then(Value::as_u64).into()
    }),
    Column::new("time", "TIME", |it: &Line| it.text("timestamp").into()),
    Column::new("type", "TYPE", |it: &Line| it.text("type").into()),
    Column::new("name", "NAME", |it: &Line| it.detail("name").or_else(|| it.detail("resource")).into()),
    Column::new("data", "DATA", |it: &Line| {
        let data = ["input", "parameters", "output", "error"].iter().find_map(|field| it.detail(field));
        data.into()
    })
    .cut(),
];
