//! `opsctl alarm list`.

use std::time::Duration;

use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use opsctl_engine::evaluation::StateValue;
use opsctl_engine::glob;

use super::api::{Alarms, PAGE, Selection};
use super::model::{Alarm, AlarmType};
use super::tag::Tag;
use super::target::{self, AlarmName};
use super::{complete, view};
use crate::cli::{ListArgs, positive_duration};
use crate::completion;
use crate::context::Context;
use crate::error::{Outcome, Result};

/// Calls for tags at one time: the service takes ten a second.
const TAG_CALLS: usize = 5;

/// List the alarms
///
/// Shows the alarms of the account and the region, of all kinds, with their states, since when they
/// are in them, and what they look at. Names may be patterns with * and ?. Without a terminal times
/// are absolute; as ndjson, csv and text alarms are written as their pages arrive.
///
/// Tags are the one thing that lists of alarms do not tell: --tag takes a call for every alarm that
/// the other filters leave.
///
/// Examples:
///   opsctl alarm list
///   opsctl alarm list --state alarm,insufficient-data --older-than 7d
///   opsctl alarm list 'api-*' --columns name,state,condition,reason
///   opsctl alarm list --metric CPUUtilization --namespace 'AWS/*' --tag team=web
///   opsctl alarm list --action '*:pager' --query 'items[].name' -o text
///
/// Exit codes:
///   0   the list is complete, even if it is empty
///   2   an option, a column or a query is wrong
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   cloudwatch:DescribeAlarms       the list, on *
///   cloudwatch:ListTagsForResource  for --tag
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(view::ALARMS)))]
pub struct ListAlarmsArgs {
    /// Only these alarms: names, patterns such as 'api-*', ARNs
    #[arg(value_name = "ALARM", add = complete::alarms())]
    names: Vec<AlarmName>,

    #[command(flatten)]
    filter: AlarmFilter,

    #[command(flatten)]
    list: ListArgs,
}

/// Which alarms are meant, by what they are.
#[derive(Debug, Clone, Args)]
pub struct AlarmFilter {
    /// Only in one of these: ok, alarm, insufficient-data
    #[arg(long = "state", value_name = "STATE", value_delimiter = ',', value_parser = complete::state,
        help_heading = "Target", add = complete::states())]
    states: Vec<StateValue>,

    /// Only of these kinds: metric, composite, log
    #[arg(
        long = "type",
        value_name = "TYPE",
        value_enum,
        value_delimiter = ',',
        hide_possible_values = true,
        help_heading = "Target"
    )]
    types: Vec<AlarmType>,

    /// Only on this metric, or such as '*Errors'
    #[arg(long, value_name = "METRIC", help_heading = "Target")]
    metric: Option<String>,

    /// Only of this namespace, or such as 'AWS/*'
    #[arg(long, value_name = "NAMESPACE", help_heading = "Target")]
    namespace: Option<String>,

    /// Only with this action, or such as '*:pager'
    #[arg(long, value_name = "ARN", help_heading = "Target")]
    action: Option<String>,

    /// Only with this tag; if repeated, with all
    #[arg(long = "tag", value_name = "KEY=VALUE", help_heading = "Target")]
    tags: Vec<Tag>,

    /// Only in their state for longer than this
    #[arg(long, value_name = "DURATION", value_parser = positive_duration, help_heading = "Target")]
    older_than: Option<Duration>,

    /// Only in their state for less than this
    #[arg(long, value_name = "DURATION", value_parser = positive_duration, help_heading = "Target")]
    newer_than: Option<Duration>,
}

pub async fn run(args: &ListAlarmsArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let mut writer = out.stream("alarm", view::ALARMS)?;
    let alarms = Alarms::open(ctx).await?;
    for selection in args.filter.selections(&args.names, &alarms)? {
        let mut pages = alarms.describe(selection);
        while let Some(mut page) = pages.next().await? {
            page.retain(|alarm| args.takes(alarm, ctx.now()));
            let page = args.filter.tagged(page, &alarms).await?;
            if writer.extend(page)?.is_break() {
                writer.finish()?;
                return Ok(Outcome::Done);
            }
        }
    }
    writer.finish()?;
    if alarms.is_older() && args.filter.types.contains(&AlarmType::Log) {
        ctx.reporter().warn("this endpoint does not know log alarms");
    }
    Ok(Outcome::Done)
}

impl ListAlarmsArgs {
    fn takes(&self, alarm: &Alarm, now: Timestamp) -> bool {
        (self.names.is_empty() || self.names.iter().any(|name| name.takes(alarm)))
            && self.filter.takes(alarm, now)
    }
}

impl AlarmFilter {
    /// What to ask the service for: as little as holds all that may be meant.
    fn selections(&self, names: &[AlarmName], alarms: &Alarms) -> Result<Vec<Selection>> {
        for name in names {
            name.check(alarms)?;
        }
        let base = Selection {
            types: self.types.clone(),
            state: match self.states.as_slice() {
                [only] => Some(*only),
                _ => None,
            },
            action_prefix: self
                .action
                .as_deref()
                .map(glob::beginning)
                .filter(|it| !it.is_empty())
                .map(str::to_owned),
            ..Selection::default()
        };
        let named = |name: &AlarmName| name.name().to_owned();
        Ok(match names {
            [] => vec![base],
            [pattern] if pattern.is_pattern() => vec![Selection { prefix: target::prefix(pattern), ..base }],
            names if !names.iter().any(AlarmName::is_pattern) => names
                .chunks(PAGE)
                .map(|names| Selection { names: names.iter().map(named).collect(), ..base.clone() })
                .collect(),
            _ => vec![base],
        })
    }

    fn takes(&self, alarm: &Alarm, now: Timestamp) -> bool {
        let metrics = alarm.metrics();
        let is_of_metric = |pattern: &String| metrics.iter().any(|metric| glob::fits(pattern, metric.name));
        let is_of_namespace = |pattern: &String| metrics.iter().any(|it| glob::fits(pattern, it.namespace));
        (self.states.is_empty() || self.states.iter().any(|state| state.name() == alarm.state()))
            && (self.types.is_empty() || self.types.contains(&alarm.alarm_type))
            && self.metric.as_ref().is_none_or(is_of_metric)
            && self.namespace.as_ref().is_none_or(is_of_namespace)
            && self
                .action
                .as_ref()
                .is_none_or(|pattern| alarm.actions().any(|(_, arn)| glob::fits(pattern, arn)))
            && self.is_of_age(alarm.since(), now)
    }

    fn is_of_age(&self, since: Option<Timestamp>, now: Timestamp) -> bool {
        let age = since.map(|since| now.duration_since(since));
        let than = |limit: Duration| SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX);
        self.older_than.is_none_or(|limit| age.is_some_and(|age| age > than(limit)))
            && self.newer_than.is_none_or(|limit| age.is_some_and(|age| age < than(limit)))
    }

    /// Those of a page that have the tags.
    async fn tagged(&self, page: Vec<Alarm>, alarms: &Alarms) -> Result<Vec<Alarm>> {
        if self.tags.is_empty() {
            return Ok(page);
        }
        let look = |alarm: Alarm| async move {
            let tags = alarms.tags(alarm.arn()).await?;
            anyhow::Ok(self.tags.iter().all(|tag| tag.is_among(&tags)).then_some(alarm))
        };
        let found: Vec<Option<Alarm>> =
            stream::iter(page).map(look).buffered(TAG_CALLS).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::alarm;
    use super::*;
    use clap::Parser;
    use serde_json::json;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ListAlarmsArgs,
    }

    fn takes(line: &str, alarm: &Alarm) -> bool {
        let args = Line::parse_from(["list"].into_iter().chain(line.split_whitespace())).args;
        args.takes(alarm, "2026-11-22T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn every_filter_takes_what_it_names_and_nothing_else() {
        let it = alarm(
            AlarmType::Metric,
            json!({
                "AlarmName": "api-5xx", "StateValue": "ALARM", "StateTransitionedTimestamp": "2026-11-22T10:00:00Z",
                "Namespace": "AWS/Lambda", "MetricName": "Errors", "AlarmActions": ["arn:aws:sns:eu-west-1:1:pager"],
            }),
        );
        for (line, expected) in [
            ("", true),
            ("api-*", true),
            ("web api-5xx", true),
            ("web", false),
            ("--state alarm", true),
            ("--state ok,insufficient-data", false),
            ("--type metric", true),
            ("--type composite,log", false),
            ("--metric Err*", true),
            ("--metric Err", false),
            ("--namespace AWS/*", true),
            ("--namespace AWS/EC2", false),
            ("--action *:pager", true),
            ("--action arn:aws:sns:eu-west-1:1:other", false),
            ("--older-than 1h", true),
            ("--older-than 3h", false),
            ("--newer-than 3h", true),
            ("--newer-than 2h", false),
            ("--older-than 1h --newer-than 3h --state alarm api-*", true),
        ] {
            assert_eq!(takes(line, &it), expected, "{line}");
        }
        let ageless = alarm(AlarmType::Composite, json!({ "AlarmName": "c", "AlarmRule": "ALARM(api-5xx)" }));
        for line in ["--older-than 1s", "--newer-than 1s", "--metric *", "--namespace *"] {
            assert!(!takes(line, &ageless), "{line}");
        }
    }
}
