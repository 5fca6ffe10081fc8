//! What is known of an alarm besides the alarm: its contributors in ALARM, and the rules that mute it.

use aws_sdk_cloudwatch::types::AlarmMuteRuleStatus;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;
use serde::Serialize;

use super::Alarms;
use crate::aws;
use crate::error::Result;

/// A series of an alarm that is in ALARM.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contributor {
    pub contributor_id: String,
    pub attributes: std::collections::BTreeMap<String, String>,
    pub reason: Option<String>,
    pub since: Option<Timestamp>,
}

impl Alarms {
    /// Those in ALARM.
    pub async fn contributors(&self, name: &str) -> Result<Vec<Contributor>> {
        let (mut found, mut token) = (Vec::new(), None);
        loop {
            let call = self.client.describe_alarm_contributors().alarm_name(name).set_next_token(token);
            let answer = call
                .send()
                .await
                .map_err(|error| aws::failure(&error, format!("cannot list the contributors of {name}")))?;
            let contributors = answer.alarm_contributors.unwrap_or_default().into_iter();
            found.extend(contributors.map(|it| {
                Contributor {
                    contributor_id: it.contributor_id.unwrap_or_default(),
                    attributes: it.contributor_attributes.unwrap_or_default().into_iter().collect(),
                    reason: it.state_reason,
                    since: it
                        .state_transitioned_timestamp
                        .and_then(|at| Timestamp::from_nanosecond(at.as_nanos()).ok()),
                }
            }));
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// The rules that mute an alarm now, by name; none where the endpoint knows no such rules.
    pub async fn muted_by(&self, name: &str) -> Result<Vec<String>> {
        let (mut found, mut token) = (Vec::new(), None);
        loop {
            let call = self
                .client
                .list_alarm_mute_rules()
                .alarm_name(name)
                .statuses(AlarmMuteRuleStatus::Active)
                .set_next_token(token);
            let answer = match call.send().await {
                Ok(answer) => answer,
                Err(error) if error.as_service_error().is_some_and(is_unknown) => return Ok(found),
                Err(error) => {
                    return Err(aws::failure(&error, format!("cannot list what mutes {name}")).into());
                }
            };
            let rules = answer.alarm_mute_rule_summaries.unwrap_or_default().into_iter();
            let names = rules.filter_map(|rule| rule.alarm_mute_rule_arn).map(|arn| {
                arn.split_once(":alarm-mute-rule:").map_or(arn.clone(), |(_, name)| name.to_owned())
            });
            found.extend(names);
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }
}

/// The endpoint is older than the operation.
fn is_unknown(error: &impl ProvideErrorMetadata) -> bool {
    let code = error.code().unwrap_or_default();
    ["UnknownOperation", "InvalidAction", "UnsupportedOperation"].iter().any(|it| code.contains(it))
}
