//! Mute rules: put, got, listed and deleted, in the words of the engine. Endpoints of before 2026 have none.

use std::collections::BTreeSet;
use std::error::Error as StdError;

use aws_sdk_cloudwatch::operation::get_alarm_mute_rule::GetAlarmMuteRuleOutput;
use aws_sdk_cloudwatch::types::{self, AlarmMuteRuleStatus};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::DateTime;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;
use opsctl_engine::evaluation::mute::{MuteRule, MuteStatus, MuteTargets, Rule, ScheduleText};

use super::history::date;
use super::{Alarms, PAGE};
use crate::aws::{self, AwsFailure};
use crate::error::{Error, Result};

/// So many alarms are asked for one by one; for more of them all rules are looked at.
const FEW: usize = 10;

/// A rule as the service has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mute {
    pub rule: MuteRule,
    /// SCHEDULED, ACTIVE, EXPIRED, or what is newer.
    pub status: String,
}

impl Mute {
    pub fn is_active(&self) -> bool {
        self.status == MuteStatus::Active.name()
    }

    pub fn is_expired(&self) -> bool {
        self.status == MuteStatus::Expired.name()
    }
}

/// What is known of the name of a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup {
    Found(Box<Mute>),
    /// There is no rule of this name.
    Free,
    /// The endpoint knows no mute rules at all.
    NoMuteRules,
}

impl Alarms {
    pub async fn mute(&self, name: &str) -> Result<Lookup> {
        match self.client.get_alarm_mute_rule().alarm_mute_rule_name(name).send().await {
            Ok(answer) => Ok(Lookup::Found(Box::new(mute(answer)))),
            Err(error) if is_unknown(&error) => Ok(Lookup::NoMuteRules),
            Err(error) if error.code().is_some_and(|code| code.contains("ResourceNotFound")) => {
                Ok(Lookup::Free)
            }
            Err(error) => Err(failed(&error, format!("cannot read the mute rule {name}"))),
        }
    }

    /// The rules that mute one of these alarms now, or will; nothing where the endpoint knows no mute rules.
    pub async fn mutes_of(&self, alarms: &BTreeSet<&str>) -> Result<Option<Vec<Mute>>> {
        let asked: Vec<Option<&str>> = match alarms.len() {
            ..=FEW => alarms.iter().copied().map(Some).collect(),
            _ => vec![None],
        };
        let mut names = BTreeSet::new();
        for alarm in asked {
            let Some(more) = self.mute_names(alarm).await? else { return Ok(None) };
            names.extend(more);
        }
        let mut mutes = Vec::new();
        for name in names {
            // One that has ended since is no matter any more.
            if let Lookup::Found(mute) = self.mute(&name).await?
                && !mute.is_expired()
                && mute.rule.alarm_names().iter().any(|name| alarms.contains(name.as_str()))
            {
                mutes.push(*mute);
            }
        }
        Ok(Some(mutes))
    }

    /// The names of the rules that are not over, of one alarm or of all; nothing where the endpoint knows no mute rules.
    pub async fn mute_names(&self, alarm: Option<&str>) -> Result<Option<Vec<String>>> {
        let (mut names, mut token) = (Vec::new(), None);
        loop {
            let sent = self
                .client
                .list_alarm_mute_rules()
                .set_alarm_name(alarm.map(str::to_owned))
                .statuses(AlarmMuteRuleStatus::Active)
                .statuses(AlarmMuteRuleStatus::Scheduled)
                .max_records(PAGE.try_into().unwrap_or(i32::MAX))
                .set_next_token(token)
                .send()
                .await;
            let answer = match sent {
                Ok(answer) => answer,
                Err(error) if is_unknown(&error) => return Ok(None),
                Err(error) => return Err(failed(&error, "cannot list the mute rules")),
            };
            let arns = answer.alarm_mute_rule_summaries.unwrap_or_default().into_iter();
            names.extend(arns.filter_map(|it| named(&it.alarm_mute_rule_arn?).map(str::to_owned)));
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(Some(names));
            }
        }
    }

    pub async fn put_mute(&self, rule: &MuteRule) -> Result<()> {
        let text = &rule.rule.schedule;
        let schedule = types::Schedule::builder()
            .expression(&text.expression)
            .duration(&text.duration)
            .set_timezone(text.timezone.clone())
            .build();
        let targets =
            types::MuteTargets::builder().set_alarm_names(Some(rule.alarm_names().to_vec())).build();
        let sent = self
            .client
            .put_alarm_mute_rule()
            .name(&rule.name)
            .set_description(rule.description.clone())
            .rule(types::Rule::builder().schedule(schedule).build())
            .mute_targets(targets)
            .set_start_date(rule.start_date.map(date))
            .set_expire_date(rule.expire_date.map(date))
            .send()
            .await;
        sent.map_err(|error| failed(&error, format!("cannot put the mute rule {}", rule.name)))?;
        Ok(())
    }

    pub async fn delete_mute(&self, name: &str) -> Result<()> {
        let sent = self.client.delete_alarm_mute_rule().alarm_mute_rule_name(name).send().await;
        sent.map_err(|error| failed(&error, format!("cannot delete the mute rule {name}")))?;
        Ok(())
    }
}

fn failed<E>(error: &AwsFailure<E>, message: impl Into<String>) -> anyhow::Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let built: Error = aws::failure(error, message);
    built.into()
}

/// Whether an endpoint does not know the operation: each generation of them says so in words of its own.
fn is_unknown<E: ProvideErrorMetadata>(error: &AwsFailure<E>) -> bool {
    match error {
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or_default();
            says_unknown(code, context.raw().status().as_u16())
        }
        SdkError::ResponseError(context) => says_unknown("", context.raw().status().as_u16()),
        _ => false,
    }
}

fn says_unknown(code: &str, status: u16) -> bool {
    let code = code.rsplit('#').next().unwrap_or(code);
    match code.strip_suffix("Exception").unwrap_or(code) {
        "UnknownOperation" | "InvalidAction" | "UnsupportedOperation" | "NotImplemented" => true,
        "" => matches!(status, 404 | 405 | 501),
        _ => status == 501,
    }
}

/// The name in the ARN of a rule.
fn named(arn: &str) -> Option<&str> {
    arn.split_once(":alarm-mute-rule:").map(|(_, name)| name)
}

fn mute(answer: GetAlarmMuteRuleOutput) -> Mute {
    let schedule = answer.rule.and_then(|rule| rule.schedule);
    let schedule = schedule.map(|it| ScheduleText {
        expression: it.expression.unwrap_or_default(),
        duration: it.duration.unwrap_or_default(),
        timezone: it.timezone,
    });
    let targets = answer
        .mute_targets
        .map(|targets| MuteTargets { alarm_names: targets.alarm_names.unwrap_or_default() });
    Mute {
        rule: MuteRule {
            name: answer.name.unwrap_or_default(),
            description: answer.description,
            rule: Rule { schedule: schedule.unwrap_or_default() },
            mute_targets: targets,
            start_date: answer.start_date.and_then(|it| timestamp(&it)),
            expire_date: answer.expire_date.and_then(|it| timestamp(&it)),
        },
        status: answer.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
    }
}

fn timestamp(at: &DateTime) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at.as_nanos()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_without_mute_rules_is_known_by_what_it_says() {
        for (code, status, expected) in [
            ("UnknownOperationException", 400, true),
            ("com.amazonaws#UnknownOperationException", 404, true),
            ("InvalidAction", 400, true),
            ("InternalFailure", 501, true),
            ("", 404, true),
            ("", 500, false),
            ("ResourceNotFoundException", 404, false),
            ("AccessDenied", 403, false),
            ("Throttling", 400, false),
        ] {
            assert_eq!(says_unknown(code, status), expected, "{code} {status}");
        }
    }

    #[test]
    fn a_rule_is_named_by_its_arn_whatever_is_in_its_name() {
        let arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:night:of a/b";
        assert_eq!(named(arn), Some("night:of a/b"));
        assert_eq!(named("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a"), None);
    }
}
