//! DescribeAlarms, page by page: every alarm as the service gave it, whole.

use std::collections::VecDeque;

use aws_sdk_cloudwatch::types::StateValue as SdkState;
use opsctl_engine::evaluation::StateValue;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Alarms, PAGE};
use crate::aws::{self, Body, cbor};
use crate::commands::alarm::model::{Alarm, AlarmType};
use crate::error::{Error, Result};

/// Which alarms are asked for: what the service can tell apart.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// All where none is named.
    pub types: Vec<AlarmType>,
    /// Exact names; with them no prefix.
    pub names: Vec<String>,
    pub prefix: Option<String>,
    pub state: Option<StateValue>,
    /// How the ARN of an action begins.
    pub action_prefix: Option<String>,
}

/// The part of the answer that is read here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    metric_alarms: Vec<Map<String, Value>>,
    #[serde(default)]
    composite_alarms: Vec<Map<String, Value>>,
    #[serde(default)]
    log_alarms: Vec<Map<String, Value>>,
}

/// The pages of a selection, one after the other.
pub struct Pages<'a> {
    alarms: &'a Alarms,
    selection: Selection,
    /// Names for the calls that are still to be made; one call without names where none are asked for.
    calls: VecDeque<Option<Vec<String>>>,
    token: Option<String>,
}

impl Alarms {
    pub fn describe(&self, selection: Selection) -> Pages<'_> {
        let calls = match selection.names.as_slice() {
            [] => VecDeque::from([None]),
            names => names.chunks(PAGE).map(|names| Some(names.to_vec())).collect(),
        };
        Pages { alarms: self, selection, calls, token: None }
    }

    /// All of a selection.
    pub async fn described(&self, selection: Selection) -> Result<Vec<Alarm>> {
        let mut pages = self.describe(selection);
        let mut all = Vec::new();
        while let Some(page) = pages.next().await? {
            all.extend(page);
        }
        Ok(all)
    }
}

impl Pages<'_> {
    /// The next page, which may be empty; nothing behind the last one.
    pub async fn next(&mut self) -> Result<Option<Vec<Alarm>>> {
        let Some(names) = self.calls.front() else { return Ok(None) };
        let types = self.alarms.types(&self.selection.types);
        if types.is_empty() {
            // Log alarms alone are asked for, which are not known here.
            self.calls.clear();
            return Ok(Some(Vec::new()));
        }
        let body = Body::default();
        let sent = self
            .alarms
            .client
            .describe_alarms()
            .set_alarm_types(Some(types.clone()))
            .set_alarm_names(names.clone())
            .set_alarm_name_prefix(self.selection.prefix.clone())
            .set_state_value(self.selection.state.map(|state| SdkState::from(state.name())))
            .set_action_prefix(self.selection.action_prefix.clone())
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
            Err(error) => return Err(aws::failure(&error, "cannot list the alarms").into()),
        };
        self.token = answer.next_token.filter(|token| !token.is_empty());
        if self.token.is_none() {
            self.calls.pop_front();
        }
        Ok(Some(alarms(&body.take())?))
    }
}

/// Those of one answer.
fn alarms(body: &[u8]) -> Result<Vec<Alarm>> {
    let unread = |cause: String| Error::failed("the list of alarms cannot be read").because(cause);
    let answer = cbor::read(body).map_err(|error| unread(error.to_string()))?;
    let answer: Answer = serde_json::from_value(answer).map_err(|error| unread(error.to_string()))?;
    let of = |alarm_type, documents: Vec<Map<String, Value>>| {
        documents.into_iter().map(move |document| Alarm { alarm_type, document })
    };
    Ok(of(AlarmType::Metric, answer.metric_alarms)
        .chain(of(AlarmType::Composite, answer.composite_alarms))
        .chain(of(AlarmType::Log, answer.log_alarms))
        .collect())
}
