//! Which metrics, under which statistics, over which time: the options of verbs that read values.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::str::FromStr;

use aws_sdk_cloudwatch::types;
use clap::{Args, ValueHint};
use jiff::SignedDuration;
use opsctl_engine::evaluation::alarm::{MetricDataQuery, is_insights};
use opsctl_engine::evaluation::data::Statistic;

use super::{complete, queries};
use crate::cli::{Moment, duration};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::metrics::{self, Dimension, Metric, Periods, Window, age_of};
use crate::output::advice;

/// The options of the group's verbs, without their completion: that knows the verb.
#[derive(Debug, Args)]
pub struct SelectArgs {
    /// The namespace of the metric
    #[arg(value_name = "NAMESPACE", requires = "metric", help_heading = "Target", add = complete::namespaces())]
    namespace: Option<String>,

    /// The name of the metric
    #[arg(value_name = "METRIC", help_heading = "Target")]
    metric: Option<String>,

    /// A dimension; all that the metric has are needed
    #[arg(long = "dimension", value_name = "NAME=VALUE", requires = "metric", help_heading = "Target")]
    dimensions: Vec<Dimension>,

    /// Average, Sum, p99, TM(5%:95%) ...; with commas
    #[arg(long = "statistic", value_name = "STATISTIC", default_value = "Average", value_delimiter = ',',
        value_parser = statistic, help_heading = "Target")]
    statistics: Vec<String>,

    /// Another metric, as m2='AWS/SQS Age Queue=q Sum'
    #[arg(long, value_name = "ID=METRIC", help_heading = "Target")]
    with: Vec<With>,

    /// Metric math, a search or a Metrics Insights query
    #[arg(long = "expression", value_name = "EXPR", allow_hyphen_values = true, help_heading = "Target")]
    expressions: Vec<String>,

    /// MetricDataQueries, as JSON or YAML; - is stdin
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath,
        conflicts_with_all = ["namespace", "with", "expressions"], help_heading = "Target")]
    file: Option<PathBuf>,

    /// From this time on
    #[arg(long, value_name = "TIME", default_value = "3h", help_heading = "Target")]
    since: Moment,

    /// Up to this time
    #[arg(long, value_name = "TIME", default_value = "now", help_heading = "Target")]
    until: Moment,

    /// Of each value; else what fits the time
    #[arg(long, value_name = "DURATION", value_parser = period, help_heading = "Target")]
    period: Option<i64>,
}

/// What is asked for.
#[derive(Debug)]
pub struct Selection {
    pub queries: Vec<MetricDataQuery>,
    pub window: Window,
    pub period: i64,
    /// What a series of a query is called: queries that may give several say it themselves.
    names: HashMap<String, String>,
}

/// `ID=NAMESPACE METRIC NAME=VALUE... [STATISTIC]`
#[derive(Debug, Clone)]
pub struct With {
    id: String,
    metric: Metric,
    statistic: Option<String>,
}

impl FromStr for With {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "it looks like m2='AWS/SQS Age QueueName=orders Maximum'".to_owned();
        let (id, rest) = text.split_once('=').ok_or_else(form)?;
        queries::check_id(id)?;
        let words = shlex::split(rest).ok_or_else(|| "a quote is not closed".to_owned())?;
        let [namespace, name, words @ ..] = words.as_slice() else { return Err(form()) };
        let mut metric =
            Metric { namespace: namespace.clone(), metric_name: name.clone(), dimensions: BTreeMap::new() };
        let mut own = None;
        for word in words {
            match word.parse::<Dimension>() {
                Ok(it) => _ = metric.dimensions.insert(it.name, it.value),
                Err(_) if own.is_none() => own = Some(statistic(word)?),
                Err(_) => return Err(form()),
            }
        }
        Ok(With { id: id.to_owned(), metric, statistic: own })
    }
}

/// The plain ones in any case; of the others capitals count.
fn statistic(text: &str) -> Result<String, String> {
    let plain = types::Statistic::values();
    if let Some(known) = plain.iter().find(|known| known.eq_ignore_ascii_case(text)) {
        return Ok((*known).to_owned());
    }
    match text.parse::<Statistic>() {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{error}{}", advice(text, plain.iter().copied()))),
    }
}

/// What the service has periods of.
fn period(text: &str) -> Result<i64, String> {
    let length = duration(text)?;
    let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
    let is_allowed = matches!(seconds, 1 | 5 | 10 | 20 | 30) || seconds > 0 && seconds % 60 == 0;
    match is_allowed && length.subsec_nanos() == 0 {
        true => Ok(seconds),
        false => Err("a period is 1, 5, 10, 20 or 30 seconds, or whole minutes".to_owned()),
    }
}

impl SelectArgs {
    /// With a period that gives at most so many values, if none is asked for. What is asked for in another way than it is
    /// typed is told.
    pub async fn prepare(&self, most: i64, ctx: &Context) -> Result<Selection> {
        let window = self.window(ctx)?;
        let periods = Periods::of(window, ctx.now().as_second());
        if periods.is_beyond {
            ctx.reporter().warn("nothing is kept of what is more than 455 days ago");
        }
        let period = self.period.map_or(periods.fitting(window, most), |wanted| periods.usable(wanted));
        let (mut queries, names) = match &self.file {
            Some(file) => (queries::read(file).await?, HashMap::new()),
            None => self.typed(period)?,
        };
        let mut raised = self.period.filter(|wanted| *wanted != period);
        for query in &mut queries {
            if let Some(stat) = &mut query.metric_stat {
                let wanted = stat.period.unwrap_or(period);
                let usable = periods.usable(wanted);
                if usable != wanted {
                    raised = Some(wanted);
                }
                stat.period = Some(usable);
            } else if query.period.is_none() && query.expression.as_deref().is_some_and(is_insights) {
                query.period = Some(period);
            }
        }
        if let Some(wanted) = raised {
            let (age, smallest) = (age_of(periods.smallest), periods.smallest);
            ctx.reporter().warn(format_args!(
                "what is more than {age} ago is kept by {smallest} s alone: the period is {} s, not {wanted} s",
                periods.usable(wanted),
            ));
        }
        let widest = queries.iter().filter_map(MetricDataQuery::period).max().unwrap_or(period);
        Ok(Selection { queries, window: window.aligned(widest), period: widest, names })
    }

    fn window(&self, ctx: &Context) -> Result<Window> {
        let moment =
            |option, moment| Ok::<_, anyhow::Error>(ctx.moment(option, Some(moment))?.unwrap_or_default());
        let (from, to) = (moment("--since", self.since)?, moment("--until", self.until)?);
        if from.duration_until(to) < SignedDuration::from_secs(1) {
            return Err(Error::usage(format!("there is no time from --since {from} to --until {to}")).into());
        }
        // The second that is under way is part of it.
        let end = to.as_second().saturating_add(i64::from(to.subsec_nanosecond() > 0));
        Ok(Window { from: from.as_second(), to: end })
    }

    /// The queries of the line, and what their series are called.
    fn typed(&self, period: i64) -> Result<(Vec<MetricDataQuery>, HashMap<String, String>)> {
        let mut queries = Vec::new();
        let mut names = HashMap::new();
        let mut add = |id: String, metric: &Metric, statistic: &str| {
            names.insert(id.clone(), format!("{metric} {statistic}"));
            queries.push(metrics::stat(id, metric, statistic, period));
        };
        if let (Some(namespace), Some(name)) = (&self.namespace, &self.metric) {
            let dimensions = Dimension::all(&self.dimensions)
                .map_err(|name| Error::usage(format!("--dimension {name} is given twice")))?;
            let metric = Metric { namespace: namespace.clone(), metric_name: name.clone(), dimensions };
            for (number, statistic) in (1..).zip(&self.statistics) {
                add(format!("m{number}"), &metric, statistic);
            }
        }
        let first = self.statistics.first().map_or("Average", String::as_str);
        for With { id, metric, statistic } in &self.with {
            add(id.clone(), metric, statistic.as_deref().unwrap_or(first));
        }
        for (number, expression) in (1..).zip(&self.expressions) {
            let id = format!("e{number}");
            if !gives_several(expression) {
                names.insert(id.clone(), expression.clone());
            }
            queries.push(MetricDataQuery {
                id,
                expression: Some(expression.clone()),
                ..MetricDataQuery::default()
            });
        }
        if queries.is_empty() {
            return Err(Error::usage("no metric is named")
                .hint("name a NAMESPACE and a METRIC, an --expression, or a --file of queries")
                .hint("opsctl metric list")
                .into());
        }
        if !self.expressions.is_empty() {
            for query in queries.iter_mut().filter(|query| query.expression.is_none()) {
                query.return_data = Some(false);
            }
        }
        let mut seen = HashSet::new();
        match queries.iter().find(|query| !seen.insert(query.id.as_str())) {
            Some(double) => Err(Error::usage(format!("two metrics go by the id {}", double.id))
                .hint("choose another id in --with")
                .into()),
            None => Ok((queries, names)),
        }
    }
}

/// Whether what comes of an expression may be more than one series.
fn gives_several(expression: &str) -> bool {
    is_insights(expression) || expression.contains("SEARCH(") || expression.contains("METRICS(")
}

impl Selection {
    /// What a series is called.
    pub fn name<'a>(&'a self, series: &'a metrics::Series) -> &'a str {
        let label = if series.label.is_empty() { &series.id } else { &series.label };
        self.names.get(&series.id).unwrap_or(label)
    }

    /// The metrics that are asked for, each once.
    pub fn metrics(&self) -> Vec<Metric> {
        let of = |query: &MetricDataQuery| Some(Metric::from(&query.metric_stat.as_ref()?.metric));
        let mut metrics: Vec<Metric> = self.queries.iter().filter_map(of).collect();
        metrics.sort();
        metrics.dedup();
        metrics
    }

    /// The period of a series.
    pub fn period_of(&self, id: &str) -> i64 {
        let query = self.queries.iter().find(|query| query.id == id);
        query.and_then(MetricDataQuery::period).unwrap_or(self.period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_metric_is_read_with_its_dimensions_and_statistic() {
        let with: With = "m2=AWS/SQS Age 'QueueName=my orders' max=1 p99".parse().unwrap();
        assert_eq!(with.metric.to_string(), "AWS/SQS Age QueueName=my orders, max=1");
        assert_eq!((with.id.as_str(), with.statistic.as_deref()), ("m2", Some("p99")));
        for bad in ["", "m2", "m2=AWS/SQS", "M2=a b", "m2=a b Sum Sum", "m2=a b nonsense", "m2=a 'b"] {
            assert!(bad.parse::<With>().is_err(), "{bad}");
        }
    }

    #[test]
    fn statistics_are_known_in_any_case_and_what_is_none_has_a_near_match() {
        assert_eq!(statistic("sum"), Ok("Sum".to_owned()));
        assert_eq!(statistic("PR(0:1)"), Ok("PR(0:1)".to_owned()));
        assert!(statistic("Avrage").unwrap_err().ends_with("did you mean `Average`?"));
        assert!(statistic("p101").is_err());
    }

    #[test]
    fn periods_are_those_of_the_service() {
        for (text, expected) in [("60", Some(60)), ("10s", Some(10)), ("5m", Some(300)), ("1d", Some(86_400))]
        {
            assert_eq!(period(text).ok(), expected, "{text}");
        }
        for text in ["0", "2", "61", "90s", "1500ms", "soon"] {
            assert!(period(text).is_err(), "{text}");
        }
    }
}
