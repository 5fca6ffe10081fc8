//! The texts and JSON in which the service says why an alarm is in its state, and what happened to it. They are written as
//! the service writes them and read leniently: what has another form than those known is kept as it is.

mod data;
mod history;
mod moment;
mod number;
#[cfg(test)]
mod tests;
mod text;

pub use data::{EvaluatedDatapoint, MetricReasonData, QueryResult, ReasonData, TriggeringAlarm, alarm_name};
pub use history::{ActionRun, AlarmState, ConfigurationChange, FieldChange, HistoryData};
pub use text::{Crossing, Filled, Point, Reason};
