//! What an evaluation is held against: of an alarm's configuration that part which decides, with its defaults filled in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::evaluation::{Band, Datapoint, Grade};
use super::operator::ComparisonOperator;
use crate::evaluation::alarm::{LogAlarm, MetricAlarm, few_samples_below};

/// Seven days of the shortest period: no alarm names more.
pub const MOST_PERIODS: usize = 60_480;

/// `TreatMissingData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TreatMissingData {
    Breaching,
    NotBreaching,
    Ignore,
    #[default]
    Missing,
}

impl TreatMissingData {
    pub const ALL: [TreatMissingData; 4] = [
        TreatMissingData::Breaching,
        TreatMissingData::NotBreaching,
        TreatMissingData::Ignore,
        TreatMissingData::Missing,
    ];

    pub fn name(self) -> &'static str {
        match self {
            TreatMissingData::Breaching => "breaching",
            TreatMissingData::NotBreaching => "notBreaching",
            TreatMissingData::Ignore => "ignore",
            TreatMissingData::Missing => "missing",
        }
    }
}

impl fmt::Display for TreatMissingData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for TreatMissingData {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        TreatMissingData::ALL.into_iter().find(|treat| treat.name() == text).ok_or(())
    }
}

/// What decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Criteria {
    /// N: from 1 to [`MOST_PERIODS`].
    pub evaluation_periods: usize,
    /// M: from 1 to N.
    pub datapoints_to_alarm: usize,
    pub operator: ComparisonOperator,
    /// None when a band stands in its place: then datapoints bring theirs.
    pub threshold: Option<f64>,
    pub treat_missing_data: TreatMissingData,
    /// A datapoint of fewer samples keeps the state; only of percentiles that say `ignore`.
    pub ignore_samples_below: Option<f64>,
}

/// Why an alarm cannot be judged from datapoints.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotJudged {
    #[error("`{0}` is missing")]
    Missing(&'static str),
    #[error("`{field}` is {value}, which is not understood")]
    NotUnderstood { field: &'static str, value: String },
    #[error("it is judged by its PromQL query, not by datapoints")]
    Promql,
}

impl Criteria {
    pub fn of_metric(alarm: &MetricAlarm) -> Result<Self, NotJudged> {
        if alarm.evaluation_criteria.is_some() {
            return Err(NotJudged::Promql);
        }
        let few_samples = alarm
            .percentile()
            .filter(|_| alarm.evaluate_low_sample_count_percentile.as_deref() == Some("ignore"));
        let criteria = Plain {
            periods: ("EvaluationPeriods", alarm.evaluation_periods),
            to_alarm: ("DatapointsToAlarm", alarm.datapoints_to_alarm),
            operator: alarm.comparison_operator.as_deref(),
            threshold: alarm.threshold,
            treat: alarm.treat_missing_data.as_deref(),
        }
        .read()?;
        Ok(Criteria {
            treat_missing_data: match alarm.treat_missing_data {
                None if alarm.ignores_gaps_by_default() => TreatMissingData::Ignore,
                _ => criteria.treat_missing_data,
            },
            ignore_samples_below: few_samples.map(few_samples_below),
            ..criteria
        })
    }

    /// A log alarm's results are its datapoints, and it looks at no more of them than it names.
    pub fn of_log(alarm: &LogAlarm) -> Result<Self, NotJudged> {
        Plain {
            periods: ("QueryResultsToEvaluate", alarm.query_results_to_evaluate),
            to_alarm: ("QueryResultsToAlarm", alarm.query_results_to_alarm),
            operator: alarm.comparison_operator.as_deref(),
            threshold: alarm.threshold,
            treat: alarm.treat_missing_data.as_deref(),
        }
        .read()
    }

    /// Whether a datapoint breaches. One without a band counts as missing where a band is compared with, and so does
    /// one that is no number.
    pub fn grade(&self, datapoint: Option<Datapoint>) -> Grade {
        let Some(datapoint) = datapoint.filter(|datapoint| !datapoint.value.is_nan()) else {
            return Grade::Missing;
        };
        let band = match self.threshold {
            Some(threshold) => Some(Band { lower: threshold, upper: threshold }),
            None => datapoint.band.filter(|band| !band.lower.is_nan() && !band.upper.is_nan()),
        };
        match band.map(|band| self.operator.breaches(datapoint.value, band)) {
            None => Grade::Missing,
            Some(true) => Grade::Breaching,
            Some(false) => Grade::Within,
        }
    }

    /// Whether a datapoint has too few samples to change a state. One that does not say how many it has is taken.
    pub fn has_few_samples(&self, datapoint: Datapoint) -> bool {
        let fewest = self.ignore_samples_below;
        fewest.zip(datapoint.samples).is_some_and(|(fewest, samples)| samples < fewest)
    }
}

/// The fields that both kinds have, under their names.
struct Plain<'a> {
    periods: (&'static str, Option<i64>),
    to_alarm: (&'static str, Option<i64>),
    operator: Option<&'a str>,
    threshold: Option<f64>,
    treat: Option<&'a str>,
}

impl Plain<'_> {
    fn read(self) -> Result<Criteria, NotJudged> {
        let n = self.periods.1.ok_or(NotJudged::Missing(self.periods.0))?;
        let evaluation_periods = count(n, MOST_PERIODS).ok_or_else(|| not_understood(self.periods.0, n))?;
        let m = self.to_alarm.1.unwrap_or(n);
        let datapoints_to_alarm =
            count(m, evaluation_periods).ok_or_else(|| not_understood(self.to_alarm.0, m))?;
        let operator = self.operator.ok_or(NotJudged::Missing("ComparisonOperator"))?;
        let operator: ComparisonOperator =
            operator.parse().map_err(|()| not_understood("ComparisonOperator", operator))?;
        let threshold = self.threshold.filter(|_| !operator.needs_band());
        if threshold.is_none() && !operator.needs_band() {
            return Err(NotJudged::Missing("Threshold"));
        }
        if let Some(threshold) = threshold.filter(|threshold| threshold.is_nan()) {
            return Err(not_understood("Threshold", threshold));
        }
        let treat_missing_data = match self.treat {
            Some(word) => word.parse().map_err(|()| not_understood("TreatMissingData", word))?,
            None => TreatMissingData::Missing,
        };
        Ok(Criteria {
            evaluation_periods,
            datapoints_to_alarm,
            operator,
            threshold,
            treat_missing_data,
            ignore_samples_below: None,
        })
    }
}

fn count(number: i64, most: usize) -> Option<usize> {
    usize::try_from(number).ok().filter(|count| (1..=most).contains(count))
}

fn not_understood(field: &'static str, value: impl fmt::Display) -> NotJudged {
    NotJudged::NotUnderstood { field, value: value.to_string() }
}
