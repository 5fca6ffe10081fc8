//! DescribeAlarmHistory, page by page: every item as the service gave it, whole.

use aws_sdk_cloudwatch::types::{HistoryItemType, ScanBy};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Alarms, PAGE};
use crate::aws::{self, Body, cbor};
use crate::error::{Error, Result};

/// Which items are asked for.
#[derive(Debug, Clone, Default)]
pub struct HistoryAsk {
    /// Of all alarms where none is named. One that is deleted has a history too.
    pub name: Option<String>,
    /// In the service's words; all where none is named.
    pub item_type: Option<&'static str>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// The part of the answer that is read here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    alarm_history_items: Vec<Map<String, Value>>,
}

/// The pages of a history, the newest items first.
pub struct HistoryPages<'a> {
    alarms: &'a Alarms,
    ask: HistoryAsk,
    token: Option<String>,
    is_over: bool,
}

impl Alarms {
    pub fn history(&self, ask: HistoryAsk) -> HistoryPages<'_> {
        HistoryPages { alarms: self, ask, token: None, is_over: false }
    }
}

impl HistoryPages<'_> {
    /// The next page, which may be empty; nothing behind the last one.
    pub async fn next(&mut self) -> Result<Option<Vec<Map<String, Value>>>> {
        if self.is_over {
            return Ok(None);
        }
        let types = self.alarms.types(&[]);
        let body = Body::default();
        let sent = self
            .alarms
            .client
            .describe_alarm_history()
            .set_alarm_name(self.ask.name.clone())
            .set_alarm_types(Some(types.clone()))
            .set_history_item_type(self.ask.item_type.map(HistoryItemType::from))
            .set_start_date(self.ask.since.map(date))
            .set_end_date(self.ask.until.map(date))
            .scan_by(ScanBy::TimestampDescending)
            .max_records(PAGE.try_into().unwrap_or(i32::MAX))
            .set_next_token(self.token.clone())
            .customize()
            .interceptor(body.clone())
            .send()
            .await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) if self.alarms.learns_it_is_older(&types, &error) => {
                return Box::pin(self.next()).await;
            }
            Err(error) => {
                let of = self
                    .ask
                    .name
                    .as_deref()
                    .map_or("the alarms".to_owned(), |name| format!("the alarm {name}"));
                return Err(aws::failure(&error, format!("cannot read the history of {of}")).into());
            }
        };
        self.token = answer.next_token.filter(|token| !token.is_empty());
        self.is_over = self.token.is_none();
        let unread = |cause: String| Error::failed("the history cannot be read").because(cause);
        let read = cbor::read(&body.take()).map_err(|error| unread(error.to_string()))?;
        let read: Answer = serde_json::from_value(read).map_err(|error| unread(error.to_string()))?;
        Ok(Some(read.alarm_history_items))
    }
}

pub(super) fn date(at: Timestamp) -> DateTime {
    DateTime::from_nanos(at.as_nanosecond()).unwrap_or_else(|_| DateTime::from_secs(at.as_second()))
}
