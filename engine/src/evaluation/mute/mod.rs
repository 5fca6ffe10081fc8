//! Mute rules: when their windows are, in which status a rule is, what is wrong with one, and what runs when the last
//! window over an alarm ends.

mod cron;
mod duration;
mod muting;
mod rule;
mod schedule;

#[cfg(test)]
mod tests;

pub use cron::Cron;
pub use duration::{iso_duration, iso_seconds};
pub use muting::Muting;
pub use rule::{MuteRule, MuteStatus, MuteTargets, MuteType, Rule, Schedule as ScheduleText, check};
pub use schedule::{Expression, Schedule, Window};
