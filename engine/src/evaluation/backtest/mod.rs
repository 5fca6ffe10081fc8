//! A history judged again: one series, an alarm under several settings, and what each would have done. Reads the series
//! once per setting with a tally that moves, and keeps little of what it finds, however often a setting flaps.

mod run;
mod series;
#[cfg(test)]
mod tests;
mod verify;

pub use run::{Change, Firing, MOST_CHANGES, Outcome, Setting, backtest, run};
pub use series::{Series, Uneven};
pub use verify::{Agreement, verify};
