//! `opsctl alarm backtest`.

mod run;
mod setting;
mod view;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use jiff::Timestamp;
use opsctl_engine::evaluation::alarm::MetricAlarm;
use serde_json::{Map, Value};

use self::run::{Tested, Trial};
use self::setting::Setting;
use self::view::{FIRINGS, ROWS, ROWS_VERIFIED};
use super::api::Alarms;
use super::complete;
use super::model::Alarm;
use super::stays::known_stays;
use super::target::AlarmName;
use super::watched::configuration;
use crate::cli::{ListArgs, Moment};
use crate::completion;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::metrics::{Metrics, Window};
use crate::output::Format;

/// Find out how often an alarm would have fired
///
/// Judges the data of some time again: how often the alarm went off, when, and for how long; with
/// --set under other settings too, side by side. Each --set is a setting of its own, of
/// threshold, comparison, evaluation-periods, datapoints-to-alarm, treat-missing-data, period and
/// statistic. Of an alarm in a file the fields are those of PutMetricAlarm, as
/// `alarm show NAME -o json --query item.alarm` has them.
///
/// --verify holds the alarm as it is against its history, of which 30 days are kept. Here a period is
/// judged once, when it ends; the service looks every minute, and may go off some minutes earlier.
/// Old data is kept by longer periods alone: then it says so, and judges these.
///
/// Examples:
///   opsctl alarm backtest api-5xx
///   opsctl alarm backtest api-5xx --set threshold=10 --set threshold=20,evaluation-periods=5
///   opsctl alarm backtest api-5xx --since 2d --verify
///   opsctl alarm backtest alarm.yaml --since 7d -o json --query 'items[].fired'
///
/// Exit codes:
///   0   it is judged, however often it fired
///   2   an option, a setting or the file is wrong; alarms of this kind are not judged by values
///   3   there is no such alarm, or no such file
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   cloudwatch:DescribeAlarms        the alarm, on *
///   cloudwatch:GetMetricData         its values
///   cloudwatch:DescribeAlarmHistory  for --verify, on *
///   cloudwatch:ListMetrics           without values: which metric may be meant
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, mut_args(completion::columns(ROWS_VERIFIED)))]
pub struct BacktestArgs {
    /// Name, ARN, or a file: .yaml, .yml, .json, - is stdin
    #[arg(value_name = "ALARM|FILE", add = complete::alarms())]
    alarm: Source,

    /// From this time on
    #[arg(long, value_name = "TIME", default_value = "14d", help_heading = "Target")]
    since: Moment,

    /// Up to this time
    #[arg(long, value_name = "TIME", default_value = "now", help_heading = "Target")]
    until: Moment,

    /// One more setting: threshold=90,period=300
    #[arg(long = "set", value_name = "A=B,C=D", help_heading = "Target")]
    settings: Vec<Setting>,

    /// Periods looked at; N + max(2, N/3) if not given
    #[arg(long, value_name = "N", help_heading = "Target")]
    range: Option<usize>,

    /// Compare with what the alarm really did
    #[arg(long, help_heading = "Target")]
    verify: bool,

    #[command(flatten)]
    list: ListArgs,
}

/// What is judged.
#[derive(Debug, Clone)]
enum Source {
    Alarm(AlarmName),
    File(PathBuf),
}

impl FromStr for Source {
    type Err = String;

    /// An alarm whose name ends like a file's can be named by its ARN.
    fn from_str(text: &str) -> Result<Self, String> {
        let name: AlarmName = text.parse()?;
        let is_file = text == "-" || [".yaml", ".yml", ".json"].iter().any(|ending| text.ends_with(ending));
        Ok(match name {
            AlarmName::Name(_) if is_file => Source::File(text.into()),
            name => Source::Alarm(name),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Alarm(name) => f.write_str(name.name()),
            Source::File(path) => path.display().fmt(f),
        }
    }
}

pub async fn run(args: &BacktestArgs, ctx: &Context) -> Result<Outcome> {
    let out = ctx.list_out(&args.list);
    let columns = if args.verify || args.list.columns.is_some() { ROWS_VERIFIED } else { ROWS };
    let mut writer = out.stream("alarm.backtest", columns)?;
    let now = ctx.now();
    args.window(now, ctx)?;
    if args.verify && matches!(args.alarm, Source::File(_)) {
        let message = format!("{} is a file, and has no history to --verify with", args.alarm);
        return Err(Error::usage(message).into());
    }
    let trial =
        |document: &Map<String, Value>, setting: Option<&Setting>| Trial::new(document, setting, args.range);
    // What is wrong with a file or a setting is told before anything is asked.
    let (alarms, alarm, document) = match &args.alarm {
        Source::File(path) => {
            let written = super::configuration::read(path, None).await?;
            configuration(&written.to_alarm())?;
            (None, None, written.document)
        }
        Source::Alarm(name) => {
            let alarms = Alarms::open(ctx).await?;
            let alarm = name.find(&alarms).await?;
            configuration(&alarm)?;
            let document = alarm.document.clone();
            (Some(alarms), Some(alarm), document)
        }
    };
    let now = alarm.as_ref().map_or(now, |alarm| alarm.present(now));
    let window = args.window(now, ctx)?;
    let mut trials = vec![trial(&document, None)?];
    for setting in &args.settings {
        trials.push(trial(&document, Some(setting))?);
    }
    let metrics = Metrics::of(ctx.aws().await?);
    let Tested { mut rows, notes } = run::test(&trials, &metrics, window, now).await?;
    for note in notes {
        ctx.reporter().warn(note);
    }
    if let (true, Some(alarm), Some(alarms)) = (args.verify, &alarm, &alarms) {
        let stays = known_stays(alarm, alarms, window, now).await?;
        if let Some(row) = rows.first_mut() {
            row.verify(&stays);
        }
        if let Some(note) = changed_since(alarm, window) {
            ctx.reporter().warn(note);
        }
    }
    let alone = match rows.as_slice() {
        [row] if out.settings().format == Format::Table && out.settings().query.is_none() => {
            row.firings.clone()
        }
        _ => Vec::new(),
    };
    // Whether more is wanted is no question: nothing more is asked for.
    let _ = writer.extend(rows)?;
    writer.finish()?;
    if !alone.is_empty() && args.list.columns.is_none() {
        out.text("\n")?;
        out.list("alarm.firing", FIRINGS, alone)?;
    }
    Ok(Outcome::Done)
}

impl BacktestArgs {
    fn window(&self, now: Timestamp, ctx: &Context) -> Result<Window> {
        let moment = |option: &str, moment| ctx.moment_from(option, Some(moment), now);
        let to = moment("--until", self.until)?.unwrap_or(now).min(now);
        let from = moment("--since", self.since)?.unwrap_or(to);
        if from >= to {
            return Err(Error::usage(format!("there is no time from --since {from} to --until {to}")).into());
        }
        Ok(Window { from: from.as_second(), to: to.as_second() })
    }
}

/// The history before a change of the configuration is that of another alarm.
fn changed_since(alarm: &Alarm, window: Window) -> Option<String> {
    let changed = alarm.time("AlarmConfigurationUpdatedTimestamp")?;
    (changed.as_second() > window.from).then(|| {
        format!("{} was changed at {changed}: what it did before, it did by other settings", alarm.name())
    })
}

/// Of a document that has been checked.
fn read(document: &Map<String, Value>) -> Result<MetricAlarm, Error> {
    let name = document.get("AlarmName").and_then(Value::as_str).unwrap_or("the alarm");
    MetricAlarm::read(&Value::Object(document.clone()))
        .map_err(|error| Error::usage(format!("{name} is not understood")).because(error))
}
