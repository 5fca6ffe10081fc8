//! `opsctl alarm set`: the order of things. `edit` says what a word of the line does to a document.

mod edit;

use std::collections::BTreeSet;

use clap::Args;
use opsctl_engine::document::Fault;

use super::api::Alarms;
use super::configuration::Configuration;
use super::model::{Alarm, AlarmType};
use super::sending::Sending;
use super::target::AlarmName;
use super::{complete, surroundings};
use crate::change::{Changes, Consent, Words};
use crate::cli::ChangeArgs;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::signals::Signals;
use edit::Edit;

/// Change fields of an alarm
///
/// Reads the alarm, changes what is named, and writes it back: what is not named stays as it is, and
/// so does what is newer than opsctl. An alarm that somebody else changes meanwhile is left alone (9).
/// Shows what changes, and asks. An empty value takes a field away; += and -= add to the lists of
/// actions and take from them. A dimension is dimension.NAME=VALUE. Tags are not changed so.
///
/// Fields of all alarms: description, actions-enabled, alarm-actions, ok-actions,
/// insufficient-data-actions.
/// Of metric alarms: namespace, metric, dimension.NAME, statistic, period, unit, threshold,
/// comparison, evaluation-periods, datapoints-to-alarm, treat-missing-data, low-sample-count.
/// Of composite alarms: rule, actions-suppressor, suppressor-wait, suppressor-extension.
/// Of log alarms: threshold, comparison, query-results-to-evaluate, query-results-to-alarm,
/// treat-missing-data.
///
/// Examples:
///   opsctl alarm set api-5xx threshold=9 evaluation-periods=5 datapoints-to-alarm=3 --yes
///   opsctl alarm set api-5xx alarm-actions+=arn:aws:sns:us-east-1:111122223333:desk --dry-run
///   opsctl alarm set api-latency period=5m description= --yes
///   opsctl alarm set service rule='ALARM(api-5xx)' --yes
///
/// Exit codes:
///   0    it is changed, or was so already; with --dry-run, the plan is printed
///   1    it was not agreed to
///   2    a field or a value is wrong; a yes is needed, and nobody is there to ask
///   3    there is no such alarm, or the rule names one that is not there
///   4    no credentials or no region
///   5    denied by a policy
///   9    somebody changed it meanwhile, or the rule leads back to it
///   75   AWS cannot be reached, or is busy
///   130  interrupted
///
/// IAM:
///   cloudwatch:DescribeAlarms     the alarm and those of a rule, on *
///   cloudwatch:ListMetrics        whether another metric is published
///   cloudwatch:PutMetricAlarm     a metric alarm
///   cloudwatch:PutCompositeAlarm  a composite alarm, on *
///   cloudwatch:PutLogAlarm        a log alarm
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct SetAlarmArgs {
    /// The alarm: name or ARN
    #[arg(value_name = "ALARM", add = complete::alarms())]
    alarm: AlarmName,

    /// What is to be, such as threshold=9
    #[arg(value_name = "FIELD=VALUE", required = true, num_args = 1.., add = edit::fields())]
    fields: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

const WORDS: Words = Words { verb: "change", done: "changed", one: "alarm", many: "alarms" };

impl SetAlarmArgs {
    pub fn changes(&self) -> Changes {
        Changes::Planned.unless(self.change.dry_run)
    }
}

pub async fn run(args: &SetAlarmArgs, ctx: &Context) -> Result<Outcome> {
    let edits = edit::read(&args.fields)?;
    let consent = Consent::new(ctx, &args.change)?;
    let mut signals = Signals::listen()?;
    let alarms = signals.race(Alarms::open(ctx)).await?;
    let present = signals.race(args.alarm.find(&alarms)).await?;
    let wanted = edited(&present, &edits)?;
    signals.race(look_around(&present, &wanted, &alarms, ctx)).await?;
    let sending = Sending { wanted, present: Some(present), words: WORDS };
    sending.send(&consent, &alarms, &mut signals, ctx).await
}

/// The configuration with every edit. What is wrong with it and was not before is told, all at once.
fn edited(present: &Alarm, edits: &[Edit]) -> Result<Configuration, Error> {
    let before = Configuration::from(present);
    let mut wanted = before.clone();
    let applied = edits.iter().map(|edit| edit.apply(wanted.alarm_type, &mut wanted.document));
    let mut reasons: Vec<String> = applied.filter_map(Result::err).collect();
    let known = before.faults();
    let faults = wanted.faults();
    reasons.extend(faults.iter().filter(|fault| !known.contains(fault)).map(Fault::to_string));
    match reasons.is_empty() {
        true => Ok(wanted),
        false => Err(Error::usage(format!("{} cannot be changed so", present.name())).because_of(reasons)),
    }
}

/// What is named anew is looked up.
async fn look_around(present: &Alarm, wanted: &Configuration, alarms: &Alarms, ctx: &Context) -> Result<()> {
    let after = wanted.to_alarm();
    let names =
        |alarm: &Alarm| [alarm.rule(), alarm.text("ActionsSuppressor")].map(|it| it.map(str::to_owned));
    if wanted.alarm_type == AlarmType::Composite && names(present) != names(&after) {
        surroundings::check(wanted, alarms).await?;
    }
    let metrics = |alarm: &Alarm| -> BTreeSet<String> {
        alarm.metrics().iter().map(|metric| format!("{metric:?}")).collect()
    };
    if metrics(present) != metrics(&after) {
        surroundings::warn_of_metrics(wanted, ctx.aws().await?, ctx.reporter()).await;
    }
    let before = Configuration::from(present).warnings();
    for warning in wanted.warnings().iter().filter(|warning| !before.contains(warning)) {
        ctx.reporter().warn(warning);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::alarm;
    use super::*;
    use crate::error::Report;
    use serde_json::{Value, json};

    fn present() -> Alarm {
        alarm(
            AlarmType::Metric,
            json!({ "AlarmName": "a", "AlarmArn": "arn", "Namespace": "A", "MetricName": "B", "Statistic": "Sum",
                "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 1.0, "StateValue": "OK",
                "ComparisonOperator": "GreaterThanThreshold", "Newer": { "Deep": true }, "Unit": "Bananas" }),
        )
    }

    fn set(fields: &[&str]) -> Result<Value, Vec<String>> {
        let fields: Vec<String> = fields.iter().map(|it| (*it).to_owned()).collect();
        let wanted = edit::read(&fields).and_then(|edits| edited(&present(), &edits));
        wanted.map(|it| it.value()).map_err(|error| Report::new(&error.into()).causes)
    }

    #[test]
    fn what_is_not_named_stays_and_what_was_wrong_before_is_not_told() {
        let wanted =
            set(&["threshold=90", "statistic=p99", "dimension.Queue=a=b", "datapoints-to-alarm="]).unwrap();
        let expected = json!({
            "AlarmName": "a", "Namespace": "A", "MetricName": "B", "ExtendedStatistic": "p99", "Period": 60,
            "EvaluationPeriods": 3, "Threshold": 90, "ComparisonOperator": "GreaterThanThreshold",
            "Newer": { "Deep": true }, "Unit": "Bananas", "Dimensions": [{ "Name": "Queue", "Value": "a=b" }],
        });
        assert_eq!(wanted, expected);
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let causes = set(&["period=45", "evaluation-periods=1", "rule=TRUE", "comparison="]).unwrap_err();
        assert_eq!(
            causes,
            [
                "rule is no field of a metric alarm",
                "Period: 45 is not 10, 20, 30 or a multiple of 60 seconds",
                "DatapointsToAlarm: 2 is more than 1, the EvaluationPeriods",
                "`ComparisonOperator` is missing",
            ]
        );
    }
}
