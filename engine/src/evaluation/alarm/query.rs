//! What an alarm on several metrics asks for: the entries of its `Metrics`.

use serde::{Deserialize, Serialize};

use crate::evaluation::data::Dimension;

/// `Metric`: what a series is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Metric {
    pub namespace: Option<String>,
    pub metric_name: Option<String>,
    pub dimensions: Vec<Dimension>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MetricStat {
    pub metric: Metric,
    /// Seconds.
    pub period: Option<i64>,
    pub stat: Option<String>,
    pub unit: Option<String>,
}

/// An expression or a metric, by its Id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MetricDataQuery {
    pub id: String,
    pub expression: Option<String>,
    pub metric_stat: Option<MetricStat>,
    pub label: Option<String>,
    pub return_data: Option<bool>,
    /// Seconds; of Metrics Insights expressions.
    pub period: Option<i64>,
    pub account_id: Option<String>,
}

impl MetricDataQuery {
    /// The service's default is to return.
    pub fn returns_data(&self) -> bool {
        self.return_data.unwrap_or(true)
    }

    pub fn period(&self) -> Option<i64> {
        self.metric_stat.as_ref().and_then(|stat| stat.period).or(self.period)
    }
}

/// Whether an expression is a Metrics Insights query: those begin with SELECT, in any case.
pub fn is_insights(expression: &str) -> bool {
    expression.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("select"))
}
