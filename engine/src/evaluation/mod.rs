//! What CloudWatch does with alarms and metrics: when alarms change their state, and why. Pure: times come in as
//! arguments, nothing is fetched and nothing is sent.

pub mod actions;
pub mod alarm;
pub mod backtest;
pub mod composite;
pub mod contributors;
pub mod data;
pub mod judging;
pub mod math;
pub mod mute;
pub mod promql;
pub mod reason;
mod state;
mod syntax;
pub mod timing;
pub mod warm_up;
mod zone;

#[cfg(test)]
mod tests;

pub use state::{StateValue, UnknownState};
pub use syntax::SyntaxError;
pub use zone::{UnknownZone, Zone};
