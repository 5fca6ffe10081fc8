//! GetExecutionHistory, page by page: every event as the service gave it, whole, and as the engine knows it.

use opsctl_engine::asl::history::Event;
use serde::Deserialize;
use serde_json::Value;

use super::{PAGE, Sfn};
use crate::aws::{self, Body};
use crate::error::{Error, Result};

/// From which end a history is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    OldestFirst,
    NewestFirst,
}

#[derive(Debug, Default)]
pub struct HistoryPage {
    pub events: Vec<RawEvent>,
    /// Of the page that follows.
    pub next: Option<String>,
}

#[derive(Debug)]
pub struct RawEvent {
    /// Every member as it came.
    pub raw: Value,
    pub event: Event,
}

/// The part of the answer that is read here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    events: Vec<Value>,
}

/// Which events are asked for.
#[derive(Debug)]
pub struct HistoryAsk<'a> {
    pub arn: &'a str,
    pub order: Order,
    /// Without data the events have no inputs, outputs and parameters, and cost little to fetch.
    pub has_data: bool,
    /// Events of a page, at most.
    pub page: i32,
    pub token: Option<String>,
}

impl Sfn {
    /// One page, of as many events as there can be.
    pub async fn history(
        &self,
        arn: &str,
        order: Order,
        has_data: bool,
        token: Option<String>,
    ) -> Result<HistoryPage> {
        self.history_page(HistoryAsk { arn, order, has_data, page: PAGE, token }).await
    }

    pub async fn history_page(&self, ask: HistoryAsk<'_>) -> Result<HistoryPage> {
        let HistoryAsk { arn, order, has_data, page, token } = ask;
        let body = Body::default();
        let answer = self
            .client
            .get_execution_history()
            .execution_arn(arn)
            .max_results(page)
            .reverse_order(order == Order::NewestFirst)
            .include_execution_data(has_data)
            .set_next_token(token)
            .customize()
            .interceptor(body.clone())
            .send()
            .await
            .map_err(|error| aws::failure(&error, format!("cannot read the history of {arn}")))?;
        let unread =
            |cause: String| Error::failed(format!("the history of {arn} cannot be read")).because(cause);
        let came: Answer = serde_json::from_slice(&body.take()).map_err(|error| unread(error.to_string()))?;
        let read = |raw: Value| match Event::read(&raw) {
            Ok(event) => Ok(RawEvent { event, raw }),
            Err(error) => Err(unread(error.to_string())),
        };
        Ok(HistoryPage {
            events: came.events.into_iter().map(read).collect::<Result<_, _>>()?,
            next: answer.next_token.filter(|token| !token.is_empty()),
        })
    }
}
