//! What CloudWatch does with alarms and metrics: when alarms change their state, and why. Pure: times come in as
//! arguments, nothing is fetched and nothing is sent.

pub mod actions;
pub mod composite;
pub mod data;
pub mod math;
pub mod mute;
mod state;
mod syntax;
mod zone;

#[cfg(test)]
mod tests;

pub use state::{StateValue, UnknownState};
pub use syntax::SyntaxError;
pub use zone::{UnknownZone, Zone};
