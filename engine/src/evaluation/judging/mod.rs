//! One evaluation of an alarm: the datapoints of its range in, a state and the way to it out. The arithmetic is in
//! `tally`; everything that judges (single evaluations, contributors, log alarms, backtests) goes through it.

mod criteria;
mod evaluation;
mod operator;
mod outlook;
mod range;
mod rolling;
mod tally;
#[cfg(test)]
mod tests;

pub use criteria::{Criteria, MOST_PERIODS, NotJudged, TreatMissingData};
pub use evaluation::{Band, Datapoint, Evaluation, Grade, Judged, RangeSensitivity, evaluate, sensitivity};
pub use operator::ComparisonOperator;
pub use outlook::{Next, Prospect, outlook};
pub use range::{EvaluationRange, TooShort};
pub use rolling::Rolling;
pub use tally::{DecidedBy, Tally, decide};
