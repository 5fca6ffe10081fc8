//! `opsctl alarm chart`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use jiff::{SignedDuration, Timestamp};
use opsctl_engine::evaluation::alarm::MetricAlarm;
use opsctl_engine::evaluation::judging::{Band, Criteria, Datapoint, Grade};

use super::api::Alarms;
use super::complete;
use super::stays::stays;
use super::target::AlarmName;
use super::watched::{configuration, looked_at, queries, rule, unpublished};
use crate::cli::Moment;
use crate::context::Context;
use crate::error::{Error, Outcome, Result};
use crate::metrics::{Metrics, Periods, Series, Window, age_of, every};
use crate::output::chart::{Chart, Limit, Line};

/// Draw what an alarm looks at
///
/// The values under the alarm's statistic and period with its threshold or band, broken where there
/// are none; below, when they breach it and which state the alarm was in, as its history has it: that
/// of 30 days. As wide as the terminal; without a UTF-8 locale in ASCII.
///
/// Examples:
///   opsctl alarm chart api-5xx
///   opsctl alarm chart api-5xx --since 2d
///   opsctl alarm chart api-5xx --since 7d --svg api-5xx.svg
///
/// Exit codes:
///   0   the chart is drawn, whatever the state of the alarm
///   1   the file cannot be written
///   2   an option is wrong; alarms of this kind have no values of a metric
///   3   there is no such alarm
///   4   no credentials or no region
///   5   denied by a policy
///   75  AWS cannot be reached, or is busy
///
/// IAM:
///   cloudwatch:DescribeAlarms        the alarm, on *
///   cloudwatch:GetMetricData         its values
///   cloudwatch:DescribeAlarmHistory  its states, on *; without it they are not drawn
///   cloudwatch:ListMetrics           where there are no values, to say which metric may be meant
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ChartAlarmArgs {
    /// The alarm: name or ARN
    // A drawing is no list.
    #[arg(value_name = "ALARM", conflicts_with_all = ["output", "query"], add = complete::alarms())]
    alarm: AlarmName,

    /// From this time on; if not given, 60 periods and 3 hours at least
    #[arg(long, value_name = "TIME", help_heading = "Target")]
    since: Option<Moment>,

    /// Up to this time
    #[arg(long, value_name = "TIME", default_value = "now", help_heading = "Target")]
    until: Moment,

    /// Write the chart to this file, as an SVG document; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    svg: Option<PathBuf>,
}

pub async fn run(args: &ChartAlarmArgs, ctx: &Context) -> Result<Outcome> {
    let alarms = Alarms::open(ctx).await?;
    let found = args.alarm.find(&alarms).await?;
    let alarm = configuration(&found)?;
    let wanted = alarm.period().unwrap_or(60);
    let now = found.present(ctx.now());
    let window = args.window(wanted, now, ctx)?;
    let period = Periods::of(window, now.as_second()).usable(wanted);
    let window = window.aligned(period);
    if period != wanted {
        let (age, name) = (age_of(period), found.name());
        ctx.reporter().warn(format_args!(
            "what is more than {age} ago is kept by {period} s alone: {name} looked at periods of {wanted} s"
        ));
    }
    let queries = queries(&alarm, period);
    let metrics = Metrics::of(ctx.aws().await?);
    let (fetched, states) =
        tokio::join!(metrics.data(&queries, window), stays(&found, &alarms, window, now, ctx));
    let fetched = fetched?;
    for note in &fetched.notes {
        ctx.reporter().warn(note);
    }
    if let Some(fault) = fetched.faults.into_iter().next() {
        return Err(fault.into());
    }
    let line = |series: &Series| Line { name: series.label.clone(), period, points: series.points.clone() };
    let (bands, values): (Vec<_>, Vec<_>) =
        fetched.series.iter().partition(|series| alarm.threshold_metric_id.as_ref() == Some(&series.id));
    let lines: Vec<Line> = values.into_iter().map(line).collect();
    if lines.iter().all(|line| line.points.is_empty()) {
        for why in unpublished(&queries, &metrics).await? {
            ctx.reporter().warn(why);
        }
    }
    let limit = match bands.as_slice() {
        [upper, lower, ..] => {
            Some(Limit::Band { name: rule(&alarm), lower: line(lower), upper: line(upper) })
        }
        _ => alarm.threshold.map(|value| Limit::Threshold { name: rule(&alarm), value }),
    };
    let chart = Chart {
        title: format!("{}: {}, {}", found.name(), looked_at(&alarm), every(period)),
        from: window.from,
        to: window.to,
        zone: ctx.out().settings().zone.clone(),
        breaches: breaches(&alarm, lines.first(), limit.as_ref()),
        lines,
        limits: limit.into_iter().collect(),
        states: Some(states),
    };
    ctx.out().chart(&chart, args.svg.as_deref())?;
    Ok(Outcome::Done)
}

impl ChartAlarmArgs {
    fn window(&self, period: i64, now: Timestamp, ctx: &Context) -> Result<Window> {
        let to = ctx.moment_from("--until", Some(self.until), now)?.unwrap_or(now);
        let usual = SignedDuration::from_secs(period.saturating_mul(60).max(3 * 3600));
        let from = match ctx.moment_from("--since", self.since, now)? {
            Some(from) => from,
            None => to
                .checked_sub(usual)
                .map_err(|error| Error::usage("--until is beyond the calendar").because(error))?,
        };
        if from.duration_until(to) < SignedDuration::from_secs(1) {
            return Err(Error::usage(format!("there is no time from --since {from} to --until {to}")).into());
        }
        Ok(Window { from: from.as_second(), to: to.as_second() })
    }
}

/// As the engine judges each value.
fn breaches(alarm: &MetricAlarm, line: Option<&Line>, limit: Option<&Limit>) -> Option<Vec<(i64, i64)>> {
    let criteria = Criteria::of_metric(alarm).ok()?;
    let at = |line: &Line, at: i64| {
        let place = line.points.binary_search_by_key(&at, |(at, _)| *at).ok()?;
        line.points.get(place).map(|(_, value)| *value)
    };
    let band = |time: i64| match limit? {
        Limit::Band { lower, upper, .. } => Some(Band { lower: at(lower, time)?, upper: at(upper, time)? }),
        Limit::Threshold { .. } => None,
    };
    Some(line?.spans(|time, value| {
        let datapoint = Datapoint { value, samples: None, band: band(time) };
        criteria.grade(Some(datapoint)) == Grade::Breaching
    }))
}
