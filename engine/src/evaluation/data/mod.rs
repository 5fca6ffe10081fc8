//! Metric data: what is published, the statistics of what fell into a period, how long which periods can be read, and how
//! GetMetricData counts. Where data is kept and how it travels is not known here.

mod budget;
mod datum;
mod period;
mod retention;
mod statistic;

#[cfg(test)]
mod tests;

pub use budget::{Budget, MAX_DATAPOINTS, MAX_QUERIES};
pub use datum::{Dimension, MetricDatum, StatisticSet, check};
pub use period::{Period, Sample, series};
pub use retention::{is_kept, readable_period, rounded_start, smallest_period};
pub use statistic::{Bound, Statistic, UnknownStatistic};
