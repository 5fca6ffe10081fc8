//! The configuration of a metric alarm, as PutMetricAlarm takes it and DescribeAlarms gives it. Nothing is refused here:
//! absent stays absent, words are texts, and what a newer service adds is skipped.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::query::{MetricDataQuery, is_insights};
use crate::document::drop_nulls;
use crate::evaluation::data::{Dimension, Statistic};
use crate::evaluation::judging::EvaluationRange;
use crate::evaluation::math::{Program, ProgramFault};

/// What a gap means to alarms on this namespace is `ignore`, unless they say otherwise.
const IGNORES_GAPS: &str = "AWS/DynamoDB";

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MetricAlarm {
    pub alarm_name: String,
    pub alarm_description: Option<String>,
    pub actions_enabled: Option<bool>,
    #[serde(rename = "OKActions")]
    pub ok_actions: Vec<String>,
    pub alarm_actions: Vec<String>,
    pub insufficient_data_actions: Vec<String>,
    pub namespace: Option<String>,
    pub metric_name: Option<String>,
    pub dimensions: Vec<Dimension>,
    pub statistic: Option<String>,
    pub extended_statistic: Option<String>,
    /// Seconds.
    pub period: Option<i64>,
    pub unit: Option<String>,
    /// N.
    pub evaluation_periods: Option<i64>,
    /// M; the service leaves it out when it was not given.
    pub datapoints_to_alarm: Option<i64>,
    pub threshold: Option<f64>,
    pub comparison_operator: Option<String>,
    pub treat_missing_data: Option<String>,
    pub evaluate_low_sample_count_percentile: Option<String>,
    pub metrics: Vec<MetricDataQuery>,
    pub threshold_metric_id: Option<String>,
    pub evaluation_criteria: Option<EvaluationCriteria>,
    /// Seconds; of PromQL alarms.
    pub evaluation_interval: Option<i64>,
    pub evaluation_window: Option<EvaluationWindow>,
    pub warm_up_configuration: Option<WarmUpConfiguration>,
    pub action_configuration: Option<ActionConfiguration>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EvaluationCriteria {
    #[serde(rename = "PromQLCriteria")]
    pub promql_criteria: Option<PromqlCriteria>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PromqlCriteria {
    pub query: String,
    /// Seconds that a contributor breaches before it is in ALARM.
    pub pending_period: Option<i64>,
    /// Seconds that it is gone before it is OK again.
    pub recovery_period: Option<i64>,
}

/// Sliding unless it says wall clock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EvaluationWindow {
    pub sliding_window: Option<Value>,
    pub wall_clock_window: Option<WallClockWindow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct WallClockWindow {
    pub timezone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct WarmUpConfiguration {
    pub warm_up_period_duration_in_minutes: Option<i64>,
    pub only_start_evaluating_after_warm_up_period_ends: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ActionConfiguration {
    pub alarm_tags_propagation: Option<AlarmTagsPropagation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AlarmTagsPropagation {
    pub enabled: Option<bool>,
    pub included_tag_keys: Option<Vec<String>>,
    pub excluded_tag_keys: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

impl MetricAlarm {
    /// Out of a JSON object with the API's names; a null is as good as nothing.
    pub fn read(value: &Value) -> Result<Self, serde_json::Error> {
        let mut value = value.clone();
        drop_nulls(&mut value);
        serde_json::from_value(value)
    }

    /// As JSON, in the form that it is read in: what is absent is left out.
    pub fn to_value(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        drop_nulls(&mut value);
        value
    }

    /// Seconds of a datapoint; all entries of `Metrics` have the same.
    pub fn period(&self) -> Option<i64> {
        self.period.or_else(|| self.metrics.iter().find_map(MetricDataQuery::period))
    }

    /// The entry whose data is judged: what returns data and is not the band.
    pub fn judged_query(&self) -> Option<&MetricDataQuery> {
        let band = self.threshold_metric_id.as_deref();
        self.metrics.iter().find(|query| query.returns_data() && Some(query.id.as_str()) != band)
    }

    /// The statistic that the judged datapoints are of; none when they are of an expression.
    pub fn judged_statistic(&self) -> Option<&str> {
        let of_query = || self.judged_query()?.metric_stat.as_ref()?.stat.as_deref();
        self.extended_statistic.as_deref().or(self.statistic.as_deref()).or_else(of_query)
    }

    /// The percentage when the judged datapoints are percentiles.
    pub fn percentile(&self) -> Option<f64> {
        match self.judged_statistic()?.parse() {
            Ok(Statistic::Percentile(percent)) => Some(percent),
            _ => None,
        }
    }

    /// Its expressions, which may use each other and its metrics.
    pub fn program(&self) -> Result<Program, Vec<ProgramFault>> {
        let metrics = self.metrics.iter().filter(|query| query.expression.is_none());
        let metrics: Vec<&str> = metrics.map(|query| query.id.as_str()).collect();
        let expressions = self.metrics.iter();
        let expressions: Vec<(&str, &str)> =
            expressions.filter_map(|query| Some((query.id.as_str(), query.expression.as_deref()?))).collect();
        Program::new(&metrics, &expressions)
    }

    /// Whether its data comes from a Metrics Insights query, and may be several series.
    pub fn is_insights(&self) -> bool {
        self.metrics.iter().any(|query| query.expression.as_deref().is_some_and(is_insights))
    }

    /// Whether all its metrics are of a namespace whose gaps are ignored unless it says otherwise.
    pub(in crate::evaluation) fn ignores_gaps_by_default(&self) -> bool {
        let mut of_queries = self.metrics.iter().filter_map(|query| query.metric_stat.as_ref()).peekable();
        match (&self.namespace, of_queries.peek()) {
            (Some(namespace), _) => namespace == IGNORES_GAPS,
            (None, Some(_)) => of_queries.all(|stat| stat.metric.namespace.as_deref() == Some(IGNORES_GAPS)),
            (None, None) => false,
        }
    }

    /// Whether Period x N is longer than a day: then it is evaluated once an hour.
    pub fn is_multi_day(&self) -> bool {
        let seconds = self.period().unwrap_or(0).saturating_mul(self.evaluation_periods.unwrap_or(0));
        seconds > 86_400
    }

    /// The evaluation range to assume when nobody names one.
    pub fn assumed_range(&self) -> EvaluationRange {
        let n = self.evaluation_periods.and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
        if self.is_multi_day() { EvaluationRange::exactly(n) } else { EvaluationRange::assumed(n) }
    }
}
