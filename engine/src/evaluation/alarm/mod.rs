//! Alarms as the API has them: their configuration and its rules. `metric` and `log` hold what DescribeAlarms gives and
//! take whatever it gives; `check` holds the rules of the Put calls against a document and finds every fault at once.

mod check;
mod log;
mod metric;
mod query;
mod statistic;
#[cfg(test)]
mod tests;
mod words;

pub use check::{ExpressionFault, check_composite, check_expressions, check_log, check_metric};
pub use log::{LogAlarm, ScheduleConfiguration, ScheduledQueryConfiguration};
pub use metric::{
    ActionConfiguration, AlarmTagsPropagation, EvaluationCriteria, EvaluationWindow, MetricAlarm,
    PromqlCriteria, Tag, WallClockWindow, WarmUpConfiguration,
};
pub use query::{Metric, MetricDataQuery, MetricStat, is_insights};
pub use statistic::few_samples_below;
